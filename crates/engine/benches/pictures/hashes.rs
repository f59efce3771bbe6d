//! Hashes by formulas.

use proviso_engine::image::PdqHash;

/// Numbers that look like chance and are the same on every machine (SplitMix64).
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).unwrap_or_default()
    }

    pub(crate) fn hash(&mut self) -> PdqHash {
        PdqHash(std::array::from_fn(|_| self.next()))
    }

    /// Of which about one bit in so many is set, by halves: what plain pictures give.
    pub(crate) fn sparse_hash(&mut self, halvings: u32) -> PdqHash {
        PdqHash(std::array::from_fn(|_| (0..halvings).fold(u64::MAX, |word, _| word & self.next())))
    }

    /// A hash that differs in so many bits.
    pub(crate) fn changed(&mut self, hash: &PdqHash, bits: u32) -> PdqHash {
        let mut changed = *hash;
        while changed.distance(hash) < bits {
            let at = self.below(256);
            if let Some(word) = changed.0.get_mut(at / 64) {
                // Set to the other value: a bit that was hit twice stays changed.
                let bit = 1 << (at % 64);
                *word = *word & !bit | !hash.0.get(at / 64).copied().unwrap_or_default() & bit;
            }
        }
        changed
    }
}

/// As the peers read them.
pub(crate) fn bytes(hashes: &[PdqHash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).flat_map(u64::to_be_bytes).collect()
}
