//! Values that every part of Proviso agrees on: no input or output, no clock, no randomness.
//!
//! Captured facts ([`observation`]) and generated opinions ([`finding`]) are separate types on purpose
//! (invariant 5 of the design): nothing in this crate turns one into the other.

pub mod alert;
pub mod certificate;
pub mod claim;
pub mod code;
pub mod context_picture;
pub mod contradiction;
pub mod data_request;
pub mod device_act;
pub mod emoji;
pub mod finding;
pub mod gap;
pub mod hash;
pub mod hash_set;
pub mod ids;
pub mod judgement;
pub mod language;
pub mod limits;
pub mod looked;
pub mod messages;
pub mod native;
pub mod observation;
pub mod order;
pub mod other_adult;
pub mod policy;
pub mod privilege;
pub mod record;
mod schema;
pub mod setting;
pub mod site_list;
pub mod stages;
pub mod statement;
pub mod time;
pub mod update;
pub mod visit;
pub mod wire;

pub use alert::{AlertState, Outcome};
pub use context_picture::{ContextPicture, ContextPixels, ContextWindow, WithoutContext};
pub use contradiction::{LogConflict, LogContradiction, SaidRestored, SignedLog};
pub use device_act::{CaptureUnder, DeviceAct, DeviceActKind};
pub use finding::{Finding, Span};
pub use gap::{Gap, GapCause};
pub use hash::{Digest, Md5, PdqHash};
pub use messages::Message;
pub use observation::{
    Act, Attribution, Fact, HistoryReading, HistorySeen, HistorySetting, Machine, MachineWhat, Observation,
    Passage, Picture, PictureSeen, Source,
};
pub use order::{ConditionKind, Order};
pub use other_adult::{InputCounts, OtherAdult, OtherAdultEnd, OtherAdultTold};
pub use policy::{Policy, PolicyCondition};
pub use time::Timestamp;
