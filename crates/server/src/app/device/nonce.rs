//! Request nonces: made and checked without keeping anything, good for one device and a short time.
//!
//! A nonce may be used more than once within its time. Every request here is idempotent (records by hash, a ping by
//! its content), so a replayed one changes nothing.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proviso_ledger::hash::domain_hash;
use proviso_model::Timestamp;
use proviso_model::ids::DeviceId;
use proviso_model::limits::NONCE_SECONDS;

use super::DeviceRefusal;
use crate::app::AppContext;

fn tag(ctx: &AppContext, device: DeviceId, at: [u8; 8]) -> [u8; 32] {
    let inner = domain_hash("proviso/nonce/v1", &[ctx.keys.server_secret.as_slice(), device.as_bytes(), &at]);
    domain_hash("proviso/nonce/outer/v1", &[ctx.keys.server_secret.as_slice(), &inner])
}

/// A fresh nonce for a device.
#[must_use]
pub fn fresh(ctx: &AppContext, device: DeviceId) -> String {
    let at = ctx.now().as_micros().to_be_bytes();
    URL_SAFE_NO_PAD.encode([at.as_slice(), &tag(ctx, device, at)].concat())
}

/// When a nonce that was checked was made.
#[must_use]
pub fn made_at(nonce: &str) -> Option<Timestamp> {
    let bytes = URL_SAFE_NO_PAD.decode(nonce).ok()?;
    let (at, _) = bytes.split_first_chunk::<8>()?;
    Some(Timestamp::from_micros(i64::from_be_bytes(*at)))
}

/// Whether a nonce is one of ours for this device and not too old.
///
/// # Errors
/// [`DeviceRefusal::NonceStale`].
pub fn check(ctx: &AppContext, device: DeviceId, nonce: &str) -> Result<(), DeviceRefusal> {
    let bytes = URL_SAFE_NO_PAD.decode(nonce).map_err(|_| DeviceRefusal::NonceStale)?;
    let (at, sent) = bytes.split_first_chunk::<8>().ok_or(DeviceRefusal::NonceStale)?;
    let expected = tag(ctx, device, *at);
    let differing = expected.iter().zip(sent).fold(0, |all, (a, b)| all | (a ^ b));
    let age = ctx.now().millis_since(Timestamp::from_micros(i64::from_be_bytes(*at)));
    let good = sent.len() == expected.len() && differing == 0 && (0..=NONCE_SECONDS * 1_000).contains(&age);
    if good { Ok(()) } else { Err(DeviceRefusal::NonceStale) }
}
