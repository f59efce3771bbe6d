//! Which numbers of each browser session are done: durable, or dropped. Pictures are decided on later than what comes after
//! them, so a row of numbers has holes.

use std::collections::{BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

/// Browser sessions whose numbers are remembered.
const INSTANCES_MAX: usize = 64;
/// Name of the note; written with every record that makes a number done.
pub(super) const NOTE_ACKS: &str = "acknowledged";

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Acks {
    /// Sessions with the highest number seen of each.
    seen: VecDeque<(String, u64)>,
    /// Numbers up to those that still wait, pictures all of them.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    waiting: BTreeSet<(String, u64)>,
}

impl Acks {
    pub(super) fn knows(&self, instance: &str) -> bool {
        self.seen.iter().any(|(known, _)| known == instance)
    }

    /// Takes over what an earlier run kept of a session.
    pub(super) fn begin(&mut self, instance: &str, kept: Option<&Self>) {
        let highest = kept.map_or(0, |kept| kept.highest(instance));
        self.set(instance, highest);
        if let Some(kept) = kept {
            self.waiting.extend(kept.waiting_of(instance).cloned());
        }
    }

    /// Whether a number is done, so that its coming again is a repetition.
    pub(super) fn is_done(&self, instance: &str, n: u64) -> bool {
        n <= self.highest(instance) && !self.waiting.contains(&(instance.to_owned(), n))
    }

    /// The number up to which all are done.
    pub(super) fn all_done(&self, instance: &str) -> u64 {
        let highest = self.highest(instance);
        self.waiting_of(instance).next().map_or(highest, |(_, n)| highest.min(n.saturating_sub(1)))
    }

    /// A number has come and is decided on later.
    pub(super) fn waits(&mut self, instance: &str, n: u64) {
        self.set(instance, n.max(self.highest(instance)));
        self.waiting.insert((instance.to_owned(), n));
    }

    pub(super) fn done(&mut self, instance: &str, n: u64) {
        self.set(instance, n.max(self.highest(instance)));
        self.waiting.remove(&(instance.to_owned(), n));
    }

    pub(super) fn forget(&mut self, instance: &str) {
        self.seen.retain(|(known, _)| known != instance);
        self.waiting.retain(|(known, _)| known != instance);
    }

    fn highest(&self, instance: &str) -> u64 {
        self.seen.iter().find(|(known, _)| known == instance).map_or(0, |(_, n)| *n)
    }

    fn waiting_of(&self, instance: &str) -> impl Iterator<Item = &(String, u64)> {
        self.waiting.iter().filter(move |(known, _)| known == instance)
    }

    fn set(&mut self, instance: &str, n: u64) {
        self.seen.retain(|(known, _)| known != instance);
        self.seen.push_back((instance.to_owned(), n));
        if self.seen.len() > INSTANCES_MAX
            && let Some((oldest, _)) = self.seen.pop_front()
        {
            self.waiting.retain(|(known, _)| *known != oldest);
        }
    }
}
