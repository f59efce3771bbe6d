//! Invented values, and a hasher that is no hash: the store must not care what the bytes are.

use proviso_model::ids::{
    AlertId, AuditId, CaseId, CaseKeyId, DecisionId, DeviceId, JobId, OfficerId, OrderId,
};
use proviso_model::order::ConditionKind;
use proviso_model::{Digest, Timestamp};
use proviso_store::{
    AuditEntry, CaseRow, CaseState, DeviceRow, DeviceState, FindingRow, LogHasher, NewRecord, Node,
    ObservationRow, OfficerRole, OfficerRow, OpenedRecord, OpenedWhat, OrderVersionRow, PolicyRow, Priority,
    ReplayOutcome,
};

pub struct ToyHasher;

fn mix(parts: &[&[u8]]) -> [u8; 32] {
    let mut state = [7_u8; 32];
    for chunk in parts.concat().chunks(32) {
        for (place, (kept, byte)) in (0..).zip(state.iter_mut().zip(chunk)) {
            *kept = kept.rotate_left(3) ^ byte.wrapping_add(place);
        }
    }
    state
}

impl LogHasher for ToyHasher {
    fn tree_append(&self, size: u64, leaf: &[u8], node: &dyn Fn(u32, u64) -> Option<[u8; 32]>) -> Vec<Node> {
        let (mut level, mut index, mut hash) = (0, size, mix(&[leaf]));
        let mut fresh = vec![(level, index, hash)];
        while index % 2 == 1 {
            let left = node(level, index - 1).expect("the store gives every node of the right edge");
            hash = mix(&[&left, &hash]);
            (level, index) = (level + 1, index / 2);
            fresh.push((level, index, hash));
        }
        fresh
    }

    fn checkpoint(
        &self,
        size: u64,
        _: Timestamp,
        node: &dyn Fn(u32, u64) -> Option<[u8; 32]>,
    ) -> Option<String> {
        let whole: Vec<_> = (0..64)
            .filter(|level| (size >> level) & 1 == 1)
            .map(|level| node(level, (size >> level) - 1).expect("the right edge is kept"))
            .collect();
        Some(format!("{size} {:?}", whole.first().and_then(|hash| hash.first())))
    }

    fn audit_hash(&self, seq: u64, previous: &[u8; 32], entry: &AuditEntry) -> [u8; 32] {
        mix(&[&seq.to_be_bytes(), previous, entry.act.as_bytes()])
    }

    fn audit_completed_hash(&self, hash: &[u8; 32], outcome: &str, at: Timestamp) -> [u8; 32] {
        mix(&[hash, outcome.as_bytes(), &at.as_micros().to_be_bytes()])
    }
}

/// So many seconds into the story.
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(1_800_000_000_000_000 + seconds * 1_000_000)
}

pub fn officer_id() -> OfficerId {
    OfficerId::random([1; 16])
}

pub fn case_id() -> CaseId {
    CaseId::random([2; 16])
}

pub fn device_id() -> DeviceId {
    DeviceId::random([3; 16])
}

pub fn alert_id(nth: u8) -> AlertId {
    AlertId::random([nth; 16])
}

pub fn decision_id() -> DecisionId {
    DecisionId::random([5; 16])
}

pub fn audit_id(nth: u8) -> AuditId {
    AuditId::random([nth; 16])
}

pub fn job_id(nth: u8) -> JobId {
    JobId::random([nth; 16])
}

pub fn officer() -> OfficerRow {
    OfficerRow {
        id: officer_id(),
        username: "test.officer.014".to_owned(),
        display_name: "Test Officer 014".to_owned(),
        password_hash: "$argon2id$invented".to_owned(),
        role: OfficerRole::OffenderManager,
        created_at: at(0),
        disabled_at: None,
    }
}

pub fn case() -> CaseRow {
    CaseRow {
        id: case_id(),
        state: CaseState::Open,
        case_key: CaseKeyId::random([8; 16]),
        officer: None,
        created_at: at(1),
        sealed: b"a sealed person".to_vec(),
    }
}

pub fn order(nth: u8) -> OrderVersionRow {
    OrderVersionRow {
        id: OrderId::random([nth; 16]),
        case: case_id(),
        version: 0,
        entered_at: at(i64::from(nth)),
        applies_from: None,
        sealed: vec![nth; 40],
    }
}

pub fn device() -> DeviceRow {
    DeviceRow {
        id: device_id(),
        case: case_id(),
        record_key: [11; 32],
        certificate_sha256: [12; 32],
        certificate_from: at(9),
        state: DeviceState::Active,
        enrolled_at: at(10),
        revoked_at: None,
        seen_at: at(10),
        watching: false,
        policy_serial: 0,
        agent_version: "0.1.0".to_owned(),
        agent_version_at: at(10),
        epoch: 0,
        next_seq: 0,
        previous: [0; 32],
        sealed: b"a sealed system".to_vec(),
    }
}

pub fn policy(serial: u64) -> PolicyRow {
    PolicyRow {
        hash: Digest([serial as u8 + 100; 32]),
        device: device_id(),
        serial,
        issued_at: at(10),
        expires_at: at(1_000_000),
        engine_semantics: 1,
        signature: [13; 64],
        sealed: b"a sealed policy".to_vec(),
    }
}

/// A record whose hash is its number and `variant`.
pub fn record(seq: u64, variant: u8, previous: [u8; 32]) -> NewRecord {
    NewRecord {
        hash: record_hash(seq, variant),
        seq,
        previous,
        header: vec![seq as u8; 200],
        signature: [variant; 64],
        body: vec![variant; 1_000],
    }
}

pub fn record_hash(seq: u64, variant: u8) -> [u8; 32] {
    let mut hash = [variant; 32];
    let [first, second, ..] = &mut hash;
    *first = seq as u8;
    *second ^= (seq >> 8) as u8;
    hash
}

/// What a worker makes of record `seq`: one finding under paragraph 3.
pub fn opened(seq: u64, priority: Priority, fresh: AlertId) -> OpenedRecord {
    let hash = record_hash(seq, 0);
    let observed_at = at(100 + seq as i64);
    let observation = ObservationRow {
        record: hash,
        case: case_id(),
        device: device_id(),
        observed_at,
        source: "browser".to_owned(),
        act: "opened".to_owned(),
        sealed: b"a sealed observation".to_vec(),
    };
    let finding = FindingRow {
        record: hash,
        position: 0,
        case: case_id(),
        device: device_id(),
        paragraph: "3".to_owned(),
        condition: ConditionKind::SpecifiedWords,
        rule: "words/order".to_owned(),
        category: "specified".to_owned(),
        observed_at,
        strength_permille: 500,
        pack: Some(("order".to_owned(), "2".to_owned())),
        outside: None,
        sealed: b"a sealed finding".to_vec(),
    };
    let findings = vec![(finding, priority, fresh)];
    OpenedRecord {
        hash,
        case: case_id(),
        kind: "finding".to_owned(),
        recorded_at: None,
        what: OpenedWhat::Finding {
            observation,
            findings,
            replay: ReplayOutcome::Same,
            conversation: None,
            left_out: Vec::new(),
        },
        at: observed_at.plus_millis(500),
    }
}
