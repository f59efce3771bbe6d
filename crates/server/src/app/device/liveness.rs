//! Liveness pings: the device is on. The answer tells the time, signed, and where its record ends.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proviso_model::ids::DeviceId;
use proviso_model::wire::{LivenessAnswer, LivenessPing, time_statement};
use proviso_store::{DeviceRow, DeviceRun};

use super::{DeviceRefusal, nonce, proof};
use crate::app::AppContext;

/// Notes a ping. `nonce` is the request's, so that the signed time is an answer to this request and no other;
/// `accepted_size` is the size of the last checkpoint that the device accepted.
///
/// # Errors
/// [`DeviceRefusal`].
pub async fn ping(
    ctx: &AppContext,
    device: &DeviceRow,
    nonce: &str,
    ping: &LivenessPing,
    accepted_size: Option<u64>,
) -> Result<LivenessAnswer, DeviceRefusal> {
    let now = ctx.now();
    // The store counts to 2^63; no force has made so many policies.
    if i64::try_from(ping.policy_serial).is_err() {
        return Err(DeviceRefusal::RequestBad("the policy serial is above 2^63".to_owned()));
    }
    ctx.store.device_seen(device.id, now, ping.watching, ping.policy_serial).await?;
    let version = plain_version(&ping.agent_version);
    if version != device.agent_version {
        ctx.store.device_version(device.id, &version, now).await?;
    }
    note_run(ctx, device.id, nonce, ping).await?;
    let newest = ctx.store.policy_current(device.id).await?.ok_or(DeviceRefusal::DeviceUnknown)?;
    let position = ctx.store.record_position(device.id).await?;
    let signature = ctx.keys.checkpoint.sign(&time_statement(&device.id, nonce, now));
    Ok(LivenessAnswer {
        server_time: now,
        time_signature: STANDARD.encode(signature),
        policy_serial: newest.serial,
        receipt: proof::receipt(ctx, device.id, &position, accepted_size).await?,
    })
}

/// Notes which run of the agent speaks, and on which machine, so that two copies of one device are told apart.
async fn note_run(
    ctx: &AppContext,
    device: DeviceId,
    nonce: &str,
    ping: &LivenessPing,
) -> Result<(), DeviceRefusal> {
    let (Some(run), Some(asked_at)) = (&ping.run, nonce::made_at(nonce)) else { return Ok(()) };
    let mut name = [0; 16];
    hex::decode_to_slice(run, &mut name)
        .map_err(|_| DeviceRefusal::RequestBad("the run is not 32 hexadecimal digits".to_owned()))?;
    let machine = ping.machine.map(|machine| machine.0);
    let run = DeviceRun { device, run: name, machine, asked_at, now: ctx.now() };
    if ctx.store.device_run_seen(run).await? {
        ctx.hub.wake();
    }
    Ok(())
}

/// A version as it may stand in a clear column: nothing where it is not made of what versions are made of.
pub(super) fn plain_version(text: &str) -> String {
    const CHARS_MAX: usize = 40;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+');
    if text.len() <= CHARS_MAX && text.chars().all(is_plain) { text.to_owned() } else { String::new() }
}
