//! Messages between the browser extension and the agent (`docs/protocol.md` part 1). Each is one JSON object.

use serde::{Deserialize, Serialize};

use crate::observation::{Attribution, Fact};
use crate::policy::Capture;
use crate::time::Timestamp;

/// The protocol that this build speaks; `hello` carries a range, a mismatch is a gap.
pub const NATIVE_PROTOCOL: u32 = 1;

/// From the extension.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
pub enum ToHost {
    /// First message of a connection.
    Hello {
        /// Lowest protocol spoken.
        protocol_min: u32,
        /// Highest protocol spoken.
        protocol_max: u32,
        /// Random; lives as long as the browser session. Numbers are unique within it.
        instance: String,
        /// `chromium` or `firefox`.
        browser: String,
        /// Browser version, as it says itself.
        browser_version: String,
        /// Version of the extension.
        extension_version: String,
        /// Whether the person has allowed the extension in private windows.
        private_allowed: bool,
    },
    /// A captured fact, numbered within its instance.
    Observation {
        /// Number, from 1, rising by 1.
        n: u64,
        /// When, by the browser's clock.
        observed_at: Timestamp,
        /// How it came about.
        attribution: Attribution,
        /// The fact.
        fact: Fact,
    },
    /// A piece of an `observation` message that is too long for one native message.
    Part {
        /// Number of the observation.
        n: u64,
        /// Piece, from 0.
        index: u32,
        /// How many pieces.
        count: u32,
        /// A stretch of the observation message's JSON text.
        data: String,
    },
    /// The extension is alive. Sent every 20 seconds.
    Pulse {
        /// Highest number sent so far.
        sent: u64,
    },
}

/// To the extension.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
pub enum ToExtension {
    /// Answer to `hello`, and sent again whenever one of these changes.
    State {
        /// Protocol chosen.
        protocol: u32,
        /// Whether the agent takes observations now.
        watching: bool,
        /// What may be captured; all false while not watching.
        capture: Capture,
        /// The sign for the toolbar; says no more than a household may see.
        sign: String,
        /// Page to open once per browser session while the notice has not been shown.
        notice_url: Option<String>,
        /// Everything up to this number is durable or was dropped.
        acknowledged: u64,
    },
    /// Everything up to and including `n` is durable or was dropped.
    Ack {
        /// Number.
        n: u64,
    },
    /// No common protocol.
    Mismatch {
        /// Lowest protocol spoken.
        protocol_min: u32,
        /// Highest protocol spoken.
        protocol_max: u32,
    },
    /// A message could not be taken. The number counts as acknowledged; the loss is on record as a gap.
    Refused {
        /// Number, where it was readable.
        n: Option<u64>,
        /// Why, in plain words.
        reason: String,
    },
}
