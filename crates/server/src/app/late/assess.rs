//! Sorting the findings of a record into those that the order as known now covers and those that it does not; and doing so
//! again for what is kept already when more becomes known.

use std::collections::{BTreeMap, BTreeSet};

use proviso_model::finding::{Finding, TextField};
use proviso_model::ids::{CaseId, DeviceId, JobId};
use proviso_model::limits::NEIGHBOURS_MAX;
use proviso_model::record::RecordBody;
use proviso_model::{Observation, Timestamp};
use proviso_store::{
    FindingFlag, FindingRow, Outside, OutsideCause, QuarantineRow, QuarantineState, RecordRow, Stretch,
};

use super::{Known, LateError, known};
use crate::app::AppContext;
use crate::app::destruction::revoked;
use crate::keys::CaseKeys;

/// How many findings of a record are outside the order, under one paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// The paragraph; empty for a record without findings.
    pub paragraph: String,
    /// Why.
    pub outside: Outside,
    /// How many.
    pub findings: u32,
}

impl Counted {
    /// As kept.
    #[must_use]
    pub fn row(
        self,
        record: &RecordRow,
        observed_at: Timestamp,
        state: QuarantineState,
        now: Timestamp,
    ) -> QuarantineRow {
        QuarantineRow {
            record: record.hash,
            paragraph: self.paragraph,
            case: record.case,
            device: record.device,
            outside: self.outside,
            findings: self.findings,
            observed_at,
            held_at: now,
            state,
            reviewed_at: None,
        }
    }
}

/// What becomes of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sorted {
    /// Every finding is covered.
    Inside,
    /// Some are, and everything sealed serves them too: those are kept, the others counted.
    Partly {
        /// For each finding, whether it is kept.
        keep: Vec<bool>,
        /// The others.
        left_out: Vec<Counted>,
    },
    /// Nothing of it may be seen before review.
    Outside(Vec<Counted>),
}

impl Sorted {
    /// Sorts the findings of a record.
    ///
    /// # Errors
    /// [`LateError::Rules`].
    pub fn of(
        known: &Known,
        device: DeviceId,
        captured: &Observation,
        findings: &[Finding],
    ) -> Result<Self, LateError> {
        let at = captured.observed_at;
        let stopped = known.stopped(device, at);
        if let Some(why) = stopped
            && !findings.is_empty()
        {
            return Ok(Self::Outside(counted(findings.iter().map(|one| (one, why)))));
        }
        if findings.is_empty() {
            let counted = |outside| Counted { paragraph: String::new(), outside, findings: 0 };
            let nothing = stopped.or_else(|| known.nothing_runs(at));
            return Ok(nothing.map_or(Self::Inside, |why| Self::Outside(vec![counted(why)])));
        }
        let why: Vec<Option<Outside>> = findings
            .iter()
            .map(|one| known.outside(&one.paragraph, one.condition, at, || Some(captured)))
            .collect::<Result<_, _>>()?;
        if why.iter().all(Option::is_none) {
            return Ok(Self::Inside);
        }
        let pairs = || findings.iter().zip(why.iter().copied());
        let inside: Vec<&Finding> = pairs().filter(|(_, why)| why.is_none()).map(|(one, _)| one).collect();
        let outside: Vec<&Finding> = pairs().filter(|(_, why)| why.is_some()).map(|(one, _)| one).collect();
        if !inside.is_empty() && all_serves(captured, &inside, &outside) {
            let left_out = counted(pairs().filter_map(|(one, why)| Some((one, why?))));
            return Ok(Self::Partly { keep: why.iter().map(Option::is_none).collect(), left_out });
        }
        let with_others = Outside { cause: OutsideCause::WithOthers, end: None };
        Ok(Self::Outside(counted(pairs().map(|(one, why)| (one, why.unwrap_or(with_others))))))
    }
}

/// Whether everything that was sealed would have been sealed for the findings inside alone: each passage holds words that
/// one of them rests on, and none of the others rests on a text that they do not.
fn all_serves(captured: &Observation, inside: &[&Finding], outside: &[&Finding]) -> bool {
    let spans = || inside.iter().flat_map(|one| &one.spans);
    let fields: BTreeSet<TextField> = spans().map(|span| span.field).collect();
    let passages = captured.fact.passages();
    let served = passages.iter().all(|passage| {
        let end = passage.offset.saturating_add(passage.text.len() as u64);
        let in_text = |field| matches!(field, TextField::Text | TextField::Typed);
        spans().any(|span| in_text(span.field) && passage.offset <= span.start && span.end <= end)
    });
    // Of a conversation, every message sealed is one that a finding inside rests on, or its neighbour.
    let near = |index: u32| {
        spans().filter_map(|span| span.message).any(|used| used.abs_diff(index) <= NEIGHBOURS_MAX)
    };
    let served = served && captured.fact.messages().all(|message| near(message.index));
    served && outside.iter().flat_map(|one| &one.spans).all(|span| fields.contains(&span.field))
}

fn counted<'f>(findings: impl Iterator<Item = (&'f Finding, Outside)>) -> Vec<Counted> {
    let mut by_paragraph: BTreeMap<&str, (Outside, u32)> = BTreeMap::new();
    for (finding, outside) in findings {
        let entry = by_paragraph.entry(&finding.paragraph).or_insert((outside, 0));
        entry.1 = entry.1.saturating_add(1);
    }
    let counted = by_paragraph.into_iter();
    counted
        .map(|(paragraph, (outside, findings))| Counted {
            paragraph: paragraph.to_owned(),
            outside,
            findings,
        })
        .collect()
}

/// Every instant that a finding can have.
pub(super) const ALWAYS: Stretch =
    Stretch { from: Timestamp::from_micros(i64::MIN), until: Timestamp::from_micros(i64::MAX) };

/// Flags every kept finding of a case that the order as known now does not cover, and clears the flag of those that it
/// does. Gives how many flags changed.
///
/// # Errors
/// [`LateError`].
pub async fn reassess(ctx: &AppContext, case: CaseId) -> Result<usize, LateError> {
    let keys = ctx.case_keys(case)?;
    let known = known(ctx, &keys).await?;
    let mut flags = Vec::new();
    for finding in ctx.store.finding_list(case, ALWAYS).await? {
        let captured = captured(ctx, &keys, &known, &finding).await?;
        let Captured::Readable(captured) = captured else { continue };
        let (paragraph, at) = (&finding.paragraph, finding.observed_at);
        let outside = match known.stopped(finding.device, at) {
            Some(why) => Some(why),
            None => known.outside(paragraph, finding.condition, at, || captured.as_deref())?,
        };
        if outside != finding.outside {
            flags.push(FindingFlag { record: finding.record, position: finding.position, outside });
        }
    }
    ctx.store.finding_flag(case, &flags).await?;
    ctx.hub.wake();
    Ok(flags.len())
}

enum Captured {
    /// It is here where it is needed.
    Readable(Option<Box<Observation>>),
    /// It was destroyed: nobody can act on it, and its flag stays as it is.
    Gone,
}

/// The observation behind a finding, opened only where it is needed to say whether it is covered.
async fn captured(
    ctx: &AppContext,
    keys: &CaseKeys,
    known: &Known,
    finding: &FindingRow,
) -> Result<Captured, LateError> {
    let standing = known.order.standing(&finding.paragraph, finding.condition, finding.observed_at);
    if standing != proviso_engine::Standing::InForceChanged {
        return Ok(Captured::Readable(None));
    }
    let record = ctx.store.record_get(&finding.record).await?;
    Ok(match record.and_then(|record| revoked::content(keys, &record)).map(|content| content.body) {
        Some(RecordBody::Finding { captured, .. }) => Captured::Readable(Some(Box::new(captured))),
        _ => Captured::Gone,
    })
}

/// Gives everything that is held of a case to the replay job again: what the order as known now covers is put before an
/// officer, the rest is held again. Gives how many records it was.
///
/// # Errors
/// [`LateError`].
pub async fn requeue_held(ctx: &AppContext, case: CaseId) -> Result<u64, LateError> {
    let now = ctx.now();
    let rows = ctx.store.quarantine_list(Some(case)).await?;
    let held = rows.iter().filter(|row| row.state != QuarantineState::Erased).map(|row| row.record);
    let records: BTreeSet<[u8; 32]> = held.collect();
    let records: Vec<_> = records.into_iter().map(|record| (record, JobId::new(now, ctx.random()))).collect();
    let done = ctx.store.quarantine_requeue(&records, now).await?;
    if done > 0 {
        ctx.work.notify_one();
    }
    Ok(done)
}
