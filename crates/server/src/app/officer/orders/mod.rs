//! Orders in the console: entered by one officer, compared with the court's own and approved by another. Nothing is live before
//! that, and nobody checks what they entered themselves.

pub mod check;
pub mod drafts;
pub mod enter;
pub mod entered;

use crate::app::force::ForceError;
use crate::app::officer::error::ActError;

/// Most reasons that are kept, in bytes.
const REASON_BYTES_MAX: usize = crate::app::late::order_end::REASON_BYTES_MAX;

/// What stopped an act.
fn failed(error: ForceError) -> ActError {
    ActError::of_force(error, "this does not go with how things are now; read the page again")
}
