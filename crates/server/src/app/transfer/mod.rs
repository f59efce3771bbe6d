//! A case that goes to another force. At the force that hands over, nothing is captured any more; keys and records stay there for disclosure
//! until it is entered that the receiving force has the case, and then until retention ends them. What goes over is one sealed and signed
//! file (`file`, `facts`); the force that receives it makes a case of its own of it (`import`) and keeps the other's evidence beside.

mod export;
pub mod facts;
pub mod file;
mod gather;
mod import;
pub mod kept;
mod receipt;
mod refused;
mod trust;

pub use export::{Exported, export};
pub use import::{Looked, Received, look, receive};
pub use receipt::{RECEIPT_BYTES_MAX, Receipt, ReceiptStatement, confirm_by_receipt, receipt};
pub use refused::Refused;
pub use trust::{CERTIFICATE_BYTES_MAX, OtherForce, TransferCertificate, certificate, other_force, own_key};

use proviso_model::Timestamp;
use proviso_model::device_act::DeviceActKind;
use proviso_model::ids::{CaseId, DeviceActId};
use proviso_store::{AuditFilter, DeviceActRow, StoreError};

use crate::app::AppContext;
use crate::app::force::ForceError;
use crate::app::late::order_end::check_reason;
use crate::keys::case::Purpose;

/// The act in the log, which is all that is kept of it.
const ACT: &str = "case-transferred";
/// The act in the log that says which file was made for which force: what a receipt is compared with.
const HANDED_OVER: &str = "case-handed-over";
/// Files of a case that are told of at most: the newest.
const FILES_MAX: u32 = 100;

/// That a case was handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transferred {
    /// The entry that says so.
    pub entry: DeviceActId,
    /// Since when.
    pub from: Timestamp,
    /// When it was entered that the receiving force has the case; `None` while it has not said so.
    pub confirmed_at: Option<Timestamp>,
}

/// Whether another force took the case over, as it stands.
///
/// # Errors
/// [`StoreError`].
pub async fn of_case(ctx: &AppContext, case: CaseId) -> Result<Option<Transferred>, StoreError> {
    let rows = ctx.store.device_act_list(case).await?;
    let standing = DeviceActRow::standing(&rows);
    let Some(row) = standing.into_iter().find(|row| row.act.kind == DeviceActKind::Transferred) else {
        return Ok(None);
    };
    let filter = AuditFilter {
        act: ACT.to_owned(),
        since: Timestamp::from_micros(0),
        actor: None,
        object: Some(row.id.to_string()),
    };
    let confirmed = ctx.store.audit_of_act(&filter, 1).await?;
    let done = confirmed.first().filter(|row| row.completed.is_some());
    let confirmed_at = done.map(|row| row.entry.opened_at);
    Ok(Some(Transferred { entry: row.id, from: row.act.from, confirmed_at }))
}

/// Enters that the receiving force has the case: done by being logged, with the reason sealed.
///
/// # Errors
/// [`ForceError::Refused`] where no entry says that the case went to another force, or it was entered already.
pub async fn confirm(ctx: &AppContext, actor: &str, case: CaseId, reason: &str) -> Result<(), ForceError> {
    confirmed(ctx, actor, case, reason, "").await
}

/// The same, with more objects for the log.
async fn confirmed(
    ctx: &AppContext,
    actor: &str,
    case: CaseId,
    reason: &str,
    more: &str,
) -> Result<(), ForceError> {
    check_reason(reason)?;
    let refused = |why: &str| Err(ForceError::Refused(why.to_owned()));
    match of_case(ctx, case).await? {
        None => refused(
            "no entry says that another force took this case over; enter `transferred` on the page of a device first",
        ),
        Some(Transferred { confirmed_at: Some(_), .. }) => {
            refused("it is entered already that the receiving force has the case")
        }
        Some(Transferred { entry, .. }) => {
            let because = ctx.seal(case, Purpose::Audit, reason.trim().as_bytes())?;
            ctx.logged_because(actor, ACT, Some(case), &format!("{case} {entry}{more}"), because, async {
                Ok(())
            })
            .await
        }
    }
}

/// When a case was written out for another force, oldest first.
///
/// # Errors
/// [`StoreError`].
pub async fn handed_over_at(ctx: &AppContext, case: CaseId) -> Result<Vec<Timestamp>, StoreError> {
    let filter = AuditFilter {
        act: HANDED_OVER.to_owned(),
        since: Timestamp::from_micros(0),
        actor: None,
        object: Some(case.to_string()),
    };
    let rows = ctx.store.audit_of_act(&filter, FILES_MAX).await?;
    Ok(rows.into_iter().rev().map(|row| row.entry.opened_at).collect())
}
