//! Who did what: the custody log and officers' decisions, with the hashes that tie both to the log.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proviso_model::ids::{AlertId, AuditId, CaseId, DecisionId, OfficerId};
use proviso_model::{Digest, Outcome, Timestamp};
use serde::{Deserialize, Serialize};

use super::hashed::{AuditFacts, DecisionFacts};

/// `custody/log.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustodyLog {
    /// Entries of the audit log about this evidence, oldest first. Entries about other cases are left out.
    pub entries: Vec<CustodyEntry>,
}

/// One act, written down before it was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustodyEntry {
    /// Its place in the whole audit log.
    pub seq: u64,
    /// Its id.
    pub id: AuditId,
    /// When it was written down.
    pub opened_at: Timestamp,
    /// Who: `officer:ID`, `personal-link:ID`, `command-line` or `worker`, among others.
    pub actor: String,
    /// What, for example `alert-open`.
    pub act: String,
    /// The case.
    pub case: Option<CaseId>,
    /// Ids of what it concerns.
    pub objects: String,
    /// The reason as sealed, base64; it opens only with the case key.
    pub sealed: String,
    /// Hash of the entry before it in the whole audit log.
    pub previous: Digest,
    /// Its hash.
    pub hash: Digest,
    /// How it ended; absent while it lasts (the act of making this bundle).
    pub completed: Option<Completed>,
}

/// How an act ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Completed {
    /// When.
    pub at: Timestamp,
    /// `done`, `refused` or `failed`.
    pub outcome: String,
    /// Hash of entry and ending: the leaf in the log.
    pub hash: Digest,
}

/// The hash that chains an audit entry to the one before it; `None` when `sealed` is not base64.
#[must_use]
pub fn audit_hash(entry: &CustodyEntry) -> Option<Digest> {
    let sealed = STANDARD.decode(&entry.sealed).ok()?;
    let facts = AuditFacts {
        seq: entry.seq,
        previous: entry.previous.0,
        id: entry.id,
        opened_at: entry.opened_at,
        actor: &entry.actor,
        act: &entry.act,
        case: entry.case,
        objects: &entry.objects,
        sealed: &sealed,
    };
    Some(Digest(facts.hash()))
}

/// `decisions/ID.json`: an officer's recorded act on an alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecisionFile {
    /// Its id.
    pub id: DecisionId,
    /// The alert.
    pub alert: AlertId,
    /// The case.
    pub case: CaseId,
    /// The officer.
    pub officer: OfficerId,
    /// The officer's name or number, for readers.
    pub officer_name: String,
    /// The outcome.
    pub outcome: Outcome,
    /// When.
    pub decided_at: Timestamp,
    /// The reason, in the officer's words.
    pub reason: String,
    /// Reason and note as sealed, base64: these bytes are in the decision's hash.
    pub sealed: String,
    /// Its hash: the leaf in the log.
    pub hash: Digest,
    /// The records whose findings the alert joined, as far as they are in the bundle.
    pub records: Vec<Digest>,
}

impl DecisionFile {
    /// The hash that the members give; `None` when `sealed` is not base64.
    #[must_use]
    pub fn computed_hash(&self) -> Option<Digest> {
        let sealed = STANDARD.decode(&self.sealed).ok()?;
        let facts = DecisionFacts {
            id: self.id,
            alert: self.alert,
            case: self.case,
            officer: self.officer,
            outcome: self.outcome,
            decided_at: self.decided_at,
            sealed: &sealed,
        };
        Some(Digest(facts.hash()))
    }
}
