//! What was found out of pictures that were looked at before, by SHA-256: nothing is decoded or scored twice.

use std::collections::{HashMap, VecDeque};

use proviso_model::Digest;

use super::Seen;

/// Pictures remembered; the one that came first goes first. About 200 bytes each.
const KNOWN_MAX: usize = 4_096;

/// Bounded by [`KNOWN_MAX`].
#[derive(Debug, Default)]
pub struct Known {
    seen: HashMap<Digest, Option<Seen>>,
    order: VecDeque<Digest>,
}

impl Known {
    /// What is known of a picture, if that is enough: `None` in it means that it cannot be decoded.
    pub fn get(&self, sha256: &Digest, scored: bool) -> Option<&Option<Seen>> {
        let known = self.seen.get(sha256)?;
        // One that was looked at without a model is looked at again where one is needed.
        let is_enough = known.as_ref().is_none_or(|seen| !scored || seen.scores.is_some());
        is_enough.then_some(known)
    }

    /// Remembers.
    pub fn put(&mut self, sha256: Digest, seen: Option<Seen>) {
        if self.seen.insert(sha256, seen).is_none() {
            self.order.push_back(sha256);
        }
        if self.order.len() > KNOWN_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.seen.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use proviso_model::Digest;

    use super::{KNOWN_MAX, Known};
    use crate::pictures::{Scored, Seen};

    #[test]
    fn a_picture_is_known_until_too_many_others_came_and_one_without_a_score_is_not_enough_where_one_is_needed()
     {
        let digest = |number: usize| {
            let mut bytes = [0; 32];
            bytes[..8].copy_from_slice(&(number as u64).to_le_bytes());
            Digest(bytes)
        };
        let seen = |scores| Seen { pdq: "0".repeat(64), pdq_quality: 90, scores, fault: None };
        let mut known = Known::default();
        known.put(digest(0), Some(seen(None)));
        assert!(known.get(&digest(0), false).is_some() && known.get(&digest(0), true).is_none());
        let scored = Scored { model: "m@1".to_owned(), sha256: "0".repeat(64), explicit_millionths: 1 };
        known.put(digest(0), Some(seen(Some(scored))));
        known.put(digest(1), None);
        assert!(known.get(&digest(0), true).is_some() && known.get(&digest(1), true).is_some());
        for number in 2..KNOWN_MAX + 1 {
            known.put(digest(number), None);
        }
        assert!(known.get(&digest(0), false).is_none() && known.get(&digest(1), false).is_some());
    }
}
