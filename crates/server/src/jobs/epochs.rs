//! A chain that goes on in a new epoch says why in its first record. An officer is told when an older copy was put back, and
//! when nothing is said; also when a device was shown a log that contradicts itself.

use proviso_model::gap::GapCause;
use proviso_model::record::{RecordBody, RecordContent};
use proviso_store::{DeviceNoticeKind, NewDeviceNotice, RecordRow, StoreError};

use crate::app::AppContext;

/// Tells of the first record of an epoch, once however often it is opened.
pub(super) async fn begun(
    ctx: &AppContext,
    record: &RecordRow,
    content: &RecordContent,
) -> Result<(), StoreError> {
    if record.epoch == 0 || record.seq != 0 {
        return Ok(());
    }
    let cause = match &content.body {
        RecordBody::Gap { gap } => Some(gap.cause),
        _ => None,
    };
    let kind = match cause {
        Some(GapCause::RecordRestored) => DeviceNoticeKind::RecordRestored,
        // Told with their own words: a damaged spool as a gap, a restored server to every device's officer.
        Some(GapCause::SpoolDamaged | GapCause::ServerRestored) => return Ok(()),
        _ => DeviceNoticeKind::NewEpoch,
    };
    tell(ctx, record, kind).await
}

/// Tells of a record that holds two signed states of the force's log which contradict each other.
pub(super) async fn contradiction(
    ctx: &AppContext,
    record: &RecordRow,
    content: &RecordContent,
) -> Result<(), StoreError> {
    match content.body {
        // With the force's own word on a restore it is no contradiction, and the restore has a notice of its own.
        RecordBody::LogContradiction { ref contradiction } if contradiction.restored.is_none() => {
            tell(ctx, record, DeviceNoticeKind::LogContradiction).await
        }
        _ => Ok(()),
    }
}

async fn tell(ctx: &AppContext, record: &RecordRow, kind: DeviceNoticeKind) -> Result<(), StoreError> {
    let notice = NewDeviceNotice {
        device: record.device,
        kind,
        at: ctx.now(),
        epoch: Some(record.epoch),
        seq: None,
        mark: record.hash,
    };
    ctx.store.device_notice_add(notice).await.map(drop)
}
