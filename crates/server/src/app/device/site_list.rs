//! Lists of sites as devices fetch them: part by part, by hash, and only those that the device's newest policy names.

use bytes::Bytes;
use proviso_model::Digest;
use proviso_store::DeviceRow;

use super::{DeviceRefusal, policy};
use crate::app::AppContext;
use crate::app::site_lists::{self, SiteListFault};

/// One part of a list that the device's policy names.
///
/// # Errors
/// [`DeviceRefusal::ListNotNamed`] for any other list, there or not.
pub async fn part(
    ctx: &AppContext,
    device: &DeviceRow,
    sha256: Digest,
    number: usize,
) -> Result<Bytes, DeviceRefusal> {
    let newest = policy::newest(ctx, device).await?;
    if newest.site_lists().iter().all(|list| list.list.sha256 != sha256) {
        return Err(DeviceRefusal::ListNotNamed);
    }
    let rows = ctx.store.site_list_list().await?;
    // A policy that came back after a restore may name a list that this server has lost.
    let row = rows.iter().find(|row| row.sha256 == sha256).ok_or(DeviceRefusal::ListNotHeld)?;
    let part = site_lists::part(ctx, row, number).await.map_err(|fault| match fault {
        SiteListFault::Store(error) => DeviceRefusal::from(error),
        other => {
            tracing::error!(fault = %other, "a device cannot be given a list of sites that its policy names");
            DeviceRefusal::ListNotHeld
        }
    })?;
    let part = part.ok_or_else(|| {
        DeviceRefusal::RequestBad(format!("list {sha256} has no part {number}; its last one was shorter"))
    })?;
    Ok(Bytes::copy_from_slice(&part))
}
