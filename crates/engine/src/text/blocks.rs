//! Normalised text looked at 64 bytes at a time: one bit a byte for each question, so that the plain stretches that make
//! up nearly all of a page cost a few operations a block and no branch a byte.

use std::ops::Range;

use super::edges::in_word;

/// Bytes in a block.
pub(super) const BLOCK: usize = 64;

/// Words that are looked up together, about.
const WORDS_AT_ONCE: usize = 512;

/// `a` to `z` and `0` to `9`.
const WORD: u8 = 1;
/// Part of a character beyond ASCII.
const HIGH: u8 = 2;
/// A sign that is read as a letter in a disguised word.
const SIGN: u8 = 4;
/// `a` to `z`.
const LETTER: u8 = 8;
/// `!` and `|`, which mostly are what they seem.
const BANG: u8 = 16;
/// The same byte follows.
const TWICE: u8 = 32;

/// What the bytes of one block are, the first byte in the lowest bit.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Bits {
    pub(super) word: u64,
    pub(super) high: u64,
    /// Digits, and signs that are read as letters in a disguised word.
    pub(super) mark: u64,
    pub(super) letter: u64,
    pub(super) bang: u64,
    pub(super) twice: u64,
}

/// The blocks of a text.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    bits: Vec<Bits>,
}

impl Blocks {
    /// Looks at a text.
    pub(super) fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut bits = Vec::with_capacity(bytes.len() / BLOCK + 1);
        let (blocks, rest) = bytes.as_chunks::<BLOCK>();
        for (nth, block) in blocks.iter().enumerate() {
            let after = bytes.get((nth + 1) * BLOCK).copied().unwrap_or_default();
            bits.push(Bits::of(block, after));
        }
        if !rest.is_empty() {
            let mut last = [0; BLOCK];
            if let Some(room) = last.get_mut(..rest.len()) {
                room.copy_from_slice(rest);
            }
            bits.push(Bits::of(&last, 0));
        }
        Self { bits }
    }

    /// Every block with the one before and the one after it.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Bits, Bits, Bits)> {
        let at = |nth: Option<usize>| nth.and_then(|nth| self.bits.get(nth)).copied().unwrap_or_default();
        (0..self.bits.len()).map(move |nth| (at(nth.checked_sub(1)), at(Some(nth)), at(nth.checked_add(1))))
    }

    /// Calls `each` with the words of `text`, many at a time: where each begins and ends.
    pub(super) fn words(&self, text: &str, mut each: impl FnMut(&[[usize; 2]])) {
        // In turn where a stretch of letters, digits and bytes beyond ASCII begins, and where it ends.
        let room = text.len().min((WORDS_AT_ONCE + BLOCK) * 2);
        let mut turns: Vec<usize> = Vec::with_capacity(room);
        // Whether a byte beyond ASCII stands in the stretch that is open.
        let mut is_high = false;
        for (nth, bits) in self.bits.iter().enumerate() {
            let base = nth * BLOCK;
            let inside = bits.word | bits.high;
            let mut left = inside ^ ((inside << 1) | (turns.len() as u64 & 1));
            if bits.high == 0 && !is_high {
                // An iterator of known length, so that room is asked for once.
                turns.extend((0..left.count_ones()).map(|_| {
                    let at = base + left.trailing_zeros() as usize;
                    left &= left - 1;
                    at
                }));
                left = 0;
            }
            while left != 0 {
                let at = base + left.trailing_zeros() as usize;
                left &= left - 1;
                if turns.len() % 2 == 1
                    && let Some(start) = turns.pop()
                {
                    if is_high || has_high(bits, base, start..at) {
                        words_of(text, start..at, &mut turns);
                    } else {
                        turns.extend([start, at]);
                    }
                    is_high = false;
                } else {
                    turns.push(at);
                }
            }
            if turns.len() % 2 == 1 && bits.high != 0 {
                let start = turns.last().copied().unwrap_or_default();
                is_high |= has_high(bits, base, start..base + BLOCK);
            }
            if turns.len() >= WORDS_AT_ONCE * 2 {
                let (words, open) = turns.as_chunks::<2>();
                each(words);
                let open = open.first().copied();
                turns.clear();
                turns.extend(open);
            }
        }
        if turns.len() % 2 == 1
            && let Some(start) = turns.pop()
        {
            words_of(text, start..text.len(), &mut turns);
        }
        each(turns.as_chunks::<2>().0);
    }
}

/// Adds where the words with edges of a stretch begin and end.
fn words_of(text: &str, stretch: Range<usize>, turns: &mut Vec<usize>) {
    let mut from = stretch.start;
    while let Some(word) = text.get(from..stretch.end).and_then(first_word) {
        turns.extend([from + word.start, from + word.end]);
        from += word.end;
    }
}

/// The first word with edges of a text.
pub(super) fn first_word(text: &str) -> Option<Range<usize>> {
    let start = text.find(in_word)?;
    let rest = text.get(start..)?;
    Some(start..start + rest.find(|c| !in_word(c)).unwrap_or(rest.len()))
}

/// Whether a byte beyond ASCII stands in that part of a stretch that lies in the block at `base`.
fn has_high(bits: &Bits, base: usize, stretch: Range<usize>) -> bool {
    if bits.high == 0 {
        return false;
    }
    let from = stretch.start.saturating_sub(base);
    let until = stretch.end.saturating_sub(base).min(BLOCK);
    let below = |end: usize| if end >= BLOCK { u64::MAX } else { (1_u64 << end) - 1 };
    bits.high & below(until) & !below(from) != 0
}

impl Bits {
    fn of(block: &[u8; BLOCK], after: u8) -> Self {
        let mut next = [after; BLOCK];
        for (to, from) in next.iter_mut().zip(block.iter().skip(1)) {
            *to = *from;
        }
        let mut kinds = [0_u8; BLOCK];
        // Without a branch, so that the compiler makes vector code of it.
        for ((kind, byte), next) in kinds.iter_mut().zip(block).zip(&next) {
            let letter = byte.wrapping_sub(b'a') < 26;
            let digit = byte.wrapping_sub(b'0') < 10;
            let bang = (*byte == b'!') | (*byte == b'|');
            let sign = bang | (*byte == b'@') | (*byte == b'$');
            *kind = (u8::from(letter | digit) * WORD)
                | (u8::from(*byte >= 0x80) * HIGH)
                | (u8::from(sign) * SIGN)
                | (u8::from(letter) * LETTER)
                | (u8::from(bang) * BANG)
                | (u8::from(byte == next) * TWICE);
        }
        let (word, letter) = (gathered(&kinds, WORD), gathered(&kinds, LETTER));
        let mut bits = Self { word, letter, twice: gathered(&kinds, TWICE), ..Self::default() };
        // Most blocks have none of these.
        let rare = HIGH | SIGN | BANG;
        if kinds.iter().fold(0, |all, kind| all | kind) & rare != 0 {
            bits.high = gathered(&kinds, HIGH);
            bits.bang = gathered(&kinds, BANG);
            bits.mark = gathered(&kinds, SIGN);
        }
        // Digits are marks too.
        bits.mark |= word & !letter;
        bits
    }

    /// Bytes that may be part of a disguised word.
    pub(super) fn run(&self) -> u64 {
        self.word | self.high | self.mark
    }
}

/// Bit `kind` of each of 64 bytes, side by side.
pub(super) fn gathered(kinds: &[u8; BLOCK], kind: u8) -> u64 {
    let shift = kind.trailing_zeros();
    let (eights, _) = kinds.as_chunks::<8>();
    eights.iter().enumerate().fold(0, |all, (nth, eight)| {
        let ones = (u64::from_le_bytes(*eight) >> shift) & 0x0101_0101_0101_0101;
        // The product puts the eight ones side by side in the highest byte.
        all | ((ones.wrapping_mul(0x0102_0408_1020_4080) >> 56) << (nth * 8))
    })
}
