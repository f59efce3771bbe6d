//! Handing a case over: one file with all that may be given, sealed to the force that receives it and signed by this one.

use proviso_evidence::Shown;
use proviso_model::Digest;
use proviso_model::ids::{CaseId, DeviceId, TransferId};
use proviso_store::{CaseRow, CaseState, DeviceState, StoreError};
use zeroize::Zeroizing;

use super::facts::Stays;
use super::file::{self, Content, TransferStatement};
use super::refused::Refused;
use super::trust::{FORMAT, OtherForce};
use super::{HANDED_OVER, gather, of_case};
use crate::app::AppContext;
use crate::app::bundle::{self, Asker, BundleError, Scope};
use crate::app::force::{COMMAND_LINE, ForceError};

/// A file that was made.
pub struct Exported {
    /// The file.
    pub file: Vec<u8>,
    /// This transfer.
    pub transfer: TransferId,
    /// SHA-256 of the signed text: the receipt names it.
    pub statement: Digest,
    /// Bytes of the evidence in it; 0 where the case has no record.
    pub bundle_bytes: u64,
    /// Devices that may still send what they held.
    pub still_enrolled: Vec<DeviceId>,
    /// What is not in it.
    pub stays: Stays,
    /// Files with which the case came here from other forces: they are given on beside this one.
    pub received: usize,
}

/// Devices that are still enrolled, of a case that may be handed over.
async fn enrolled(ctx: &AppContext, row: &CaseRow, to: &OtherForce) -> Result<Vec<DeviceId>, ForceError> {
    let refused = |why: &str| Err(Refused::GoesOn(why.to_owned()).into());
    if row.state == CaseState::Destroyed {
        return refused("this case was destroyed; there is nothing to hand over");
    }
    if to.force == ctx.keys.force {
        return refused(
            "the certificate is this force’s own; give the one of the force that receives the case",
        );
    }
    let devices = ctx.store.device_list(Some(row.id)).await?;
    let enrolled: Vec<_> =
        devices.iter().filter(|device| device.state == DeviceState::Active).map(|device| device.id).collect();
    if !enrolled.is_empty() && of_case(ctx, row.id).await?.is_none_or(|over| ctx.now() < over.from) {
        return refused(
            "devices of this case are still watched for this force: enter `transferred` on the page of one of them first, so that \
             capture has stopped and the file holds all of it",
        );
    }
    Ok(enrolled)
}

/// Makes the file. Logged before anything is opened.
///
/// # Errors
/// [`Refused::GoesOn`] while devices of the case are watched; [`ForceError`].
pub async fn export(ctx: &AppContext, case: CaseId, to: &OtherForce) -> Result<Exported, ForceError> {
    let row = ctx.store.case_get(case).await?.ok_or(StoreError::Missing("a case of this id"))?;
    let enrolled = enrolled(ctx, &row, to).await?;
    let transfer = TransferId::random(ctx.random());
    let objects = format!("{case} {transfer} {}", to.force);
    ctx.logged(COMMAND_LINE, "case-hand-over", Some(case), &objects, async {
        let asker = Asker::machine(
            COMMAND_LINE.to_owned(),
            format!("the command line of {}, for {}", ctx.force_name(), to.name),
        );
        let bundle = match bundle::make(ctx, &asker, Scope::Case(case), &Shown::Everything).await {
            Ok(made) => made.bytes,
            Err(BundleError::Nothing(_)) => Vec::new(),
            Err(error) => return Err(ForceError::Refused(error.to_string())),
        };
        let found = gather::facts(ctx, &row).await?;
        let facts = Zeroizing::new(
            serde_json::to_vec(&found).map_err(|error| ForceError::Refused(error.to_string()))?,
        );
        let keys = ctx.case_keys(case)?;
        let statement = TransferStatement {
            format: FORMAT,
            transfer,
            from: ctx.keys.force,
            from_name: ctx.force_name().to_owned(),
            to: to.force,
            case,
            made_at: ctx.now(),
            case_key: keys.id,
            case_key_sha256: Digest::default(),
            facts_bytes: 0,
            facts_sha256: Digest::default(),
            bundle_bytes: 0,
            bundle_sha256: Digest::default(),
        };
        let content = Content { statement, facts: &facts, bundle: &bundle, secret: &keys.secret };
        let signed = file::sign(&content, &ctx.keys.statement, &ctx.keys.checkpoint)?;
        let hash = file::hash(&signed.statement);
        // What a receipt is compared with.
        let said = format!("{case} {transfer} {hash} {} {}", to.force, to.root_key);
        ctx.note(COMMAND_LINE, HANDED_OVER, Some(case), &said).await?;
        let file = ctx.with_rng(|rng| file::seal_to(rng, &to.key, &signed, &facts, &bundle))?;
        let received = ctx.store.received_list(case).await?.len();
        Ok(Exported {
            file,
            transfer,
            statement: hash,
            bundle_bytes: bundle.len() as u64,
            still_enrolled: enrolled,
            stays: found.stays,
            received,
        })
    })
    .await
}
