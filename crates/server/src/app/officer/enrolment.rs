//! Making the one-time code that enrols a device.

use proviso_model::Timestamp;
use proviso_model::ids::CaseId;
use proviso_model::policy::Policy;
use proviso_store::Permit;

use super::allowed::Action;
use super::error::ActError;
use super::sealed::{self, Order, Person};
use super::who::Who;
use crate::app::AppContext;
use crate::app::device::{code, policy};
use crate::app::device_acts;
use crate::app::force::device::NOBODY_LEFT;
use crate::app::in_use::InUse;

/// A code, to be shown once.
pub struct MadeCode {
    /// The code.
    pub code: String,
    /// When it stops working.
    pub expires_at: Timestamp,
    /// Whose device it is for, and what is handed over to them.
    pub paper: Paper,
}

/// The notice that a person is handed on paper.
#[derive(Debug, Clone)]
pub struct Paper {
    /// The person.
    pub person: Person,
    /// The order as it is now.
    pub order: Order,
    /// A policy made of it for no device: what it lets one look at. `None` where the order allows no monitoring.
    pub policy: Option<Policy>,
}

async fn paper(ctx: &AppContext, case: &Permit) -> Result<Paper, ActError> {
    let order = sealed::order(ctx, case).await?;
    let inputs = proviso_engine::CompileInputs::offline();
    let with = InUse::now(ctx).await.map_err(|error| ActError::Broken(error.to_string()))?;
    let policy = policy::compile(&with, &order, inputs).ok();
    Ok(Paper { person: sealed::person(ctx, case)?, order, policy })
}

/// The notice alone, to be printed and handed over. Logged.
///
/// # Errors
/// [`ActError`].
pub async fn notice(ctx: &AppContext, who: &Who, id: CaseId) -> Result<Paper, ActError> {
    let case = who.case(ctx, Action::EnrolDevice, id).await?;
    let act = (Action::EnrolDevice, "notice-print");
    who.does(ctx, act, &case, &id.to_string(), paper(ctx, &case)).await
}

/// Makes a code for a device of a case. Logged before it is made.
///
/// # Errors
/// [`ActError`].
pub async fn make_code(ctx: &AppContext, who: &Who, id: CaseId) -> Result<MadeCode, ActError> {
    let case = who.case(ctx, Action::EnrolDevice, id).await?;
    if device_acts::ended(&ctx.of(&case).device_act_list().await?, ctx.now()).is_some() {
        return Err(ActError::Conflict(NOBODY_LEFT));
    }
    who.does(ctx, (Action::EnrolDevice, "enrolment-code"), &case, &id.to_string(), async {
        let paper = paper(ctx, &case).await?;
        let (code, expires_at) = code::issue(ctx, &case).await?;
        Ok(MadeCode { code, expires_at, paper })
    })
    .await
}
