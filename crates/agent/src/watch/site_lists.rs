//! Lists of sites as the watch core sees them: those that a condition in force names and that are not here are a gap in part.

use proviso_model::gap::GapCause;
use proviso_model::{Source, Timestamp};

use super::Watcher;
use crate::site_lists::MissingList;

/// Longest detail of a gap.
const DETAIL_CHARS_MAX: usize = 200;

/// How many lists of sites the conditions in force name, and how many of them are here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ListsHere {
    /// Named.
    pub named: usize,
    /// Named and not here.
    pub missing: usize,
}

impl Watcher {
    /// What may be known of the lists of sites without their names.
    #[must_use]
    pub fn lists_here(&self) -> ListsHere {
        let Some(kept) = self.keep.policy() else { return ListsHere::default() };
        let now = self.moment.now;
        let named = kept.policy.site_lists_at(now).len();
        ListsHere { named, missing: self.keep.lists().missing(&kept.policy, now).len() }
    }

    pub(super) fn watch_site_lists(&mut self, now: Timestamp) {
        let policy = self.keep.policy().filter(|_| self.standing.capture.pages);
        let missing =
            policy.map(|kept| self.keep.lists().missing(&kept.policy, self.moment.now)).unwrap_or_default();
        if missing.is_empty() {
            self.gaps.end(now, Source::Browser, GapCause::SiteListMissing);
        } else {
            let detail: Vec<String> = missing.iter().map(MissingList::in_words).collect();
            let detail: String = detail.join("; ").chars().take(DETAIL_CHARS_MAX).collect();
            self.gaps.begin(now, Source::Browser, GapCause::SiteListMissing, detail);
        }
    }
}
