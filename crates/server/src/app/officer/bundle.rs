//! Preparing an evidence bundle of an alert.

use proviso_evidence::Shown;
use proviso_model::ids::AlertId;

use super::allowed::Action;
use super::error::ActError;
use super::who::Who;
use crate::app::AppContext;
use crate::app::bundle::{self, Asker, Bundle, BundleError, Scope};

/// Makes the bundle of an alert, with as much as is to be shown. Logged before anything is opened.
///
/// # Errors
/// [`ActError`].
pub async fn prepare(ctx: &AppContext, who: &Who, id: AlertId, shown: &Shown) -> Result<Bundle, ActError> {
    let (_, case) = who.alert(ctx, Action::Export, id).await?;
    let because = who.because(ctx, Action::Export, &case)?;
    let asker = Asker { actor: who.actor(), name: who.name.clone(), officer: Some(who.id), because };
    bundle::make(ctx, &asker, Scope::Alert(id), shown).await.map_err(|error| match error {
        BundleError::Nothing(what) => ActError::Conflict(what),
        BundleError::Store(error) => ActError::Store(error),
        other => ActError::Broken(other.to_string()),
    })
}
