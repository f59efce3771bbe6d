//! Writes a list of PDQ hashes as an index. Takes 42 bytes of memory for each entry: the sorted list and one chunk's table,
//! which is written before the next is made.

use std::io::{Error, ErrorKind, Result, Write};

use super::super::index_file::Summed;
use super::{KIND, NEAR_ENTRIES_MAX, PdqHash, chunk_bits, chunk_value, split};

/// Shorter lists get no tables: comparing all takes about a tenth of a millisecond.
const TABLES_FROM: usize = 131_072;
/// Lists of at least so many entries get so many chunks. Fewer chunks are longer: they tell more entries apart, and their
/// tables are larger, so a list must be long enough to fill them.
const CHUNKS_FROM: [(usize, usize); 3] = [(4_000_000, 12), (400_000, 14), (TABLES_FROM, 16)];

/// What became of the entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NearCounts {
    /// Written.
    pub entries: usize,
    /// Left out, as another entry has the same hash; the lowest tag of theirs is kept.
    pub repeated: usize,
}

/// Writes the entries, each a hash and what the list says of it, in any order. The same entries give the same bytes.
///
/// # Errors
/// What writing says, or that there are more than [`NEAR_ENTRIES_MAX`].
pub fn write(entries: Vec<(PdqHash, u8)>, out: impl Write) -> Result<NearCounts> {
    let count = entries.len();
    let chunks = CHUNKS_FROM.iter().find(|(from, _)| count >= *from).map_or(0, |(_, chunks)| *chunks);
    write_chunks(entries, chunks, out)
}

pub(super) fn write_chunks(
    mut entries: Vec<(PdqHash, u8)>,
    chunks: usize,
    out: impl Write,
) -> Result<NearCounts> {
    let given = entries.len();
    if given > NEAR_ENTRIES_MAX {
        let problem = format!("{given} hashes, and an index of similar pictures takes {NEAR_ENTRIES_MAX}");
        return Err(Error::new(ErrorKind::InvalidInput, problem));
    }
    entries.sort_unstable();
    entries.dedup_by_key(|(hash, _)| *hash);
    let own = u32::try_from(chunks).unwrap_or_default().to_le_bytes();
    let mut file = Summed::begin(KIND, own, out)?;
    for half in 0..2 {
        for portion in entries.chunks(4096) {
            let bytes: Vec<u8> = portion
                .iter()
                .filter_map(|(hash, _)| split(hash).get(half).map(|half| half.to_le_bytes()))
                .flatten()
                .collect();
            file.write(&bytes)?;
        }
    }
    let tags: Vec<u8> = entries.iter().map(|(_, tag)| *tag).collect();
    file.write(&tags)?;
    drop(tags);
    for chunk in 0..chunks {
        let (begins, places) = table(&entries, chunk, chunks);
        file.write_numbers(&begins)?;
        file.write_numbers(&places)?;
    }
    file.write(&(entries.len() as u64).to_le_bytes())?;
    file.end()?;
    Ok(NearCounts { entries: entries.len(), repeated: given - entries.len() })
}

/// Where each value's entries begin among the places, and the places.
fn table(entries: &[(PdqHash, u8)], chunk: usize, chunks: usize) -> (Vec<u32>, Vec<u32>) {
    let value = |hash: &PdqHash| chunk_value(split(hash), chunk, chunks);
    let mut begins = vec![0_u32; (1 << chunk_bits(chunk, chunks).1) + 1];
    // Counted one further on, so that the sums are where each value begins.
    for (hash, _) in entries {
        if let Some(count) = begins.get_mut(value(hash) + 1) {
            *count += 1;
        }
    }
    let mut sum = 0;
    for begin in &mut begins {
        sum += *begin;
        *begin = sum;
    }
    let mut next = begins.clone();
    let mut places = vec![0_u32; entries.len()];
    for (place, (hash, _)) in (0_u32..).zip(entries) {
        if let Some(next) = next.get_mut(value(hash)) {
            if let Some(to) = places.get_mut(*next as usize) {
                *to = place;
            }
            *next += 1;
        }
    }
    (begins, places)
}
