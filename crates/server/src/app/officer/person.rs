//! A person's page: order, devices, watched time and gaps, and the timeline. Viewing it is logged.

use std::collections::HashMap;

use proviso_model::Timestamp;
use proviso_model::ids::{AlertId, CaseId};
use proviso_model::order::Order;
use proviso_model::record::EnrolmentFacts;
use proviso_model::statement::Statement;
use proviso_store::{
    AlertFilter, AlertRow, CaseRow, DecisionRow, GapRow, NoticeRow, OrderEndRow, Permit, PersonalLinkRow,
    Stretch,
};

use super::allowed::Action;
use super::clock;
use super::device_notice::{self, ShownNotice};
use super::duties::{self, ShownDuty};
use super::error::ActError;
use super::history::Names;
use super::orders::entered::{self, OfOrder};
use super::people::{self, EnrolledDevice};
use super::privilege::{self, OfCase};
use super::received::{self, ReceivedLine};
use super::sealed::{self, Person};
use super::shield;
use super::statements;
use super::visit_note::{self, ShownAction, ShownNote};
use super::who::Who;
use crate::app::AppContext;
use crate::app::coverage::{self, Asked, DeviceCoverage};
use crate::app::device_acts;
use crate::app::device_tasks;
use crate::app::late::{self, LateError};
use crate::app::transfer::{self, Transferred};
use crate::app::visit::{self, ShownVisit};

/// How far back the timeline goes, in days.
pub const TIMELINE_DAYS: i64 = 30;
/// Most alerts of the case that one page reads.
const ALERTS_MAX: u32 = 500;

/// Everything that a person's page shows.
#[derive(Debug, Clone)]
pub struct PersonView {
    /// The case.
    pub case: CaseRow,
    /// The person.
    pub person: Person,
    /// The order.
    pub order: Order,
    /// What ended the order or paragraphs of it, those withdrawn included.
    pub ends: Vec<OrderEndRow>,
    /// Who entered the order and what changed it, who checked it, and what is on its way.
    pub of_order: OfOrder,
    /// Whether this officer may enter changes of it.
    pub may_change_order: bool,
    /// Records held unseen because the order as known now does not cover them.
    pub held: usize,
    /// What may be privileged: that it waits, and counts.
    pub privilege: OfCase,
    /// When any paragraph runs: first instant, and first instant after.
    pub in_force: Vec<(Timestamp, Timestamp)>,
    /// The officer in charge.
    pub officer: String,
    /// How many contacts are never captured; which, only who keeps the list sees.
    pub shielded: usize,
    /// Devices that are not revoked.
    pub devices: Vec<EnrolledDevice>,
    /// The last seven days of each of them.
    pub coverage: Vec<DeviceCoverage>,
    /// Those revoked in these seven days, as they described themselves, with the same.
    pub revoked: Vec<(EnrolmentFacts, DeviceCoverage)>,
    /// Alerts last seen within the timeline.
    pub alerts: Vec<AlertRow>,
    /// Their decisions, with the name of who decided.
    pub decisions: Vec<(DecisionRow, String)>,
    /// Gaps, in time order.
    pub gaps: Vec<GapRow>,
    /// Notices, in time order.
    pub notices: Vec<NoticeRow>,
    /// What the person wrote on the device.
    pub statements: Vec<Statement>,
    /// Notices about devices, newest first, each with what its device called itself.
    pub about_devices: Vec<(ShownNotice, EnrolmentFacts)>,
    /// Whether this officer may mark one as seen.
    pub may_mark: bool,
    /// That another force took the case over.
    pub transferred: Option<Transferred>,
    /// Files with which other forces handed the case over, oldest first.
    pub received: Vec<ReceivedLine>,
    /// Filed visits, newest first.
    pub visits: Vec<ShownVisit>,
    /// Visits as officers recorded them, newest first.
    pub recorded: Vec<ShownNote>,
    /// What was agreed at them, in the order in which it was entered.
    pub agreed: Vec<ShownAction>,
    /// What the person must notify, what is overdue first.
    pub duties: Vec<ShownDuty>,
    /// Undecided alerts, however old, most urgent first.
    pub open: Vec<AlertRow>,
    /// Links to the person's own page, newest first.
    pub links: Vec<PersonalLinkRow>,
    /// Whether this officer may make an enrolment code and such a link here.
    pub may_enrol: bool,
    /// Now.
    pub now: Timestamp,
}

/// Views a person's page. Logged before anything is read.
///
/// # Errors
/// [`ActError`].
pub async fn view(ctx: &AppContext, who: &Who, id: CaseId) -> Result<PersonView, ActError> {
    let case = who.case(ctx, Action::ViewEvidence, id).await?;
    who.does(ctx, (Action::ViewEvidence, "case-view"), &case, &id.to_string(), gather(ctx, who, &case)).await
}

/// The same, to be written out as text for another register. Logged as such before anything is read.
///
/// # Errors
/// [`ActError`].
pub async fn as_text(ctx: &AppContext, who: &Who, id: CaseId) -> Result<PersonView, ActError> {
    let case = who.case(ctx, Action::ViewEvidence, id).await?;
    who.does(ctx, (Action::ViewEvidence, "case-text"), &case, &id.to_string(), gather(ctx, who, &case)).await
}

/// Reads it. The caller has logged why.
pub(super) async fn gather(ctx: &AppContext, who: &Who, case: &Permit) -> Result<PersonView, ActError> {
    let now = ctx.now();
    let stretch = Stretch { from: now.plus_days(-TIMELINE_DAYS), until: now.plus_days(1) };
    let since = Some(stretch.from);
    let names = Names::now(ctx).await?;
    let order = sealed::order(ctx, case).await?;
    let (recorded, agreed) = visit_note::of_case(ctx, case, &names).await?;
    let filter = AlertFilter { since, limit: ALERTS_MAX, ..AlertFilter::default() };
    let undecided = AlertFilter { undecided: true, limit: ALERTS_MAX, ..AlertFilter::default() };
    let alerts = ctx.of(case).alert_list(filter).await?;
    let decisions = decisions(ctx, case, &alerts, &names).await?;
    let officer = names.in_charge(case);
    let devices = people::devices(ctx, case).await?;
    let known = late::known(ctx, &ctx.case_keys(case.id)?).await?;
    let in_force = known.order.stretches().map_err(LateError::from)?;
    let about_devices = about_devices(ctx, case, &names).await?;
    let week = device_tasks::week(now);
    let asked: Vec<Asked<'_>> =
        devices.iter().map(|one| Asked { device: &one.row, acts: &one.acts, in_force: &in_force }).collect();
    let minutes = coverage::of_devices(ctx, &asked, week).await?;
    let revoked = revoked(ctx, case, &in_force, week).await?;
    Ok(PersonView {
        transferred: transfer::of_case(ctx, case.id).await?,
        received: received::of_case(ctx, case).await?,
        visits: visit::shown(ctx, case).await?,
        duties: duties::of_case(ctx, case, &names, clock::day_of(&order, now)).await?,
        recorded,
        agreed,
        open: ctx.of(case).alert_list(undecided).await?,
        links: ctx.of(case).personal_link_list().await?,
        shielded: shield::count(ctx, case).await?,
        about_devices,
        may_mark: who.may_on(Action::Decide, case),
        of_order: entered::of_case(ctx, case, &names, &known.ends).await?,
        may_change_order: who.may_on(Action::EnterOrders, case),
        ends: known.ends,
        held: late::quarantine::held_count(ctx, case.id).await?,
        privilege: privilege::of_case(ctx, case).await?,
        in_force,
        person: sealed::person(ctx, case)?,
        order,
        devices,
        coverage: minutes,
        gaps: ctx.of(case).gap_list(stretch).await?,
        revoked,
        notices: ctx.of(case).notice_list(stretch).await?,
        statements: statements::within(ctx, case, stretch).await?,
        may_enrol: who.may_on(Action::EnrolDevice, case),
        case: case.case().clone(),
        officer,
        alerts,
        decisions,
        now,
    })
}

impl PersonView {
    /// Those parts of a stretch in which a paragraph runs. Time outside the order is no time under it, watched or not.
    #[must_use]
    pub fn under_the_order(&self, from: Timestamp, until: Timestamp) -> Vec<(Timestamp, Timestamp)> {
        let parts = self.in_force.iter().map(|(first, after)| (from.max(*first), until.min(*after)));
        parts.filter(|(from, until)| from < until).collect()
    }
}

/// The minutes of devices that were revoked within the stretch.
async fn revoked(
    ctx: &AppContext,
    case: &Permit,
    in_force: &[(Timestamp, Timestamp)],
    stretch: Stretch,
) -> Result<Vec<(EnrolmentFacts, DeviceCoverage)>, ActError> {
    let mut rows = ctx.of(case).device_list().await?;
    rows.retain(|row| row.revoked_at.is_some_and(|at| at > stretch.from));
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let entered = ctx.of(case).device_act_list().await?;
    let acts: Vec<_> = rows.iter().map(|row| device_acts::acts(&entered, row.id)).collect();
    let asked = rows.iter().zip(&acts).map(|(device, acts)| Asked { device, acts, in_force });
    let minutes = coverage::of_devices(ctx, &asked.collect::<Vec<_>>(), stretch).await?;
    let columns = ctx.case_columns(case.id)?;
    let facts = rows.iter().map(|row| sealed::device_in(&columns, row)).collect::<Result<Vec<_>, _>>()?;
    Ok(facts.into_iter().zip(minutes).collect())
}

/// The decisions on alerts, in the order of the alerts, with the name of who decided.
async fn decisions(
    ctx: &AppContext,
    case: &Permit,
    alerts: &[AlertRow],
    names: &Names,
) -> Result<Vec<(DecisionRow, String)>, ActError> {
    let decided = alerts.iter().filter(|alert| alert.decided_at.is_some());
    let decided: Vec<AlertId> = decided.map(|alert| alert.id).collect();
    let rows = ctx.of(case).decisions(&decided).await?;
    let mut of_alerts: HashMap<AlertId, Vec<DecisionRow>> = HashMap::new();
    for row in rows {
        of_alerts.entry(row.alert).or_default().push(row);
    }
    let in_order = decided.iter().flat_map(|alert| of_alerts.remove(alert).unwrap_or_default());
    Ok(in_order
        .map(|row| {
            let name = names.of(row.officer);
            (row, name)
        })
        .collect())
}

async fn about_devices(
    ctx: &AppContext,
    case: &Permit,
    names: &Names,
) -> Result<Vec<(ShownNotice, EnrolmentFacts)>, ActError> {
    let notices = device_notice::of_case(ctx, case, names).await?;
    if notices.is_empty() {
        return Ok(Vec::new());
    }
    // Also those that are revoked by now.
    let devices = ctx.of(case).device_list().await?;
    let columns = ctx.case_columns(case.id)?;
    let mut about = Vec::new();
    for notice in notices {
        let device = devices.iter().find(|row| row.id == notice.row.device).ok_or(ActError::NotFound)?;
        about.push((notice, sealed::device_in(&columns, device)?));
    }
    Ok(about)
}
