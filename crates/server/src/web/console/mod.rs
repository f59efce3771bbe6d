//! The officers' console: one file per page, each a handler, its template and its tests.

mod account;
mod alert;
pub(super) mod assets;
mod audit;
mod blind_reviews;
mod bundle;
mod case_text;
mod caseload;
mod confirm_self;
mod conflicts;
mod cover;
mod coverage;
mod device_notice;
mod duties;
mod enrolment_code;
mod events;
mod fault;
mod find;
mod fleet;
pub mod headers;
mod inbox;
pub(super) mod minutes;
mod notifications;
pub(super) mod orders;
pub(super) mod outside;
mod page;
mod passkeys;
mod people;
mod person;
mod personal_link;
mod planner;
mod privilege;
mod provider;
mod quarantine;
mod received;
mod retention;
mod rights;
mod routes;
mod second_factor;
mod shield;
mod sign_in;
pub(super) mod signed_in;
mod visit;
mod visit_note;
mod visit_pack;
mod waiting;
mod why;
pub(super) mod words;
mod workload;

#[cfg(test)]
pub(crate) mod tests;

use crate::app::AppContext;

pub use routes::router;

/// What every handler of the console is given.
#[derive(Clone)]
pub struct Console {
    /// The application.
    app: AppContext,
}
