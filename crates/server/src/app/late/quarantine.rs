//! What is held of a case, counted by what ended, paragraph and day: never content.

use std::collections::{BTreeMap, BTreeSet};

use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, OrderEndId};
use proviso_store::{FindingRow, OrderEndRow, Outside, OutsideCause, QuarantineRow, QuarantineState};

use super::LateError;
use super::assess::ALWAYS;
use crate::app::AppContext;
use crate::keys::case::Purpose;

/// Findings outside the order, counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Why.
    pub outside: Outside,
    /// The paragraph; empty for records without findings.
    pub paragraph: String,
    /// Records.
    pub records: BTreeSet<[u8; 32]>,
    /// Findings.
    pub findings: u64,
    /// The first observation.
    pub first: Timestamp,
    /// The last.
    pub last: Timestamp,
}

/// An end of the order with its reason.
#[derive(Debug, Clone)]
pub struct ShownEnd {
    /// The end.
    pub row: OrderEndRow,
    /// Why it was entered.
    pub reason: String,
}

/// What is outside the order of one case.
#[derive(Debug, Clone, Default)]
pub struct Quarantine {
    /// What ended the order, those withdrawn included, oldest first.
    pub ends: Vec<ShownEnd>,
    /// Held unseen, waiting for review.
    pub held: Vec<Group>,
    /// Left out of records whose other findings were put before an officer.
    pub left_out: Vec<Group>,
    /// Seen by an officer before it was known, and still there.
    pub seen: Vec<Group>,
    /// Erased after review.
    pub erased: Vec<Group>,
}

/// What one review is about: everything with one cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// What that end put outside.
    End(OrderEndId),
    /// What the version of the order that applies does not cover.
    NotCovered,
    /// What a device observed while an officer's entry about it stops capture.
    DeviceAct,
}

impl About {
    /// The cause that a group is reviewed under; `None` for findings that are held only because others are.
    #[must_use]
    pub fn of(outside: Outside) -> Option<Self> {
        match (outside.cause, outside.end) {
            (OutsideCause::WithOthers, _) => None,
            (OutsideCause::DeviceAct, _) => Some(Self::DeviceAct),
            (_, Some(end)) => Some(Self::End(end)),
            (_, None) => Some(Self::NotCovered),
        }
    }

    /// The word for forms, command lines and the log: the id of an end, `not-covered` or `device-act`.
    #[must_use]
    pub fn word(self) -> String {
        match self {
            Self::End(id) => id.to_string(),
            Self::NotCovered => "not-covered".to_owned(),
            Self::DeviceAct => "device-act".to_owned(),
        }
    }

    /// Reads [`About::word`] back.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text {
            "not-covered" => return Ok(Self::NotCovered),
            "device-act" => return Ok(Self::DeviceAct),
            _ => {}
        }
        let id = text.parse::<OrderEndId>();
        id.map(Self::End)
            .map_err(|_| "write the id of an end of the order, not-covered or device-act".to_owned())
    }
}

/// Counts what is outside the order of a case.
///
/// # Errors
/// [`LateError`].
pub async fn of_case(ctx: &AppContext, case: CaseId) -> Result<Quarantine, LateError> {
    let mut ends = Vec::new();
    for row in ctx.store.order_end_list(case).await? {
        let reason = ctx.unseal(case, Purpose::OrderEnd, &row.sealed)?;
        ends.push(ShownEnd { reason: String::from_utf8_lossy(&reason).into_owned(), row });
    }
    let rows = ctx.store.quarantine_list(Some(case)).await?;
    let in_state = |state| groups(rows.iter().filter(|row| row.state == state).map(Entry::of_held));
    let seen = seen(ctx, case).await?;
    Ok(Quarantine {
        ends,
        held: in_state(QuarantineState::Held),
        left_out: in_state(QuarantineState::LeftOut),
        seen: groups(seen.iter().filter_map(Entry::of_seen)),
        erased: in_state(QuarantineState::Erased),
    })
}

/// How many records of a case are held unseen.
///
/// # Errors
/// [`LateError`].
pub async fn held_count(ctx: &AppContext, case: CaseId) -> Result<usize, LateError> {
    let rows = ctx.store.quarantine_list(Some(case)).await?;
    let held = rows.iter().filter(|row| row.state == QuarantineState::Held);
    Ok(held.map(|row| row.record).collect::<BTreeSet<_>>().len())
}

/// Findings of a case that an officer could see, are outside the order, and were not destroyed.
async fn seen(ctx: &AppContext, case: CaseId) -> Result<Vec<FindingRow>, LateError> {
    let mut rows = ctx.store.finding_list(case, ALWAYS).await?;
    rows.retain(|row| row.outside.is_some() && !row.sealed.is_empty());
    Ok(rows)
}

struct Entry<'r> {
    outside: Outside,
    paragraph: &'r str,
    record: [u8; 32],
    findings: u64,
    at: Timestamp,
}

impl<'r> Entry<'r> {
    fn of_held(row: &'r QuarantineRow) -> Self {
        Self {
            outside: row.outside,
            paragraph: &row.paragraph,
            record: row.record,
            findings: u64::from(row.findings),
            at: row.observed_at,
        }
    }

    fn of_seen(row: &'r FindingRow) -> Option<Self> {
        let outside = row.outside?;
        let (paragraph, record, at) = (row.paragraph.as_str(), row.record, row.observed_at);
        Some(Self { outside, paragraph, record, findings: 1, at })
    }
}

fn groups<'r>(entries: impl Iterator<Item = Entry<'r>>) -> Vec<Group> {
    let mut by_cause: BTreeMap<(Outside, &str), Group> = BTreeMap::new();
    for entry in entries {
        let group = by_cause.entry((entry.outside, entry.paragraph)).or_insert_with(|| Group {
            outside: entry.outside,
            paragraph: entry.paragraph.to_owned(),
            records: BTreeSet::new(),
            findings: 0,
            first: entry.at,
            last: entry.at,
        });
        group.records.insert(entry.record);
        group.findings = group.findings.saturating_add(entry.findings);
        group.first = group.first.min(entry.at);
        group.last = group.last.max(entry.at);
    }
    by_cause.into_values().collect()
}
