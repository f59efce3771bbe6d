//! What an officer does with rows of the inbox before they decide: takes them, gives them to a colleague, puts them to rest for a while, puts
//! them together and apart. Each alert has an entry of its own in the log before it is done.

use std::collections::BTreeSet;

use proviso_model::ids::{AlertId, AuditId, CaseId, OfficerId};
use proviso_model::{AlertState, Timestamp};
use proviso_store::{AlertRow, OfficerRow, Permit, Priority, Rest, StoreError};

use super::allowed::{Action, offered};
use super::error::ActError;
use super::sealed::{self, Person};
use super::who::Who;
use crate::app::AppContext;
use crate::keys::case::Purpose;

/// Most alerts that one form handles.
pub const ALERTS_MAX: usize = 100;
/// The longest that an alert rests, in milliseconds.
pub const REST_MILLIS_MAX: i64 = 28 * 24 * 3_600_000;
/// Longest reason, in bytes.
pub const REASON_BYTES_MAX: usize = 4 * 1024;

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It is mine.
    Take,
    /// It is nobody's.
    GiveBack,
    /// It is a colleague's.
    Assign,
    /// It rests for a while.
    Rest,
    /// It rests no more.
    Wake,
    /// It stands in one row with others of its person.
    Together,
    /// It stands in a row apart from the others.
    Apart,
    /// It stands where the inbox puts it.
    AsFolded,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Take,
        Self::GiveBack,
        Self::Assign,
        Self::Rest,
        Self::Wake,
        Self::Together,
        Self::Apart,
        Self::AsFolded,
    ];

    /// As forms and addresses have it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Take => "take",
            Self::GiveBack => "give-back",
            Self::Assign => "assign",
            Self::Rest => "rest",
            Self::Wake => "wake",
            Self::Together => "together",
            Self::Apart => "apart",
            Self::AsFolded => "as-folded",
        }
    }

    /// Reads what a form says.
    #[must_use]
    pub fn parse(said: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == said)
    }

    /// The act of the log.
    const fn act(self) -> &'static str {
        match self {
            Self::Take => "alert-take",
            Self::GiveBack => "alert-give-back",
            Self::Assign => "alert-assign",
            Self::Rest => "alert-rest",
            Self::Wake => "alert-wake",
            Self::Together => "alert-together",
            Self::Apart => "alert-apart",
            Self::AsFolded => "alert-as-folded",
        }
    }

    /// Whether alerts that are to be looked at now are left out of it.
    #[must_use]
    pub const fn leaves_out_urgent(self, count: usize) -> bool {
        match self {
            Self::Rest | Self::Together | Self::Apart => true,
            // One by one anybody may take an urgent alert; with others nobody handles it by the way.
            Self::Take | Self::GiveBack | Self::Assign => count > 1,
            Self::Wake | Self::AsFolded => false,
        }
    }
}

/// What is done, with what it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handling {
    /// What.
    pub kind: Kind,
    /// To whom.
    pub to: Option<OfficerId>,
    /// Until when.
    pub until: Option<Timestamp>,
    /// Why.
    pub reason: String,
}

/// Alerts of one person that a form is about.
#[derive(Debug, Clone)]
pub struct Touched {
    /// The person.
    pub person: Person,
    /// The case.
    pub case: Permit,
    /// The alerts.
    pub alerts: Vec<AlertRow>,
}

/// Who and what a form touches.
#[derive(Debug, Clone, Default)]
pub struct Preview {
    /// By name.
    pub people: Vec<Touched>,
    /// Alerts that are to be looked at now, and are left out.
    pub urgent: usize,
    /// Alerts that have been decided since.
    pub decided: usize,
}

/// Who and what is touched. Names, kinds and times, as the inbox lists them.
///
/// # Errors
/// [`ActError::Conflict`] for too many, or rows of several people that are to stand together; as [`Who::case`].
pub async fn preview(
    ctx: &AppContext,
    who: &Who,
    ids: &BTreeSet<AlertId>,
    kind: Kind,
) -> Result<Preview, ActError> {
    who.require(Action::Decide)?;
    if ids.is_empty() {
        return Err(ActError::Conflict("nothing is ticked; go back and tick a row"));
    }
    if ids.len() > ALERTS_MAX {
        return Err(ActError::Conflict("more than 100 alerts are ticked; do it in parts"));
    }
    let mut preview = Preview::default();
    for id in ids {
        let (alert, case) = who.alert(ctx, Action::Decide, *id).await?;
        if alert.state == AlertState::Decided {
            preview.decided += 1;
        } else if alert.priority == Priority::Now && kind.leaves_out_urgent(ids.len()) {
            preview.urgent += 1;
        } else if let Some(of_it) = preview.people.iter_mut().find(|one| one.case.id == case.id) {
            of_it.alerts.push(alert);
        } else {
            let person = sealed::person(ctx, &case)?;
            preview.people.push(Touched { person, case, alerts: vec![alert] });
        }
    }
    if matches!(kind, Kind::Together | Kind::Apart) && preview.people.len() > 1 {
        return Err(ActError::Conflict("alerts of different people never stand in one row"));
    }
    preview.people.sort_by(|a, b| (&a.person.name, a.case.id).cmp(&(&b.person.name, b.case.id)));
    Ok(preview)
}

/// Colleagues who may decide on all of these cases now, by name.
///
/// # Errors
/// The store's.
pub async fn colleagues(
    ctx: &AppContext,
    who: &Who,
    cases: &BTreeSet<CaseId>,
) -> Result<Vec<(OfficerId, String)>, ActError> {
    who.require(Action::Decide)?;
    let mut found = Vec::new();
    for row in ctx.store.officer_list().await?.into_iter().filter(|row| row.id != who.id) {
        let (id, name) = (row.id, row.display_name.clone());
        if may_have(ctx, row, cases).await? {
            found.push((id, name));
        }
    }
    found.sort_by(|a, b| (&a.1, a.0).cmp(&(&b.1, b.0)));
    Ok(found)
}

/// Whether an officer may decide on all of these cases, as the store says now: covers, teams and conflicts of interest included.
async fn may_have(ctx: &AppContext, row: OfficerRow, cases: &BTreeSet<CaseId>) -> Result<bool, ActError> {
    if row.disabled_at.is_some() || !offered(row.role, Action::Decide) {
        return Ok(false);
    }
    let permits = Who::from(row).cases(ctx, Action::Decide).await?;
    Ok(cases.iter().all(|case| permits.iter().any(|permit| permit.id == *case)))
}

/// What came of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Handled {
    /// Alerts that it was done with.
    pub done: usize,
    /// Those left as they were.
    pub left: usize,
}

/// Does it. Each alert is in the log before it is touched.
///
/// # Errors
/// [`ActError::Conflict`] for a rest without reason or time, or a colleague who may not have a case; as [`preview`].
pub async fn handle(
    ctx: &AppContext,
    who: &Who,
    ids: &BTreeSet<AlertId>,
    handling: &Handling,
) -> Result<Handled, ActError> {
    let preview = preview(ctx, who, ids, handling.kind).await?;
    let cases: BTreeSet<CaseId> = preview.people.iter().map(|one| one.case.id).collect();
    check(ctx, handling, &cases).await?;
    let mut handled = Handled { done: 0, left: preview.urgent + preview.decided };
    for touched in &preview.people {
        match handling.kind {
            Kind::Together | Kind::Apart | Kind::AsFolded => {
                handled.done += stand(ctx, who, touched, handling.kind).await?;
            }
            _ => {
                for alert in &touched.alerts {
                    match one(ctx, who, touched, alert, handling).await {
                        Ok(()) => handled.done += 1,
                        Err(ActError::Store(StoreError::Conflict(_))) => handled.left += 1,
                        Err(error) => return Err(error),
                    }
                }
            }
        }
    }
    ctx.hub.wake();
    Ok(handled)
}

async fn check(ctx: &AppContext, handling: &Handling, cases: &BTreeSet<CaseId>) -> Result<(), ActError> {
    let now = ctx.now();
    match handling.kind {
        Kind::Rest => {
            if handling.reason.trim().is_empty() || handling.reason.len() > REASON_BYTES_MAX {
                return Err(ActError::Conflict("write why it can rest, in at most 4 KiB"));
            }
            let is_within = |until: Timestamp| until > now && until.millis_since(now) <= REST_MILLIS_MAX;
            match handling.until.is_some_and(is_within) {
                true => Ok(()),
                false => Err(ActError::Conflict("choose until when it rests: 28 days at most")),
            }
        }
        Kind::Assign => {
            let to = match handling.to {
                Some(id) => ctx.store.officer_get(id).await?,
                None => None,
            };
            let may = match to {
                Some(row) => may_have(ctx, row, cases).await?,
                None => false,
            };
            let refused = "choose a colleague who may open these cases: in charge, standing in, or supervising, without a conflict of interest";
            if may { Ok(()) } else { Err(ActError::Conflict(refused)) }
        }
        _ => Ok(()),
    }
}

async fn one(
    ctx: &AppContext,
    who: &Who,
    touched: &Touched,
    alert: &AlertRow,
    handling: &Handling,
) -> Result<(), ActError> {
    let (case, now) = (&touched.case, ctx.now());
    let objects = match (handling.kind, handling.to) {
        (Kind::Assign, Some(to)) => format!("{} {to}", alert.id),
        _ => alert.id.to_string(),
    };
    who.does(ctx, (Action::Decide, handling.kind.act()), case, &objects, async {
        let within = ctx.of(case);
        match handling.kind {
            Kind::Take => within.alert_owner_set(alert, Some(who.id), now).await?,
            Kind::Assign => within.alert_owner_set(alert, handling.to, now).await?,
            Kind::GiveBack => within.alert_owner_set(alert, None, now).await?,
            Kind::Rest => {
                let sealed = ctx.seal(case.id, Purpose::AlertRest, handling.reason.trim().as_bytes())?;
                let until = handling.until.unwrap_or(now);
                let rest = Rest { until, findings: alert.findings, by: who.id, from: now, sealed };
                within.alert_rest_set(alert, Some(&rest), now).await?;
            }
            _ => within.alert_rest_set(alert, None, now).await?,
        }
        Ok(())
    })
    .await
}

/// Puts the alerts of one person into one row, named by the first of them, or back to where the inbox puts them: all or none, with an entry
/// for each.
async fn stand(ctx: &AppContext, who: &Who, touched: &Touched, kind: Kind) -> Result<usize, ActError> {
    let ids: Vec<AlertId> = touched.alerts.iter().map(|alert| alert.id).collect();
    let first = touched.alerts.iter().map(|alert| (alert.raised_at, alert.id)).min().map(|(_, id)| id);
    let thread = first.filter(|_| kind != Kind::AsFolded);
    let mut entries: Vec<AuditId> = Vec::with_capacity(ids.len());
    for id in &ids {
        let because = who.because(ctx, Action::Decide, &touched.case)?;
        let objects = thread.map_or_else(|| id.to_string(), |thread| format!("{id} {thread}"));
        let about = (touched.case.id, because);
        let allowed = async { Ok::<_, ActError>(()) };
        match ctx.begin(&who.actor(), kind.act(), about, &objects, allowed).await {
            Ok(entry) => entries.push(entry),
            Err(error) => {
                for entry in entries {
                    ctx.end(entry, false).await?;
                }
                return Err(error);
            }
        }
    }
    let done = ctx.of(&touched.case).alert_thread_set(&ids, thread, ctx.now()).await;
    for entry in entries {
        ctx.end(entry, done.is_ok()).await?;
    }
    done?;
    Ok(ids.len())
}

/// Why an alert rests, for who may see it.
///
/// # Errors
/// [`ActError::Broken`] when it cannot be opened.
pub fn rest_reason(ctx: &AppContext, case: &Permit, rest: &Rest) -> Result<String, ActError> {
    let reason = ctx.unseal(case.id, Purpose::AlertRest, &rest.sealed)?;
    Ok(String::from_utf8_lossy(&reason).into_owned())
}
