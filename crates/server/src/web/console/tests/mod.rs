//! The console as officers, visitors and the wrong officers meet it: the real router over a real store.

mod client;
mod coverage;
mod evidence;
mod listed;
mod live;
mod names;
mod people;
mod pictures;
mod quarantine;
mod routes;
mod seed;
mod sessions;
mod shield;
mod talk;
