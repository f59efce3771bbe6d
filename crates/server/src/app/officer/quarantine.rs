//! What is held outside the order, for the officer who reviews it: counts, and the two acts. Each is logged before it is
//! done. The reviewer is a data protection officer, or a supervisor who is not in charge of the case.

use proviso_model::ids::CaseId;
use proviso_model::order::Order;
use proviso_store::{CaseRow, LegalHold, QuarantineState};

use super::allowed::Action;
use super::error::ActError;
use super::sealed::{self, Person};
use super::who::Who;
use crate::app::AppContext;
use crate::app::late::quarantine::{self, About, Quarantine};
use crate::app::late::review::{self, Which};

/// A case with something to review.
#[derive(Debug, Clone)]
pub struct ToReview {
    /// The case.
    pub case: CaseRow,
    /// The person.
    pub person: Person,
    /// Records held unseen.
    pub held: usize,
    /// Findings seen before it was known.
    pub seen: u64,
}

/// One case's page.
#[derive(Debug, Clone)]
pub struct ReviewView {
    /// The case.
    pub case: CaseRow,
    /// The person.
    pub person: Person,
    /// The order as last entered.
    pub order: Order,
    /// The counts.
    pub quarantine: Quarantine,
    /// The legal hold that forbids erasing.
    pub legal_hold: Option<LegalHold>,
}

/// What a reviewer decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Review {
    /// Erase for ever.
    Erase(Which),
    /// The entry was a mistake: withdraw it.
    Release,
}

/// The cases that this officer may review and that have something to review. Counts only, so listing is no view of
/// evidence.
///
/// # Errors
/// [`ActError`].
pub async fn list(ctx: &AppContext, who: &Who) -> Result<Vec<ToReview>, ActError> {
    who.require(Action::ReviewQuarantine)?;
    let mut found = Vec::new();
    for case in who.cases(ctx, Action::ReviewQuarantine).await? {
        let waiting = ctx.of(&case).quarantine_list().await?;
        let held = waiting.iter().filter(|row| row.state == QuarantineState::Held);
        let held = held.map(|row| row.record).collect::<std::collections::BTreeSet<_>>().len();
        let counted = quarantine::of_case(ctx, case.id).await?;
        let seen = counted.seen.iter().map(|group| group.findings).sum();
        if held > 0 || seen > 0 || !counted.ends.is_empty() {
            found.push(ToReview {
                person: sealed::person(ctx, &case)?,
                held,
                seen,
                case: case.case().clone(),
            });
        }
    }
    Ok(found)
}

/// Views the counts of one case. Logged.
///
/// # Errors
/// [`ActError`].
pub async fn view(ctx: &AppContext, who: &Who, id: CaseId) -> Result<ReviewView, ActError> {
    let case = who.case(ctx, Action::ReviewQuarantine, id).await?;
    who.does(ctx, (Action::ReviewQuarantine, "quarantine-view"), &case, &id.to_string(), async {
        Ok(ReviewView {
            person: sealed::person(ctx, &case)?,
            order: sealed::order(ctx, &case).await?,
            quarantine: quarantine::of_case(ctx, id).await?,
            legal_hold: ctx.of(&case).legal_hold().await?,
            case: case.case().clone(),
        })
    })
    .await
}

/// Reviews everything with one cause. Gives how many records were erased, or are looked at again.
///
/// # Errors
/// [`ActError::Conflict`] when it cannot be done as things stand.
pub async fn review(
    ctx: &AppContext,
    who: &Who,
    id: CaseId,
    about: About,
    decided: Review,
    reason: &str,
) -> Result<u64, ActError> {
    let case = who.case(ctx, Action::ReviewQuarantine, id).await?;
    if decided != Review::Release && ctx.of(&case).legal_hold().await?.is_some() {
        return Err(ActError::Conflict("a legal hold forbids erasing anything of this case"));
    }
    let done = match decided {
        Review::Erase(which) => {
            review::erase(ctx, &who.actor(), id, about, which, reason).await.map(|made| made.len() as u64)
        }
        Review::Release => {
            review::release(ctx, &who.actor(), id, about, reason).await.map(|effect| effect.requeued)
        }
    };
    let nothing = "nothing with this cause waits for this review any more";
    done.map_err(|error| ActError::of_force(error, nothing))
}
