//! What can be asked of the server: one file per act. An act authorises, is logged before it is done, and is one
//! transaction.

pub mod audit_check;
pub mod audit_export;
pub mod backup;
pub mod bundle;
pub mod caseload;
pub mod conflicts;
mod context;
pub mod coverage;
pub mod destruction;
pub mod device;
pub mod device_acts;
pub mod device_tasks;
pub mod force;
pub mod forecast;
pub mod hash_sets;
pub mod in_use;
pub mod late;
mod log;
mod logged;
pub mod master_key;
pub mod name_index;
pub mod officer;
pub mod orders;
pub mod other_adult;
pub mod packs;
pub mod personal;
pub mod privilege;
pub mod retention;
pub mod rights;
pub mod shield;
pub mod site_lists;
pub mod transfer;
pub mod updates;
pub mod visit;
pub mod witness;

pub use context::{AppContext, Clock, Parts};
pub use log::LedgerHasher;
