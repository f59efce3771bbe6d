//! Enrolment codes and revocation from the command line.

use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, DeviceId};
use proviso_store::StoreError;

use super::{COMMAND_LINE, ForceError, permit};
use crate::app::AppContext;
use crate::app::destruction::revoked;
use crate::app::device::code;
use crate::app::device_acts;

/// Why no device of a person is enrolled any more.
pub const NOBODY_LEFT: &str = "it is entered that the person died, that another force has the case, or that it was the wrong person, so no device is enrolled any more; withdraw that entry if it was a mistake";

/// Issues a one-time enrolment code and says until when it works.
///
/// # Errors
/// [`ForceError`].
pub async fn enrolment_code(ctx: &AppContext, case: CaseId) -> Result<(String, Timestamp), ForceError> {
    let permit = permit(ctx, case).await?;
    if device_acts::ended(&ctx.store.device_act_list(case).await?, ctx.now()).is_some() {
        return Err(ForceError::Refused(NOBODY_LEFT.to_owned()));
    }
    ctx.logged(COMMAND_LINE, "enrolment-code", Some(case), &case.to_string(), async {
        Ok(code::issue(ctx, &permit).await?)
    })
    .await
}

/// Refuses a device. `from` may lie before now: what the device observed after it is destroyed unopened, whether it has
/// come in already or comes later. What it observed before is still taken. Gives how many records were destroyed now.
///
/// # Errors
/// [`ForceError`]; a time to come is refused.
pub async fn revoke(ctx: &AppContext, device: DeviceId, from: Timestamp) -> Result<u64, ForceError> {
    let row = ctx.store.device_get(device).await?.ok_or(StoreError::Missing("this device"))?;
    if from > ctx.now() {
        return Err(ForceError::Refused(format!(
            "{from} has not come yet; a device is revoked from now on or from a time before"
        )));
    }
    let objects = format!("{device} from {from}");
    ctx.logged(COMMAND_LINE, "device-revoke", Some(row.case), &objects, async {
        ctx.store.device_revoke(device, from).await?;
        Ok(revoked::sweep(ctx, device).await?)
    })
    .await
}
