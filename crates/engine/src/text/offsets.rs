//! The way back from normalised bytes to the bytes of the original.

/// One stretch of normalised text. It ends where the next begins.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    /// First normalised byte.
    normal: usize,
    /// First original byte.
    original: usize,
    /// Original bytes of the one character that the stretch stands for; 0 where the stretch runs byte for byte.
    character: usize,
}

/// Stretches in order. Byte for byte stretches join, so plain text has few.
#[derive(Debug, Clone, Default)]
pub(super) struct Offsets {
    stretches: Vec<Stretch>,
}

impl Offsets {
    /// Normalised bytes from `normal` on run byte for byte from `original` on.
    pub(super) fn run(&mut self, normal: usize, original: usize) {
        if let Some(last) = self.stretches.last()
            && last.character == 0
            && original.checked_sub(last.original) == Some(normal - last.normal)
        {
            return;
        }
        self.stretches.push(Stretch { normal, original, character: 0 });
    }

    /// Normalised bytes from `normal` on stand for one original character of `bytes` bytes at `original`.
    pub(super) fn character(&mut self, normal: usize, original: usize, bytes: usize) {
        self.stretches.push(Stretch { normal, original, character: bytes });
    }

    fn at(&self, normal: usize) -> Option<(&Stretch, Option<&Stretch>)> {
        let after = self.stretches.partition_point(|stretch| stretch.normal <= normal);
        Some((self.stretches.get(after.checked_sub(1)?)?, self.stretches.get(after)))
    }

    /// The original byte at which the character at normalised byte `normal` begins; nothing when `normal` lies inside
    /// what one character became.
    pub(super) fn start(&self, normal: usize) -> Option<usize> {
        let (stretch, _) = self.at(normal)?;
        match stretch.character {
            0 => Some(stretch.original + (normal - stretch.normal)),
            _ => (normal == stretch.normal).then_some(stretch.original),
        }
    }

    /// One past the original byte at which the character before normalised byte `normal` ends; nothing when `normal`
    /// lies inside what one character became. `length` is the normalised text's.
    pub(super) fn end(&self, normal: usize, length: usize) -> Option<usize> {
        let (stretch, next) = self.at(normal.checked_sub(1)?)?;
        match stretch.character {
            0 => Some(stretch.original + (normal - stretch.normal)),
            bytes => {
                let ends = next.map_or(length, |next| next.normal);
                (normal == ends).then_some(stretch.original + bytes)
            }
        }
    }
}
