//! Suspected privilege: whether what a finding rests on reads as between somebody and a lawyer. It raises nothing, drops nothing
//! and lowers nothing: what is marked waits for an independent reviewer.
//!
//! The rule: signs of different kinds add up, of one kind only the heaviest counts, and the first of those is named. A sign in the
//! text counts within some thousand bytes of what the finding rests on; in a conversation anywhere in what was read of it; in a
//! title, in the name of a window, file, channel or writer, and in an address always. Messages, typed text, other programs,
//! files and pages of mail sites need one sum; any other page needs a higher one, for courts, news and law schools write of privilege all
//! day; their own sites are never marked. All of it is in the policy, so that a finding replays from its record.

mod hosts;
mod names;
mod signs;

use std::collections::BTreeMap;

use proviso_model::finding::TextField;
use proviso_model::observation::Field;
use proviso_model::privilege::{LookIn, PrivilegeRule, SuspectedPrivilege};
use proviso_model::{Fact, Message, Observation, Span};

use self::signs::Signs;
use crate::pack::Pack;
use crate::sites::host_of_address;
use crate::text::TermIndexError;

/// Rules made ready.
#[derive(Debug, Clone, Default)]
pub struct PrivilegeTest(Vec<Ready>);

#[derive(Debug, Clone)]
struct Ready {
    rule: PrivilegeRule,
    signs: Signs,
}

/// A stretch of text that a finding rests on.
#[derive(Debug, Clone, Copy)]
pub struct RestsOn {
    /// In which text.
    pub field: TextField,
    /// First byte.
    pub start: u64,
    /// One past the last.
    pub end: u64,
}

impl From<&Span> for RestsOn {
    fn from(span: &Span) -> Self {
        Self { field: span.field, start: span.start, end: span.end }
    }
}

/// The heaviest sign of one kind so far.
struct Seen<'r> {
    weight_permille: u16,
    /// In words, with what it rests on.
    said: String,
    says: &'r str,
    span: Option<Span>,
    message: Option<u32>,
}

/// What was seen, by kind.
#[derive(Default)]
struct Sum<'r>(BTreeMap<&'r str, Seen<'r>>);

impl<'r> Sum<'r> {
    /// Keeps the heaviest of a kind, the first of equals.
    fn add(&mut self, kind: &'r str, seen: Seen<'r>) {
        let known = self.0.get(kind).map_or(0, |known| known.weight_permille);
        if seen.weight_permille > known {
            self.0.insert(kind, seen);
        }
    }

    fn weight(&self) -> u32 {
        self.0.values().map(|seen| u32::from(seen.weight_permille)).sum()
    }
}

impl PrivilegeTest {
    /// Makes rules ready.
    ///
    /// # Errors
    /// [`TermIndexError`] when their terms do not fit.
    pub fn new(rules: &[PrivilegeRule]) -> Result<Self, TermIndexError> {
        let ready = |rule: &PrivilegeRule| Ok(Ready { signs: Signs::new(rule)?, rule: rule.clone() });
        Ok(Self(rules.iter().map(ready).collect::<Result<_, TermIndexError>>()?))
    }

    /// The rules of packs, made ready, where there is no policy.
    ///
    /// # Errors
    /// As [`PrivilegeTest::new`].
    pub fn of_packs<'p>(packs: impl Iterator<Item = &'p Pack>) -> Result<Self, TermIndexError> {
        let rules = packs.flat_map(|pack| pack.privilege.iter().map(|facts| facts.rule(pack.reference())));
        Self::new(&rules.collect::<Vec<_>>())
    }

    /// What is to be said of an observation of which a finding rests on those stretches; `is_read` says which messages may be read.
    /// Nothing where no rule is reached.
    #[must_use]
    pub fn says_of(
        &self,
        observation: &Observation,
        rests_on: &[RestsOn],
        is_read: impl Fn(&Message) -> bool,
    ) -> Option<SuspectedPrivilege> {
        self.0.iter().find_map(|ready| ready.says_of(observation, rests_on, &is_read))
    }
}

impl Ready {
    fn says_of(
        &self,
        observation: &Observation,
        rests_on: &[RestsOn],
        is_read: &dyn Fn(&Message) -> bool,
    ) -> Option<SuspectedPrivilege> {
        let (rule, fact) = (&self.rule, &observation.fact);
        let host = fact.url().and_then(host_of_address).map(|site| site.host);
        let is_mail = host.as_ref().is_some_and(|host| hosts::is_mail(&rule.hosts, host));
        let is_published = host.as_ref().is_some_and(|host| hosts::is_published(&rule.hosts, host));
        if is_published && !is_mail && !is_written(fact) {
            return None;
        }
        let mut sum = Sum::default();
        if let Some(host) = &host {
            self.host(&mut sum, host, "the site", None);
        }
        // What has no site, such as a letter kept on the device, is not published either.
        let is_message =
            is_mail || is_written(fact) || host.is_none() || matches!(fact, Fact::Messages { .. });
        // The title of a page that anybody can read names nobody who writes.
        let in_names = if is_message { &[LookIn::Text, LookIn::Names][..] } else { &[LookIn::Text] };
        for (name, field) in names::of(fact) {
            self.read(&mut sum, name, in_names, At::Name(field));
        }
        for message in fact.messages().filter(|message| is_read(message)) {
            if let Some(author) = &message.author {
                self.read(&mut sum, author, &[LookIn::Names], At::Author(message.index));
            }
            self.read(&mut sum, &message.text, &[LookIn::Text], At::Message(message.index));
        }
        let field = names::field_of_text(fact);
        for passage in fact.passages() {
            let near = |start: u64, end: u64| {
                let within = u64::from(rule.within_bytes);
                rests_on.iter().filter(|one| one.field == field).any(|one| {
                    start <= one.end.saturating_add(within) && one.start <= end.saturating_add(within)
                })
            };
            let at = At::Text { field, offset: passage.offset, near: &near };
            self.read(&mut sum, &passage.text, &[LookIn::Text], at);
        }
        let needs = if is_message { rule.needs_permille } else { rule.page_needs_permille };
        (sum.weight() >= u32::from(needs)).then(|| self.said(sum))
    }

    fn said(&self, sum: Sum<'_>) -> SuspectedPrivilege {
        let (mut said, mut spans, mut messages) = (Vec::new(), Vec::new(), Vec::new());
        for seen in sum.0.into_values() {
            said.push(format!("{} ({})", seen.said, seen.says));
            spans.extend(seen.span);
            messages.extend(seen.message);
        }
        messages.sort_unstable();
        messages.dedup();
        SuspectedPrivilege {
            rule: self.rule.name.clone(),
            pack: self.rule.pack.clone(),
            reason: format!("{}: {}.", self.rule.reason, said.join("; ")),
            spans,
            messages,
        }
    }
}

/// Where a text was read.
#[derive(Clone, Copy)]
enum At<'n> {
    /// A title, or the name of something; a title is captured text of its own.
    Name(Option<TextField>),
    /// The name of a message's writer.
    Author(u32),
    /// A message.
    Message(u32),
    /// Captured text, of which only what is near counts.
    Text { field: TextField, offset: u64, near: &'n dyn Fn(u64, u64) -> bool },
}

/// Whether it was written in the account, or in another program than a browser: no published page.
fn is_written(fact: &Fact) -> bool {
    match fact {
        Fact::Typed { field, .. } => *field != Field::Search,
        Fact::Text(_) => true,
        _ => false,
    }
}

impl At<'_> {
    /// Whether what stands there counts.
    fn counts(&self, range: &std::ops::Range<usize>) -> bool {
        let Self::Text { offset, near, .. } = self else { return true };
        near(offset.saturating_add(range.start as u64), offset.saturating_add(range.end as u64))
    }

    /// Of which message, where it is of one.
    fn message(&self) -> Option<u32> {
        match self {
            Self::Author(index) | Self::Message(index) => Some(*index),
            Self::Name(_) | Self::Text { .. } => None,
        }
    }

    /// The captured text that it is, and its first byte.
    fn field(&self) -> Option<(TextField, u64)> {
        match self {
            Self::Name(field) => field.map(|field| (field, 0)),
            Self::Author(_) => None,
            Self::Message(_) => Some((TextField::Message, 0)),
            Self::Text { field, offset, .. } => Some((*field, *offset)),
        }
    }
}
