//! Normalisation: what a careful reader sees, whatever the bytes. Compatibility forms, accents, case, characters that
//! take no room and the width of white space make no difference.

use std::ops::Range;

use super::blocks::{BLOCK, gathered};
use super::fold::{fold, is_accent, is_ignorable};
use super::offsets::Offsets;

/// White space longer than this ends a passage of text: no phrase reaches over it.
const WHITE_SPACE_BYTES_MAX: usize = 64;

/// A text as rules read it, and the way back.
///
/// White space is one space; an empty line, or very long white space, is one line feed, which no term contains.
#[derive(Debug, Clone, Default)]
pub struct Normalised {
    text: String,
    offsets: Offsets,
}

impl Normalised {
    /// The normalised text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The bytes of the original that normalised bytes `range` came from, always whole characters. Nothing when an end
    /// of `range` lies inside what one original character became.
    #[must_use]
    pub fn original(&self, range: Range<usize>) -> Option<Range<usize>> {
        Some(self.offsets.start(range.start)?..self.offsets.end(range.end, self.text.len())?)
    }
}

/// Normalises a text.
#[must_use]
pub fn normalise(original: &str) -> Normalised {
    let mut writer = Writer::default();
    writer.text.reserve(original.len() + BLOCK);
    let bytes = original.as_bytes();
    let mut at = 0;
    while let Some(first) = bytes.get(at) {
        let plain = match writer.space {
            _ if !first.is_ascii() => 0,
            Some(_) if is_space(*first) => 0,
            _ => writer.plain(at, bytes.get(at..).unwrap_or_default()),
        };
        if plain > 0 {
            at += plain;
        } else if let Some(c) = original.get(at..).and_then(|rest| rest.chars().next()) {
            writer.character(at, c);
            at += c.len_utf8();
        }
    }
    // Only whole characters were written, so this takes the bytes as they are.
    Normalised { text: String::from_utf8(writer.text).unwrap_or_default(), offsets: writer.offsets }
}

/// Normalises a term, which is one line without space around it.
#[must_use]
pub fn normalise_term(term: &str) -> String {
    // Lists are long, and most of their terms are plain.
    if term.bytes().all(|byte| matches!(byte, b' '..=b'~')) && !term.contains("  ") {
        return term.trim_matches(' ').to_ascii_lowercase();
    }
    let normalised = normalise(term);
    normalised.text().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// ASCII white space.
fn is_space(byte: u8) -> bool {
    byte == b' ' || byte.wrapping_sub(b'\t') < 5
}

/// What ASCII normalises to, byte for byte, where no white space follows white space.
fn plain_byte(byte: u8) -> u8 {
    let upper = byte.wrapping_sub(b'A') < 26;
    if is_space(byte) { b' ' } else { byte | (u8::from(upper) << 5) }
}

/// The bytes of a block as normalised, and how many of them that holds for: no character beyond ASCII, no white space
/// before white space. `after` is the byte that follows the block.
fn plain_block(block: &[u8; BLOCK], after: u8) -> ([u8; BLOCK], usize) {
    let mut next = [after; BLOCK];
    for (to, from) in next.iter_mut().zip(block.iter().skip(1)) {
        *to = *from;
    }
    let (mut plain, mut stops) = ([0; BLOCK], [0; BLOCK]);
    // Without a branch, so that the compiler makes vector code of it.
    for (((plain, stop), byte), next) in plain.iter_mut().zip(&mut stops).zip(block).zip(&next) {
        *plain = plain_byte(*byte);
        *stop = u8::from((*byte >= 0x80) | (is_space(*byte) & is_space(*next)));
    }
    (plain, gathered(&stops, 1).trailing_zeros() as usize)
}

#[derive(Default)]
struct Writer {
    text: Vec<u8>,
    offsets: Offsets,
    /// While the text ends in white space: where that began in the original, and line feeds in it.
    space: Option<(usize, usize)>,
}

impl Writer {
    /// Writes the ASCII that `rest`, which stands at `at` in the original, begins with, as far as it normalises byte for
    /// byte, and says how many bytes that is.
    fn plain(&mut self, at: usize, rest: &[u8]) -> usize {
        let start = self.text.len();
        let (blocks, _) = rest.as_chunks::<BLOCK>();
        for (nth, block) in blocks.iter().enumerate() {
            let after = rest.get((nth + 1) * BLOCK).copied().unwrap_or_default();
            let (plain, length) = plain_block(block, after);
            self.text.extend_from_slice(plain.get(..length).unwrap_or_default());
            if length < BLOCK {
                return self.plain_until(at, start, rest);
            }
        }
        let tail = rest.get(blocks.len() * BLOCK..).unwrap_or_default();
        let follows = tail.iter().skip(1).copied().chain(std::iter::once(0));
        let plain = tail
            .iter()
            .zip(follows)
            .take_while(|(byte, next)| byte.is_ascii() && !(is_space(**byte) && is_space(*next)));
        self.text.extend(plain.map(|(byte, _)| plain_byte(*byte)));
        self.plain_until(at, start, rest)
    }

    /// Notes where the plain bytes from `start` on come from.
    fn plain_until(&mut self, at: usize, start: usize, rest: &[u8]) -> usize {
        let length = self.text.len() - start;
        if let Some(last) = length.checked_sub(1) {
            self.offsets.run(start, at);
            let last_byte = rest.get(last).copied().unwrap_or_default();
            self.space = is_space(last_byte).then(|| (at + last, usize::from(last_byte == b'\n')));
        }
        length
    }

    fn character(&mut self, at: usize, c: char) {
        if c.is_whitespace() {
            return self.white_space(at, c);
        }
        let start = self.text.len();
        let mut parts = 0_usize;
        fold(c, |part| {
            self.text.extend_from_slice(part.encode_utf8(&mut [0; 4]).as_bytes());
            parts += 1;
        });
        let length = self.text.len() - start;
        if length == 0 {
            return;
        }
        self.space = None;
        if parts == 1 && length == c.len_utf8() {
            self.offsets.run(start, at);
        } else {
            self.offsets.character(start, at, c.len_utf8());
        }
    }

    fn white_space(&mut self, at: usize, c: char) {
        let line_feed = usize::from(matches!(c, '\n' | '\u{2028}' | '\u{2029}'));
        let Some((began, line_feeds)) = self.space else {
            match c.len_utf8() {
                1 => self.offsets.run(self.text.len(), at),
                bytes => self.offsets.character(self.text.len(), at, bytes),
            }
            self.text.push(b' ');
            self.space = Some((at, line_feed));
            return;
        };
        let line_feeds = line_feeds + line_feed;
        self.space = Some((began, line_feeds));
        if line_feeds > 1 || at - began >= WHITE_SPACE_BYTES_MAX {
            self.text.pop();
            self.text.push(b'\n');
        }
    }
}

/// Extends `end`, a character boundary of `original`, over accents that stand on the character before it.
pub(super) fn over_accents(original: &str, end: usize) -> usize {
    let accents = original.get(end..).unwrap_or_default().chars();
    end + accents.take_while(|c| is_accent(*c) && !is_ignorable(*c)).map(char::len_utf8).sum::<usize>()
}
