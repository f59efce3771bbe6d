//! Lists of digests, a line each: `#` begins a comment; a second column, after a comma, semicolon or tab, may hold the number of
//! the category, or the quality of a PDQ hash.

use std::io::BufRead;

use super::take::{Taker, Written};
use super::{LINE_BYTES_MAX, ListError, ListFormat, ReadList};
use crate::lines::next_line;

pub(super) fn read(
    mut lines: impl BufRead,
    format: ListFormat,
    mut taker: Taker<'_>,
    told: &mut dyn FnMut(u64),
) -> Result<ReadList, ListError> {
    let (mut line, mut bytes, mut number) = (Vec::new(), 0_u64, 0_u64);
    loop {
        let length = next_line(&mut lines, &mut line, LINE_BYTES_MAX)?;
        if length == 0 {
            break;
        }
        bytes = bytes.saturating_add(length);
        number += 1;
        if number.is_multiple_of(4096) {
            told(bytes);
        }
        taker.entries = number - 1;
        if let Some(written) = written(&line, format) {
            taker.entry(&written, number)?;
        }
    }
    told(bytes);
    let country = taker.asked.take();
    Ok(ReadList { format, model_version: None, country, counts: taker.counts, refused: taker.refused })
}

/// The entry of a line; none for a blank line or a comment.
fn written(line: &[u8], format: ListFormat) -> Option<Written> {
    let malformed = |why| Some(Written { malformed: Some(why), ..Written::default() });
    if line.len() > LINE_BYTES_MAX {
        return malformed("it is longer than a line may be");
    }
    let Ok(text) = std::str::from_utf8(line) else { return malformed("it is not UTF-8") };
    let text = text.split('#').next().unwrap_or_default().trim();
    if text.is_empty() {
        return None;
    }
    let mut columns = text.split([',', ';', '\t']).map(|column| column.trim().trim_matches('"').trim());
    let digest = columns.next().unwrap_or_default().to_owned();
    let second = columns.next().filter(|second| !second.is_empty());
    if columns.any(|column| !column.is_empty()) {
        return malformed("it has more than two columns");
    }
    let second = match second.map(str::parse::<u8>) {
        None => None,
        Some(Ok(number)) => Some(number),
        Some(Err(_)) => return malformed("its second column is no number from 0 to 255"),
    };
    let format = match (format, digest.len()) {
        (ListFormat::Auto, 32) => ListFormat::Md5,
        (ListFormat::Auto, 40) => ListFormat::Sha1,
        (ListFormat::Auto, 64) => ListFormat::Sha256,
        (ListFormat::Auto, _) => return malformed("it is no digest of 32, 40 or 64 hexadecimal digits"),
        (format, _) => format,
    };
    let mut written = Written::default();
    let [md5, sha1, sha256] = &mut written.digests;
    match format {
        ListFormat::Md5 => *md5 = Some(digest),
        ListFormat::Sha1 => *sha1 = Some(digest),
        ListFormat::Pdq => {
            written.pdq = Some(digest);
            if second.is_some_and(|quality| quality > 100) {
                return malformed("a PDQ quality is 0 to 100");
            }
            written.pdq_quality = second;
            return Some(written);
        }
        _ => *sha256 = Some(digest),
    }
    written.category = second;
    Some(written)
}
