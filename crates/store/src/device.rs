//! Devices, their enrolment, and the policies given to them.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::hash::Digest;
use proviso_model::ids::{CaseId, DeviceId};

use crate::device_act::DeviceActRow;
use crate::error::Result;
use crate::words::words;

words! {
    /// State of a device.
    DeviceState {
        /// Enrolled.
        Active = "active",
        /// Its requests are refused.
        Revoked = "revoked",
        /// Gone for good (sold, another force's, its person died), and it said that it gives up its keys: it is told nothing more, and
        /// may only deliver what it had sealed.
        Released = "released",
    }
}

/// One enrolled device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRow {
    /// Id.
    pub id: DeviceId,
    /// The case.
    pub case: CaseId,
    /// Public record key (Ed25519).
    pub record_key: [u8; 32],
    /// SHA-256 of the client certificate's DER.
    pub certificate_sha256: [u8; 32],
    /// From when that certificate runs; long ago for one of before renewals. A later one takes its place once it is used.
    pub certificate_from: Timestamp,
    /// State.
    pub state: DeviceState,
    /// When enrolled.
    pub enrolled_at: Timestamp,
    /// When revoked.
    pub revoked_at: Option<Timestamp>,
    /// Last request.
    pub seen_at: Timestamp,
    /// Whether it said that it watches, at its last liveness ping.
    pub watching: bool,
    /// Serial of the policy that it said it obeys.
    pub policy_serial: u64,
    /// The agent's version that it told last; nothing before the first ping.
    pub agent_version: String,
    /// When it first told that version.
    pub agent_version_at: Timestamp,
    /// Epoch of its chain.
    pub epoch: u32,
    /// Sequence number that comes next.
    pub next_seq: u64,
    /// Record hash that the next record must name.
    pub previous: [u8; 32],
    /// System, account and agent version, sealed.
    pub sealed: Vec<u8>,
}

/// An enrolment code, by hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolmentCodeRow {
    /// Hash of the code.
    pub code_hash: [u8; 32],
    /// The case.
    pub case: CaseId,
    /// When issued.
    pub issued_at: Timestamp,
    /// When it stops working.
    pub expires_at: Timestamp,
    /// When used.
    pub used_at: Option<Timestamp>,
}

/// A signed policy of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyRow {
    /// Hash of its exact bytes, as findings and headers name it.
    pub hash: Digest,
    /// The device.
    pub device: DeviceId,
    /// Rises with every policy of the device.
    pub serial: u64,
    /// When compiled.
    pub issued_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Engine semantics that it was compiled for.
    pub engine_semantics: u32,
    /// Signature of the policy key over its exact bytes.
    pub signature: [u8; 64],
    /// Its exact bytes, sealed: it holds the court's words.
    pub sealed: Vec<u8>,
}

/// Verbs on devices.
#[async_trait]
pub trait DeviceStore {
    /// Keeps an enrolment code.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn enrolment_code_add(&self, code: &EnrolmentCodeRow) -> Result<()>;

    /// A code that is unused and not expired at `now`.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn enrolment_code_get(
        &self,
        code_hash: &[u8; 32],
        now: Timestamp,
    ) -> Result<Option<EnrolmentCodeRow>>;

    /// Counts a try from an address (by hash) and says how many there were after `since`, this one included.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn enrolment_try_add(
        &self,
        address_hash: &[u8; 32],
        now: Timestamp,
        since: Timestamp,
    ) -> Result<u32>;

    /// Forgets the tries counted under a hash: the right word was given after all.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn enrolment_try_forget(&self, address_hash: &[u8; 32]) -> Result<()>;

    /// Uses up the code and adds the device with its first policy and with what was entered before that is about it too, or does
    /// none of it.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] when the code was used in between or has expired, or an entry was changed meanwhile.
    async fn device_add(
        &self,
        device: &DeviceRow,
        policy: &PolicyRow,
        acts: &[DeviceActRow],
        code_hash: &[u8; 32],
        now: Timestamp,
    ) -> Result<()>;

    /// A device.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn device_get(&self, id: DeviceId) -> Result<Option<DeviceRow>>;

    /// Devices of a case, or all, oldest first.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn device_list(&self, case: Option<CaseId>) -> Result<Vec<DeviceRow>>;

    /// Refuses a device, and says from when what it made is not to be used. Revoked again, the earlier time stands.
    ///
    /// # Errors
    /// [`crate::StoreError::Missing`] when there is no such device.
    async fn device_revoke(&self, id: DeviceId, from: Timestamp) -> Result<()>;

    /// Ends the enrolment of a device that said that it gives up its keys. One that is revoked, or released already, stays so.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn device_release(&self, id: DeviceId) -> Result<()>;

    /// A later certificate of the device was used: the one before is no longer its certificate. Nothing, where it is not later.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn device_certificate_change(
        &self,
        id: DeviceId,
        certificate_sha256: [u8; 32],
        from: Timestamp,
    ) -> Result<()>;

    /// Notes a liveness ping.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn device_seen(
        &self,
        id: DeviceId,
        now: Timestamp,
        watching: bool,
        policy_serial: u64,
    ) -> Result<()>;

    /// Notes which version of the agent runs; nothing is changed where it is the one known.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn device_version(&self, id: DeviceId, agent_version: &str, now: Timestamp) -> Result<()>;

    /// Gives a device a newer policy.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] when the serial does not rise.
    async fn policy_add(&self, policy: &PolicyRow) -> Result<()>;

    /// The newest policy of a device.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn policy_current(&self, device: DeviceId) -> Result<Option<PolicyRow>>;

    /// A policy by its hash.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn policy_get(&self, hash: &Digest) -> Result<Option<PolicyRow>>;

    /// Hashes of every policy that a device was given.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn policy_hashes(&self, device: DeviceId) -> Result<Vec<Digest>>;
}
