//! What is done from the command line: officers, cases, orders, devices. Each act is logged before it is done.

pub mod case;
pub mod cover;
pub mod device;
pub mod guest;
pub mod hash_set;
pub mod keys;
pub mod officer;
pub mod pack;
pub mod pack_trial;
pub mod site_list;
pub mod team;

use proviso_model::ids::CaseId;
use proviso_store::{Permit, StoreError};

use crate::app::AppContext;
use crate::app::destruction::DestructionError;
use crate::app::hash_sets::HashSetFault;
use crate::app::officer::error::ActError;
use crate::app::packs::PackFault;
use crate::app::site_lists::SiteListFault;
use crate::app::transfer::Refused;
use crate::keys::KeyError;

/// The actor of the log for the command line.
pub const COMMAND_LINE: &str = "command-line";

/// A case for an act of the command line, which no officer asks for.
///
/// # Errors
/// [`ForceError::Store`] when there is no such case.
pub async fn permit(ctx: &AppContext, case: CaseId) -> Result<Permit, ForceError> {
    let row = ctx.store.case_get(case).await?.ok_or(StoreError::Missing("this case"))?;
    Ok(Permit::of_server(row, COMMAND_LINE))
}

/// Why an act was not done.
#[derive(Debug, thiserror::Error)]
pub enum ForceError {
    /// The order file cannot be used: every fault, rendered.
    #[error("{0}")]
    Order(String),
    /// What was asked for cannot be done as things are.
    #[error("{0}")]
    Refused(String),
    /// Something could not be destroyed.
    #[error(transparent)]
    Destruction(#[from] DestructionError),
    /// Keys could not be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The order as known now cannot be applied.
    #[error(transparent)]
    Late(#[from] crate::app::late::LateError),
    /// A pack cannot be used.
    #[error(transparent)]
    Pack(#[from] PackFault),
    /// A list of sites cannot be used.
    #[error(transparent)]
    SiteList(#[from] SiteListFault),
    /// A hash set cannot be used.
    #[error(transparent)]
    HashSet(#[from] HashSetFault),
    /// What another force sent is not taken, or the case cannot be handed over.
    #[error(transparent)]
    Transfer(Box<Refused>),
    /// The store said no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An officer's act that is shared with the console said no.
    #[error(transparent)]
    Act(#[from] ActError),
}
