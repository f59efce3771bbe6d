//! Why a certificate, a file or a receipt of another force is not taken. Each says what to do next; nothing was kept or changed.

use proviso_model::Timestamp;
use proviso_model::ids::CaseId;

use crate::app::force::ForceError;

/// Why it is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// No certificate.
    #[error("the other force's certificate cannot be used: {0}")]
    Certificate(String),
    /// Another certificate than the one that was read out.
    #[error(
        "the certificate's fingerprint is {0}, and that is not what was read out to you: ring the other force on a number that you \
         know, not one that came with the file"
    )]
    Fingerprint(String),
    /// A signature, or what it rests on.
    #[error("the signature does not hold: {0}; ask the other force for what it sent once more")]
    Signature(String),
    /// No key was made here.
    #[error(
        "this force has no key for transfers yet; make it with admin transfer-key, and send its certificate to the other force"
    )]
    NoKey,
    /// Not such a file.
    #[error("this is not a file with a case: it does not begin as one that admin case-export wrote")]
    NotATransfer,
    /// A format that this program does not read.
    #[error("its format is {0}, and this program reads 1; bring the older of the two servers up to date")]
    Version(u32),
    /// Longer than is taken.
    #[error("the {what} has {bytes} bytes, and {most} are the most that is taken")]
    TooLong {
        /// What.
        what: &'static str,
        /// How long it is.
        bytes: u64,
        /// The limit.
        most: u64,
    },
    /// Cut short, or something stands behind its end.
    #[error("the file has {found} bytes, and should have {expected}: it was not copied whole; copy it again")]
    Length {
        /// How long it is.
        found: u64,
        /// How long it should be.
        expected: u64,
    },
    /// Sealed to another key.
    #[error(
        "the file is sealed to key {sealed_to}, and this force's key is {own}: it is for another force, or for a key that was replaced"
    )]
    OtherKey {
        /// Which.
        sealed_to: String,
        /// Which is here.
        own: String,
    },
    /// It does not open.
    #[error(
        "the file does not open: a byte of it was changed since it was sealed; copy it again, or ask the other force for it once more"
    )]
    Altered,
    /// What it says inside does not hold together.
    #[error("what is in the file does not hold together: {0}; ask the other force for it once more")]
    Content(String),
    /// Made for another force, or by another one than was named.
    #[error("{0}")]
    NotForUs(String),
    /// The evidence bundle in it does not verify.
    #[error("the evidence in the file is not verified; the check that fails: {0}")]
    Evidence(String),
    /// The order cannot be used here.
    #[error("the order cannot be entered here: {0}")]
    Order(String),
    /// Another file of the same case was received.
    #[error(
        "a file of this case was received on {at}, and is case {case} here; a later file of it goes to the same case: add --into {case}"
    )]
    OtherFile {
        /// The case here.
        case: CaseId,
        /// When.
        at: Timestamp,
    },
    /// `--into` names another case than the one that it is.
    #[error("{0}")]
    Into(String),
    /// The case goes on here.
    #[error("{0}")]
    GoesOn(String),
    /// A receipt is not for what was sent.
    #[error("the receipt is not for this case: {0}")]
    Receipt(String),
}

impl From<Refused> for ForceError {
    fn from(refused: Refused) -> Self {
        Self::Transfer(Box::new(refused))
    }
}
