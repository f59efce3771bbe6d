//! A convolution in depth: 3 by 3 places of each channel by itself, bent at 0 and 6.

use std::ops::Range;

use rten_simd::ops::{BitOps, NumOps};
use rten_simd::{Isa, SimdOp};

use crate::graph::Convolution;

/// Places each way that are read for one.
const SIDE: usize = 3;
/// Vectors of channels that are summed side by side, so that one need not wait for another.
const VECTORS: usize = 4;

/// Rows and columns.
#[derive(Debug, Clone, Copy)]
pub(super) struct Area {
    pub(super) high: usize,
    pub(super) wide: usize,
}

impl Area {
    pub(super) fn places(self) -> usize {
        self.high * self.wide
    }
}

/// The convolution.
pub(super) struct Depth {
    /// By row, column and channel.
    kernel: Vec<f32>,
    biases: Vec<f32>,
    pub(super) channels: usize,
    pub(super) stride: usize,
}

impl Depth {
    pub(super) fn new(layer: Convolution) -> Self {
        let Convolution { kernel, biases, outputs, stride, .. } = layer;
        Self { kernel, biases, channels: outputs, stride }
    }

    /// What it makes of so large an area.
    pub(super) fn goes_out(&self, came: Area) -> Area {
        Area { high: came.high.div_ceil(self.stride), wide: came.wide.div_ceil(self.stride) }
    }

    /// Places that Keras adds above and to the left: none where it goes in steps of 2, for an even number of places.
    fn before(&self) -> usize {
        usize::from(self.stride == 1)
    }

    /// The end of the rows that come in which the rows before `end` read.
    pub(super) fn reads_until(&self, end: usize, came: Area) -> usize {
        ((end.max(1) - 1) * self.stride + SIDE).saturating_sub(self.before()).min(came.high)
    }

    /// The `rows` that go out, from the whole area that came in.
    pub(super) fn run(&self, input: &[f32], came: Area, rows: Range<usize>, output: &mut [f32]) {
        Rows { depth: self, input, came, rows, output }.dispatch();
    }

    /// Where in what came in, and where in the kernel, the numbers for a place stand that are added up.
    fn reads(&self, came: Area, (row, column): (usize, usize)) -> impl Iterator<Item = (usize, usize)> {
        let (channels, before) = (self.channels, self.before());
        let inside = move |at: usize, length: usize| at.checked_sub(before).filter(|at| *at < length);
        let (y, x) = (row * self.stride, column * self.stride);
        let kernel = (0..SIDE).flat_map(|high| (0..SIDE).map(move |wide| (high, wide)));
        kernel.filter_map(move |(high, wide)| {
            let place = inside(y + high, came.high)? * came.wide + inside(x + wide, came.wide)?;
            Some((place * channels, (high * SIDE + wide) * channels))
        })
    }
}

struct Rows<'a> {
    depth: &'a Depth,
    input: &'a [f32],
    came: Area,
    rows: Range<usize>,
    output: &'a mut [f32],
}

impl SimdOp for Rows<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let Self { depth, input, came, rows, output } = self;
        let goes = depth.goes_out(came);
        let places = rows.flat_map(|row| (0..goes.wide).map(move |column| (row, column)));
        for (place, output) in places.zip(output.chunks_exact_mut(depth.channels)) {
            let mut reads = [(0, 0); SIDE * SIDE];
            let mut count = 0;
            for (slot, read) in reads.iter_mut().zip(depth.reads(came, place)) {
                *slot = read;
                count += 1;
            }
            let reads = reads.get(..count).unwrap_or_default();
            sum_up(isa, depth, input, reads, output);
        }
    }
}

/// All channels of one place.
#[inline(always)]
#[expect(
    clippy::indexing_slicing,
    reason = "the innermost loop; `reads` stays within what came in and the kernel"
)]
fn sum_up<I: Isa>(isa: I, depth: &Depth, input: &[f32], reads: &[(usize, usize)], output: &mut [f32]) {
    let ops = isa.f32();
    let (least, most) = (ops.zero(), ops.splat(6.0));
    let step = ops.len();
    let mut at = 0;
    while at + VECTORS * step <= output.len() {
        let mut sums = ops.load_many::<VECTORS>(&depth.biases[at..]);
        for (from, tap) in reads {
            let values = ops.load_many::<VECTORS>(&input[from + at..]);
            let taps = ops.load_many::<VECTORS>(&depth.kernel[tap + at..]);
            for ((sum, value), tap) in sums.iter_mut().zip(values).zip(taps) {
                *sum = ops.mul_add(value, tap, *sum);
            }
        }
        for (sum, output) in sums.into_iter().zip(output[at..].chunks_exact_mut(step)) {
            ops.store(ops.clamp(sum, least, most), output);
        }
        at += VECTORS * step;
    }
    while at + step <= output.len() {
        let mut sum = ops.load(&depth.biases[at..]);
        for (from, tap) in reads {
            sum = ops.mul_add(ops.load(&input[from + at..]), ops.load(&depth.kernel[tap + at..]), sum);
        }
        ops.store(ops.clamp(sum, least, most), &mut output[at..]);
        at += step;
    }
    for at in at..output.len() {
        let products = reads.iter().map(|(from, tap)| input[from + at] * depth.kernel[tap + at]);
        output[at] = (depth.biases[at] + products.sum::<f32>()).clamp(0.0, 6.0);
    }
}

#[cfg(test)]
mod tests {
    use super::{Area, Depth, SIDE};

    /// Plain whole numbers, small enough that no order of adding them up makes a difference.
    fn number(at: usize) -> f32 {
        f32::from(u8::try_from(at * 7 % 11).expect("small")) - 5.0
    }

    /// As the formula says it.
    fn one_by_one(depth: &Depth, input: &[f32], came: Area) -> Vec<f32> {
        let goes = depth.goes_out(came);
        let before = if depth.stride == 1 { 1 } else { 0 };
        let mut output = Vec::new();
        for (y, x) in (0..goes.high).flat_map(|y| (0..goes.wide).map(move |x| (y, x))) {
            for channel in 0..depth.channels {
                let mut sum = depth.biases[channel];
                for (high, wide) in (0..SIDE).flat_map(|high| (0..SIDE).map(move |wide| (high, wide))) {
                    let (row, column) = (y * depth.stride + high, x * depth.stride + wide);
                    if (before..came.high + before).contains(&row)
                        && (before..came.wide + before).contains(&column)
                    {
                        let place = (row - before) * came.wide + column - before;
                        let tap = (high * SIDE + wide) * depth.channels + channel;
                        sum += input[place * depth.channels + channel] * depth.kernel[tap];
                    }
                }
                output.push(sum.clamp(0.0, 6.0));
            }
        }
        output
    }

    #[test]
    fn bands_of_rows_give_what_the_formula_gives_for_any_number_of_channels() {
        for (channels, stride, came) in [
            (1, 1, Area { high: 1, wide: 1 }),
            (3, 1, Area { high: 4, wide: 6 }),
            (16, 2, Area { high: 8, wide: 8 }),
            (37, 1, Area { high: 5, wide: 3 }),
            (144, 2, Area { high: 6, wide: 4 }),
            (131, 1, Area { high: 3, wide: 7 }),
        ] {
            let numbers = |count: usize, from: usize| (from..from + count).map(number).collect::<Vec<f32>>();
            let (kernel, biases) = (numbers(SIDE * SIDE * channels, 3), numbers(channels, 1));
            let depth = Depth { kernel, biases, channels, stride };
            let input = numbers(came.places() * channels, 0);
            let goes = depth.goes_out(came);
            let mut output = Vec::new();
            for from in (0..goes.high).step_by(2) {
                let rows = from..goes.high.min(from + 2);
                // What lies below the rows that are said to be read may be anything.
                let read = depth.reads_until(rows.end, came) * came.wide * channels;
                let mut seen = input[..read].to_vec();
                seen.resize(input.len(), f32::NAN);
                let mut band = vec![0.0; rows.len() * goes.wide * channels];
                depth.run(&seen, came, rows, &mut band);
                output.extend(band);
            }
            assert_eq!(
                output,
                one_by_one(&depth, &input, came),
                "{channels} channels, steps of {stride}, {came:?}"
            );
        }
    }
}
