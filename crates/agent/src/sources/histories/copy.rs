//! A copy of a history with what its browser has not written into it yet: plain files of the account's own, within limits, and the same before and
//! after copying. The copies lie in a private folder and go with it.

use std::fs::{DirBuilder, File, Metadata};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use proviso_ledger::hash::sha256;
use proviso_model::limits::HISTORY_BYTES_MAX;
use rustix::fs::{CWD, Mode, OFlags};

/// Folders made so far.
static MADE: AtomicU64 = AtomicU64::new(0);
/// How often a copy is tried of a file that changes meanwhile.
const TRIES: u32 = 3;
/// Bytes copied at once.
const CHUNK: usize = 256 * 1024;
/// Files that a database keeps beside it: its log, and its journal.
const BESIDE: [&str; 2] = ["-wal", "-journal"];
/// Where a database says how often it was changed (SQLite's file format, section 1.3.7).
const CHANGES_AT: std::ops::Range<usize> = 24..28;

/// Why a history is not read now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unread {
    /// There is none.
    #[error("it is not there")]
    Absent,
    /// It changed all the time; the next look may find it at rest.
    #[error("its browser was writing it all the time")]
    Changing,
    /// Anything else, without names of the person's.
    #[error("{0}")]
    Refused(String),
}

fn refused(words: impl Into<String>) -> Unread {
    Unread::Refused(words.into())
}

/// A private folder for copies; it goes when it is dropped.
pub(super) struct Scratch {
    own: PathBuf,
    within: PathBuf,
}

impl Scratch {
    /// Makes it, for this account alone. It has a name of its own: a source that has just ended may still be reading.
    pub(super) fn make(within: &Path) -> Result<Self, Unread> {
        let failed = |error: std::io::Error| refused(format!("no copy can be made: {}", error.kind()));
        let own = within.join(format!("{}-{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed)));
        DirBuilder::new().recursive(true).mode(0o700).create(&own).map_err(failed)?;
        Ok(Self { own, within: within.to_owned() })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.own);
        // Where nothing else lies in it.
        let _ = std::fs::remove_dir(&self.within);
    }
}

/// A copied history.
#[derive(Debug)]
pub(super) struct Copied {
    /// The copy.
    pub(super) path: PathBuf,
    /// Which file it was.
    pub(super) file: u64,
    /// How often it was changed.
    pub(super) changes: u32,
}

/// Size, time and number of a file: the same where nothing was written.
pub(super) type State = Option<(u64, i64, i64, u64)>;

/// How a history and what lies beside it stand.
pub(super) fn states(path: &Path) -> [State; 3] {
    let [log, journal] = BESIDE.map(|end| beside(path, end));
    [path, &log, &journal].map(state)
}

/// How one file stands.
pub(super) fn state(path: &Path) -> State {
    let of = std::fs::symlink_metadata(path).ok()?;
    Some((of.len(), of.mtime(), of.mtime_nsec(), of.ino()))
}

/// A number that tells a file or a folder from another one in its place.
pub(super) fn mark(of: &Metadata) -> u64 {
    let born = of.created().ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
    let known = format!("{} {} {:?}", of.dev(), of.ino(), born);
    let [a, b, c, d, e, f, g, h, ..] = sha256(known.as_bytes());
    // JSON's numbers are exact up to 2^53.
    u64::from_be_bytes([a, b, c, d, e, f, g, h]) >> 11
}

/// Copies a history; `is_over` breaks it off.
pub(super) fn copy(path: &Path, scratch: &Scratch, is_over: &dyn Fn() -> bool) -> Result<Copied, Unread> {
    let to = scratch.own.join("history");
    for _ in 0..TRIES {
        let before = states(path);
        let of = copy_file(path, &to, is_over)?;
        for end in BESIDE {
            let to = beside(&to, end);
            match copy_file(&beside(path, end), &to, is_over) {
                Ok(_) => {}
                Err(Unread::Absent) => drop(std::fs::remove_file(&to)),
                Err(other) => return Err(other),
            }
        }
        if states(path) == before {
            return Ok(Copied { file: mark(&of), changes: changes(&to), path: to });
        }
    }
    Err(Unread::Changing)
}

/// By the database's own count; 0 where it is too short to have one.
fn changes(copy: &Path) -> u32 {
    let mut head = [0; 28];
    let read = File::open(copy).and_then(|mut file| file.read_exact(&mut head));
    let count: Option<[u8; 4]> = head.get(CHANGES_AT).and_then(|bytes| bytes.try_into().ok());
    read.ok().and(count).map_or(0, u32::from_be_bytes)
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

fn copy_file(path: &Path, to: &Path, is_over: &dyn Fn() -> bool) -> Result<Metadata, Unread> {
    let (mut file, of) = open(path)?;
    if of.len() > HISTORY_BYTES_MAX {
        return Err(refused(format!("it has {} bytes; at most {HISTORY_BYTES_MAX} are read", of.len())));
    }
    let failed = |error: std::io::Error| refused(format!("no copy can be made: {}", error.kind()));
    let mut copy = File::create(to).map_err(failed)?;
    let (mut chunk, mut bytes) = (vec![0_u8; CHUNK], 0_u64);
    loop {
        let read = file.read(&mut chunk).map_err(|error| refused(error.kind().to_string()))?;
        bytes = bytes.saturating_add(read as u64);
        // A file that grows while it is copied has no end.
        if bytes > HISTORY_BYTES_MAX || is_over() {
            return Err(Unread::Changing);
        }
        match chunk.get(..read) {
            Some(piece) if !piece.is_empty() => copy.write_all(piece).map_err(failed)?,
            _ => return Ok(of),
        }
    }
}

/// Opens a plain file of this account for reading; a link, a pipe or a device is neither read nor waited for.
pub(super) fn open(path: &Path) -> Result<(File, Metadata), Unread> {
    use rustix::io::Errno;
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let open = |flags| rustix::fs::openat(CWD, path, flags, Mode::empty());
    // Only the owner may leave the time of last reading as it is.
    let file = open(flags | OFlags::NOATIME).or_else(|error| match error {
        Errno::PERM => open(flags),
        other => Err(other),
    });
    let file = File::from(file.map_err(|error| match error {
        Errno::NOENT | Errno::NOTDIR => Unread::Absent,
        Errno::LOOP => refused("it is a link"),
        Errno::ACCESS | Errno::PERM => refused("this account may not read it"),
        other => refused(other.to_string()),
    })?);
    let of = file.metadata().map_err(|error| refused(error.kind().to_string()))?;
    if of.is_file() { Ok((file, of)) } else { Err(refused("it is no plain file")) }
}

/// Reads a file of settings whole; nothing where there is none.
pub(super) fn text(path: &Path, bytes_max: u64) -> Result<Option<String>, Unread> {
    let (file, of) = match open(path) {
        Ok(opened) => opened,
        Err(Unread::Absent) => return Ok(None),
        Err(other) => return Err(other),
    };
    if of.len() > bytes_max {
        return Err(refused("its settings are too long to be read"));
    }
    let mut bytes = Vec::new();
    file.take(bytes_max).read_to_end(&mut bytes).map_err(|error| refused(error.kind().to_string()))?;
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}
