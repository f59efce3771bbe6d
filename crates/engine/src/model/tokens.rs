//! The tokens of a text as text features v1 mean them (see `tools/train/README.md`): Unicode NFKC, then case folded;
//! a token is a run of letters, digits, apostrophes and combining marks, or one other character that is not white space.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{canonical_combining_class, decompose_compatible, is_combining_mark};
use unicode_normalization::{IsNormalized, is_nfkc_quick};

/// One token: where it stands in the folded text, and the bytes of the original that it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) folded: Range<usize>,
    pub(super) original: Range<usize>,
}

/// A text folded, and its tokens in order.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    text: String,
    tokens: Vec<Token>,
}

impl Tokens {
    /// How many.
    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    /// The folded text of each token, and what stands between it and the next: white space or nothing.
    pub(super) fn with_gaps(&self) -> impl Iterator<Item = (&str, &str)> {
        self.tokens.iter().enumerate().filter_map(|(at, token)| {
            let next = self.tokens.get(at + 1).map_or(self.text.len(), |next| next.folded.start);
            Some((self.text.get(token.folded.clone())?, self.text.get(token.folded.end..next)?))
        })
    }

    /// The tokens with their folded text.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Token)> {
        self.tokens.iter().filter_map(|token| Some((self.text.get(token.folded.clone())?, token)))
    }
}

/// Reads the tokens of `original`.
pub(super) fn tokens(original: &str) -> Tokens {
    let mut reader = Reader::default();
    reader.found.text.reserve(original.len() + 8);
    reader.found.tokens.reserve(original.len() / BYTES_PER_TOKEN + 1);
    let bytes = original.as_bytes();
    // What is not read yet: characters that may become one.
    let mut stretch = 0..0;
    while let Some(rest) = bytes.get(stretch.end..).filter(|rest| !rest.is_empty()) {
        let at = stretch.end;
        let word = plain_word(rest);
        // Only within a word are apostrophes part of it.
        if word > 0 && (rest.first() != Some(&b'\'') || (stretch.is_empty() && reader.open.is_some())) {
            reader.stretch(original, stretch);
            reader.plain_word(original, at..at + word);
            stretch = at + word..at + word;
            continue;
        }
        let Some(c) = original.get(at..).and_then(|rest| rest.chars().next()) else { break };
        if at > stretch.start && begins_stretch(c) {
            reader.stretch(original, stretch);
            stretch = at..at;
        }
        stretch.end = at + c.len_utf8();
    }
    reader.stretch(original, stretch);
    reader.end_token();
    reader.found
}

/// Bytes of text for each token that there is room for at first.
const BYTES_PER_TOKEN: usize = 5;

/// How many letters, digits and apostrophes of ASCII `rest` begins with, each of them as it is: not the last one before a
/// character beyond ASCII, which may be put on it.
fn plain_word(rest: &[u8]) -> usize {
    let length = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'\'').count();
    let before_other = rest.get(length).is_some_and(|byte| !byte.is_ascii());
    length.saturating_sub(usize::from(before_other))
}

/// Whether what stands before `c` can be composed without looking at it.
fn begins_stretch(c: char) -> bool {
    if c.is_ascii() {
        return true;
    }
    let mut first = None;
    decompose_compatible(c, |part| first = first.or(Some(part)));
    first.is_none_or(|first| {
        canonical_combining_class(first) == 0 && is_nfkc_quick(std::iter::once(first)) == IsNormalized::Yes
    })
}

#[derive(Default)]
struct Reader {
    found: Tokens,
    /// The token being read.
    open: Option<Token>,
}

impl Reader {
    /// Takes letters, digits and apostrophes of ASCII, which belong to one token.
    fn plain_word(&mut self, original: &str, range: Range<usize>) {
        let start = self.found.text.len();
        self.found.text.push_str(original.get(range.clone()).unwrap_or_default());
        if let Some(word) = self.found.text.get_mut(start..) {
            word.make_ascii_lowercase();
        }
        let end = self.found.text.len();
        match &mut self.open {
            Some(open) => (open.folded.end, open.original.end) = (end, range.end),
            None => self.open = Some(Token { folded: start..end, original: range }),
        }
    }

    fn stretch(&mut self, original: &str, range: Range<usize>) {
        let Some(text) = original.get(range.clone()) else { return };
        if let &[byte] = text.as_bytes() {
            return self.character(char::from(byte.to_ascii_lowercase()), &range);
        }
        for c in text.nfkc() {
            fold_case(c, |folded| self.character(folded, &range));
        }
    }

    /// Takes one folded character that came from `original`.
    fn character(&mut self, c: char, original: &Range<usize>) {
        let start = self.found.text.len();
        self.found.text.push(c);
        let end = self.found.text.len();
        let letter = is_letter_or_digit(c);
        if letter || matches!(c, '\'' | '\u{2019}' | '\u{0300}'..='\u{036F}') {
            if let Some(open) = &mut self.open {
                open.folded.end = end;
                open.original.end = original.end;
                return;
            }
        } else {
            self.end_token();
        }
        let token = Token { folded: start..end, original: original.clone() };
        if letter {
            self.open = Some(token);
        } else if !is_white_space(c) {
            self.found.tokens.push(token);
        }
    }

    fn end_token(&mut self) {
        self.found.tokens.extend(self.open.take());
    }
}

/// General categories L and N: what the features' `[^\W_]` takes. `is_alphanumeric` also takes marks and enclosed
/// letters.
fn is_letter_or_digit(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric();
    }
    c.is_alphanumeric()
        && !is_combining_mark(c)
        && !matches!(c, '\u{24B6}'..='\u{24E9}' | '\u{1F130}'..='\u{1F189}')
}

/// White space as the features' `\s`: also the four ASCII separators.
fn is_white_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{1C}'..='\u{1F}')
}

/// Full case folding by the standard library's tables, which differ from Unicode's in two scripts only.
fn fold_case(c: char, mut emit: impl FnMut(char)) {
    match c {
        _ if c.is_ascii() => emit(c.to_ascii_lowercase()),
        '\u{0131}' => emit(c),
        '\u{13A0}'..='\u{13FD}' | '\u{AB70}'..='\u{ABBF}' => c.to_uppercase().for_each(emit),
        _ => {
            for lower in c.to_lowercase() {
                for upper in lower.to_uppercase() {
                    upper.to_lowercase().for_each(&mut emit);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Reader, Token, begins_stretch, tokens};

    /// The same with every character looked at by itself.
    fn plainly(original: &str) -> (String, Vec<Token>) {
        let mut reader = Reader::default();
        let mut stretch = 0..0;
        for (at, c) in original.char_indices() {
            if at > stretch.start && begins_stretch(c) {
                reader.stretch(original, stretch.start..at);
                stretch.start = at;
            }
            stretch.end = at + c.len_utf8();
        }
        reader.stretch(original, stretch);
        reader.end_token();
        (reader.found.text, reader.found.tokens)
    }

    proptest! {
        #[test]
        fn words_taken_whole_are_the_tokens_that_their_characters_make(
            text in "([aB1']{1,3}|[ .\n]|\u{301}|\u{e9}|\u{2019}|\u{fb01}|\u{1100}\u{1161}|\u{3a9}){0,24}",
        ) {
            let found = tokens(&text);
            prop_assert_eq!((found.text, found.tokens), plainly(&text), "{:?}", text);
        }
    }
}
