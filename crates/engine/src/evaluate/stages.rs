//! Rules of conversations: what messages, read as stages over time, are evidence of.

use std::collections::BTreeSet;

use proviso_model::finding::TextField;
use proviso_model::policy::Rule;
use proviso_model::{Message, Span};

use super::talk::{Line, Script, with_neighbours};
use super::words::WordsRule;
use super::{Spoken, explain_talk, strength};
use crate::conversation::Stages;

/// The finding of a conversation rule, if what the messages hold reaches its threshold and a new one is part of it.
/// `sexual` is the rule of sexual words of the same condition, which count only beside signs of a child.
pub(super) fn speak<'p>(
    rule: &'p Rule,
    stages: &Stages,
    sexual: Option<&WordsRule>,
    lines: &[&Line<'_>],
) -> Option<Spoken<'p>> {
    let Rule::Conversation { id, pack, threshold_permille, .. } = rule else { return None };
    if !lines.iter().any(|line| line.is_new) {
        return None;
    }
    let mut used = touched(stages, lines);
    let sexual_sum = sexual.map_or(0, |words| {
        let weighed = words.weigh_talk(lines);
        used.extend(&weighed.rests_on);
        weighed.sum
    });
    let sexual_permille = sexual.map_or(0, |words| u32::from(strength(sexual_sum, words.threshold_permille)));
    // Only what a record will hold is read, so that a replay reads the same.
    let messages: Vec<&Message> = lines.iter().map(|line| line.message).collect();
    let keep = with_neighbours(&messages, &used);
    let kept: Vec<&Line<'_>> =
        lines.iter().zip(keep).filter(|(_, keep)| *keep).map(|(line, _)| *line).collect();
    let script = Script::of(&kept);
    let reading = stages.read_sides(&script.said, &script.own, sexual_permille);
    if reading.grooming_permille < u32::from(*threshold_permille) {
        return None;
    }
    let mut new = false;
    let mut spans = Vec::new();
    for seen in reading.spans.into_iter().filter(|span| !span.minor_reference) {
        let Some(line) = script.at.get(seen.message).copied().flatten().and_then(|at| kept.get(at)) else {
            continue;
        };
        new |= line.is_new;
        spans.push(Span {
            field: TextField::Message,
            start: seen.start as u64,
            end: seen.end as u64,
            rule: id.clone(),
            category: seen.stage,
            text: line.message.text.get(seen.start..seen.end).unwrap_or_default().to_owned(),
            message: Some(line.message.index),
        });
    }
    new.then(|| Spoken {
        picture: None,
        rule,
        strength_permille: u16::try_from(reading.grooming_permille).unwrap_or(1000),
        why_not: explain_talk::stages_would_not(*threshold_permille),
        seen: Some(explain_talk::stages_seen(&spans, &kept)),
        spans,
        in_context: String::new(),
        packs: vec![pack],
        rests_on: used.into_iter().collect(),
        score: None,
    })
}

/// Numbers of the messages that hold a pattern, for or against.
fn touched(stages: &Stages, lines: &[&Line<'_>]) -> BTreeSet<u32> {
    let script = Script::of(lines);
    let touched = stages.touched(&script.said);
    let holds = script.at.iter().zip(touched).filter(|(_, touched)| *touched);
    holds.filter_map(|(at, _)| Some(lines.get((*at)?)?.message.index)).collect()
}
