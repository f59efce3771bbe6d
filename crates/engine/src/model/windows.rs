//! Sentences as a model of single sentences reads them, each alone and each with the next: what is asked in one does not weigh less
//! for the talk around it. `tools/train/windows.py` is the same.

use std::ops::Range;

use super::tokens::Tokens;

/// Tokens of a unit: it ends with a sentence or a line once it has the least, and at the most in any case.
const UNIT_LEAST: usize = 4;
const UNIT_MOST: usize = 24;

/// Tokens of each unit, in order.
pub(super) fn units(tokens: &Tokens) -> Vec<Range<usize>> {
    let mut units = Vec::new();
    let mut first = 0;
    for (at, (token, gap)) in tokens.with_gaps().enumerate() {
        let is_end = gap.contains('\n') || (matches!(token, "." | "!" | "?" | "\u{2026}") && !gap.is_empty());
        let many = at + 1 - first;
        if at + 1 == tokens.len() || many == UNIT_MOST || (is_end && many >= UNIT_LEAST) {
            units.push(first..at + 1);
            first = at + 1;
        }
    }
    units
}
