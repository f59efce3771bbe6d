//! The agent on a supervised person's device: overt, order-bound capture.
//!
//! Everything that decides is usable in-process with the clock, randomness, disk and network given from outside:
//! [`watch::Watcher`] takes observations, [`spool::Spool`] keeps records, [`uplink::Uplink`] carries them. The binary
//! wires these to the real machine.

pub mod bounded;
pub mod client_certificate;
pub mod clock;
pub mod daemon;
pub mod doctor;
pub mod enrol;
pub mod fetched;
pub mod gaps;
pub mod hash_sets;
pub mod identity;
pub mod notice;
pub mod other_adult;
pub mod pictures;
pub mod pin;
pub mod policy_keep;
mod profiles;
pub mod release;
pub mod site_lists;
pub mod sources;
pub mod spool;
pub mod state_dir;
pub mod status;
pub mod update;
pub mod uplink;
pub mod visit;
pub mod watch;
pub mod writer;

pub use clock::{Clock, Fix, TrueTime};
pub use hash_sets::HashSetKeep;
pub use policy_keep::PolicyKeep;
pub use site_lists::SiteListKeep;
pub use spool::{OnDisk, Spool, SpoolLimits};
pub use state_dir::StateDir;
pub use uplink::{Next, Transport, TransportError, Uplink, UplinkParts, WireAnswer, WireRequest};
pub use watch::{Observed, WatchSettings, Watcher, WatcherParts};
pub use writer::RecordWriter;
