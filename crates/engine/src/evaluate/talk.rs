//! What rules read of a conversation: its messages, who wrote them as far as can be told, and which are new.

use std::collections::BTreeSet;
use std::rc::Rc;

use proviso_model::limits::{NEIGHBOUR_BYTES_MAX, NEIGHBOURS_MAX};
use proviso_model::policy::PolicyCondition;
use proviso_model::{Fact, Message, Observation};

use super::once::{ReadOnce, TextRead};
use crate::conversation::Said;

/// One message and every term found in it.
pub(super) struct Line<'o> {
    pub(super) message: &'o Message,
    /// Whether this observation brought it, rather than context.
    pub(super) is_new: bool,
    pub(super) read: Rc<TextRead>,
}

/// Every message of an observation, earlier ones first; none for facts that are no conversation.
pub(super) fn lines<'o>(fact: &'o Fact, once: &ReadOnce<'_>) -> Vec<Line<'o>> {
    let Fact::Messages { messages, earlier, .. } = fact else { return Vec::new() };
    let earlier = earlier.iter().map(|message| (message, false));
    let new = messages.iter().map(|message| (message, true));
    earlier
        .chain(new)
        .map(|(message, is_new)| Line { message, is_new, read: once.searched(&message.text) })
        .collect()
}

/// The lines that a condition may read: what was seen before it began is not its business.
pub(super) fn within<'t, 'o>(lines: &'t [Line<'o>], condition: &PolicyCondition) -> Vec<&'t Line<'o>> {
    lines.iter().filter(|line| is_within(line.message, condition)).collect()
}

/// Whether a condition may read a message.
pub(super) fn is_within(message: &Message, condition: &PolicyCondition) -> bool {
    message.seen_at.is_none_or(|seen| condition.in_force(seen))
}

/// Which of `lines` are kept where a finding rests on the messages numbered `used`: those and their neighbours, which
/// make them fair to read.
pub(super) fn with_neighbours(lines: &[&Message], used: &BTreeSet<u32>) -> Vec<bool> {
    let near = |index: u32| {
        let from = index.saturating_sub(NEIGHBOURS_MAX);
        used.range(from..=index.saturating_add(NEIGHBOURS_MAX)).next().is_some()
    };
    lines
        .iter()
        .map(|message| {
            used.contains(&message.index)
                || (message.text.len() <= NEIGHBOUR_BYTES_MAX && near(message.index))
        })
        .collect()
}

/// Lines as stages read them: where messages were left out between two of them, an empty message keeps words apart that
/// did not follow each other. `at` gives the line of each message.
pub(super) struct Script<'t> {
    pub(super) said: Vec<Said<'t>>,
    pub(super) own: Vec<Option<bool>>,
    pub(super) at: Vec<Option<usize>>,
}

impl<'t> Script<'t> {
    pub(super) fn of(lines: &[&'t Line<'_>]) -> Self {
        let mut script = Self { said: Vec::new(), own: Vec::new(), at: Vec::new() };
        let mut before: Option<u32> = None;
        for (number, line) in lines.iter().enumerate() {
            let message = line.message;
            if before.is_some_and(|before| before.checked_add(1) != Some(message.index)) {
                script.push(Said { author: None, text: "" }, None, None);
            }
            before = Some(message.index);
            let author = match message.own {
                Some(true) => Some(THIS_ACCOUNT),
                _ => message.author.as_deref(),
            };
            script.push(Said { author, text: &message.text }, message.own, Some(number));
        }
        script
    }

    fn push(&mut self, said: Said<'t>, own: Option<bool>, at: Option<usize>) {
        self.said.push(said);
        self.own.push(own);
        self.at.push(at);
    }
}

/// No name that a page shows can hold a line feed once it is captured.
const THIS_ACCOUNT: &str = "\nthis account";

/// The observation with the messages that the findings rest on, and their neighbours, alone.
pub(super) fn cut(observation: &Observation, used: &BTreeSet<u32>) -> Observation {
    let mut kept = observation.clone();
    let Fact::Messages { messages, earlier, .. } = &mut kept.fact else { return kept };
    for list in [messages, earlier] {
        let keep = with_neighbours(&list.iter().collect::<Vec<_>>(), used);
        let mut keep = keep.into_iter();
        list.retain(|_| keep.next().unwrap_or_default());
    }
    kept
}
