//! A device, its case and seeded chance, for the tests and for the example that writes the golden record.

use std::collections::BTreeMap;

use proviso_ledger::hash::sha256;
use proviso_ledger::rand_core::{Infallible, TryCryptoRng, TryRng};
use proviso_ledger::{
    CasePublicKey, CaseSecretKey, ChainLink, Envelope, FieldSet, RecordIds, SignKey, seal, seal_record,
};

/// SHA-256 in counter mode: the same bytes on every machine and with every version of every crate.
pub struct Seeded {
    seed: [u8; 32],
    block: u64,
    left: Vec<u8>,
}

impl Seeded {
    pub fn new(seed: &str) -> Self {
        Self { seed: sha256(seed.as_bytes()), block: 0, left: Vec::new() }
    }
}

impl TryRng for Seeded {
    type Error = Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes).map(|()| u32::from_be_bytes(bytes))
    }
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes).map(|()| u64::from_be_bytes(bytes))
    }
    fn try_fill_bytes(&mut self, dst: &mut [u8]) -> Result<(), Infallible> {
        for byte in dst {
            if self.left.is_empty() {
                self.left = sha256(&[self.seed.as_slice(), &self.block.to_be_bytes()].concat()).to_vec();
                self.block += 1;
            }
            *byte = self.left.pop().unwrap_or_default();
        }
        Ok(())
    }
}

impl TryCryptoRng for Seeded {}

/// A device that seals records, and the case that can open them.
pub struct Device {
    pub rng: Seeded,
    pub key: SignKey,
    pub secret: CaseSecretKey,
    pub public: CasePublicKey,
    pub link: ChainLink,
}

impl Device {
    pub fn new(seed: &str) -> Self {
        let mut rng = Seeded::new(seed);
        let key = SignKey::generate(&mut rng);
        let (secret, public) = seal::generate(&mut rng);
        Self { rng, key, secret, public, link: ChainLink::first([1; 16], [2; 16], 0) }
    }

    /// Seals a record after the last one; the chain moves only in [`Device::record`].
    pub fn seal(&mut self, fields: &[(&str, &str)]) -> Envelope {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let fields = FieldSet::new(&mut self.rng, fields.collect::<BTreeMap<_, _>>());
        let ids = RecordIds { case_key_id: [3; 16], policy_hash: [4; 32] };
        seal_record(&mut self.rng, &self.key, &self.public, &self.link, &ids, &fields).expect("a record")
    }

    pub fn record(&mut self, fields: &[(&str, &str)]) -> Envelope {
        let envelope = self.seal(fields);
        self.link.follow(&envelope.header).expect("the next record");
        envelope
    }
}

/// The record of `testdata/golden/record-v1.bin`.
pub const GOLDEN_FIELDS: [(&str, &str); 3] = [
    ("body.captured.fact.url", "\"https://harbour.example/lantern\""),
    ("body.kind", "\"finding\""),
    ("recorded_at", "\"2026-11-24T08:30:00.000000Z\""),
];

pub fn golden() -> (Device, Envelope) {
    let mut device = Device::new("golden record v1");
    let envelope = device.record(&GOLDEN_FIELDS);
    (device, envelope)
}

pub const GOLDEN_PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/golden/record-v1.bin");
