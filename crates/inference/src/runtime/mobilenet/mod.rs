//! MobileNetV2 in pure Rust, on one thread: matrices by rten's, convolutions in depth by [`depth`]. rten itself runs those one
//! number at a time, which takes most of its time for such a network (decision 0046).
//!
//! A picture's numbers lie place by place here, the channels of a place together, so that a convolution over all channels is
//! one product of matrices, and one in depth goes through memory in order.

mod depth;
mod point;

use std::cell::RefCell;

use rten::ThreadPool;
use rten_gemm::GemmExecutor;

use self::depth::{Area, Depth};
use self::point::Point;
use super::Network;
use crate::graph::Mobilenet;

/// Name and version of what multiplies, as recorded with a score.
const NAME: &str = "rten-gemm@0.27.0";
/// Numbers of a block's wide part that are made at once, so that they are still near when they are read again.
const BAND_NUMBERS: usize = 48 << 10;
/// Places each way of which the network makes one in the end.
const STEP: usize = 32;
/// Places each way that a picture may have.
const SIDE_MAX: usize = 1024;

/// A network that is ready to run.
pub(super) struct Layered {
    layers: Layers,
    threads: ThreadPool,
    room: RefCell<Room>,
}

struct Layers {
    first: Point,
    blocks: Vec<Block>,
    last: Point,
    dense: Vec<Point>,
    gemm: GemmExecutor,
}

struct Block {
    expand: Option<Point>,
    depth: Depth,
    project: Point,
    is_residual: bool,
}

/// What is written over for each picture, kept so that no memory is asked for anew.
#[derive(Default)]
struct Room {
    at: Vec<f32>,
    next: Vec<f32>,
    wide: Vec<f32>,
    deep: Vec<f32>,
}

impl Layered {
    pub(super) fn new(network: Mobilenet) -> Self {
        let (layers, threads) = (Layers::new(network), ThreadPool::with_num_threads(1));
        Self { layers, threads, room: RefCell::default() }
    }
}

impl Layers {
    fn new(network: Mobilenet) -> Self {
        let gemm = GemmExecutor::new();
        let block = |block: crate::graph::Block| Block {
            expand: block.expand.map(|expand| Point::new(&gemm, expand)),
            depth: Depth::new(block.depth),
            project: Point::new(&gemm, block.project),
            is_residual: block.is_residual,
        };
        Self {
            first: Point::new(&gemm, network.first),
            blocks: network.blocks.into_iter().map(block).collect(),
            last: Point::new(&gemm, network.last),
            dense: network.dense.into_iter().map(|dense| Point::dense(&gemm, dense)).collect(),
            gemm,
        }
    }

    fn chances(&self, side: usize, picture: &[f32], room: &mut Room) -> Result<Vec<f32>, String> {
        let patches = patches(picture, side);
        let mut area = Area { high: side.div_ceil(2), wide: side.div_ceil(2) };
        room.at.resize(area.places() * self.first.outputs, 0.0);
        self.first.run(&self.gemm, &patches, &mut room.at)?;
        for block in &self.blocks {
            area = self.block(block, area, room)?;
            std::mem::swap(&mut room.at, &mut room.next);
        }
        room.wide.resize(area.places() * self.last.outputs, 0.0);
        self.last.run(&self.gemm, &room.at, &mut room.wide)?;
        let mut at = means(&room.wide, self.last.outputs);
        for dense in &self.dense {
            let mut next = vec![0.0; dense.outputs];
            dense.run(&self.gemm, &at, &mut next)?;
            at = next;
        }
        Ok(softmax(&at))
    }

    /// From `room.at` to `room.next`, band by band.
    fn block(&self, block: &Block, came: Area, room: &mut Room) -> Result<Area, String> {
        let Block { expand, depth, project, is_residual } = block;
        let Room { at, next, wide, deep } = room;
        let goes = depth.goes_out(came);
        next.clear();
        if *is_residual {
            next.extend_from_slice(at);
        }
        next.resize(goes.places() * project.outputs, 0.0);
        let comes_in = came.wide * expand.as_ref().map_or(depth.channels, |expand| expand.inputs);
        let (row_wide, row_deep) = (came.wide * depth.channels, goes.wide * depth.channels);
        let row_next = goes.wide * project.outputs;
        if expand.is_some() {
            wide.resize(came.high * row_wide, 0.0);
        }
        let band = (BAND_NUMBERS / row_wide.max(1) / depth.stride).max(1);
        deep.resize(band * row_deep, 0.0);
        let mut made = 0;
        for from in (0..goes.high).step_by(band) {
            let rows = from..goes.high.min(from + band);
            if let Some(expand) = expand {
                let until = depth.reads_until(rows.end, came);
                let input = at.get(made * comes_in..until * comes_in).unwrap_or_default();
                let output = wide.get_mut(made * row_wide..until * row_wide).unwrap_or_default();
                expand.run(&self.gemm, input, output)?;
                made = until;
            }
            let input: &[f32] = if expand.is_some() { wide } else { at };
            let deep = deep.get_mut(..rows.len() * row_deep).unwrap_or_default();
            depth.run(input, came, rows.clone(), deep);
            let output = next.get_mut(rows.start * row_next..rows.end * row_next).unwrap_or_default();
            project.run_onto(&self.gemm, deep, output, *is_residual)?;
        }
        Ok(goes)
    }
}

impl Network for Layered {
    fn runtime(&self) -> &str {
        NAME
    }

    fn run(&self, shape: [usize; 4], values: Vec<f32>) -> Result<Vec<f32>, String> {
        let [1, 3, side, wide] = shape else {
            return Err("the picture does not come colour by colour".to_owned());
        };
        if side != wide
            || !(STEP..=SIDE_MAX).contains(&side)
            || side % STEP != 0
            || values.len() != 3 * side * side
        {
            return Err(format!("a picture of {side} by {wide} numbers is not read"));
        }
        let mut room = self.room.take();
        let layers = &self.layers;
        let chances = self.threads.run(|| layers.chances(side, &values, &mut room));
        self.room.replace(room);
        chances
    }
}

/// The 3 by 3 places of each that the first convolution reads, in steps of 2; past the right and the lower edge are zeros.
fn patches(picture: &[f32], side: usize) -> Vec<f32> {
    let half = side.div_ceil(2);
    let mut patches = Vec::with_capacity(half * half * 27);
    let colours: Vec<&[f32]> = picture.chunks_exact(side * side).collect();
    for (y, x) in (0..half).flat_map(|y| (0..half).map(move |x| (2 * y, 2 * x))) {
        for (row, column) in (y..y + 3).flat_map(|row| (x..x + 3).map(move |column| (row, column))) {
            let place = (row < side && column < side).then_some(row * side + column);
            patches.extend(
                colours.iter().map(|colour| place.and_then(|at| colour.get(at)).copied().unwrap_or(0.0)),
            );
        }
    }
    patches
}

/// Of each channel over all places.
fn means(values: &[f32], channels: usize) -> Vec<f32> {
    let mut sums = vec![0.0; channels];
    let places = values.chunks_exact(channels);
    #[expect(clippy::cast_precision_loss, reason = "49 places for a picture of 224 by 224")]
    let count = places.len().max(1) as f32;
    for place in places {
        for (sum, value) in sums.iter_mut().zip(place) {
            *sum += value;
        }
    }
    sums.iter().map(|sum| sum / count).collect()
}

fn softmax(values: &[f32]) -> Vec<f32> {
    let most = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f32> = values.iter().map(|value| (value - most).exp()).collect();
    let sum: f32 = powers.iter().sum();
    powers.iter().map(|power| power / sum).collect()
}

#[cfg(test)]
mod tests {
    use super::NAME;

    #[test]
    fn the_version_that_is_recorded_is_the_one_that_is_built_in() {
        let lock = include_str!("../../../../../Cargo.lock");
        let (name, version) = NAME.split_once('@').expect("a name and a version");
        assert!(lock.contains(&format!("name = \"{name}\"\nversion = \"{version}\"\n")), "{NAME}");
    }
}
