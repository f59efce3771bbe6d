//! A person's page: order, devices, watched time and gaps, and the timeline. Viewing it is logged.

use proviso_model::Timestamp;
use proviso_model::ids::CaseId;
use proviso_model::order::Order;
use proviso_model::record::EnrolmentFacts;
use proviso_store::{
    AlertFilter, AlertRow, CaseRow, DecisionRow, DeviceRow, ForkRow, GapRow, NoticeRow, Stretch, WatchedRow,
};

use super::allowed::Action;
use super::error::ActError;
use super::history;
use super::people;
use super::sealed::{self, Person};
use super::who::Who;
use crate::app::AppContext;

/// How far back the timeline goes, in days.
pub const TIMELINE_DAYS: i64 = 30;
const DAY_MILLIS: i64 = 86_400_000;
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
    /// The officer in charge.
    pub officer: String,
    /// Devices that are not revoked.
    pub devices: Vec<(DeviceRow, EnrolmentFacts)>,
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
    /// Records of the devices that are kept apart from their chains.
    pub forks: Vec<(DeviceRow, Vec<ForkRow>)>,
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
        let stretch = Stretch {
            from: now.plus_millis(-TIMELINE_DAYS * DAY_MILLIS),
            until: now.plus_millis(DAY_MILLIS),
        };
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
        let mut forks = Vec::new();
        for (device, _) in &devices {
            forks.push((device.clone(), ctx.store.fork_list(device.id).await?));
        }
        Ok(PersonView {
            forks,
            person: sealed::person(ctx, &case)?,
            order: sealed::order(ctx, &case).await?,
            devices,
            gaps: ctx.store.gap_list(id, stretch).await?,
            watched: ctx.store.watched_list(id, stretch).await?,
            notices: ctx.store.notice_list(id, stretch).await?,
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
