//! How near two terms stand, in words, and which of some terms stands nearest to another.

use std::collections::BTreeSet;

use proviso_model::limits::NEAR_BYTES_MAX;

use crate::text::{Occurrence, joins};

/// The words of a text that its hits stand on, counted once.
pub(super) struct WordPlaces {
    /// First and last word of each hit, by the hit's index.
    words: Vec<(u32, u32)>,
}

/// The hits of some terms, by index, ordered by place.
pub(super) struct Members {
    hits: Vec<usize>,
    /// Words of the longest of them, less one.
    longest: u32,
    /// Bytes of the longest of them.
    longest_bytes: usize,
}

impl WordPlaces {
    pub(super) fn of(text: &str, hits: &[Occurrence]) -> Self {
        let mut words = Vec::with_capacity(hits.len());
        // Hits are ordered by their start, so one walk over the text serves all of them.
        let (mut at, mut count, mut before) = (0, 0_u32, None);
        for hit in hits {
            let between = text.get(at..hit.start).unwrap_or_default();
            count = count.saturating_add(word_starts(between, &mut before));
            at = at.max(hit.start);
            let inside = text.get(hit.range()).unwrap_or_default();
            // A hit that begins within a word belongs to it.
            let mut edge = before;
            let own = word_starts(inside, &mut edge);
            let first = if starts_within(before, inside) { count } else { count.saturating_add(1) };
            words.push((first, first.max(count.saturating_add(own))));
        }
        Self { words }
    }

    pub(super) fn members(&self, hits: &[Occurrence], terms: &BTreeSet<usize>) -> Members {
        let mut members = Members { hits: Vec::new(), longest: 0, longest_bytes: 0 };
        for (index, hit) in hits.iter().enumerate() {
            if terms.contains(&hit.term) {
                let (first, last) = self.words.get(index).copied().unwrap_or_default();
                members.longest = members.longest.max(last.saturating_sub(first));
                members.longest_bytes = members.longest_bytes.max(hit.range().len());
                members.hits.push(index);
            }
        }
        members
    }

    /// The member nearest to hit `index`, at most `within` words and [`NEAR_BYTES_MAX`] bytes away, the earlier where two
    /// are as near; the place of `index` itself is no company for it.
    pub(super) fn nearest<'h>(
        &self,
        hits: &'h [Occurrence],
        index: usize,
        members: &Members,
        within: u16,
    ) -> Option<&'h Occurrence> {
        let hit = hits.get(index)?;
        let (first, last) = self.words.get(index).copied()?;
        let within = u32::from(within);
        let from = members.hits.partition_point(|member| *member < index);
        let mut best: Option<(u32, usize)> = None;
        let mut consider = |member: usize| {
            let Some((other, (its_first, its_last))) = hits.get(member).zip(self.words.get(member).copied())
            else {
                return;
            };
            let distance = its_first.saturating_sub(last).max(first.saturating_sub(its_last));
            let bytes = other.start.saturating_sub(hit.end).max(hit.start.saturating_sub(other.end));
            if other.range() == hit.range() || distance > within || bytes > NEAR_BYTES_MAX {
                return;
            }
            if best.is_none_or(|best| (distance, member) < best) {
                best = Some((distance, member));
            }
        };
        // Hits ascend, so the walk ends where nothing further is near: in words, and in bytes where many hits share a word.
        let first_of = |member: usize| self.words.get(member).map_or(0, |words| words.0);
        let start_of = |member: usize| hits.get(member).map_or(0, |hit| hit.start);
        for member in members.hits.get(from..).unwrap_or_default() {
            let is_far = start_of(*member) > hit.end.saturating_add(NEAR_BYTES_MAX);
            if is_far || first_of(*member) > last.saturating_add(within) {
                break;
            }
            consider(*member);
        }
        for member in members.hits.get(..from).unwrap_or_default().iter().rev() {
            let end = start_of(*member).saturating_add(members.longest_bytes);
            let is_far = end.saturating_add(NEAR_BYTES_MAX) < hit.start;
            if is_far || first_of(*member).saturating_add(members.longest).saturating_add(within) < first {
                break;
            }
            consider(*member);
        }
        hits.get(best?.1)
    }
}

/// How many words begin in `text`. `before` is the character before it, and becomes its last one.
fn word_starts(text: &str, before: &mut Option<char>) -> u32 {
    let mut starts = 0_u32;
    for c in text.chars() {
        if c.is_alphanumeric() && !before.is_some_and(|before| joins(before, c)) {
            starts = starts.saturating_add(1);
        }
        *before = Some(c);
    }
    starts
}

fn starts_within(before: Option<char>, text: &str) -> bool {
    matches!((before, text.chars().next()), (Some(before), Some(first)) if joins(before, first))
}

#[cfg(test)]
mod tests {
    use super::WordPlaces;
    use crate::text::TermIndex;

    #[test]
    fn words_are_counted_between_terms_in_every_script() {
        let cases = [
            ("lantern harbour", 1, true),
            ("harbour, lantern", 1, true),
            ("harbour one two lantern", 2, false),
            ("harbour one two lantern", 3, true),
            ("lantern one two harbour", 3, true),
            ("harbour ... -- lantern", 1, true),
            ("harbour lantern house", 1, true),
            ("harbour \u{706F}\u{7C60} lantern", 2, false),
            ("harbour \u{706F}\u{7C60} lantern", 3, true),
            ("harbour", 50, false),
        ];
        for (text, within, expected) in cases {
            let mut index = TermIndex::default();
            let harbour = index.number("harbour").expect("a term");
            let lantern = index.number("lantern").expect("a term");
            index.build().expect("built");
            let hits = index.find(text);
            let places = WordPlaces::of(text, &hits);
            let members = places.members(&hits, &[lantern].into());
            let at = hits.iter().position(|hit| hit.term == harbour).expect("found");
            assert_eq!(
                places.nearest(&hits, at, &members, within).is_some(),
                expected,
                "{text} within {within}"
            );
        }
    }
}
