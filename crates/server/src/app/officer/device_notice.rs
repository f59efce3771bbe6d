//! Notices about devices: an officer reads them with the person's page and marks each as seen, with a reason.

use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, DeviceId, DeviceNoticeId};
use proviso_store::{DeviceNoticeRow, DeviceNoticeState, Permit};

use super::alert::REASON_BYTES_MAX;
use super::allowed::Action;
use super::error::ActError;
use super::history::Names;
use super::who::Who;
use crate::app::AppContext;
use crate::keys::case::Purpose;

/// A notice and, once somebody has seen it, who, when and why.
#[derive(Debug, Clone)]
pub struct ShownNotice {
    /// The notice.
    pub row: DeviceNoticeRow,
    /// Name of the officer who marked it as seen, when, and the reason given.
    pub seen: Option<(String, Timestamp, String)>,
}

/// The notices of a case, newest first. The caller has logged the view.
///
/// # Errors
/// [`ActError`].
pub(super) async fn of_case(
    ctx: &AppContext,
    case: &Permit,
    names: &Names,
) -> Result<Vec<ShownNotice>, ActError> {
    let mut shown = Vec::new();
    let columns = ctx.case_columns(case.id)?;
    for row in ctx.of(case).device_notice_list(false).await? {
        let seen = match (row.officer, row.seen_at, &row.sealed) {
            (Some(officer), Some(at), Some(sealed)) => {
                let reason = columns.open(Purpose::DeviceNotice, sealed)?;
                let reason = String::from_utf8_lossy(&reason).into_owned();
                Some((names.of(officer), at, reason))
            }
            _ => None,
        };
        shown.push(ShownNotice { row, seen });
    }
    Ok(shown)
}

/// Marks a notice as seen. Logged before it is done; the reason is sealed.
///
/// # Errors
/// [`ActError::Conflict`] when the reason is empty or too long, or somebody was quicker.
pub async fn mark_seen(
    ctx: &AppContext,
    who: &Who,
    case: CaseId,
    notice: DeviceNoticeId,
    reason: &str,
) -> Result<DeviceId, ActError> {
    let case = who.case(ctx, Action::Decide, case).await?;
    let row = ctx.of(&case).device_notice_get(notice).await?.ok_or(ActError::NotFound)?;
    let reason = reason.trim();
    if reason.is_empty() || reason.len() > REASON_BYTES_MAX {
        return Err(ActError::Conflict("write why you mark this as seen, in at most 16 KiB"));
    }
    if row.state != DeviceNoticeState::Open {
        return Err(ActError::Conflict("somebody has marked this as seen already"));
    }
    who.does(ctx, (Action::Decide, "device-notice-seen"), &case, &notice.to_string(), async {
        let sealed = ctx.seal(case.id, Purpose::DeviceNotice, reason.as_bytes())?;
        ctx.of(&case).device_notice_seen(&row, who.id, ctx.now(), &sealed).await?;
        ctx.hub.wake();
        Ok(row.device)
    })
    .await
}
