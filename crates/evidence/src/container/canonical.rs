//! Reads a zip that must be written in one way only: every byte is the content of a file, or what the format says must
//! stand there (`docs/bundle-format.md`, section 2). Nothing is read twice and nothing is kept but where each file lies.

use std::collections::BTreeMap;

use proviso_model::limits::{BUNDLE_BYTES_MAX, BUNDLE_FILE_BYTES_MAX, BUNDLE_FILES_MAX};

use super::ContainerError;
use super::source::Source;

const LOCAL_MAGIC: &[u8; 4] = b"PK\x03\x04";
const CENTRAL_MAGIC: &[u8; 4] = b"PK\x01\x02";
const END_MAGIC: &[u8; 4] = b"PK\x05\x06";
const LOCAL_BYTES: usize = 30;
/// 1980-01-01.
const DATE: u16 = 0x21;
const VERSION_NEEDED: u16 = 10;
/// Unix, 1.0.
const MADE_BY: u16 = 0x030A;
/// A regular file, 0644.
const ATTRIBUTES: u32 = 0x81A4_0000;
/// More files than the end record can count are counted in ZIP64 records before it.
const COUNT_MAX: usize = 65_535;
/// Read at a time.
const PIECE_BYTES: usize = 256 * 1024;

/// Where a file's content lies.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub at: u64,
    pub bytes: u64,
}

/// One file, as both its headers describe it.
struct Entry {
    name: Vec<u8>,
    crc: u32,
    bytes: u32,
    /// Where its local header begins.
    at: u32,
}

impl Entry {
    /// What both headers hold: from the version needed to the length of the extra field.
    fn common(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(LOCAL_BYTES);
        for number in [VERSION_NEEDED, 0, 0, 0, DATE] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        for number in [self.crc, self.bytes, self.bytes] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        let name_bytes = u16::try_from(self.name.len()).unwrap_or(u16::MAX);
        bytes.extend_from_slice(&name_bytes.to_le_bytes());
        bytes.extend_from_slice(&[0, 0]);
        bytes
    }

    fn local(&self) -> Vec<u8> {
        [LOCAL_MAGIC.as_slice(), &self.common(), &self.name].concat()
    }

    fn central(&self) -> Vec<u8> {
        // No comment, first disk, no internal attributes.
        let rest = [&[0; 6], ATTRIBUTES.to_le_bytes().as_slice(), &self.at.to_le_bytes()].concat();
        [CENTRAL_MAGIC.as_slice(), &MADE_BY.to_le_bytes(), &self.common(), &rest, &self.name].concat()
    }
}

/// What follows the headers of the central directory.
fn end(files: usize, central_at: u64, central_bytes: u64) -> Vec<u8> {
    let mut out = Vec::new();
    let low = |number: u64| u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes();
    let zip64 = files > COUNT_MAX;
    if zip64 {
        out.extend_from_slice(b"PK\x06\x06");
        out.extend_from_slice(&44_u64.to_le_bytes());
        out.extend_from_slice(&[VERSION_NEEDED.to_le_bytes(), VERSION_NEEDED.to_le_bytes()].concat());
        out.extend_from_slice(&[0; 8]);
        for number in [files as u64, files as u64, central_bytes, central_at] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        out.extend_from_slice(b"PK\x06\x07\0\0\0\0");
        out.extend_from_slice(&(central_at + central_bytes).to_le_bytes());
        out.extend_from_slice(&1_u32.to_le_bytes());
    }
    let count = u16::try_from(files).unwrap_or(u16::MAX).to_le_bytes();
    out.extend_from_slice(END_MAGIC);
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&[count, count].concat());
    out.extend_from_slice(&if zip64 { u32::MAX.to_le_bytes() } else { low(central_bytes) });
    out.extend_from_slice(&low(central_at));
    out.extend_from_slice(&[0, 0]);
    out
}

struct Walk<'a> {
    source: &'a dyn Source,
    at: u64,
    piece: Vec<u8>,
}

impl Walk<'_> {
    /// The bytes must be these; moves on behind them.
    fn expect(&mut self, expected: &[u8]) -> Result<(), ContainerError> {
        let left = usize::try_from(self.source.bytes() - self.at).unwrap_or(usize::MAX);
        let mut found = vec![0; expected.len().min(left)];
        self.source.read_at(self.at, &mut found)?;
        let same = found.iter().zip(expected).take_while(|(found, expected)| found == expected).count();
        self.at += same as u64;
        if same == expected.len() { Ok(()) } else { Err(ContainerError::NotCanonical { at: self.at }) }
    }

    /// The next local header, as far as it is free; `None` where it is not one.
    fn next(&mut self) -> Result<Option<Entry>, ContainerError> {
        let wrong = ContainerError::NotCanonical { at: self.at };
        let left = self.source.bytes() - self.at;
        let mut head = [0; LOCAL_BYTES];
        if left < LOCAL_BYTES as u64 {
            return Ok(None);
        }
        self.source.read_at(self.at, &mut head)?;
        let [p, k, three, four, .., s0, s1, s2, s3, n0, n1, _, _] = head;
        if [p, k, three, four] != *LOCAL_MAGIC {
            return Ok(None);
        }
        let bytes = u32::from_le_bytes([s0, s1, s2, s3]);
        let mut name = vec![0; usize::from(u16::from_le_bytes([n0, n1]))];
        if u64::from(bytes) > BUNDLE_FILE_BYTES_MAX {
            return Err(ContainerError::TooLarge("a file is too long"));
        }
        if left < LOCAL_BYTES as u64 + name.len() as u64 + u64::from(bytes) {
            return Err(wrong);
        }
        self.source.read_at(self.at + LOCAL_BYTES as u64, &mut name)?;
        let at = u32::try_from(self.at).map_err(|_| wrong)?;
        let crc = self.crc(self.at + (LOCAL_BYTES + name.len()) as u64, u64::from(bytes))?;
        Ok(Some(Entry { name, crc, bytes, at }))
    }

    fn crc(&mut self, at: u64, bytes: u64) -> Result<u32, ContainerError> {
        let mut crc = crc32fast::Hasher::new();
        let mut done = 0;
        while done < bytes {
            let some = usize::try_from(bytes - done).unwrap_or(PIECE_BYTES).min(PIECE_BYTES);
            let piece = self.piece.get_mut(..some).unwrap_or_default();
            self.source.read_at(at + done, piece)?;
            crc.update(piece);
            done += some as u64;
        }
        Ok(crc.finalize())
    }
}

/// Where each file lies, after every byte was found to be the one that the format asks for.
pub(super) fn places(source: &dyn Source) -> Result<BTreeMap<String, Place>, ContainerError> {
    if source.bytes() > BUNDLE_BYTES_MAX {
        return Err(ContainerError::TooLarge("the whole is too long"));
    }
    let mut walk = Walk { source, at: 0, piece: vec![0; PIECE_BYTES] };
    let (mut entries, mut places): (Vec<Entry>, BTreeMap<String, Place>) = (Vec::new(), BTreeMap::new());
    while let Some(entry) = walk.next()? {
        let begins = walk.at;
        let in_order = entries.last().is_none_or(|before| before.name < entry.name);
        let name = String::from_utf8(entry.name.clone()).ok().filter(|name| name.is_ascii() && in_order);
        let name = name.ok_or(ContainerError::NotCanonical { at: begins })?;
        walk.expect(&entry.local())?;
        places.insert(name, Place { at: walk.at, bytes: u64::from(entry.bytes) });
        walk.at += u64::from(entry.bytes);
        entries.push(entry);
        if entries.len() > BUNDLE_FILES_MAX {
            return Err(ContainerError::TooLarge("it has too many files"));
        }
    }
    let central_at = walk.at;
    for entry in &entries {
        walk.expect(&entry.central())?;
    }
    let central_bytes = walk.at - central_at;
    walk.expect(&end(entries.len(), central_at, central_bytes))?;
    if walk.at == source.bytes() { Ok(places) } else { Err(ContainerError::NotCanonical { at: walk.at }) }
}
