//! Keys of the force and of its cases: made once, kept in files of their own outside the database, sealed under the
//! master key. `docs/keys.md` says who can open what.

pub mod case;
pub mod certificates;
pub mod files;
pub mod force;
pub mod master;
pub mod sealed_box;

pub use case::CaseKeys;
pub use force::ForceKeyRing;
pub use master::MasterKey;

/// What can go wrong with keys.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// A file is missing, cannot be read or cannot be written.
    #[error("{path}: {error}; {advice}")]
    File {
        /// Which.
        path: String,
        /// What the system said.
        error: std::io::Error,
        /// What to do.
        advice: &'static str,
    },
    /// A file is there and is not what it should be.
    #[error("{path} is not a key file of this program: {what}")]
    Malformed {
        /// Which.
        path: String,
        /// What is wrong.
        what: String,
    },
    /// Sealed under another master key, for another purpose, or damaged.
    #[error("{what} cannot be opened: it is damaged, or the master key is not the one it was sealed with")]
    Sealed {
        /// What.
        what: String,
    },
    /// A certificate could not be made or read.
    #[error("a certificate could not be made: {0}")]
    Certificate(#[from] rcgen::Error),
}
