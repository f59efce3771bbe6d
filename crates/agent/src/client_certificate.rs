//! The client certificate in use and its key: the enrolment's first, later those that it was renewed with.

use proviso_model::Timestamp;
use proviso_model::ids::DeviceId;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::identity::{DeviceKeys, Identity, IdentityError};
use crate::state_dir::{Readers, StateDir, StateError};

/// The file with the newest certificate and its key, together, so that a power cut never leaves one without the other.
pub const RENEWED: &str = "tls.renewed";

/// A certificate and its key.
pub struct ClientCertificate {
    dir: StateDir,
    identity: Identity,
    certificate_pem: String,
    key_pem: Zeroizing<String>,
    term: Option<Term>,
}

/// How long a certificate runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// From when.
    pub from: Timestamp,
    /// Its last second.
    pub until: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    device: DeviceId,
    certificate_pem: String,
    key_pem: String,
}

impl ClientCertificate {
    /// The one in use.
    ///
    /// # Errors
    /// [`IdentityError`] when the file of a renewed one cannot be read.
    pub fn load(dir: &StateDir, identity: &Identity, keys: &DeviceKeys) -> Result<Self, IdentityError> {
        let kept: Option<Kept> = dir.read_json(RENEWED)?;
        let (certificate_pem, key_pem) = match kept.filter(|kept| kept.device == identity.device) {
            Some(kept) => (kept.certificate_pem, Zeroizing::new(kept.key_pem)),
            None => (identity.certificate_pem.clone(), keys.tls_pem.clone()),
        };
        let term = term(&certificate_pem);
        Ok(Self { dir: dir.clone(), identity: identity.clone(), certificate_pem, key_pem, term })
    }

    /// Certificate and key, as the transport takes them.
    #[must_use]
    pub fn pem(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("{}\n{}", self.certificate_pem, *self.key_pem))
    }

    /// How long it runs; none where that cannot be read, which never is a reason not to use it.
    #[must_use]
    pub fn term(&self) -> Option<Term> {
        self.term
    }

    /// Whether the next one is to be asked for: a third of its time is left.
    #[must_use]
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.term.is_some_and(|term| {
            let third = term.until.millis_since(term.from).max(0) / 3;
            term.until.millis_since(now) < third
        })
    }

    /// Puts the next one in its place, on disk first. The files of the enrolment follow, for an older agent that may have to run again.
    ///
    /// # Errors
    /// [`StateError`]; then the one before goes on being used.
    pub fn replace(&mut self, certificate_pem: String, key_pem: Zeroizing<String>) -> Result<(), StateError> {
        let kept = Kept {
            device: self.identity.device,
            certificate_pem: certificate_pem.clone(),
            key_pem: key_pem.to_string(),
        };
        let written = self.dir.write_json(RENEWED, Readers::Agent, &kept);
        let _wiped = Zeroizing::new(kept.key_pem);
        written?;
        self.term = term(&certificate_pem);
        self.identity.certificate_pem.clone_from(&certificate_pem);
        (self.certificate_pem, self.key_pem) = (certificate_pem, key_pem);
        if let Err(error) = self.identity.store_certificate(&self.key_pem, &self.dir) {
            tracing::warn!(%error, "the renewed certificate is kept, but not where an older agent looks for it");
        }
        Ok(())
    }
}

/// From when until when a certificate runs.
fn term(certificate_pem: &str) -> Option<Term> {
    let (_, pem) = x509_parser::pem::parse_x509_pem(certificate_pem.as_bytes()).ok()?;
    let validity = pem.parse_x509().ok()?.validity().clone();
    let instant = |second: i64| second.checked_mul(1_000_000).map(Timestamp::from_micros);
    Some(Term {
        from: instant(validity.not_before.timestamp())?,
        until: instant(validity.not_after.timestamp())?,
    })
}
