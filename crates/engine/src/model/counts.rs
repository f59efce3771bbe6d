//! How often each bucket occurs in a text.

use super::features::BUCKETS;

#[derive(Debug)]
pub(super) struct Counts {
    counts: Vec<u8>,
    touched: Vec<usize>,
}

impl Default for Counts {
    fn default() -> Self {
        Self { counts: vec![0; BUCKETS], touched: Vec::new() }
    }
}

impl Counts {
    pub(super) fn clear(&mut self) {
        for bucket in self.touched.drain(..) {
            if let Some(count) = self.counts.get_mut(bucket) {
                *count = 0;
            }
        }
    }

    pub(super) fn add(&mut self, bucket: usize) {
        if let Some(count) = self.counts.get_mut(bucket) {
            if *count == 0 {
                self.touched.push(bucket);
            }
            *count = count.saturating_add(1);
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, u8)> {
        self.touched.iter().filter_map(|bucket| Some((*bucket, *self.counts.get(*bucket)?)))
    }
}
