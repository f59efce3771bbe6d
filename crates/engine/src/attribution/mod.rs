//! How a fact came about: one table, of which the first row that fits decides. docs/attribution.md shows it as an expert reads it.
//!
//! Sources take facts ([`Circumstances`]) and decide nothing; the facts stay in the record, so that the decision can be made again.

mod rows;
mod words;

use proviso_model::judgement::{PictureBasis, PictureOpinion};
use proviso_model::observation::{Circumstances, PictureElement};
use proviso_model::{Act, Attribution, Fact, Finding};

pub use rows::{ROWS, Row};
pub use words::because;

/// A page or a form followed a click or key this soon after it.
pub const GESTURE_MS_MAX: u64 = 2_000;
/// A menu may stand between: a link to the very address, or the saving of a file, this soon.
pub const GESTURE_MENU_MS_MAX: u64 = 30_000;
/// Somebody is at the device who has touched it within this time.
pub const ATTENDED_MS_MAX: u64 = 600_000;

/// What an observation may raise by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weighs {
    /// Nothing.
    Nothing,
    /// Only a finding that a picture is on a force's list: what that is does not depend on who asked for it.
    KnownPictures,
    /// Any finding.
    Anything,
}

impl Weighs {
    /// The word that stands for it in the table.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::KnownPictures => "known pictures only",
            Self::Anything => "anything",
        }
    }
}

/// What the table looks at, beside the circumstances.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Typed,
    Page,
    Messages,
    Picture,
    VideoFrame,
    Download,
    Window,
    /// Text that came into a field of another program's window.
    WindowTyped,
    /// A name that was sent with a form, or stood over a message.
    Sent,
}

/// One observation, as the table sees it.
pub(crate) struct Seen {
    pub(crate) kind: Kind,
    pub(crate) foreground: bool,
    pub(crate) visible_ms: u64,
    pub(crate) facts: Circumstances,
}

/// The kind of a fact; a private window and the state of software have no such circumstances.
fn kind(fact: &Fact) -> Option<Kind> {
    Some(match fact {
        Fact::Typed { .. } => Kind::Typed,
        Fact::Page { .. } => Kind::Page,
        Fact::Messages { .. } => Kind::Messages,
        Fact::Picture(picture) => match picture.element {
            PictureElement::VideoFrame => Kind::VideoFrame,
            PictureElement::Download => Kind::Download,
            PictureElement::Window => Kind::Window,
            // A file that arrives has no such circumstances.
            PictureElement::File => return None,
            _ => Kind::Picture,
        },
        Fact::Text(of_program) if of_program.typed => Kind::WindowTyped,
        Fact::Text(_) => Kind::Window,
        // The message under an author's name was typed; the name was not.
        Fact::Name(used) if used.typed => Kind::Typed,
        Fact::Name(_) => Kind::Sent,
        Fact::PrivateWindow { .. } | Fact::Software { .. } | Fact::Machine(_) | Fact::History(_) => {
            return None;
        }
    })
}

/// The row that decides. Nothing where the source took no facts, as older ones: then its own word stands.
#[must_use]
pub fn decide(attribution: &Attribution, fact: &Fact) -> Option<&'static Row> {
    let (facts, kind) = (attribution.circumstances?, kind(fact)?);
    let Attribution { foreground, visible_ms, .. } = *attribution;
    let seen = Seen { kind, foreground, visible_ms, facts };
    ROWS.iter().find(|row| row.fits(&seen))
}

/// The act: what the table says, or without facts what the source says.
#[must_use]
pub fn act(attribution: &Attribution, fact: &Fact) -> Act {
    decide(attribution, fact).map_or(attribution.act, |row| row.act)
}

/// What it may raise by itself. Background activity raises nothing, whatever else is said of it (invariant 7).
#[must_use]
pub fn weighs(attribution: &Attribution, fact: &Fact) -> Weighs {
    // The state of the device and of the monitoring software has no tab that could be in front; a paragraph about it is about that it is so.
    if matches!(fact, Fact::Software { .. } | Fact::Machine(_) | Fact::History(_)) {
        return Weighs::Anything;
    }
    match decide(attribution, fact) {
        _ if attribution.act == Act::Background => Weighs::Nothing,
        Some(row) => row.weighs,
        None if has_screen(fact) && attribution.is_background() => Weighs::Nothing,
        None => Weighs::Anything,
    }
}

/// Whether it could have been in front at all: a file that arrives has no window.
fn has_screen(fact: &Fact) -> bool {
    !matches!(fact, Fact::Picture(picture) if picture.file.is_some())
}

/// Whether any finding at all may be raised by such an observation.
pub(crate) fn may_raise_any(attribution: &Attribution, fact: &Fact) -> bool {
    match weighs(attribution, fact) {
        Weighs::Nothing => false,
        Weighs::KnownPictures => matches!(fact, Fact::Picture(_)),
        Weighs::Anything => true,
    }
}

/// Whether a finding may be raised by an observation that weighs so.
#[must_use]
pub fn may_raise(weighs: Weighs, finding: &Finding) -> bool {
    let is_listed = |opinion: &PictureOpinion| !matches!(opinion.rests_on, PictureBasis::Scored { .. });
    match weighs {
        Weighs::Nothing => false,
        Weighs::KnownPictures => finding.picture.as_deref().is_some_and(is_listed),
        Weighs::Anything => true,
    }
}

#[cfg(test)]
mod tests;
