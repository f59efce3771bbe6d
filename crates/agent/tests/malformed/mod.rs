//! Pictures made to do harm, by a program: changed, cut, repeated, joined with other things, and saying that they are huge.

#![expect(
    clippy::indexing_slicing,
    reason = "files of known length, and a fault here is a fault of the test"
)]

use std::path::Path;

/// A picture in a file's bytes.
type File = Vec<u8>;

/// Makes one malformed file after another, the same ones every time.
pub(crate) struct Malformed {
    seed: u64,
    made: usize,
    files: Vec<File>,
}

impl Malformed {
    /// From the pictures in a folder, of every format.
    pub(crate) fn of(folder: &Path) -> Self {
        let entries =
            std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
        let mut paths: Vec<_> =
            entries.filter(|path| path.extension().is_some_and(|end| end != "jsonl")).collect();
        paths.sort();
        let files: Vec<File> = paths.iter().map(|path| std::fs::read(path).expect("a file")).collect();
        assert!(files.len() >= 7, "a picture of each format, and a JPEG that loads in steps");
        Self { seed: 1, made: 0, files }
    }

    fn below(&mut self, end: usize) -> usize {
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.seed;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ mixed >> 31) % end.max(1) as u64).expect("small")
    }

    fn byte(&mut self) -> u8 {
        u8::try_from(self.below(256)).expect("a byte")
    }

    /// The next file.
    pub(crate) fn next(&mut self) -> File {
        let at = self.below(self.files.len());
        let mut file = self.files[at].clone();
        match self.made % 6 {
            0 => self.change(&mut file, 8),
            // Mostly near the beginning, where sizes and tables are.
            1 => {
                let head = file.len().min(400);
                for _ in 0..=self.below(4) {
                    let at = self.below(head);
                    file[at] = self.byte();
                }
            }
            2 => file.truncate(self.below(file.len())),
            3 => self.repeat(&mut file),
            4 => file = self.join(&file),
            _ => self.say_huge(&mut file),
        }
        self.made += 1;
        // A decoder that looks at sums first would not be tried by anything behind them.
        if self.below(4) > 0 {
            mend_sums(&mut file);
        }
        file
    }

    fn change(&mut self, file: &mut File, most: usize) {
        for _ in 0..=self.below(most) {
            let at = self.below(file.len());
            match self.below(3) {
                0 => file[at] = self.byte(),
                1 => file[at] ^= 1 << self.below(8),
                _ => drop(file.remove(at)),
            }
        }
    }

    /// A stretch again and again: tables, scans, frames.
    fn repeat(&mut self, file: &mut File) {
        let from = self.below(file.len());
        let to = (from + 1 + self.below(2_000)).min(file.len());
        let stretch = file[from..to].repeat(1 + self.below(400));
        file.splice(to..to, stretch);
    }

    /// Two things in one: half of another picture, or a page, a program or an archive before or behind.
    fn join(&mut self, file: &File) -> File {
        let other = self.below(self.files.len());
        let other = self.files[other].clone();
        let foreign: [&[u8]; 4] = [
            b"<html><script>1</script>",
            b"MZ\x90\0\x03",
            b"PK\x03\x04\x14\0\0\0\x08\0",
            b"%PDF-1.7\n1 0 obj<<>>",
        ];
        match self.below(4) {
            0 => [&file[..self.below(file.len())], &other[self.below(other.len())..]].concat(),
            1 => [foreign[self.below(4)], file].concat(),
            2 => [file, foreign[self.below(4)], &other].concat(),
            _ => [&file[..16.min(file.len())], &other].concat(),
        }
    }

    /// Another width and height where the format has them.
    fn say_huge(&mut self, file: &mut File) {
        // Unoptimised, millions of pixels take many seconds.
        let most = if cfg!(debug_assertions) { [600, 800, 1_000] } else { [2_000, 4_899, 16_384] };
        let sizes = [0, 1, 255, most[0], most[1], most[2], 16_385, 65_535, 0x7FFF_FFFF, u32::MAX];
        let (width, height) = (sizes[self.below(10)], sizes[self.below(10)]);
        let short = |size: u32| u16::try_from(size & 0xFFFF).expect("cut");
        let (place, bytes) = match file.first_chunk::<4>() {
            Some(b"\x89PNG") => (16, [width.to_be_bytes(), height.to_be_bytes()].concat()),
            Some(b"GIF8") => (6, [short(width).to_le_bytes(), short(height).to_le_bytes()].concat()),
            Some(b"RIFF") => (21, width.to_le_bytes().to_vec()),
            Some([b'B', b'M', ..]) => (18, [width.to_le_bytes(), height.to_le_bytes()].concat()),
            _ => {
                let mut pairs = file.windows(2);
                let frame = pairs.position(|pair| pair == [0xFF, 0xC0] || pair == [0xFF, 0xC2]);
                (frame.unwrap_or(0) + 5, [short(height).to_be_bytes(), short(width).to_be_bytes()].concat())
            }
        };
        if let Some(to) = file.get_mut(place..place + bytes.len()) {
            to.copy_from_slice(&bytes);
        }
    }
}

/// Puts right the sums of a PNG's chunks, as far as its chunks can be told.
fn mend_sums(file: &mut File) {
    if !file.starts_with(b"\x89PNG\r\n\x1a\n") {
        return;
    }
    let mut at = 8;
    while let Some(length) =
        file.get(at..at + 4).map(|bytes| u32::from_be_bytes(bytes.try_into().expect("four")))
    {
        let end = at + 8 + length as usize;
        let Some(sum) = file.get(at + 4..end).map(crc32fast::hash) else { return };
        let Some(to) = file.get_mut(end..end + 4) else { return };
        to.copy_from_slice(&sum.to_be_bytes());
        at = end + 4;
    }
}
