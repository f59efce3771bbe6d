//! How the work stands under a supervisor: who has how much, what has waited longest, and what waits for a second officer. No measure of a
//! person: few alerts are not little risk.

use std::collections::BTreeMap;

use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, OfficerId};
use proviso_store::{AlertRow, AuditFilter};

use super::allowed::Action;
use super::error::ActError;
use super::history::Names;
use super::priority::{Due, due};
use super::sealed::{self, Person};
use super::who::Who;
use super::{blind_review, budget, quarantine, retention, rights, unveilings};
use crate::app::AppContext;
use crate::app::rights::State;

/// Alerts that are looked at for the counts.
const ALERTS_MAX: u32 = 10_000;
/// Alerts that are listed as having waited longest.
const LONGEST_MAX: usize = 10;

/// The work of one officer.
#[derive(Debug, Clone)]
pub struct OfficerLoad {
    /// Who; nobody for cases without an officer in charge.
    pub officer: Option<OfficerId>,
    /// Name for screens.
    pub name: String,
    /// Cases in their charge.
    pub cases: usize,
    /// Alerts that wait for a decision.
    pub open: usize,
    /// Of those, overdue.
    pub overdue: usize,
    /// Since when the one waits that has waited longest.
    pub oldest: Option<Timestamp>,
    /// Alerts they decided since midnight.
    pub decided_today: u64,
    /// Names of those who stand in for them now.
    pub covered_by: Vec<String>,
}

/// An alert that has waited.
#[derive(Debug, Clone)]
pub struct WaitingAlert {
    /// The alert.
    pub alert: AlertRow,
    /// The person.
    pub person: Person,
    /// The officer in charge.
    pub officer: String,
}

/// What waits for an officer who is not in charge of the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ForReview {
    /// Cases with something held outside their order.
    pub quarantine: usize,
    /// Proposals to destroy a case that wait for a second officer.
    pub to_destroy: usize,
    /// Decisions drawn to be looked at again.
    pub second_looks: usize,
    /// What people asked and nobody has answered.
    pub rights: usize,
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct WorkloadView {
    /// By name; cases without an officer last.
    pub officers: Vec<OfficerLoad>,
    /// The longest first.
    pub longest: Vec<WaitingAlert>,
    /// Alerts that wait for a decision, all together.
    pub open: usize,
    /// The force's number of alerts for an officer and a day.
    pub per_day: Option<u32>,
    /// What waits for another officer.
    pub for_review: ForReview,
    /// Now.
    pub now: Timestamp,
}

/// The work under a supervisor. Names, counts and times only, so it is no view of evidence.
///
/// # Errors
/// [`ActError`].
pub async fn view(ctx: &AppContext, who: &Who) -> Result<WorkloadView, ActError> {
    who.require(Action::KeepCaseloads)?;
    let now = ctx.now();
    let cases = who.cases(ctx, Action::ViewEvidence).await?;
    let in_charge: BTreeMap<CaseId, Option<OfficerId>> =
        cases.iter().map(|case| (case.id, case.officer)).collect();
    let mut alerts = ctx.of_all(&cases).undecided(ALERTS_MAX).await?;
    let names = Names::now(ctx).await?;
    let mut officers = officers(ctx, &in_charge, &names).await?;
    for alert in &alerts {
        let officer = in_charge.get(&alert.case).copied().flatten();
        let Some(load) = officers.iter_mut().find(|load| load.officer == officer) else { continue };
        load.open += 1;
        load.overdue += usize::from(matches!(due(alert, now), Due::Overdue(_)));
        load.oldest = Some(load.oldest.map_or(alert.raised_at, |oldest| oldest.min(alert.raised_at)));
    }
    let open = alerts.len();
    // What the order covers nothing of waits for its review, not for the officer in charge.
    alerts.retain(|alert| !alert.is_outside());
    alerts.sort_by_key(|alert| (alert.raised_at, alert.id));
    alerts.truncate(LONGEST_MAX);
    let mut longest = Vec::with_capacity(alerts.len());
    for alert in alerts {
        let Some(case) = cases.iter().find(|case| case.id == alert.case) else { continue };
        let (person, officer) = (sealed::person(ctx, case)?, names.in_charge(case));
        longest.push(WaitingAlert { person, officer, alert });
    }
    let (per_day, for_review) = (budget::per_day(ctx).await?, for_review(ctx, who).await?);
    Ok(WorkloadView { officers, longest, open, per_day, for_review, now })
}

/// The officers in charge of those cases, with what does not come of alerts.
async fn officers(
    ctx: &AppContext,
    in_charge: &BTreeMap<CaseId, Option<OfficerId>>,
    names: &Names,
) -> Result<Vec<OfficerLoad>, ActError> {
    let now = ctx.now();
    let mut covers = ctx.store.cover_list(now).await?;
    covers.retain(|row| row.ended_at.is_none() && row.from <= now);
    let mut loads: BTreeMap<Option<OfficerId>, OfficerLoad> = BTreeMap::new();
    for officer in in_charge.values() {
        let load = loads.entry(*officer).or_insert_with(|| OfficerLoad {
            officer: *officer,
            name: officer.map_or_else(|| "Nobody in charge".to_owned(), |id| names.of(id)),
            cases: 0,
            open: 0,
            overdue: 0,
            oldest: None,
            decided_today: 0,
            covered_by: Vec::new(),
        });
        load.cases += 1;
    }
    for (officer, load) in &mut loads {
        let Some(officer) = officer else { continue };
        let filter = AuditFilter {
            act: "alert-decide".to_owned(),
            since: unveilings::begins(now).0,
            actor: Some(format!("officer:{officer}")),
            object: None,
        };
        load.decided_today = ctx.store.audit_count(&filter).await?;
        let of_them = covers.iter().filter(|row| row.officer == *officer);
        load.covered_by = of_them.map(|row| names.of(row.covered_by)).collect();
    }
    let mut loads: Vec<OfficerLoad> = loads.into_values().collect();
    loads.sort_by(|a, b| a.officer.is_none().cmp(&b.officer.is_none()).then(a.name.cmp(&b.name)));
    Ok(loads)
}

async fn for_review(ctx: &AppContext, who: &Who) -> Result<ForReview, ActError> {
    let mut found = ForReview::default();
    if who.may(Action::ReviewQuarantine) {
        found.quarantine = quarantine::list(ctx, who).await?.iter().filter(|one| one.held > 0).count();
    }
    if who.may(Action::ReviewRetention) {
        let (listed, _) = retention::list(ctx, who).await?;
        found.to_destroy = listed.iter().filter(|one| one.review.proposal.is_some()).count();
    }
    if who.may(Action::ReviewDecisions) {
        found.second_looks = blind_review::count(ctx, who).await?;
    }
    if who.may(Action::AnswerRights) {
        found.rights =
            rights::list(ctx, who).await?.iter().filter(|one| one.asked.state == State::Open).count();
    }
    Ok(found)
}
