//! Lists of hashes of known pictures, as forces get them: VICS 1.x and 2.0 (also CAID, which is VICS with the categories of the
//! United Kingdom), and plain lists of digests. Read as a stream, entry by entry and with limits, so that a list of gigabytes
//! needs no more memory than a short one. What cannot stand for a picture is left out and counted: the hash of an empty file, once
//! on a widely used list, made every empty file a find.

mod categories;
mod counts;
mod plain;
mod take;
mod vics;

use std::io::BufRead;

pub use categories::{Category, Country, countries, country};
pub use counts::{Counts, Problem, RefusedEntry};

use self::take::Taker;
use super::PdqHash;

/// A file smaller than this is no picture worth a list, in bytes.
pub const MEDIA_BYTES_MIN: u64 = 1024;
/// Bytes that one entry of a JSON list may have.
pub const ENTRY_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// Bytes that one line of a plain list may have.
pub const LINE_BYTES_MAX: usize = 4096;

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ListFormat {
    /// VICS or CAID where it begins as JSON does, else digests, each told by its length: 32 digits MD5, 40 SHA-1, 64 SHA-256.
    #[default]
    Auto,
    /// VICS 1.x or 2.0: a list of media, or a case with its media.
    Vics,
    /// VICS with the categories of the United Kingdom.
    Caid,
    /// MD5, a line each; a second column may hold the category's number.
    Md5,
    /// SHA-1, likewise.
    Sha1,
    /// SHA-256, likewise.
    Sha256,
    /// PDQ, a line each; a second column may hold the quality, 0 to 100.
    Pdq,
}

impl ListFormat {
    /// As the command line writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Vics => "vics",
            Self::Caid => "caid",
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Pdq => "pdq",
        }
    }
}

/// One picture of a list: every digest of it that the list gives, at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ListEntry {
    /// MD5 of the file.
    pub md5: Option<[u8; 16]>,
    /// SHA-1 of the file.
    pub sha1: Option<[u8; 20]>,
    /// SHA-256 of the file.
    pub sha256: Option<[u8; 32]>,
    /// PDQ of the picture.
    pub pdq: Option<PdqHash>,
    /// The number of its category; 0 where the list gives none.
    pub category: u8,
}

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadList {
    /// How it is written, never [`ListFormat::Auto`] unless lines of several digests were read.
    pub format: ListFormat,
    /// The data model that a VICS list names, such as "1.3" or "2.0".
    pub model_version: Option<String>,
    /// The country whose categories hold: the caller's, or the one that the list names.
    pub country: Option<String>,
    /// Counts.
    pub counts: Counts,
    /// The first entries that were left out.
    pub refused: Vec<RefusedEntry>,
}

/// Why a list was not read to its end.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// It could not be read, or what it gave could not be kept.
    #[error("the list cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// Not JSON, or cut off.
    #[error("the list is no JSON that can be read, near line {line} (byte {byte}): {why}")]
    Json {
        /// Line, from 1.
        line: u64,
        /// Bytes read so far.
        byte: u64,
        /// Why.
        why: String,
    },
    /// JSON, but not of this kind.
    #[error(
        "the list is JSON but no VICS list: its \"odata.metadata\" or \"@odata.context\" does not name the ProjectVic data model; \
         export it as VICS 1.3 or 2.0"
    )]
    NotVics,
    /// It says another country than the caller.
    #[error(
        "the list names the categories of {listed}, and {asked} was asked for; name {listed} with --country if that is the list to take"
    )]
    OtherCountry {
        /// As the list says.
        listed: String,
        /// As the caller says.
        asked: String,
    },
    /// UTF-16.
    #[error("the list is UTF-16; save it as UTF-8")]
    Utf16,
}

/// Reads a list. Every entry that is taken goes to `taken`, in order; `told` hears now and then how many bytes were read.
/// `country` says whose categories hold where the list does not say so itself.
///
/// # Errors
/// [`ListError`]; also when `taken` cannot keep an entry. What was given to `taken` before is then worth nothing.
pub fn read(
    mut from: impl BufRead,
    format: ListFormat,
    country: Option<&str>,
    taken: &mut dyn FnMut(ListEntry) -> std::io::Result<()>,
    told: &mut dyn FnMut(u64),
) -> Result<ReadList, ListError> {
    let begins = from.fill_buf()?;
    if begins.starts_with(&[0xFF, 0xFE]) || begins.starts_with(&[0xFE, 0xFF]) {
        return Err(ListError::Utf16);
    }
    if begins.starts_with(&[0xEF, 0xBB, 0xBF]) {
        from.consume(3);
    }
    let is_json = match format {
        ListFormat::Vics | ListFormat::Caid => true,
        // A plain list never begins so.
        ListFormat::Auto => from.fill_buf()?.trim_ascii_start().starts_with(b"{"),
        _ => false,
    };
    let country = country.or((format == ListFormat::Caid).then_some("UK"));
    let taker = Taker::new(country, taken);
    if is_json { vics::read(from, format, taker, told) } else { plain::read(from, format, taker, told) }
}

#[cfg(test)]
mod tests {
    use super::{countries, country};

    #[test]
    fn the_categories_are_read_and_each_number_means_one_thing() {
        assert!(country("uk").is_some_and(|uk| uk.category(1).is_some_and(|one| one.words == "category A")));
        for country in countries() {
            for number in 0..=u8::MAX {
                let category = country.category(number);
                assert!(
                    category.is_none_or(|category| !category.words.is_empty()),
                    "{} {number}",
                    country.code
                );
            }
        }
    }
}
