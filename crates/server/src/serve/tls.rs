//! TLS of the two ports. The provider is the one installed by the binary (aws-lc-rs).

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum_server::tls_rustls::RustlsConfig;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, RootCertStore, ServerConfig, SignatureScheme,
};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, UnixTime};

use crate::keys::{ForceKeyRing, certificates};

fn chain(keys: &ForceKeyRing) -> io::Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)> {
    let chain = CertificateDer::pem_slice_iter(keys.server_certificate_pem.as_bytes())
        .collect::<Result<Vec<_>, _>>()
        .map_err(io::Error::other)?;
    let key = PrivateKeyDer::from_pem_slice(keys.server_key_pem.as_bytes()).map_err(io::Error::other)?;
    Ok((chain, key))
}

/// Whether a client certificate is one of ours and whose key is there: the library's check, but that one which has ended, or whose time
/// has not come by this machine's clock, is let in. Whether it is still good for anything is judged at every request
/// (`web/api/asked.rs`), in words that a device can act on; a broken handshake tells it nothing.
#[derive(Debug)]
struct OursAtAnyTime(Arc<dyn ClientCertVerifier>);

impl ClientCertVerifier for OursAtAnyTime {
    fn offer_client_auth(&self) -> bool {
        self.0.offer_client_auth()
    }

    fn client_auth_mandatory(&self) -> bool {
        self.0.client_auth_mandatory()
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.0.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        let fault = match self.0.verify_client_cert(end_entity, intermediates, now) {
            Ok(verified) => return Ok(verified),
            Err(fault) => fault,
        };
        let rustls::Error::InvalidCertificate(
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. },
        ) = fault
        else {
            return Err(fault);
        };
        let last = certificates::shown(end_entity)
            .and_then(|shown| u64::try_from(shown.until.as_micros().div_euclid(1_000_000)).ok());
        let Some(last) = last else { return Err(fault) };
        let then = UnixTime::since_unix_epoch(Duration::from_secs(last));
        self.0.verify_client_cert(end_entity, intermediates, then)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}

/// Devices: a client certificate of our own authority is asked for; who has none can only enrol.
pub(super) fn device_port(keys: &ForceKeyRing) -> io::Result<RustlsConfig> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(keys.authority.certificate_pem.as_bytes()) {
        roots.add(certificate.map_err(io::Error::other)?).map_err(io::Error::other)?;
    }
    let verifier = WebPkiClientVerifier::builder(Arc::new(roots))
        .allow_unauthenticated()
        .build()
        .map_err(io::Error::other)?;
    let (chain, key) = chain(keys)?;
    let mut config = ServerConfig::builder()
        .with_client_cert_verifier(Arc::new(OursAtAnyTime(verifier)))
        .with_single_cert(chain, key)
        .map_err(io::Error::other)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(RustlsConfig::from_config(Arc::new(config)))
}

/// Officers: no client certificate.
pub(super) fn console_port(keys: &ForceKeyRing) -> io::Result<RustlsConfig> {
    let (chain, key) = chain(keys)?;
    let mut config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(io::Error::other)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(RustlsConfig::from_config(Arc::new(config)))
}
