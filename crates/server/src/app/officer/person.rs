//! A person's page: order, devices, watched time and gaps, and the timeline. Viewing it is logged.

use proviso_model::Timestamp;
use proviso_model::ids::CaseId;
use proviso_model::order::Order;
use proviso_model::record::EnrolmentFacts;
use proviso_model::statement::Statement;
use proviso_store::{
    AlertFilter, AlertRow, CaseRow, DecisionRow, GapRow, NoticeRow, OrderEndRow, Stretch, WatchedRow,
};

use super::allowed::Action;
use super::device_notice::{self, ShownNotice};
use super::error::ActError;
use super::history;
use super::people::{self, EnrolledDevice};
use super::privilege::{self, OfCase};
use super::sealed::{self, Person};
use super::shield;
use super::statements;
use super::who::Who;
use crate::app::AppContext;
use crate::app::coverage::{self, DeviceCoverage};
use crate::app::device_tasks;
use crate::app::late::{self, LateError};

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
    /// Alerts last seen within the timeline.
    pub alerts: Vec<AlertRow>,
    /// Their decisions, with the name of who decided.
    pub decisions: Vec<(DecisionRow, String)>,
    /// Gaps, in time order.
    pub gaps: Vec<GapRow>,
    /// Watched stretches, in time order.
    pub watched: Vec<WatchedRow>,
    /// Notices, in time order.
    pub notices: Vec<NoticeRow>,
    /// What the person wrote on the device.
    pub statements: Vec<Statement>,
    /// Notices about devices, newest first, each with what its device called itself.
    pub about_devices: Vec<(ShownNotice, EnrolmentFacts)>,
    /// Whether this officer may mark one as seen.
    pub may_mark: bool,
    /// Whether this officer may make an enrolment code here.
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
    ctx.logged(&who.actor(), "case-view", Some(id), &id.to_string(), async {
        let now = ctx.now();
        let stretch = Stretch { from: now.plus_days(-TIMELINE_DAYS), until: now.plus_days(1) };
        let filter = AlertFilter { case: Some(id), limit: ALERTS_MAX, ..AlertFilter::default() };
        let mut alerts = ctx.store.alert_list(filter).await?;
        alerts.retain(|alert| alert.last_at >= stretch.from);
        let mut decisions = Vec::new();
        for alert in alerts.iter().filter(|alert| alert.decided_at.is_some()) {
            for row in ctx.store.decision_list(alert.id).await? {
                let officer = history::officer_name(ctx, row.officer).await?;
                decisions.push((row, officer));
            }
        }
        let officer = match case.officer {
            Some(officer) => history::officer_name(ctx, officer).await?,
            None => "nobody yet".to_owned(),
        };
        let devices = people::devices(ctx, &case).await?;
        let known = late::known(ctx, &ctx.case_keys(id)?).await?;
        let in_force = known.order.stretches().map_err(LateError::from)?;
        let about_devices = about_devices(ctx, id).await?;
        let week = device_tasks::week(now);
        let mut minutes = Vec::new();
        for device in &devices {
            minutes.push(coverage::of_device(ctx, &in_force, &device.row, week).await?);
        }
        Ok(PersonView {
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
            watched: ctx.store.watched_list(id, stretch).await?,
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

    /// Watched time under the order.
    #[must_use]
    pub fn watched_under_the_order(&self) -> Vec<WatchedRow> {
        let parts = |row: &WatchedRow| {
            let parts = self.under_the_order(row.from, row.until).into_iter();
            let row = row.clone();
            parts.map(move |(from, until)| WatchedRow { from, until, ..row.clone() })
        };
        self.watched.iter().flat_map(parts).collect()
    }

    /// Gaps under the order. One that lasts ends, where the order has, with the order.
    #[must_use]
    pub fn gaps_under_the_order(&self) -> Vec<GapRow> {
        let parts = |row: &GapRow| {
            let last = row.until.unwrap_or(self.now);
            let parts = self.under_the_order(row.from, last).into_iter();
            let row = row.clone();
            parts.map(move |(from, until)| {
                let still = row.until.is_none() && until == last;
                GapRow { from, until: (!still).then_some(until), ..row.clone() }
            })
        };
        self.gaps.iter().flat_map(parts).collect()
    }
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
