//! Making the one-time code that enrols a device.

use proviso_model::Timestamp;
use proviso_model::ids::CaseId;

use super::allowed::Action;
use super::error::ActError;
use super::sealed::{self, Person};
use super::who::Who;
use crate::app::AppContext;

/// A code, to be shown once.
pub struct MadeCode {
    /// The code.
    pub code: String,
    /// When it stops working.
    pub expires_at: Timestamp,
    /// Whose device it is for.
    pub person: Person,
}
