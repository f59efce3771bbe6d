//! The inbox: undecided alerts of an officer's cases, most urgent first, and how their devices are.

use std::collections::{BTreeSet, HashMap};

use proviso_model::AlertState;
use proviso_model::Timestamp;
use proviso_model::ids::{AlertId, CaseId, DeviceId, OfficerId};
use proviso_model::observation::Act;
use proviso_model::record::EnrolmentFacts;
use proviso_store::{
    AlertRow, DeviceNoticeRow, NewestFinding, OrderEndRow, Outside, Permit, PermittedCaseload, PrivilegeRow,
};

use super::allowed::Action;
use super::budget::{self, Budget};
use super::error::ActError;
use super::inbox_query::InboxQuery;
use super::people::EnrolledDevice;
use super::sealed::{self, Person};
use super::threads::{self, BACK_MILLIS, COUNTED_MILLIS, Thread};
use super::who::{Who, is_guest};
use crate::app::AppContext;
use crate::app::conflicts;
use crate::app::coverage::{self, Asked};
use crate::app::device_acts;
use crate::app::device_tasks::{self, Task};
use crate::app::late;
use crate::app::other_adult;
use crate::app::privilege::{self, Reviewers};
use crate::keys::case::CaseColumns;

/// Most alerts that are looked through for one page.
const ALERTS_MAX: u32 = 500;
/// Most rows that one page lists.
const ROWS_MAX: usize = 200;

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

/// How many rows of an inbox there are, without a filter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// That wait and do not rest.
    pub waiting: usize,
    /// Of those, the officer's own.
    pub mine: usize,
    /// Of those, with something that nobody has opened.
    pub new: usize,
    /// Of those, with their time run out.
    pub overdue: usize,
    /// That rest.
    pub resting: usize,
    /// The alerts in all of them.
    pub alerts: usize,
}

impl Tally {
    fn of(threads: &[Thread]) -> Self {
        let mut tally = Self::default();
        for thread in threads {
            tally.alerts += thread.rows.len();
            if thread.rest.is_some() {
                tally.resting += 1;
                continue;
            }
            tally.waiting += 1;
            tally.mine += usize::from(thread.owner.as_ref().is_some_and(|owner| owner.is_me));
            tally.new += usize::from(thread.rows.iter().any(|row| row.alert.state == AlertState::New));
            tally.overdue += usize::from(thread.is_overdue);
        }
        tally
    }
}

/// What an inbox shows.
#[derive(Debug, Clone)]
pub struct Inbox {
    /// The newest notification that this view includes.
    pub after: i64,
    /// Now.
    pub now: Timestamp,
    /// Most urgent first: the rows that the filter asks for.
    pub threads: Vec<Thread>,
    /// How many rows there are without a filter.
    pub all: Tally,
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

/// The inbox of `who`, as far as `query` asks for it. Lists show ids, kinds, times and names only, so listing is not a view of evidence.
///
/// # Errors
/// [`ActError::NotYourRole`], or the store's.
pub async fn inbox(ctx: &AppContext, who: &Who, query: &InboxQuery) -> Result<Inbox, ActError> {
    who.require(Action::ViewEvidence)?;
    // Read first: an alert raised while we read is told again rather than missed.
    let after = ctx.store.notification_last().await?;
    let now = ctx.now();
    let cases = who.cases(ctx, Action::ViewEvidence).await?;
    let caseload = ctx.of_all(&cases);
    let mut columns = HashMap::with_capacity(cases.len());
    for case in &cases {
        columns.insert(case.id, ctx.case_columns(case.id)?);
    }
    let mut people: HashMap<CaseId, Person> = HashMap::with_capacity(cases.len());
    for case in &cases {
        people.insert(case.id, sealed::person_in(opened(&columns, case.id)?, case)?);
    }
    let devices = enrolled(&caseload, &columns, now).await?;
    let (mut rows, ends, mut more) = rows(&caseload, query, (&people, &devices)).await?;
    let budget = budget::of(ctx, who, now).await?;
    if let Some(budget) = budget {
        budget::rank(budget, &mut rows, now);
    }
    let lately =
        caseload.decided_lately(now.plus_millis(-BACK_MILLIS), now.plus_millis(-COUNTED_MILLIS)).await?;
    let owners = threads::owners(ctx, who, &rows).await?;
    let mut threads = threads::threads(rows, &lately, &owners, (who, now));
    let all = Tally::of(&threads);
    threads.retain(|thread| query.holds(thread));
    more |= threads.len() > ROWS_MAX;
    threads.truncate(ROWS_MAX);
    let waits = waits(ctx, &cases, (&people, &devices)).await?;
    let notices = notices(&caseload, who, (&people, &devices)).await?;
    let mut devices: Vec<_> = devices
        .into_values()
        .filter(|one| one.row.revoked_at.is_none() && !one.is_released(now))
        .filter_map(|device| Some(InboxDevice { person: people.get(&device.row.case)?.clone(), device }))
        .collect();
    devices.sort_by_key(|one| (one.device.row.seen_at, one.device.row.id));
    let checks = checks(ctx, &caseload, &columns, &devices).await?;
    let need_another = need_another(ctx, who, &cases).await?;
    Ok(Inbox { all, budget, need_another, waits, checks, after, now, threads, more, ends, notices, devices })
}

/// What opens the columns of a case of the list.
fn opened(columns: &HashMap<CaseId, CaseColumns>, case: CaseId) -> Result<&CaseColumns, ActError> {
    columns.get(&case).ok_or_else(|| ActError::Broken(format!("the keys of case {case} were not read")))
}

/// Rows of several cases, each with those of its own.
pub(super) fn by_case<T>(rows: Vec<T>, case: impl Fn(&T) -> CaseId) -> HashMap<CaseId, Vec<T>> {
    let mut sorted: HashMap<CaseId, Vec<T>> = HashMap::new();
    for row in rows {
        sorted.entry(case(&row)).or_default().push(row);
    }
    sorted
}

/// Those of one case.
pub(super) fn of<T>(sorted: &HashMap<CaseId, Vec<T>>, case: CaseId) -> &[T] {
    sorted.get(&case).map_or(&[], Vec::as_slice)
}

/// Every device of those cases, those revoked and released included.
async fn enrolled(
    caseload: &PermittedCaseload<'_>,
    columns: &HashMap<CaseId, CaseColumns>,
    now: Timestamp,
) -> Result<HashMap<DeviceId, EnrolledDevice>, ActError> {
    let entered = by_case(caseload.device_acts().await?, |row| row.case);
    let approved = by_case(caseload.other_adults().await?, |row| row.case);
    let mut devices = HashMap::new();
    for row in caseload.devices().await? {
        let facts = sealed::device_in(opened(columns, row.case)?, &row)?;
        let acts = device_acts::acts(of(&entered, row.case), row.id);
        let other_adult = other_adult::is_lately(of(&approved, row.case), row.id, now);
        devices.insert(row.id, EnrolledDevice { row, facts, acts, other_adult });
    }
    Ok(devices)
}

/// People and devices of the cases that are listed.
type Listed<'a> = (&'a HashMap<CaseId, Person>, &'a HashMap<DeviceId, EnrolledDevice>);

/// A row for each alert, what ended orders of cases that have one outside its order, and whether there may be more.
async fn rows(
    caseload: &PermittedCaseload<'_>,
    query: &InboxQuery,
    (people, devices): Listed<'_>,
) -> Result<(Vec<InboxRow>, Vec<OrderEndRow>, bool), ActError> {
    let alerts = match query.cases() {
        Some(cases) => caseload.among(&Vec::from_iter(cases.iter().copied())).undecided(ALERTS_MAX).await?,
        None => caseload.undecided(ALERTS_MAX).await?,
    };
    let more = alerts.len() >= ALERTS_MAX as usize;
    let newest = caseload.newest(&alerts).await?;
    let newest: HashMap<AlertId, NewestFinding> = newest.into_iter().map(|one| (one.alert, one)).collect();
    let (mut rows, mut ended) = (Vec::new(), Vec::new());
    for alert in alerts {
        let (Some(person), Some(device)) = (people.get(&alert.case), devices.get(&alert.device)) else {
            continue;
        };
        let newest = newest.get(&alert.id);
        let act = newest.map_or(Act::Unknown, |one| sealed::act(&one.act));
        let outside = newest.and_then(|one| one.outside).filter(|_| alert.is_outside());
        if outside.is_some() && !ended.contains(&alert.case) {
            ended.push(alert.case);
        }
        let (person, device) = (person.clone(), device.facts.clone());
        rows.push(InboxRow { outside, person, device, act, alert, is_over_budget: false });
    }
    Ok((rows, caseload.among(&ended).order_ends().await?, more))
}

/// Notices that nobody has marked as seen. Who was let into a case sees them on the person's page.
async fn notices(
    caseload: &PermittedCaseload<'_>,
    who: &Who,
    (people, devices): Listed<'_>,
) -> Result<Vec<InboxNotice>, ActError> {
    if is_guest(who.role) {
        return Ok(Vec::new());
    }
    let mut notices = Vec::new();
    for row in caseload.open_notices().await? {
        if let (Some(person), Some(device)) = (people.get(&row.case), devices.get(&row.device)) {
            notices.push(InboxNotice { person: person.clone(), device: device.facts.clone(), row });
        }
    }
    Ok(notices)
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
    (people, devices): Listed<'_>,
) -> Result<Vec<InboxWait>, ActError> {
    let held = privilege::held(ctx, &ctx.of_all(cases)).await?;
    if held.is_empty() {
        return Ok(Vec::new());
    }
    let in_charge: HashMap<CaseId, Option<OfficerId>> =
        cases.iter().map(|case| (case.id, case.officer)).collect();
    let reviewers = Reviewers::now(ctx).await?;
    let mut waits = Vec::new();
    for row in held {
        let (Some(person), Some(device)) = (people.get(&row.case), devices.get(&row.device)) else {
            continue;
        };
        let has_reviewer = reviewers.any_for(row.case, in_charge.get(&row.case).copied().flatten());
        let (person, device) = (person.clone(), device.facts.clone());
        waits.push(InboxWait { person, device, row, has_reviewer });
    }
    waits.sort_by_key(|one| (one.row.held_at, one.row.record));
    Ok(waits)
}

/// The devices with something to look at. Kinds and times only, as all that an inbox lists. Orders are read only of cases that have a
/// device with which something may be the matter.
async fn checks(
    ctx: &AppContext,
    caseload: &PermittedCaseload<'_>,
    columns: &HashMap<CaseId, CaseColumns>,
    devices: &[InboxDevice],
) -> Result<Vec<DeviceCheck>, ActError> {
    let now = ctx.now();
    let week = device_tasks::week(now);
    let gaps = by_case(caseload.gaps(week).await?, |row| row.case);
    let may_be = |one: &&InboxDevice| {
        device_tasks::may_be_the_matter(&one.device, of(&gaps, one.device.row.case), now)
    };
    let doubtful: Vec<&InboxDevice> = devices.iter().filter(may_be).collect();
    let cases: BTreeSet<CaseId> = doubtful.iter().map(|one| one.device.row.case).collect();
    let cases = Vec::from_iter(cases);
    let of_them = caseload.among(&cases);
    let orders = by_case(of_them.orders().await?, |row| row.case);
    let ends = by_case(of_them.order_ends().await?, |row| row.case);
    let mut in_force = HashMap::with_capacity(cases.len());
    for case in cases {
        let columns = opened(columns, case)?;
        in_force.insert(case, late::in_force(columns, of(&orders, case), of(&ends, case))?);
    }
    let asked: Vec<Asked<'_>> = doubtful
        .iter()
        .map(|one| Asked {
            device: &one.device.row,
            acts: &one.device.acts,
            in_force: of(&in_force, one.device.row.case),
        })
        .collect();
    let found = coverage::of_devices(ctx, &asked, week).await?;
    let mut checks = Vec::new();
    for (one, found) in doubtful.into_iter().zip(found) {
        let tasks = device_tasks::tasks(&found, &one.device.acts, now);
        if !tasks.is_empty() {
            checks.push(DeviceCheck { device: one.clone(), tasks });
        }
    }
    checks.sort_by_key(|check| check.tasks.iter().map(|task| task.since).min());
    Ok(checks)
}
