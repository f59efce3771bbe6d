//! Text that other programs show and that is typed into them, as they tell it on the accessibility bus of the person's own session
//! (`docs/decisions/0028-text-of-other-programs.md`): only of the window in front, never a password, never a browser whose extension
//! tells of it, and only while a condition in force reads words.

mod bus;
mod dbus;
mod events;
mod input;
mod known;
mod looker;
mod pending;
mod read;
mod source;

use proviso_model::Attribution;
use proviso_model::observation::ProgramText;

pub use source::{Accessibility, AccessibilityParts};

/// What the source tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// Why text cannot be read; nothing where it can.
    Sight(Option<String>),
    /// Text that is new in the window in front.
    Text(Box<Said>),
}

/// Text of a window, whose it is, and how it came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The process whose window it is.
    pub process: u32,
    /// Whether a field that is never read stands in that window with something in it; nothing where the window was not looked through.
    pub secret_field: Option<bool>,
    /// What was seen of how it came about.
    pub attribution: Attribution,
    /// The text.
    pub text: ProgramText,
}
