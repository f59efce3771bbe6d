//! What was seen at a visit: facts alone. What they may mean for a paragraph stands apart ([`super::VisitTold`]).

use serde::{Deserialize, Serialize};

use crate::hash::Digest;
use crate::ids::DeviceId;
use crate::observation::Machine;
use crate::time::Timestamp;

/// Everything that was read. What no paragraph asks for is absent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VisitFacts {
    /// The device itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceFacts>,
    /// The monitoring program on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentFacts>,
    /// Accounts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accounts: Option<AccountFacts>,
    /// Profiles of browsers in the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profiles: Option<Vec<ProfileFacts>>,
    /// Programs, connections, mounts and storage that a paragraph's list names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub machine: Vec<MachineSeen>,
    /// How many names were compared with those lists and dropped.
    #[serde(default)]
    pub names_dropped: u64,
}

/// The device itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceFacts {
    /// Maker and model, as the firmware says them; empty where it does not.
    pub model: String,
    /// Serial number; empty where the account may not read it.
    pub serial: String,
    /// System and version.
    pub system: String,
    /// The name by which it is known in a network.
    pub host: String,
}

/// The monitoring program.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentFacts {
    /// Whether its program is installed.
    pub is_installed: bool,
    /// Whether its state folder is there.
    pub has_state: bool,
    /// Whether it runs now.
    pub is_running: bool,
    /// Whether it watches now.
    pub is_watching: bool,
    /// The device that it is enrolled as, where the account may read that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceId>,
    /// Its version, where it runs.
    pub version: String,
    /// When it last ran, where it does not run now and its spool can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_ran_at: Option<Timestamp>,
    /// Last contact with the server since it started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_contact: Option<Timestamp>,
    /// Sealed records that wait for the server, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<u64>,
    /// Browsers whose manifest for the program is not there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without_manifest: Vec<String>,
}

/// Accounts. Of other people's only how many there are.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountFacts {
    /// The account that was looked at.
    pub account: String,
    /// Accounts of other people.
    pub others: u32,
}

/// One profile of a browser.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProfileFacts {
    /// The browser.
    pub browser: String,
    /// The profile's folder, from the home on.
    pub folder: String,
    /// Whether the monitoring program's extension is in it and switched on; absent where that was not asked or cannot be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub has_extension: Option<bool>,
    /// Names by which the browser knows who uses it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// Settings about history and private windows, as `name = value`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settings: Vec<String>,
    /// Its history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history: Option<HistoryFacts>,
    /// Why the history could not be read; empty where it could, or was not asked for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub trouble: String,
}

/// A history by its numbers: no address and no title.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HistoryFacts {
    /// SHA-256 of the file that was copied.
    pub sha256: Digest,
    /// Its bytes.
    pub bytes: u64,
    /// Entries.
    pub entries: u64,
    /// The oldest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_at: Option<Timestamp>,
    /// The newest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_at: Option<Timestamp>,
    /// Entries since the time that the visit compares with.
    pub since: u64,
    /// Days since then, today included.
    pub days: u32,
    /// Those of them with an entry.
    pub days_with: u32,
    /// Numbers that entries since then would have and no entry has: entries that were taken out.
    pub missing: u64,
    /// The highest number that an entry ever had.
    pub highest: u64,
    /// Entries since then of sites that the order names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sites: Vec<SiteCount>,
}

/// Entries of one site that a paragraph names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteCount {
    /// The paragraph.
    pub paragraph: String,
    /// The site, as the order writes it.
    pub site: String,
    /// How many.
    pub entries: u64,
    /// The oldest.
    pub first_at: Timestamp,
    /// The newest.
    pub last_at: Timestamp,
}

/// Something of the device that a paragraph's list names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MachineSeen {
    /// What it is.
    pub thing: Machine,
    /// Whether it is at work or only there.
    pub how: SeenHow,
    /// Where its file lies, for one that is only there.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub place: String,
    /// When that file was last put there or changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_at: Option<Timestamp>,
}

/// How something is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SeenHow {
    /// Runs, is connected, mounted or plugged in now.
    Now,
    /// Is installed.
    Installed,
}
