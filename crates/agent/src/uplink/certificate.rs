//! Renewing the client certificate: asked for over the one in use, kept, and used from the next request on.

use proviso_model::Timestamp;
use proviso_model::certificate::{CERTIFICATE_PATH, CertificateAnswer, CertificateRequest};
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256};
use zeroize::Zeroizing;

use super::answer::{body, words};
use super::{Asked, Next, Transport, Uplink, WireAnswer, WireRequest};
use crate::client_certificate::ClientCertificate;

/// Between two tries, where the server gave none.
const ASK_EVERY_MS: i64 = 24 * 3_600_000;
/// Between two tries once the one in use has ended, and nothing else is answered.
const ASK_EVERY_ENDED_MS: i64 = 15 * 60_000;

/// A new TLS key, as PEM, and what asks for its certificate.
///
/// # Errors
/// As the library's.
pub fn ask_for_certificate() -> Result<(Zeroizing<String>, String), rcgen::Error> {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let csr_pem = CertificateParams::new(Vec::<String>::new())?.serialize_request(&key)?.pem()?;
    Ok((Zeroizing::new(key.serialize_pem()), csr_pem))
}

impl<T: Transport> Uplink<T> {
    /// It also renews the certificate that its transport shows.
    #[must_use]
    pub fn renewing(mut self, certificate: ClientCertificate) -> Self {
        self.certificate = Some(certificate);
        self
    }

    /// The request for the next certificate, when it is time: by this device's own clock, or because the server says that the one in use
    /// has ended. A clock that was set forward asks too early, which does no harm; one that was set back is put right by the server's word.
    pub(super) fn certificate_request(
        &self,
        now: Timestamp,
        nonce: &str,
    ) -> Result<Option<(Asked, WireRequest)>, String> {
        let Some(certificate) = &self.certificate else { return Ok(None) };
        if !self.wanted.certificate && !certificate.is_due(now) {
            return Ok(None);
        }
        let every = if self.wanted.certificate { ASK_EVERY_ENDED_MS } else { ASK_EVERY_MS };
        if self.next_certificate.is_some_and(|due| due > now && due.millis_since(now) <= every) {
            return Ok(None);
        }
        let (key_pem, csr_pem) = ask_for_certificate().map_err(|error| format!("no TLS key: {error}"))?;
        let body = serde_json::to_vec(&CertificateRequest { csr_pem }).map_err(|error| error.to_string())?;
        let request = self.signed("POST", CERTIFICATE_PATH, nonce, body, &[]);
        Ok(Some((Asked::Certificate { key_pem }, request)))
    }

    /// Uses the next certificate from now on, once it is on disk.
    pub(super) fn take_certificate(
        &mut self,
        now: Timestamp,
        key_pem: Zeroizing<String>,
        answer: &WireAnswer,
    ) -> Result<Next, String> {
        self.next_certificate = Some(now.plus_millis(ASK_EVERY_MS));
        let next: CertificateAnswer = body(answer)?;
        let Some(certificate) = &mut self.certificate else { return Ok(Next::Again) };
        // Before it is kept, so that one which cannot be used never takes the place of one that can.
        let pem = Zeroizing::new(format!("{}\n{}", next.certificate_pem, *key_pem));
        self.transport.show(&pem).map_err(|error| error.to_string())?;
        if let Err(error) = certificate.replace(next.certificate_pem, key_pem) {
            self.transport.show(&certificate.pem()).map_err(|error| error.to_string())?;
            return Err(format!("the next certificate could not be kept: {error}"));
        }
        self.wanted.certificate = false;
        let until = certificate.term().map(|term| term.until.to_string());
        tracing::info!(until, "the client certificate was renewed, with a new key");
        Ok(Next::Again)
    }

    /// An older server knows no renewal; another may not be able to now. Nothing else waits for it, unless the certificate has ended.
    pub(super) fn certificate_refused(
        &mut self,
        now: Timestamp,
        answer: &WireAnswer,
    ) -> Result<Next, String> {
        let every = if self.wanted.certificate { ASK_EVERY_ENDED_MS } else { ASK_EVERY_MS };
        self.next_certificate = Some(now.plus_millis(every));
        tracing::warn!(status = answer.status, why = words(answer), "the client certificate was not renewed");
        if self.wanted.certificate {
            return Err(format!("the client certificate has ended and was not renewed: {}", words(answer)));
        }
        Ok(Next::Again)
    }

    /// The server says that the certificate in use has ended.
    pub(super) fn certificate_ended(&mut self, answer: &WireAnswer) -> Result<Next, String> {
        if self.certificate.is_none() || self.wanted.certificate {
            return Err(words(answer));
        }
        (self.wanted.certificate, self.next_certificate) = (true, None);
        Ok(Next::Again)
    }
}
