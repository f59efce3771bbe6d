//! A person's page: order, devices, watched time and gaps, and the timeline. Viewing it is logged.

use proviso_model::Timestamp;
use proviso_model::ids::CaseId;
use proviso_model::order::Order;
use proviso_model::record::EnrolmentFacts;
use proviso_model::statement::Statement;
use proviso_store::{
    AlertFilter, AlertRow, CaseRow, DecisionRow, GapRow, NoticeRow, OrderEndRow, PersonalLinkRow, Stretch,
};

use super::allowed::Action;
use super::device_notice::{self, ShownNotice};
use super::error::ActError;
use super::history;
use super::people::{self, EnrolledDevice};
use super::privilege::{self, OfCase};
use super::received::{self, ReceivedLine};
use super::sealed::{self, Person};
use super::shield;
use super::statements;
use super::who::Who;
use crate::app::AppContext;
use crate::app::coverage::{self, DeviceCoverage};
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
    who.does(ctx, (Action::ViewEvidence, "case-view"), &case, &id.to_string(), async {
        let now = ctx.now();
        let stretch = Stretch { from: now.plus_days(-TIMELINE_DAYS), until: now.plus_days(1) };
        let since = Some(stretch.from);
        let filter = AlertFilter { case: Some(id), since, limit: ALERTS_MAX, ..AlertFilter::default() };
        let alerts = ctx.store.alert_list(filter).await?;
        let mut decisions = Vec::new();
        for alert in alerts.iter().filter(|alert| alert.decided_at.is_some()) {
            for row in ctx.store.decision_list(alert.id).await? {
                let officer = history::officer_name(ctx, row.officer).await?;
                decisions.push((row, officer));
            }
        }
        let officer = history::in_charge(ctx, &case).await?;
        let devices = people::devices(ctx, &case).await?;
        let known = late::known(ctx, &ctx.case_keys(id)?).await?;
        let in_force = known.order.stretches().map_err(LateError::from)?;
        let about_devices = about_devices(ctx, id).await?;
        let week = device_tasks::week(now);
        let mut minutes = Vec::new();
        for device in &devices {
            minutes.push(coverage::of_device(ctx, &in_force, &device.row, week).await?);
        }
        let revoked = revoked(ctx, id, &in_force, week).await?;
        Ok(PersonView {
            transferred: transfer::of_case(ctx, id).await?,
            received: received::of_case(ctx, id).await?,
            visits: visit::shown(ctx, id).await?,
            links: ctx.store.personal_link_list(id).await?,
            shielded: shield::count(ctx, id).await?,
            about_devices,
            may_mark: who.may_on(Action::Decide, &case),
            ends: known.ends,
            held: late::quarantine::held_count(ctx, id).await?,
            privilege: privilege::of_case(ctx, id).await?,
            in_force,
            person: sealed::person(ctx, &case)?,
            order: sealed::order(ctx, &case).await?,
            devices,
            coverage: minutes,
            gaps: ctx.store.gap_list(id, stretch).await?,
            revoked,
            notices: ctx.store.notice_list(id, stretch).await?,
            statements: statements::within(ctx, id, stretch).await?,
            may_enrol: who.may_on(Action::EnrolDevice, &case),
            case: case.clone(),
            officer,
            alerts,
            decisions,
            now,
        })
    })
    .await
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
    case: CaseId,
    in_force: &[(Timestamp, Timestamp)],
    stretch: Stretch,
) -> Result<Vec<(EnrolmentFacts, DeviceCoverage)>, ActError> {
    let mut devices = Vec::new();
    for row in ctx.store.device_list(Some(case)).await? {
        if row.revoked_at.is_some_and(|at| at > stretch.from) {
            let minutes = coverage::of_device(ctx, in_force, &row, stretch).await?;
            devices.push((sealed::device(ctx, &row)?, minutes));
        }
    }
    Ok(devices)
}

async fn about_devices(
    ctx: &AppContext,
    case: CaseId,
) -> Result<Vec<(ShownNotice, EnrolmentFacts)>, ActError> {
    let mut about = Vec::new();
    for notice in device_notice::of_case(ctx, case).await? {
        // Also of one that is revoked by now.
        let device = ctx.store.device_get(notice.row.device).await?.ok_or(ActError::NotFound)?;
        let facts = sealed::device(ctx, &device)?;
        about.push((notice, facts));
    }
    Ok(about)
}
