//! Normalisation: what a careful reader sees, whatever the bytes. Compatibility forms, accents, case, characters that
//! take no room and the width of white space make no difference.

use std::ops::Range;

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
    writer.text.reserve(original.len() + 8);
    let mut at = 0;
    while let Some(rest) = original.get(at..).filter(|rest| !rest.is_empty()) {
        let plain = plain_bytes(rest.as_bytes(), writer.space.is_some());
        if let Some(bytes) = rest.get(..plain).filter(|bytes| !bytes.is_empty()) {
            writer.plain(at, bytes);
            at += plain;
        } else if let Some(c) = rest.chars().next() {
            writer.character(at, c);
            at += c.len_utf8();
        }
    }
    Normalised { text: writer.text, offsets: writer.offsets }
}

/// Normalises a term, which is one line without space around it.
#[must_use]
pub fn normalise_term(term: &str) -> String {
    let normalised = normalise(term);
    normalised.text().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// How many bytes at the start are ASCII that normalises byte for byte: no control characters, spaces singly.
fn plain_bytes(bytes: &[u8], after_space: bool) -> usize {
    // Blocks without a branch inside, which the compiler turns into vector code.
    const BLOCK: usize = 32;
    let mut plain = 0;
    let next = bytes.get(1..).unwrap_or_default();
    if !after_space || bytes.first() != Some(&b' ') {
        for (block, next) in bytes.chunks_exact(BLOCK).zip(next.chunks_exact(BLOCK)) {
            let stops = block.iter().zip(next).fold(false, |stops, (byte, next)| {
                stops | !matches!(*byte, b' '..=b'~') | ((*byte == b' ') & (*next == b' '))
            });
            if stops {
                break;
            }
            plain += BLOCK;
        }
    }
    // A block ends before a second space, so nothing before `plain` matters but at the very start.
    let mut space = plain == 0 && after_space;
    let rest = bytes.get(plain..).unwrap_or_default();
    let more = rest.iter().position(|byte| {
        let is_space = *byte == b' ';
        let stop = !matches!(*byte, b' '..=b'~') | (is_space & space);
        space = is_space;
        stop
    });
    plain + more.unwrap_or(rest.len())
}

#[derive(Default)]
struct Writer {
    text: String,
    offsets: Offsets,
    /// While the text ends in white space: where that began in the original, and line feeds in it.
    space: Option<(usize, usize)>,
}

impl Writer {
    /// Writes `bytes`, ASCII that [`plain_bytes`] found, which stand at `at` in the original.
    fn plain(&mut self, at: usize, bytes: &str) {
        let start = self.text.len();
        self.offsets.run(start, at);
        self.text.push_str(bytes);
        if let Some(written) = self.text.get_mut(start..) {
            written.make_ascii_lowercase();
        }
        self.space = bytes.ends_with(' ').then(|| (at + bytes.len() - 1, 0));
    }

    fn character(&mut self, at: usize, c: char) {
        if c.is_whitespace() {
            return self.white_space(at, c);
        }
        let start = self.text.len();
        let mut parts = 0_usize;
        fold(c, |part| {
            self.text.push(part);
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
            self.text.push(' ');
            self.space = Some((at, line_feed));
            return;
        };
        let line_feeds = line_feeds + line_feed;
        self.space = Some((began, line_feeds));
        if line_feeds > 1 || at - began >= WHITE_SPACE_BYTES_MAX {
            self.text.pop();
            self.text.push('\n');
        }
    }
}

/// Extends `end`, a character boundary of `original`, over accents that stand on the character before it.
pub(super) fn over_accents(original: &str, end: usize) -> usize {
    let accents = original.get(end..).unwrap_or_default().chars();
    end + accents.take_while(|c| is_accent(*c) && !is_ignorable(*c)).map(char::len_utf8).sum::<usize>()
}
