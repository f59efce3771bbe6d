//! Pictures that people write as words.

/// Whether a character is an emoji or another picture: arrows, signs and dingbats are drawn as emoji on many screens.
/// An order or a pack may name one as a word.
#[must_use]
pub fn is_emoji(c: char) -> bool {
    matches!(c,
        '\u{2190}'..='\u{21FF}' | '\u{2300}'..='\u{23FF}' | '\u{25A0}'..='\u{27BF}' | '\u{2900}'..='\u{297F}'
        | '\u{2B00}'..='\u{2BFF}' | '\u{1F000}'..='\u{1FAFF}')
}
