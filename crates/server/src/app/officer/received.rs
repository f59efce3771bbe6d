//! What another force handed over with a case, for whoever may see the case. Looking at it and taking the evidence along are logged.

use proviso_model::ids::CaseId;
use proviso_model::statement::StatementKind;
use proviso_model::{Digest, Timestamp};
use proviso_store::{Permit, ReceivedRow};

use super::allowed::Action;
use super::error::ActError;
use super::history;
use super::sealed::{self, Order, Person};
use super::who::Who;
use crate::app::AppContext;
use crate::app::transfer::facts::CaseFacts;
use crate::app::transfer::file::TransferStatement;
use crate::app::transfer::kept::{self, Part};

/// That something was received.
#[derive(Debug, Clone)]
pub struct ReceivedLine {
    /// What is kept of it.
    pub row: ReceivedRow,
    /// The name of the force that handed it over.
    pub from: String,
}

/// What was received of a case, oldest first. The caller has logged the view.
///
/// # Errors
/// [`ActError`].
pub async fn of_case(ctx: &AppContext, case: &Permit) -> Result<Vec<ReceivedLine>, ActError> {
    let mut lines = Vec::new();
    for row in ctx.of(case).received_list().await? {
        let (says, _) = kept::signed(ctx, &row).map_err(broken)?;
        lines.push(ReceivedLine { row, from: says.from_name });
    }
    Ok(lines)
}

fn broken(error: crate::app::force::ForceError) -> ActError {
    ActError::of_force(error, "what the other force handed over cannot be read from the blobs")
}

/// What the page of a received file shows.
#[derive(Debug, Clone)]
pub struct ReceivedView {
    /// What is kept of it.
    pub row: ReceivedRow,
    /// What the other force signed.
    pub says: TransferStatement,
    /// The facts; what the person wrote about contacts to protect is not among them.
    pub facts: CaseFacts,
    /// The person.
    pub person: Person,
    /// The order as it is here now.
    pub order: Order,
    /// The officer in charge.
    pub officer: String,
    /// Whether this officer may take the evidence along.
    pub may_export: bool,
    /// Now.
    pub now: Timestamp,
}

/// Views what was received. Logged before it is opened.
///
/// # Errors
/// [`ActError::NotFound`] where it is none of this case, or the case not the officer's; [`ActError`].
pub async fn view(
    ctx: &AppContext,
    who: &Who,
    case: CaseId,
    hash: &Digest,
) -> Result<ReceivedView, ActError> {
    let case = who.case(ctx, Action::ViewEvidence, case).await?;
    let row = ctx.of(&case).received_get(hash).await?.ok_or(ActError::NotFound)?;
    let objects = format!("{} {hash}", case.id);
    who.does(ctx, (Action::ViewEvidence, "received-view"), &case, &objects, async {
        let (says, _) = kept::signed(ctx, &row).map_err(broken)?;
        let mut facts = kept::facts(ctx, &row).await.map_err(broken)?;
        facts.statements.retain(|one| one.of != StatementKind::Protect);
        Ok(ReceivedView {
            says,
            facts,
            person: sealed::person(ctx, &case)?,
            order: sealed::order(ctx, &case).await?,
            officer: history::in_charge(ctx, &case).await?,
            may_export: who.may_on(Action::Export, &case),
            now: ctx.now(),
            row,
        })
    })
    .await
}

/// The evidence bundle as it came. Logged, as disclosure, before it is opened.
///
/// # Errors
/// [`ActError::NotFound`] where it is none of this case, or the case not the officer's, or no evidence came with it; [`ActError`].
pub async fn bundle(ctx: &AppContext, who: &Who, case: CaseId, hash: &Digest) -> Result<Vec<u8>, ActError> {
    let case = who.case(ctx, Action::Export, case).await?;
    let row = ctx.of(&case).received_get(hash).await?;
    let row = row.filter(|row| row.bundle_bytes > 0).ok_or(ActError::NotFound)?;
    let objects = format!("{} {hash}", case.id);
    who.does(ctx, (Action::Export, "received-export"), &case, &objects, async {
        kept::get(ctx, &row, Part::Bundle).await.map_err(broken)
    })
    .await
}
