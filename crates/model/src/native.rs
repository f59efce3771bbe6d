//! Messages between the browser extension, or the helper in the person's session, and the agent (`docs/protocol.md` part 1). Each is one JSON object.

use serde::{Deserialize, Serialize};

use crate::hash::{Digest, Md5};
use crate::observation::{
    Attribution, Fact, HistoryReading, Machine, PictureElement, PictureFile, PictureFrom, ProgramText, Source,
};
use crate::other_adult::InputCounts;
use crate::policy::Capture;
use crate::time::Timestamp;

/// The protocol that this build speaks; `hello` carries a range, a mismatch is a gap.
pub const NATIVE_PROTOCOL: u32 = 1;
/// The protocol between the helper in the person's session and the agent; numbered by itself.
pub const SESSION_PROTOCOL: u32 = 5;
/// The first in which it is told of text whether a field that is never read stands in the window.
pub const SESSION_PROTOCOL_FIELDS: u32 = 5;
/// The oldest that is spoken still: 3 knew nothing of input being counted (1 knew no text, 2 no histories and no proxies).
pub const SESSION_PROTOCOL_MIN: u32 = 3;

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
    /// First message of the helper that runs in the person's session, in the place of `hello`.
    Session {
        /// Lowest protocol spoken.
        protocol_min: u32,
        /// Highest protocol spoken.
        protocol_max: u32,
        /// Random; lives as long as the helper. Numbers are unique within it.
        instance: String,
        /// The helper's version.
        version: String,
    },
    /// What the helper's source can see, whenever that changes; not numbered.
    Sight {
        /// Which source.
        source: Source,
        /// Why it cannot see, or not all; absent where it can.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cannot: Option<String>,
    },
    /// How much input was counted so far, while the agent asks for it; not numbered, for each says all since counting began. Only
    /// the helper sends it.
    Input {
        /// Keys and buttons pressed since counting began on this connection.
        counts: InputCounts,
        /// Why input cannot be counted; absent where it can.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cannot: Option<String>,
    },
    /// What arrived and could not be told of, counted; numbered and acknowledged as observations are.
    Missed {
        /// Number.
        n: u64,
        /// Which source.
        source: Source,
        /// How many.
        count: u64,
        /// Why.
        why: PictureWithout,
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
    /// A picture that was shown, with its bytes where they can be had; numbered and acknowledged as observations are.
    Picture {
        /// Number, in one row with those of observations.
        n: u64,
        /// When, by the browser's clock.
        observed_at: Timestamp,
        /// How it came about.
        attribution: Attribution,
        /// What was shown.
        shown: Box<PictureShown>,
        /// The bytes in base64, at most [`crate::limits::PICTURE_SENT_BYTES_MAX`] of them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        data: Option<String>,
    },
    /// Text in a window of another program, numbered as observations are. Only the helper in the person's session sends it.
    Text {
        /// Number, in one row with those of pictures.
        n: u64,
        /// When, by the session's clock.
        observed_at: Timestamp,
        /// How it came about.
        attribution: Attribution,
        /// The process whose window it is.
        process: u32,
        /// Whether a field that is never read stands in that window with something in it; absent where that is not known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        secret_field: Option<bool>,
        /// The text.
        text: Box<ProgramText>,
    },
    /// One reading of a browser's history by its numbers, numbered as observations are. Only the helper in the person's session sends it.
    History {
        /// Number, in one row with those of pictures.
        n: u64,
        /// When, by the session's clock.
        observed_at: Timestamp,
        /// The browser's name.
        browser: String,
        /// The profile's folder, from the account's home on.
        profile: String,
        /// The reading; absent where a profile that was read before is no longer there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reading: Option<Box<HistoryReading>>,
    },
    /// Proxies that the person's own settings set and that were not told on this connection; numbered as observations are. Only the helper
    /// in the person's session sends it.
    Proxies {
        /// Number, in one row with those of pictures.
        n: u64,
        /// The proxies.
        proxies: Vec<Machine>,
    },
    /// A piece of an `observation` or `picture` message that is too long for one native message.
    Part {
        /// Number of the observation.
        n: u64,
        /// Piece, from 0.
        index: u32,
        /// How many pieces.
        count: u32,
        /// A stretch of that message's JSON text.
        data: String,
    },
    /// The extension is alive. Sent every 20 seconds.
    Pulse {
        /// Highest number sent so far.
        sent: u64,
    },
}

/// A picture as a browser's extension saw it, or the helper in the person's session a file. Digests and the type of file are the agent's to find.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PictureShown {
    /// Address of the page.
    pub url: String,
    /// Title of the page.
    #[serde(default)]
    pub title: String,
    /// Address of the picture; empty where it has none.
    #[serde(default)]
    pub address: String,
    /// What showed it.
    pub element: PictureElement,
    /// Its own width, pixels; 0 where the browser does not say.
    pub width: u32,
    /// Its own height.
    pub height: u32,
    /// Width at which it was shown, pixels.
    pub shown_width: u32,
    /// Height.
    pub shown_height: u32,
    /// Where the bytes are from.
    pub from: PictureFrom,
    /// Why there are no bytes; absent where there are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub without: Option<PictureWithout>,
    /// The file that it is, where the helper tells of one that arrived in a folder. Only the helper may say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<PictureFile>,
    /// What is told of such a file in the place of its bytes, where it is a video or too large to be handed over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digests: Option<FileDigests>,
}

/// A file by its digests, made by whoever could read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileDigests {
    /// SHA-256 of the bytes.
    pub sha256: Digest,
    /// MD5 of the bytes.
    pub md5: Md5,
    /// Their count.
    pub bytes: u64,
    /// Type of file by its first bytes, for example `mp4`: lower-case letters and digits.
    #[serde(rename = "type")]
    pub file_type: String,
}

/// Why a browser sends no bytes of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PictureWithout {
    /// More bytes than are taken.
    TooLarge,
    /// Neither its address nor the screen gave it.
    Unreachable,
    /// Protected playback, which the browser shows to nobody but the person.
    NotInspectable,
    /// Too many waited for the agent.
    NoRoom,
    /// The browser stopped the extension before they were sent.
    Lost,
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
        /// To the helper in the session alone: processes of browsers whose extension is connected. What they show is its to tell.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        browsers: Vec<u32>,
        /// To a helper that speaks 3 or more: keys and buttons pressed are to be counted, for another adult's session lasts.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        count_input: bool,
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
