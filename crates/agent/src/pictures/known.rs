//! What was found out of pictures that were looked at before, by SHA-256: nothing is decoded or scored twice.

use proviso_model::Digest;

use super::Seen;
use crate::bounded::Bounded;

/// Pictures remembered; the one that came first goes first. About 200 bytes each.
const KNOWN_MAX: usize = 4_096;

/// Nothing is known yet. `None` of a picture means that it cannot be decoded.
pub(super) fn known() -> Bounded<Digest, Option<Seen>> {
    Bounded::new(KNOWN_MAX)
}

/// What is known of a picture, if that is enough: one that was looked at without a model is looked at again where one is needed.
pub(super) fn enough<'k>(
    known: &'k Bounded<Digest, Option<Seen>>,
    sha256: &Digest,
    scored: bool,
) -> Option<&'k Option<Seen>> {
    let is_enough =
        |known: &&Option<Seen>| known.as_ref().is_none_or(|seen| !scored || seen.scores.is_some());
    known.get(sha256).filter(is_enough)
}

#[cfg(test)]
mod tests {
    use proviso_model::Digest;

    use super::{KNOWN_MAX, enough, known};
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
        let mut known = known();
        known.put(digest(0), Some(seen(None)));
        assert!(enough(&known, &digest(0), false).is_some() && enough(&known, &digest(0), true).is_none());
        let scored = Scored { model: "m@1".to_owned(), sha256: "0".repeat(64), explicit_millionths: 1 };
        known.put(digest(0), Some(seen(Some(scored))));
        known.put(digest(1), None);
        assert!(enough(&known, &digest(0), true).is_some() && enough(&known, &digest(1), true).is_some());
        for number in 2..KNOWN_MAX + 1 {
            known.put(digest(number), None);
        }
        assert!(enough(&known, &digest(0), false).is_none() && enough(&known, &digest(1), false).is_some());
    }
}
