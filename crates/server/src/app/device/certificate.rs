//! The client certificate of a device: made, renewed before it ends, and replaced once its successor is used
//! (`docs/decisions/0055-certificates-renewed.md`).

use proviso_ledger::hash::domain_hash;
use proviso_ledger::sign::VerifyKey;
use proviso_model::Timestamp;
use proviso_model::certificate::{CertificateAnswer, CertificateRequest};
use proviso_model::ids::DeviceId;
use proviso_store::{DeviceNoticeKind, DeviceRow, NewDeviceNotice};

use super::DeviceRefusal;
use crate::app::AppContext;
use crate::keys::certificates::{self, DeviceCertificate, DeviceTerm, Shown};

/// Certificates that a device may ask for in [`ASKED_MILLIS`]: one, and again where an answer was lost.
const ASKED_MAX: u32 = 6;
/// Over so long it is counted, in milliseconds.
const ASKED_MILLIS: i64 = 3_600_000;

/// Makes a certificate of a device for a key that is not its record key.
///
/// # Errors
/// [`DeviceRefusal::RequestBad`].
pub(super) fn make(
    ctx: &AppContext,
    (device, record_key): (DeviceId, &[u8; 32]),
    csr_pem: &str,
    dated: (Timestamp, DeviceTerm),
    after: Option<Timestamp>,
) -> Result<DeviceCertificate, DeviceRefusal> {
    let made = certificates::device(&ctx.keys.authority, csr_pem, device, dated, after).map_err(|_| {
        DeviceRefusal::RequestBad("the certificate signing request cannot be used".to_owned())
    })?;
    if made.der.windows(32).any(|window| window == record_key) {
        return Err(DeviceRefusal::RequestBad(
            "the certificate's key is the record key; a device has one key for each".to_owned(),
        ));
    }
    Ok(made)
}

/// Gives a device its next certificate. Nothing is kept of it here: it says itself that it is the later one, and replaces the one in use
/// with the first request that is made with it ([`used`]). A lost answer so costs nothing.
///
/// # Errors
/// [`DeviceRefusal`].
pub async fn renew(
    ctx: &AppContext,
    device: &DeviceRow,
    request: &CertificateRequest,
) -> Result<CertificateAnswer, DeviceRefusal> {
    let now = ctx.now();
    let secret = ctx.keys.server_secret.as_slice();
    let counted = domain_hash("proviso/certificate-asked/v1", &[secret, device.id.as_bytes()]);
    if ctx.store.enrolment_try_add(&counted, now, now.plus_millis(-ASKED_MILLIS)).await? > ASKED_MAX {
        return Err(DeviceRefusal::TooManyTries);
    }
    let objects = device.id.to_string();
    ctx.logged("device", "device-certificate", Some(device.case), &objects, async {
        let key = VerifyKey::from_bytes(&device.record_key).map_err(|_| DeviceRefusal::SignatureBad)?;
        let dated = (now, DeviceTerm::Renewed);
        let after = Some(device.certificate_from);
        let made = make(ctx, (device.id, &key.to_bytes()), &request.csr_pem, dated, after)?;
        tracing::info!(device = %device.id, until = %made.says.until, "gave a device its next certificate");
        Ok(CertificateAnswer { certificate_pem: made.pem })
    })
    .await
}

/// Whether a certificate of ours is the device's: the one in use, or a later one, which takes its place from now on. The one before is
/// refused from then on. Also after a restore, where the backup knows only the one before.
///
/// # Errors
/// [`DeviceRefusal::CertificateReplaced`].
pub async fn used(ctx: &AppContext, device: &DeviceRow, shown: &Shown) -> Result<(), DeviceRefusal> {
    if shown.sha256 == device.certificate_sha256 {
        return Ok(());
    }
    if shown.from <= device.certificate_from {
        tracing::warn!(device = %device.id, "a certificate was shown that another has replaced: perhaps by a copy of the device");
        let (kind, at) = (DeviceNoticeKind::OldCertificate, ctx.now());
        let told =
            NewDeviceNotice { device: device.id, kind, at, epoch: None, seq: None, mark: shown.sha256 };
        if ctx.store.device_notice_add(told).await? {
            ctx.hub.wake();
        }
        return Err(DeviceRefusal::CertificateReplaced);
    }
    let objects = device.id.to_string();
    ctx.logged("device", "device-certificate-change", Some(device.case), &objects, async {
        ctx.store.device_certificate_change(device.id, shown.sha256, shown.from).await
    })
    .await?;
    tracing::info!(device = %device.id, until = %shown.until, "a device uses its next certificate; the one before is refused");
    Ok(())
}
