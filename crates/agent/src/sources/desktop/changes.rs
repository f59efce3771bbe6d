//! Whether what a window shows has really changed: cheap to ask of a window that stands still, and a caret that blinks is no change.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::Pixels;

/// Rows that are read when it is asked; in turn all are.
const ROWS_ASKED: u16 = 16;
/// Sides of the small grey copy.
const CELLS: usize = 24;
/// A cell of the small copy that differs by this much, of 255, is a change.
const CELL_MIN: u8 = 6;
/// Pictures of windows that are remembered as told of.
const TOLD_MAX: usize = 64;

/// What was last seen of a window.
#[derive(Debug, Clone)]
pub(super) struct Last {
    rows: Vec<u64>,
    small: Vec<u8>,
    asked: u16,
}

impl Last {
    /// What these pixels look like.
    pub(super) fn of(pixels: &Pixels) -> Self {
        Self { rows: pixels.rows.clone(), small: small(pixels), asked: 0 }
    }

    /// The rows to ask for next: evenly spread, other ones each time.
    pub(super) fn ask(&mut self) -> Vec<u16> {
        let height = u16::try_from(self.rows.len()).unwrap_or(u16::MAX);
        let step = height.div_ceil(ROWS_ASKED).max(1);
        self.asked = (self.asked + 1) % step;
        (self.asked..height).step_by(usize::from(step)).collect()
    }

    /// Whether those rows are as they were.
    pub(super) fn has(&self, asked: &[u16], rows: &[u64]) -> bool {
        asked.iter().zip(rows).all(|(row, hash)| self.rows.get(usize::from(*row)) == Some(hash))
    }

    /// Whether one looks different from the other.
    pub(super) fn differs(&self, other: &Self) -> bool {
        self.small.len() != other.small.len()
            || self.small.iter().zip(&other.small).any(|(one, other)| one.abs_diff(*other) >= CELL_MIN)
    }

    /// The rows now, and the look as it was when it was last told of: many small changes are a large one.
    pub(super) fn with_rows_of(self, now: Self) -> Self {
        Self { small: self.small, ..now }
    }
}

/// Grey, and so small that one letter more makes no difference.
fn small(pixels: &Pixels) -> Vec<u8> {
    let (width, height) = (pixels.width as usize, pixels.height as usize);
    let mut cells = vec![(0_u64, 0_u64); CELLS * CELLS];
    for (y, row) in pixels.rgb.chunks_exact((width * 3).max(1)).enumerate() {
        for (x, pixel) in row.chunks_exact(3).enumerate() {
            let cell = (y * CELLS / height.max(1)) * CELLS + x * CELLS / width.max(1);
            if let Some((sum, count)) = cells.get_mut(cell) {
                *sum += pixel.iter().map(|value| u64::from(*value)).sum::<u64>();
                *count += 3;
            }
        }
    }
    cells.iter().map(|(sum, count)| u8::try_from(sum / (*count).max(1)).unwrap_or(u8::MAX)).collect()
}

/// What was told of lately: a window that comes to the front again with the same in it is no new picture.
#[derive(Debug, Default)]
pub(super) struct Told(VecDeque<(u32, u64, u64)>);

impl Told {
    /// Whether this was told of within `for_ms`; if not, it is now.
    pub(super) fn is_new(&mut self, window: u32, rows: &[u64], now_ms: u64, for_ms: u64) -> bool {
        let mut hasher = DefaultHasher::new();
        rows.hash(&mut hasher);
        let look = hasher.finish();
        self.0.retain(|(_, _, at_ms)| now_ms.saturating_sub(*at_ms) < for_ms);
        if self.0.iter().any(|(known, had, _)| (*known, *had) == (window, look)) {
            return false;
        }
        self.0.push_back((window, look, now_ms));
        if self.0.len() > TOLD_MAX {
            self.0.pop_front();
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::Pixels;
    use super::{Last, ROWS_ASKED, Told};

    fn pixels(value: impl Fn(usize, usize) -> u8) -> Pixels {
        let rgb: Vec<u8> = (0..100 * 90).flat_map(|index| [value(index % 100, index / 100); 3]).collect();
        let rows = rgb.chunks(300).map(|row| row.iter().map(|value| u64::from(*value)).sum()).collect();
        Pixels { width: 100, height: 90, rgb, rows }
    }

    #[test]
    fn every_row_is_asked_for_in_turn_a_caret_is_no_change_and_another_picture_is_one() {
        let plain = pixels(|_, _| 90);
        let mut last = Last::of(&plain);
        let mut asked: Vec<u16> = Vec::new();
        for _ in 0..90_u16.div_ceil(ROWS_ASKED) {
            let rows = last.ask();
            assert!(rows.len() <= usize::from(ROWS_ASKED));
            asked.extend(rows);
        }
        asked.sort_unstable();
        assert_eq!(asked, (0..90).collect::<Vec<u16>>());
        let caret = Last::of(&pixels(|x, y| if x == 50 && y == 40 { 120 } else { 90 }));
        let other = Last::of(&pixels(|x, y| if x < 20 && y < 20 { 120 } else { 90 }));
        assert!(!last.has(&[40], &[caret.rows[40]]) && last.has(&[39], &[caret.rows[39]]));
        assert!(!last.differs(&caret) && last.differs(&other));
        assert!(last.with_rows_of(caret.clone()).has(&[40], &[caret.rows[40]]));
    }

    #[test]
    fn a_window_that_comes_back_with_the_same_in_it_is_told_of_again_only_after_a_while() {
        let mut told = Told::default();
        let cases = [
            (1, [1, 2], 0, true),
            (1, [1, 2], 50, false),
            (2, [1, 2], 50, true),
            (1, [1, 3], 60, true),
            (1, [1, 2], 100, true),
        ];
        for (window, rows, now_ms, expected) in cases {
            assert_eq!(told.is_new(window, &rows, now_ms, 100), expected, "{window} {rows:?} {now_ms}");
        }
    }
}
