//! What is said of a record whose content was destroyed.

use proviso_model::ids::{AuditId, CertificateId, DeviceId};
use proviso_model::{Digest, Timestamp};
use serde::{Deserialize, Serialize};

/// `destroyed/RECORD.json`: something was here and was destroyed. Its header stays in `chains/`, its leaf in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DestroyedFile {
    /// The record.
    pub record: Digest,
    /// Its device.
    pub device: DeviceId,
    /// Its epoch.
    pub epoch: u32,
    /// Its number in the epoch.
    pub seq: u64,
    /// When its content was destroyed, where that is on record.
    pub destroyed_at: Option<Timestamp>,
    /// Why, in words, where that is on record.
    pub why: Option<String>,
    /// The certificate of erasure, where one was given.
    pub certificate: Option<CertificateId>,
    /// The entry of `custody/log.json` for the act that destroyed it.
    pub act: Option<AuditId>,
}
