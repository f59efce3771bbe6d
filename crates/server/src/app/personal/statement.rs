//! What the person writes on their page away from a device. No device can seal it into its record, so the server's own log does:
//! the words, sealed under the case, are an entry of the chained log, made by the link.

use proviso_model::ids::CaseId;
use proviso_model::statement::Statement;
use proviso_store::{AuditFilter, PersonalLinkRow, Stretch};

use super::enter::actor;
use crate::app::AppContext;
use crate::app::officer::error::ActError;
use crate::keys::case::Purpose;

/// The act in the log.
const ACT: &str = "personal-statement";
/// Statements that are read at most: the newest.
const READ_MAX: u32 = 500;

/// Puts a statement on record: done by being logged. The caller has checked the visit and the words.
///
/// # Errors
/// [`ActError`]; then nothing of it is kept.
pub async fn write(ctx: &AppContext, link: &PersonalLinkRow, statement: &Statement) -> Result<(), ActError> {
    let broken =
        |error: serde_json::Error| ActError::Broken(format!("a statement could not be written: {error}"));
    let json = serde_json::to_vec(statement).map_err(broken)?;
    let sealed = ctx.seal(link.case, Purpose::Audit, &json)?;
    let objects = format!("{} {}", link.case, link.id);
    ctx.logged_because(&actor(link.id), ACT, Some(link.case), &objects, sealed, async { Ok(()) }).await
}

/// What was written about a stretch of time, oldest first.
///
/// # Errors
/// [`ActError`].
pub async fn within(ctx: &AppContext, case: CaseId, stretch: Stretch) -> Result<Vec<Statement>, ActError> {
    let filter =
        AuditFilter { act: ACT.to_owned(), since: stretch.from, actor: None, object: Some(case.to_string()) };
    let mut statements: Vec<Statement> = Vec::new();
    for row in ctx.store.audit_of_act(&filter, READ_MAX).await? {
        statements.push(ctx.unseal_json(case, Purpose::Audit, &row.entry.sealed)?);
    }
    statements.retain(|one| {
        let about = one.about.unwrap_or(one.written_at);
        stretch.from <= about && about < stretch.until
    });
    statements.reverse();
    Ok(statements)
}
