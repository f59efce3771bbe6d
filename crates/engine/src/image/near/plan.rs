//! How far each chunk of a query is searched.

/// Most bits in which a value that is looked up may differ from the query's.
pub(super) const FLIPS_MAX: usize = 2;
/// The `t[i] + 1` of all chunks must add up to this: one more than the distance that is looked for.
pub(super) const SHARES: usize = 32;
/// Most chunks of a file.
const CHUNKS_MAX: usize = 16;

/// For each chunk how many entries share the query's value up to 0, 1 and 2 bits.
pub(super) type Costs = [u64; FLIPS_MAX + 1];

/// How far each chunk is searched: nothing, its value alone, or with 1 or 2 bits changed. And what it costs.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Plan {
    /// `t[i] + 1` of each chunk: 0 leaves it out.
    pub(super) shares: [usize; CHUNKS_MAX],
    /// Entries to look at.
    pub(super) cost: u64,
}

/// The plan of least cost, by dynamic programming over the chunks; `None` where the chunks are too few.
pub(super) fn cheapest(costs: &[Costs]) -> Option<Plan> {
    // Of the chunks so far: the least cost of so many shares, more counted as [`SHARES`].
    let mut least = [u64::MAX; SHARES + 1];
    let mut chosen = [[0_usize; SHARES + 1]; CHUNKS_MAX];
    *least.first_mut()? = 0;
    for (costs, chosen) in costs.iter().zip(&mut chosen) {
        let mut next = [u64::MAX; SHARES + 1];
        for (had, cost) in least.iter().enumerate().filter(|(_, cost)| **cost < u64::MAX) {
            let ways = std::iter::once(0).chain(costs.iter().copied());
            for (share, more) in ways.enumerate() {
                let has = (had + share).min(SHARES);
                let sum = cost.saturating_add(more);
                if let (Some(to), Some(chosen)) = (next.get_mut(has), chosen.get_mut(has))
                    && sum < *to
                {
                    *to = sum;
                    *chosen = share | had << 8;
                }
            }
        }
        least = next;
    }
    let cost = *least.last()?;
    if cost == u64::MAX {
        return None;
    }
    let mut shares = [0; CHUNKS_MAX];
    let mut has = SHARES;
    for (share, chosen) in shares.iter_mut().zip(&chosen).take(costs.len()).rev() {
        let step = *chosen.get(has)?;
        *share = step & 0xFF;
        has = step >> 8;
    }
    Some(Plan { shares, cost })
}
