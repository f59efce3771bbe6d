//! What the server is to be asked about pictures, and what it answered: keyed digests alone, in memory alone.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use proviso_model::Digest;
use proviso_model::hash_set::HashSetQuestion;
use tokio::sync::watch;

use crate::bounded::Bounded;

/// Answers remembered.
const ANSWERS_MAX: usize = 4_096;
/// Questions that may wait to be asked; a picture whose question finds no room waits until there is some.
const WAITING_MAX: usize = 1_024;

/// What is known of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The set has the entry, in this category.
    Listed(u8),
    /// It has not.
    NotListed,
    /// The server has not answered.
    None,
}

struct Held {
    waiting: VecDeque<HashSetQuestion>,
    answers: Bounded<HashSetQuestion, Option<u8>>,
}

/// Questions that wait and answers that came; shared by whoever looks pictures up and the uplink.
pub struct Questions {
    held: Mutex<Held>,
    /// Rises when a look-up may have another result than before.
    changed: watch::Sender<u64>,
    /// Rises when there is something to ask.
    asked: watch::Sender<u64>,
}

impl Default for Questions {
    fn default() -> Self {
        Self {
            held: Mutex::new(Held { waiting: VecDeque::new(), answers: Bounded::new(ANSWERS_MAX) }),
            changed: watch::Sender::new(0),
            asked: watch::Sender::new(0),
        }
    }
}

impl Questions {
    fn with<R>(&self, act: impl FnOnce(&mut Held) -> R) -> R {
        act(&mut self.held.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What the server answered.
    #[must_use]
    pub fn answer(&self, question: &HashSetQuestion) -> Answer {
        match self.with(|held| held.answers.get(question).copied()) {
            Some(Some(category)) => Answer::Listed(category),
            Some(None) => Answer::NotListed,
            None => Answer::None,
        }
    }

    /// Has the server asked, unless that waits already or was answered meanwhile.
    pub fn ask(&self, question: HashSetQuestion) {
        let is_new = self.with(|held| {
            if held.answers.get(&question).is_some() {
                return None;
            }
            let is_new = !held.waiting.contains(&question) && held.waiting.len() < WAITING_MAX;
            if is_new {
                held.waiting.push_back(question);
            }
            Some(is_new)
        });
        match is_new {
            None => self.wake(),
            Some(true) => self.asked.send_modify(|count| *count += 1),
            Some(false) => {}
        }
    }

    /// The next question.
    #[must_use]
    pub fn next(&self) -> Option<HashSetQuestion> {
        self.with(|held| held.waiting.front().copied())
    }

    /// The server has answered: with the entry's category, or that there is none.
    pub fn answered(&self, question: HashSetQuestion, listed: Option<u8>) {
        self.with(|held| {
            held.waiting.retain(|waiting| *waiting != question);
            held.answers.put(question, listed);
        });
        self.wake();
    }

    /// The server did not answer this one: others first.
    pub fn put_back(&self, question: HashSetQuestion) {
        self.with(|held| {
            if held.waiting.front() == Some(&question) {
                held.waiting.rotate_left(1);
            }
        });
    }

    /// Drops questions about sets that the policy does not name.
    pub fn forget_others(&self, named: &[Digest]) {
        self.with(|held| held.waiting.retain(|question| named.contains(&question.set)));
        self.wake();
    }

    /// Has those who wait look again.
    pub fn wake(&self) {
        self.changed.send_modify(|count| *count += 1);
    }

    /// Changes when a look-up may have another result than before.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// Changes when there is something to ask.
    #[must_use]
    pub fn asked(&self) -> watch::Receiver<u64> {
        self.asked.subscribe()
    }
}
