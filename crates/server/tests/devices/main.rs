//! What devices may and may not do, over real TLS on this machine.

mod acts;
mod agent;
mod audit_check;
mod backup;
mod bundle;
mod context;
mod copied;
mod coverage;
mod destruction;
mod device;
mod enrolment;
mod facts;
mod hash_sets;
mod keys;
mod late;
mod list_proofs;
mod listed_pictures;
mod looked;
mod operations;
mod other_adult;
mod packs;
mod pictures;
#[path = "../../../testkit/src/shared/planted.rs"]
mod planted;
mod privilege;
mod records;
mod replay;
mod returned;
mod rewritten_log;
mod rig;
mod several;
mod shield;
mod site_lists;
mod statements;
mod stolen;
mod visits;
