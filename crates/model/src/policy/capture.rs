//! What conditions in force let a device capture.

use serde::{Deserialize, Serialize};

use super::Policy;
use crate::observation::MachineWhat;
use crate::order::ConditionKind;
use crate::time::Timestamp;

impl Policy {
    /// What the agent may capture at `at`: only what a condition in force needs (invariant 1).
    #[must_use]
    pub fn capture_at(&self, at: Timestamp) -> Capture {
        if self.paused_at(at).is_some() { Capture::default() } else { self.capture_asked_at(at) }
    }

    /// What the conditions that run at `at` need, also where a pause keeps the agent from it.
    #[must_use]
    pub fn capture_asked_at(&self, at: Timestamp) -> Capture {
        let mut capture = Capture::default();
        for condition in self.asked_at(at) {
            capture.histories |= condition.reads_histories();
            match condition.kind {
                ConditionKind::SexualisedChat | ConditionKind::SpecifiedWords => {
                    capture.pages = true;
                    capture.typed = true;
                    capture.messages = true;
                    capture.text = true;
                }
                ConditionKind::Pornography => {
                    capture.pages = true;
                    capture.pictures |= condition.reads_pictures();
                }
                ConditionKind::ChildImages => capture.pictures |= condition.reads_pictures(),
                ConditionKind::ProhibitedSearches => {
                    capture.addresses = true;
                    capture.searches = true;
                }
                ConditionKind::NoPrivateBrowsing => capture.private_windows = true,
                ConditionKind::MonitoringSoftware => capture.software = true,
                ConditionKind::DeclareDevices
                | ConditionKind::NoHistoryDeletion
                | ConditionKind::NoHiddenConnections
                | ConditionKind::NoVaults
                | ConditionKind::NoUndeclaredCloud
                | ConditionKind::NoPeerToPeer => {
                    capture.programs |= condition.reads_machine(MachineWhat::Program);
                    capture.connections |= condition.reads_machine(MachineWhat::Connection);
                    capture.mounts |= condition.reads_machine(MachineWhat::Mount);
                    capture.storage |= condition.reads_machine(MachineWhat::Storage);
                    capture.proxies |= condition.reads_machine(MachineWhat::Proxy);
                }
                ConditionKind::DeclareNames => capture.names |= condition.reads_names(),
                ConditionKind::NoContactWith if condition.reads_contacts() => {
                    capture.addresses = true;
                    capture.messages = true;
                    capture.recipients = true;
                }
                ConditionKind::KeepHistory => {}
                // Nothing is captured for what no device watches for.
                ConditionKind::NoContactWith
                | ConditionKind::NoContactWithChildren
                | ConditionKind::ProduceDevices
                | ConditionKind::NotWatched => {}
            }
        }
        capture
    }
}

/// What may be captured right now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capture {
    /// Addresses, titles and visible text of pages shown.
    pub pages: bool,
    /// Addresses of pages shown, without their text.
    pub addresses: bool,
    /// Text typed into any field that may be captured.
    pub typed: bool,
    /// Text typed into search fields only.
    pub searches: bool,
    /// Conversations on pages shown, message by message.
    #[serde(default)]
    pub messages: bool,
    /// Pictures shown on pages.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pictures: bool,
    /// Text in windows of other programs than a browser with the extension.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub text: bool,
    /// That a private window is open.
    pub private_windows: bool,
    /// The state of the monitoring software.
    pub software: bool,
    /// Names of programs that run.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub programs: bool,
    /// Network interfaces of kinds that send what goes over them somewhere else first.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub connections: bool,
    /// File systems that are no disks of the device.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mounts: bool,
    /// Storage that is plugged in.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub storage: bool,
    /// Browsers' histories by their numbers.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub histories: bool,
    /// Names in forms that are sent, and over messages that are typed on pages.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub names: bool,
    /// To whom forms with a message are sent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub recipients: bool,
    /// Proxies that are set, by host and port.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub proxies: bool,
}

impl Capture {
    /// What both name.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        self.with(other, |own, others| own && others)
    }

    /// What either names.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        self.with(other, |own, others| own || others)
    }

    fn with(&self, other: &Self, joined: impl Fn(bool, bool) -> bool) -> Self {
        Self {
            pages: joined(self.pages, other.pages),
            addresses: joined(self.addresses, other.addresses),
            typed: joined(self.typed, other.typed),
            searches: joined(self.searches, other.searches),
            messages: joined(self.messages, other.messages),
            pictures: joined(self.pictures, other.pictures),
            text: joined(self.text, other.text),
            private_windows: joined(self.private_windows, other.private_windows),
            software: joined(self.software, other.software),
            programs: joined(self.programs, other.programs),
            connections: joined(self.connections, other.connections),
            mounts: joined(self.mounts, other.mounts),
            storage: joined(self.storage, other.storage),
            histories: joined(self.histories, other.histories),
            names: joined(self.names, other.names),
            recipients: joined(self.recipients, other.recipients),
            proxies: joined(self.proxies, other.proxies),
        }
    }

    /// Whether something of the device itself may be captured.
    #[must_use]
    pub fn is_of_machine(&self, what: MachineWhat) -> bool {
        match what {
            MachineWhat::Program => self.programs,
            MachineWhat::Connection => self.connections,
            MachineWhat::Mount => self.mounts,
            MachineWhat::Storage => self.storage,
            MachineWhat::Proxy => self.proxies,
        }
    }

    /// Whether nothing may be captured.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}
