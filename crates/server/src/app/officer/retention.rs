//! Reviews of how long a case is kept, for officers: a data protection officer, or a supervisor who is not in charge of the case. Each act is
//! logged before it is done; destroying takes two of them.

use jiff::civil::Date;
use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, CertificateId, RetentionId};
use proviso_store::{CaseRow, RetentionEndKind, RetentionKind};

use super::allowed::Action;
use super::error::ActError;
use super::history::actor_name;
use super::sealed::{self, Person};
use super::who::Who;
use crate::app::AppContext;
use crate::app::destruction::{self, Certificate, JournalEntry, What};
use crate::app::force::ForceError;
use crate::app::retention::act::{self, Decided};
use crate::app::retention::{self, Review};

/// Certificates that the list names at most: the newest.
const CERTIFICATES_MAX: usize = 50;

/// A case on the list.
#[derive(Debug, Clone)]
pub struct Listed {
    /// How it stands.
    pub review: Review,
    /// The person.
    pub person: Person,
}

/// A case that was destroyed.
#[derive(Debug, Clone)]
pub struct Gone {
    /// What the journal says.
    pub entry: JournalEntry,
    /// Who did it, for screens.
    pub by: String,
    /// Who proposed it, for screens.
    pub proposed_by: Option<String>,
}

/// A decision as its page shows it.
#[derive(Debug, Clone)]
pub struct ShownDecision {
    /// Its id.
    pub id: RetentionId,
    /// What was decided.
    pub kind: RetentionKind,
    /// Until when it is kept, or why it is to be destroyed.
    pub detail: String,
    /// When, by whom, why.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// Why.
    pub reason: String,
    /// How a proposal ended, when, by whom, why.
    pub ended: Option<(RetentionEndKind, Timestamp, String, String)>,
    /// Whether it waits for another officer.
    pub waits: bool,
    /// Whether the officer who looks made it.
    pub is_own: bool,
}

/// One case's page.
#[derive(Debug, Clone)]
pub struct RetentionView {
    /// How it stands.
    pub review: Review,
    /// The person.
    pub person: Person,
    /// What was decided, the newest first.
    pub decided: Vec<ShownDecision>,
    /// The last day until which it may be kept.
    pub keep_until_max: Date,
}

/// Every case that this officer may review, what is due longest first, and the cases that were destroyed. No evidence is opened.
///
/// # Errors
/// [`ActError`].
pub async fn list(ctx: &AppContext, who: &Who) -> Result<(Vec<Listed>, Vec<Gone>), ActError> {
    who.require(Action::ReviewRetention)?;
    let cases = who.cases(ctx, Action::ReviewRetention).await?;
    let may = |case: &CaseRow| cases.iter().any(|one| one.id == case.id);
    let mut listed = Vec::new();
    for review in retention::list(ctx, may).await? {
        listed.push(Listed { person: sealed::person(ctx, &review.case)?, review });
    }
    let mut gone = Vec::new();
    let journal = ctx.journal().read()?;
    let cases = journal.into_iter().rev().filter(|entry| matches!(entry.what, What::Case { .. }));
    for entry in cases.take(CERTIFICATES_MAX) {
        let proposed_by = match &entry.proposed_by {
            Some(actor) => Some(actor_name(ctx, actor).await?),
            None => None,
        };
        gone.push(Gone { by: actor_name(ctx, &entry.by).await?, proposed_by, entry });
    }
    Ok((listed, gone))
}

/// The page of one case. Logged.
///
/// # Errors
/// [`ActError`].
pub async fn view(ctx: &AppContext, who: &Who, id: CaseId) -> Result<RetentionView, ActError> {
    let case = who.case(ctx, Action::ReviewRetention, id).await?;
    who.does(ctx, (Action::ReviewRetention, "retention-view"), &case, &id.to_string(), async {
        let rows = ctx.of(&case).retention_list().await?;
        let review = retention::of_case(ctx, case.case().clone(), rows).await?;
        let waits = review.proposal.as_ref().map(|row| row.id);
        let mut decided = Vec::new();
        for row in review.decided.iter().rev() {
            let ended = match &row.ended {
                Some(end) => {
                    let by = actor_name(ctx, &end.by).await?;
                    Some((end.how, end.at, by, retention::reason(ctx, id, &end.sealed)?))
                }
                None => None,
            };
            decided.push(ShownDecision {
                id: row.id,
                kind: row.kind,
                detail: row.keep_until.clone().or(row.why.clone()).unwrap_or_default(),
                at: row.decided_at,
                by: actor_name(ctx, &row.decided_by).await?,
                reason: retention::reason(ctx, id, &row.sealed)?,
                ended,
                waits: waits == Some(row.id),
                is_own: row.decided_by == who.actor(),
            });
        }
        let today = retention::day_of(ctx.now());
        let keep_until_max = ctx.retention.keep_until_max(today, review.is_over);
        Ok(RetentionView { person: sealed::person(ctx, &case)?, decided, keep_until_max, review })
    })
    .await
}

/// What was done, or in words why not.
pub type Answered<T> = Result<Result<T, String>, ActError>;

fn answered<T>(done: Result<T, ForceError>) -> Answered<T> {
    match done {
        Ok(made) => Ok(Ok(made)),
        Err(ForceError::Refused(why)) => Ok(Err(why)),
        Err(ForceError::Destruction(why)) => Ok(Err(why.to_string())),
        Err(error) => Err(ActError::of_force(error, "this cannot be decided as things are")),
    }
}

/// Puts a decision on record.
///
/// # Errors
/// [`ActError`].
pub async fn decide(
    ctx: &AppContext,
    who: &Who,
    id: CaseId,
    decided: &Decided,
    reason: &str,
) -> Answered<RetentionId> {
    let case = who.case(ctx, Action::ReviewRetention, id).await?;
    answered(act::decide(ctx, &who.actor(), case.case().clone(), decided, reason).await)
}

/// Confirms a colleague's proposal: the case is destroyed.
///
/// # Errors
/// [`ActError`].
pub async fn confirm(
    ctx: &AppContext,
    who: &Who,
    id: CaseId,
    proposal: RetentionId,
) -> Answered<Certificate> {
    let case = who.case(ctx, Action::ReviewRetention, id).await?;
    answered(act::confirm(ctx, &who.actor(), case.case().clone(), proposal).await)
}

/// Withdraws a proposal.
///
/// # Errors
/// [`ActError`].
pub async fn withdraw(
    ctx: &AppContext,
    who: &Who,
    id: CaseId,
    proposal: RetentionId,
    reason: &str,
) -> Answered<()> {
    let case = who.case(ctx, Action::ReviewRetention, id).await?;
    answered(act::withdraw(ctx, &who.actor(), case.case().clone(), proposal, reason).await)
}

/// A certificate of erasure, once more. Logged. It says nothing of what was erased, so whoever reviews may have any.
///
/// # Errors
/// [`ActError`].
pub async fn certificate(ctx: &AppContext, who: &Who, id: CertificateId) -> Result<Certificate, ActError> {
    who.require(Action::ReviewRetention)?;
    let made = destruction::again(ctx, id).await.map_err(|error| ActError::Broken(error.to_string()))?;
    let made = made.ok_or(ActError::NotFound)?;
    ctx.note(&who.actor(), "certificate-give", None, &id.to_string()).await?;
    Ok(made)
}
