//! What a device can be told instead of an answer: one list, each with its code, its HTTP status and plain words.

use proviso_model::hash::Digest;
use proviso_model::limits::HASH_SET_ASKS_PER_MINUTE;
use proviso_model::wire::{Receipt, Refusal, WIRE_PROTOCOL};
use proviso_store::StoreError;

use super::proof::ProofError;
use crate::app::updates::UpdateError;
use crate::keys::KeyError;

/// Why a device's request was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum DeviceRefusal {
    /// Wrong, used or expired code: one answer for all.
    #[error(
        "this enrolment code does not work; it may be mistyped, used or expired: ask the officer for a new one"
    )]
    CodeWrong,
    /// Too many tries from one address.
    #[error("too many tries from this address; wait ten minutes, then try again")]
    TooManyTries,
    /// The request cannot be read.
    #[error("the request cannot be read: {0}")]
    RequestBad(String),
    /// No client certificate, or not this device's.
    #[error("this request needs the device's own client certificate; enrol the device first")]
    CertificateMissing,
    /// The certificate has ended; it may still be renewed.
    #[error(
        "this device's certificate has ended; an agent that renews it by itself gets the next one now. An older agent: update it"
    )]
    CertificateEnded,
    /// A later certificate of the same device has been used.
    #[error(
        "this certificate was replaced by a later one of the same device; enrol the device anew if its agent has lost that one"
    )]
    CertificateReplaced,
    /// The device is not known here.
    #[error(
        "this device is not known here; if this server was restored from a backup, the device can show its policy"
    )]
    DeviceUnknown,
    /// The device's case is not known here.
    #[error(
        "this device's case is not known here: this server was restored from a backup that is older than the case; \
         the device keeps everything: ask the case officer"
    )]
    CaseUnknown,
    /// A record names a policy that this server does not know.
    #[error(
        "record {place} of the batch names a policy that this server does not know; the device can bring it. The \
         records before it are kept"
    )]
    PolicyUnknown {
        /// Its place in the batch, from 1.
        place: usize,
        /// The policy.
        policy: Digest,
        /// Where to go on.
        receipt: Box<Receipt>,
    },
    /// The device was revoked.
    #[error("this device was revoked; it sends nothing more: ask the case officer")]
    Revoked,
    /// The signature over the request does not hold.
    #[error("the signature of the request does not hold")]
    SignatureBad,
    /// The nonce is too old, from the future, or not of this server.
    #[error("the nonce is not good any more; use the one that comes with this answer")]
    NonceStale,
    /// Another protocol version.
    #[error("this server speaks protocol {WIRE_PROTOCOL} and the device {0}; update the older of the two")]
    Protocol(String),
    /// A batch beyond its limits.
    #[error("the batch is larger than the limit; send fewer records at once")]
    BatchTooLarge,
    /// A record that is not one of this device's.
    #[error("record {place} of the batch was refused: {why}; the records before it are kept")]
    RecordBad {
        /// Its place in the batch, from 1.
        place: usize,
        /// Why.
        why: String,
        /// Where to go on.
        receipt: Option<Box<Receipt>>,
    },
    /// The batch does not continue the chain.
    #[error("{why}; go on from where the receipt says")]
    ChainBroken {
        /// Why.
        why: String,
        /// Where to go on.
        receipt: Box<Receipt>,
    },
    /// Another record is held under the same number.
    #[error("another record is held under number {seq}; both are kept, and a new epoch must begin")]
    Fork {
        /// The number.
        seq: u64,
        /// Where the record held ends.
        receipt: Box<Receipt>,
    },
    /// No order allows it.
    #[error("no order allows monitoring of this device: {0}")]
    NoAuthority(String),
    /// A list of sites or a hash set that the device's newest policy does not name.
    #[error("the newest policy of this device names no such list; fetch the policy first")]
    ListNotNamed,
    /// A list of sites or a hash set that the policy names and this server cannot give.
    #[error("this server does not have the list that the policy names; the force must import it again")]
    ListNotHeld,
    /// Nothing was published, or not this.
    #[error("the force has published no such update")]
    NoUpdate,
    /// More questions about hash sets than a device may ask.
    #[error(
        "this device asked more than {HASH_SET_ASKS_PER_MINUTE} questions about hash sets in a minute; ask again later"
    )]
    TooManyQuestions,
    /// No room on the server; nothing of the request was taken.
    #[error(
        "the server has no room left and took nothing of this; the device keeps its records and tries again"
    )]
    Full,
    /// The server cannot do it now; nothing of the request was taken.
    #[error("the server cannot take this now and took nothing of it; try again later")]
    Busy,
}

impl DeviceRefusal {
    /// The stable word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::CodeWrong => "code-wrong",
            Self::TooManyTries => "too-many-tries",
            Self::RequestBad(_) => "request-bad",
            Self::CertificateMissing => "certificate-missing",
            Self::CertificateEnded => "certificate-ended",
            Self::CertificateReplaced => "certificate-replaced",
            Self::DeviceUnknown => "device-unknown",
            Self::CaseUnknown => "case-unknown",
            Self::PolicyUnknown { .. } => "policy-unknown",
            Self::Revoked => "revoked",
            Self::SignatureBad => "signature-bad",
            Self::NonceStale => "nonce-stale",
            Self::Protocol(_) => "protocol",
            Self::BatchTooLarge => "batch-too-large",
            Self::RecordBad { .. } => "record-bad",
            Self::ChainBroken { .. } => "chain-broken",
            Self::Fork { .. } => "fork",
            Self::NoAuthority(_) => "no-authority",
            Self::ListNotNamed => "list-not-named",
            Self::ListNotHeld => "list-not-held",
            Self::NoUpdate => "no-update",
            Self::TooManyQuestions => "too-many-questions",
            Self::Full => "full",
            Self::Busy => "busy",
        }
    }

    /// The refusal as sent.
    #[must_use]
    pub fn to_wire(&self) -> Refusal {
        let receipt = match self {
            Self::RecordBad { receipt, .. } => receipt.as_deref().cloned(),
            Self::ChainBroken { receipt, .. }
            | Self::Fork { receipt, .. }
            | Self::PolicyUnknown { receipt, .. } => Some(receipt.as_ref().clone()),
            _ => None,
        };
        let policy = match self {
            Self::PolicyUnknown { policy, .. } => Some(*policy),
            _ => None,
        };
        Refusal { code: self.code().to_owned(), message: self.to_string(), receipt, policy }
    }
}

/// The HTTP status of a refusal's code.
#[must_use]
pub fn status_of(code: &str) -> u16 {
    match code {
        "certificate-missing"
        | "certificate-ended"
        | "certificate-replaced"
        | "signature-bad"
        | "nonce-stale"
        | "device-unknown" => 401,
        "code-wrong" | "revoked" | "no-authority" | "case-unknown" | "list-not-named" => 403,
        "list-not-held" | "no-update" => 404,
        "chain-broken" | "fork" | "policy-unknown" => 409,
        "batch-too-large" => 413,
        "protocol" => 426,
        "too-many-tries" | "too-many-questions" => 429,
        "busy" => 503,
        "full" => 507,
        _ => 400,
    }
}

impl From<StoreError> for DeviceRefusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full => {
                tracing::error!(
                    "the database has no room left; requests of devices are refused until there is"
                );
                Self::Full
            }
            other => {
                tracing::error!(error = %other, "a device's request could not be carried out");
                Self::Busy
            }
        }
    }
}

impl From<ProofError> for DeviceRefusal {
    fn from(error: ProofError) -> Self {
        match error {
            ProofError::Store(error) => error.into(),
            ProofError::Log(..) => {
                tracing::error!(%error, "the log's nodes do not hold together; no receipt can be given");
                Self::Busy
            }
        }
    }
}

impl From<UpdateError> for DeviceRefusal {
    fn from(error: UpdateError) -> Self {
        tracing::error!(%error, "what was published cannot be given to a device");
        Self::Busy
    }
}

impl From<KeyError> for DeviceRefusal {
    fn from(error: KeyError) -> Self {
        tracing::error!(error = %error, "keys could not be used for a device's request");
        Self::Busy
    }
}
