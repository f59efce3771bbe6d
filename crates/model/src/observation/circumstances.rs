//! What was seen of how a fact came about: facts that the table of attribution decides over, and that stay in the record.

use serde::{Deserialize, Serialize};

/// Facts about how something came to be on the screen, as the source saw them. Absent ones were not seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Circumstances {
    /// What opened the page or frame, by the browser's own account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// The click, tap or key that its opening, a download or a video's start followed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gesture: Option<Gesture>,
    /// It is not where that gesture, or what was typed, pointed to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detour: Option<Detour>,
    /// Whether it came with the opening of its page.
    #[serde(default, skip_serializing_if = "Stage::is_later")]
    pub stage: Stage,
    /// The frame it stands in, where it is not the page itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame: Option<FrameOf>,
    /// Time since somebody last clicked, scrolled or typed in that page or frame after it had been on the screen for two
    /// seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_ms: Option<u64>,
    /// How a video came to play.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub playback: Option<Playback>,
    /// Whose all of the messages are, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrote: Option<Wrote>,
    /// Time since the last input anywhere on the device; for windows of other programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_input_ms: Option<u64>,
}

/// What opened a page or a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// Typed, or chosen while typing, in the browser's address bar.
    AddressBar,
    /// A bookmark or a tile of the browser's own.
    Bookmark,
    /// A link, or the page's own script: browsers do not tell these apart.
    Link,
    /// A form was sent.
    Form,
    /// The same page again.
    Reload,
    /// The way back or forward.
    History,
    /// The browser opened it as it started, or another program handed it over.
    Start,
    /// A page drew it in as a part of itself.
    Embedded,
}

/// A click, tap or key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gesture {
    /// How long before, in milliseconds.
    pub ms: u64,
    /// Whether it was on a link to this very address.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub on_link: bool,
}

/// How a page came to be another than was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Detour {
    /// An address of another site sent the browser on to it.
    Redirect,
    /// A page opened it in a tab or window of its own, and no link to it was pressed.
    PopUp,
}

/// When something came, seen from the opening of its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// With it.
    Opening,
    /// Later.
    #[default]
    Later,
}

impl Stage {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
    fn is_later(&self) -> bool {
        *self == Self::Later
    }
}

/// Whose a frame is, beside the page around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FrameOf {
    /// The page's own site.
    SameSite,
    /// Another site, as advertisements are.
    OtherSite,
}

/// How a video came to play.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Playback {
    /// After a click, tap or key in its page.
    Started,
    /// Without one.
    ByItself,
    /// It is what others send at that moment, as in a call.
    FromOthers,
}

/// Whose messages are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wrote {
    /// All were typed in that tab.
    Here,
    /// All are other people's, and came after the conversation was first shown.
    Others,
}
