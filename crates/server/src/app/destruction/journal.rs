//! The destruction journal: one JSON object a line, only ever added to. It lies in the data folder, outside the database,
//! and is copied with every backup's keys, so that a restore destroys again what had been destroyed.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};

use proviso_model::ids::{CaseId, CertificateId};
use proviso_model::{Digest, Timestamp};
use proviso_store::{AuditFilter, StoreError};
use serde::{Deserialize, Serialize};

use super::Grounds;
use crate::app::AppContext;
use crate::keys::{KeyError, files};

/// The act in the log that a backup of keys is.
const BACKUP_KEYS: &str = "backup-keys";
/// Longest line that is read, in bytes.
const LINE_BYTES_MAX: usize = 4_096;

/// What was destroyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum What {
    /// One record.
    Record {
        /// Hash of its header.
        record: Digest,
    },
    /// A whole case.
    Case {
        /// The case.
        case: CaseId,
    },
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalEntry {
    /// What.
    #[serde(flatten)]
    pub what: What,
    /// When.
    pub at: Timestamp,
    /// Why, in one word.
    pub why: String,
    /// The reference given.
    pub reference: String,
    /// The actor, as in the log.
    pub by: String,
    /// The certificate's id.
    pub certificate: CertificateId,
    /// Who proposed it, where two officers decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposed_by: Option<String>,
    /// The newest backup of keys made before, which could have brought it back until it lapsed; `None` where the log knows of
    /// none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_key_backup_at: Option<Timestamp>,
}

impl JournalEntry {
    pub(super) async fn new(ctx: &AppContext, what: What, grounds: &Grounds) -> Result<Self, StoreError> {
        let filter = AuditFilter {
            act: BACKUP_KEYS.to_owned(),
            since: Timestamp::from_micros(0),
            actor: None,
            object: None,
        };
        // One that failed may have copied keys all the same.
        let backups = ctx.store.audit_of_act(&filter, 1).await?;
        Ok(Self {
            what,
            at: ctx.now(),
            why: grounds.why.as_str().to_owned(),
            reference: grounds.reference.trim().to_owned(),
            by: grounds.actor.clone(),
            certificate: CertificateId::random(ctx.random()),
            proposed_by: None,
            last_key_backup_at: backups.first().map(|row| row.entry.opened_at),
        })
    }
}

/// The journal of a data folder.
#[derive(Debug, Clone)]
pub struct Journal {
    path: PathBuf,
}

impl Journal {
    /// The journal in a data folder; it need not be there yet.
    #[must_use]
    pub fn of(data_dir: &Path) -> Self {
        Self { path: data_dir.join("destruction-journal.jsonl") }
    }

    /// A journal that was kept elsewhere, to put it back.
    #[must_use]
    pub fn at(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds a line and waits until it is on disk.
    ///
    /// # Errors
    /// [`KeyError::File`].
    pub fn append(&self, entry: &JournalEntry) -> Result<(), KeyError> {
        let fault = |error| KeyError::File {
            path: self.path.display().to_string(),
            error,
            advice: "nothing was destroyed; free some space or mend the folder's permissions, then try again",
        };
        let mut line = serde_json::to_vec(entry).map_err(|error| self.malformed(error.to_string()))?;
        line.push(b'\n');
        let mut file =
            files::private().create(true).read(true).append(true).open(&self.path).map_err(fault)?;
        let mut held = Vec::new();
        file.read_to_end(&mut held).map_err(fault)?;
        // A line that a power cut left half-written is taken away: its act never began, and this one must not run into it.
        let whole = held.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        if whole < held.len() {
            file.set_len(whole as u64).map_err(fault)?;
        }
        file.write_all(&line).and_then(|()| file.sync_all()).map_err(fault)?;
        files::sync_folder(&self.path)
    }

    /// Every entry, oldest first. A last line that was cut off by a power cut is left out: its act never began.
    ///
    /// # Errors
    /// [`KeyError::File`], [`KeyError::Malformed`] for any other line that cannot be read.
    pub fn read(&self) -> Result<Vec<JournalEntry>, KeyError> {
        let file = match std::fs::File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => {
                let path = self.path.display().to_string();
                return Err(KeyError::File { path, error, advice: "mend the file's permissions" });
            }
        };
        let mut entries = Vec::new();
        let mut reader = BufReader::new(file);
        let mut number = 0_u64;
        loop {
            let mut line = Vec::new();
            let read =
                reader.read_until(b'\n', &mut line).map_err(|error| self.malformed(error.to_string()))?;
            number += 1;
            if read == 0 || line.last() != Some(&b'\n') {
                return Ok(entries);
            }
            if line.len() > LINE_BYTES_MAX {
                return Err(self.malformed(format!("line {number} is too long")));
            }
            let entry = serde_json::from_slice(&line)
                .map_err(|error| self.malformed(format!("line {number}: {error}")))?;
            entries.push(entry);
        }
    }

    fn malformed(&self, what: String) -> KeyError {
        KeyError::Malformed { path: self.path.display().to_string(), what }
    }
}
