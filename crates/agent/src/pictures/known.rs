//! What was found out of pictures that were looked at before, by SHA-256: nothing is decoded or scored twice.

use proviso_model::Digest;

use super::Seen;
use crate::bounded::Bounded;

/// Pictures remembered; the one that came first goes first. About 200 bytes each.
const KNOWN_MAX: usize = 4_096;

/// What is known of a picture.
pub(super) struct Known {
    /// `None` when it cannot be decoded.
    pub(super) seen: Option<Seen>,
    /// Models that were to look at it.
    pub(super) asked: Vec<String>,
}

/// Nothing is known yet.
pub(super) fn known() -> Bounded<Digest, Known> {
    Bounded::new(KNOWN_MAX)
}

/// What is known of a picture, if that is enough: one that was looked at without a model is looked at again where it is needed.
pub(super) fn enough<'k>(
    known: &'k Bounded<Digest, Known>,
    sha256: &Digest,
    models: &[String],
) -> Option<&'k Option<Seen>> {
    let is_judged = |known: &Known, seen: &Seen| {
        models.is_empty() || !seen.scores.is_empty() && models.iter().all(|model| known.asked.contains(model))
    };
    let is_enough = |known: &&Known| known.seen.as_ref().is_none_or(|seen| is_judged(known, seen));
    known.get(sha256).filter(is_enough).map(|known| &known.seen)
}

#[cfg(test)]
mod tests {
    use proviso_model::Digest;

    use super::{KNOWN_MAX, Known, enough, known};
    use crate::pictures::{Scored, Seen};

    #[test]
    fn a_picture_is_known_until_too_many_others_came_and_one_without_a_score_is_not_enough_where_one_is_needed()
     {
        let digest = |number: usize| {
            let mut bytes = [0; 32];
            bytes[..8].copy_from_slice(&(number as u64).to_le_bytes());
            Digest(bytes)
        };
        let seen = |scores, asked: &[&str]| {
            let (pdq, pdq_quality) = ("0".repeat(64), 90);
            let seen =
                Seen { pdq, pdq_quality, width: 1, height: 1, scores, fault: None, runtime_fault: None };
            Known { seen: Some(seen), asked: asked.iter().map(ToString::to_string).collect() }
        };
        let unreadable = || Known { seen: None, asked: Vec::new() };
        let (none, one, two): (_, _, [String; 2]) =
            (&[], &["m@1".to_owned()], ["m@1".to_owned(), "n@1".to_owned()]);
        let mut known = known();
        known.put(digest(0), seen(Vec::new(), &["m@1"]));
        assert!(enough(&known, &digest(0), none).is_some(), "it was looked at");
        assert!(enough(&known, &digest(0), one).is_none(), "the model was not there then");
        let scored = Scored {
            model: "m@1".to_owned(),
            sha256: "0".repeat(64),
            runtime: "rten@1".to_owned(),
            explicit_millionths: 1,
            read_as: [0, 1_000_000],
        };
        known.put(digest(0), seen(vec![scored], &["m@1"]));
        known.put(digest(1), unreadable());
        assert!(enough(&known, &digest(0), one).is_some() && enough(&known, &digest(1), one).is_some());
        assert!(enough(&known, &digest(0), &two).is_none(), "another model is needed by now");
        for number in 2..KNOWN_MAX + 1 {
            known.put(digest(number), unreadable());
        }
        assert!(enough(&known, &digest(0), none).is_none() && enough(&known, &digest(1), none).is_some());
    }
}
