//! Where a word begins and ends.

use proviso_model::emoji::is_emoji;
use unicode_normalization::char::canonical_combining_class;

/// Whether two neighbouring characters belong to one word, so that a term may not begin or end between them.
/// Scripts that are written without spaces have an edge between any two characters.
pub(crate) fn joins(before: char, after: char) -> bool {
    in_word(before) && in_word(after)
}

/// Whether a character is part of a word that has edges: a letter, a digit or a mark of a script that is written with
/// spaces. Two neighbours join exactly when both are.
pub(super) fn in_word(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_alphanumeric()
    } else {
        (c.is_alphanumeric() || canonical_combining_class(c) != 0) && !without_spaces(c)
    }
}

/// Whether there is anything in a normalised term to look for: a letter, a digit, or an emoji.
pub(crate) fn is_searchable(normal: &str) -> bool {
    normal.chars().any(|c| c.is_alphanumeric() || is_emoji(c))
}

/// Thai, Lao, Myanmar, Khmer, kana, and Han characters.
pub(super) fn without_spaces(c: char) -> bool {
    matches!(c,
        '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}'
        | '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}'
        | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}'
        | '\u{1B000}'..='\u{1B16F}' | '\u{20000}'..='\u{3FFFF}')
}
