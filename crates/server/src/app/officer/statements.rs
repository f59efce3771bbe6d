//! What a supervised person wrote on their page, on a device or by a link, opened for whoever may see the case. The view that asks is logged before.

use proviso_model::Timestamp;
use proviso_model::statement::{Statement, StatementKind};
use proviso_store::{Permit, Stretch};

use super::error::ActError;
use crate::app::AppContext;
use crate::app::personal::statement::within as written_by_link;
use crate::keys::case::Purpose;

/// Statements that one page shows; of more the latest.
pub const STATEMENTS_MAX: usize = 50;
/// So long before and after an alert what is written about is shown beside it.
const BESIDE_DAYS: i64 = 1;

/// Statements about a stretch of time, in its order, but for those about a contact to protect: they are no matter of the officer in
/// charge. One whose record was destroyed is not among them.
///
/// # Errors
/// [`ActError`].
pub async fn within(ctx: &AppContext, case: &Permit, stretch: Stretch) -> Result<Vec<Statement>, ActError> {
    kept(ctx, case, stretch, |one| one.of != StatementKind::Protect).await
}

/// All that the person wrote about contacts to protect.
///
/// # Errors
/// [`ActError`].
pub(super) async fn to_protect(ctx: &AppContext, case: &Permit) -> Result<Vec<Statement>, ActError> {
    let always = Stretch { from: Timestamp::from_micros(0), until: ctx.now().plus_days(1) };
    kept(ctx, case, always, |one| one.of == StatementKind::Protect).await
}

async fn kept(
    ctx: &AppContext,
    case: &Permit,
    stretch: Stretch,
    is_meant: impl Fn(&Statement) -> bool,
) -> Result<Vec<Statement>, ActError> {
    let keys = ctx.case_keys(case.id)?;
    let mut statements: Vec<Statement> = Vec::new();
    let rows = ctx.of(case).statement_list(stretch).await?;
    let record_keys = ctx.of(case).record_keys(&rows).await?;
    for row in rows {
        let Some(key) = record_keys.get(&row.record) else { continue };
        let json = keys.of_record(key).open(Purpose::Statement, &row.sealed)?;
        let broken = |_| ActError::Broken("a statement that was kept can no longer be read".to_owned());
        statements.push(serde_json::from_slice(&json).map_err(broken)?);
    }
    // And what was written on the page that a link opens.
    statements.extend(written_by_link(ctx, case.id, stretch).await?);
    statements.sort_by_key(|one| one.about.unwrap_or(one.written_at));
    statements.retain(is_meant);
    let earlier = statements.len().saturating_sub(STATEMENTS_MAX);
    Ok(statements.split_off(earlier))
}

/// Those about the time of an alert.
///
/// # Errors
/// [`ActError`].
pub async fn beside(
    ctx: &AppContext,
    case: &Permit,
    (first, last): (Timestamp, Timestamp),
) -> Result<Vec<Statement>, ActError> {
    let stretch = Stretch { from: first.plus_days(-BESIDE_DAYS), until: last.plus_days(BESIDE_DAYS) };
    within(ctx, case, stretch).await
}
