//! What officers do in the console: one file per act. Each authorises, is logged before it is done, and is one call of
//! the store where it changes anything.

pub mod acts;
pub mod alert;
pub mod allowed;
pub mod audit_log;
pub mod budget;
pub mod bundle;
pub mod caseload;
mod ceremony;
pub mod conflicts;
pub mod context;
pub mod cover;
pub mod coverage;
pub mod device_acts;
pub mod device_notice;
pub mod enrolment;
pub mod error;
pub mod find;
pub mod fleet;
pub mod fold;
pub mod handle;
pub mod history;
pub mod inbox;
pub mod inbox_export;
pub mod inbox_filters;
pub mod inbox_query;
pub mod notifications;
pub mod other_adult;
pub mod passkeys;
pub mod password;
pub mod people;
pub mod person;
pub mod picture;
pub mod priority;
pub mod privilege;
pub mod provider;
pub mod quarantine;
pub mod reason;
pub mod received;
pub mod retention;
pub mod rights;
pub mod rules;
pub mod sealed;
pub mod second_factor;
pub mod session;
pub mod shield;
pub mod statements;
pub mod thread;
pub mod threads;
pub mod unveilings;
pub mod who;
pub mod workload;

/// The time zone of what belongs to no order.
pub const FORCE_ZONE: &str = "Europe/London";
