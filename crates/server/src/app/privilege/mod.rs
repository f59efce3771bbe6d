//! Suspected privilege (invariant 4): what reads as between somebody and a lawyer waits for an independent reviewer, and no officer of
//! the case sees a word of it before. Nothing is made of such a record: no alert, no finding, no observation, so that no page, export
//! or notification can show it. What is released goes through the replay job again, as if it had just come.
//! `docs/privilege.md` says it for officers.

pub mod part;

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use proviso_engine::privilege::{PrivilegeTest, RestsOn};
use proviso_model::finding::Finding;
use proviso_model::ids::{CaseId, OfficerId};
use proviso_model::{Observation, Timestamp};
use proviso_store::{
    ConflictFilter, OfficerRole, OfficerRow, Permit, PermittedCaseload, Priority, PrivilegeRow,
    PrivilegeState, RecordRow, StoreError,
};
use serde::{Deserialize, Serialize};

use self::part::Withheld;
use super::AppContext;
use super::conflicts;
use crate::keys::KeyError;
use crate::keys::case::Purpose;

/// The kind of a record that waits for an independent reviewer, in the clear.
pub const KIND_PRIVILEGE: &str = "privilege";

/// What is sealed of a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrivilegeWords {
    /// Why.
    pub reason: String,
    /// What stays sealed of a record that is released in part.
    #[serde(default)]
    pub withheld: Withheld,
}

/// What the officers of a case may be shown of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MayShow {
    /// All of it.
    All,
    /// Nothing: it waits, or is privileged.
    Nothing(PrivilegeRow),
    /// All but this.
    But(Withheld),
}

/// The test by the packs in use here: it is asked again of every record, for a device may have had a policy from before it knew it.
///
/// # Errors
/// [`StoreError::Damaged`] when a pack's terms cannot be looked for.
pub fn test(ctx: &AppContext) -> Result<Arc<PrivilegeTest>, StoreError> {
    ctx.privilege_test_made_once(|| {
        let made = PrivilegeTest::of_packs(ctx.packs.iter().map(AsRef::as_ref));
        made.map_err(|error| StoreError::Damaged(error.to_string()))
    })
}

/// Why a record may be privileged: by what its findings say, else by the packs in use here. Empty where nothing says so.
#[must_use]
pub fn reasons(test: &PrivilegeTest, captured: &Observation, findings: &[Finding]) -> Vec<String> {
    let sealed = findings.iter().filter_map(|finding| finding.privilege.as_ref());
    let sealed: BTreeSet<String> = sealed.map(|privilege| privilege.reason.clone()).collect();
    if !sealed.is_empty() {
        return sealed.into_iter().collect();
    }
    let of = |finding: &Finding| {
        let scored = finding.score.iter().flat_map(|score| &score.passages);
        let scored = scored.map(|one| RestsOn { field: one.field, start: one.start, end: one.end });
        let rests_on: Vec<_> = finding.spans.iter().map(RestsOn::from).chain(scored).collect();
        test.says_of(captured, &rests_on, |_| true).map(|privilege| privilege.reason)
    };
    findings.iter().filter_map(of).collect::<BTreeSet<_>>().into_iter().collect()
}

/// What the officers of the case may be shown of a record.
///
/// # Errors
/// The store's; keys that cannot be used.
pub async fn may_show<E: From<StoreError> + From<KeyError>>(
    ctx: &AppContext,
    test: &PrivilegeTest,
    record: &RecordRow,
    (captured, findings): (&Observation, &[Finding]),
    priority: Option<Priority>,
) -> Result<MayShow, E> {
    if let Some(row) = ctx.store.privilege_get(&record.hash).await? {
        return Ok(match row.state {
            PrivilegeState::Released => MayShow::All,
            PrivilegeState::Partly => MayShow::But(words(ctx, &row)?.withheld),
            PrivilegeState::Held | PrivilegeState::Privileged => MayShow::Nothing(row),
        });
    }
    if reasons(test, captured, findings).is_empty() {
        return Ok(MayShow::All);
    }
    let mut paragraphs: Vec<String> = Vec::new();
    for finding in findings {
        if !paragraphs.contains(&finding.paragraph) {
            paragraphs.push(finding.paragraph.clone());
        }
    }
    Ok(MayShow::Nothing(PrivilegeRow {
        record: record.hash,
        case: record.case,
        device: record.device,
        paragraphs,
        findings: u32::try_from(findings.len()).unwrap_or(u32::MAX),
        priority: priority.unwrap_or(Priority::NextVisit),
        observed_at: captured.observed_at,
        held_at: ctx.now(),
        state: PrivilegeState::Held,
        decided: None,
        sealed: Vec::new(),
    }))
}

/// What a reviewer wrote, as sealed.
///
/// # Errors
/// Keys that cannot be used; a column that is not what was sealed.
pub fn words(ctx: &AppContext, row: &PrivilegeRow) -> Result<PrivilegeWords, KeyError> {
    ctx.unseal_json(row.case, Purpose::Privilege, &row.sealed)
}

/// How many records of a case wait, are privileged, are released in part, and are released; what waits is counted since when.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Wait for a reviewer.
    pub held: usize,
    /// Since when the longest waits.
    pub since: Option<Timestamp>,
    /// Stay sealed for good.
    pub privileged: usize,
    /// Were released in part.
    pub partly: usize,
    /// Were released.
    pub released: usize,
}

impl Counts {
    /// Counts the rows.
    #[must_use]
    pub fn of(rows: &[PrivilegeRow]) -> Self {
        let mut counts = Self::default();
        for row in rows {
            match row.state {
                PrivilegeState::Held => {
                    counts.held += 1;
                    counts.since = Some(counts.since.map_or(row.held_at, |since| since.min(row.held_at)));
                }
                PrivilegeState::Privileged => counts.privileged += 1,
                PrivilegeState::Partly => counts.partly += 1,
                PrivilegeState::Released => counts.released += 1,
            }
        }
        counts
    }
}

/// The rows of a case, or of every case, but for those whose content was destroyed while they waited.
///
/// # Errors
/// The store's.
pub async fn of(ctx: &AppContext, case: &Permit) -> Result<Vec<PrivilegeRow>, StoreError> {
    let found = ctx.of(case).privilege_list().await?;
    but_for_destroyed(ctx, found).await
}

/// The same, for the server's own work and for counts.
///
/// # Errors
/// The store's.
pub async fn rows(ctx: &AppContext, case: Option<CaseId>) -> Result<Vec<PrivilegeRow>, StoreError> {
    let found = ctx.store.privilege_list(case).await?;
    but_for_destroyed(ctx, found).await
}

/// What waits for an independent reviewer in these cases, the longest first.
///
/// # Errors
/// The store's.
pub async fn held(ctx: &AppContext, cases: &PermittedCaseload<'_>) -> Result<Vec<PrivilegeRow>, StoreError> {
    let found = cases.privilege_held().await?;
    but_for_destroyed(ctx, found).await
}

async fn but_for_destroyed(
    ctx: &AppContext,
    mut rows: Vec<PrivilegeRow>,
) -> Result<Vec<PrivilegeRow>, StoreError> {
    let held = rows.iter().filter(|row| row.state == PrivilegeState::Held);
    let held: Vec<[u8; 32]> = held.map(|row| row.record).collect();
    let keys = ctx.store.record_keys(&held).await?;
    rows.retain(|row| row.state != PrivilegeState::Held || keys.contains_key(&row.record));
    Ok(rows)
}

/// Who may review, and which cases are barred for whom.
pub struct Reviewers {
    officers: Vec<OfficerId>,
    barred: HashSet<(OfficerId, CaseId)>,
}

impl Reviewers {
    /// As it is now.
    ///
    /// # Errors
    /// The store's.
    pub async fn now(ctx: &AppContext) -> Result<Self, StoreError> {
        let is_meant =
            |one: &OfficerRow| one.role == OfficerRole::PrivilegeReviewer && conflicts::is_enabled(one);
        let officers = ctx.store.officer_list().await?;
        let barred = ctx.store.conflict_list(ConflictFilter::default()).await?;
        Ok(Self {
            officers: officers.into_iter().filter(is_meant).map(|one| one.id).collect(),
            barred: barred.into_iter().map(|row| (row.officer, row.case)).collect(),
        })
    }

    /// Whether any of them may review a case: one who is not in charge of it and does not know the person.
    #[must_use]
    pub fn any_for(&self, case: CaseId, in_charge: Option<OfficerId>) -> bool {
        self.officers.iter().any(|one| Some(*one) != in_charge && !self.barred.contains(&(*one, case)))
    }
}

/// Whether any officer may review: an active one with the role who is not in charge of the case and does not know the person.
///
/// # Errors
/// The store's.
pub async fn has_reviewer(ctx: &AppContext, case: Option<CaseId>) -> Result<bool, StoreError> {
    let reviewers = Reviewers::now(ctx).await?;
    let Some(case) = case else { return Ok(!reviewers.officers.is_empty()) };
    let in_charge = ctx.store.case_get(case).await?.and_then(|case| case.officer);
    Ok(reviewers.any_for(case, in_charge))
}
