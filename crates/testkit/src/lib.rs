//! Builders, fakes and the seeded simulator for tests: never shipped.
//!
//! The simulator runs the agent's own spool, watcher and uplink against the server's own ingest and store, on a
//! clock and a network that a seed drives. A failure prints its seed; the same seed gives the same run.

pub mod chance;
pub mod cut_short;
pub mod postgres;
pub mod rewrite_log;
pub mod s3;
pub mod simulator;
pub mod year;
