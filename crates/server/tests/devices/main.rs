//! What devices may and may not do, over real TLS on this machine.

mod backup;
mod bundle;
mod destruction;
mod device;
mod enrolment;
mod facts;
mod keys;
mod records;
mod replay;
mod rewritten_log;
mod rig;
mod stolen;
