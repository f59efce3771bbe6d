//! The rows of an inbox: alerts folded by person and paragraph, each row with what an officer needs in order to choose which comes first.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use proviso_model::Timestamp;
use proviso_model::ids::{AlertId, CaseId, OfficerId};
use proviso_store::{DecidedLately, Permit, Priority};

use super::allowed::Action;
use super::error::ActError;
use super::fold::fold;
use super::inbox::InboxRow;
use super::priority::{Due, due};
use super::who::Who;
use crate::app::AppContext;

const DAY_MILLIS: i64 = 24 * 3_600_000;
/// What was decided so long ago, or less, is told of when the same comes back, in milliseconds.
pub const BACK_MILLIS: i64 = 28 * DAY_MILLIS;
/// How often something was seen is counted over so long, in milliseconds.
pub const COUNTED_MILLIS: i64 = 7 * DAY_MILLIS;

/// Whose a row is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreadOwner {
    /// Name for screens.
    pub name: String,
    /// Sign-in name.
    pub username: String,
    /// Whether it is the officer who looks.
    pub is_me: bool,
    /// Since when.
    pub since: Timestamp,
    /// Whether they may still decide on this case.
    pub may: bool,
    /// Whether all alerts of the row are theirs.
    pub has_all: bool,
}

/// That the same came back after a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Back {
    /// What was decided then, when.
    Decided(Timestamp),
    /// A conversation on which there was a decision before.
    Conversation,
}

/// A row of the inbox.
#[derive(Debug, Clone)]
pub struct Thread {
    /// Its alerts in the order of the inbox; never none.
    pub rows: Vec<InboxRow>,
    /// Which time within a week it is that something is found on this person under this paragraph.
    pub nth_time: u64,
    /// Whether the same had been decided on.
    pub back: Option<Back>,
    /// Whether it rested, and came back because it grew.
    pub is_woken: bool,
    /// Until when it rests.
    pub rest: Option<Timestamp>,
    /// Whose it is.
    pub owner: Option<ThreadOwner>,
    /// Whether the time of one of its alerts has run out.
    pub is_overdue: bool,
}

impl Thread {
    /// The alert that names the row: the one that was raised first.
    #[must_use]
    pub fn id(&self) -> Option<AlertId> {
        self.rows.iter().map(|row| (row.alert.raised_at, row.alert.id)).min().map(|(_, id)| id)
    }

    /// Whose case it is of.
    #[must_use]
    pub fn case(&self) -> CaseId {
        self.rows.first().map_or(CaseId::from_bytes([0; 16]), |row| row.alert.case)
    }

    /// How soon to look.
    #[must_use]
    pub fn priority(&self) -> Priority {
        self.rows.iter().map(|row| row.alert.priority).max().unwrap_or(Priority::NextVisit)
    }

    /// Whether the order as known now covers nothing of it.
    #[must_use]
    pub fn is_outside(&self) -> bool {
        self.rows.iter().all(|row| row.outside.is_some())
    }

    /// Whether all of it is more than the officer is asked to do today.
    #[must_use]
    pub fn is_over_budget(&self) -> bool {
        self.rows.iter().all(|row| row.is_over_budget)
    }

    /// Where it stands against its time: where the most pressing of its alerts does.
    #[must_use]
    pub fn due(&self, now: Timestamp) -> Due {
        self.rows.iter().map(|row| due(&row.alert, now)).min_by_key(pressing).unwrap_or(Due::Settled)
    }

    /// What presses most is least.
    #[must_use]
    pub fn pressing(&self, now: Timestamp) -> i64 {
        pressing(&self.due(now))
    }
}

fn pressing(due: &Due) -> i64 {
    match due {
        Due::Overdue(millis) => -millis,
        Due::In(millis) => *millis,
        Due::AfterReview => i64::MAX - 1,
        Due::Settled => i64::MAX,
    }
}

/// Who owns alerts of these rows, by the store's answer for each of them: few officers, however many people.
pub(super) async fn owners(
    ctx: &AppContext,
    who: &Who,
    rows: &[InboxRow],
) -> Result<HashMap<OfficerId, (Who, Vec<Permit>)>, ActError> {
    let ids: BTreeSet<OfficerId> =
        rows.iter().filter_map(|row| row.alert.care.owner.map(|(id, _)| id)).collect();
    let mut owners = HashMap::with_capacity(ids.len());
    if ids.is_empty() {
        return Ok(owners);
    }
    for row in ctx.store.officer_list().await?.into_iter().filter(|row| ids.contains(&row.id)) {
        let owner = if row.id == who.id { who.clone() } else { Who::from(row) };
        let permits = owner.cases(ctx, Action::Decide).await?;
        owners.insert(owner.id, (owner, permits));
    }
    Ok(owners)
}

/// Folds rows of the inbox, which are in its order.
pub(super) fn threads(
    rows: Vec<InboxRow>,
    lately: &[DecidedLately],
    owners: &HashMap<OfficerId, (Who, Vec<Permit>)>,
    (who, now): (&Who, Timestamp),
) -> Vec<Thread> {
    let folded = fold(&rows.iter().map(|row| &row.alert).collect::<Vec<_>>(), now);
    let mut rows: Vec<Option<InboxRow>> = rows.into_iter().map(Some).collect();
    let mut threads: Vec<Thread> = Vec::with_capacity(folded.len());
    for members in folded {
        let rows: Vec<InboxRow> =
            members.into_iter().filter_map(|nth| rows.get_mut(nth).and_then(Option::take)).collect();
        if !rows.is_empty() {
            threads.push(Thread {
                nth_time: 0,
                back: rows.iter().filter_map(|row| back(row, lately)).max_by_key(newest),
                is_woken: rows.iter().any(|row| row.alert.was_woken(now)),
                rest: rows.iter().filter_map(|row| row.alert.resting(now)).map(|rest| rest.until).min(),
                owner: owner(&rows, owners, who),
                is_overdue: rows.iter().any(|row| matches!(due(&row.alert, now), Due::Overdue(_))),
                rows,
            });
        }
    }
    count(&mut threads, lately, now);
    threads
}

fn newest(back: &Back) -> i64 {
    match back {
        Back::Decided(at) => at.as_micros(),
        Back::Conversation => 0,
    }
}

fn back(row: &InboxRow, lately: &[DecidedLately]) -> Option<Back> {
    let alert = &row.alert;
    if alert.is_conversation {
        return alert.earlier.map(|_| Back::Conversation);
    }
    let same = |one: &&DecidedLately| {
        (one.case, one.device, &one.paragraph, &one.rule)
            == (alert.case, alert.device, &alert.paragraph, &alert.rule)
    };
    lately.iter().filter(same).filter_map(|one| one.decided_at).max().map(Back::Decided)
}

fn owner(
    rows: &[InboxRow],
    owners: &HashMap<OfficerId, (Who, Vec<Permit>)>,
    who: &Who,
) -> Option<ThreadOwner> {
    let (id, since) =
        rows.iter().filter_map(|row| row.alert.care.owner).max_by_key(|(id, since)| (*since, *id))?;
    let (owner, permits) = owners.get(&id)?;
    Some(ThreadOwner {
        name: owner.name.clone(),
        username: owner.username.clone(),
        is_me: id == who.id,
        since,
        may: rows.iter().all(|row| permits.iter().any(|permit| permit.id == row.alert.case)),
        has_all: rows.iter().all(|row| row.alert.care.owner.is_some_and(|(one, _)| one == id)),
    })
}

/// Which time it is within a week: what was decided on counts alert by alert, what waits counts row by row, the oldest first.
fn count(threads: &mut [Thread], lately: &[DecidedLately], now: Timestamp) {
    let week = now.plus_millis(-COUNTED_MILLIS);
    let mut times: BTreeMap<(CaseId, String), u64> = BTreeMap::new();
    for one in lately {
        *times.entry((one.case, one.paragraph.clone())).or_default() += one.seen;
    }
    let mut order: Vec<(Timestamp, usize)> = Vec::with_capacity(threads.len());
    for (nth, thread) in threads.iter().enumerate() {
        order.extend(thread.rows.iter().map(|row| row.alert.first_at).min().map(|first| (first, nth)));
    }
    order.sort_unstable();
    for (_, nth) in order {
        let Some(thread) = threads.get_mut(nth) else { continue };
        let Some(row) = thread.rows.first() else { continue };
        let is_lately = thread.rows.iter().any(|row| row.alert.last_at >= week);
        let times = times.entry((row.alert.case, row.alert.paragraph.clone())).or_default();
        *times += u64::from(is_lately);
        thread.nth_time = if is_lately { *times } else { 0 };
    }
}
