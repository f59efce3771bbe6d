//! What people ask about their data, for officers: the officer in charge enters a request; a data protection officer, or a supervisor who is
//! not in charge of the case, answers it. Each act is logged before it is done.

use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, OfficerId, RightsRequestId};
use proviso_store::{OfficerRole, RightsActKind, RightsKind};

use super::allowed::Action;
use super::error::ActError;
use super::history::{actor_name, officer_name};
use super::sealed::{self, Person};
use super::who::Who;
use crate::app::AppContext;
use crate::app::force::ForceError;
use crate::app::rights::act::{self, Done, NewRequest};
use crate::app::rights::export::{self, Export};
use crate::app::rights::{self, Asked};

/// A request on a list.
#[derive(Debug, Clone)]
pub struct Listed {
    /// How it stands.
    pub asked: Asked,
    /// The person.
    pub person: Person,
    /// Who is to answer.
    pub owner: Option<String>,
    /// Who entered it.
    pub entered_by: String,
}

/// Something that was done about a request, as its page shows it.
#[derive(Debug, Clone)]
pub struct ShownAct {
    /// What.
    pub kind: RightsActKind,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// The new owner.
    pub owner: Option<String>,
    /// The later day.
    pub due_on: Option<String>,
    /// The reason, or the reply.
    pub text: String,
}

/// The page of a request.
#[derive(Debug, Clone)]
pub struct RightsView {
    /// How it stands.
    pub listed: Listed,
    /// What is asked.
    pub text: String,
    /// What was done about it, in order.
    pub acts: Vec<ShownAct>,
    /// Whether the officer who looks may act on it.
    pub may_act: bool,
    /// Officers who may be given it.
    pub officers: Vec<(OfficerId, String)>,
}

async fn listed(ctx: &AppContext, asked: Asked, person: Person) -> Result<Listed, ActError> {
    let owner = match asked.owner {
        Some(id) => Some(officer_name(ctx, id).await?),
        None => None,
    };
    let entered_by = actor_name(ctx, &asked.row.entered_by).await?;
    Ok(Listed { asked, person, owner, entered_by })
}

/// The requests in all cases that this officer answers for, those overdue first.
///
/// # Errors
/// [`ActError`].
pub async fn list(ctx: &AppContext, who: &Who) -> Result<Vec<Listed>, ActError> {
    who.require(Action::AnswerRights)?;
    let cases = who.cases(ctx, Action::AnswerRights).await?;
    let mut found = Vec::new();
    for asked in rights::among(ctx, &cases).await? {
        if let Some(case) = cases.iter().find(|case| case.id == asked.row.case) {
            found.push(listed(ctx, asked, sealed::person(ctx, case)?).await?);
        }
    }
    Ok(found)
}

/// The requests of one case. Logged.
///
/// # Errors
/// [`ActError`].
pub async fn of_case(ctx: &AppContext, who: &Who, id: CaseId) -> Result<(Person, Vec<Listed>), ActError> {
    let case = who.case(ctx, Action::EnterRights, id).await?;
    who.does(ctx, (Action::EnterRights, "rights-view"), &case, &id.to_string(), async {
        let person = sealed::person(ctx, &case)?;
        let mut found = Vec::new();
        for asked in rights::of(ctx, &case).await? {
            found.push(listed(ctx, asked, person.clone()).await?);
        }
        Ok((person, found))
    })
    .await
}

/// One request. Logged.
///
/// # Errors
/// [`ActError`].
pub async fn view(
    ctx: &AppContext,
    who: &Who,
    id: CaseId,
    request: RightsRequestId,
) -> Result<RightsView, ActError> {
    let case = who.case(ctx, Action::EnterRights, id).await?;
    let found = rights::of(ctx, &case).await?.into_iter().find(|one| one.row.id == request);
    let asked = found.ok_or(ActError::NotFound)?;
    who.does(ctx, (Action::EnterRights, "rights-view"), &case, &format!("{id} {request}"), async {
        let mut acts = Vec::new();
        for row in &asked.acts {
            acts.push(ShownAct {
                kind: row.kind,
                at: row.at,
                by: actor_name(ctx, &row.by).await?,
                owner: match row.officer {
                    Some(officer) => Some(officer_name(ctx, officer).await?),
                    None => None,
                },
                due_on: row.due_on.clone(),
                text: rights::opened(ctx, id, &row.sealed)?,
            });
        }
        let mut officers = Vec::new();
        for row in ctx.store.officer_list().await? {
            let answers = matches!(row.role, OfficerRole::DataProtection | OfficerRole::Supervisor);
            if answers && row.disabled_at.is_none() {
                officers.push((row.id, row.display_name));
            }
        }
        Ok(RightsView {
            text: rights::words(ctx, &asked.row).await?,
            listed: listed(ctx, asked.clone(), sealed::person(ctx, &case)?).await?,
            acts,
            may_act: who.may_on(Action::AnswerRights, &case),
            officers,
        })
    })
    .await
}

/// What was done, or in words why not.
pub type Answered<T> = Result<Result<T, String>, ActError>;

fn answered<T>(done: Result<T, ForceError>) -> Answered<T> {
    match done {
        Ok(made) => Ok(Ok(made)),
        Err(ForceError::Refused(why)) => Ok(Err(why)),
        Err(error) => Err(ActError::of_force(error, "this cannot be done as things are")),
    }
}

/// Enters a request. With `stops`, for the wrong person: capture stops at once.
///
/// # Errors
/// [`ActError`].
pub async fn enter(
    ctx: &AppContext,
    who: &Who,
    id: CaseId,
    new: &NewRequest<'_>,
    stops: bool,
) -> Answered<RightsRequestId> {
    let case = who.case(ctx, Action::EnterRights, id).await?;
    let actor = who.actor();
    answered(match stops && new.kind == RightsKind::WrongPerson {
        true => act::enter_wrong_person(ctx, &actor, &case, new).await,
        false => act::enter(ctx, &actor, &case, new).await,
    })
}

/// Does something about a request.
///
/// # Errors
/// [`ActError`].
pub async fn act(
    ctx: &AppContext,
    who: &Who,
    id: CaseId,
    request: RightsRequestId,
    done: Done,
    text: &str,
) -> Answered<()> {
    let case = who.case(ctx, Action::AnswerRights, id).await?;
    if let Done::Owner(officer) = done {
        let row = ctx.store.officer_get(officer).await?.filter(|row| row.disabled_at.is_none());
        let answers = |role| matches!(role, OfficerRole::DataProtection | OfficerRole::Supervisor);
        if !row.is_some_and(|row| answers(row.role)) {
            return Ok(Err("choose a data protection officer or a supervisor".to_owned()));
        }
    }
    answered(act::act(ctx, &who.actor(), &case, request, done, text).await)
}

/// What may be given to the person. Logged before anything is opened, as disclosure.
///
/// # Errors
/// [`ActError`].
pub async fn export(
    ctx: &AppContext,
    who: &Who,
    id: CaseId,
    request: RightsRequestId,
) -> Result<Export, ActError> {
    let case = who.case(ctx, Action::AnswerRights, id).await?;
    let found = rights::of(ctx, &case).await?;
    let is_access = found.iter().any(|one| one.row.id == request && one.row.kind == RightsKind::Access);
    if !is_access {
        return Err(ActError::NotFound);
    }
    who.does(ctx, (Action::AnswerRights, "rights-export"), &case, &format!("{id} {request}"), async {
        export::of_case(ctx, &case).await
    })
    .await
}
