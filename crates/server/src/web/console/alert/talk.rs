//! A conversation on an alert's page: what was seen in it over time, on which side, and what came since the last look.

use jiff::tz::TimeZone;
use proviso_engine::conversation::takes_place_of;
use proviso_model::finding::{Span, TextField};
use proviso_model::observation::Passage;
use proviso_model::{Message, Timestamp};

use super::marks::{Piece, pieces};
use super::masks::Masks;
use crate::app::officer::alert::{AlertView, ShownFinding};
use crate::web::console::words::{self, When};

/// What the template shows of a conversation.
pub struct Talk {
    /// Messages in which something was seen, oldest first.
    pub steps: Vec<Step>,
    /// How many came since the officer looked last, in words; empty for none.
    pub new: String,
    /// How strongly rules spoke as it grew.
    pub strength: String,
    /// An alert on the same conversation that was decided before.
    pub earlier: Option<String>,
}

/// One message in which something was seen.
pub struct Step {
    pub at: When,
    /// The time that the page shows, only once content is opened; empty otherwise.
    pub page_time: String,
    /// `own`, `other` or `unknown`, for the style sheet.
    pub side: &'static str,
    pub side_words: String,
    /// What was seen in it.
    pub stages: Vec<String>,
    /// The message, once content is opened.
    pub text: Option<Vec<Piece>>,
    pub is_new: bool,
    message: Message,
    spans: Vec<Span>,
    seen: (Timestamp, u32),
}

/// The conversation of an alert; nothing for alerts about anything else.
pub fn shown(view: &AlertView, zone: &TimeZone, masks: &Masks) -> Option<Talk> {
    if !view.alert.is_conversation {
        return None;
    }
    let mut steps: Vec<Step> = Vec::new();
    // Oldest first, so that a message is new where the first record with it is.
    for one in view.findings.iter().rev() {
        for message in one.captured.fact.messages() {
            add(&mut steps, one, message, view, zone);
        }
    }
    steps.sort_by_key(|step| step.seen);
    let mut steps = without_drafts(steps);
    for step in &mut steps {
        if view.content_open {
            let whole = Passage { offset: 0, text: step.message.text.clone() };
            step.text = Some(pieces(&whole, &step.spans, TextField::Message, masks));
            step.page_time = step.message.time.clone().unwrap_or_default();
        }
    }
    let count = steps.iter().filter(|step| step.is_new).count();
    Some(Talk {
        new: match count {
            0 => String::new(),
            1 => "1 more message since you looked".to_owned(),
            count => format!("{count} more messages since you looked"),
        },
        strength: strength(view),
        earlier: view.alert.earlier.map(|id| id.to_string()),
        steps,
    })
}

fn add(steps: &mut Vec<Step>, one: &ShownFinding, message: &Message, view: &AlertView, zone: &TimeZone) {
    let spans: Vec<Span> =
        one.generated.spans.iter().filter(|span| span.message == Some(message.index)).cloned().collect();
    if spans.is_empty() {
        return;
    }
    let seen_at = message.seen_at.unwrap_or(one.captured.observed_at);
    let known = steps.iter_mut().find(|step| is_same(&step.message, message) && step.seen.0 == seen_at);
    let step = match known {
        Some(step) => step,
        None => {
            let (side, side_words) = side(message, one, view);
            steps.push(Step {
                at: words::when(seen_at, zone),
                page_time: String::new(),
                side,
                side_words,
                stages: Vec::new(),
                text: None,
                is_new: view.alert.looked_before.is_some_and(|looked| one.record.received_at > looked),
                message: message.clone(),
                spans: Vec::new(),
                seen: (seen_at, message.index),
            });
            let Some(step) = steps.last_mut() else { return };
            step
        }
    };
    for span in spans {
        let stage = stage(&span.category);
        if !step.stages.contains(&stage) {
            step.stages.push(stage);
        }
        if !step.spans.contains(&span) {
            step.spans.push(span);
        }
    }
}

/// Whether two records hold one message: as context of later ones its number may be another.
fn is_same(one: &Message, other: &Message) -> bool {
    let bare = |message: &Message| Message { index: 0, seen_at: None, unsent: false, ..message.clone() };
    bare(one) == bare(other)
}

/// What was typed and then seen sent is one message to a reader, and no news where the same words were read before.
fn without_drafts(steps: Vec<Step>) -> Vec<Step> {
    let mut kept: Vec<Step> = Vec::with_capacity(steps.len());
    for mut step in steps {
        while let Some(place) = kept.iter().position(|draft| takes_place_of(&step.message, &draft.message)) {
            let draft = kept.remove(place);
            step.is_new &= draft.is_new || draft.message.text != step.message.text;
        }
        kept.push(step);
    }
    kept
}

/// Which account or whose side, never which person (invariant 7).
fn side(message: &Message, one: &ShownFinding, view: &AlertView) -> (&'static str, String) {
    let account = match one.captured.account.as_str() {
        "" => view.device.account.as_str(),
        account => account,
    };
    match (message.own, message.typed) {
        (Some(true), true) if message.unsent => ("own", format!("Typed in account {account}; not seen sent")),
        (Some(true), true) => ("own", format!("Typed in account {account}")),
        (Some(true), false) => ("own", format!("Shown by the page as written by account {account}")),
        (Some(false), _) => ("other", "Shown, from another".to_owned()),
        (None, _) => ("unknown", "Shown, author not known".to_owned()),
    }
}

/// A category in words: `moving-platform` is "Moving platform".
fn stage(category: &str) -> String {
    let said = match category {
        "sexual" => "sexual words",
        "solicitation" => "solicitation",
        "specified-words" => "words that the order names",
        "offence-words" => "words tied to the index offence",
        other => other,
    };
    words::sentence(&said.replace('-', " "))
}

/// How strongly the rules spoke, from the first record to the last.
fn strength(view: &AlertView) -> String {
    let mut told: Vec<u16> = Vec::new();
    let mut record = None;
    for one in view.findings.iter().rev() {
        let strength = one.generated.strength_permille;
        match told.last_mut() {
            Some(last) if record == Some(one.record.hash) => *last = strength.max(*last),
            _ => told.push(strength),
        }
        record = Some(one.record.hash);
    }
    told.dedup();
    let told: Vec<String> = told.iter().map(u16::to_string).collect();
    told.join(", then ")
}

/// One captured message with its side before it, for the box of its finding.
pub fn line(message: &Message, spans: &[Span], masks: &Masks) -> Vec<Piece> {
    let whose = match (message.own, &message.author) {
        (Some(true), _) => "this account".to_owned(),
        (Some(false), Some(author)) => format!("{} (another)", masks.author(author)),
        (None, Some(author)) => format!("{} (not known whether this account)", masks.author(author)),
        (_, None) => "author not known".to_owned(),
    };
    let own: Vec<Span> = spans.iter().filter(|span| span.message == Some(message.index)).cloned().collect();
    let passage = Passage { offset: 0, text: message.text.clone() };
    let mut line = vec![Piece { text: format!("{whose}: "), marked: false, covered: false }];
    line.extend(pieces(&passage, &own, TextField::Message, masks));
    line
}
