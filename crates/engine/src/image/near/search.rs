//! One query: the sizes of what could be looked at, the cheapest way through it, and the way itself.

use std::ops::Range;

use super::flat::{self, distance, found};
use super::plan::{Costs, FLIPS_MAX, Plan, cheapest};
use super::{NearEntry, Parts, PdqHash, chunk_bits, chunk_value, split, table_numbers};
use crate::image::index_file::number;

/// Entries compared one after another in the time that one takes which lies anywhere, its share of look-ups counted in.
const FLAT_PER_CANDIDATE: u64 = 12;

/// The table of one chunk.
#[derive(Clone, Copy)]
struct Table<'b> {
    begins: &'b [[u8; 4]],
    places: &'b [[u8; 4]],
}

pub(super) fn each_near(parts: &Parts<'_>, chunks: usize, hash: &PdqHash, give: &mut impl FnMut(NearEntry)) {
    let halves = split(hash);
    match planned(parts, chunks, halves) {
        Some((plan, sizes)) if plan.cost.saturating_mul(FLAT_PER_CANDIDATE) < parts.tags.len() as u64 => {
            follow(parts, chunks, halves, &plan, &sizes, give);
        }
        _ => flat::each_near(parts, halves, give),
    }
}

/// The cheapest way through the tables, where there are any.
pub(super) fn planned<'b>(parts: &Parts<'b>, chunks: usize, hash: [u128; 2]) -> Option<(Plan, Sizes<'b>)> {
    let sizes = (chunks > 0).then(|| Sizes::of(parts, chunks, hash))?;
    Some((cheapest(&sizes.costs)?, sizes))
}

/// Where the entries lie that share a value with the query, nearly or wholly.
pub(super) struct Sizes<'b> {
    tables: Vec<Table<'b>>,
    costs: Vec<Costs>,
    /// Stretches of places that are not empty, chunk after chunk; in each first its own value's, then those of a bit changed,
    /// then of two.
    stretches: Vec<(u32, u32)>,
    /// For each chunk where its stretches begin, and where those of each number of changed bits end.
    ends: Vec<[usize; FLIPS_MAX + 2]>,
}

impl<'b> Sizes<'b> {
    fn of(parts: &Parts<'b>, chunks: usize, hash: [u128; 2]) -> Self {
        let tables = tables(parts, chunks);
        let mut sizes = Self {
            costs: Vec::with_capacity(chunks),
            stretches: Vec::with_capacity(3072),
            ends: Vec::new(),
            tables,
        };
        for chunk in 0..chunks {
            sizes.chunk(chunk, chunk_value(hash, chunk, chunks), chunk_bits(chunk, chunks).1);
        }
        sizes
    }

    fn chunk(&mut self, chunk: usize, value: usize, bits: usize) {
        let Some(table) = self.tables.get(chunk).copied() else { return };
        let mut sum = 0;
        let begin = self.stretches.len();
        let mut look = |value: usize| {
            if let (Some(from), Some(to)) = (number(table.begins, value), number(table.begins, value + 1))
                && from < to
            {
                self.stretches.push((from, to));
                sum += u64::from(to - from);
            }
            (sum, self.stretches.len())
        };
        let (none, none_end) = look(value);
        let (mut one, mut one_end) = (none, none_end);
        for bit in 0..bits {
            (one, one_end) = look(value ^ 1 << bit);
        }
        let (mut two, mut two_end) = (one, one_end);
        for bit in 1..bits {
            for lower in 0..bit {
                (two, two_end) = look(value ^ 1 << bit ^ 1 << lower);
            }
        }
        self.costs.push([none, one, two]);
        self.ends.push([begin, none_end, one_end, two_end]);
    }

    /// The stretches of a chunk that a plan takes.
    fn stretches(&self, chunk: usize, shares: usize) -> &[(u32, u32)] {
        let range = |ends: &[usize; FLIPS_MAX + 2]| -> Option<Range<usize>> {
            Some(*ends.first()?..*ends.get(shares)?)
        };
        self.ends.get(chunk).and_then(range).and_then(|range| self.stretches.get(range)).unwrap_or_default()
    }
}

fn tables<'b>(parts: &Parts<'b>, chunks: usize) -> Vec<Table<'b>> {
    let count = parts.tags.len();
    let mut rest = parts.tables;
    let mut tables = Vec::with_capacity(chunks);
    for chunk in 0..chunks {
        let numbers = table_numbers(chunk, chunks, count);
        let Some((table, after)) = rest.split_at_checked(numbers) else { break };
        let (begins, places) = table.split_at(numbers - count);
        tables.push(Table { begins, places });
        rest = after;
    }
    tables
}

/// Looks at what the plan names. Places are gathered first and compared then: neither step waits for the other's memory.
pub(super) fn follow(
    parts: &Parts<'_>,
    chunks: usize,
    hash: [u128; 2],
    plan: &Plan,
    sizes: &Sizes<'_>,
    give: &mut impl FnMut(NearEntry),
) {
    let mut candidates: Vec<u32> = Vec::new();
    for (chunk, (table, shares)) in sizes.tables.iter().zip(plan.shares).enumerate() {
        candidates.clear();
        for (from, to) in sizes.stretches(chunk, shares) {
            let places = table.places.get(*from as usize..*to as usize).unwrap_or_default();
            candidates.extend(places.iter().map(|place| u32::from_le_bytes(*place)));
        }
        for place in candidates.iter().map(|place| *place as usize) {
            let Some(distance) = distance(parts, hash, place) else { continue };
            // Seen already where an earlier chunk of the plan has led to it.
            let entry = parts.hash(place).map(|hash| split(&hash)).unwrap_or_default();
            let mut earlier = plan.shares.iter().enumerate().take(chunk);
            let is_seen = earlier.any(|(chunk, shares)| {
                let differ = chunk_value(entry, chunk, chunks) ^ chunk_value(hash, chunk, chunks);
                (differ.count_ones() as usize) < *shares
            });
            if !is_seen {
                give(found(parts, place, distance));
            }
        }
    }
}
