//! Writes a list of digests as an index, of any length in bounded memory: what [`ExactOptions::memory_bytes`] says, the table
//! of beginnings (4 bytes for about six entries, 64 MiB at most) and one part of the filter (30 MB).

use std::io::{Error, ErrorKind, Result, Write};

use super::super::index_file::Summed;
use super::filter::FilterBuilder;
use super::runs::{Runs, Scratch};
use super::{BITS_MAX, DigestKind, EXACT_ENTRIES_MAX, KIND, first_bits, first_word};

/// Entries of a part of the filter, about. Fewer take more bytes each, more take more memory to build.
const PART_ENTRIES: usize = 800_000;
/// Entries that share their first bits, about.
const BUCKET_ENTRIES: usize = 8;

/// Bytes of the filter that are copied at once.
const COPIED_BYTES: usize = 1 << 20;

/// How an index is built.
#[derive(Debug, Clone, Copy)]
pub struct ExactOptions {
    /// Whether it gets a filter: where most questions are after files that are on no list.
    pub filter: bool,
    /// Bytes that sorting may hold.
    pub memory_bytes: usize,
}

impl Default for ExactOptions {
    fn default() -> Self {
        Self { filter: true, memory_bytes: 256 << 20 }
    }
}

/// What became of the entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExactCounts {
    /// Written.
    pub entries: usize,
    /// Left out, as another entry has the same digest; the lowest tag of theirs is kept.
    pub repeated: usize,
}

/// Takes digests in any order and writes them as an index.
pub struct ExactBuilder<S> {
    kind: DigestKind,
    options: ExactOptions,
    pub(super) part_entries: usize,
    runs: Runs<S>,
}

impl<S: Scratch> ExactBuilder<S> {
    /// `scratch` is empty and takes what memory does not hold: a little more than the index's own length at most.
    pub fn new(kind: DigestKind, options: ExactOptions, scratch: S) -> Self {
        let part_entries = PART_ENTRIES;
        Self { kind, options, part_entries, runs: Runs::new(kind.width() + 1, options.memory_bytes, scratch) }
    }

    /// Takes a digest and what the list says of it.
    ///
    /// # Errors
    /// What writing to the scratch says; a digest of another length; more than [`EXACT_ENTRIES_MAX`].
    pub fn push(&mut self, digest: &[u8], tag: u8) -> Result<()> {
        let (found, width) = (digest.len(), self.kind.width());
        if found != width {
            let problem = format!("a digest of {found} bytes in a list of those of {width}");
            return Err(Error::new(ErrorKind::InvalidInput, problem));
        }
        if self.runs.pushed() >= EXACT_ENTRIES_MAX {
            let problem = format!("an index of exact hashes takes {EXACT_ENTRIES_MAX}");
            return Err(Error::new(ErrorKind::InvalidInput, problem));
        }
        self.runs.push(digest, tag)
    }

    /// Writes the index. The same entries give the same bytes.
    ///
    /// # Errors
    /// What reading the scratch or writing says.
    pub fn finish(self, out: impl Write) -> Result<ExactCounts> {
        let (width, pushed, has_filter) = (self.kind.width(), self.runs.pushed(), self.options.filter);
        let prefix_bits = bits_for(pushed / BUCKET_ENTRIES);
        let part_bits = if has_filter { bits_for(pushed / self.part_entries) } else { 0 };
        let own = [u8::try_from(width).unwrap_or_default(), prefix_bits, part_bits, u8::from(has_filter)];
        let mut file = Summed::begin(KIND, own, out)?;
        let mut begins = vec![0_u32; (1 << prefix_bits) + 1];
        let mut filter = has_filter.then(|| FilterBuilder::new(part_bits));
        // Whole parts of the filter wait in the scratch, behind the runs, until all entries are written.
        let mut fingerprints = None;
        let mut last = Vec::with_capacity(width);
        let mut entries = 0;
        let mut scratch = self.runs.each_sorted(|entry, scratch| {
            fingerprints.get_or_insert(scratch.end());
            let (digest, _) = entry.split_at(width);
            if last == digest {
                return Ok(());
            }
            last.clear();
            last.extend_from_slice(digest);
            let word = first_word(digest).unwrap_or_default();
            if let Some(count) = begins.get_mut(first_bits(word, prefix_bits) + 1) {
                *count += 1;
            }
            if let Some(filter) = &mut filter {
                filter.push(word, &mut |bytes| scratch.append(bytes))?;
            }
            entries += 1;
            file.write(entry)
        })?;
        let mut sum = 0;
        for begin in &mut begins {
            sum += *begin;
            *begin = sum;
        }
        file.write_numbers(&begins)?;
        if let Some(filter) = filter {
            let directory = filter.finish(&mut |bytes| scratch.append(bytes))?;
            let mut at = fingerprints.unwrap_or_default();
            let mut buffer = vec![0; COPIED_BYTES];
            while at < scratch.end() {
                let left = usize::try_from(scratch.end() - at).unwrap_or(COPIED_BYTES);
                let (portion, _) = buffer.split_at_mut(left.min(COPIED_BYTES));
                scratch.read(at, portion)?;
                file.write(portion)?;
                at += portion.len() as u64;
            }
            file.write(&directory)?;
        }
        file.write(&(entries as u64).to_le_bytes())?;
        file.end()?;
        Ok(ExactCounts { entries, repeated: pushed - entries })
    }
}

/// Bits that tell at least so many apart, nearly.
fn bits_for(count: usize) -> u8 {
    let bits = count.checked_ilog2().map_or(0, |bits| bits + 1);
    u8::try_from(bits).unwrap_or(BITS_MAX).min(BITS_MAX)
}
