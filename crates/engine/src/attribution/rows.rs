//! The rows, from top to bottom.

use proviso_model::Act;
use proviso_model::observation::{Cause, Detour, FrameOf, Playback, Stage, Wrote};

use super::{ATTENDED_MS_MAX, GESTURE_MENU_MS_MAX, GESTURE_MS_MAX, Kind, Seen, Weighs};

/// One row.
pub struct Row {
    /// Its name, which tests and experts use.
    pub name: &'static str,
    /// What must have been seen, in words.
    pub when: &'static str,
    /// The act.
    pub act: Act,
    /// What that may raise by itself.
    pub weighs: Weighs,
    test: fn(&Seen) -> bool,
}

impl Row {
    pub(super) fn fits(&self, seen: &Seen) -> bool {
        (self.test)(seen)
    }
}

const fn row(
    name: &'static str,
    when: &'static str,
    act: Act,
    weighs: Weighs,
    test: fn(&Seen) -> bool,
) -> Row {
    Row { name, when, act, weighs, test }
}

use Weighs::{Anything, KnownPictures, Nothing};

/// The table. Windows of a browser, and of what it started, are its extension's: a process tree decides that before.
pub const ROWS: &[Row] = &[
    row(
        "typed",
        "text changed by keys, paste or drop in a field, by events that the browser itself vouches for",
        Act::Typed,
        Anything,
        |seen| {
            seen.kind == Kind::Typed || (seen.kind == Kind::Messages && seen.facts.wrote == Some(Wrote::Here))
        },
    ),
    row(
        "typed in a program",
        "short pieces of text came into the field with the keyboard in another program's window in front, within 2 s of input on the device",
        Act::Typed,
        Anything,
        |seen| {
            seen.kind == Kind::WindowTyped
                && seen.foreground
                && seen.facts.device_input_ms.is_some_and(|ms| ms <= GESTURE_MS_MAX)
        },
    ),
    row(
        "saved by hand",
        "a file was saved within 30 s of a click or key in the browser",
        Act::Downloaded,
        Anything,
        |seen| seen.kind == Kind::Download && within(seen, GESTURE_MENU_MS_MAX),
    ),
    row("saved by itself", "a file was saved without one", Act::Downloaded, KnownPictures, |seen| {
        seen.kind == Kind::Download
    }),
    row(
        "never on the screen",
        "not in front, and visible for no time at all",
        Act::Background,
        Nothing,
        |seen| !seen.foreground && seen.visible_ms == 0,
    ),
    row(
        "sent",
        "a name stood in a form that was sent within 10 s of a click or key in its page, or over a message that was typed there",
        Act::Shown,
        Anything,
        |seen| seen.kind == Kind::Sent,
    ),
    row(
        "window, somebody there",
        "another program's window in front, and input on the device within 10 minutes",
        Act::Shown,
        Anything,
        |seen| is_window(seen) && seen.facts.device_input_ms.is_some_and(|ms| ms <= ATTENDED_MS_MAX),
    ),
    row(
        "window, nobody there",
        "another program's window in front, and no input for longer, or not known",
        Act::Unknown,
        Anything,
        is_window,
    ),
    row(
        "sent by others",
        "a video that others send at that moment, as a screen shared in a call",
        Act::Received,
        Anything,
        |seen| seen.facts.playback == Some(Playback::FromOthers),
    ),
    row(
        "part of another site",
        "in a frame of another site, as an advertisement is, that nobody opened or used",
        Act::Shown,
        KnownPictures,
        |seen| seen.facts.frame == Some(FrameOf::OtherSite) && !asked(seen) && !used(seen),
    ),
    row(
        "redirected",
        "another site's address sent the browser on to it, and nobody has used it",
        Act::Shown,
        KnownPictures,
        |seen| seen.facts.detour == Some(Detour::Redirect) && !used(seen),
    ),
    row(
        "pop-up",
        "a page opened it in a tab of its own without a link to it being pressed, and nobody has used it",
        Act::Shown,
        KnownPictures,
        |seen| seen.facts.detour == Some(Detour::PopUp) && !used(seen),
    ),
    row(
        "refreshed",
        "the same page again without a click or key, and nobody has used it since",
        Act::Shown,
        KnownPictures,
        |seen| came_by(seen, Some(Cause::Reload)) && !used(seen),
    ),
    row(
        "gone back to",
        "the way back or forward without a click or key in the page, and nobody has used it since",
        Act::Shown,
        KnownPictures,
        |seen| came_by(seen, Some(Cause::History)) && !used(seen),
    ),
    row(
        "there already",
        "how it was opened was not seen, as of a restored tab, and nobody has used it since",
        Act::Shown,
        KnownPictures,
        |seen| came_by(seen, None) && !used(seen),
    ),
    row(
        "came by itself",
        "a link, form or script without a click or key before it, and nobody has used it",
        Act::Shown,
        KnownPictures,
        |seen| !asked(seen) && seen.facts.cause != Some(Cause::Start) && !used(seen),
    ),
    row(
        "received",
        "all of the messages are other people's and came while the conversation was shown",
        Act::Received,
        Anything,
        |seen| seen.kind == Kind::Messages && seen.facts.wrote == Some(Wrote::Others),
    ),
    row(
        "played",
        "a frame of a video that a click or key in its page started",
        Act::Played,
        Anything,
        |seen| seen.kind == Kind::VideoFrame && seen.facts.playback == Some(Playback::Started),
    ),
    row(
        "opened",
        "what came with a page that a click, a key, the address bar or a bookmark opened",
        Act::Opened,
        Anything,
        |seen| {
            matches!(seen.kind, Kind::Page | Kind::Messages)
                && seen.facts.stage == Stage::Opening
                && asked(seen)
        },
    ),
    row(
        "shown",
        "anything else that was visible on a page that somebody opened or has used",
        Act::Shown,
        Anything,
        |_| true,
    ),
];

fn is_window(seen: &Seen) -> bool {
    matches!(seen.kind, Kind::Window | Kind::WindowTyped)
}

/// A gesture was seen, recently enough.
fn within(seen: &Seen, ms_max: u64) -> bool {
    seen.facts.gesture.is_some_and(|gesture| gesture.ms <= ms_max)
}

/// Somebody asked for this page: by the browser's own means, or by a gesture that led here.
fn asked(seen: &Seen) -> bool {
    let by_browser = matches!(seen.facts.cause, Some(Cause::AddressBar | Cause::Bookmark));
    let to_it =
        seen.facts.gesture.is_some_and(|gesture| gesture.on_link) && within(seen, GESTURE_MENU_MS_MAX);
    seen.facts.detour.is_none() && (by_browser || to_it || within(seen, GESTURE_MS_MAX))
}

/// Somebody has clicked, scrolled or typed in it.
fn used(seen: &Seen) -> bool {
    seen.facts.used_ms.is_some()
}

fn came_by(seen: &Seen, cause: Option<Cause>) -> bool {
    seen.facts.cause == cause && !asked(seen)
}
