//! The gap ledger of a device: which minutes under the order were watched, and why the others were not.

use std::collections::HashMap;

use proviso_engine::coverage::{Claim, Coverage, MINUTE_US, reckon};
use proviso_model::device_act::DeviceAct;
use proviso_model::ids::DeviceId;
use proviso_model::{OtherAdultTold, Timestamp};
use proviso_store::{DeviceRow, StoreError, Stretch};

use super::AppContext;
use super::device_acts;
use super::other_adult;

/// A device's minutes in a stretch of time.
#[derive(Debug, Clone)]
pub struct DeviceCoverage {
    /// Every minute under the order in that stretch, as far as time has come.
    pub ledger: Coverage,
    /// The first minute of which nothing can be known yet.
    pub as_of: Timestamp,
    /// When the device last wrote a record, by its own clock.
    pub last_recorded_at: Option<Timestamp>,
    /// What the device told of another adult's use in that stretch.
    pub other_adult: Vec<OtherAdultTold>,
}

/// The minute that an instant lies in.
#[must_use]
pub fn minute_of(at: Timestamp) -> Timestamp {
    Timestamp::from_micros(at.as_micros().div_euclid(MINUTE_US).saturating_mul(MINUTE_US))
}

/// The ledger of a device over those minutes of a stretch in which the order runs. The caller has logged the view.
///
/// # Errors
/// [`StoreError`].
pub async fn of_device(
    ctx: &AppContext,
    in_force: &[(Timestamp, Timestamp)],
    device: &DeviceRow,
    stretch: Stretch,
) -> Result<DeviceCoverage, StoreError> {
    let acts = device_acts::on_device(ctx, device.case, device.id).await?;
    let mut found = of_devices(ctx, &[Asked { device, acts: &acts, in_force }], stretch).await?;
    found.pop().ok_or(StoreError::Missing("this device"))
}

/// A device whose ledger is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The device.
    pub device: &'a DeviceRow,
    /// What officers entered about it and stands.
    pub acts: &'a [DeviceAct],
    /// When any paragraph of its case's order runs.
    pub in_force: &'a [(Timestamp, Timestamp)],
}

/// The ledgers of devices, in their order: the store is asked as often for many as for one.
///
/// # Errors
/// [`StoreError`].
pub async fn of_devices(
    ctx: &AppContext,
    asked: &[Asked<'_>],
    stretch: Stretch,
) -> Result<Vec<DeviceCoverage>, StoreError> {
    let as_of = minute_of(ctx.now());
    let devices: Vec<&DeviceRow> = asked.iter().map(|one| one.device).collect();
    let ids: Vec<DeviceId> = devices.iter().map(|device| device.id).collect();
    let mut claims: HashMap<DeviceId, Vec<Claim>> = HashMap::new();
    for (device, row) in ctx.store.devices_told(&ids, stretch).await? {
        claims.entry(device).or_default().push(row.claim);
    }
    let mut of_others = other_adult::told_on(ctx, &devices, stretch).await?;
    let ledger = |one: &Asked<'_>| {
        let under = under_the_order(one.in_force, (one.device, one.acts), stretch, as_of);
        let claims = claims.remove(&one.device.id).unwrap_or_default();
        let last = claims.iter().max_by_key(|claim| claim.place);
        DeviceCoverage {
            ledger: reckon(&claims, &under, one.acts),
            as_of,
            last_recorded_at: last.and_then(|claim| claim.recorded_at),
            other_adult: of_others.remove(&one.device.id).unwrap_or_default(),
        }
    };
    Ok(asked.iter().map(ledger).collect())
}

/// When the order asked anything of this device: since it was enrolled, until it was revoked or released, and not after `as_of`.
pub(in crate::app) fn under_the_order(
    in_force: &[(Timestamp, Timestamp)],
    (device, acts): (&DeviceRow, &[DeviceAct]),
    stretch: Stretch,
    as_of: Timestamp,
) -> Vec<(Timestamp, Timestamp)> {
    let from = minute_of(device.enrolled_at).max(stretch.from);
    let released = device_acts::released(acts).map(minute_of);
    let last = device.revoked_at.into_iter().chain(released).fold(as_of, Timestamp::min);
    let until = last.min(stretch.until);
    let parts = in_force.iter().map(|(first, after)| ((*first).max(from), (*after).min(until)));
    parts.filter(|(from, until)| from < until).collect()
}
