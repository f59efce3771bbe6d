//! What happened to a device, or to the person it is enrolled for, that explains why nothing was watched on it. An officer
//! enters it with dates and a reason.

use serde::{Deserialize, Serialize};

use crate::gap::GapCause;
use crate::time::Timestamp;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeviceActKind {
    /// The device or the order is not this person's: the wrong one was enrolled.
    WrongPerson,
    /// The person died.
    Death,
    /// The device was sold or given away.
    Sold,
    /// Another device took its place.
    Replaced,
    /// Another force took the case over.
    Transferred,
    /// Police or a court hold the device.
    Seized,
    /// The device was lost or stolen.
    Lost,
    /// The device is being repaired.
    InRepair,
    /// The person was in custody.
    InCustody,
    /// The person was in hospital.
    InHospital,
    /// The person was abroad.
    Abroad,
}

/// What becomes of capture while an act lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaptureUnder {
    /// It goes on: the person may use the device.
    GoesOn,
    /// It stops until the act ends: whoever uses the device then is somebody else.
    Paused,
    /// It ends for good, and the device is released.
    Ends,
}

impl DeviceActKind {
    /// Every kind; where two explain one minute, the earlier is named.
    pub const ALL: [Self; 11] = [
        Self::WrongPerson,
        Self::Death,
        Self::Sold,
        Self::Replaced,
        Self::Transferred,
        Self::Seized,
        Self::Lost,
        Self::InRepair,
        Self::InCustody,
        Self::InHospital,
        Self::Abroad,
    ];

    /// The word for files, stores and command lines.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WrongPerson => "wrong-person",
            Self::Death => "death",
            Self::Sold => "sold",
            Self::Replaced => "replaced",
            Self::Transferred => "transferred",
            Self::Seized => "seized",
            Self::Lost => "lost",
            Self::InRepair => "in-repair",
            Self::InCustody => "in-custody",
            Self::InHospital => "in-hospital",
            Self::Abroad => "abroad",
        }
    }

    /// Reads [`Self::as_str`] back.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// For officers, courts and the supervised person alike.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::WrongPerson => "the device was enrolled for the wrong person",
            Self::Death => "the supervised person died",
            Self::Sold => "the device was sold or given away",
            Self::Replaced => "another device took its place",
            Self::Transferred => "another force took the case over",
            Self::Seized => "the device was held by police or a court",
            Self::Lost => "the device was lost or stolen",
            Self::InRepair => "the device was in repair",
            Self::InCustody => "the supervised person was in custody",
            Self::InHospital => "the supervised person was in hospital",
            Self::Abroad => "the supervised person was abroad",
        }
    }

    /// What becomes of capture while it lasts.
    #[must_use]
    pub fn capture(self) -> CaptureUnder {
        match self {
            Self::Death | Self::Sold | Self::Replaced | Self::Transferred => CaptureUnder::Ends,
            Self::WrongPerson | Self::Seized | Self::Lost | Self::InRepair | Self::InCustody => {
                CaptureUnder::Paused
            }
            Self::InHospital | Self::Abroad => CaptureUnder::GoesOn,
        }
    }

    /// Whether it happened to the person, and so to each of their devices.
    #[must_use]
    pub fn is_about_the_person(self) -> bool {
        matches!(
            self,
            Self::WrongPerson
                | Self::Death
                | Self::Transferred
                | Self::InCustody
                | Self::InHospital
                | Self::Abroad
        )
    }

    /// Whether it explains that nothing was watched, where the device itself told that cause, or nothing. Who is abroad
    /// or in hospital may use the device: then only silence is explained.
    #[must_use]
    pub fn explains(self, told: Option<GapCause>) -> bool {
        match self.capture() {
            CaptureUnder::GoesOn => matches!(told, None | Some(GapCause::PowerOff)),
            CaptureUnder::Paused | CaptureUnder::Ends => true,
        }
    }
}

/// An act and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceAct {
    /// What happened.
    pub kind: DeviceActKind,
    /// Since when.
    pub from: Timestamp,
    /// Until when; absent while it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

impl DeviceAct {
    /// Whether `at` lies within.
    #[must_use]
    pub fn covers(&self, at: Timestamp) -> bool {
        self.from <= at && self.until.is_none_or(|until| at < until)
    }

    /// Whether nothing may be captured at `at` because of it.
    #[must_use]
    pub fn stops(&self, at: Timestamp) -> bool {
        self.kind.capture() != CaptureUnder::GoesOn && self.covers(at)
    }

    /// Of acts that cover `at`, the one that is named.
    #[must_use]
    pub fn named(acts: &[Self], at: Timestamp) -> Option<&Self> {
        acts.iter().filter(|act| act.covers(at)).min_by_key(|act| act.kind)
    }
}
