//! Enrolment codes and revocation from the command line.

use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, DeviceId};
use proviso_store::StoreError;

use super::{COMMAND_LINE, ForceError};
use crate::app::AppContext;
use crate::app::device::code;

/// Issues a one-time enrolment code and says until when it works.
///
/// # Errors
/// [`ForceError`].
pub async fn enrolment_code(ctx: &AppContext, case: CaseId) -> Result<(String, Timestamp), ForceError> {
    if ctx.store.case_get(case).await?.is_none() {
        return Err(StoreError::Missing("this case").into());
    }
    ctx.logged(COMMAND_LINE, "enrolment-code", Some(case), &case.to_string(), async {
        Ok(code::issue(ctx, case).await?)
    })
    .await
}

/// Refuses a device from now on.
///
/// # Errors
/// [`ForceError`].
pub async fn revoke(ctx: &AppContext, device: DeviceId) -> Result<(), ForceError> {
    let row = ctx.store.device_get(device).await?.ok_or(StoreError::Missing("this device"))?;
    ctx.logged(COMMAND_LINE, "device-revoke", Some(row.case), &device.to_string(), async {
        Ok(ctx.store.device_revoke(device, ctx.now()).await?)
    })
    .await
}
