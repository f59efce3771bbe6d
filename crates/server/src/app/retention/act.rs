//! What is decided at a review. Each act is logged before it is done. The caller has checked that the actor may.

use jiff::civil::Date;
use proviso_model::ids::{CaseId, RetentionId};
use proviso_store::{CaseRow, Permit, RetentionEnd, RetentionEndKind, RetentionKind, RetentionRow};

use super::{Review, day_of, of_case, waiting};
use crate::app::AppContext;
use crate::app::destruction::{self, Certificate, Grounds, Why};
use crate::app::force::ForceError;
use crate::app::late::order_end::check_reason;
use crate::keys::case::Purpose;

/// A decision that needs one officer, or the first of two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decided {
    /// The case is kept until a day.
    Keep(Date),
    /// It is proposed to destroy it.
    Destroy(Why),
    /// A legal hold begins, under a reference.
    Hold(String),
    /// The legal hold ends.
    HoldEnd,
}

impl Decided {
    fn kind(&self) -> RetentionKind {
        match self {
            Self::Keep(_) => RetentionKind::Keep,
            Self::Destroy(_) => RetentionKind::Destroy,
            Self::Hold(_) => RetentionKind::Hold,
            Self::HoldEnd => RetentionKind::HoldEnd,
        }
    }

    /// The act in the log.
    fn act(&self) -> &'static str {
        match self {
            Self::Keep(_) => "retention-keep",
            Self::Destroy(_) => "retention-propose",
            Self::Hold(_) => "retention-hold",
            Self::HoldEnd => "retention-hold-end",
        }
    }
}

/// How a case stands now.
///
/// # Errors
/// [`ForceError`].
pub async fn review(ctx: &AppContext, case: CaseRow) -> Result<Review, ForceError> {
    let decided = ctx.store.retention_list(Some(case.id)).await?;
    Ok(of_case(ctx, case, decided).await?)
}

/// Puts a decision on record and does what follows from it at once. Logged before it is done.
///
/// # Errors
/// [`ForceError::Refused`] when it does not go with how things are, with the reason; [`ForceError`].
pub async fn decide(
    ctx: &AppContext,
    actor: &str,
    case: &Permit,
    decided: &Decided,
    reason: &str,
) -> Result<RetentionId, ForceError> {
    check_reason(reason)?;
    let now = ctx.now();
    let stands = review(ctx, case.case().clone()).await?;
    check(ctx, &stands, decided)?;
    let case = stands.case.id;
    let id = RetentionId::new(now, ctx.random());
    let row = RetentionRow {
        id,
        case,
        kind: decided.kind(),
        keep_until: match decided {
            Decided::Keep(day) => Some(day.to_string()),
            _ => None,
        },
        why: match decided {
            Decided::Destroy(why) => Some(why.as_str().to_owned()),
            _ => None,
        },
        decided_at: now,
        decided_by: actor.to_owned(),
        sealed: ctx.seal(case, Purpose::Retention, reason.trim().as_bytes())?,
        ended: None,
    };
    let until = row.keep_until.as_deref().or(row.why.as_deref()).unwrap_or_default();
    let objects = format!("{case} {id} {until}").trim_end().to_owned();
    ctx.logged(actor, decided.act(), Some(case), &objects, async {
        if let Some(lapsed) = stands.decided.iter().find(|row| is_lapsed(ctx, row)) {
            let end = end(ctx, actor, RetentionEndKind::Lapsed, Vec::new());
            ctx.store.retention_end(lapsed.id, &end).await?;
        }
        match decided {
            Decided::Hold(reference) => destruction::hold(ctx, case, true, reference, actor).await?,
            Decided::HoldEnd => destruction::hold(ctx, case, false, &id.to_string(), actor).await?,
            Decided::Keep(_) | Decided::Destroy(_) => {}
        }
        Ok::<_, ForceError>(ctx.store.retention_add(&row).await?)
    })
    .await?;
    Ok(id)
}

fn end(ctx: &AppContext, by: &str, how: RetentionEndKind, sealed: Vec<u8>) -> RetentionEnd {
    RetentionEnd { at: ctx.now(), by: by.to_owned(), how, sealed }
}

/// Whether nobody confirmed a proposal in time.
fn is_lapsed(ctx: &AppContext, row: &RetentionRow) -> bool {
    let waits = row.kind == RetentionKind::Destroy && row.ended.is_none();
    waits && waiting(std::slice::from_ref(row), ctx.now()).is_none()
}

fn refused<T>(why: impl Into<String>) -> Result<T, ForceError> {
    Err(ForceError::Refused(why.into()))
}

fn check(ctx: &AppContext, stands: &Review, decided: &Decided) -> Result<(), ForceError> {
    match decided {
        Decided::Keep(day) => {
            let today = day_of(ctx.now());
            let latest = ctx.retention.keep_until_max(today, stands.is_over);
            if *day <= today || *day > latest {
                return refused(format!(
                    "the next review lies after today and on {latest} at the latest; nothing is kept without one"
                ));
            }
            if stands.proposal.is_some() {
                return refused("it is proposed to destroy this case; withdraw the proposal first");
            }
            Ok(())
        }
        Decided::Destroy(why) => check_destroy(stands, *why),
        Decided::Hold(_) if stands.hold.is_some() => refused("this case is under legal hold already"),
        Decided::HoldEnd if stands.hold.is_none() => refused("this case is under no legal hold"),
        Decided::Hold(_) | Decided::HoldEnd => Ok(()),
    }
}

/// What forbids destroying a case now.
fn check_destroy(stands: &Review, why: Why) -> Result<(), ForceError> {
    if let Some(hold) = stands.hold.clone() {
        return refused(destruction::held(stands.case.id, hold).to_string());
    }
    match why {
        Why::RetentionEnded if !stands.is_over => refused(
            "its order still runs, and its records are evidence of it; while it does, only what a court ordered destroyed, or what should \
             never have been kept, can be",
        ),
        Why::CourtOrder | Why::RetentionEnded | Why::Unlawful => Ok(()),
        Why::Revoked | Why::OutsideOrder => refused("give another reason: this one is for single records"),
    }
}

/// The proposal of that id, while it waits.
fn proposal(stands: &Review, id: RetentionId) -> Result<&RetentionRow, ForceError> {
    match &stands.proposal {
        Some(row) if row.id == id => Ok(row),
        _ => refused(
            "this proposal does not wait any more: it was confirmed, withdrawn, or nobody confirmed it in time",
        ),
    }
}

/// Destroys a case as a second officer: its keys, its records, everything sealed. Logged before it is done. Gives the certificate.
///
/// # Errors
/// [`ForceError::Refused`] for who proposed it, while a hold stands, and when the proposal does not wait any more; [`ForceError`].
pub async fn confirm(
    ctx: &AppContext,
    actor: &str,
    case: &Permit,
    id: RetentionId,
) -> Result<Certificate, ForceError> {
    let stands = review(ctx, case.case().clone()).await?;
    let row = proposal(&stands, id)?;
    if row.decided_by == actor {
        return refused("you proposed it: another officer has to confirm it");
    }
    let why = Why::of(row.why.as_deref().unwrap_or_default());
    check_destroy(&stands, why)?;
    let grounds = Grounds { why, reference: format!("retention review {id}"), actor: actor.to_owned() };
    let made = destruction::case_by_two(ctx, row.case, &grounds, Some(&row.decided_by)).await?;
    let end = end(ctx, actor, RetentionEndKind::Confirmed, Vec::new());
    ctx.store.retention_end(id, &end).await?;
    ctx.hub.wake();
    Ok(made)
}

/// Withdraws a proposal, by whoever may review the case. Logged before it is done.
///
/// # Errors
/// [`ForceError`].
pub async fn withdraw(
    ctx: &AppContext,
    actor: &str,
    case: &Permit,
    id: RetentionId,
    reason: &str,
) -> Result<(), ForceError> {
    check_reason(reason)?;
    let stands = review(ctx, case.case().clone()).await?;
    let case: CaseId = proposal(&stands, id)?.case;
    let sealed = ctx.seal(case, Purpose::Retention, reason.trim().as_bytes())?;
    let end = end(ctx, actor, RetentionEndKind::Withdrawn, sealed);
    ctx.logged(actor, "retention-withdraw", Some(case), &format!("{case} {id}"), async {
        Ok(ctx.store.retention_end(id, &end).await?)
    })
    .await
}
