//! The force's certificate authority, and the certificates of its server and devices.

use proviso_model::Timestamp;
use proviso_model::ids::DeviceId;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, SanType, date_time_ymd,
};
use zeroize::Zeroizing;

use super::KeyError;

/// A certificate with its key, both PEM.
pub struct Certified {
    /// Certificate.
    pub certificate_pem: String,
    /// Key.
    pub key_pem: Zeroizing<String>,
}

/// The certificate authority.
pub type Authority = Certified;

/// How long the authority's certificate runs, in years.
const AUTHORITY_YEARS: i32 = 20;
/// How long other certificates run, in years.
const LEAF_YEARS: i32 = 6;

fn year(now: Timestamp) -> i32 {
    now.to_string().get(..4).and_then(|year| year.parse().ok()).unwrap_or(2026)
}

/// From the start of this year, so that a device whose clock is a little slow still accepts it.
fn dated(params: &mut CertificateParams, now: Timestamp, years: i32) {
    params.not_before = date_time_ymd(year(now), 1, 1);
    params.not_after = date_time_ymd(year(now).saturating_add(years), 12, 31);
}

fn named(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}

/// Makes a certificate authority.
///
/// # Errors
/// [`KeyError::Certificate`].
pub fn authority(force_name: &str, now: Timestamp) -> Result<Authority, KeyError> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::default();
    dated(&mut params, now, AUTHORITY_YEARS);
    params.distinguished_name = named(&format!("{force_name} Proviso authority"));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let certificate = params.self_signed(&key)?;
    Ok(Certified { certificate_pem: certificate.pem(), key_pem: Zeroizing::new(key.serialize_pem()) })
}

fn issuer(authority: &Authority) -> Result<Issuer<'static, KeyPair>, KeyError> {
    let key = KeyPair::from_pem(&authority.key_pem)?;
    Ok(Issuer::from_ca_cert_pem(&authority.certificate_pem, key)?)
}

/// Makes the server's certificate for its names and addresses.
///
/// # Errors
/// [`KeyError::Certificate`].
pub fn server(authority: &Authority, hosts: &[String], now: Timestamp) -> Result<Certified, KeyError> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(hosts.to_vec())?;
    dated(&mut params, now, LEAF_YEARS);
    params.distinguished_name = named(hosts.first().map_or("proviso-server", String::as_str));
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    let certificate = params.signed_by(&key, &issuer(authority)?)?;
    Ok(Certified { certificate_pem: certificate.pem(), key_pem: Zeroizing::new(key.serialize_pem()) })
}

/// The name of a device in its certificate.
#[must_use]
pub fn device_uri(device: DeviceId) -> String {
    format!("urn:proviso:device:{device}")
}

/// Certifies a device's TLS key. Nothing of the request is taken over but the public key. Returns PEM and DER.
///
/// # Errors
/// [`KeyError::Certificate`] when the request cannot be read or its signature does not hold.
pub fn device(
    authority: &Authority,
    csr_pem: &str,
    device: DeviceId,
    now: Timestamp,
) -> Result<(String, Vec<u8>), KeyError> {
    let mut request = CertificateSigningRequestParams::from_pem(csr_pem)?;
    let mut params = CertificateParams::default();
    dated(&mut params, now, LEAF_YEARS);
    params.distinguished_name = named(&device.to_string());
    params.subject_alt_names = vec![SanType::URI(device_uri(device).as_str().try_into()?)];
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params.use_authority_key_identifier_extension = true;
    request.params = params;
    let certificate = request.signed_by(&issuer(authority)?)?;
    Ok((certificate.pem(), certificate.der().to_vec()))
}

/// The device that a certificate names, from its URI SAN.
#[must_use]
pub fn device_of(der: &[u8]) -> Option<DeviceId> {
    use x509_parser::extensions::GeneralName;
    let (_, certificate) = x509_parser::parse_x509_certificate(der).ok()?;
    let names = certificate.subject_alternative_name().ok()??;
    names.value.general_names.iter().find_map(|name| match name {
        GeneralName::URI(uri) => uri.strip_prefix("urn:proviso:device:")?.parse().ok(),
        _ => None,
    })
}
