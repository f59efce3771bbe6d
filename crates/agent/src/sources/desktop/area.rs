//! Where the picture is in a window. An image viewer shows one picture on a plain ground, beside bars and frames: these are trimmed.
//! A window in which no such place is found is looked at whole.

use std::ops::Range;

use super::Pixels;

/// Sides of the smallest picture that is looked for.
const SIDE_MIN: usize = 64;
/// Two values are one colour where they differ by this much at most: a plain ground is drawn with the same value everywhere.
const SAME_MAX: u8 = 2;
/// A row is plain where all but this share of it, permille, is of one colour.
const PLAIN_PERMILLE: usize = 20;
/// Stretches with a plain gap of this share of the longer one, permille, are one picture with a plain strip in it.
const GAP_PERMILLE: usize = 100;
/// So much of the place, permille, must differ from its ground: text on a plain ground is no picture.
const FILLED_PERMILLE: usize = 600;
/// Of each line at most so many pixels are looked at, evenly spread.
const SAMPLES_MAX: usize = 512;
/// Rows and columns are trimmed in turn; each turn can only make the place smaller.
const TURNS_MAX: usize = 4;

/// A place in pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Area {
    /// Columns.
    pub columns: Range<usize>,
    /// Rows.
    pub rows: Range<usize>,
}

/// The place of the picture; all of it where none is found.
#[must_use]
pub fn picture(pixels: &Pixels) -> Area {
    let (width, height) = (pixels.width as usize, pixels.height as usize);
    let whole = Area { columns: 0..width, rows: 0..height };
    let mut area = whole.clone();
    for _ in 0..TURNS_MAX {
        let before = area.clone();
        let rows: Vec<usize> =
            area.rows.clone().map(|y| busy(spread(&area.columns).map(|x| at(pixels, x, y)))).collect();
        let Some(found) = stretch(&rows) else { return whole };
        area.rows = area.rows.start + found.start..area.rows.start + found.end;
        let columns: Vec<usize> =
            area.columns.clone().map(|x| busy(spread(&area.rows).map(|y| at(pixels, x, y)))).collect();
        let Some(found) = stretch(&columns) else { return whole };
        area.columns = area.columns.start + found.start..area.columns.start + found.end;
        if area == before {
            break;
        }
    }
    let is_large = area.rows.len() >= SIDE_MIN && area.columns.len() >= SIDE_MIN;
    if is_large && is_filled(pixels, &area) { area } else { whole }
}

/// The pixels of a place alone.
#[must_use]
pub fn cut(pixels: &Pixels, area: &Area) -> Vec<u8> {
    let row_bytes = pixels.width as usize * 3;
    let mut rgb = Vec::with_capacity(area.rows.len() * area.columns.len() * 3);
    for row in pixels.rgb.chunks_exact(row_bytes.max(1)).skip(area.rows.start).take(area.rows.len()) {
        rgb.extend_from_slice(row.get(area.columns.start * 3..area.columns.end * 3).unwrap_or_default());
    }
    rgb
}

fn at(pixels: &Pixels, x: usize, y: usize) -> [u8; 3] {
    let start = (y * pixels.width as usize + x) * 3;
    let pixel = pixels.rgb.get(start..start + 3).and_then(|pixel| pixel.try_into().ok());
    pixel.unwrap_or_default()
}

fn spread(line: &Range<usize>) -> impl Iterator<Item = usize> + Clone + use<> {
    line.clone().step_by(line.len() / SAMPLES_MAX + 1)
}

fn is_same(one: [u8; 3], other: [u8; 3]) -> bool {
    one.iter().zip(other).all(|(one, other)| one.abs_diff(other) <= SAME_MAX)
}

/// Permille of a line that is not of its ground: the colour that more than half of it has, if one does.
fn busy(line: impl Iterator<Item = [u8; 3]> + Clone) -> usize {
    let ground = most(line.clone());
    let (all, other) = line.fold((0, 0), |(all, other), pixel| {
        (all + 1, other + usize::from(ground.is_none_or(|ground| !is_same(pixel, ground))))
    });
    other * 1_000 / all.max(1)
}

/// The colour that more than half have, if one does; else any.
fn most(line: impl Iterator<Item = [u8; 3]>) -> Option<[u8; 3]> {
    let mut held: Option<([u8; 3], usize)> = None;
    for pixel in line {
        held = match held {
            None | Some((_, 0)) => Some((pixel, 1)),
            Some((colour, count)) if colour == pixel => Some((colour, count + 1)),
            Some((colour, count)) => Some((colour, count - 1)),
        };
    }
    held.map(|(colour, _)| colour)
}

/// The stretch of lines with the most in it, joined with others as busy as it that only a thin plain strip parts from it.
fn stretch(lines: &[usize]) -> Option<Range<usize>> {
    let mut all: Vec<(Range<usize>, usize)> = Vec::new();
    for (index, busy) in lines.iter().copied().enumerate().filter(|(_, busy)| *busy > PLAIN_PERMILLE) {
        match all.last_mut() {
            Some((range, sum)) if range.end == index => (range.end, *sum) = (index + 1, *sum + busy),
            _ => all.push((index..index + 1, busy)),
        }
    }
    let best = (0..all.len()).max_by_key(|index| all.get(*index).map(|(_, sum)| *sum))?;
    let (mut found, sum) = all.get(best)?.clone();
    let mean = sum / found.len().max(1);
    let joins = |found: &Range<usize>, gap: usize, (range, sum): &(Range<usize>, usize)| {
        gap * 1_000 <= found.len().max(range.len()) * GAP_PERMILLE && sum / range.len().max(1) * 2 >= mean
    };
    for next in all.get(best + 1..).unwrap_or_default() {
        if !joins(&found, next.0.start - found.end, next) {
            break;
        }
        found.end = next.0.end;
    }
    for before in all.get(..best).unwrap_or_default().iter().rev() {
        if !joins(&found, found.start - before.0.end, before) {
            break;
        }
        found.start = before.0.start;
    }
    Some(found)
}

/// Whether a place is filled with a picture, and is no text on a plain ground.
fn is_filled(pixels: &Pixels, area: &Area) -> bool {
    let all = spread(&area.rows).flat_map(|y| spread(&area.columns).map(move |x| at(pixels, x, y)));
    busy(all) >= FILLED_PERMILLE
}

#[cfg(test)]
mod tests {
    use super::super::Pixels;
    use super::{Area, cut, picture};

    const GROUND: [u8; 3] = [40, 40, 40];

    /// A window of 800 by 600 of which a story paints parts.
    fn window(paint: impl Fn(usize, usize) -> Option<[u8; 3]>) -> Pixels {
        let pixel = |index: usize| paint(index % 800, index / 800).unwrap_or(GROUND);
        Pixels { width: 800, height: 600, rgb: (0..800 * 600).flat_map(pixel).collect(), rows: Vec::new() }
    }

    fn is_in(x: usize, y: usize, area: &Area) -> bool {
        area.columns.contains(&x) && area.rows.contains(&y)
    }

    /// Something as varied as a photograph.
    fn varied(x: usize, y: usize) -> [u8; 3] {
        let value = (x * x / 7 + y * 5 + x * y / 11) % 251;
        [value, value / 2 + y % 97, 255 - value].map(|value| u8::try_from(value).unwrap_or(255))
    }

    /// A bar of marks, and a line of words below.
    fn bars(x: usize, y: usize) -> Option<[u8; 3]> {
        let mark = (4..28).contains(&y) && x < 300 && x % 40 < 16 && (x + y).is_multiple_of(3);
        let words = (585..595).contains(&y) && x < 120 && (x / 3 + y).is_multiple_of(2);
        let is_bar = !(32..580).contains(&y);
        if mark || words { Some([0, 0, 0]) } else { is_bar.then_some([220, 220, 220]) }
    }

    #[test]
    fn a_picture_on_a_plain_ground_is_found_without_bars_and_frames_and_a_text_is_no_picture() {
        let inner = Area { columns: 150..650, rows: 100..500 };
        let small = Area { columns: 300..380, rows: 250..330 };
        let filling = Area { columns: 0..800, rows: 33..579 };
        let whole = Area { columns: 0..800, rows: 0..600 };
        let painted = |area: &Area| {
            let area = area.clone();
            window(move |x, y| if is_in(x, y, &area) { Some(varied(x, y)) } else { bars(x, y) })
        };
        let cases = [
            ("in the middle", painted(&inner), &inner),
            ("small", painted(&small), &small),
            ("as wide as the window", painted(&filling), &filling),
            ("alone", window(|x, y| Some(varied(x, y))), &whole),
            ("no picture", window(bars), &whole),
            ("nothing at all", window(|_, _| None), &whole),
            (
                "a text",
                window(|x, y| (y % 20 < 12 && x < 700 && (x / 4 + y).is_multiple_of(5)).then_some([255; 3])),
                &whole,
            ),
        ];
        for (story, pixels, expected) in cases {
            assert_eq!(picture(&pixels), *expected, "{story}");
        }
        let pixels = painted(&small);
        let alone = cut(&pixels, &small);
        assert_eq!((alone.len(), &alone[..3]), (80 * 80 * 3, &varied(300, 250)[..]));
    }
}
