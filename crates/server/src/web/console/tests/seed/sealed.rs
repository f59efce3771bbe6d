//! Records as a device seals them, put before the worker: where a test needs what is really in them.

use proviso_engine::{CompileInputs, Engine, Pack, compile};
use proviso_ledger::chain::ChainLink;
use proviso_ledger::envelope::{RecordIds, seal_record};
use proviso_ledger::fields::FieldSet;
use proviso_ledger::sign::SignKey;
use proviso_model::ids::JobId;
use proviso_model::record::{Generated, RecordBody, RecordContent};
use proviso_model::{Digest, Observation, Order};
use proviso_store::{AppendBatch, NewRecord};

use super::{Seed, rng};
use crate::jobs;

impl Seed {
    /// Seals what the engine says of an observation under the order, appends the record, and lets the worker at it. Gives its hash.
    pub async fn sealed(&mut self, seen: &Observation) -> [u8; 32] {
        let order = include_str!("order.toml").replace("PERSON", "A").replace("REFERENCE", "R");
        let order = Order::from_toml(&order).expect("an order");
        let packs = Pack::built_in().expect("the packs");
        let policy = compile(&order, &packs, &CompileInputs::offline()).expect("a policy");
        let engine = Engine::new(&policy, Digest([7; 32])).expect("an engine");
        let (captured, findings) = engine.evaluate_and_reduce(seen).expect("a rule speaks");
        let body = RecordBody::Finding { captured, generated: Generated { findings } };
        let now = self.ctx.now();
        let content = RecordContent { recorded_at: now, clock_in_doubt: false, last_checkpoint: None, body };

        let keys = self.ctx.case_keys(self.case).expect("the case's keys");
        let mut source = rng();
        let rng = &mut *source;
        let signing = SignKey::generate(rng);
        let fields = FieldSet::new(rng, content.to_fields().expect("fields"));
        let ids = RecordIds { case_key_id: *keys.id.as_bytes(), policy_hash: [7; 32] };
        let link = ChainLink {
            force: *self.ctx.keys.force.as_bytes(),
            device: *self.device.as_bytes(),
            epoch: 0,
            next_seq: self.seq,
            previous: self.previous,
        };
        let envelope = seal_record(rng, &signing, &keys.public, &link, &ids, &fields).expect("sealed");
        let hash = envelope.record_hash();
        let record = NewRecord {
            hash,
            seq: self.seq,
            previous: self.previous,
            header: envelope.header.encode().to_vec(),
            signature: envelope.signature,
            body: envelope.sealed,
        };
        let batch = AppendBatch {
            device: self.device,
            epoch: 0,
            epoch_start: (0, [0; 32]),
            records: vec![record],
            job: JobId::new(now, self.ctx.random()),
            received_at: now,
        };
        let appended = self.ctx.store.record_append(batch).await.expect("appended");
        assert_eq!(appended.added, 1, "{appended:?}");
        (self.seq, self.previous) = (self.seq + 1, hash);
        jobs::drain(&self.ctx).await.expect("worked");
        hash
    }
}
