//! One registry of typed ids. Each wraps 16 bytes (a UUID version 7 where time may show, version 4 where it must not).

use serde::{Deserialize, Serialize};
use uuid::{Builder, Uuid};

use crate::time::Timestamp;

macro_rules! typed_ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A version 7 id: `at` gives its first 48 bits (milliseconds), `random` the rest.
            #[must_use]
            pub fn new(at: Timestamp, random: [u8; 10]) -> Self {
                let millis = u64::try_from(at.as_micros() / 1_000).unwrap_or(0);
                Self(Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
            }

            /// A version 4 id, for what is sent outside: it tells nobody when it was made.
            #[must_use]
            pub fn random(random: [u8; 16]) -> Self {
                Self(Builder::from_random_bytes(random).into_uuid())
            }

            /// The id held in 16 bytes.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }

            /// The 16 bytes of the id.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )+};
}

typed_ids! {
    /// One police force: one database, one master key, one certificate authority, one log.
    ForceId,
    /// One enrolled device with one supervised account.
    DeviceId,
    /// One person's supervision file under one or more orders.
    CaseId,
    /// The key pair that a case's records are sealed to.
    CaseKeyId,
    /// One court order as a force entered it.
    OrderId,
    /// What ended an order, or a paragraph of it, before its time.
    OrderEndId,
    /// An order, or a change of one, that officers enter and check in the console. What it becomes bears the same number.
    OrderDraftId,
    /// What happened to a device, as an officer entered it.
    DeviceActId,
    /// A contact that is never captured.
    ShieldId,
    /// That another adult may use a device for a while without being watched.
    OtherAdultId,
    /// A link to a supervised person's own page.
    PersonalLinkId,
    /// A console user.
    OfficerId,
    /// A signed-in session of an officer.
    SessionId,
    /// Findings put before an officer.
    AlertId,
    /// An officer's recorded act on an alert.
    DecisionId,
    /// An evidence bundle.
    BundleId,
    /// A certificate of erasure.
    CertificateId,
    /// A decision about how long a case is kept.
    RetentionId,
    /// What somebody asks about the data that are held of them.
    RightsRequestId,
    /// A unit of background work.
    JobId,
    /// An entry of the audit log.
    AuditId,
    /// Something about a device that an officer should know.
    DeviceNoticeId,
    /// A backup of a server's database and blobs.
    BackupId,
    /// Putting a backup back.
    RestoreId,
    /// A notification that waits to be told.
    NotificationId,
    /// One e-mail or call that tells somebody outside the console of alerts.
    DeliveryId,
    /// That one officer stands in for another for a while.
    CoverId,
    /// Words that a force tries out on devices, counting only, before they are taken into use.
    TrialId,
    /// That an officer declared that they know a supervised person.
    ConflictId,
    /// That a specialist is let into a case for a while.
    CaseGuestId,
    /// A team of officers.
    TeamId,
    /// That an officer is in a team, or supervises it.
    TeamMemberId,
    /// That a case goes from one officer to another.
    CaseMoveId,
    /// A visit at which an officer looks at a device.
    VisitId,
    /// A visit as an officer recorded it.
    VisitNoteId,
    /// What was agreed at a visit.
    VisitActionId,
    /// Something that a person must notify.
    DutyId,
    /// One file with which a case is handed to another force.
    TransferId,
}
