//! What came of reading a list.

use std::collections::BTreeMap;

use serde::Serialize;

/// Entries that are kept with their place; the rest is counted.
pub(super) const REFUSED_KEPT_MAX: usize = 20;

/// What was read and what was left out, in entries unless said otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Entries taken.
    pub taken: u64,
    /// Of those, with an MD5.
    pub md5: u64,
    /// With a SHA-1.
    pub sha1: u64,
    /// With a SHA-256.
    pub sha256: u64,
    /// With a SHA-1 and nothing else: devices look up MD5, SHA-256 and PDQ.
    pub sha1_only: u64,
    /// With a PDQ hash.
    pub pdq: u64,
    /// Taken entries by the number of their category.
    pub categories: BTreeMap<u8, u64>,
    /// Left out: the hash of a file of no bytes.
    pub empty_files: u64,
    /// Left out: files too small to be a picture of anything.
    pub tiny_files: u64,
    /// Left out: cannot be understood.
    pub malformed: u64,
    /// Left out: their category says that the picture is of no interest.
    pub of_no_interest: u64,
    /// Left out: no digest that is looked up here.
    pub without_digest: u64,
    /// Left out: PDQ hashes that stand for many pictures. An entry with other digests is taken without it.
    pub poor_pdq: u64,
    /// Hashes of PhotoDNA, which is licensed and not read.
    pub photo_dna: u64,
}

impl Counts {
    /// Entries that were left out.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.empty_files + self.tiny_files + self.malformed + self.of_no_interest + self.without_digest
    }
}

/// Why an entry, or its PDQ hash, was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// The hash of a file of no bytes.
    EmptyFile,
    /// `MediaSize` below the least.
    TinyFile,
    /// It cannot be understood.
    Malformed(&'static str),
    /// Of a category that says so.
    OfNoInterest(u8),
    /// Nothing to look up.
    WithoutDigest,
    /// A PDQ hash that stands for many pictures.
    PoorPdq,
}

impl Problem {
    /// For people, after "entry n ".
    #[must_use]
    pub fn in_words(self) -> String {
        match self {
            Self::EmptyFile => "is the hash of an empty file".to_owned(),
            Self::TinyFile => format!("is of a file of less than {} bytes", super::MEDIA_BYTES_MIN),
            Self::Malformed(why) => format!("cannot be read: {why}"),
            Self::OfNoInterest(number) => {
                format!("is of category {number}, which says that it is of no interest")
            }
            Self::WithoutDigest => "has no MD5, SHA-1, SHA-256 or PDQ".to_owned(),
            Self::PoorPdq => "has a PDQ hash of low quality, which stands for many pictures".to_owned(),
        }
    }
}

/// An entry that was left out, or its PDQ hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefusedEntry {
    /// Its number in the list, from 1; of a plain list the same as the line.
    pub entry: u64,
    /// The line where it ends, from 1.
    pub line: u64,
    /// Why.
    pub problem: Problem,
}
