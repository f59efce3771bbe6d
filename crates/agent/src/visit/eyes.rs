//! How a visit reads: nothing is opened for writing, times of last reading are left as they are where the system allows it, links out of
//! the person's home are not followed, nothing but plain files is read, all within limits and a time, and all of it is logged first.

use std::fs::{File, Metadata};
use std::io::Read;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use proviso_ledger::hash::Sha256Stream;
use proviso_model::Digest;
use rustix::fd::OwnedFd;
use rustix::fs::{CWD, Dir, FileType, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;

use super::touched::Touched;
use super::{Place, VisitError};
use crate::Clock;

/// Names in one folder; more are not read.
const NAMES_MAX: usize = 20_000;
/// Bytes copied at once.
const CHUNK: usize = 1024 * 1024;

/// Something that was not read.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unread {
    /// There is none.
    #[error("it is not there")]
    Absent,
    /// It is not to be read, or cannot be.
    #[error("{0}")]
    Refused(String),
    /// The visit itself cannot go on.
    #[error(transparent)]
    Visit(#[from] VisitError),
}

/// One entry of a folder.
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) is_folder: bool,
}

/// A copy with what was copied.
pub(super) struct Copied {
    pub(super) bytes: u64,
    pub(super) sha256: Digest,
}

/// The visit's eyes.
pub(super) struct Eyes<'a> {
    place: &'a Place,
    home: Option<OwnedFd>,
    clock: &'a dyn Clock,
    until_ms: u64,
    pub(super) touched: Touched,
    pub(super) not_reached: Vec<String>,
}

impl<'a> Eyes<'a> {
    pub(super) fn new(place: &'a Place, clock: &'a dyn Clock, seconds: u64, touched: Touched) -> Self {
        let home = rustix::fs::openat(
            CWD,
            &place.home,
            OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC,
            Mode::empty(),
        );
        let until_ms = clock.awake_ms().saturating_add(seconds.saturating_mul(1_000));
        Self { place, home: home.ok(), clock, until_ms, touched, not_reached: Vec::new() }
    }

    /// Where to look.
    pub(super) fn place(&self) -> &'a Place {
        self.place
    }

    /// Whether there is time left.
    pub(super) fn has_time(&self) -> bool {
        self.clock.awake_ms() < self.until_ms
    }

    /// A file of the system, under the root.
    pub(super) fn system(&self, path: &str) -> PathBuf {
        self.place.root.join(path.trim_start_matches('/'))
    }

    /// A file of the account.
    pub(super) fn home(&self, path: &str) -> PathBuf {
        self.place.home.join(path)
    }

    /// Puts something into the log that another reader is about to read.
    pub(super) fn note(
        &mut self,
        act: &str,
        path: &Path,
        why: &[String],
        detail: &str,
    ) -> Result<(), VisitError> {
        self.touched.note(self.clock.wall(), act, path, why, detail)
    }

    /// Says that something was not read, if it is there; in the log and on the page.
    pub(super) fn unread(&mut self, path: &Path, why: &[String], unread: Unread) -> Result<(), VisitError> {
        match unread {
            Unread::Absent => Ok(()),
            Unread::Visit(error) => Err(error),
            Unread::Refused(words) => {
                self.note("not-read", path, why, &words)?;
                self.not_reached.push(format!("{}: {words}", path.display()));
                Ok(())
            }
        }
    }

    /// Reads a file whole; nothing where it is not there or cannot be read, which is then said.
    pub(super) fn read(
        &mut self,
        path: &Path,
        bytes_max: u64,
        why: &[String],
    ) -> Result<Option<Vec<u8>>, VisitError> {
        match self.try_read(path, bytes_max, why) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(unread) => self.unread(path, why, unread).map(|()| None),
        }
    }

    /// The same without a line on the page where it cannot be read.
    pub(super) fn quietly(
        &mut self,
        path: &Path,
        why: &[String],
    ) -> Result<Result<Vec<u8>, Unread>, VisitError> {
        match self.try_read(path, 64 * 1024, why) {
            Err(Unread::Visit(error)) => Err(error),
            read => Ok(read),
        }
    }

    /// The same as text, whatever bytes it has.
    pub(super) fn text(&mut self, path: &Path, why: &[String]) -> Result<String, VisitError> {
        let bytes = self.read(path, 1024 * 1024, why)?.unwrap_or_default();
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn try_read(&mut self, path: &Path, bytes_max: u64, why: &[String]) -> Result<Vec<u8>, Unread> {
        let (file, of) = self.open(path, "read", why)?;
        if of.len() > bytes_max {
            return Err(Unread::Refused(format!("it has {} bytes; at most {bytes_max} are read", of.len())));
        }
        let mut bytes = Vec::new();
        file.take(bytes_max).read_to_end(&mut bytes).map_err(|error| Unread::Refused(error.to_string()))?;
        Ok(bytes)
    }

    /// Copies a file, to be read there.
    pub(super) fn copy(
        &mut self,
        path: &Path,
        to: &Path,
        bytes_max: u64,
        why: &[String],
    ) -> Result<Copied, Unread> {
        let (mut file, of) = self.open(path, "copy", why)?;
        if of.len() > bytes_max {
            return Err(Unread::Refused(format!("it has {} bytes; at most {bytes_max} are read", of.len())));
        }
        let failed = |source| VisitError::Output { path: to.to_owned(), source };
        let mut copy = File::create(to).map_err(failed)?;
        let (mut hash, mut bytes) = (Sha256Stream::default(), 0_u64);
        let mut chunk = vec![0_u8; CHUNK];
        loop {
            let read = file.read(&mut chunk).map_err(|error| Unread::Refused(error.to_string()))?;
            let piece = chunk.get(..read).unwrap_or_default();
            bytes = bytes.saturating_add(piece.len() as u64);
            // A file that grows while it is copied has no end.
            if bytes > bytes_max {
                return Err(Unread::Refused(format!("it grew beyond {bytes_max} bytes while it was copied")));
            }
            if piece.is_empty() {
                break;
            }
            if !self.has_time() {
                return Err(Unread::Refused("there was no time left to read it".to_owned()));
            }
            hash.update(piece);
            std::io::Write::write_all(&mut copy, piece).map_err(failed)?;
        }
        let sha256 = Digest(hash.finish());
        self.note("copied", path, why, &format!("{bytes} bytes, SHA-256 {sha256}"))?;
        Ok(Copied { bytes, sha256 })
    }

    /// The names in a folder, in their order; none where it is not there or cannot be listed, which is then said.
    pub(super) fn list(&mut self, path: &Path, why: &[String]) -> Result<Vec<Entry>, VisitError> {
        match self.try_list(path, why) {
            Ok(entries) => Ok(entries),
            Err(unread) => self.unread(path, why, unread).map(|()| Vec::new()),
        }
    }

    fn try_list(&mut self, path: &Path, why: &[String]) -> Result<Vec<Entry>, Unread> {
        if !self.has(path) {
            return Err(Unread::Absent);
        }
        self.note("list", path, why, "")?;
        let folder = self.open_at(path, OFlags::DIRECTORY)?;
        let refused = |error: Errno| Unread::Refused(error.to_string());
        let mut entries = Vec::new();
        for entry in Dir::new(folder).map_err(refused)? {
            let entry = entry.map_err(refused)?;
            let Ok(name) = entry.file_name().to_str() else { continue };
            if name == "." || name == ".." {
                continue;
            }
            if entries.len() == NAMES_MAX {
                return Err(Unread::Refused(format!("it has more than {NAMES_MAX} names")));
            }
            entries
                .push(Entry { name: name.to_owned(), is_folder: entry.file_type() == FileType::Directory });
        }
        entries.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(entries)
    }

    /// Whether something is there; its content is not touched.
    pub(super) fn has(&self, path: &Path) -> bool {
        std::fs::symlink_metadata(path).is_ok()
    }

    fn open(&mut self, path: &Path, act: &str, why: &[String]) -> Result<(File, Metadata), Unread> {
        if !self.has(path) {
            return Err(Unread::Absent);
        }
        self.note(act, path, why, "")?;
        let file = File::from(self.open_at(path, OFlags::NONBLOCK | OFlags::NOCTTY)?);
        let of = file.metadata().map_err(|error| Unread::Refused(error.to_string()))?;
        if !of.is_file() {
            return Err(Unread::Refused("it is no plain file".to_owned()));
        }
        if path.starts_with(&self.place.home) && of.uid() != self.place.uid {
            return Err(Unread::Refused("it belongs to another account".to_owned()));
        }
        Ok((file, of))
    }

    /// For reading alone. In the home no link is followed that leads out of it.
    fn open_at(&self, path: &Path, flags: OFlags) -> Result<OwnedFd, Unread> {
        let flags = flags | OFlags::RDONLY | OFlags::CLOEXEC;
        let within = path.strip_prefix(&self.place.home).ok();
        let open = |flags| match (within, &self.home) {
            (Some(within), Some(home)) => {
                let within = if within.as_os_str().is_empty() { Path::new(".") } else { within };
                let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
                rustix::fs::openat2(home, within, flags, Mode::empty(), resolve)
            }
            (Some(_), None) => Err(Errno::NOENT),
            (None, _) => rustix::fs::openat(CWD, path, flags, Mode::empty()),
        };
        // Only the owner may leave the time of last reading as it is.
        let opened = open(flags | OFlags::NOATIME).or_else(|error| match error {
            Errno::PERM => open(flags),
            other => Err(other),
        });
        opened.map_err(|error| match error {
            Errno::NOENT | Errno::NOTDIR => Unread::Absent,
            Errno::XDEV => Unread::Refused("it is a link out of the account's home".to_owned()),
            Errno::LOOP => Unread::Refused("it is a link that leads round in a circle".to_owned()),
            Errno::ACCESS | Errno::PERM => Unread::Refused("this account may not read it".to_owned()),
            other => Unread::Refused(other.to_string()),
        })
    }
}
