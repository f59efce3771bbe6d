//! The visit's own log: what it touches, under which paragraphs, written before it is touched. A file of JSON lines, each with the hash of
//! the chain before it, so that none can be taken out unseen: the record names the last.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use proviso_ledger::hash::domain_hash;
use proviso_model::visit::{TOUCHED_DOMAIN, VisitTouched};
use proviso_model::{Digest, Timestamp};
use serde::Serialize;

use super::VisitError;

/// The log's name beside the record.
pub const TOUCHED_FILE: &str = "touched.jsonl";

#[derive(Serialize)]
struct Line<'a> {
    n: u64,
    at: Timestamp,
    act: &'a str,
    path: &'a str,
    paragraphs: &'a [String],
    #[serde(skip_serializing_if = "str::is_empty")]
    detail: &'a str,
    previous: Digest,
}

/// The log as it grows.
pub(super) struct Touched {
    file: File,
    lines: u64,
    head: Digest,
}

impl Touched {
    pub(super) fn begin(folder: &Path) -> Result<Self, VisitError> {
        let path = folder.join(TOUCHED_FILE);
        let file = File::create_new(&path).map_err(|source| VisitError::Output { path, source })?;
        Ok(Self { file, lines: 0, head: Digest::default() })
    }

    /// Puts a line into the log. What cannot be logged must not be done.
    pub(super) fn note(
        &mut self,
        at: Timestamp,
        act: &str,
        path: &Path,
        paragraphs: &[String],
        detail: &str,
    ) -> Result<(), VisitError> {
        let shown = path.to_string_lossy();
        let failed = |source| VisitError::Output { path: TOUCHED_FILE.into(), source };
        let line = Line { n: self.lines + 1, at, act, path: &shown, paragraphs, detail, previous: self.head };
        let mut text = serde_json::to_string(&line).map_err(|error| failed(error.into()))?;
        self.head = Digest(domain_hash(TOUCHED_DOMAIN, &[&self.head.0, text.as_bytes()]));
        text.push('\n');
        self.file.write_all(text.as_bytes()).map_err(failed)?;
        self.lines += 1;
        Ok(())
    }

    /// What the record says of it.
    pub(super) fn end(&self) -> VisitTouched {
        VisitTouched { lines: self.lines, head: self.head }
    }
}
