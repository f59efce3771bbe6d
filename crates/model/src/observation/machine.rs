//! Facts about the device itself: what runs on it, how it is connected, what is mounted and plugged in.

use serde::{Deserialize, Serialize};

/// Something of the device itself, as the system lists it. No act of anybody: who started or plugged it in is not known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    /// What it is.
    pub what: MachineWhat,
    /// What lists know it by: a program's file name, the kind of a connection or a file system, maker and model of storage, where a proxy is
    /// set.
    pub name: String,
    /// What tells it from others like it: a connection's interface, a mount's folder, the serial number of storage, host and port of a
    /// proxy; empty where there is none. Never a program's arguments, nor what stands before a proxy's host.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// What of a device a fact is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MachineWhat {
    /// A program runs, in the supervised account or as a service of the system.
    Program,
    /// A network interface of a kind that sends what goes over it somewhere else first is up.
    Connection,
    /// A file system is mounted that is not a disk of the device.
    Mount,
    /// Storage that can be taken away is plugged in.
    Storage,
    /// A proxy is set, in the system, in a desktop or in a browser.
    Proxy,
}
