//! One narrow store of use-case verbs, written natively for each database.
//!
//! A verb is one transaction. What the server seals comes here as bytes; clear are ids, kinds, states, times,
//! sequence numbers and hashes only. Traits are split by noun; [`Store`] is all of them.
//!
//! **Two engines, one source where SQL is the same.** The files in `sql/` are compiled once for each engine, as modules of
//! `sqlite` and of `postgres`, over the engine's own connection, row and store (`EngineConnection`, `EngineRow`, `EngineStore`):
//! ordinary SQL with `$1`, and a few words that differ (`FIND`, `RANDOM_ID`, `PASSING_OVER`, `AMONG`, `EACH`, `PUT_BACK`). Native are opening, transactions,
//! migrations, record keys and copies. A new verb goes into `sql/` and runs on both; the suite in `tests/conformance` says so.

#![allow(clippy::duplicate_mod, reason = "the files in sql/ are modules of both engines")]

mod access;
mod alert;
mod alert_care;
mod audit;
mod backup;
mod blind_review;
mod case;
mod case_guest;
mod caseload;
mod conflict;
mod context_picture;
mod copy;
mod cover;
mod destruction;
mod device;
mod device_act;
mod device_notice;
mod duty;
mod error;
mod hash_set;
mod inbox_filter;
mod job;
mod late;
mod log;
mod master_sealed;
mod migration;
mod name_index;
mod of_record;
mod officer;
mod opened;
mod order_draft;
mod other_adult;
mod pack;
mod passkey;
mod permitted;
mod permitted_caseload;
mod personal_link;
mod postgres;
mod privilege;
mod received;
mod record;
mod retention;
mod returned;
mod rights;
mod rule_tally;
mod second_factor;
mod shield;
mod site_list;
pub mod sqlite;
mod subject;
mod team;
mod telling;
mod timeline;
mod trial;
mod visit;
mod visit_note;
mod waiting;
mod words;

pub use access::{Access, AccessStore, Permit, Tie};
pub use alert::{AlertFilter, AlertRow, AlertStore, DecisionRow, NotificationKind, NotificationRow};
pub use alert_care::{AlertCare, AlertCareStore, Rest};
pub use audit::{AuditClose, AuditEntry, AuditFilter, AuditRow, AuditSearch, AuditStore, AuditTally};
pub use backup::{BackupStore, CheckedBackup, Position, RestoredRow};
pub use blind_review::{BlindReviewRow, BlindReviewStore};
pub use case::{BundleRow, CaseRow, CaseState, CaseStore, OrderVersionRow};
pub use case_guest::{CaseGuestRow, CaseGuestStore};
pub use caseload::{CaseloadStore, DecidedLately, NewestFinding};
pub use conflict::{CaseMoveRow, ConflictEnd, ConflictFilter, ConflictRow, ConflictStore};
pub use context_picture::{ContextPictureRow, ContextPictureStore};
pub use copy::{Copied, CopyError, CopyProgress, copy_store};
pub use cover::{CoverRow, CoverStore, NotificationSettingRow};
pub use destruction::{Destruction, DestructionStore, LegalHold, RECORD_KEY_BYTES};
pub use device::{DeviceRow, DeviceState, DeviceStore, EnrolmentCodeRow, PolicyRow};
pub use device_act::{DeviceActRow, DeviceActStore};
pub use device_notice::{
    DeviceNoticeKind, DeviceNoticeRow, DeviceNoticeState, DeviceNoticeStore, DeviceRun, NewDeviceNotice,
};
pub use duty::{DutyKind, DutyRow, DutyStore};
pub use error::{Result, StoreError};
pub use hash_set::{HashSetRow, HashSetStore};
pub use inbox_filter::{InboxFilterRow, InboxFilterStore};
pub use job::{DeadJobRow, JobKind, JobRow, JobState, JobStore};
pub use late::{FindingFlag, LateStore, OrderEndRow, Outside, OutsideCause, QuarantineRow, QuarantineState};
pub use log::{CheckpointRow, LeafKind, LogHasher, LogStore, Node};
pub use master_sealed::{MasterSealedIn, MasterSealedRow, MasterSealedStore};
pub use migration::Pending;
pub use name_index::{NAME_TOKEN_BYTES, NameIndexStore, NameToken};
pub use of_record::OfRecord;
pub use officer::{OfficerRole, OfficerRow, OfficerStore, SessionFactor, SessionRow};
pub use opened::{
    FindingRow, GapRow, NoticeRow, ObservationRow, OpenedRecord, OpenedWhat, StatementRow, WatchedRow,
};
pub use order_draft::{OrderDraftKind, OrderDraftRow, OrderDraftState, OrderDraftStore};
pub use other_adult::{OtherAdultRow, OtherAdultStore, OtherAdultToldRow, OtherAdultWithdrawn};
pub use pack::{PackRow, PackStore};
pub use passkey::{CeremonyKind, CeremonyRow, PasskeyRow, PasskeyStore};
pub use permitted::Permitted;
pub use permitted_caseload::PermittedCaseload;
pub use personal_link::{PersonalLinkRow, PersonalLinkStore};
pub use postgres::{PostgresAddress, PostgresAddressError, PostgresOptions, PostgresStore};
pub use privilege::{PrivilegeDecision, PrivilegeRow, PrivilegeState, PrivilegeStore};
pub use received::{ReceivedCase, ReceivedRow, ReceivedStore};
pub use record::{AppendBatch, Appended, ForkRow, NewRecord, RecordRow, RecordStore, ReplayOutcome, Stop};
pub use retention::{RetentionEnd, RetentionEndKind, RetentionKind, RetentionRow, RetentionStore};
pub use returned::ReturnedStore;
pub use rights::{RightsActKind, RightsActRow, RightsKind, RightsRequestRow, RightsStore};
pub use rule_tally::{RuleTally, RuleTallyStore};
pub use second_factor::{SecondFactorRow, SecondFactorState, SecondFactorStore};
pub use shield::{ShieldEnd, ShieldRow, ShieldStore};
pub use site_list::{SiteListRow, SiteListStore};
pub use sqlite::{SqliteOptions, SqliteStore};
pub use subject::SubjectStore;
pub use team::{TeamMemberRow, TeamPart, TeamRow, TeamStore};
pub use telling::{
    Channel, ClaimedDelivery, ClockRow, ClockStep, DeliveryEnd, DeliveryKind, DeliveryRow, DeliveryState,
    DeliveryTally, NewTelling, TellingRow, TellingStep, TellingStore,
};
pub use timeline::{Stretch, TimelineStore, ToldRow};
pub use trial::{TrialRow, TrialStore, TrialSum};
pub use visit::{VisitRecordRow, VisitStore};
pub use visit_note::{VisitActionRow, VisitDrawRow, VisitNoteRow, VisitNoteStore};
pub use words::Priority;

/// Everything that a store can do.
pub trait Store:
    OfficerStore
    + CaseStore
    + DeviceStore
    + DeviceActStore
    + DeviceNoticeStore
    + RetentionStore
    + RightsStore
    + RuleTallyStore
    + ReturnedStore
    + ReceivedStore
    + RecordStore
    + LogStore
    + AlertStore
    + AlertCareStore
    + InboxFilterStore
    + TimelineStore
    + AccessStore
    + BlindReviewStore
    + TeamStore
    + CaseGuestStore
    + CaseloadStore
    + ConflictStore
    + CoverStore
    + TellingStore
    + AuditStore
    + ContextPictureStore
    + DestructionStore
    + BackupStore
    + JobStore
    + OrderDraftStore
    + OtherAdultStore
    + PackStore
    + TrialStore
    + PasskeyStore
    + SecondFactorStore
    + ShieldStore
    + PersonalLinkStore
    + SiteListStore
    + SubjectStore
    + HashSetStore
    + LateStore
    + MasterSealedStore
    + NameIndexStore
    + PrivilegeStore
    + VisitStore
    + VisitNoteStore
    + DutyStore
    + Send
    + Sync
    + 'static
{
}
