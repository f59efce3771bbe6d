//! The JSON files of a bundle. Unknown members are refused everywhere.

mod coverage;
mod custody;
mod destroyed;
mod hashed;
mod lists;
mod opened;
mod shown_log;
mod signed;
mod withheld;

pub(crate) use coverage::claim;
pub use coverage::{AskedStretch, CoverageAsked, CoverageFile, EnteredAct, Minutes};
pub use custody::{Completed, CustodyEntry, CustodyLog, DecisionFile, audit_hash};
pub use destroyed::DestroyedFile;
pub use hashed::{AuditFacts, DecisionFacts, audit_completed_hash};
pub(crate) use lists::Told;
pub use lists::{EntryProof, ListedEntry, ListsFile, LookedUp};
pub use opened::{OpenedFields, OpenedJson};
pub use shown_log::{ConsistencyFile, EarlierLog, WITNESS_FORMAT, WitnessHeader, WitnessLine};
pub use signed::{
    ChainFile, DeviceStatement, FileEntry, LeafProof, LeafWord, LinkJson, Manifest, ProofFile, SignedDevice,
    device_statement_signed, manifest_signed,
};
pub use withheld::{WithheldFile, WithheldState};

/// Version of the bundle format that this build writes and reads.
pub const BUNDLE_FORMAT: u32 = 1;
