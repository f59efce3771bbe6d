//! What the policy names by hash, as the watch core sees it: what a condition in force names and is not here is a gap in part.

use proviso_model::gap::GapCause;
use proviso_model::{Source, Timestamp};

use super::Watcher;
use crate::fetched::Missing;

/// Longest detail of a gap.
pub(super) const DETAIL_CHARS_MAX: usize = 200;

/// How many lists of one kind the conditions in force name, and how many of them are not here.
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

    /// The same of hash sets.
    #[must_use]
    pub fn hash_sets_here(&self) -> ListsHere {
        let Some(kept) = self.keep.policy() else { return ListsHere::default() };
        let now = self.moment.now;
        let named = kept.policy.hash_sets_at(now).len();
        ListsHere { named, missing: self.keep.hash_sets().missing(&kept.policy, now).len() }
    }

    pub(super) fn watch_lists(&mut self, now: Timestamp) {
        let (mut lists, mut sets) = (Vec::new(), Vec::new());
        if let Some(kept) = self.keep.policy() {
            if self.standing.capture.pages {
                lists = self.keep.lists().missing(&kept.policy, self.moment.now);
            }
            if self.standing.capture.pictures {
                sets = self.keep.hash_sets().missing(&kept.policy, self.moment.now);
            }
        }
        self.watch_missing(now, GapCause::SiteListMissing, &lists);
        self.watch_missing(now, GapCause::HashSetMissing, &sets);
    }

    fn watch_missing(&mut self, now: Timestamp, cause: GapCause, missing: &[Missing]) {
        if missing.is_empty() {
            self.gaps.end(now, Source::Browser, cause);
        } else {
            let detail: Vec<String> = missing.iter().map(Missing::in_words).collect();
            let detail: String = detail.join("; ").chars().take(DETAIL_CHARS_MAX).collect();
            self.gaps.begin(now, Source::Browser, cause, detail);
        }
    }
}
