//! Records that may be privileged, or are: what a bundle says of them, which is that they are there.

use std::collections::{BTreeMap, BTreeSet};

use proviso_evidence::format::{WithheldFile, WithheldState};
use proviso_evidence::{Part, Shown};
use proviso_model::hash::Digest;
use proviso_model::ids::{AlertId, CaseId};
use proviso_store::{AuditRow, PrivilegeRow, PrivilegeState, RecordRow};

use super::BundleError;
use crate::app::AppContext;

/// Records that are kept out of a bundle, each with what is known of it.
#[derive(Default)]
pub(super) struct Withheld(BTreeMap<[u8; 32], (PrivilegeRow, RecordRow)>);

impl Withheld {
    /// All of a case, but for those whose content was destroyed: they are told of as destroyed.
    pub(super) async fn of_case(ctx: &AppContext, case: CaseId) -> Result<Self, BundleError> {
        let mut found = BTreeMap::new();
        for row in ctx.store.privilege_list(Some(case)).await? {
            let record = ctx.store.record_get(&row.record).await?;
            let record = record.filter(|record| row.state.withholds() && record.destroyed_at.is_none());
            found.extend(record.map(|record| (row.record, (row, record))));
        }
        Ok(Self(found))
    }

    /// Takes them out of what would be shown.
    pub(super) fn keep_from(&self, records: &mut Vec<RecordRow>) {
        records.retain(|record| !self.0.contains_key(&record.hash));
    }

    /// Of an alert only those behind it, and those that stand between records that are shown.
    pub(super) fn of_alert(
        &mut self,
        by_alert: &BTreeMap<AlertId, BTreeSet<[u8; 32]>>,
        between: &[RecordRow],
    ) {
        let is_behind = |hash: &[u8; 32]| by_alert.values().any(|records| records.contains(hash));
        let is_between = |hash: &[u8; 32]| between.iter().any(|record| record.hash == *hash);
        self.0.retain(|hash, _| is_behind(hash) || is_between(hash));
    }

    /// The records themselves.
    pub(super) fn records(&self) -> impl Iterator<Item = &RecordRow> {
        self.0.values().map(|(_, record)| record)
    }

    /// Whether a record is one of them.
    pub(super) fn has(&self, record: &[u8; 32]) -> bool {
        self.0.contains_key(record)
    }

    /// One statement for each.
    pub(super) fn files(&self, audit: &[AuditRow], shown: &Shown) -> Vec<WithheldFile> {
        let file = |(row, record): &(PrivilegeRow, RecordRow)| {
            let state = match row.state {
                PrivilegeState::Held | PrivilegeState::Released => WithheldState::Held,
                PrivilegeState::Privileged => WithheldState::Privileged,
                PrivilegeState::Partly => WithheldState::Partly,
            };
            WithheldFile {
                record: Digest(row.record),
                device: row.device,
                epoch: record.epoch,
                seq: record.seq,
                state,
                paragraphs: row.paragraphs.clone(),
                observed_at: (!shown.leaves_out(Part::Times)).then_some(row.observed_at),
                held_at: row.held_at,
                decided_at: row.decided.as_ref().map(|(at, _)| *at),
                act: audit.iter().find(|entry| decided(entry, row, state)).map(|entry| entry.entry.id),
            }
        };
        self.0.values().map(file).collect()
    }
}

/// Whether this act decided on that record.
fn decided(entry: &AuditRow, row: &PrivilegeRow, state: WithheldState) -> bool {
    let names = |word: &str| entry.entry.objects.split(' ').any(|object| object == word);
    let is_done = entry.completed.as_ref().is_some_and(|(_, outcome, _, _)| outcome == "done");
    let is_of_it = names(&Digest(row.record).to_string()) && names(state.as_str());
    entry.entry.act == "privilege-decide" && is_done && is_of_it
}
