//! The wrong person was enrolled: an entry about each device pauses its capture from the beginning, so that nothing more is captured, and what
//! was captured is held unseen like what lies outside an order. It is corrected or withdrawn as every such entry.

use proviso_model::device_act::{DeviceAct, DeviceActKind};
use proviso_model::ids::CaseId;
use proviso_store::{DeviceActRow, DeviceState};

use crate::app::AppContext;
use crate::app::device_acts;
use crate::app::force::ForceError;

/// Stops capture on every device of a case. A case without a device, or whose devices were stopped so before, is left as it is. Logged
/// before it is done.
///
/// # Errors
/// [`ForceError`].
pub async fn stop(ctx: &AppContext, actor: &str, case: CaseId, reason: &str) -> Result<(), ForceError> {
    let devices = ctx.store.device_list(Some(case)).await?;
    let known = ctx.store.device_act_list(case).await?;
    let is_stopped = |id| {
        let standing = DeviceActRow::standing(&known);
        standing.iter().any(|row| row.device == id && row.act.kind == DeviceActKind::WrongPerson)
    };
    let from = devices.iter().map(|device| device.enrolled_at).min();
    let first = devices.iter().find(|device| device.state == DeviceState::Active && !is_stopped(device.id));
    if let (Some(from), Some(device)) = (from, first) {
        let act = DeviceAct { kind: DeviceActKind::WrongPerson, from, until: None };
        device_acts::enter(ctx, actor, device, act, reason).await?;
    }
    Ok(())
}
