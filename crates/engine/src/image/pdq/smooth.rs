//! The box filter, two passes each way, and the samples of what it gives. All four passes run at once over bands of a few
//! rows, so that a large picture takes little memory, and of the second pass each way only what is sampled is written. Every
//! sum is made in the reference's order, so that no bit of the result depends on that.

use std::collections::VecDeque;

use super::{Luma, SIDE, Samples};

/// Rows of a band: their sums do not wait for each other.
const LANES: usize = 8;

/// The values of a band in one column.
type Column = [f32; LANES];

/// One step of a window that slides along a line.
enum Step {
    /// This place comes into the window; places come in order.
    Add(usize),
    /// The oldest place leaves it.
    Take(usize),
    /// The sum of so many places is what the filter gives at a place.
    Give(usize, f32),
}

pub(super) fn samples(luma: &Luma<'_>) -> Samples {
    let (width, height) = (luma.width, luma.height);
    let wanted = places(width);
    let mut first_pass = FirstRows::new(luma);
    let mut sums = vec![0.0_f32; width];
    let mut band = vec![[0.0; LANES]; width];
    // As many rows as the picture has, of the sampled columns only.
    let mut narrow = vec![[0.0_f32; SIDE]; height];
    slide(height, |step| match step {
        Step::Add(_) => {
            first_pass.next(|row| sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += *value))
        }
        Step::Take(_) => {
            first_pass.oldest(|row| sums.iter_mut().zip(row).for_each(|(sum, value)| *sum -= *value))
        }
        Step::Give(row, count) => {
            let lane = row % LANES;
            for (to, sum) in band.iter_mut().zip(&sums) {
                if let Some(to) = to.get_mut(lane) {
                    *to = *sum / count;
                }
            }
            if lane + 1 == LANES || row + 1 == height {
                along_at(&band, &wanted, narrow.get_mut(row - lane..=row).unwrap_or_default());
            }
        }
    });
    sampled_rows(&narrow, height)
}

/// The place in a line of `length` from which each sample is taken: the middle of its share.
fn places(length: usize) -> [usize; SIDE] {
    std::array::from_fn(|sample| (2 * sample + 1) * length / (2 * SIDE))
}

/// Runs a window over a line: about a hundred-and-twenty-eighth of it wide, and narrower at the ends.
fn slide(length: usize, mut act: impl FnMut(Step)) {
    let window = length.div_ceil(2 * SIDE);
    let half = window.midpoint(2);
    let growing = window - half + 1;
    (0..half - 1).for_each(|place| act(Step::Add(place)));
    for place in 0..length {
        let ahead = half - 1 + place;
        if ahead < length {
            act(Step::Add(ahead));
        }
        if place >= growing {
            act(Step::Take(place - growing));
        }
        let first = (place + 1).saturating_sub(growing);
        let count = (ahead + 1).min(length) - first;
        #[expect(clippy::cast_precision_loss, reason = "a window of pixels is far below 2^24")]
        act(Step::Give(place, count as f32));
    }
}

/// Rows of the picture after the first pass along them, made a band at a time and kept while they are in the window.
struct FirstRows<'l> {
    luma: &'l Luma<'l>,
    band: Vec<Column>,
    /// Rows of the picture that were filtered.
    made: usize,
    /// Filtered and not yet in the window.
    ready: VecDeque<Vec<f32>>,
    inside: VecDeque<Vec<f32>>,
    spare: Vec<Vec<f32>>,
}

impl<'l> FirstRows<'l> {
    fn new(luma: &'l Luma<'l>) -> Self {
        let band = vec![[0.0; LANES]; luma.width];
        let (ready, inside) = (VecDeque::new(), VecDeque::new());
        Self { luma, band, made: 0, ready, inside, spare: Vec::new() }
    }

    /// Shows the next row.
    fn next(&mut self, show: impl FnOnce(&[f32])) {
        if self.ready.is_empty() {
            self.fill();
        }
        if let Some(row) = self.ready.pop_front() {
            show(&row);
            self.inside.push_back(row);
        }
    }

    /// Shows the row that leaves the window.
    fn oldest(&mut self, show: impl FnOnce(&[f32])) {
        if let Some(row) = self.inside.pop_front() {
            show(&row);
            self.spare.push(row);
        }
    }

    fn fill(&mut self) {
        let used = LANES.min(self.luma.height - self.made);
        for lane in 0..used {
            self.luma.row(self.made + lane, |at, value| {
                if let Some(to) = self.band.get_mut(at).and_then(|column| column.get_mut(lane)) {
                    *to = value;
                }
            });
        }
        self.made += used;
        let width = self.luma.width;
        let mut rows: [Vec<f32>; LANES] =
            std::array::from_fn(|_| self.spare.pop().unwrap_or_else(|| vec![0.0; width]));
        let band = &self.band;
        let mut sums: Column = [0.0; LANES];
        slide(width, |step| match step {
            Step::Add(place) => add(&mut sums, band, place),
            Step::Take(place) => take(&mut sums, band, place),
            Step::Give(place, count) => {
                for (row, sum) in rows.iter_mut().zip(&sums) {
                    if let Some(to) = row.get_mut(place) {
                        *to = *sum / count;
                    }
                }
            }
        });
        for (lane, row) in rows.into_iter().enumerate() {
            if lane < used { self.ready.push_back(row) } else { self.spare.push(row) }
        }
    }
}

/// The second pass along the rows of a band, only at the columns of `wanted`, which rise.
fn along_at(band: &[Column], wanted: &[usize; SIDE], to: &mut [[f32; SIDE]]) {
    let mut sums: Column = [0.0; LANES];
    let mut next = wanted.iter().enumerate().peekable();
    slide(band.len(), |step| match step {
        Step::Add(place) => add(&mut sums, band, place),
        Step::Take(place) => take(&mut sums, band, place),
        Step::Give(place, count) => {
            while let Some((sample, _)) = next.next_if(|(_, wanted)| **wanted == place) {
                for (row, sum) in to.iter_mut().zip(&sums) {
                    if let Some(to) = row.get_mut(sample) {
                        *to = *sum / count;
                    }
                }
            }
        }
    });
}

/// The second pass down the sampled columns, only at the sampled rows.
fn sampled_rows(narrow: &[[f32; SIDE]], height: usize) -> Samples {
    let wanted = places(height);
    let mut samples = [[0.0; SIDE]; SIDE];
    let mut sums = [0.0_f32; SIDE];
    let row = |place: usize| narrow.get(place).into_iter().flatten();
    slide(height, |step| match step {
        Step::Add(place) => sums.iter_mut().zip(row(place)).for_each(|(sum, value)| *sum += *value),
        Step::Take(place) => sums.iter_mut().zip(row(place)).for_each(|(sum, value)| *sum -= *value),
        Step::Give(place, count) => {
            let here = samples.iter_mut().zip(&wanted).filter(|(_, wanted)| **wanted == place);
            for to in here.map(|(to, _)| to) {
                *to = sums.map(|sum| sum / count);
            }
        }
    });
    samples
}

fn add(sums: &mut Column, band: &[Column], place: usize) {
    if let Some(column) = band.get(place) {
        for (sum, value) in sums.iter_mut().zip(column) {
            *sum += *value;
        }
    }
}

fn take(sums: &mut Column, band: &[Column], place: usize) {
    if let Some(column) = band.get(place) {
        for (sum, value) in sums.iter_mut().zip(column) {
            *sum -= *value;
        }
    }
}
