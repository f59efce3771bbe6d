//! The gap ledger of a device: which minutes under the order were watched, and why the others were not.

use proviso_engine::coverage::{Claim, Coverage, MINUTE_US, reckon};
use proviso_model::device_act::DeviceAct;
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
    let as_of = minute_of(ctx.now());
    let acts = device_acts::on_device(ctx, device.case, device.id).await?;
    let under = under_the_order(in_force, (device, &acts), stretch, as_of);
    let told = ctx.store.told_list(device.id, stretch).await?;
    let claims: Vec<Claim> = told.into_iter().map(|row| row.claim).collect();
    let last = claims.iter().max_by_key(|claim| claim.place);
    let last_recorded_at = last.and_then(|claim| claim.recorded_at);
    let ledger = reckon(&claims, &under, &acts);
    let other_adult = other_adult::told(ctx, device, stretch).await?;
    Ok(DeviceCoverage { ledger, as_of, last_recorded_at, other_adult })
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
