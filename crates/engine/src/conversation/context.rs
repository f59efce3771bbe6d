//! What a device still holds of each conversation: in memory only, bounded, and joined to what comes new, so that a
//! finding can rest on more than one line and a record holds all that it rests on.

use std::collections::BTreeMap;

use proviso_model::limits::{CONTEXT_BYTES_MAX, CONTEXT_HOURS_MAX, CONTEXT_MESSAGES_MAX, CONTEXTS_MAX};
use proviso_model::{Fact, Message, Observation, Timestamp};

use crate::attribution::{Weighs, weighs};
use crate::sites::host_of_address;

const HOUR_MS: i64 = 60 * 60 * 1000;

/// Name of the conversation, and window.
type Key = (String, String);

/// Every conversation that is held.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contexts {
    held: BTreeMap<Key, Held>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Held {
    /// In order, each with its number and when it was first seen.
    messages: Vec<Message>,
    /// Number of the next message.
    next: u32,
    last_at: Timestamp,
}

impl Contexts {
    /// The observation with the earlier messages of its conversation, its own numbered after them; what was there
    /// before is taken out. Other facts stay as they are. Changes nothing here: [`Contexts::keep`] does, once the
    /// observation has been dealt with, so that one that is sent again is read the same again.
    #[must_use]
    pub fn join(&self, mut observation: Observation) -> Observation {
        let now = observation.observed_at;
        let held = key(&observation.fact).and_then(|key| self.held.get(&key));
        let Fact::Messages { messages, earlier, .. } = &mut observation.fact else { return observation };
        let known: Vec<Message> = held.map_or_else(Vec::new, |held| {
            held.messages.iter().filter(|message| is_fresh(message, now)).cloned().collect()
        });
        // A page that was opened again shows what it showed before; one that goes on shows only what is new.
        if messages.first().is_some_and(|message| message.index == 0) {
            drop_known(messages, &known);
        }
        let gone = held.map_or_else(Vec::new, |held| held.given_way(messages));
        *earlier = known;
        close_up(earlier, &gone);
        let next = held.map_or(0, |held| held.next_without(&gone));
        for (message, number) in messages.iter_mut().zip(next..) {
            message.index = number;
            message.seen_at = None;
        }
        observation
    }

    /// Keeps the messages of a joined observation as context for later ones, within the limits. What raises nothing by itself is
    /// not kept: a device tells it again once somebody uses the page.
    pub fn keep(&mut self, joined: &Observation) {
        let Fact::Messages { messages, .. } = &joined.fact else { return };
        let counts_alone = weighs(&joined.attribution, &joined.fact) == Weighs::Anything;
        let Some(key) = key(&joined.fact).filter(|_| counts_alone) else { return };
        let now = joined.observed_at;
        let held = self.held.entry(key).or_insert(Held { messages: Vec::new(), next: 0, last_at: now });
        held.last_at = held.last_at.max(now);
        let gone = held.given_way(messages);
        held.next = held.next_without(&gone);
        close_up(&mut held.messages, &gone);
        for message in messages {
            held.next = held.next.max(message.index.saturating_add(1));
            held.messages.push(Message { seen_at: Some(now), ..message.clone() });
        }
        held.bound();
        self.forget_old(now);
        while self.held.len() > CONTEXTS_MAX {
            let oldest = self.held.iter().min_by_key(|(_, held)| held.last_at).map(|(key, _)| key.clone());
            let Some(oldest) = oldest else { break };
            self.held.remove(&oldest);
        }
    }

    /// Lets go of messages that are older than [`CONTEXT_HOURS_MAX`] at `now`.
    pub fn forget_old(&mut self, now: Timestamp) {
        for held in self.held.values_mut() {
            held.messages.retain(|message| is_fresh(message, now));
        }
        self.held.retain(|_, held| !held.messages.is_empty());
    }

    /// Lets go of everything: no condition in force reads conversations any more.
    pub fn forget(&mut self) {
        self.held.clear();
    }

    /// Whether nothing is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }
}

impl Held {
    /// Numbers of the drafts that give way to `new`, rising.
    fn given_way(&self, new: &[Message]) -> Vec<u32> {
        let gives_way = |old: &&Message| new.iter().any(|new| takes_place_of(new, old));
        self.messages.iter().filter(gives_way).map(|old| old.index).collect()
    }

    /// Number of the next message once those have given way.
    fn next_without(&self, gone: &[u32]) -> u32 {
        self.next.saturating_sub(u32::try_from(gone.len()).unwrap_or(u32::MAX))
    }

    fn bound(&mut self) {
        let mut bytes = 0;
        let mut kept = 0;
        for message in self.messages.iter().rev() {
            bytes += message.text.len();
            if kept == CONTEXT_MESSAGES_MAX || bytes > CONTEXT_BYTES_MAX {
                break;
            }
            kept += 1;
        }
        self.messages.drain(..self.messages.len() - kept);
    }
}

/// What one conversation is called over all windows, browsers and days: the site, and the name that the page gives, else
/// the page's path. Nothing for other facts.
#[must_use]
pub fn name_of(fact: &Fact) -> Option<String> {
    let Fact::Messages { url, channel, .. } = fact else { return None };
    let place = url.split(['?', '#']).next().unwrap_or_default();
    let site = site(url);
    Some(match channel.trim() {
        "" => format!("{site}\npath\n{place}"),
        channel => format!("{site}\nchannel\n{channel}"),
    })
}

fn key(fact: &Fact) -> Option<Key> {
    let Fact::Messages { window, .. } = fact else { return None };
    Some((name_of(fact)?, window.clone()))
}

fn site(url: &str) -> String {
    host_of_address(url).map_or_else(|| url.to_owned(), |site| site.host)
}

fn is_fresh(message: &Message, now: Timestamp) -> bool {
    message.seen_at.is_none_or(|seen| now.millis_since(seen) < CONTEXT_HOURS_MAX * HOUR_MS)
}

/// Takes out the messages that are held already: each held one accounts for one of the same author, text and time.
fn drop_known(messages: &mut Vec<Message>, known: &[Message]) {
    let mut left: Vec<&Message> = known.iter().filter(|old| !old.unsent).collect();
    messages.retain(|new| {
        let same = |old: &&Message| {
            new.text == old.text && new.time == old.time && new.author == old.author && !new.unsent
        };
        match left.iter().position(same) {
            Some(at) => {
                left.remove(at);
                false
            }
            None => true,
        }
    });
}

/// Takes out the messages numbered `gone` and numbers those after them anew: a hole would read as a message that was left
/// out, and keep words apart that followed each other.
fn close_up(messages: &mut Vec<Message>, gone: &[u32]) {
    messages.retain(|message| gone.binary_search(&message.index).is_err());
    for message in messages {
        let before = gone.partition_point(|number| *number < message.index);
        message.index = message.index.saturating_sub(u32::try_from(before).unwrap_or(u32::MAX));
    }
}

/// Whether `old` was only typed and `new` is the same text grown on, or seen to appear.
#[must_use]
pub fn takes_place_of(new: &Message, old: &Message) -> bool {
    old.unsent && new.typed && new.text.starts_with(old.text.as_str())
}
