//! What devices ask: enrolment, certificate, policy, lists of sites, hash sets, records, liveness. Callable without HTTP; `web/api` only carries them.

pub mod authenticate;
pub mod certificate;
pub mod code;
pub mod enrol;
pub mod hash_set;
pub mod ingest;
pub mod liveness;
pub mod looked;
pub mod nonce;
pub mod policy;
pub mod proof;
mod refusal;
pub mod restored_log;
pub mod returned;
pub mod site_list;

pub use refusal::{DeviceRefusal, status_of};
