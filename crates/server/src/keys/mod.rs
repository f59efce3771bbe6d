//! Keys of the force and of its cases: made once, kept in files of their own outside the database, sealed under the
//! master key. `docs/keys.md` says who can open what.

pub mod case;
pub mod certificates;
pub mod files;
pub mod force;
pub mod make;
pub mod master;
pub mod root;
pub mod rotation;
pub mod sealed_box;
pub mod sealed_file;

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
    /// The medium of the root is not apart from the server.
    #[error(
        "the root's medium {medium} is not apart from the data folder {data}; give a folder on a medium that can be taken away"
    )]
    Medium {
        /// The medium.
        medium: String,
        /// The data folder.
        data: String,
    },
    /// A passphrase that is too short.
    #[error("the passphrase of the root needs {0} characters or more")]
    Passphrase(usize),
    /// What a root was asked to sign, or has signed, cannot be used.
    #[error("the keys are not certified: {0}")]
    Request(String),
    /// The master key is being changed, and the change was not finished.
    #[error(
        "the master key is being changed since {since}, and the change has not come to its end; run admin keys-rotate again, as \
         before, with both keys: it goes on where it stopped"
    )]
    BeingChanged {
        /// Since when.
        since: proviso_model::Timestamp,
    },
    /// The master key given is not the one in use.
    #[error("the master key given is not the one in use: {what}")]
    NotInUse {
        /// Which it is, where that is known, and what to do.
        what: String,
    },
    /// Another process uses the data folder, or changes its master key.
    #[error("{path}: {what}")]
    InUse {
        /// The file that is locked.
        path: String,
        /// By whom, and what to do.
        what: &'static str,
    },
    /// The command that gives the master key did not.
    #[error("the command \"{command}\" gave no master key: {what}; run it by hand as the server's account")]
    Command {
        /// Its program.
        command: String,
        /// What happened.
        what: String,
    },
    /// A certificate could not be made or read.
    #[error("a certificate could not be made: {0}")]
    Certificate(#[from] rcgen::Error),
}
