//! Sentences on what goes with a rule: a model's score, a child or an age spoken of, innocent settings, how sure it is.

use proviso_model::Span;
use proviso_model::judgement::{MinorReference, ModelAgainst, ModelScore};
use proviso_model::policy::Rule;

use super::{SHOWN_MAX, quoted};
use crate::evaluate::Spoken;
use crate::evaluate::worded::Beside;

/// Where the figures of the models that come with the engine are.
const CARDS: &str = "docs/cards";

/// What the model adds.
pub(super) fn score(score: &ModelScore, joined: bool) -> String {
    let strongest = score.passages.iter().map(|passage| passage.chance_millionths).max().unwrap_or_default();
    let passages = match score.passages.len() {
        1 => "one passage".to_owned(),
        count if count == proviso_model::limits::SCORED_PASSAGES_MAX => format!("{count} passages or more"),
        count => format!("{count} passages"),
    };
    let also = if joined { "also " } else { "" };
    format!(
        " The model {} version {} {also}gives {passages} a chance of {} in 100 or more, the strongest {} in 100.",
        score.model.name,
        score.model.version,
        score.threshold_permille / 10,
        strongest / 10_000,
    )
}

pub(super) fn minor(minor: &MinorReference) -> String {
    format!(" It {}: {}. That says nothing of anyone's true age.", minor.says, listed(&minor.spans))
}

/// What each setting, and a model that reads otherwise, took off.
pub(super) fn lowered(beside: &Beside, before: u16) -> String {
    let after = beside.strength_permille;
    let mut said = String::new();
    for context in &beside.contexts {
        let shown = if context.spans.is_empty() { "by its site".to_owned() } else { listed(&context.spans) };
        if context.lowered_permille == 0 {
            said.push_str(&format!(" Not counted in {shown}: {}.", context.reason));
        } else {
            said.push_str(&format!(" An innocent setting is likely: {} ({shown}).", context.reason));
        }
    }
    if let Some(against) = &beside.against {
        said.push_str(&read_otherwise(against));
    }
    if after < before {
        said.push_str(&format!(" That lowers the strength from {before} to {after} of 1000."));
    }
    said
}

/// That a model reads passages as something else than their words, and what it would have taken for it not to.
fn read_otherwise(against: &ModelAgainst) -> String {
    let highest = against.passages.iter().map(|passage| passage.chance_millionths).max().unwrap_or_default();
    let (passages, they) = match against.passages.len() {
        1 => ("a passage".to_owned(), "it"),
        count if count == proviso_model::limits::SCORED_PASSAGES_MAX => {
            (format!("{count} passages or more"), "them")
        }
        count => (format!("{count} passages"), "them"),
    };
    format!(
        " The model of such text, {} version {}, reads {passages} with these words as other text: it gives {they} a chance of {} in 100 at most; from {} in 100 on it would have taken nothing off.",
        against.model.name,
        against.model.version,
        highest / 10_000,
        against.below_permille / 10,
    )
}

/// How sure, in words and a figure, and what the figure is.
pub(super) fn certainty(spoken: &Spoken<'_>, beside: &Beside) -> String {
    let permille = beside.strength_permille;
    let word = match permille {
        0..=399 => "weak",
        400..=749 => "moderate",
        _ => "strong",
    };
    let figure = match (spoken.rule, &spoken.score) {
        (Rule::Sites { .. } | Rule::SiteLists { .. } | Rule::State { .. }, _) => {
            "what was seen is listed or not; whether it matters is for an officer".to_owned()
        }
        (Rule::Machine { .. }, _) => "how much its being there says, not a probability".to_owned(),
        (Rule::Names { .. }, _) => "how much one such use says, not a probability".to_owned(),
        (Rule::Contacts { .. }, _) => "how plainly something passed, not a probability".to_owned(),
        (Rule::HashSets { .. }, _) => "by the kind of agreement, not a probability".to_owned(),
        (Rule::PictureScore { .. }, _) => "the lowest score that it rests on, not a probability".to_owned(),
        (_, Some(score)) => format!(
            "not itself a probability; the model's chance was calibrated on the texts that its card names ({CARDS}/{}.md), and where such text is rarer the true chance is lower",
            score.model.name
        ),
        _ => "a sum of weights of words, not a probability".to_owned(),
    };
    format!(" Its strength is {word}, {permille} of 1000 ({figure}).")
}

fn listed(spans: &[Span]) -> String {
    let mut shown: Vec<String> = Vec::new();
    for span in spans {
        let text = quoted(&span.text);
        if !shown.contains(&text) {
            shown.push(text);
        }
    }
    shown.truncate(SHOWN_MAX);
    shown.join(", ")
}
