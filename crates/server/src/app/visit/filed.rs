//! Records of visits that are filed into their case: sealed as everything else of it, and read again by officers.

use proviso_model::ids::{CaseId, DeviceId};
use proviso_model::visit::{SignedVisitRecord, VisitPass, VisitRecord};
use proviso_model::{Digest, Timestamp};
use proviso_store::{CaseState, Permit, StoreError, VisitRecordRow};
use serde::{Deserialize, Serialize};

use super::check::{Beside, Check, Read, checks, read};
use crate::app::AppContext;
use crate::app::force::{COMMAND_LINE, ForceError};
use crate::app::officer::allowed::Action;
use crate::app::officer::error::ActError;
use crate::app::officer::history;
use crate::app::officer::sealed::{self, Order, Person};
use crate::app::officer::who::Who;
use crate::keys::KeyError;
use crate::keys::case::Purpose;

/// Longest record, page and log together that are filed, in bytes.
pub const BYTES_MAX: usize = 16 * 1024 * 1024;

/// Filed visits that one page lists; of more the latest.
pub const SHOWN_MAX: usize = 20;

/// The files beside a record, as they came; sealed apart from it, for they are long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FiledFiles {
    /// The page that was talked through.
    pub page: String,
    /// The log of what was touched.
    pub touched: String,
}

/// The three files of a filed visit.
pub struct Exported {
    /// The record.
    pub signed: SignedVisitRecord,
    /// Page and log.
    pub files: FiledFiles,
}

/// A record to be filed.
pub struct NewFiled<'a> {
    /// The record.
    pub signed: &'a SignedVisitRecord,
    /// Page and log.
    pub beside: &'a Beside,
    /// Which device it was, where the record does not say; the inner `None` for one that is not enrolled.
    pub device: Option<Option<DeviceId>>,
}

/// What came of filing.
pub struct Filed {
    /// What was looked at.
    pub row: VisitRecordRow,
    /// Whether it was filed now, and not before.
    pub is_new: bool,
}

/// Files a record of which every check holds; filed again, it stays as it is. Logged before it is done.
///
/// # Errors
/// [`ForceError::Refused`] with why it cannot be filed; the inner error is the checks of one that does not hold. Nothing was kept then.
pub async fn file(ctx: &AppContext, new: &NewFiled<'_>) -> Result<Result<Filed, Vec<Check>>, ForceError> {
    let refused = |why: &str| Err(ForceError::Refused(why.to_owned()));
    let found = read(new.signed)?;
    ctx.note(COMMAND_LINE, "visit-check", None, &format!("{} {}", found.pass.visit, found.hash)).await?;
    let (Some(page), Some(touched)) = (&new.beside.page, &new.beside.touched) else {
        return refused(
            "the page and the log of what was touched must lie beside the record: they are filed with it",
        );
    };
    if new.signed.record.len() + page.len() + touched.len() > BYTES_MAX {
        return refused("record, page and log have more than 16 MiB together");
    }
    let all = checks(ctx, new.signed, &found, new.beside);
    if all.iter().any(|check| !check.holds) {
        return Ok(Err(all));
    }
    // Both are what was signed, to the byte; a page that is no text was not made by this program.
    let (Ok(page), Ok(touched)) = (String::from_utf8(page.clone()), String::from_utf8(touched.clone()))
    else {
        return refused("the page or the log is not text");
    };
    let Read { record, pass, hash } = found;
    let case = ctx.store.case_get(pass.case).await?.ok_or(StoreError::Missing("the case of this visit"))?;
    if case.state == CaseState::Destroyed {
        return refused("the case of this visit was destroyed: nothing of it is kept any more");
    }
    let device = device(ctx, &record, new.device, pass.case).await?;
    let files = FiledFiles { page, touched };
    let known = device.map_or_else(|| "not-enrolled".to_owned(), |device| device.to_string());
    let objects = format!("{} {hash} {known}", pass.visit);
    ctx.logged(COMMAND_LINE, "visit-file", Some(pass.case), &objects, async {
        let row = VisitRecordRow {
            hash,
            visit: pass.visit,
            case: pass.case,
            device,
            started_at: record.started_at,
            ended_at: record.ended_at,
            filed_at: ctx.now(),
            filed_by: COMMAND_LINE.to_owned(),
            sealed: ctx.seal_json(pass.case, Purpose::Visit, new.signed)?,
        };
        let files = ctx.seal_json(pass.case, Purpose::VisitFiles, &files)?;
        let is_new = ctx.store.visit_record_add(&row, &files).await?;
        let row = ctx.store.visit_record_get(&hash).await?.ok_or(StoreError::Missing("what was filed"))?;
        Ok(Ok(Filed { row, is_new }))
    })
    .await
}

/// Which device of the case it was: what the record says, or else what the officer says.
async fn device(
    ctx: &AppContext,
    record: &VisitRecord,
    said: Option<Option<DeviceId>>,
    case: CaseId,
) -> Result<Option<DeviceId>, ForceError> {
    let own = record.facts.agent.as_ref().and_then(|agent| agent.device);
    let device = match (own, said) {
        (Some(own), Some(Some(said))) if own != said => {
            return Err(ForceError::Refused(format!("the record says that the device was {own}")));
        }
        (Some(own), None) => Some(own),
        (_, Some(said)) => said,
        (None, None) => {
            return Err(ForceError::Refused(
                "the record does not say which enrolled device it was, for the account could not read it: add --device DEVICE, or --not-enrolled"
                    .to_owned(),
            ));
        }
    };
    let rows = ctx.store.device_list(Some(case)).await?;
    match device {
        Some(device) if !rows.iter().any(|row| row.id == device) => Err(ForceError::Refused(format!(
            "device {device} is none of this case: add --not-enrolled if that is right"
        ))),
        device => Ok(device),
    }
}

fn opened(ctx: &AppContext, row: &VisitRecordRow) -> Result<SignedVisitRecord, KeyError> {
    ctx.unseal_json(row.case, Purpose::Visit, &row.sealed)
}

/// The three files of a filed visit again. Logged before they are opened.
///
/// # Errors
/// [`ForceError`].
pub async fn export(ctx: &AppContext, hash: &Digest) -> Result<Exported, ForceError> {
    let row =
        ctx.store.visit_record_get(hash).await?.ok_or(StoreError::Missing("a filed visit of this hash"))?;
    ctx.logged(COMMAND_LINE, "visit-export", Some(row.case), &hash.to_string(), async {
        let files = ctx.store.visit_record_files(hash).await?;
        let files = files.ok_or(StoreError::Missing("the files of this visit"))?;
        Ok(Exported {
            signed: opened(ctx, &row)?,
            files: ctx.unseal_json(row.case, Purpose::VisitFiles, &files)?,
        })
    })
    .await
}

/// What is filed of a case, the newest visit first, without its content. Logged before it is read.
///
/// # Errors
/// [`ForceError`].
pub async fn list(ctx: &AppContext, case: CaseId) -> Result<Vec<VisitRecordRow>, ForceError> {
    ctx.logged(COMMAND_LINE, "visit-list", Some(case), &case.to_string(), async {
        Ok(ctx.store.visit_record_list(case).await?)
    })
    .await
}

/// A filed visit as an officer reads it.
#[derive(Debug, Clone)]
pub struct ShownVisit {
    /// As kept.
    pub row: VisitRecordRow,
    /// The record.
    pub record: VisitRecord,
    /// The pass.
    pub pass: VisitPass,
}

/// The filed visits of a case, newest first. The caller has logged the view.
///
/// # Errors
/// [`ActError`].
pub async fn shown(ctx: &AppContext, case: &Permit) -> Result<Vec<ShownVisit>, ActError> {
    let rows = ctx.of(case).visit_record_list().await?;
    rows.into_iter().take(SHOWN_MAX).map(|row| one(ctx, row)).collect()
}

fn one(ctx: &AppContext, row: VisitRecordRow) -> Result<ShownVisit, ActError> {
    let broken =
        |error: ForceError| ActError::Broken(format!("a filed visit can no longer be read: {error}"));
    let Read { record, pass, .. } = read(&opened(ctx, &row)?).map_err(broken)?;
    Ok(ShownVisit { row, record, pass })
}

/// What the page of one filed visit shows.
#[derive(Debug, Clone)]
pub struct VisitView {
    /// The visit.
    pub visit: ShownVisit,
    /// The person.
    pub person: Person,
    /// The order of the case as it is now.
    pub order: Order,
    /// The officer in charge.
    pub officer: String,
    /// When it was asked.
    pub now: Timestamp,
}

/// Opens one filed visit. Logged before it is opened.
///
/// # Errors
/// [`ActError::NotFound`] where it is none of this case, or the case not the officer's; [`ActError`].
pub async fn open(ctx: &AppContext, who: &Who, case: CaseId, hash: &Digest) -> Result<VisitView, ActError> {
    let case = who.case(ctx, Action::ViewEvidence, case).await?;
    let row = ctx.store.visit_record_get(hash).await?.filter(|row| row.case == case.id);
    let row = row.ok_or(ActError::NotFound)?;
    let objects = format!("{} {hash}", row.visit);
    who.does(ctx, (Action::ViewEvidence, "visit-view"), &case, &objects, async {
        let officer = history::in_charge(ctx, &case).await?;
        Ok(VisitView {
            visit: one(ctx, row)?,
            person: sealed::person(ctx, &case)?,
            order: sealed::order(ctx, &case).await?,
            officer,
            now: ctx.now(),
        })
    })
    .await
}
