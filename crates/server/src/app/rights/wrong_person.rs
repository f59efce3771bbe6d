//! The wrong person was enrolled: an entry about each device pauses its capture from the beginning, so that nothing more is captured, and what
//! was captured is held unseen like what lies outside an order. It is corrected or withdrawn as every such entry.

use proviso_model::device_act::{DeviceAct, DeviceActKind};
use proviso_model::ids::CaseId;
use proviso_store::DeviceActRow;

use crate::app::AppContext;
use crate::app::device_acts;
use crate::app::force::ForceError;

/// Stops capture on every device of a case. What was stopped so before is left as it is. Logged before it is done.
///
/// # Errors
/// [`ForceError`].
pub async fn stop(ctx: &AppContext, actor: &str, case: CaseId, reason: &str) -> Result<(), ForceError> {
    let devices = ctx.store.device_list(Some(case)).await?;
    let Some(from) = devices.iter().map(|device| device.enrolled_at).min() else { return Ok(()) };
    // One entry reaches every device that is enrolled; those that are gone still have records, and get one each.
    for device in &devices {
        let known = ctx.store.device_act_list(case).await?;
        let standing = DeviceActRow::standing(&known);
        let is_stopped = standing.iter().any(|row| {
            row.device == device.id && row.act.kind == DeviceActKind::WrongPerson && row.act.from <= from
        });
        if !is_stopped {
            let act = DeviceAct { kind: DeviceActKind::WrongPerson, from, until: None };
            device_acts::enter(ctx, actor, device, act, reason).await?;
        }
    }
    Ok(())
}
