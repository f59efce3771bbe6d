//! Reads one file that has arrived, if it is a plain file and a picture or a video by what is in it.

use std::ffi::OsStr;
use std::fs::{File, Metadata};
use std::io::{Error, ErrorKind, Read as _};
use std::path::Path;

use md5::Md5 as Md5Hasher;
use proviso_model::limits::{FILE_DIGESTED_BYTES_MAX, PICTURE_SENT_BYTES_MAX};
use proviso_model::native::{FileDigests, PictureWithout};
use proviso_model::{Digest, Md5};
use sha2::{Digest as _, Sha256};

use super::{Arrival, FileContent, Platform};
use crate::pictures::{file_type, is_video};

/// Bytes by which a type of file is known.
const HEAD_BYTES: usize = 16;
/// Bytes that are read at once where a file is only digested.
const CHUNK_BYTES: usize = 1 << 20;
/// How names of pictures and videos end: to say of a file that was gone before it could be read whether it may have been one.
const NAMES: [&str; 25] = [
    "jpg", "jpeg", "jpe", "jfif", "png", "gif", "webp", "bmp", "avif", "heic", "heif", "tif", "tiff", "jxl",
    "mp4", "m4v", "mov", "3gp", "webm", "mkv", "avi", "wmv", "flv", "mpg", "mpeg",
];

/// What came of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Looked {
    /// A picture or a video.
    Arrived(Arrival),
    /// Something else.
    Other,
    /// It changed while it was read.
    Changing,
    /// It cannot be read, and its name is one of a picture or video.
    Lost,
}

/// Reads it; what takes long breaks off once `is_over` says so.
pub(super) fn look(path: &Path, platform: &dyn Platform, is_over: &dyn Fn() -> bool) -> Looked {
    let failed = |error: std::io::Error| match error.kind() {
        // A folder in its place: nothing that arrived.
        ErrorKind::IsADirectory | ErrorKind::NotADirectory => Looked::Other,
        _ if is_named_like_one(path) => Looked::Lost,
        _ => Looked::Other,
    };
    // Asked before it is opened too: a device may do something when it is.
    match std::fs::symlink_metadata(path) {
        Ok(found) if found.is_file() => {}
        Ok(_) => return Looked::Other,
        Err(error) => return failed(error),
    }
    read(path, platform, is_over).unwrap_or_else(failed)
}

fn read(path: &Path, platform: &dyn Platform, is_over: &dyn Fn() -> bool) -> std::io::Result<Looked> {
    let mut file = platform.open(path)?;
    let before = file.metadata()?;
    if !before.is_file() {
        return Ok(Looked::Other);
    }
    let mut bytes = Vec::new();
    (&mut file).take(HEAD_BYTES as u64).read_to_end(&mut bytes)?;
    let is_video = is_video(&bytes);
    if !is_video && !is_picture(&bytes) {
        return Ok(Looked::Other);
    }
    let content = if before.len() > FILE_DIGESTED_BYTES_MAX {
        Err(PictureWithout::TooLarge)
    } else if is_video || before.len() > PICTURE_SENT_BYTES_MAX as u64 {
        match digested(&mut file, bytes, is_over)? {
            Some(digests) => Ok(FileContent::Digests(digests)),
            None => return Ok(Looked::Changing),
        }
    } else {
        let left = PICTURE_SENT_BYTES_MAX as u64 + 1 - bytes.len() as u64;
        (&mut file).take(left).read_to_end(&mut bytes)?;
        Ok(FileContent::Bytes(bytes))
    };
    let read = match &content {
        Ok(FileContent::Bytes(bytes)) => bytes.len() as u64,
        Ok(FileContent::Digests(digests)) => digests.bytes,
        Err(_) => before.len(),
    };
    let after = file.metadata()?;
    if state(&before) != state(&after) || read != after.len() {
        return Ok(Looked::Changing);
    }
    Ok(Looked::Arrived(arrival(path, platform, content)))
}

/// The digests of a file of which this is the beginning; nothing where it grew beyond what is digested, or the source has ended.
fn digested(
    file: &mut File,
    head: Vec<u8>,
    is_over: &dyn Fn() -> bool,
) -> Result<Option<FileDigests>, Error> {
    let file_type = file_type(&head).to_owned();
    let (mut sha256, mut md5, mut bytes) = (Sha256::new(), Md5Hasher::new(), 0);
    let mut chunk = head;
    while !chunk.is_empty() {
        sha256.update(&chunk);
        md5.update(&chunk);
        bytes += chunk.len() as u64;
        if bytes > FILE_DIGESTED_BYTES_MAX || is_over() {
            return Ok(None);
        }
        chunk.clear();
        file.by_ref().take(CHUNK_BYTES as u64).read_to_end(&mut chunk)?;
    }
    let (sha256, md5) = (Digest(sha256.finalize().into()), Md5(md5.finalize().into()));
    Ok(Some(FileDigests { sha256, md5, bytes, file_type }))
}

fn state(of: &Metadata) -> (u64, Option<std::time::SystemTime>) {
    (of.len(), of.modified().ok())
}

fn arrival(path: &Path, platform: &dyn Platform, content: Result<FileContent, PictureWithout>) -> Arrival {
    let said = |part: Option<&OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
    let folder = path.parent().unwrap_or(Path::new(""));
    let folder = match folder.strip_prefix(platform.home()) {
        Ok(below) => said(Some(Path::new("~").join(below).as_os_str())),
        Err(_) => said(Some(folder.as_os_str())),
    };
    Arrival { name: said(path.file_name()), folder, content }
}

/// Whether a name is one of a picture or a video.
pub(super) fn is_named_like_one(path: &Path) -> bool {
    let end = path.extension().and_then(OsStr::to_str).unwrap_or_default().to_lowercase();
    NAMES.contains(&end.as_str())
}

/// Whether a file is a picture, by its first bytes; its name says nothing.
fn is_picture(head: &[u8]) -> bool {
    match head {
        [0xff, 0xd8, 0xff, ..]
        | [0x89, b'P', b'N', b'G', ..]
        | [b'G', b'I', b'F', b'8', ..]
        | [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..]
        | [b'I', b'I', 0x2a, 0, ..]
        | [b'M', b'M', 0, 0x2a, ..]
        | [0xff, 0x0a, ..]
        | [0, 0, 0, 0x0c, b'J', b'X', b'L', b' ', ..] => true,
        // Of a bitmap's head six bytes are told: its two letters begin many a text.
        [b'B', b'M', _, _, _, _, 0, 0, 0, 0, ..] => true,
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => {
            [&b"avif"[..], b"avis", b"heic", b"heix", b"hevc", b"mif1", b"msf1"]
                .iter()
                .any(|known| brand.starts_with(known))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_picture;

    #[test]
    fn a_picture_is_known_by_what_is_in_it() {
        for (head, expected) in [
            (&b"\xff\xd8\xff\xe0\0\x10JFIF"[..], true),
            (b"\x89PNG\r\n\x1a\n", true),
            (b"RIFF\0\0\0\0WEBPVP8 ", true),
            (b"\0\0\0\x1cftypheic\0\0\0\0", true),
            (b"BM\x36\x10\0\0\0\0\0\0", true),
            (b"RIFF\0\0\0\0WAVEfmt ", false),
            (b"\0\0\0\x1cftypisom\0\0\0\0", false),
            (b"BMW is the name of", false),
            (b"%PDF-1.7", false),
            (b"", false),
        ] {
            assert_eq!(is_picture(head), expected, "{head:?}");
        }
    }
}
