//! A device that is gone for good (sold, another force's, its person died) says as its last word that it gives up its keys. From then on the
//! server tells it nothing more: its enrolment has ended. What it still holds it may deliver.

use proviso_model::record::{RecordBody, RecordContent};
use proviso_store::{DeviceState, RecordRow};

use super::JobError;
use crate::app::AppContext;
use crate::app::device_acts;

/// The actor in the log.
const ACTOR: &str = "worker";

/// Ends the enrolment where the record is such a word, and an officer's entry says that the device is gone.
///
/// # Errors
/// [`JobError`].
pub(super) async fn told(
    ctx: &AppContext,
    record: &RecordRow,
    content: &RecordContent,
) -> Result<(), JobError> {
    let RecordBody::Gap { gap } = &content.body else { return Ok(()) };
    if !gap.is_release() {
        return Ok(());
    }
    let Some(device) = ctx.store.device_get(record.device).await? else { return Ok(()) };
    let acts = device_acts::on_device(ctx, record.case, record.device).await?;
    let is_gone = device_acts::released(&acts).is_some_and(|from| from <= gap.from);
    if device.state != DeviceState::Active || !is_gone {
        return Ok(());
    }
    let id = record.device.to_string();
    ctx.logged(ACTOR, "device-release", Some(record.case), &id, async {
        Ok(ctx.store.device_release(record.device).await?)
    })
    .await
}
