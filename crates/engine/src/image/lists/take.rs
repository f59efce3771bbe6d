//! Decides over each entry as it was written, and counts.

use super::counts::{Counts, Problem, REFUSED_KEPT_MAX, RefusedEntry};
use super::{Country, ListEntry, MEDIA_BYTES_MIN, country};
use crate::image::{PDQ_QUALITY_MIN, PdqHash};

/// MD5, SHA-1 and SHA-256 of no bytes.
const EMPTY: [&str; 3] = [
    "d41d8cd98f00b204e9800998ecf8427e",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
];

/// An entry as it is written.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// Digests in the order MD5, SHA-1, SHA-256, as text.
    pub(super) digests: [Option<String>; 3],
    /// PDQ as text.
    pub(super) pdq: Option<String>,
    /// Its quality.
    pub(super) pdq_quality: Option<u8>,
    /// Number of its category.
    pub(super) category: Option<u8>,
    /// Bytes of the file.
    pub(super) media_bytes: Option<u64>,
    /// Something else in it cannot be understood.
    pub(super) malformed: Option<&'static str>,
}

/// Takes entries.
pub(super) struct Taker<'t> {
    /// What came of it so far.
    pub(super) counts: Counts,
    /// The first entries left out.
    pub(super) refused: Vec<RefusedEntry>,
    /// Entries before the one that comes next.
    pub(super) entries: u64,
    /// Whose categories hold.
    pub(super) asked: Option<String>,
    country: Option<&'static Country>,
    taken: &'t mut dyn FnMut(ListEntry) -> std::io::Result<()>,
}

impl<'t> Taker<'t> {
    pub(super) fn new(
        asked: Option<&str>,
        taken: &'t mut dyn FnMut(ListEntry) -> std::io::Result<()>,
    ) -> Self {
        Self {
            counts: Counts::default(),
            refused: Vec::new(),
            asked: asked.map(str::to_owned),
            country: asked.and_then(country),
            taken,
            entries: 0,
        }
    }

    /// The list itself names a country; it holds unless the caller named one.
    pub(super) fn list_names(&mut self, code: &str) {
        if self.asked.is_none() {
            self.country = country(code);
            self.asked = Some(code.to_owned());
        }
    }

    /// Decides over an entry that ends on `line`.
    pub(super) fn entry(&mut self, written: &Written, line: u64) -> std::io::Result<()> {
        self.entries += 1;
        match self.decide(written, line) {
            Ok(entry) => {
                self.counts.taken += 1;
                self.counts.md5 += u64::from(entry.md5.is_some());
                self.counts.sha1 += u64::from(entry.sha1.is_some());
                self.counts.sha256 += u64::from(entry.sha256.is_some());
                let only = entry.md5.is_none() && entry.sha256.is_none() && entry.pdq.is_none();
                self.counts.sha1_only += u64::from(only && entry.sha1.is_some());
                self.counts.pdq += u64::from(entry.pdq.is_some());
                *self.counts.categories.entry(entry.category).or_default() += 1;
                (self.taken)(entry)
            }
            Err(problem) => {
                match problem {
                    Problem::EmptyFile => self.counts.empty_files += 1,
                    Problem::TinyFile => self.counts.tiny_files += 1,
                    Problem::Malformed(_) => self.counts.malformed += 1,
                    Problem::OfNoInterest(_) => self.counts.of_no_interest += 1,
                    Problem::WithoutDigest | Problem::PoorPdq => self.counts.without_digest += 1,
                }
                // A PDQ hash of low quality was told where it was counted.
                if problem != Problem::PoorPdq {
                    self.tell(line, problem);
                }
                Ok(())
            }
        }
    }

    fn tell(&mut self, line: u64, problem: Problem) {
        if self.refused.len() < REFUSED_KEPT_MAX {
            self.refused.push(RefusedEntry { entry: self.entries, line, problem });
        }
    }

    fn decide(&mut self, written: &Written, line: u64) -> Result<ListEntry, Problem> {
        if let Some(why) = written.malformed {
            return Err(Problem::Malformed(why));
        }
        let is_empty = |(text, empty): (&Option<String>, &str)| {
            text.as_deref().is_some_and(|text| text.trim().eq_ignore_ascii_case(empty))
        };
        if written.digests.iter().zip(EMPTY).any(is_empty) {
            return Err(Problem::EmptyFile);
        }
        if written.media_bytes.is_some_and(|bytes| bytes < MEDIA_BYTES_MIN) {
            return Err(Problem::TinyFile);
        }
        let category = written.category.unwrap_or(0);
        let known = self.country.zip(written.category).and_then(|(country, number)| country.category(number));
        if known.is_some_and(|category| category.left_out) {
            return Err(Problem::OfNoInterest(category));
        }
        let [md5, sha1, sha256] = &written.digests;
        let mut entry = ListEntry {
            md5: digest(md5.as_deref(), "its MD5 is not 32 hexadecimal digits")?,
            sha1: digest(sha1.as_deref(), "its SHA-1 is not 40 hexadecimal digits")?,
            sha256: digest(sha256.as_deref(), "its SHA-256 is not 64 hexadecimal digits")?,
            pdq: None,
            category,
        };
        let pdq = match written.pdq.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            Some(text) => Some(
                text.parse::<PdqHash>()
                    .map_err(|_| Problem::Malformed("its PDQ is not 64 hexadecimal digits"))?,
            ),
            None => None,
        };
        let poor = pdq.is_some_and(|hash| is_poor(&hash))
            || pdq.is_some() && written.pdq_quality.is_some_and(|quality| quality < PDQ_QUALITY_MIN);
        if poor {
            self.counts.poor_pdq += 1;
            self.tell(line, Problem::PoorPdq);
        } else {
            entry.pdq = pdq;
        }
        let is_bare = entry.md5.is_none() && entry.sha1.is_none() && entry.sha256.is_none();
        match (is_bare && entry.pdq.is_none(), poor) {
            (true, true) => Err(Problem::PoorPdq),
            (true, false) => Err(Problem::WithoutDigest),
            (false, _) => Ok(entry),
        }
    }
}

/// A hash of no bits or all of them is that of an even area.
fn is_poor(hash: &PdqHash) -> bool {
    hash.0 == [0; 4] || hash.0 == [u64::MAX; 4]
}

/// A digest of `N` bytes in hexadecimal digits; none where there is no text.
fn digest<const N: usize>(text: Option<&str>, why: &'static str) -> Result<Option<[u8; N]>, Problem> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    if text.len() != 2 * N {
        return Err(Problem::Malformed(why));
    }
    let mut bytes = [0; N];
    let (pairs, _) = text.as_bytes().as_chunks::<2>();
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        let nibble = |digit: u8| char::from(digit).to_digit(16).ok_or(Problem::Malformed(why));
        let both = nibble(*high)? * 16 + nibble(*low)?;
        *byte = u8::try_from(both).map_err(|_| Problem::Malformed(why))?;
    }
    if bytes == [0; N] {
        return Err(Problem::Malformed("a digest of zeros alone stands for none"));
    }
    Ok(Some(bytes))
}
