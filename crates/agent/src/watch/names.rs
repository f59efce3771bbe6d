//! Names that were used: held on this device until the days within which they may be declared have run out, and told once.

use std::collections::{BTreeSet, VecDeque};

use proviso_engine::behaviour::names::key;
use proviso_ledger::hash::sha256;
use proviso_model::observation::NameHow;
use proviso_model::{Digest, Fact, Observation, Timestamp};
use serde::{Deserialize, Serialize};

use super::acks::NOTE_ACKS;
use super::{Observed, Watcher};
use crate::policy_keep::KeptPolicy;
use crate::spool::{Note, SpoolError, note_of};

/// Name of the note; kept with the number of the observation that changed it.
const NOTE_NAMES: &str = "names-used";
/// Names held at once; a further one is dropped and counted.
const HELD_MAX: usize = 256;
/// Names remembered as told, by hash; the one told first is forgotten first.
const TOLD_MAX: usize = 1_024;

/// What is held, and what was told.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Names {
    /// The first use of each name, as it was seen.
    held: Vec<Observation>,
    /// Hashes of names that are on record.
    told: VecDeque<Digest>,
    /// Under which policy what is held was last looked at.
    #[serde(default)]
    under: Option<Digest>,
}

impl Names {
    fn knows(&self, name: Digest) -> bool {
        self.told.contains(&name) || self.held.iter().any(|held| digest_of(&held.fact) == Some(name))
    }

    fn with_told(&self, name: Digest) -> Self {
        let mut with = self.clone();
        with.held.retain(|held| digest_of(&held.fact) != Some(name));
        with.told.push_back(name);
        if with.told.len() > TOLD_MAX {
            with.told.pop_front();
        }
        with
    }
}

/// The hash of a name as it is compared; nothing for whom a message was sent to, which is told each time.
fn digest_of(fact: &Fact) -> Option<Digest> {
    let Fact::Name(used) = fact else { return None };
    if used.how == NameHow::Recipient {
        return None;
    }
    Some(Digest(sha256(key(&used.name).as_bytes())))
}

/// What is remembered once this observation is on record, where it is of a name.
pub(super) fn once_told(names: &Names, fact: &Fact) -> Option<Names> {
    digest_of(fact).map(|name| names.with_told(name))
}

impl Names {
    pub(super) fn note(&self) -> Result<Note, SpoolError> {
        note_of(NOTE_NAMES, self)
    }
}

impl Watcher {
    /// Takes over what an earlier run held.
    pub(super) fn resume_names(&mut self) -> Result<(), SpoolError> {
        self.names = self.spool.note(NOTE_NAMES)?.unwrap_or_default();
        Ok(())
    }

    /// What becomes of a name that has just come before it is judged: told or held already, or to be held. Nothing where it is to be
    /// judged now.
    pub(super) fn name_waits(
        &mut self,
        kept: &KeptPolicy,
        observation: &Observation,
        mark: Option<(&str, u64)>,
    ) -> Option<Observed> {
        let ((instance, n), name) = (mark?, digest_of(&observation.fact)?);
        let is_again = self.names.knows(name);
        let due = kept.engine.name_due_at(observation);
        if !is_again && due.is_none_or(|due| due <= observation.observed_at) {
            return None;
        }
        if !is_again && self.names.held.len() < HELD_MAX {
            let mut names = self.names.clone();
            names.held.push(observation.clone());
            names.under = names.under.filter(|under| *under == kept.digest());
            let mut acks = self.acks.clone();
            acks.done(instance, n);
            let notes = [names.note(), note_of(NOTE_ACKS, &acks)].into_iter().collect::<Result<Vec<_>, _>>();
            if let Err(error) = notes.and_then(|notes| self.spool.keep(&notes)) {
                return Some(Observed::Retry(error.to_string()));
            }
            self.names = names;
            return Some(Observed::Waits);
        }
        self.count(|stretch| stretch.dropped += 1);
        self.totals.dropped += 1;
        Some(Observed::Dropped)
    }

    /// Tells of names whose days have run out, and lets go of those that need not be held any more: they were declared, or no
    /// condition reads names.
    pub(super) fn watch_names(&mut self, now: Timestamp) {
        if self.names.held.is_empty() {
            return;
        }
        let Some(kept) = self.keep.policy() else { return self.hold_only(|_| false) };
        let conditions = &kept.policy.conditions;
        if !conditions.iter().any(|condition| condition.reads_names() && now < condition.valid_until) {
            return self.hold_only(|_| false);
        }
        if !self.standing.watching || !self.standing.capture.names {
            return;
        }
        if self.names.under != Some(kept.digest()) {
            self.names.under = Some(kept.digest());
            self.hold_only(|held| kept.engine.name_due_at(held).is_some());
        }
        // By the reckoned time: a clock that was set forward lets no days run out.
        let is_due = |held: &&Observation| kept.engine.name_due_at(held).is_some_and(|due| due <= now);
        let due: Vec<Observation> = self.names.held.iter().filter(is_due).cloned().collect();
        for held in due {
            self.tell_name(held);
        }
    }

    fn tell_name(&mut self, held: Observation) {
        let name = digest_of(&held.fact);
        let mut told = held;
        if let Fact::Name(used) = &mut told.fact {
            used.used_at = Some(told.observed_at);
        }
        told.observed_at = self.moment.now;
        match self.weigh(told, None, None) {
            Observed::Kept | Observed::Retry(_) => {}
            _ => self.hold_only(|held| digest_of(&held.fact) != name),
        }
    }

    fn hold_only(&mut self, is_held: impl Fn(&Observation) -> bool) {
        let before = self.names.clone();
        self.names.held.retain(is_held);
        if self.names == before {
            return;
        }
        if let Err(error) = self.names.note().and_then(|note| self.spool.keep(&[note])) {
            tracing::warn!(%error, "that a name is held no longer could not be kept");
        }
    }

    /// Names that are held, as they were seen; for tests and for what the person is shown: how many.
    #[must_use]
    pub fn names_held(&self) -> usize {
        self.names.held.iter().filter_map(|held| digest_of(&held.fact)).collect::<BTreeSet<_>>().len()
    }
}
