//! Explanations of findings about conversations: who wrote what, and which rule of counting applies to whom.

use std::collections::BTreeSet;

use proviso_model::{Fact, Message, Observation, Span};

use super::explain::{quoted, reads_as, site};
use super::talk::Line;

/// Steps named in one explanation.
const STEPS_MAX: usize = 12;

/// How the sides of a conversation count, in one sentence.
const SIDES: &str = "What the watched account wrote counts fully, and so does what no author can be told of; what others wrote counts half, as context.";

/// The first sentence about a conversation: where it is.
pub(super) fn place(observation: &Observation) -> String {
    match &observation.fact {
        Fact::Messages { url, channel, .. } if !channel.trim().is_empty() => {
            format!("A conversation on {}, called {},", site(url), quoted(channel))
        }
        Fact::Messages { url, .. } => format!("A conversation on {}", site(url)),
        _ => String::new(),
    }
}

/// Who wrote a message, as far as it can be told.
fn side(message: &Message) -> &'static str {
    match (message.own, message.typed) {
        (Some(true), true) if message.unsent => "typed in the watched account and not seen sent",
        (Some(true), true) => "typed in the watched account",
        (Some(true), false) => "shown by the page as the account's own",
        (Some(false), _) => "shown, from another",
        (None, _) => "shown, author unknown",
    }
}

/// What words were found, and on which side.
pub(super) fn words_seen(spans: &[Span], lines: &[&Line<'_>]) -> String {
    let of = |own: Option<bool>| {
        let mut shown: Vec<String> = Vec::new();
        let (mut messages, mut more) = (BTreeSet::new(), 0);
        for span in spans {
            let written = lines.iter().find(|line| Some(line.message.index) == span.message);
            if written.is_none_or(|line| line.message.own != own) {
                continue;
            }
            messages.insert(span.message);
            let text = quoted(&span.text);
            if !shown.contains(&text) {
                if shown.len() < STEPS_MAX { shown.push(text) } else { more += 1 }
            }
        }
        if more > 0 {
            shown.push(format!("{more} more"));
        }
        let count = messages.len();
        let plural = if count == 1 { "message" } else { "messages" };
        (count > 0).then(|| (format!("{count} {plural}"), shown.join(", ")))
    };
    let parts: Vec<String> =
        [(Some(true), "of the watched account"), (Some(false), "of others"), (None, "of unknown authors")]
            .into_iter()
            .filter_map(|(own, whose)| of(own).map(|(count, words)| format!("in {count} {whose} {words}")))
            .collect();
    format!("holds {}. {SIDES}", parts.join("; "))
}

/// What a model reads messages as, and what weighed in them.
pub(super) fn score_seen(category: &str, spans: &[Span]) -> String {
    let mut shown: Vec<String> = Vec::new();
    for text in spans.iter().map(|span| quoted(&span.text)) {
        if shown.len() < STEPS_MAX && !shown.contains(&text) {
            shown.push(text);
        }
    }
    let by = if shown.is_empty() { String::new() } else { format!(", by {}", shown.join(", ")) };
    format!(
        "holds messages that a model reads as {}{by}. What others wrote is not read for this.",
        reads_as(category)
    )
}

/// Which stages were seen, in the order of the messages.
pub(super) fn stages_seen(spans: &[Span], lines: &[&Line<'_>]) -> String {
    let mut steps: Vec<String> = Vec::new();
    let mut named = BTreeSet::new();
    for span in spans {
        let Some(line) = lines.iter().find(|line| Some(line.message.index) == span.message) else { continue };
        // A stage is named once for each side: the first time.
        if named.insert((span.category.clone(), line.message.own)) {
            let stage = span.category.replace('-', " ");
            steps.push(format!("{stage} {} ({})", quoted(&span.text), side(line.message)));
        }
    }
    let more = steps.len().saturating_sub(STEPS_MAX);
    steps.truncate(STEPS_MAX);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    format!(
        "holds, in this order, what are known as stages of contact with a child: {}{more}. {SIDES}",
        steps.join("; ")
    )
}

/// What it would have taken for a conversation rule not to speak.
pub(super) fn stages_would_not(threshold: u16) -> String {
    format!(
        "It speaks from strength {threshold} on. It would not have spoken without the words that may show that one of the people is a child, nor without the steps by which one draws the other closer. No one's age is known from this."
    )
}

/// How the newest messages came to be shown.
pub(super) fn shown(observation: &Observation) -> String {
    let attribution = &observation.attribution;
    let front = if attribution.foreground { "in front" } else { "not in front" };
    format!("Its newest messages were captured {front},")
}
