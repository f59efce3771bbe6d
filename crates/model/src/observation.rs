//! What was captured on a device. An observation states a fact and asserts nothing about it.

mod circumstances;
mod history;
mod machine;
mod name;
mod picture;
mod text;

use serde::{Deserialize, Serialize};

use crate::hash::Digest;
use crate::messages::Message;
use crate::time::Timestamp;

pub use circumstances::{Cause, Circumstances, Detour, FrameOf, Gesture, Playback, Stage, Wrote};
pub use history::{HistoryCounts, HistoryReading, HistorySeen, HistorySetting};
pub use machine::{Machine, MachineWhat};
pub use name::{NameHow, NameUsed};
pub use picture::{
    ListedHow, Picture, PictureBefore, PictureElement, PictureFile, PictureFrom, PictureListed, PictureScore,
    PictureSeen, PictureWindow,
};
pub use text::ProgramText;

/// One captured fact with when, where from and how it came about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Observation {
    /// A caller's own mark, echoed by `proviso-agent evaluate`; never sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// When it was observed, by the device's corrected clock. The engine's "now".
    pub observed_at: Timestamp,
    /// Which part of the agent saw it.
    pub source: Source,
    /// The supervised account on the device (not a person's name).
    #[serde(default)]
    pub account: String,
    /// How it came about, as far as the device can tell.
    pub attribution: Attribution,
    /// The fact itself.
    pub fact: Fact,
    /// What the force's lists of sites, as the device holds them, say of the page's host. Recorded input: findings are
    /// evaluated again from it, without the lists.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub listed: Vec<SiteListed>,
    /// What the device found out of a picture. Recorded input, as `listed` is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<Box<PictureSeen>>,
}

impl Observation {
    /// Whether it is background activity, which alone never raises an alert (invariant 7). What has no tab and no window cannot be
    /// in front: the monitoring software's own state, and a file that arrived.
    #[must_use]
    pub fn is_background(&self) -> bool {
        match &self.fact {
            Fact::Software { .. } | Fact::Machine(_) | Fact::History(_) => false,
            Fact::Picture(picture) if picture.file.is_some() => self.attribution.act == Act::Background,
            _ => self.attribution.is_background(),
        }
    }
}

/// The result of looking a page up in a list of sites: it says what stands in the list, not whether that is so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteListed {
    /// SHA-256 of the list's file, as the policy names it.
    pub list: Digest,
    /// The host that was looked up.
    pub host: String,
    /// The entry that covers it: the host, a parent domain of it, or a host with the beginning of a path.
    pub entry: String,
}

/// How a search began, as the browser saw it. Facts only: what they say of the query, the engine says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchStart {
    /// What opened the page, by the browser's own account.
    pub by: SearchOpening,
    /// The text that was last typed, by hand, in a search field of that tab; absent where there was none or it may not be
    /// captured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub typed: Option<String>,
    /// Whether after that an entry of that field's own list of suggestions was chosen whose words the address then held.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub suggestion: bool,
}

/// What opened a page of a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SearchOpening {
    /// A link was followed, or the page's own script went there.
    Link,
    /// A form was sent.
    Form,
    /// The browser's address bar.
    AddressBar,
    /// Anything else, such as a reload or the way back.
    Other,
}

/// Which part of the agent made an observation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// The browser extension.
    Browser,
    /// Active windows and titles.
    Desktop,
    /// Text of other applications.
    Accessibility,
    /// Files arriving.
    Files,
    /// Programs running.
    Processes,
    /// Browsers' histories, by their numbers.
    Histories,
    /// The agent's own state.
    Health,
}

impl Source {
    /// Every source.
    pub const ALL: [Self; 7] = [
        Self::Browser,
        Self::Desktop,
        Self::Accessibility,
        Self::Files,
        Self::Processes,
        Self::Histories,
        Self::Health,
    ];
}

/// What brought a fact about. Names an act in an account on a device, never a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// Typed in the watched account.
    Typed,
    /// Opened by a click, an address typed or another human gesture.
    Opened,
    /// Shown in a visible tab or window without a gesture of its own.
    Shown,
    /// Played while visible.
    Played,
    /// Saved to the device.
    Downloaded,
    /// Received from somebody else.
    Received,
    /// Loaded without being shown: a background tab, a prefetch, a refresh. Never raises an alert alone.
    Background,
    /// The device cannot tell.
    Unknown,
}

/// How a fact came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attribution {
    /// The act.
    pub act: Act,
    /// Whether its tab or window was in front when observed.
    pub foreground: bool,
    /// How long it had been visible when observed, in milliseconds.
    #[serde(default)]
    pub visible_ms: u64,
    /// Time since the last human input in that tab or window, in milliseconds; absent when there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since_input_ms: Option<u64>,
    /// What was seen of it, from which the table of attribution decides; absent from sources and records that have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub circumstances: Option<Circumstances>,
}

impl Attribution {
    /// An act of something that has no place on the screen.
    #[must_use]
    pub const fn off_screen(act: Act) -> Self {
        Self { act, foreground: false, visible_ms: 0, since_input_ms: None, circumstances: None }
    }

    /// Whether this is background activity, which alone never raises an alert (invariant 7).
    #[must_use]
    pub fn is_background(&self) -> bool {
        match self.act {
            Act::Background => true,
            Act::Opened | Act::Shown | Act::Played | Act::Received | Act::Unknown => {
                !self.foreground && self.visible_ms == 0
            }
            Act::Typed | Act::Downloaded => false,
        }
    }
}

/// The captured fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Fact {
    /// A page's address, title and visible text.
    Page {
        /// Its address.
        url: String,
        /// Its title.
        #[serde(default)]
        title: String,
        /// Its visible text, whole or as passages.
        #[serde(default, deserialize_with = "text_or_passages")]
        text: Vec<Passage>,
        /// Whether the text was longer than the limit and was cut.
        #[serde(default)]
        cut: bool,
        /// Where the address is one of a search: how it began, as far as the browser saw it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        search: Option<SearchStart>,
    },
    /// Text typed into a field of a page (never a password, payment or one-time-code field).
    Typed {
        /// The page's address.
        url: String,
        /// What kind of field.
        field: Field,
        /// The text, whole or as passages.
        #[serde(deserialize_with = "text_or_passages")]
        text: Vec<Passage>,
    },
    /// Messages of a conversation that came to be shown: a chat, a thread, direct messages.
    Messages {
        /// The page's address.
        url: String,
        /// Name of the channel, room, thread or partner as the page shows it; empty where it shows none.
        #[serde(default)]
        channel: String,
        /// Tells windows and tabs apart within a browser session; says nothing else.
        #[serde(default)]
        window: String,
        /// The messages that are new.
        messages: Vec<Message>,
        /// Messages of the same conversation seen before, as far as the device still held them in memory.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        earlier: Vec<Message>,
    },
    /// A picture that was shown on a page.
    Picture(Box<Picture>),
    /// A private (incognito) window was open.
    PrivateWindow {
        /// Which browser.
        browser: String,
    },
    /// The state of the monitoring software changed by something other than a power state.
    Software {
        /// Which part: `extension`, `agent`.
        component: String,
        /// What was seen.
        state: SoftwareState,
    },
    /// Something of the device itself: a program, a connection, a mount, storage.
    Machine(Machine),
    /// Text in a window of another program than a browser with the extension.
    Text(Box<ProgramText>),
    /// A browser's history by its numbers, read twice.
    History(Box<HistorySeen>),
    /// A name under which something was done on a page.
    Name(Box<NameUsed>),
}

impl Fact {
    /// The address that the fact belongs to, where it has one.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        match self {
            Self::Page { url, .. } | Self::Typed { url, .. } | Self::Messages { url, .. } => Some(url),
            Self::Picture(picture) => Some(&picture.url),
            Self::Name(used) => Some(&used.url),
            Self::PrivateWindow { .. }
            | Self::Software { .. }
            | Self::Machine(_)
            | Self::Text(_)
            | Self::History(_) => None,
        }
    }

    /// The messages of a conversation in its order, earlier ones first; none for other facts.
    pub fn messages(&self) -> impl Iterator<Item = &Message> {
        let (earlier, messages) = match self {
            Self::Messages { earlier, messages, .. } => (earlier.as_slice(), messages.as_slice()),
            _ => (&[][..], &[][..]),
        };
        earlier.iter().chain(messages)
    }

    /// The passages of text, where there are any. Messages are no passages: see [`Fact::messages`].
    #[must_use]
    pub fn passages(&self) -> &[Passage] {
        match self {
            Self::Page { text, .. } | Self::Typed { text, .. } => text,
            Self::Text(of_program) => &of_program.text,
            Self::Messages { .. }
            | Self::Picture(_)
            | Self::PrivateWindow { .. }
            | Self::Software { .. }
            | Self::Machine(_)
            | Self::History(_)
            | Self::Name(_) => &[],
        }
    }
}

/// What kind of field text was typed into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Field {
    /// A search field.
    Search,
    /// A message or comment to others.
    Message,
    /// Any other text field.
    Text,
}

/// State of a part of the monitoring software.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SoftwareState {
    /// It runs.
    Running,
    /// It was switched off while the device ran.
    Disabled,
    /// It is gone while the device ran.
    Removed,
}

/// A stretch of an original text, with its byte offset there. Whole texts are one passage at offset 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passage {
    /// Byte offset of `text` in the original.
    pub offset: u64,
    /// The stretch, unchanged.
    pub text: String,
}

impl Passage {
    /// A whole text as its one passage; no passage for an empty text.
    #[must_use]
    pub fn whole(text: impl Into<String>) -> Vec<Self> {
        let text = text.into();
        if text.is_empty() { Vec::new() } else { vec![Self { offset: 0, text }] }
    }
}

fn text_or_passages<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<Passage>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "text is a string, or a list of {offset, text}")]
    enum Shape {
        Text(String),
        Passages(Vec<Passage>),
    }
    Ok(match Shape::deserialize(deserializer)? {
        Shape::Text(text) => Passage::whole(text),
        Shape::Passages(passages) => passages,
    })
}
