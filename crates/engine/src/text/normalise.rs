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
    let mut at = 0;
    while at < original.len() {
        at += writer.block(original, at);
    }
    // Only whole characters were written, so this takes the bytes as they are.
    Normalised { text: String::from_utf8(writer.text).unwrap_or_default(), offsets: writer.offsets }
}

/// The same, with every character looked at by itself.
#[cfg(test)]
pub(super) fn normalise_plainly(original: &str) -> Normalised {
    let mut writer = Writer::default();
    for (at, c) in original.char_indices() {
        writer.character(at, c);
        writer.folded.clear();
    }
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

/// The bytes of a block as normalised, with as much room behind them, and a bit for each that they do not hold for:
/// characters beyond ASCII, white space before white space. `after` is the byte that follows the block.
fn plain_block(block: &[u8; BLOCK], after: u8) -> ([u8; BLOCK * 2], u64) {
    let mut next = [after; BLOCK];
    for (to, from) in next.iter_mut().zip(block.iter().skip(1)) {
        *to = *from;
    }
    let (mut plain, mut stops) = ([0; BLOCK * 2], [0; BLOCK]);
    // Without a branch, so that the compiler makes vector code of it.
    for (((plain, stop), byte), next) in plain.iter_mut().zip(&mut stops).zip(block).zip(&next) {
        *plain = plain_byte(*byte);
        *stop = u8::from((*byte >= 0x80) | (is_space(*byte) & is_space(*next)));
    }
    (plain, gathered(&stops, 1))
}

/// Characters whose folding is kept, and the most bytes that one may become for that: a text has few that are not ASCII.
const FOLDED_KEPT: usize = 128;
const FOLDED_BYTES: usize = 8;

/// What a character becomes.
#[derive(Debug, Clone, Copy, Default)]
struct Folded {
    of: Option<char>,
    bytes: [u8; FOLDED_BYTES],
    length: usize,
    /// Whether it is one character.
    is_one: bool,
}

#[derive(Default)]
struct Writer {
    text: Vec<u8>,
    offsets: Offsets,
    /// While the text ends in white space: where that began in the original, and line feeds in it.
    space: Option<(usize, usize)>,
    folded: Vec<Folded>,
}

impl Writer {
    /// Writes the block at `at` and the rest of the character or white space that it ends in; says how many bytes of the
    /// original that is.
    fn block(&mut self, original: &str, at: usize) -> usize {
        let rest = original.as_bytes().get(at..).unwrap_or_default();
        let mut block = [0; BLOCK];
        let length = match rest.first_chunk::<BLOCK>() {
            Some(whole) => {
                block = *whole;
                BLOCK
            }
            None => {
                block.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
                rest.len()
            }
        };
        let (plain, stops) = plain_block(&block, rest.get(BLOCK).copied().unwrap_or_default());
        let byte_at = |at: usize| block.get(at).copied().unwrap_or_default();
        let mut done = 0;
        while done < length {
            let goes_on = self.space.is_some() && is_space(byte_at(done));
            let run = if goes_on { 0 } else { (stops >> done).trailing_zeros() as usize };
            let run = run.min(length - done);
            if run > 0 {
                self.plain(at + done, plain.get(done..).unwrap_or_default(), run);
                done += run;
                let last = byte_at(done - 1);
                self.space = is_space(last).then(|| (at + done - 1, usize::from(last == b'\n')));
            }
            if done < length {
                done += self.stop(original, at + done);
            }
        }
        done
    }

    /// Writes the first `length` bytes of `plain`, which come from `at` on.
    fn plain(&mut self, at: usize, plain: &[u8], length: usize) {
        let start = self.text.len();
        self.offsets.run(start, at);
        match plain.first_chunk::<BLOCK>() {
            // A copy of known length and a cut cost less than one of any length.
            Some(block) => {
                self.text.extend_from_slice(block);
                self.text.truncate(start + length);
            }
            None => self.text.extend_from_slice(plain.get(..length).unwrap_or_default()),
        }
    }

    /// Writes the white space or the character at `at`, and says how many bytes of the original that is.
    fn stop(&mut self, original: &str, at: usize) -> usize {
        let rest = original.get(at..).unwrap_or_default();
        let spaces = rest.bytes().take_while(|byte| is_space(*byte));
        let (length, line_feeds) =
            spaces.fold((0, 0), |(length, feeds), byte| (length + 1, feeds + usize::from(byte == b'\n')));
        if length > 0 {
            self.white_space(at, length, line_feeds, 1);
            return length;
        }
        let Some(c) = rest.chars().next() else { return 1 };
        self.character(at, c);
        c.len_utf8()
    }

    fn character(&mut self, at: usize, c: char) {
        if c.is_whitespace() {
            let line_feeds = usize::from(matches!(c, '\n' | '\u{2028}' | '\u{2029}'));
            return self.white_space(at, c.len_utf8(), line_feeds, c.len_utf8());
        }
        let start = self.text.len();
        let place = c as usize % FOLDED_KEPT;
        let folded = match self.folded.get(place).filter(|folded| folded.of == Some(c)) {
            Some(known) => {
                let known = *known;
                self.text.extend_from_slice(known.bytes.get(..known.length).unwrap_or_default());
                known
            }
            None => self.fold(c, place),
        };
        if folded.length == 0 {
            return;
        }
        self.space = None;
        if folded.is_one && folded.length == c.len_utf8() {
            self.offsets.run(start, at);
        } else {
            self.offsets.character(start, at, c.len_utf8());
        }
    }

    /// Writes what a character becomes, and keeps it for the next time, at `place`.
    fn fold(&mut self, c: char, place: usize) -> Folded {
        let start = self.text.len();
        let mut parts = 0_usize;
        fold(c, |part| {
            self.text.extend_from_slice(part.encode_utf8(&mut [0; 4]).as_bytes());
            parts += 1;
        });
        let written = self.text.get(start..).unwrap_or_default();
        let mut folded =
            Folded { of: Some(c), bytes: [0; FOLDED_BYTES], length: written.len(), is_one: parts == 1 };
        if let Some(room) = folded.bytes.get_mut(..written.len()) {
            room.copy_from_slice(written);
            self.folded.resize(FOLDED_KEPT, Folded::default());
            if let Some(kept) = self.folded.get_mut(place) {
                *kept = folded;
            }
        }
        folded
    }

    /// Writes `length` bytes of white space, whose characters have `character` bytes each.
    fn white_space(&mut self, at: usize, length: usize, line_feeds: usize, character: usize) {
        let (began, before) = self.space.unwrap_or_else(|| {
            match character {
                1 => self.offsets.run(self.text.len(), at),
                bytes => self.offsets.character(self.text.len(), at, bytes),
            }
            self.text.push(b' ');
            (at, 0)
        });
        let line_feeds = before + line_feeds;
        self.space = Some((began, line_feeds));
        if line_feeds > 1 || at + length - character - began >= WHITE_SPACE_BYTES_MAX {
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
