//! Which versions devices have, for administrators: counts, and the numbers of devices that fell behind; no case and no person.

use super::allowed::Action;
use super::error::ActError;
use super::who::Who;
use crate::app::AppContext;
use crate::app::updates::fleet::{self, Fleet};

/// The view.
///
/// # Errors
/// [`ActError`].
pub async fn view(ctx: &AppContext, who: &Who) -> Result<Fleet, ActError> {
    who.require(Action::ViewFleet)?;
    ctx.note(&who.actor(), "updates-view", None, "").await?;
    fleet::of(ctx).await.map_err(|error| ActError::Broken(error.to_string()))
}
