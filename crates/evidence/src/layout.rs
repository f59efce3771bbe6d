//! Where things lie in a bundle. Captured facts and generated opinions have folders of their own (invariant 5).

use proviso_ledger::Header;
use proviso_model::Digest;
use proviso_model::ids::{DecisionId, DeviceId};

/// What "verified" means, in plain words.
pub const README: &str = "README.txt";
/// The list of everything.
pub const MANIFEST: &str = "manifest.json";
/// The force's signature on it.
pub const MANIFEST_SIGNATURE: &str = "manifest.sig";
/// The force's own copy of its root key; worth nothing without one obtained elsewhere.
pub const ROOT: &str = "trust/root.json";
/// The force's keys, certified by the root.
pub const FORCE_KEYS: &str = "trust/force-keys.json";
/// The signed state of the log.
pub const CHECKPOINT: &str = "proofs/checkpoint.txt";
/// Proofs that everything shown is in the log.
pub const INCLUSION: &str = "proofs/inclusion.json";
/// Proofs that the log continues what others were shown of it before.
pub const CONSISTENCY: &str = "proofs/consistency.json";
/// Who did what with the evidence.
pub const CUSTODY: &str = "custody/log.json";
/// Policies, as signed.
pub const POLICIES: &str = "policies/";
/// Device keys, as certified by the force.
pub const DEVICES: &str = "devices/";
/// Sealed records, as the devices made them.
pub const RECORDS: &str = "records/";
/// Signed headers between the first and the last record.
pub const CHAINS: &str = "chains/";
/// What devices captured.
pub const CAPTURED: &str = "captured/";
/// What machines concluded.
pub const GENERATED: &str = "generated/";
/// Records whose content was destroyed.
pub const DESTROYED: &str = "destroyed/";
/// Records that may be privileged, or are, and are not shown.
pub const WITHHELD: &str = "withheld/";
/// Proofs that entries stood in the force's lists.
pub const LISTS: &str = "lists/";
/// Gap ledgers.
pub const COVERAGE: &str = "coverage/";
/// What officers decided.
pub const DECISIONS: &str = "decisions/";

/// A policy's exact bytes.
#[must_use]
pub fn policy(hash: &Digest) -> String {
    format!("{POLICIES}{hash}.json")
}

/// The signature on them.
#[must_use]
pub fn policy_signature(hash: &Digest) -> String {
    format!("{POLICIES}{hash}.sig")
}

/// A device's statement.
#[must_use]
pub fn device(id: &DeviceId) -> String {
    format!("{DEVICES}{id}.json")
}

/// A sealed record: device, epoch (10 digits) and number (20 digits).
#[must_use]
pub fn record(header: &Header) -> String {
    let device = DeviceId::from_bytes(header.device);
    format!("{RECORDS}{device}/{:010}-{:020}.record", header.epoch, header.seq)
}

/// The chain of a device in an epoch.
#[must_use]
pub fn chain(device: &DeviceId, epoch: u32) -> String {
    format!("{CHAINS}{device}/{epoch:010}.json")
}

/// Opened fields of a record, in [`CAPTURED`] or [`GENERATED`].
#[must_use]
pub fn opened(folder: &str, record: &Digest) -> String {
    format!("{folder}{record}.json")
}

/// What is said of a destroyed record.
#[must_use]
pub fn destroyed(record: &Digest) -> String {
    format!("{DESTROYED}{record}.json")
}

/// What is said of a withheld record.
#[must_use]
pub fn withheld(record: &Digest) -> String {
    format!("{WITHHELD}{record}.json")
}

/// Proofs about the look-ups of a record.
#[must_use]
pub fn lists(record: &Digest) -> String {
    format!("{LISTS}{record}.json")
}

/// The gap ledger of a device.
#[must_use]
pub fn coverage(device: &DeviceId) -> String {
    format!("{COVERAGE}{device}.json")
}

/// A decision.
#[must_use]
pub fn decision(id: &DecisionId) -> String {
    format!("{DECISIONS}{id}.json")
}

/// Whether a path is one that the format knows.
#[must_use]
pub fn is_known(path: &str) -> bool {
    let files =
        [README, MANIFEST, MANIFEST_SIGNATURE, ROOT, FORCE_KEYS, CHECKPOINT, INCLUSION, CONSISTENCY, CUSTODY];
    let folders = [
        POLICIES, DEVICES, RECORDS, CHAINS, CAPTURED, GENERATED, DESTROYED, WITHHELD, LISTS, COVERAGE,
        DECISIONS,
    ];
    files.contains(&path) || folders.iter().any(|folder| path.starts_with(folder))
}

/// Whether a field belongs among generated opinions; every other is a captured fact.
#[must_use]
pub fn is_generated(field: &str) -> bool {
    field.starts_with("body.generated.")
}
