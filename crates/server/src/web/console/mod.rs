//! The officers' console: one file per page, each a handler, its template and its tests.

mod account;
mod alert;
mod assets;
mod audit;
mod bundle;
mod coverage;
mod day_strip;
mod device_notice;
mod enrolment_code;
mod events;
mod fault;
pub mod headers;
mod inbox;
mod outside;
mod page;
mod people;
mod person;
mod privilege;
mod quarantine;
mod routes;
mod shield;
mod sign_in;
mod signed_in;
mod waiting;
mod words;

#[cfg(test)]
mod tests;

use crate::app::AppContext;

pub use routes::router;

/// What every handler of the console is given.
#[derive(Clone)]
pub struct Console {
    /// The application.
    app: AppContext,
}
