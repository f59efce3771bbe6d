//! Pictures in windows of programs that no extension sees: read from the screen, only while a condition in force needs pictures, and only of
//! the window in front (`docs/decisions/0022-pictures-of-windows.md`); and one picture of the window in which a finding about text was
//! raised (`context`). A folder for each platform: `x11/`.

pub mod area;
mod changes;
pub mod context;
pub mod never_read;
pub mod session;
mod source;
mod take;
#[cfg(target_os = "linux")]
pub mod x11;

use serde::{Deserialize, Serialize};

pub use source::{Desktop, DesktopParts};

/// After so long without a word of the source the display keeps it waiting.
pub const SILENT_MS: i64 = 60_000;

/// What of other programs' windows can be seen now.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sight {
    /// No condition needs it, or nobody is logged on to the account: there is nothing to see.
    #[default]
    Nothing,
    /// The window in front, whichever it is.
    Sees,
    /// Nothing, and why.
    Cannot(String),
}

/// Why a display shows nothing to this program.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unseen(pub String);

/// A part of a window, in pixels from its own upper left corner.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Part {
    /// Pixels from the left.
    pub x: i16,
    /// Pixels from above.
    pub y: i16,
    /// Pixels in a row.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

/// A window in front that may be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrontWindow {
    /// The display's number for it.
    pub id: u32,
    /// The process that made it.
    pub process: u32,
    /// Its title.
    pub title: String,
    /// What its program calls itself.
    pub application: String,
    /// The program's file or name.
    pub program: String,
    /// Where it stands on the screen.
    pub at: (i16, i16),
    /// Its size.
    pub size: (u16, u16),
    /// The part that is on the screen and that no other window covers.
    pub visible: Part,
    /// Since a key or the pointer was last used in this session, whichever window was in front.
    pub since_input_ms: Option<u64>,
}

/// Pixels of a part of a window.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pixels {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Red, green, blue of each, rows first.
    pub rgb: Vec<u8>,
    /// A hash of each row, comparable with those of [`Screen::rows`] while the agent runs.
    pub rows: Vec<u64>,
}

/// A display as this source asks it. What waits for its answer waits on a thread that does nothing else.
pub trait Screen {
    /// The window in front, unless there is none, it may not be read, or nobody can see it now.
    ///
    /// # Errors
    /// [`Unseen`]: the display is to be opened anew.
    fn front(&mut self) -> Result<Option<FrontWindow>, Unseen>;

    /// The pixels of a part of a window; nothing where it has changed its place meanwhile.
    ///
    /// # Errors
    /// As [`Screen::front`].
    fn pixels(&mut self, window: u32, part: Part) -> Result<Option<Pixels>, Unseen>;

    /// A hash of each of these rows of a part.
    ///
    /// # Errors
    /// As [`Screen::front`].
    fn rows(&mut self, window: u32, part: Part, rows: &[u16]) -> Result<Option<Vec<u64>>, Unseen>;
}
