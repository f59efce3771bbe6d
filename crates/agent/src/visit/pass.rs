//! What an officer brings along: a folder with the pass, its key and the force's trust file, made by `proviso-server visit prepare`; or,
//! for a rehearsal, an order file alone.

use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use proviso_engine::visit::{VisitError as OrderError, on_day, order_for_visit};
use proviso_ledger::SignKey;
use proviso_ledger::hash::sha256;
use proviso_model::device_act::DeviceAct;
use proviso_model::ids::DeviceId;
use proviso_model::visit::{
    KnownPause, SignedVisitPass, VISIT_FORMAT, VisitOrder, VisitPass, signed_visit_pass,
};
use proviso_model::wire::TrustFile;
use proviso_model::{Digest, Order, Timestamp};
use zeroize::Zeroizing;

use crate::policy_keep::{PolicyError, decode_signature, verify_keys};

/// The pass in its folder.
pub const PASS_FILE: &str = "visit-pass.json";
/// Its key.
pub const KEY_FILE: &str = "visit.key";
/// The force's trust file.
pub const TRUST_FILE: &str = "trust.json";
/// Longest pass that is read.
const PASS_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// Why a visit cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum PassError {
    /// A file that cannot be read.
    #[error("{path} cannot be read: {why}; give the folder that `proviso-server visit prepare` made")]
    File {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// The force's keys.
    #[error("the pass is not good: {0}")]
    Keys(#[from] PolicyError),
    /// A signature that does not hold.
    #[error("the pass is not good: its signature does not hold; prepare the visit anew")]
    Signature,
    /// Of another format.
    #[error(
        "the pass has format {0}, and this version knows {VISIT_FORMAT}; use programs of the same version"
    )]
    Format(u32),
    /// The key is another one.
    #[error("{KEY_FILE} is not the key that the pass names; prepare the visit anew")]
    Key,
    /// Outside its time.
    #[error(
        "the pass is good from {0} to {1}, and this device's clock says {2}; prepare the visit anew, or set the clock"
    )]
    Time(Timestamp, Timestamp, Timestamp),
    /// The order lets nothing be read.
    #[error(transparent)]
    Order(#[from] OrderError),
}

/// What a visit goes by.
pub struct Given {
    /// What the order asks.
    pub order: VisitOrder,
    /// The pass, as it came and as it is read; none at a rehearsal.
    pub pass: Option<(SignedVisitPass, VisitPass)>,
    /// Signs the record.
    pub key: SignKey,
}

impl Given {
    /// Reads and checks a folder.
    ///
    /// # Errors
    /// [`PassError`]; then nothing on the device has been looked at.
    pub fn from_folder(folder: &Path, now: Timestamp) -> Result<Self, PassError> {
        let signed: SignedVisitPass = json(&folder.join(PASS_FILE))?;
        let trust: TrustFile = json(&folder.join(TRUST_FILE))?;
        let keys = verify_keys(&trust, &signed.keys)?;
        let signature = decode_signature(&signed.signature).ok_or(PassError::Signature)?;
        keys.policy_key
            .verify(&signed_visit_pass(&signed.pass), &signature)
            .map_err(|_| PassError::Signature)?;
        let pass: VisitPass = serde_json::from_str(&signed.pass)
            .map_err(|error| PassError::File { path: folder.join(PASS_FILE), why: error.to_string() })?;
        if pass.format != VISIT_FORMAT {
            return Err(PassError::Format(pass.format));
        }
        if pass.force != trust.force {
            return Err(PassError::Signature);
        }
        if now < pass.issued_at || now >= pass.expires_at {
            return Err(PassError::Time(pass.issued_at, pass.expires_at, now));
        }
        let text = Zeroizing::new(text(&folder.join(KEY_FILE))?);
        let mut seed = Zeroizing::new([0_u8; 32]);
        hex::decode_to_slice(text.trim(), &mut *seed).map_err(|_| PassError::Key)?;
        let key = SignKey::from_seed(*seed);
        if key.public().to_hex() != pass.record_key {
            return Err(PassError::Key);
        }
        // A paragraph that has ended since the pass was made lets nothing be read.
        let zone = TimeZone::get(&pass.order.timezone).unwrap_or(TimeZone::UTC);
        let today = jiff::Timestamp::from_microsecond(now.as_micros()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let order = on_day(pass.order.clone(), today.to_zoned_datetime(zone).date())?;
        Ok(Self { order, pass: Some((signed, pass)), key })
    }

    /// A rehearsal with an order file and a key made for it: no force vouches for its record.
    ///
    /// # Errors
    /// [`PassError::Order`].
    pub fn rehearsal(order: &Order, today: jiff::civil::Date, key: SignKey) -> Result<Self, PassError> {
        Ok(Self { order: order_for_visit(order, today)?, pass: None, key })
    }

    /// When a court had paused the order or a paragraph of it.
    #[must_use]
    pub fn pauses(&self) -> &[KnownPause] {
        self.pass.as_ref().map(|(_, pass)| pass.pauses.as_slice()).unwrap_or_default()
    }

    /// What officers entered that is about this device: all that was entered of it, where it is known which it is; else what is
    /// about the person.
    #[must_use]
    pub fn acts(&self, own: Option<DeviceId>) -> Vec<DeviceAct> {
        let devices = self.pass.as_ref().map(|(_, pass)| pass.devices.as_slice()).unwrap_or_default();
        let mut acts: Vec<DeviceAct> = Vec::new();
        for device in devices {
            let is_own = own == Some(device.device);
            let of = device.acts.iter().filter(|act| is_own || act.kind.is_about_the_person());
            acts.extend(of);
        }
        acts.sort_by_key(|act| (act.from, act.kind));
        acts.dedup();
        acts
    }

    /// SHA-256 of the pass's exact text.
    #[must_use]
    pub fn pass_sha256(&self) -> Option<Digest> {
        self.pass.as_ref().map(|(signed, _)| Digest(sha256(signed.pass.as_bytes())))
    }
}

fn text(path: &Path) -> Result<String, PassError> {
    use std::io::Read as _;
    let failed = |why: String| PassError::File { path: path.to_owned(), why };
    let file = std::fs::File::open(path).map_err(|error| failed(error.to_string()))?;
    let mut text = String::new();
    file.take(PASS_BYTES_MAX).read_to_string(&mut text).map_err(|error| failed(error.to_string()))?;
    Ok(text)
}

fn json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, PassError> {
    let text = text(path)?;
    serde_json::from_str(&text)
        .map_err(|error| PassError::File { path: path.to_owned(), why: error.to_string() })
}
