//! Other programs' windows as the watch core sees them: that they cannot be looked into is a gap in part, where a condition needs it.

use proviso_model::gap::GapCause;
use proviso_model::{Source, Timestamp};

use super::Watcher;
use super::lists::DETAIL_CHARS_MAX;
use crate::sources::browser::presence::BrowserProcess;
use crate::sources::desktop::{SILENT_MS, Sight};

/// What was heard of the source last, and when.
#[derive(Debug, Clone, Default)]
pub(super) struct Heard {
    sight: Sight,
    at: Timestamp,
}

impl Watcher {
    /// The source says what it can see. It says so every few seconds while it is needed.
    pub fn desktop_sees(&mut self, sight: Sight) {
        let now = self.read_clocks();
        self.desktop = Heard { sight, at: now };
        self.watch_desktop(now);
        self.record_gaps();
    }

    /// What can be seen of other programs' windows.
    #[must_use]
    pub fn desktop(&self) -> &Sight {
        &self.desktop.sight
    }

    /// The browsers whose extension tells what they show.
    #[must_use]
    pub fn browsers_connected(&self) -> Vec<BrowserProcess> {
        self.browsers.told_of(self.moment.reckoned)
    }

    /// The machine slept or the time was put right: nobody could speak, so nobody was silent.
    pub(super) fn forgive_desktop(&mut self) {
        self.desktop.at = self.moment.reckoned;
    }

    pub(super) fn watch_desktop(&mut self, now: Timestamp) {
        let is_needed = self.standing.watching && self.standing.capture.pictures;
        if self.desktop.sight == Sight::Sees && now.millis_since(self.desktop.at) >= SILENT_MS {
            self.desktop.sight = Sight::Cannot("the display does not answer".to_owned());
        }
        let why: String = match &self.desktop.sight {
            Sight::Cannot(why) if is_needed => why.chars().take(DETAIL_CHARS_MAX).collect(),
            _ => String::new(),
        };
        self.gap_while(now, Source::Desktop, GapCause::WindowsUnseen, &why);
    }
}
