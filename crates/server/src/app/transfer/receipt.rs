//! The receipt of a force that has a case: signed, so that the force that handed it over need take nobody's word.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proviso_model::ids::{CaseId, ForceId, TransferId};
use proviso_model::wire::ForceKeys;
use proviso_model::{Digest, Timestamp};
use proviso_store::{AuditFilter, ReceivedRow};
use serde::{Deserialize, Serialize};

use super::refused::Refused;
use super::trust::{FORMAT, certified, holds};
use super::{HANDED_OVER, confirmed};
use crate::app::AppContext;
use crate::app::force::ForceError;

/// Longest receipt, in bytes.
pub const RECEIPT_BYTES_MAX: u64 = 256 * 1024;

/// A receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// The exact text signed ([`ReceiptStatement`] as JSON).
    pub statement: String,
    /// The checkpoint key's signature over [`signed_receipt`] of it, base64.
    pub signature: String,
    /// The keys of the force that received, certified by its root.
    pub keys: ForceKeys,
}

/// What a receipt says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptStatement {
    /// [`FORMAT`].
    pub format: u32,
    /// The transfer.
    pub transfer: TransferId,
    /// SHA-256 of the text that was signed when the case was handed over.
    pub statement: Digest,
    /// The force that handed over.
    pub from: ForceId,
    /// Its case.
    pub case: CaseId,
    /// The force that has it now.
    pub by: ForceId,
    /// Its name.
    pub by_name: String,
    /// The case there.
    pub case_there: CaseId,
    /// When it was received.
    pub received_at: Timestamp,
}

/// The bytes that are signed for a receipt.
#[must_use]
pub fn signed_receipt(statement: &str) -> Vec<u8> {
    format!("proviso/case-receipt/v1\n{statement}").into_bytes()
}

/// The receipt for what was received; it can be had again at any time.
///
/// # Errors
/// [`ForceError`].
pub fn receipt(ctx: &AppContext, row: &ReceivedRow) -> Result<Receipt, ForceError> {
    let says = ReceiptStatement {
        format: FORMAT,
        transfer: row.transfer,
        statement: row.statement,
        from: row.from_force,
        case: row.from_case,
        by: ctx.keys.force,
        by_name: ctx.force_name().to_owned(),
        case_there: row.case,
        received_at: row.received_at,
    };
    let statement = serde_json::to_string(&says).map_err(|error| ForceError::Refused(error.to_string()))?;
    let signature = STANDARD.encode(ctx.keys.checkpoint.sign(&signed_receipt(&statement)));
    Ok(Receipt { statement, signature, keys: ctx.keys.statement.clone() })
}

/// What the log has of a file that was handed over.
struct HandedOver {
    statement: Digest,
    force: ForceId,
    root_key: String,
}

async fn handed_over(
    ctx: &AppContext,
    case: CaseId,
    transfer: TransferId,
) -> Result<Option<HandedOver>, ForceError> {
    let filter = AuditFilter {
        act: HANDED_OVER.to_owned(),
        since: Timestamp::from_micros(0),
        actor: None,
        object: Some(transfer.to_string()),
    };
    let rows = ctx.store.audit_of_act(&filter, 1).await?;
    let Some(row) = rows.first().filter(|row| row.entry.case == Some(case)) else { return Ok(None) };
    let mut words = row.entry.objects.split(' ').skip(2);
    let (statement, force, root_key) = (words.next(), words.next(), words.next());
    let found = statement.and_then(Digest::parse).zip(force.and_then(|id| id.parse().ok())).zip(root_key);
    Ok(found.map(|((statement, force), root)| HandedOver { statement, force, root_key: root.to_owned() }))
}

/// Enters that the receiving force has the case, by its receipt: checked against what this server's log has of the file. Logged.
///
/// # Errors
/// [`Refused`] in a [`ForceError`]; as `confirm`.
pub async fn confirm_by_receipt(
    ctx: &AppContext,
    actor: &str,
    case: CaseId,
    receipt: &[u8],
) -> Result<ReceiptStatement, ForceError> {
    let unread = |error: serde_json::Error| Refused::Receipt(format!("it cannot be read: {error}"));
    let receipt: Receipt = serde_json::from_slice(receipt).map_err(unread)?;
    let says: ReceiptStatement = serde_json::from_str(&receipt.statement).map_err(unread)?;
    if says.format != FORMAT {
        return Err(Refused::Version(says.format).into());
    }
    let other = |why: &str| Refused::Receipt(why.to_owned());
    let sent = handed_over(ctx, case, says.transfer).await?;
    let sent = sent.ok_or_else(|| other("no file of that number was made of this case here"))?;
    if says.by != sent.force || says.from != ctx.keys.force || says.case != case {
        return Err(other("it names another force or another case").into());
    }
    if says.statement != sent.statement {
        return Err(other("what was received is not what was handed over").into());
    }
    // The root is the one whose fingerprint was compared before the file was made.
    let keys = certified(&sent.root_key, sent.force, &receipt.keys)?;
    if !holds(&keys.checkpoint_key, &signed_receipt(&receipt.statement), &receipt.signature) {
        return Err(Refused::Signature("the force named in the receipt did not sign it".to_owned()).into());
    }
    let reason = format!(
        "Signed receipt of {}, case {} there, received {}",
        says.by_name, says.case_there, says.received_at
    );
    confirmed(ctx, actor, case, &reason, &format!(" {} {}", says.transfer, says.by)).await?;
    Ok(says)
}
