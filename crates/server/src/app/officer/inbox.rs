//! The inbox: undecided alerts of an officer's cases, most urgent first, and how their devices are.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, DeviceId};
use proviso_model::observation::Act;
use proviso_model::record::EnrolmentFacts;
use proviso_store::{AlertRow, DeviceNoticeRow, GapRow, OrderEndRow, Outside, Permit, PrivilegeRow};

use super::allowed::Action;
use super::budget::{self, Budget};
use super::error::ActError;
use super::people::EnrolledDevice;
use super::privilege;
use super::sealed::{self, Person};
use super::who::Who;
use crate::app::AppContext;
use crate::app::conflicts;
use crate::app::device_acts;
use crate::app::device_tasks::{self, Task};
use crate::app::late::{self, LateError};
use crate::app::other_adult;

/// Most alerts that one page lists.
const ALERTS_MAX: u32 = 200;

/// An alert as an inbox lists it: nothing of what was captured.
#[derive(Debug, Clone)]
pub struct InboxRow {
    /// The alert.
    pub alert: AlertRow,
    /// The person.
    pub person: Person,
    /// The device, as it described itself at enrolment.
    pub device: EnrolmentFacts,
    /// What brought the newest observation about.
    pub act: Act,
    /// Why the order as known now covers nothing of it, by its newest finding; `None` when it covers some.
    pub outside: Option<Outside>,
    /// Whether it is more than the officer is asked to do today.
    pub is_over_budget: bool,
}

/// A device beside the name of its person.
#[derive(Debug, Clone)]
pub struct InboxDevice {
    /// The person.
    pub person: Person,
    /// The device.
    pub device: EnrolledDevice,
}

/// A device with something to look at.
#[derive(Debug, Clone)]
pub struct DeviceCheck {
    /// The device.
    pub device: InboxDevice,
    /// What.
    pub tasks: Vec<Task>,
}

/// A notice about a device, beside the name of its person.
#[derive(Debug, Clone)]
pub struct InboxNotice {
    /// The person.
    pub person: Person,
    /// The device, as it described itself.
    pub device: EnrolmentFacts,
    /// The notice.
    pub row: DeviceNoticeRow,
}

/// A record that may be privileged and waits for an independent reviewer: nothing of what was captured.
#[derive(Debug, Clone)]
pub struct InboxWait {
    /// The person.
    pub person: Person,
    /// The device, as it described itself.
    pub device: EnrolmentFacts,
    /// Under which paragraphs, when, since when.
    pub row: PrivilegeRow,
    /// Whether somebody may decide.
    pub has_reviewer: bool,
}

/// What an inbox shows.
#[derive(Debug, Clone)]
pub struct Inbox {
    /// The newest notification that this view includes.
    pub after: i64,
    /// Now.
    pub now: Timestamp,
    /// Most urgent first.
    pub rows: Vec<InboxRow>,
    /// Whether there may be more than one page lists.
    pub more: bool,
    /// What the officer is asked to do today, where the force set a number.
    pub budget: Option<Budget>,
    /// What ended orders of the listed cases.
    pub ends: Vec<OrderEndRow>,
    /// What waits for an independent reviewer, the longest first.
    pub waits: Vec<InboxWait>,
    /// Notices about devices that nobody has marked as seen, newest first.
    pub notices: Vec<InboxNotice>,
    /// Devices with something to look at, the longest first.
    pub checks: Vec<DeviceCheck>,
    /// Cases whose officer in charge may not open them, for who keeps caseloads.
    pub need_another: usize,
    /// Every device of the officer's cases that is neither revoked nor released.
    pub devices: Vec<InboxDevice>,
}

/// The inbox of `who`. Lists show ids, kinds, times and names only, so listing is not a view of evidence.
///
/// # Errors
/// [`ActError::NotYourRole`], or the store's.
pub async fn inbox(ctx: &AppContext, who: &Who) -> Result<Inbox, ActError> {
    who.require(Action::ViewEvidence)?;
    // Read first: an alert raised while we read is told again rather than missed.
    let after = ctx.store.notification_last().await?;
    let now = ctx.now();
    let mut people: HashMap<CaseId, Person> = HashMap::new();
    let mut devices: HashMap<DeviceId, EnrolledDevice> = HashMap::new();
    let cases = who.cases(ctx, Action::ViewEvidence).await?;
    for case in &cases {
        people.insert(case.id, sealed::person(ctx, case)?);
        let entered = ctx.of(case).device_act_list().await?;
        let approved = ctx.of(case).other_adult_list().await?;
        for row in ctx.of(case).device_list().await? {
            let facts = sealed::device(ctx, &row)?;
            let acts = device_acts::acts(&entered, row.id);
            let other_adult = other_adult::is_lately(&approved, row.id, now);
            devices.insert(row.id, EnrolledDevice { row, facts, acts, other_adult });
        }
    }
    let alerts = ctx.store.alert_list_of(&cases, ALERTS_MAX).await?;
    let more = alerts.len() >= ALERTS_MAX as usize;
    let (mut rows, mut ends, mut ended_cases) = (Vec::new(), Vec::new(), Vec::new());
    for alert in alerts {
        let Some(case) = cases.iter().find(|case| case.id == alert.case) else { continue };
        let (Some(person), Some(device)) = (people.get(&alert.case), devices.get(&alert.device)) else {
            continue;
        };
        let newest = ctx.of(case).alert_findings(alert.id, 1).await?;
        let act = newest.first().map_or(Act::Unknown, |(_, observation)| sealed::act(&observation.act));
        let outside = newest.first().and_then(|(finding, _)| finding.outside).filter(|_| alert.is_outside());
        if outside.is_some() && !ended_cases.contains(&alert.case) {
            ended_cases.push(alert.case);
            ends.extend(ctx.of(case).order_end_list().await?);
        }
        let (person, device) = (person.clone(), device.facts.clone());
        rows.push(InboxRow { outside, person, device, act, alert, is_over_budget: false });
    }
    let budget = budget::of(ctx, who, now).await?;
    if let Some(budget) = budget {
        budget::rank(budget, &mut rows, now);
    }
    let waits = waits(ctx, &cases, &people, &devices).await?;
    let mut notices = Vec::new();
    for row in ctx.store.device_notice_list_of(&cases).await? {
        if let (Some(person), Some(device)) = (people.get(&row.case), devices.get(&row.device)) {
            notices.push(InboxNotice { person: person.clone(), device: device.facts.clone(), row });
        }
    }
    let mut devices: Vec<_> = devices
        .into_values()
        .filter(|one| one.row.revoked_at.is_none() && !one.is_released(now))
        .filter_map(|device| Some(InboxDevice { person: people.get(&device.row.case)?.clone(), device }))
        .collect();
    devices.sort_by_key(|one| (one.device.row.seen_at, one.device.row.id));
    let checks = checks(ctx, &cases, &devices).await?;
    let need_another = need_another(ctx, who, &cases).await?;
    Ok(Inbox { budget, need_another, waits, checks, after, now, rows, more, ends, notices, devices })
}

async fn need_another(ctx: &AppContext, who: &Who, cases: &[Permit]) -> Result<usize, ActError> {
    if !who.may(Action::KeepCaseloads) {
        return Ok(0);
    }
    let found = conflicts::needing_another(ctx).await?;
    Ok(found.iter().filter(|row| cases.iter().any(|case| case.id == row.case)).count())
}

/// What waits for an independent reviewer in those cases.
async fn waits(
    ctx: &AppContext,
    cases: &[Permit],
    people: &HashMap<CaseId, Person>,
    devices: &HashMap<DeviceId, EnrolledDevice>,
) -> Result<Vec<InboxWait>, ActError> {
    let mut waits = Vec::new();
    for case in cases {
        let Some(person) = people.get(&case.id) else { continue };
        let found = privilege::of_case(ctx, case).await?;
        for row in found.waiting {
            let Some(device) = devices.get(&row.device) else { continue };
            let (person, device) = (person.clone(), device.facts.clone());
            waits.push(InboxWait { person, device, row, has_reviewer: found.has_reviewer });
        }
    }
    waits.sort_by_key(|one| (one.row.held_at, one.row.record));
    Ok(waits)
}

/// The devices with something to look at. Kinds and times only, as all that an inbox lists.
async fn checks(
    ctx: &AppContext,
    cases: &[Permit],
    devices: &[InboxDevice],
) -> Result<Vec<DeviceCheck>, ActError> {
    let mut gaps: HashMap<CaseId, Vec<GapRow>> = HashMap::new();
    let mut checks = Vec::new();
    for one in devices {
        let device = &one.device;
        let case = device.row.case;
        let Some(permit) = cases.iter().find(|permit| permit.id == case) else { continue };
        let of_case = match gaps.entry(case) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                unknown.insert(ctx.of(permit).gap_list(device_tasks::week(ctx.now())).await?)
            }
        };
        if !device_tasks::may_be_the_matter(device, of_case, ctx.now()) {
            continue;
        }
        let known = late::known(ctx, &ctx.case_keys(case)?).await?;
        let in_force = known.order.stretches().map_err(LateError::from)?;
        let tasks = device_tasks::of_device(ctx, device, &in_force).await?;
        if !tasks.is_empty() {
            checks.push(DeviceCheck { device: one.clone(), tasks });
        }
    }
    checks.sort_by_key(|check| check.tasks.iter().map(|task| task.since).min());
    Ok(checks)
}
