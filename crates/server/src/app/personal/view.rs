//! What the person's page shows: the order in the court's words, what is watched, how the devices are, who looked, until when.

use proviso_model::Timestamp;
use proviso_model::looked::Looked;
use proviso_model::order::Order;
use proviso_model::policy::Policy;
use proviso_store::{OrderEndRow, Permit, PersonalLinkRow, Stretch};

use crate::app::AppContext;
use crate::app::coverage::{self, DeviceCoverage};
use crate::app::device::looked;
use crate::app::device_tasks;
use crate::app::late::{self, LateError};
use crate::app::officer::error::ActError;
use crate::app::officer::people::{self, EnrolledDevice};
use crate::app::officer::sealed;
use crate::keys::case::Purpose;

/// Days over which what was looked at is counted.
pub const COUNTED_DAYS: i64 = 30;

/// Everything that the page shows.
pub struct PersonalView {
    /// The order as it is known now.
    pub order: Order,
    /// What ended it or paragraphs of it, those withdrawn left out.
    pub ends: Vec<OrderEndRow>,
    /// Devices that are not revoked.
    pub devices: Vec<PersonalDevice>,
    /// How often officers looked.
    pub looked: Looked,
    /// Now.
    pub now: Timestamp,
}

/// One device.
pub struct PersonalDevice {
    /// The device.
    pub device: EnrolledDevice,
    /// What it was told to do; none before its first policy.
    pub policy: Option<Policy>,
    /// Its last seven days.
    pub week: DeviceCoverage,
    /// Observations evaluated in the last [`COUNTED_DAYS`] days.
    pub observed: u64,
    /// Of those, dropped because nothing matched.
    pub dropped: u64,
    /// Dropped because a contact is protected.
    pub shielded: u64,
}

/// The case of a link, for what its person asks or reads on their own page. The caller has checked the visit.
///
/// # Errors
/// [`ActError`].
pub async fn own(ctx: &AppContext, link: &PersonalLinkRow) -> Result<Permit, ActError> {
    let case = ctx.store.case_get(link.case).await?.ok_or(ActError::NotFound)?;
    Ok(Permit::of_server(case, "the person's own page"))
}

/// Reads the page of a link's case. The caller has checked the visit, whose opening is in the log.
///
/// # Errors
/// [`ActError`].
pub async fn view(ctx: &AppContext, link: &PersonalLinkRow) -> Result<PersonalView, ActError> {
    let now = ctx.now();
    let case = own(ctx, link).await?;
    let known = late::known(ctx, &ctx.case_keys(case.id)?).await?;
    let in_force = known.order.stretches().map_err(LateError::from)?;
    let lately = Stretch { from: now.plus_days(-COUNTED_DAYS), until: now.plus_days(1) };
    let counted = ctx.store.watched_list(case.id, lately).await?;
    let mut devices = Vec::new();
    for device in people::devices(ctx, &case).await? {
        let own: Vec<_> = counted.iter().filter(|row| row.device == device.row.id).collect();
        devices.push(PersonalDevice {
            policy: policy(ctx, &device).await?,
            week: coverage::of_device(ctx, &in_force, &device.row, device_tasks::week(now)).await?,
            observed: own.iter().map(|row| row.observed).sum(),
            dropped: own.iter().map(|row| row.dropped).sum(),
            shielded: own.iter().map(|row| row.shielded).sum(),
            device,
        });
    }
    Ok(PersonalView {
        order: sealed::order(ctx, &case).await?,
        ends: known.ends.into_iter().filter(|row| row.withdrawn_at.is_none()).collect(),
        devices,
        looked: looked::of_case(ctx, case.id, false).await?,
        now,
    })
}

async fn policy(ctx: &AppContext, device: &EnrolledDevice) -> Result<Option<Policy>, ActError> {
    match ctx.store.policy_current(device.row.id).await? {
        Some(row) => Ok(Some(ctx.unseal_json(device.row.case, Purpose::Policy, &row.sealed)?)),
        None => Ok(None),
    }
}
