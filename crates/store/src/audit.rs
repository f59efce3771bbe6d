//! The audit log: written before an act, completed after it, chained.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::{AuditId, CaseId};

use crate::error::Result;

/// What is about to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Id.
    pub id: AuditId,
    /// When.
    pub opened_at: Timestamp,
    /// Who: `officer:ID`, `command-line` or `worker`.
    pub actor: String,
    /// The act, for example `alert-open`.
    pub act: String,
    /// The case that it concerns.
    pub case: Option<CaseId>,
    /// Ids of what it concerns, separated by a space.
    pub objects: String,
    /// The reason given, sealed; empty when none is asked.
    pub sealed: Vec<u8>,
}

/// How an act ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditClose {
    /// The entry.
    pub id: AuditId,
    /// When.
    pub completed_at: Timestamp,
    /// `done`, `refused` or `failed`.
    pub outcome: String,
}

/// An entry as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Place in the log, from 1.
    pub seq: u64,
    /// The entry.
    pub entry: AuditEntry,
    /// Hash of the entry before it.
    pub previous: [u8; 32],
    /// Hash of this one.
    pub hash: [u8; 32],
    /// How it ended: time, outcome, hash of the whole, leaf.
    pub completed: Option<(Timestamp, String, [u8; 32], u64)>,
}

/// Entries of one act since a time, but for those that were refused or failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditFilter {
    /// The act.
    pub act: String,
    /// Not before.
    pub since: Timestamp,
    /// By whom; everybody when absent.
    pub actor: Option<String>,
    /// An id among `objects`; all when absent.
    pub object: Option<String>,
}

/// Which entries of the whole log a reader looks for; nothing narrows where nothing is said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditSearch {
    /// Of this case.
    pub case: Option<CaseId>,
    /// By this actor.
    pub actor: Option<String>,
    /// Of one of these acts; of any where there is none.
    pub acts: Vec<String>,
    /// An id among `objects`.
    pub object: Option<String>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
    /// Before this place in the log.
    pub before_seq: Option<u64>,
}

/// How often one actor did one act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditTally {
    /// The act.
    pub act: String,
    /// Who.
    pub actor: String,
    /// How often it was done; refused and failed ones do not count.
    pub count: u64,
}

/// Verbs on the audit log.
#[async_trait]
pub trait AuditStore {
    /// Chains an entry to the log. The act may begin only after this has succeeded.
    ///
    /// # Errors
    /// [`crate::StoreError`]; then the act must not be done.
    async fn audit_open(&self, entry: &AuditEntry) -> Result<()>;

    /// Completes an entry and puts it in the tree.
    ///
    /// # Errors
    /// [`crate::StoreError::Missing`] when no such entry is open.
    async fn audit_complete(&self, close: &AuditClose) -> Result<()>;

    /// Entries after `seq`, of one case or all, oldest first, at most `limit`.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn audit_list(&self, case: Option<CaseId>, after_seq: u64, limit: u32) -> Result<Vec<AuditRow>>;

    /// Place of the newest entry; 0 when there is none.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn audit_last(&self) -> Result<u64>;

    /// Entries of a case that concern one thing, by its id in `objects`, newest first, at most `limit`.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn audit_about(&self, case: CaseId, object: &str, limit: u32) -> Result<Vec<AuditRow>>;

    /// Entries of one act, newest first, at most `limit`.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn audit_of_act(&self, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditRow>>;

    /// The entries looked for, newest first, at most `limit`, however they ended.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn audit_search(&self, search: &AuditSearch, limit: u32) -> Result<Vec<AuditRow>>;

    /// How many such entries there are.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn audit_count(&self, filter: &AuditFilter) -> Result<u64>;

    /// What was done about a case from one instant to before another, by act and actor, in that order.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn audit_tally(&self, case: CaseId, from: Timestamp, until: Timestamp) -> Result<Vec<AuditTally>>;
}
