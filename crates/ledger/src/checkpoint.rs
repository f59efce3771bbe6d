//! The signed state of the log, as text that a witness statement can quote: a C2SP checkpoint in a signed note
//! (<https://c2sp.org/tlog-checkpoint>, <https://c2sp.org/signed-note>) with one extension line, `time <RFC 3339>`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::hash::sha256;
use crate::limits::CHECKPOINT_BYTES_MAX;
use crate::sign::{SignKey, VerifyKey};

/// Kind of an Ed25519 key in a signed note.
const KIND_ED25519: u8 = 1;

/// The log at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: a schema-less address such as `proviso.test-force.example/log`.
    pub origin: String,
    /// How many leaves it had.
    pub size: u64,
    /// Its root.
    pub root: [u8; 32],
    /// When this was signed, RFC 3339.
    pub at: String,
}

/// A text that is no checkpoint, or not one of this key's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// Not the form of a checkpoint.
    #[error("this is not a checkpoint: {0}")]
    Form(&'static str),
    /// No signature by this key.
    #[error("the checkpoint carries no signature by this key")]
    Unsigned,
    /// A signature that names this key and does not hold.
    #[error("the checkpoint's signature does not hold")]
    Signature,
}

impl Checkpoint {
    /// The text that is signed: origin, size, root, time, one a line.
    #[must_use]
    pub fn body(&self) -> String {
        let root = STANDARD.encode(self.root);
        format!("{}\n{}\n{root}\ntime {}\n", self.origin, self.size, self.at)
    }

    /// The signed note. `name` is the signer's; it has no space and no plus sign.
    ///
    /// # Errors
    /// [`CheckpointError::Form`] when origin, time or name would break the form.
    pub fn sign(&self, key: &SignKey, name: &str) -> Result<String, CheckpointError> {
        let body = self.body();
        if !is_key_name(name) || Self::parse_body(&body)? != *self {
            return Err(CheckpointError::Form(
                "origin, time or signer's name holds a character that it may not",
            ));
        }
        let mut blob = key_hash(name, &key.public()).to_vec();
        blob.extend_from_slice(&key.sign(body.as_bytes()));
        Ok(format!("{body}\n— {name} {}\n", STANDARD.encode(blob)))
    }

    /// Reads a signed note and checks this key's signature on it. Signatures by other keys are passed over.
    ///
    /// # Errors
    /// [`CheckpointError`] when the form is wrong or the signature is missing or does not hold.
    pub fn parse_and_verify(text: &str, key: &VerifyKey) -> Result<Self, CheckpointError> {
        if text.len() > CHECKPOINT_BYTES_MAX {
            return Err(CheckpointError::Form("it is too long"));
        }
        let cut = text.rfind("\n\n").ok_or(CheckpointError::Form("it has no signature"))?;
        let (body, signatures) = text.split_at(cut + 1);
        let checkpoint = Self::parse_body(body)?;
        let lines = signatures.strip_prefix('\n').and_then(|rest| rest.strip_suffix('\n'));
        let mut signed = false;
        for line in lines.ok_or(CheckpointError::Form("a signature line does not end"))?.split('\n') {
            let (name, blob) = parse_signature(line)?;
            let Some(signature) = blob.strip_prefix(key_hash(name, key).as_slice()) else { continue };
            let signature = signature.try_into().map_err(|_| CheckpointError::Signature)?;
            key.verify(body.as_bytes(), signature).map_err(|_| CheckpointError::Signature)?;
            signed = true;
        }
        if signed { Ok(checkpoint) } else { Err(CheckpointError::Unsigned) }
    }

    fn parse_body(body: &str) -> Result<Self, CheckpointError> {
        let mut lines = body.split('\n');
        let mut next = |what| lines.next().filter(|line| !line.is_empty()).ok_or(CheckpointError::Form(what));
        let origin = next("the origin line is missing")?.to_owned();
        let size_text = next("the size line is missing")?;
        let root_text = next("the root line is missing")?;
        let time_line = next("the time line is missing")?;
        if lines.next() != Some("") || lines.next().is_some() {
            return Err(CheckpointError::Form("it does not end after the time line"));
        }
        let size: u64 = size_text.parse().map_err(|_| CheckpointError::Form("the size is not a number"))?;
        if size.to_string() != size_text {
            return Err(CheckpointError::Form("the size is not written plainly"));
        }
        let root = STANDARD.decode(root_text).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        let root = root.ok_or(CheckpointError::Form("the root is not 32 bytes in base64"))?;
        let at = time_line.strip_prefix("time ").ok_or(CheckpointError::Form("the time line is missing"))?;
        Ok(Self { origin, size, root, at: at.to_owned() })
    }
}

fn parse_signature(line: &str) -> Result<(&str, Vec<u8>), CheckpointError> {
    let rest = line.strip_prefix("— ").ok_or(CheckpointError::Form("a signature line begins otherwise"))?;
    let (name, blob) = rest.split_once(' ').ok_or(CheckpointError::Form("a signature line is cut"))?;
    if !is_key_name(name) {
        return Err(CheckpointError::Form("a signer's name holds a character that it may not"));
    }
    let blob = STANDARD.decode(blob).map_err(|_| CheckpointError::Form("a signature is not base64"))?;
    Ok((name, blob))
}

fn is_key_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+')
}

/// The four bytes by which a signed note names a key.
fn key_hash(name: &str, key: &VerifyKey) -> [u8; 4] {
    let digest = sha256(&[name.as_bytes(), b"\n", &[KIND_ED25519], &key.to_bytes()].concat());
    let [a, b, c, d, ..] = digest;
    [a, b, c, d]
}
