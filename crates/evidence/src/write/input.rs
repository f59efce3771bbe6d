//! What goes into a bundle, gathered by the server.

use std::collections::BTreeSet;

use proviso_ledger::{FieldSet, Header};
use proviso_model::Timestamp;
use proviso_model::ids::{BundleId, CaseId};
use proviso_model::wire::{ForceKeys, SignedPolicy, TrustFile};

use crate::format::{
    CoverageAsked, CustodyEntry, DecisionFile, DestroyedFile, EarlierLog, LeafProof, ListsFile, SignedDevice,
    WithheldFile,
};
use crate::parts::PICTURE_CONTENT;
use crate::{Part, Shown};

/// Everything that a bundle is made of, as plain values.
#[derive(Debug, Clone)]
pub struct BundleInput {
    /// Its id.
    pub bundle: BundleId,
    /// When it is made.
    pub created_at: Timestamp,
    /// The officer who asked for it.
    pub prepared_by: String,
    /// The case.
    pub case: CaseId,
    /// The force's reference of the case.
    pub case_reference: String,
    /// The court's reference of the order; one of the policies names it.
    pub order_reference: String,
    /// The force's own copy of its trust file.
    pub trust: TrustFile,
    /// The force's keys, certified by its root.
    pub keys: ForceKeys,
    /// Every policy that a record here was made under.
    pub policies: Vec<SignedPolicy>,
    /// Every device with a record here.
    pub devices: Vec<SignedDevice>,
    /// The records, whole.
    pub records: Vec<BundleRecord>,
    /// Records whose content was destroyed; their headers are among `links`.
    pub destroyed: Vec<DestroyedFile>,
    /// Records that may be privileged, or are; their headers are among `links`.
    pub withheld: Vec<WithheldFile>,
    /// Headers and signatures of all records between the first and the last of each device and epoch; those of
    /// `records` may be left out.
    pub links: Vec<(Header, [u8; 64])>,
    /// Proofs about the look-ups that are shown of records.
    pub lists: Vec<ListsFile>,
    /// Of which minutes of which devices the gap ledger is shown; it is reckoned from `records`.
    pub coverage: Vec<CoverageAsked>,
    /// Decisions about them.
    pub decisions: Vec<DecisionFile>,
    /// Audit entries about them, in order of `seq`.
    pub custody: Vec<CustodyEntry>,
    /// Signed checkpoint of the log.
    pub checkpoint: String,
    /// A proof for every record, destroyed and withheld ones too, completed audit entry and decision, all against `checkpoint`.
    pub proofs: Vec<LeafProof>,
    /// Earlier states of the log that `checkpoint` continues, smaller ones first.
    pub earlier: Vec<EarlierLog>,
    /// What an expert cannot repeat from the bundle alone, one sentence each.
    pub cannot_be_repeated: Vec<String>,
}

/// A record in a bundle.
#[derive(Debug, Clone)]
pub struct BundleRecord {
    /// The envelope's bytes, untouched.
    pub envelope: Vec<u8>,
    /// What is opened of it, if anything.
    pub exhibit: Option<Exhibit>,
}

/// What is opened of a record.
#[derive(Debug, Clone)]
pub struct Exhibit {
    /// All its fields, as opened with the case key.
    pub fields: FieldSet,
    /// Names of those that stay closed.
    pub closed: BTreeSet<String>,
}

impl Exhibit {
    /// Opens what `shown` does not leave out. The bytes of a picture stay closed whatever it says (invariant 14): whoever has to
    /// look at one does so elsewhere.
    #[must_use]
    pub fn new(fields: FieldSet, shown: &Shown) -> Self {
        let closed = fields
            .iter()
            .map(|(name, _)| name)
            .filter(|name| *name == PICTURE_CONTENT || shown.leaves_out(Part::of_field(name)));
        Self { closed: closed.map(str::to_owned).collect(), fields }
    }

    /// Names and values of the fields that are shown.
    pub(super) fn open_fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().filter(|(name, _)| !self.closed.contains(*name))
    }

    /// Names of the record's fields that stay closed.
    pub(super) fn closed_names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|(name, _)| name).filter(|name| self.closed.contains(*name))
    }
}
