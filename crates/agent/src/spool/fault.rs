//! What can go wrong when a spool is opened: its content is damaged, or anything else.

use super::{DISK_FULL, SpoolError};

pub(super) enum OpenError {
    /// The content is not a spool's: set it aside.
    Damaged(String),
    /// Anything else.
    Spool(SpoolError),
}

impl OpenError {
    pub(super) fn io(error: std::io::Error) -> Self {
        Self::Spool(io(error))
    }
}

impl From<SpoolError> for OpenError {
    fn from(error: SpoolError) -> Self {
        match error {
            SpoolError::Store(inner) => match *inner {
                redb::Error::Corrupted(why) => Self::Damaged(why),
                redb::Error::Io(io) if io.kind() == std::io::ErrorKind::InvalidData => {
                    Self::Damaged(io.to_string())
                }
                other @ (redb::Error::TableTypeMismatch { .. } | redb::Error::UpgradeRequired(_)) => {
                    Self::Damaged(other.to_string())
                }
                other => Self::Spool(SpoolError::Store(Box::new(other))),
            },
            SpoolError::Note(name, why) => Self::Damaged(format!("note \"{name}\": {why}")),
            other => Self::Spool(other),
        }
    }
}

pub(crate) fn io(error: std::io::Error) -> SpoolError {
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => SpoolError::Full(DISK_FULL),
        _ => SpoolError::Store(Box::new(redb::Error::Io(error))),
    }
}
