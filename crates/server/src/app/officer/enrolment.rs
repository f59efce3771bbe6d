//! Making the one-time code that enrols a device.

use proviso_model::Timestamp;
use proviso_model::ids::CaseId;

use super::allowed::Action;
use super::error::ActError;
use super::sealed::{self, Person};
use super::who::Who;
use crate::app::AppContext;
use crate::app::device::code;
use crate::app::device_acts;
use crate::app::force::device::NOBODY_LEFT;

/// A code, to be shown once.
pub struct MadeCode {
    /// The code.
    pub code: String,
    /// When it stops working.
    pub expires_at: Timestamp,
    /// Whose device it is for.
    pub person: Person,
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
        let person = sealed::person(ctx, &case)?;
        let (code, expires_at) = code::issue(ctx, id).await?;
        Ok(MadeCode { code, expires_at, person })
    })
    .await
}
