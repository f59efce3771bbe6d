//! Records as devices sealed them, and their place in the chain and the log.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, DeviceId, JobId};

use crate::error::Result;
use crate::log::CheckpointRow;
use crate::words::words;

words! {
    /// What the replay of a finding gave.
    ReplayOutcome {
        /// The same findings to the byte.
        Same = "same",
        /// Other findings.
        Differs = "differs",
        /// Not replayed: other engine semantics, or the policy is not known here.
        NotReplayed = "not-replayed",
        /// The same findings, but they rest on an entry that does not stand on the list of sites that the device names.
        ListingWrong = "listing-wrong",
        /// The same findings, but the list of sites that they rest on is not held here, so the entry could not be looked up.
        ListingUnchecked = "listing-unchecked",
        /// The record could not be opened or read.
        Unreadable = "unreadable",
    }
}

/// One record whose signature and body hash the caller has checked.
#[derive(Debug, Clone)]
pub struct NewRecord {
    /// Hash of the header.
    pub hash: [u8; 32],
    /// Its place in the chain.
    pub seq: u64,
    /// The hash that it names as the one before.
    pub previous: [u8; 32],
    /// Exact header bytes.
    pub header: Vec<u8>,
    /// Signature.
    pub signature: [u8; 64],
    /// Exact sealed body.
    pub body: Vec<u8>,
}

/// Records of one device and epoch, in chain order.
#[derive(Debug, Clone)]
pub struct AppendBatch {
    /// The device.
    pub device: DeviceId,
    /// The epoch.
    pub epoch: u32,
    /// Sequence number and previous hash with which an epoch begins, should it be a new one.
    pub epoch_start: (u64, [u8; 32]),
    /// The records.
    pub records: Vec<NewRecord>,
    /// Id for the replay job.
    pub job: JobId,
    /// Now.
    pub received_at: Timestamp,
}

/// Why not all of a batch was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// This sequence number was sent; another was expected.
    Gap {
        /// Sent.
        sent: u64,
        /// Expected.
        expected: u64,
    },
    /// The record at this number does not name the record before it.
    WrongPrevious {
        /// Where.
        seq: u64,
    },
    /// Another record is held at this number; the one sent was kept apart.
    Fork {
        /// Where.
        seq: u64,
    },
    /// The epoch is older than the device's.
    OldEpoch {
        /// The device's epoch.
        epoch: u32,
    },
}

/// What was committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// The device's epoch.
    pub epoch: u32,
    /// Highest number committed in it.
    pub durable_seq: Option<u64>,
    /// Its leaf in the log.
    pub durable_leaf: Option<u64>,
    /// Records added.
    pub added: u64,
    /// Records already held.
    pub known: u64,
    /// Why not all were taken.
    pub stop: Option<Stop>,
    /// The newest checkpoint.
    pub checkpoint: Option<CheckpointRow>,
}

/// A record as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordRow {
    /// Leaf in the log.
    pub leaf: u64,
    /// Hash of the header.
    pub hash: [u8; 32],
    /// The device.
    pub device: DeviceId,
    /// The case.
    pub case: CaseId,
    /// Epoch.
    pub epoch: u32,
    /// Sequence number.
    pub seq: u64,
    /// Exact header bytes.
    pub header: Vec<u8>,
    /// Signature.
    pub signature: [u8; 64],
    /// Exact sealed body, its key put back before it; `None` once either was destroyed.
    pub body: Option<Vec<u8>>,
    /// When it was received.
    pub received_at: Timestamp,
    /// Kind, once the worker has opened it.
    pub kind: Option<String>,
    /// What replay gave, for findings.
    pub replay: Option<ReplayOutcome>,
    /// When its body and key were destroyed.
    pub destroyed_at: Option<Timestamp>,
    /// Why, in one clear word.
    pub destroyed_why: Option<String>,
    /// The certificate that says so.
    pub certificate: Option<[u8; 16]>,
}

/// A record of another branch of a device's chain, kept apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ForkRow {
    /// Epoch.
    pub epoch: u32,
    /// Sequence number.
    pub seq: u64,
    /// Hash of the header.
    pub hash: [u8; 32],
    /// When it was received.
    pub received_at: Timestamp,
}

/// Verbs on records.
#[async_trait]
pub trait RecordStore {
    /// Takes the longest good prefix of a batch: records, leaves, chain position, checkpoint and replay job in one
    /// transaction. Held records are skipped; a fork is kept apart.
    ///
    /// # Errors
    /// [`crate::StoreError`]; then nothing was committed.
    async fn record_append(&self, batch: AppendBatch) -> Result<Appended>;

    /// Where the record of a device ends, with the newest checkpoint.
    ///
    /// # Errors
    /// [`crate::StoreError::Missing`] when there is no such device.
    async fn record_position(&self, device: DeviceId) -> Result<Appended>;

    /// A record by hash.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn record_get(&self, hash: &[u8; 32]) -> Result<Option<RecordRow>>;

    /// Records of a device and epoch from `first` to `last`, in order.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn record_range(
        &self,
        device: DeviceId,
        epoch: u32,
        first: u64,
        last: u64,
    ) -> Result<Vec<RecordRow>>;

    /// Every record of a case in log order.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn record_by_case(&self, case: CaseId) -> Result<Vec<RecordRow>>;

    /// Records kept apart of a device and epoch from `first` to `last`, in order of their numbers. They are in no log, so
    /// their `leaf` is 0 and means nothing.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn branch_range(
        &self,
        device: DeviceId,
        epoch: u32,
        first: u64,
        last: u64,
    ) -> Result<Vec<RecordRow>>;

    /// A record that is kept apart, by hash; as in [`RecordStore::branch_range`].
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn branch_record_get(&self, hash: &[u8; 32]) -> Result<Option<RecordRow>>;

    /// Records kept apart for a device because another one is held under their number, or because they follow such a
    /// one; in chain order.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn fork_list(&self, device: DeviceId) -> Result<Vec<ForkRow>>;
}
