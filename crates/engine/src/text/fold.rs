//! What one character becomes. Each character folds on its own, without its neighbours, which is what makes the
//! offset map exact.

use unicode_normalization::char::{canonical_combining_class, decompose_compatible};

/// Calls `emit` with the characters that `c` is read as: its compatibility decomposition (NFKD, which makes the same
/// texts equal as NFKC does), without accents, case folded. Nothing for a character that is not seen.
pub(super) fn fold(c: char, mut emit: impl FnMut(char)) {
    if is_ignorable(c) {
        return;
    }
    if c.is_ascii() {
        return emit(c.to_ascii_lowercase());
    }
    // A spacing accent decomposes to a space under an accent, which would part words as white space does: it stays.
    let mut first = None;
    decompose_compatible(c, |part| first = first.or(Some(part)));
    if first == Some(' ') {
        return emit(plain_punctuation(c));
    }
    decompose_compatible(c, |part| {
        if is_ignorable(part) || is_accent(part) {
            return;
        }
        fold_case(plain_punctuation(part), &mut emit);
    });
}

/// Full case folding by way of the standard library's tables: lower, upper, lower gives `ß` and `ẞ` as `ss`, the two
/// small sigmas as one, and the dotless i as i.
fn fold_case(c: char, emit: &mut impl FnMut(char)) {
    if c.is_ascii() {
        return emit(c.to_ascii_lowercase());
    }
    for lower in c.to_lowercase() {
        for upper in lower.to_uppercase() {
            for folded in upper.to_lowercase() {
                if !is_accent(folded) {
                    emit(folded);
                }
            }
        }
    }
}

/// Quotation marks and dashes that keyboards and word processors put in place of the plain ones.
fn plain_punctuation(c: char) -> char {
    match c {
        '\u{2018}' | '\u{2019}' | '\u{201B}' | '\u{02BC}' | '\u{00B4}' => '\'',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        other => other,
    }
}

/// Marks that do not change which word it is: accents, overlays, Hebrew points, Arabic and Syriac vowel signs. Nukta,
/// kana voicing, virama and the vowel and tone signs of Thai, Lao and Tibetan do, and stay.
pub(super) fn is_accent(c: char) -> bool {
    matches!(canonical_combining_class(c), 1 | 10..=36 | 200..=240)
}

/// Default-ignorable characters (Unicode property `Default_Ignorable_Code_Point`): they take no room on the screen.
pub(crate) fn is_ignorable(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFF8}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E0FFF}')
}
