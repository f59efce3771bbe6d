//! Chance from a seed: SHA-256 in counter mode, the same on every machine and for ever.

use base64::Engine as _;
use proviso_ledger::hash::sha256;
use proviso_ledger::rand_core::{Infallible, TryCryptoRng, TryRng};

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

pub fn base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
