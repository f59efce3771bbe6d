//! Text behind a right-to-left override, which is stored backwards and seen forwards.

use std::ops::Range;

/// Bytes of one such stretch that are read: it must fit within the surroundings that are kept of a finding.
const REVERSED_BYTES_MAX: usize = 256;
const OVERRIDE: char = '\u{202E}';

/// A stretch as it is seen.
pub(super) struct Reversed {
    pub(super) text: String,
    /// Where it stands in the original.
    place: Range<usize>,
}

impl Reversed {
    /// The bytes of the original that `seen` bytes of the text are.
    pub(super) fn original(&self, seen: &Range<usize>) -> Range<usize> {
        let back = |at: usize| self.place.end.saturating_sub(at).max(self.place.start);
        back(seen.end)..back(seen.start)
    }
}

/// The stretches of `original` that are seen backwards.
pub(super) fn reversed(original: &str) -> Vec<Reversed> {
    if original.is_ascii() {
        return Vec::new();
    }
    let mut all = Vec::new();
    for (at, _) in original.match_indices(OVERRIDE) {
        let start = at + OVERRIDE.len_utf8();
        let rest = original.get(start..).unwrap_or_default();
        let ends = |c: char| matches!(c, '\n' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
        let stretch = rest.split(ends).next().unwrap_or_default();
        if stretch.len() <= REVERSED_BYTES_MAX {
            all.push(Reversed { text: stretch.chars().rev().collect(), place: start..start + stretch.len() });
        }
    }
    all
}
