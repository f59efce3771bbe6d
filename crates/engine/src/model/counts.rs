//! How often each bucket occurs in a text.

use super::features::BUCKETS;

/// All zero between two texts.
#[derive(Debug)]
pub(super) struct Counts(Vec<u8>);

impl Default for Counts {
    fn default() -> Self {
        Self(vec![0; BUCKETS])
    }
}

impl Counts {
    /// Counts one more, up to 255; how many there were before.
    pub(super) fn add(&mut self, bucket: usize) -> u8 {
        let Some(count) = self.0.get_mut(bucket) else { return u8::MAX };
        let before = *count;
        *count = before.saturating_add(1);
        before
    }

    /// Sets a count back to nothing.
    pub(super) fn forget(&mut self, bucket: usize) {
        if let Some(count) = self.0.get_mut(bucket) {
            *count = 0;
        }
    }
}
