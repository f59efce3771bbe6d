//! Who sends a request: the device that its certificate names, active here, with a signature over what it sends.

use proviso_ledger::hash::sha256;
use proviso_ledger::sign::VerifyKey;
use proviso_model::hash::Digest;
use proviso_model::ids::DeviceId;
use proviso_model::wire::{WIRE_PROTOCOL, signed_request};
use proviso_store::{CaseState, DeviceRow, DeviceState};

use super::{DeviceRefusal, nonce};
use crate::app::AppContext;

/// What a request says of itself.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// Method.
    pub method: &'a str,
    /// Path with query.
    pub path: &'a str,
    /// Body.
    pub body: &'a [u8],
    /// Header `proviso-nonce`.
    pub nonce: &'a str,
    /// Header `proviso-signature`.
    pub signature: &'a str,
}

/// Refuses another protocol version, in words.
///
/// # Errors
/// [`DeviceRefusal::Protocol`].
pub fn protocol(header: Option<&str>) -> Result<(), DeviceRefusal> {
    match header {
        Some(version) if version == WIRE_PROTOCOL.to_string() => Ok(()),
        Some(other) => Err(DeviceRefusal::Protocol(other.chars().take(20).collect())),
        None => Err(DeviceRefusal::Protocol("no version that it names".to_owned())),
    }
}

/// Which devices an answer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Only those that are not revoked.
    Active,
    /// Also those revoked or released: what they sealed before is still to be delivered.
    OrRevoked,
}

/// The device, if it may ask at all. The one of a destroyed case never may.
///
/// # Errors
/// [`DeviceRefusal::DeviceUnknown`], [`DeviceRefusal::Revoked`].
pub async fn standing(
    ctx: &AppContext,
    device: DeviceId,
    standing: Standing,
) -> Result<DeviceRow, DeviceRefusal> {
    let row = ctx.store.device_get(device).await?.ok_or(DeviceRefusal::DeviceUnknown)?;
    match (row.state, standing) {
        (DeviceState::Active, _) => Ok(row),
        (DeviceState::Revoked | DeviceState::Released, Standing::Active) => Err(DeviceRefusal::Revoked),
        (DeviceState::Revoked | DeviceState::Released, Standing::OrRevoked) => {
            match ctx.store.case_get(row.case).await? {
                Some(case) if case.state != CaseState::Destroyed => Ok(row),
                _ => Err(DeviceRefusal::Revoked),
            }
        }
    }
}

/// The device, if it is not revoked.
///
/// # Errors
/// [`DeviceRefusal::DeviceUnknown`], [`DeviceRefusal::Revoked`].
pub async fn active(ctx: &AppContext, device: DeviceId) -> Result<DeviceRow, DeviceRefusal> {
    standing(ctx, device, Standing::Active).await
}

/// Checks nonce and signature.
///
/// # Errors
/// [`DeviceRefusal::NonceStale`], [`DeviceRefusal::SignatureBad`].
pub fn signed(ctx: &AppContext, device: &DeviceRow, request: &Signed<'_>) -> Result<(), DeviceRefusal> {
    let key = VerifyKey::from_bytes(&device.record_key).map_err(|_| DeviceRefusal::SignatureBad)?;
    signed_with(ctx, device.id, &key, request)
}

/// As [`signed`], with a key that the device has only just named.
///
/// # Errors
/// [`DeviceRefusal::NonceStale`], [`DeviceRefusal::SignatureBad`].
pub fn signed_with(
    ctx: &AppContext,
    device: DeviceId,
    key: &VerifyKey,
    request: &Signed<'_>,
) -> Result<(), DeviceRefusal> {
    let statement =
        signed_request(request.method, request.path, &Digest(sha256(request.body)), request.nonce);
    let signature = proviso_evidence::signature_of(request.signature).ok_or(DeviceRefusal::SignatureBad)?;
    key.verify(&statement, &signature).map_err(|_| DeviceRefusal::SignatureBad)?;
    // After the signature, so that only the device itself learns whether a nonce has gone stale.
    nonce::check(ctx, device, request.nonce)
}
