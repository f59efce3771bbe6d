//! Normalised text looked at 64 bytes at a time: one bit a byte for each question, so that the plain stretches that make
//! up nearly all of a page cost a few operations a block and no branch a byte.

use std::ops::Range;

/// Bytes in a block.
pub(super) const BLOCK: usize = 64;

/// `a` to `z` and `0` to `9`.
const WORD: u8 = 1;
/// Part of a character beyond ASCII.
const HIGH: u8 = 2;
/// A digit, or a sign that is read as a letter in a disguised word.
const MARK: u8 = 4;
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

    /// Calls `each` with every longest stretch of letters, digits and bytes beyond ASCII, and whether it has any of the
    /// last.
    pub(super) fn stretches(&self, mut each: impl FnMut(Range<usize>, bool)) {
        let mut open: Option<(usize, bool)> = None;
        for (nth, bits) in self.bits.iter().enumerate() {
            let base = nth * BLOCK;
            let inside = bits.word | bits.high;
            let before = (inside << 1) | u64::from(open.is_some());
            // A one where a stretch begins or has just ended.
            let mut turns = inside ^ before;
            while turns != 0 {
                let at = base + turns.trailing_zeros() as usize;
                turns &= turns - 1;
                match open.take() {
                    None => open = Some((at, false)),
                    Some((start, high)) => each(start..at, high || has_high(bits, base, start..at)),
                }
            }
            if let Some((start, high)) = open {
                open = Some((start, high || has_high(bits, base, start..base + BLOCK)));
            }
        }
        if let Some((start, high)) = open {
            each(start..self.bits.len() * BLOCK, high);
        }
    }
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
            let mark = digit | bang | (*byte == b'@') | (*byte == b'$');
            *kind = (u8::from(letter | digit) * WORD)
                | (u8::from(*byte >= 0x80) * HIGH)
                | (u8::from(mark) * MARK)
                | (u8::from(letter) * LETTER)
                | (u8::from(bang) * BANG)
                | (u8::from(byte == next) * TWICE);
        }
        Self {
            word: gathered(&kinds, WORD),
            high: gathered(&kinds, HIGH),
            mark: gathered(&kinds, MARK),
            letter: gathered(&kinds, LETTER),
            bang: gathered(&kinds, BANG),
            twice: gathered(&kinds, TWICE),
        }
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
