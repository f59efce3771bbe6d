//! A known absence of observation. Silence is never compliance, and never guilt.

use serde::{Deserialize, Serialize};

use crate::observation::Source;
use crate::time::Timestamp;

/// A stretch of time in which something that an order asks to be watched was not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gap {
    /// Start.
    pub from: Timestamp,
    /// End; absent while it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// What was not watched.
    pub source: Source,
    /// Why, as far as the device can tell.
    pub cause: GapCause,
    /// Plain words for a person, without personal data.
    #[serde(default)]
    pub detail: String,
}

/// Ends the words of the gap that a device puts on record when it gives up its policy and keys.
const GIVES_UP: &str = "; the device gives up its policy and keys";

impl Gap {
    /// The last that a device says at a release: since `at` nothing may be captured, on these grounds.
    #[must_use]
    pub fn of_release(at: Timestamp, grounds: &str) -> Self {
        Self {
            from: at,
            until: Some(at),
            source: Source::Health,
            cause: GapCause::NoPolicy,
            detail: format!("{grounds}{GIVES_UP}"),
        }
    }

    /// Whether it is such a word.
    #[must_use]
    pub fn is_release(&self) -> bool {
        self.source == Source::Health
            && self.cause == GapCause::NoPolicy
            && self.until == Some(self.from)
            && self.detail.ends_with(GIVES_UP)
    }
}

/// Why something was not watched. Only causes that a device can tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GapCause {
    /// The device was off, asleep or without power.
    PowerOff,
    /// The agent did not run while the device did; why is not known.
    AgentStopped,
    /// The browser ran and its extension did not answer.
    ExtensionStopped,
    /// The browser's extension and the agent speak different versions.
    ProtocolMismatch,
    /// The notice has not been shown yet.
    NoticeNotShown,
    /// No valid policy: expired, not yet valid, or its signature does not hold.
    NoPolicy,
    /// Another adult, whom an officer has approved, used the account and had started that with a PIN of their own.
    OtherAdult,
    /// The spool is full or the disk is.
    SpoolFull,
    /// The clock moved in a way that nothing confirms.
    ClockJump,
    /// The device did not know the time, as after a flat battery, or learnt from its server that it had it wrong.
    ClockLost,
    /// A private window was open, into which the extension may not look.
    PrivateWindow,
    /// The extension has not been allowed in private windows, so that one could be open unnoticed; all else is watched.
    PrivateWindowsUnseen,
    /// A list of sites that the policy names was not on the device, so that pages were not compared with it; all else is watched.
    SiteListMissing,
    /// A hash set that the policy names was not on the device, so that pictures were not compared with it; all else is watched.
    HashSetMissing,
    /// Pictures that were shown were not looked at: too many at once, or their bytes could not be had; all else is watched.
    PicturesDropped,
    /// Protected video played, which a browser lets no program look at; all else is watched.
    NotInspectable,
    /// Windows of programs other than the browser could not be looked into, so that pictures there were not seen; all else is watched.
    WindowsUnseen,
    /// A browser ran in which the extension is not installed, or not switched on: nothing of what it shows is seen.
    BrowserUnwatched,
    /// Programs, connections, mounts or storage could not be listed; all else is watched.
    ProgramsUnseen,
    /// The helper in the person's session was not there while somebody was logged on to the account, so that what only that session can
    /// see was not: files arriving, text in other programs; all else is watched.
    SessionHelperAbsent,
    /// Folders of the account could not be watched, or not all, so that files arriving there were not seen; all else is watched.
    FilesUnseen,
    /// Text in windows of other programs than the browser could not be read; all else is watched.
    TextUnseen,
    /// A browser's history could not be read, or what happened to it between two readings cannot be told; all else is watched.
    HistoriesUnseen,
    /// A source could not start on this system.
    SourceUnavailable,
    /// Part of the spool could not be read back.
    SpoolDamaged,
    /// An older copy of the spool was put back, with its disk or by itself; the chain goes on in a new epoch.
    RecordRestored,
    /// The server was put back from a backup that misses records which the device has deleted since; the chain goes on in a
    /// new epoch.
    ServerRestored,
    /// None of the above.
    Unknown,
}

impl GapCause {
    /// Every cause, as declared. Where several touch one minute, the ledger names the first.
    pub const ALL: [Self; 28] = [
        Self::PowerOff,
        Self::AgentStopped,
        Self::ExtensionStopped,
        Self::ProtocolMismatch,
        Self::NoticeNotShown,
        Self::NoPolicy,
        Self::OtherAdult,
        Self::SpoolFull,
        Self::ClockJump,
        Self::ClockLost,
        Self::PrivateWindow,
        Self::PrivateWindowsUnseen,
        Self::SiteListMissing,
        Self::HashSetMissing,
        Self::PicturesDropped,
        Self::NotInspectable,
        Self::WindowsUnseen,
        Self::BrowserUnwatched,
        Self::ProgramsUnseen,
        Self::SessionHelperAbsent,
        Self::FilesUnseen,
        Self::TextUnseen,
        Self::HistoriesUnseen,
        Self::SourceUnavailable,
        Self::SpoolDamaged,
        Self::RecordRestored,
        Self::ServerRestored,
        Self::Unknown,
    ];

    /// Those with which its source is watched all the same, but for one thing that cannot be noticed.
    pub const PARTIAL: [Self; 11] = [
        Self::PrivateWindowsUnseen,
        Self::SiteListMissing,
        Self::HashSetMissing,
        Self::PicturesDropped,
        Self::NotInspectable,
        Self::WindowsUnseen,
        Self::ProgramsUnseen,
        Self::SessionHelperAbsent,
        Self::FilesUnseen,
        Self::TextUnseen,
        Self::HistoriesUnseen,
    ];

    /// Whether it is one of [`Self::PARTIAL`].
    #[must_use]
    pub fn is_partial(self) -> bool {
        Self::PARTIAL.contains(&self)
    }

    /// The cause in plain words, for officers and for the supervised person alike.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::PowerOff => "the device was off, asleep or without power",
            Self::AgentStopped => "the monitoring program was not running",
            Self::ExtensionStopped => "the browser was open and its extension did not answer",
            Self::ProtocolMismatch => {
                "the browser extension and the monitoring program are of different versions"
            }
            Self::NoticeNotShown => "the notice had not been shown yet",
            Self::NoPolicy => "no order in force was known to the device",
            Self::OtherAdult => "another adult's session, begun with a PIN",
            Self::SpoolFull => "the device had no room left to keep records",
            Self::ClockJump => "the device's clock was moved and nothing confirmed the new time",
            Self::ClockLost => "the device did not know the right time, as after a flat battery",
            Self::PrivateWindow => "a private window was open, which is not looked into",
            Self::PrivateWindowsUnseen => {
                "a private window would not have been noticed: the browser has not let its extension into them"
            }
            Self::SiteListMissing => {
                "a list of sites that pages are compared with had not reached the device, or was damaged there"
            }
            Self::HashSetMissing => {
                "a list that pictures are compared with had not reached the device, or was damaged there"
            }
            Self::PicturesDropped => "some pictures that were shown could not be looked at",
            Self::NotInspectable => "protected video was played, which cannot be looked into",
            Self::WindowsUnseen => {
                "pictures in programs other than the browser could not be seen: their windows cannot be looked into"
            }
            Self::BrowserUnwatched => {
                "a browser was open in which the extension is not installed or not switched on"
            }
            Self::ProgramsUnseen => "what runs on the device or is plugged in could not be listed",
            Self::SessionHelperAbsent => {
                "the monitoring program's helper was not running in the account's session, so files arriving, text in other programs, or browsers' histories were not seen"
            }
            Self::FilesUnseen => "files arriving in some of the account's folders could not be seen",
            Self::HistoriesUnseen => {
                "a browser's history could not be read by its numbers, or cannot be compared with the time before"
            }
            Self::TextUnseen => "text in programs other than the browser could not be read",
            Self::SourceUnavailable => "this could not be watched on this system",
            Self::SpoolDamaged => "kept records could not be read back",
            Self::RecordRestored => "an older copy of the kept records was put back",
            Self::ServerRestored => {
                "the server was put back from a backup and no longer held earlier records"
            }
            Self::Unknown => "the cause is not known",
        }
    }
}
