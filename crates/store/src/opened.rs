//! What the worker found in a record. Captured facts and generated opinions are separate rows.

use proviso_model::finding::Finding;
use proviso_model::ids::{AlertId, CaseId, DeviceId};
use proviso_model::order::ConditionKind;
use proviso_model::policy::TrialCount;
use proviso_model::{GapCause, Source, Timestamp};

use crate::context_picture::ContextPictureRow;
use crate::late::{Outside, QuarantineRow};
use crate::other_adult::OtherAdultToldRow;
use crate::privilege::PrivilegeRow;
use crate::record::ReplayOutcome;
use crate::rights::RightsRequestRow;
use crate::words::Priority;

/// A captured fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObservationRow {
    /// The record that it came in.
    pub record: [u8; 32],
    /// The case.
    pub case: CaseId,
    /// The device.
    pub device: DeviceId,
    /// When observed.
    pub observed_at: Timestamp,
    /// Which part of the agent saw it.
    pub source: String,
    /// What brought it about.
    pub act: String,
    /// The observation as JSON, sealed.
    pub sealed: Vec<u8>,
}

/// A generated opinion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingRow {
    /// The record that it came in.
    pub record: [u8; 32],
    /// Its place among the record's findings.
    pub position: u32,
    /// The case.
    pub case: CaseId,
    /// The device.
    pub device: DeviceId,
    /// Paragraph of the order.
    pub paragraph: String,
    /// Kind of condition.
    pub condition: ConditionKind,
    /// Rule.
    pub rule: String,
    /// Category.
    pub category: String,
    /// When the observation was made.
    pub observed_at: Timestamp,
    /// How strongly the rule spoke, 0 to 1000.
    pub strength_permille: u16,
    /// Name and version of the pack that it rests on; `None` for findings from before these were kept.
    pub pack: Option<(String, String)>,
    /// Why the order as known now does not cover it; `None` when it does.
    pub outside: Option<Outside>,
    /// The finding as JSON, sealed.
    pub sealed: Vec<u8>,
}

impl FindingRow {
    /// The clear columns of a finding beside its sealed whole.
    #[must_use]
    pub fn new(
        record: [u8; 32],
        position: u32,
        case: CaseId,
        device: DeviceId,
        finding: &Finding,
        sealed: Vec<u8>,
    ) -> Self {
        Self {
            record,
            position,
            case,
            device,
            paragraph: finding.paragraph.clone(),
            condition: finding.condition,
            rule: finding.rule.clone(),
            category: finding.category.clone(),
            observed_at: finding.observed_at,
            strength_permille: finding.strength_permille,
            pack: Some((finding.pack.name.clone(), finding.pack.version.clone())),
            outside: None,
            sealed,
        }
    }
}

/// A gap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GapRow {
    /// The record that it came in.
    pub record: [u8; 32],
    /// The case.
    pub case: CaseId,
    /// The device.
    pub device: DeviceId,
    /// What was not watched.
    pub source: Source,
    /// Why.
    pub cause: GapCause,
    /// Start.
    pub from: Timestamp,
    /// End; `None` while it lasts.
    pub until: Option<Timestamp>,
    /// Detail, sealed.
    pub sealed: Vec<u8>,
}

/// A watched stretch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchedRow {
    /// The record that it came in.
    pub record: [u8; 32],
    /// The case.
    pub case: CaseId,
    /// The device.
    pub device: DeviceId,
    /// Start.
    pub from: Timestamp,
    /// End.
    pub until: Timestamp,
    /// Observations evaluated.
    pub observed: u64,
    /// Of those, dropped because nothing matched.
    pub dropped: u64,
    /// Dropped because a contact is on the shield list.
    pub shielded: u64,
    /// Which sources watched.
    pub sources: Vec<Source>,
    /// What words on trial would have said.
    pub trial: Option<TrialCount>,
}

/// A notice that was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeRow {
    /// The record that it came in.
    pub record: [u8; 32],
    /// The case.
    pub case: CaseId,
    /// The device.
    pub device: DeviceId,
    /// When.
    pub shown_at: Timestamp,
    /// What was said: `shown`, `acknowledged`, `refused`.
    pub response: String,
    /// The notice record as JSON, sealed.
    pub sealed: Vec<u8>,
}

/// What a supervised person wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementRow {
    /// The record that it came in.
    pub record: [u8; 32],
    /// The case.
    pub case: CaseId,
    /// The device.
    pub device: DeviceId,
    /// When it was written.
    pub written_at: Timestamp,
    /// The time that it is about, or when it was written.
    pub about: Timestamp,
    /// The statement as JSON, sealed.
    pub sealed: Vec<u8>,
}

/// What a record turned out to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpenedWhat {
    /// An observation and what the engine said; each finding has a priority and an id for a new alert, should it need
    /// one.
    Finding {
        /// The fact.
        observation: ObservationRow,
        /// The opinions.
        findings: Vec<(FindingRow, Priority, AlertId)>,
        /// Which conversation it is of, as a hash with a secret of the case; findings of one join one alert.
        conversation: Option<[u8; 32]>,
        /// What replay gave.
        replay: ReplayOutcome,
        /// Findings of the same record that the order as known now does not cover: counted, not kept.
        left_out: Vec<QuarantineRow>,
    },
    /// Nothing of it may be seen before review, for the order as known now does not cover it: counts only.
    Quarantined(Vec<QuarantineRow>),
    /// Nothing of it may be put before an officer of the case before an independent reviewer has decided: counts only.
    Privilege(PrivilegeRow),
    /// A gap.
    Gap(GapRow),
    /// A watched stretch.
    Watched(WatchedRow),
    /// A notice.
    Notice(NoticeRow),
    /// A statement.
    Statement(StatementRow),
    /// What the person asked about their data.
    DataRequest(RightsRequestRow),
    /// What a device told of another adult's use.
    OtherAdult(OtherAdultToldRow),
    /// What a device said of the window of a finding.
    ContextPicture(ContextPictureRow),
    /// A kind of which only the word is kept.
    Other,
    /// It could not be opened or read.
    Unreadable,
}

/// A record that the worker opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedRecord {
    /// Its hash.
    pub hash: [u8; 32],
    /// The case.
    pub case: CaseId,
    /// Kind, in the clear.
    pub kind: String,
    /// When the device says that it wrote it; `None` where it could not be read.
    pub recorded_at: Option<Timestamp>,
    /// What it says.
    pub what: OpenedWhat,
    /// Now.
    pub at: Timestamp,
}
