//! How often each bucket occurs in a text.

/// All zero between two texts.
#[derive(Debug, Default)]
pub(super) struct Counts(Vec<u32>);

impl Counts {
    /// Makes room for so many buckets.
    pub(super) fn fit(&mut self, buckets: usize) {
        if self.0.len() < buckets {
            self.0.resize(buckets, 0);
        }
    }

    /// Counts one more; how many there were before.
    pub(super) fn add(&mut self, bucket: usize) -> u32 {
        let Some(count) = self.0.get_mut(bucket) else { return u32::MAX };
        let before = *count;
        *count = before.saturating_add(1);
        before
    }

    /// Counts one less; how many are left.
    pub(super) fn take(&mut self, bucket: usize) -> u32 {
        let Some(count) = self.0.get_mut(bucket) else { return u32::MAX };
        *count = count.saturating_sub(1);
        *count
    }

    /// Sets a count back to nothing.
    pub(super) fn forget(&mut self, bucket: usize) {
        if let Some(count) = self.0.get_mut(bucket) {
            *count = 0;
        }
    }
}
