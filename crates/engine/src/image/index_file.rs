//! What the files of hash indexes have in common: how they begin and end, and why bytes are refused.
//!
//! A file begins with 8 bytes that name its kind, its version (u32) and four bytes of the kind's own. It ends with the SHA-256
//! of all before it and the 8 bytes of its beginning once more. All numbers are little-endian. Opening looks at both ends and
//! at the length, which must be exactly what the counts give; [`check_sum`] reads it whole.

use std::io::{Result, Write};

use sha2::{Digest as _, Sha256};

/// What a file begins with.
pub(super) const HEAD_BYTES: usize = 16;
/// SHA-256 and the kind's name.
pub(super) const END_BYTES: usize = 40;
/// Of the layouts that are written and read here.
const VERSION: u32 = 1;

/// Why bytes are not an index.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    /// Another kind of file.
    #[error(
        "this is no index of {0}: it does not begin as one; import the hash set with `proviso-server hash-set import`"
    )]
    OtherKind(&'static str),
    /// Written by another version of this program.
    #[error(
        "the index of {what} has format {found}, and this program reads format {VERSION}; import or fetch the hash set again"
    )]
    OtherVersion {
        /// What it is an index of.
        what: &'static str,
        /// Its format.
        found: u32,
    },
    /// Cut off or changed.
    #[error("the index of {what} is cut off or damaged ({problem}); import or fetch the hash set again")]
    Damaged {
        /// What it is an index of.
        what: &'static str,
        /// What does not fit.
        problem: &'static str,
    },
}

/// A kind of index.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    pub(super) magic: [u8; 8],
    pub(super) what: &'static str,
}

impl Kind {
    pub(super) fn damaged(self, problem: &'static str) -> IndexError {
        IndexError::Damaged { what: self.what, problem }
    }

    /// The four bytes of the kind's own and what lies between beginning and end.
    pub(super) fn open(self, bytes: &[u8]) -> Result4<'_> {
        let (magic, rest) = bytes.split_first_chunk::<8>().ok_or(IndexError::OtherKind(self.what))?;
        if *magic != self.magic {
            return Err(IndexError::OtherKind(self.what));
        }
        let cut = self.damaged("it is too short");
        let (version, rest) = rest.split_first_chunk::<4>().ok_or(cut.clone())?;
        let found = u32::from_le_bytes(*version);
        if found != VERSION {
            return Err(IndexError::OtherVersion { what: self.what, found });
        }
        let (own, rest) = rest.split_first_chunk::<4>().ok_or(cut.clone())?;
        let (rest, end) = rest.split_last_chunk::<8>().ok_or(cut.clone())?;
        if *end != self.magic {
            return Err(self.damaged("its end is missing"));
        }
        let (body, _) = rest.split_last_chunk::<32>().ok_or(cut)?;
        Ok((*own, body))
    }

    /// Whether a file is what was written, read whole.
    pub(super) fn check_sum(self, bytes: &[u8]) -> std::result::Result<(), IndexError> {
        let (summed, end) = bytes.split_last_chunk::<END_BYTES>().ok_or(self.damaged("it is too short"))?;
        if end.starts_with(&Sha256::digest(summed)) {
            Ok(())
        } else {
            Err(self.damaged("its sum is another"))
        }
    }
}

/// What [`Kind::open`] gives.
type Result4<'b> = std::result::Result<([u8; 4], &'b [u8]), IndexError>;

/// Writes a file and sums it up on the way.
pub(super) struct Summed<W> {
    out: W,
    sum: Sha256,
    kind: Kind,
}

impl<W: Write> Summed<W> {
    pub(super) fn begin(kind: Kind, own: [u8; 4], out: W) -> Result<Self> {
        let mut begun = Self { out, sum: Sha256::new(), kind };
        begun.write(&kind.magic)?;
        begun.write(&VERSION.to_le_bytes())?;
        begun.write(&own)?;
        Ok(begun)
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.sum.update(bytes);
        self.out.write_all(bytes)
    }

    /// Writes numbers of four bytes, a few thousand at a time.
    pub(super) fn write_numbers(&mut self, numbers: &[u32]) -> Result<()> {
        let mut bytes = Vec::with_capacity(4 * PORTION);
        for portion in numbers.chunks(PORTION) {
            bytes.clear();
            portion.iter().for_each(|number| bytes.extend_from_slice(&number.to_le_bytes()));
            self.write(&bytes)?;
        }
        Ok(())
    }

    pub(super) fn end(mut self) -> Result<()> {
        self.out.write_all(&self.sum.finalize())?;
        self.out.write_all(&self.kind.magic)?;
        self.out.flush()
    }
}

/// Numbers written at once.
const PORTION: usize = 16_384;

/// The number at a place of a table.
pub(super) fn number(table: &[[u8; 4]], place: usize) -> Option<u32> {
    table.get(place).map(|bytes| u32::from_le_bytes(*bytes))
}

/// The number at the end of a part, and what is before it.
pub(super) fn last_count(body: &[u8]) -> Option<(usize, &[u8])> {
    let (rest, count) = body.split_last_chunk::<8>()?;
    Some((usize::try_from(u64::from_le_bytes(*count)).ok()?, rest))
}
