//! The console as officers, visitors and the wrong officers meet it: the real router over a real store.

pub(in crate::web) mod client;
mod coverage;
mod evidence;
mod listed;
mod live;
mod names;
mod other_adult;
mod people;
mod pictures;
mod privilege;
mod quarantine;
mod routes;
mod seed;
mod sessions;
mod shield;
mod talk;
mod windows;
