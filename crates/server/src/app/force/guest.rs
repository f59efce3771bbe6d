//! Letting a digital specialist or a disclosure officer into a case.

use proviso_model::Timestamp;
use proviso_model::ids::{CaseGuestId, CaseId, OfficerId};
use proviso_store::CaseGuestRow;

use super::{COMMAND_LINE, ForceError};
use crate::app::AppContext;
use crate::app::conflicts::{self, check_reason};
use crate::app::officer::who::is_guest;
use crate::keys::case::Purpose;

/// Longest time, in days.
const DAYS_MAX: i64 = 366;

/// Lets somebody into a case until a time. Logged before it is done.
///
/// # Errors
/// [`ForceError::Refused`] when it cannot be as asked.
pub async fn let_in(
    ctx: &AppContext,
    officer: OfficerId,
    case: CaseId,
    until: Timestamp,
    reason: &str,
) -> Result<CaseGuestId, ForceError> {
    check_reason(reason)?;
    let refused = |why: &str| Err(ForceError::Refused(why.to_owned()));
    let row = ctx.store.officer_get(officer).await?.filter(conflicts::is_enabled);
    if !row.is_some_and(|row| is_guest(row.role)) {
        return refused(
            "digital specialists and disclosure officers are let into cases; an offender manager stands in by admin cover-add",
        );
    }
    if ctx.store.case_get(case).await?.is_none() {
        return refused("there is no such case");
    }
    if ctx.store.conflict_stands(officer, case).await? {
        return refused("this officer has declared that they know the person; choose another");
    }
    let now = ctx.now();
    if until <= now || until > now.plus_days(DAYS_MAX) {
        return refused("give a time within the next year");
    }
    let id = CaseGuestId::new(now, ctx.random());
    let row = CaseGuestRow {
        id,
        case,
        officer,
        until,
        made_at: now,
        made_by: COMMAND_LINE.to_owned(),
        sealed: ctx.seal(case, Purpose::CaseGuest, reason.trim().as_bytes())?,
        ended_at: None,
    };
    let objects = format!("{id} {officer} {case}");
    ctx.logged(COMMAND_LINE, "case-let-in", Some(case), &objects, async {
        Ok::<_, ForceError>(ctx.store.case_guest_add(&row).await?)
    })
    .await?;
    Ok(id)
}

/// Ends it now. Logged before it is done.
///
/// # Errors
/// [`ForceError::Refused`] when it has ended already, or there is none.
pub async fn end(ctx: &AppContext, id: CaseGuestId) -> Result<(), ForceError> {
    let standing = ctx.store.case_guest_list(None, ctx.now()).await?;
    let case = standing.iter().find(|row| row.id == id).map(|row| row.case);
    let objects = id.to_string();
    let done = ctx.logged(COMMAND_LINE, "case-let-out", case, &objects, async {
        Ok::<_, ForceError>(ctx.store.case_guest_end(id, ctx.now()).await?)
    });
    conflicts::refused_in_words(done.await)
}
