//! The invented force's log: a Merkle tree in memory, audit entries and a decision in it.

use std::collections::BTreeMap;

use proviso_evidence::format::{
    Completed, CustodyEntry, DecisionFile, DestroyedFile, EarlierLog, LeafProof, LeafWord,
    audit_completed_hash, audit_hash,
};
use proviso_ledger::{CasePublicKey, Checkpoint, merkle, seal};
use proviso_model::ids::{AlertId, AuditId, CaseId, DecisionId, OfficerId};
use proviso_model::wire::InclusionProof;
use proviso_model::{Digest, Outcome};

use super::force::{Force, ORIGIN};
use super::seeded::{Seeded, base64};
use super::{at, id};

#[derive(Default)]
pub struct Log {
    nodes: BTreeMap<(u32, u64), [u8; 32]>,
    leaves: Vec<(LeafWord, [u8; 32])>,
}

impl Log {
    pub fn push(&mut self, kind: LeafWord, hash: [u8; 32]) {
        let leaf = merkle::leaf(kind.kind(), &hash);
        let kept = |level, index| self.nodes.get(&(level, index)).copied();
        let new = merkle::append(self.leaves.len() as u64, &leaf, &kept).expect("the nodes below");
        self.nodes.extend(new.into_iter().map(|(level, index, hash)| ((level, index), hash)));
        self.leaves.push((kind, hash));
    }

    pub fn decision(&mut self, rng: &mut Seeded, to: &CasePublicKey, records: Vec<Digest>) -> DecisionFile {
        let reason = "The page was opened by hand; to be raised at the visit on Thursday.".to_owned();
        let sealed = seal::seal(rng, to, b"decision", reason.as_bytes()).expect("sealed words");
        let mut decision = DecisionFile {
            id: DecisionId::from_bytes(id(7)),
            alert: AlertId::from_bytes(id(9)),
            case: CaseId::from_bytes(id(3)),
            officer: OfficerId::from_bytes(id(6)),
            officer_name: "Officer 4412 (invented)".to_owned(),
            outcome: Outcome::DiscussAtVisit,
            decided_at: at(50, 0),
            reason,
            sealed: base64(&sealed),
            hash: Digest::default(),
            records,
        };
        decision.hash = decision.computed_hash().expect("a hash");
        self.push(LeafWord::Decision, decision.hash.0);
        decision
    }

    /// The alert opened and decided, a record destroyed, and the making of the bundle, which has not ended.
    pub fn custody(&mut self, alert: AlertId, destroyed: &DestroyedFile) -> Vec<CustodyEntry> {
        let certificate = destroyed.certificate.expect("a certificate");
        let of_record = format!("{} unlawful {certificate} review 17", destroyed.record);
        let of_alert = alert.to_string();
        let acts = [
            ("alert-open", 45, &of_alert),
            ("alert-decide", 50, &of_alert),
            ("record-destroy", 53, &of_record),
            ("bundle-export", 55, &of_alert),
        ];
        let mut previous = Digest([8; 32]);
        let mut entries = Vec::new();
        for (place, (act, minute, objects)) in acts.into_iter().enumerate() {
            let mut entry = CustodyEntry {
                seq: 41 + place as u64,
                id: AuditId::from_bytes(id(20 + u8::try_from(place).expect("small"))),
                opened_at: at(minute, 0),
                actor: "officer:4412".to_owned(),
                act: act.to_owned(),
                case: Some(CaseId::from_bytes(id(3))),
                objects: objects.clone(),
                sealed: String::new(),
                previous,
                hash: Digest::default(),
                completed: None,
            };
            entry.hash = audit_hash(&entry).expect("a hash");
            if act != "bundle-export" {
                let (ended, outcome) = (at(minute, 1), "done".to_owned());
                let hash = audit_completed_hash(&entry.hash, &outcome, ended);
                self.push(LeafWord::Audit, hash.0);
                entry.completed = Some(Completed { at: ended, outcome, hash });
            }
            previous = entry.hash;
            entries.push(entry);
        }
        entries
    }

    pub fn close(&self, force: &Force) -> (String, Vec<LeafProof>) {
        let kept = |level, index| self.nodes.get(&(level, index)).copied();
        let size = self.leaves.len() as u64;
        let root = merkle::root(size, &kept).expect("a root");
        let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size, root, at: at(54, 0).to_string() };
        let proofs = self.leaves.iter().zip(0..).map(|((kind, hash), index)| {
            let hashes = merkle::inclusion(index, size, &kept).expect("a proof");
            let proof = InclusionProof { index, hashes: hashes.into_iter().map(Digest).collect() };
            LeafProof { kind: *kind, hash: Digest(*hash), proof }
        });
        (checkpoint.sign(&force.checkpoint_key, ORIGIN).expect("a checkpoint"), proofs.collect())
    }

    /// States of the log that somebody was given before it was closed.
    pub fn earlier(&self, sizes: &[u64]) -> Vec<EarlierLog> {
        let kept = |level, index| self.nodes.get(&(level, index)).copied();
        let size = self.leaves.len() as u64;
        let state = |from: &u64| EarlierLog {
            size: *from,
            root: Digest(merkle::root(*from, &kept).expect("a root")),
            hashes: merkle::consistency(*from, size, &kept)
                .expect("a proof")
                .into_iter()
                .map(Digest)
                .collect(),
        };
        sizes.iter().map(state).collect()
    }
}
