//! One narrow store of use-case verbs, written natively for each database.
//!
//! A verb is one transaction. What the server seals comes here as bytes; clear are ids, kinds, states, times,
//! sequence numbers and hashes only. Traits are split by noun; [`Store`] is all of them.

mod alert;
mod audit;
mod backup;
mod case;
mod context_picture;
mod destruction;
mod device;
mod device_act;
mod device_notice;
mod error;
mod hash_set;
mod job;
mod late;
mod log;
mod officer;
mod opened;
mod other_adult;
mod pack;
mod personal_link;
mod privilege;
mod record;
mod returned;
mod shield;
mod site_list;
pub mod sqlite;
mod timeline;
mod words;

pub use alert::{AlertFilter, AlertRow, AlertStore, DecisionRow, NotificationKind, NotificationRow};
pub use audit::{AuditClose, AuditEntry, AuditFilter, AuditRow, AuditStore, AuditTally};
pub use backup::{BackupStore, CheckedBackup, Position, RestoredRow};
pub use case::{BundleRow, CaseRow, CaseState, CaseStore, OrderVersionRow};
pub use context_picture::{ContextPictureRow, ContextPictureStore};
pub use destruction::{Destruction, DestructionStore, RECORD_KEY_BYTES};
pub use device::{DeviceRow, DeviceState, DeviceStore, EnrolmentCodeRow, PolicyRow};
pub use device_act::{DeviceActRow, DeviceActStore};
pub use device_notice::{
    DeviceNoticeKind, DeviceNoticeRow, DeviceNoticeState, DeviceNoticeStore, DeviceRun, NewDeviceNotice,
};
pub use error::{Result, StoreError};
pub use hash_set::{HashSetRow, HashSetStore};
pub use job::{JobKind, JobRow, JobState, JobStore};
pub use late::{FindingFlag, LateStore, OrderEndRow, Outside, OutsideCause, QuarantineRow, QuarantineState};
pub use log::{CheckpointRow, LeafKind, LogHasher, LogStore, Node};
pub use officer::{OfficerRole, OfficerRow, OfficerStore, SessionRow};
pub use opened::{
    FindingRow, GapRow, NoticeRow, ObservationRow, OpenedRecord, OpenedWhat, StatementRow, WatchedRow,
};
pub use other_adult::{OtherAdultRow, OtherAdultStore, OtherAdultToldRow, OtherAdultWithdrawn};
pub use pack::{PackRow, PackStore};
pub use personal_link::{PersonalLinkRow, PersonalLinkStore};
pub use privilege::{PrivilegeDecision, PrivilegeRow, PrivilegeState, PrivilegeStore};
pub use record::{AppendBatch, Appended, ForkRow, NewRecord, RecordRow, RecordStore, ReplayOutcome, Stop};
pub use returned::ReturnedStore;
pub use shield::{ShieldEnd, ShieldRow, ShieldStore};
pub use site_list::{SiteListRow, SiteListStore};
pub use sqlite::{SqliteOptions, SqliteStore};
pub use timeline::{Stretch, TimelineStore, ToldRow};
pub use words::Priority;

/// Everything that a store can do.
pub trait Store:
    OfficerStore
    + CaseStore
    + DeviceStore
    + DeviceActStore
    + DeviceNoticeStore
    + ReturnedStore
    + RecordStore
    + LogStore
    + AlertStore
    + TimelineStore
    + AuditStore
    + ContextPictureStore
    + DestructionStore
    + BackupStore
    + JobStore
    + OtherAdultStore
    + PackStore
    + ShieldStore
    + PersonalLinkStore
    + SiteListStore
    + HashSetStore
    + LateStore
    + PrivilegeStore
    + Send
    + Sync
    + 'static
{
}
