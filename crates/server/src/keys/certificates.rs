//! The force's certificate authority, and the certificates of its server and devices.

use std::time::Duration;

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
/// How long the server's certificate runs, and that of a device which does not renew its own, in years.
const LEAF_YEARS: i32 = 6;
/// How long the certificate of a device runs that renews it by itself. It asks when a third of that is left: four months in which it may
/// be away.
const DEVICE_DAYS: i64 = 365;
/// By how much a device's certificate begins earlier than it was made, so that another server's clock may be a little behind.
const EARLIER_SECONDS: i64 = 86_400;

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

/// Names and addresses that a server's certificate is for.
#[must_use]
pub fn hosts(certificate_pem: &str) -> Vec<String> {
    use x509_parser::extensions::GeneralName;
    let Ok((_, pem)) = x509_parser::pem::parse_x509_pem(certificate_pem.as_bytes()) else {
        return Vec::new();
    };
    let Ok(certificate) = pem.parse_x509() else { return Vec::new() };
    let Ok(Some(names)) = certificate.subject_alternative_name() else { return Vec::new() };
    let host = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress([a, b, c, d]) => Some(std::net::Ipv4Addr::new(*a, *b, *c, *d).to_string()),
        GeneralName::IPAddress(bytes) => {
            <[u8; 16]>::try_from(*bytes).ok().map(|bytes| std::net::Ipv6Addr::from(bytes).to_string())
        }
        _ => None,
    };
    names.value.general_names.iter().filter_map(host).collect()
}

/// The name of a device in its certificate.
#[must_use]
pub fn device_uri(device: DeviceId) -> String {
    format!("urn:proviso:device:{device}")
}

/// How long a device's certificate is to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceTerm {
    /// The agent renews it.
    Renewed,
    /// The agent is of before renewals: as long as a device may be in use.
    Whole,
}

/// A device's certificate, just made.
pub struct DeviceCertificate {
    /// PEM.
    pub pem: String,
    /// DER.
    pub der: Vec<u8>,
    /// What it says.
    pub says: Shown,
}

/// Certifies a device's TLS key. Nothing of the request is taken over but the public key. A certificate of the same device begins later
/// than those made before it, `after` among them: that is how the newest is told.
///
/// # Errors
/// [`KeyError::Certificate`] when the request cannot be read or its signature does not hold.
pub fn device(
    authority: &Authority,
    csr_pem: &str,
    device: DeviceId,
    (now, term): (Timestamp, DeviceTerm),
    after: Option<Timestamp>,
) -> Result<DeviceCertificate, KeyError> {
    let mut request = CertificateSigningRequestParams::from_pem(csr_pem)?;
    let mut params = CertificateParams::default();
    let second = |at: Timestamp| at.as_micros().div_euclid(1_000_000);
    let earliest = after.map_or(i64::MIN, |after| second(after).saturating_add(1));
    let from = (second(now) - EARLIER_SECONDS).max(earliest);
    let epoch = date_time_ymd(1970, 1, 1);
    params.not_before = epoch + at_second(from);
    params.not_after = match term {
        DeviceTerm::Renewed => epoch + at_second(second(now).max(from).saturating_add(DEVICE_DAYS * 86_400)),
        DeviceTerm::Whole => date_time_ymd(year(now).saturating_add(LEAF_YEARS), 12, 31),
    };
    params.distinguished_name = named(&device.to_string());
    params.subject_alt_names = vec![SanType::URI(device_uri(device).as_str().try_into()?)];
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params.use_authority_key_identifier_extension = true;
    request.params = params;
    let certificate = request.signed_by(&issuer(authority)?)?;
    let der = certificate.der().to_vec();
    let says = shown(&der).ok_or(KeyError::Certificate(rcgen::Error::CouldNotParseCertificate))?;
    Ok(DeviceCertificate { pem: certificate.pem(), der, says })
}

/// When a certificate begins or ends, at a second since 1970; certificates know no year above 9999.
fn at_second(second: i64) -> Duration {
    const YEAR_9999: u64 = 253_370_764_800;
    Duration::from_secs(u64::try_from(second).unwrap_or_default().min(YEAR_9999))
}

/// What a device's certificate says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    /// The device, from its URI SAN.
    pub device: DeviceId,
    /// SHA-256 of its DER.
    pub sha256: [u8; 32],
    /// From when it runs.
    pub from: Timestamp,
    /// Its last second.
    pub until: Timestamp,
}

/// Reads a device's certificate. Whether it is one of ours is not asked here.
#[must_use]
pub fn shown(der: &[u8]) -> Option<Shown> {
    use x509_parser::extensions::GeneralName;
    let (_, certificate) = x509_parser::parse_x509_certificate(der).ok()?;
    let names = certificate.subject_alternative_name().ok()??;
    let device = names.value.general_names.iter().find_map(|name| match name {
        GeneralName::URI(uri) => uri.strip_prefix("urn:proviso:device:")?.parse().ok(),
        _ => None,
    })?;
    let instant = |time: x509_parser::time::ASN1Time| {
        time.timestamp().checked_mul(1_000_000).map(Timestamp::from_micros)
    };
    let runs = certificate.validity();
    let (from, until) = (instant(runs.not_before)?, instant(runs.not_after)?);
    Some(Shown { device, sha256: proviso_ledger::hash::sha256(der), from, until })
}
