//! What the hashes of audit entries and decisions are made of. Whoever makes them and whoever checks them call this.

use proviso_ledger::hash::domain_hash;
use proviso_model::ids::{AlertId, AuditId, CaseId, DecisionId, OfficerId};
use proviso_model::{Digest, Outcome, Timestamp};

/// The parts of an audit entry that its hash covers.
#[derive(Debug, Clone, Copy)]
pub struct AuditFacts<'a> {
    /// Its place in the audit log.
    pub seq: u64,
    /// Hash of the entry before it.
    pub previous: [u8; 32],
    /// Its id.
    pub id: AuditId,
    /// When it was written down.
    pub opened_at: Timestamp,
    /// Who.
    pub actor: &'a str,
    /// What.
    pub act: &'a str,
    /// The case.
    pub case: Option<CaseId>,
    /// Ids of what it concerns.
    pub objects: &'a str,
    /// The reason as sealed.
    pub sealed: &'a [u8],
}

impl AuditFacts<'_> {
    /// The hash that chains the entry to the one before it.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        domain_hash(
            "proviso/audit/v1",
            &[
                &self.seq.to_be_bytes(),
                &self.previous,
                self.id.as_bytes(),
                &self.opened_at.as_micros().to_be_bytes(),
                self.actor.as_bytes(),
                self.act.as_bytes(),
                &self.case.map_or([0; 16], |case| *case.as_bytes()),
                self.objects.as_bytes(),
                self.sealed,
            ],
        )
    }
}

/// The hash of an audit entry together with how it ended.
#[must_use]
pub fn audit_completed_hash(hash: &Digest, outcome: &str, at: Timestamp) -> Digest {
    let at = at.as_micros().to_be_bytes();
    Digest(domain_hash("proviso/audit-completed/v1", &[&hash.0, outcome.as_bytes(), &at]))
}

/// The parts of a decision that its hash covers.
#[derive(Debug, Clone, Copy)]
pub struct DecisionFacts<'a> {
    /// Its id.
    pub id: DecisionId,
    /// The alert.
    pub alert: AlertId,
    /// The case.
    pub case: CaseId,
    /// The officer.
    pub officer: OfficerId,
    /// The outcome.
    pub outcome: Outcome,
    /// When.
    pub decided_at: Timestamp,
    /// Reason and note as sealed.
    pub sealed: &'a [u8],
}

impl DecisionFacts<'_> {
    /// The hash that is the decision's leaf in the log.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        domain_hash(
            "proviso/decision/v1",
            &[
                self.id.as_bytes(),
                self.alert.as_bytes(),
                self.case.as_bytes(),
                self.officer.as_bytes(),
                self.outcome.as_str().as_bytes(),
                &self.decided_at.as_micros().to_be_bytes(),
                self.sealed,
            ],
        )
    }
}
