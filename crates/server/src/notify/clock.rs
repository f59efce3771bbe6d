//! The escalation clock: who is told of an alert when it becomes known, and who next while nobody has looked.
//!
//! Time to look counts outside the quiet hours of whoever was told: an alert of the night is told in the morning, and its clock
//! begins then. Where harm may be imminent no quiet hours count, and the force's 24-hour contact is told at once.

use proviso_model::Timestamp;
use proviso_model::ids::{AlertId, CaseId, DeliveryId};
use proviso_store::{
    AlertRow, Channel, ClockRow, ClockStep, DeliveryKind, NewTelling, Priority, StoreError, TellingStep,
};

use super::people::{self, Reach, Rung};
use super::quiet::{after, awake};
use crate::app::AppContext;
use crate::app::officer::error::ActError;

/// Clocks looked at in one turn.
const CLOCKS_MAX: u32 = 100;
/// The actor of the log for what a worker does.
pub const WORKER: &str = "worker";
/// The recipient of the force's own webhook.
pub const WEBHOOK: &str = "webhook";
/// The recipient of the 24-hour contact's webhook.
pub const CONTACT_WEBHOOK: &str = "contact-webhook";
/// The beginning of a recipient that is an address of the 24-hour contact; its number in the settings follows.
pub const CONTACT: &str = "contact:";

/// Begins the clocks that are missing and takes the steps that are due. Says how many of both.
///
/// # Errors
/// [`ActError`]; what was done before stays done.
pub async fn turn(ctx: &AppContext) -> Result<usize, ActError> {
    let mut taken = 0;
    for alert in ctx.store.clock_missing(CLOCKS_MAX).await? {
        taken += usize::from(begin(ctx, &alert).await?);
    }
    for clock in ctx.store.clock_due(ctx.now(), CLOCKS_MAX).await? {
        taken += usize::from(advance(ctx, &clock).await?);
    }
    Ok(taken)
}

/// The priority of the clock of an alert: what can wait has one clock, however it grows within that.
fn of_clock(priority: Priority) -> Priority {
    match priority {
        Priority::NextVisit => Priority::ThisWeek,
        other => other,
    }
}

async fn begin(ctx: &AppContext, alert: &AlertRow) -> Result<bool, ActError> {
    let Some(case) = ctx.store.case_get(alert.case).await? else { return Ok(false) };
    let (now, priority) = (ctx.now(), of_clock(alert.priority));
    let rungs = people::rungs(ctx, &case, now).await?;
    let mut plan = Plan { ctx, priority, now, kind: DeliveryKind::Raised, tellings: Vec::new() };
    if priority == Priority::Now {
        plan.contact();
    }
    let Some(first) = rungs.first() else {
        // Nobody is in charge and nobody supervises: the alert is told once somebody does, and the contact at once.
        if plan.tellings.is_empty() {
            return Ok(false);
        }
        let next_at = ctx.telling.look_millis(priority).map(|millis| now.plus_millis(millis));
        return step(ctx, alert.id, alert.case, plan, (None, TellingStep::Contact), next_at).await;
    };
    // At night nobody may be there to pass it on: without a contact everybody is told at once.
    let all_at_once = priority == Priority::Now && !ctx.telling.has_contact();
    let told = if all_at_once { rungs.iter().collect() } else { vec![first] };
    let last = told.last().map_or(first.step, |rung| rung.step);
    let mut looked_for = None;
    for rung in told {
        looked_for = plan.rung(rung);
    }
    plan.webhook(first.step);
    let next_at = if rungs.iter().any(|rung| rung.step > last) { looked_for } else { None };
    step(ctx, alert.id, alert.case, plan, (None, last), next_at).await
}

async fn advance(ctx: &AppContext, clock: &ClockRow) -> Result<bool, ActError> {
    let Some(case) = ctx.store.case_get(clock.case).await? else { return Ok(false) };
    let now = ctx.now();
    let rungs = people::rungs(ctx, &case, now).await?;
    let is_next = |rung: &&Rung| clock.step == TellingStep::Contact || rung.step > clock.step;
    let Some(rung) = rungs.iter().find(is_next) else {
        ctx.store.clock_rest(clock.alert, clock.priority).await?;
        return Ok(false);
    };
    let kind = DeliveryKind::Escalated;
    let mut plan = Plan { ctx, priority: clock.priority, now, kind, tellings: Vec::new() };
    let looked_for = plan.rung(rung);
    plan.webhook(rung.step);
    let next_at = if rungs.iter().any(|above| above.step > rung.step) { looked_for } else { None };
    step(ctx, clock.alert, clock.case, plan, (Some(clock.step), rung.step), next_at).await
}

/// Takes a step: in the log before it is taken. Another worker that was first is no fault.
async fn step(
    ctx: &AppContext,
    alert: AlertId,
    case: CaseId,
    plan: Plan<'_>,
    (from, step): (Option<TellingStep>, TellingStep),
    next_at: Option<Timestamp>,
) -> Result<bool, ActError> {
    let act = if from.is_none() { "alert-tell" } else { "alert-escalate" };
    let told: Vec<_> = plan.tellings.iter().map(|one| one.recipient.clone()).collect();
    let objects = format!("{alert} {} {}", step.as_str(), told.join(" "));
    let (priority, at, tellings) = (plan.priority, plan.now, plan.tellings);
    let taken = ClockStep { alert, case, priority, from, step, at, next_at, tellings };
    let done = async { Ok::<_, ActError>(ctx.store.clock_step(&taken).await?) };
    let done = match taken.tellings.is_empty() {
        // A clock that tells nobody is no act.
        true => done.await,
        false => ctx.logged(WORKER, act, Some(case), objects.trim_end(), done).await,
    };
    match done {
        Ok(()) => Ok(true),
        Err(ActError::Store(StoreError::Conflict(_))) => Ok(false),
        Err(error) => Err(error),
    }
}

/// What is to be told at one step.
struct Plan<'a> {
    ctx: &'a AppContext,
    priority: Priority,
    now: Timestamp,
    kind: DeliveryKind,
    tellings: Vec<NewTelling>,
}

impl Plan<'_> {
    fn add(
        &mut self,
        step: TellingStep,
        recipient: String,
        channel: Channel,
        (kind, due_at): (DeliveryKind, Timestamp),
    ) {
        let delivery = DeliveryId::new(self.now, self.ctx.random());
        let joins = channel == Channel::Email;
        self.tellings.push(NewTelling { step, recipient, channel, kind, due_at, delivery, joins });
    }

    /// Everybody of a step. Says until when they have to look.
    fn rung(&mut self, rung: &Rung) -> Option<Timestamp> {
        let mut looked_for = None;
        for reach in &rung.who {
            looked_for = looked_for.max(self.reach(rung.step, reach));
        }
        looked_for
    }

    fn reach(&mut self, step: TellingStep, reach: &Reach) -> Option<Timestamp> {
        let rules = &self.ctx.telling;
        let recipient = people::recipient(reach.officer);
        let Some(look_millis) = rules.look_millis(self.priority) else {
            if reach.by_email && reach.daily {
                let due_at = awake(self.next_daily(), reach.quiet.as_ref());
                self.add(step, recipient, Channel::Email, (self.kind, due_at));
            }
            return None;
        };
        // Where harm may be imminent no quiet hours count.
        let quiet = reach.quiet.as_ref().filter(|_| self.priority != Priority::Now);
        let (channel, hold) = match reach.by_email {
            true => (Channel::Email, rules.hold_millis(self.priority)),
            false => (Channel::Console, 0),
        };
        let due_at = awake(self.now.plus_millis(hold), quiet);
        self.add(step, recipient, channel, (self.kind, due_at));
        Some(after(due_at, look_millis, quiet))
    }

    /// The force's own programs, which have no quiet hours.
    fn webhook(&mut self, step: TellingStep) {
        if self.ctx.telling.has_webhook {
            self.add(step, WEBHOOK.to_owned(), Channel::Webhook, (self.kind, self.now));
        }
    }

    /// The 24-hour contact.
    fn contact(&mut self) {
        let (rules, about) = (&self.ctx.telling, (DeliveryKind::Imminent, self.now));
        if rules.has_contact_webhook {
            self.add(TellingStep::Contact, CONTACT_WEBHOOK.to_owned(), Channel::Webhook, about);
        }
        let addresses = if rules.has_mail { rules.contact_emails.len() } else { 0 };
        for number in 0..addresses {
            self.add(TellingStep::Contact, format!("{CONTACT}{number}"), Channel::Email, about);
        }
    }

    /// The next time of day at which what can wait is told of.
    fn next_daily(&self) -> Timestamp {
        let rules = &self.ctx.telling;
        let until = rules.daily_at;
        // The stretch that ends then, and begins a minute before: so the days of changing clocks are right here too.
        let from = (until + super::quiet::DAY_MINUTES - 1) % super::quiet::DAY_MINUTES;
        let Ok(ends) = super::quiet::Quiet::new(from, until, rules.zone.clone()) else { return self.now };
        ends.next_end(self.now).unwrap_or(self.now)
    }
}
