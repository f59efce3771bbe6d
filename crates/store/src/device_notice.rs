//! What an officer should know about a device, not about a person: copies, restores, chains that fork.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, DeviceId, DeviceNoticeId, OfficerId};

use crate::error::Result;
use crate::words::words;

words! {
    /// What happened to a device.
    DeviceNoticeKind {
        /// Two different records under one number.
        Fork = "fork",
        /// Its chain goes on in a new epoch, and the first record there says why.
        RecordRestored = "record-restored",
        /// Its chain goes on in a new epoch, and nothing says why.
        NewEpoch = "new-epoch",
        /// Two copies of it speak in turn.
        TwoAtOnce = "two-at-once",
        /// It speaks from another machine than before.
        OtherMachine = "other-machine",
        /// The server was put back from a backup and is behind the device.
        ServerRestored = "server-restored",
        /// It was enrolled after the backup from which the server was put back, and has shown what the force gave it.
        DeviceReturned = "device-returned",
        /// It obeys a policy that was signed after that backup.
        PolicyReturned = "policy-returned",
        /// It holds two signed states of the force's log that contradict each other.
        LogContradiction = "log-contradiction",
        /// Its certificate from before the last renewal was shown again, as only a copy of it would.
        OldCertificate = "old-certificate",
    }
}

words! {
    /// Whether an officer has dealt with a notice.
    DeviceNoticeState {
        /// Nobody has yet.
        Open = "open",
        /// An officer has marked it as seen, with a reason.
        Seen = "seen",
    }
}

/// A notice about a device. Nothing in it is sealed but the officer's reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceNoticeRow {
    /// Id.
    pub id: DeviceNoticeId,
    /// The device.
    pub device: DeviceId,
    /// Its case.
    pub case: CaseId,
    /// What happened.
    pub kind: DeviceNoticeKind,
    /// When the server learnt of it.
    pub at: Timestamp,
    /// Epoch of the chain, where it is about one.
    pub epoch: Option<u32>,
    /// Number of the record, where it is about one; microseconds since 1970 of the backup for [`DeviceNoticeKind::ServerRestored`].
    pub seq: Option<u64>,
    /// Whether somebody has dealt with it.
    pub state: DeviceNoticeState,
    /// When.
    pub seen_at: Option<Timestamp>,
    /// Who.
    pub officer: Option<OfficerId>,
    /// Their reason, sealed.
    pub sealed: Option<Vec<u8>>,
}

/// A notice to be added.
#[derive(Debug, Clone, Copy)]
pub struct NewDeviceNotice {
    /// The device.
    pub device: DeviceId,
    /// What happened.
    pub kind: DeviceNoticeKind,
    /// Now.
    pub at: Timestamp,
    /// Epoch of the chain, where it is about one.
    pub epoch: Option<u32>,
    /// Number of the record, where it is about one.
    pub seq: Option<u64>,
    /// Tells this event from the next of its kind.
    pub mark: [u8; 32],
}

/// A sign of life of a run of an agent.
#[derive(Debug, Clone, Copy)]
pub struct DeviceRun {
    /// The device.
    pub device: DeviceId,
    /// The run's random name.
    pub run: [u8; 16],
    /// Keyed hash of the machine's id, where there is one.
    pub machine: Option<[u8; 32]>,
    /// When the request was asked for: the time in its nonce.
    pub asked_at: Timestamp,
    /// Now.
    pub now: Timestamp,
}

/// Verbs on notices about devices.
#[async_trait]
pub trait DeviceNoticeStore {
    /// Adds a notice and tells open consoles; `false` when this event is known.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn device_notice_add(&self, new: NewDeviceNotice) -> Result<bool>;

    /// Notices of a case, or of all cases of an officer, or all; newest first.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn device_notice_list(
        &self,
        case: Option<CaseId>,
        officer: Option<OfficerId>,
        open_only: bool,
    ) -> Result<Vec<DeviceNoticeRow>>;

    /// One notice.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn device_notice_get(&self, id: DeviceNoticeId) -> Result<Option<DeviceNoticeRow>>;

    /// Marks a notice as seen, with the officer's sealed reason.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] when it is no longer open.
    async fn device_notice_seen(
        &self,
        id: DeviceNoticeId,
        officer: OfficerId,
        now: Timestamp,
        sealed: &[u8],
    ) -> Result<()>;

    /// Notes a run of a device's agent. A run that speaks again after a later one began, on a request that it asked for
    /// after that, is one of two copies ([`DeviceNoticeKind::TwoAtOnce`]); a machine that was not there before is
    /// [`DeviceNoticeKind::OtherMachine`]. Says whether a notice was added.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn device_run_seen(&self, run: DeviceRun) -> Result<bool>;
}
