//! The console as officers, visitors and the wrong officers meet it: the real router over a real store.

mod authenticator;
pub(crate) mod client;
mod conflicts;
mod coverage;
mod evidence;
mod guests;
mod listed;
mod live;
mod names;
mod notifications;
mod other_adult;
mod passkeys;
mod people;
mod pictures;
mod privilege;
mod quarantine;
mod routes;
mod second_factor;
pub(crate) mod seed;
mod sessions;
mod shield;
mod talk;
mod visit;
mod windows;
