//! Sorts more entries than memory holds: sorted runs go to a scratch file, and are read again side by side.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::{Read, Result, Seek, SeekFrom, Write};

/// A place for bytes that do not stay: a temporary file, or memory.
pub trait Scratch: Read + Write + Seek {}
impl<S: Read + Write + Seek> Scratch for S {}

/// A scratch that is written at its end only.
pub(super) struct Tail<S> {
    scratch: S,
    end: u64,
}

impl<S: Scratch> Tail<S> {
    /// Writes at the end.
    pub(super) fn append(&mut self, bytes: &[u8]) -> Result<()> {
        self.scratch.seek(SeekFrom::Start(self.end))?;
        self.scratch.write_all(bytes)?;
        self.end += bytes.len() as u64;
        Ok(())
    }

    /// Where the end is.
    pub(super) fn end(&self) -> u64 {
        self.end
    }

    /// Fills the buffer with what stands at a place.
    pub(super) fn read(&mut self, at: u64, buffer: &mut [u8]) -> Result<()> {
        self.scratch.seek(SeekFrom::Start(at))?;
        self.scratch.read_exact(buffer)
    }
}

/// Entries of the same length that are sorted as bytes.
pub(super) struct Runs<S> {
    stride: usize,
    /// Most bytes that are held.
    memory: usize,
    held: Vec<u8>,
    scratch: Tail<S>,
    /// Where each run begins and ends in the scratch.
    written: Vec<(u64, u64)>,
    pushed: usize,
}

/// Bytes that are read of a run at once, at least.
const READ_BYTES_MIN: usize = 1 << 16;

impl<S: Scratch> Runs<S> {
    pub(super) fn new(stride: usize, memory: usize, scratch: S) -> Self {
        let memory = memory.max(stride);
        let scratch = Tail { scratch, end: 0 };
        Self { stride, memory, held: Vec::new(), scratch, written: Vec::new(), pushed: 0 }
    }

    pub(super) fn pushed(&self) -> usize {
        self.pushed
    }

    pub(super) fn push(&mut self, digest: &[u8], tag: u8) -> Result<()> {
        if self.held.len() + self.stride > self.memory {
            self.spill()?;
        }
        self.held.extend_from_slice(digest);
        self.held.push(tag);
        self.pushed += 1;
        Ok(())
    }

    fn spill(&mut self) -> Result<()> {
        sort(&mut self.held, self.stride);
        let begin = self.scratch.end();
        self.scratch.append(&self.held)?;
        self.written.push((begin, self.scratch.end()));
        self.held.clear();
        Ok(())
    }

    /// Gives all entries in order, with the scratch, whose end is free for other bytes; and the scratch in the end.
    pub(super) fn each_sorted(
        mut self,
        mut give: impl FnMut(&[u8], &mut Tail<S>) -> Result<()>,
    ) -> Result<Tail<S>> {
        if self.written.is_empty() {
            sort(&mut self.held, self.stride);
            for entry in self.held.chunks_exact(self.stride) {
                give(entry, &mut self.scratch)?;
            }
            return Ok(self.scratch);
        }
        self.spill()?;
        self.held = Vec::new();
        let share = (self.memory / self.written.len()).max(READ_BYTES_MIN);
        let mut readers: Vec<Reader> =
            self.written.iter().map(|range| Reader::new(*range, share, self.stride)).collect();
        let mut first = BinaryHeap::new();
        for (run, reader) in readers.iter_mut().enumerate() {
            if let Some(entry) = reader.next(&mut self.scratch)? {
                first.push(Reverse((entry, run)));
            }
        }
        while let Some(Reverse((entry, run))) = first.pop() {
            give(&entry, &mut self.scratch)?;
            if let Some(reader) = readers.get_mut(run)
                && let Some(next) = reader.next_into(entry, &mut self.scratch)?
            {
                first.push(Reverse((next, run)));
            }
        }
        Ok(self.scratch)
    }
}

/// Reads one run.
struct Reader {
    from: u64,
    to: u64,
    share: usize,
    stride: usize,
    buffer: Vec<u8>,
    at: usize,
}

impl Reader {
    fn new((from, to): (u64, u64), share: usize, stride: usize) -> Self {
        Self { from, to, share: share / stride * stride, stride, buffer: Vec::new(), at: 0 }
    }

    fn next(&mut self, scratch: &mut Tail<impl Scratch>) -> Result<Option<Vec<u8>>> {
        self.next_into(Vec::with_capacity(self.stride), scratch)
    }

    /// The next entry, in memory that was another's.
    fn next_into(&mut self, mut entry: Vec<u8>, scratch: &mut Tail<impl Scratch>) -> Result<Option<Vec<u8>>> {
        if self.at == self.buffer.len() {
            let left = usize::try_from(self.to - self.from).unwrap_or(usize::MAX);
            self.buffer.resize(left.min(self.share), 0);
            self.at = 0;
            scratch.read(self.from, &mut self.buffer)?;
            self.from += self.buffer.len() as u64;
        }
        let Some(next) = self.buffer.get(self.at..self.at + self.stride) else { return Ok(None) };
        entry.clear();
        entry.extend_from_slice(next);
        self.at += self.stride;
        Ok(Some(entry))
    }
}

/// Sorts entries of one length in place.
fn sort(held: &mut [u8], stride: usize) {
    match stride {
        17 => held.as_chunks_mut::<17>().0.sort_unstable(),
        21 => held.as_chunks_mut::<21>().0.sort_unstable(),
        _ => held.as_chunks_mut::<33>().0.sort_unstable(),
    }
}
