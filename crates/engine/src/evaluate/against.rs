//! A model that reads the passages of a page as something else than the words found in them. It lowers the strength of
//! a rule of words and says why, as an innocent setting does.
//!
//! The rule: where a page raised a finding by words alone, and the model gives a passage of visible text or title, with
//! the strength of the key words in it, a chance below what the pack says, then the words in it count as read otherwise.
//! What is taken off the strength is in proportion to how many of the finding's words are. Nothing strong is hidden
//! for it (see [`super::contexts`]). Left alone are searches, conversations and what was typed in the account; words of
//! packs that are not all of the model's language, and disguised spellings; passages that are not written in that language, which the model
//! cannot read; passages with too little text; and all of it where the score itself speaks anywhere on the page.

use std::collections::BTreeMap;

use proviso_model::judgement::ModelAgainst;
use proviso_model::limits::SCORED_PASSAGES_MAX;
use proviso_model::policy::Rule;
use proviso_model::setting::Against;
use proviso_model::{Fact, Observation, Span};

use super::judging::Judging;
use super::{Ready, Spoken};

/// What the model takes off a finding of words; `used` says how many of its `spans` stand in each passage.
pub(super) fn against(
    ready: &Ready,
    spoken: &Spoken<'_>,
    spans: &[Span],
    used: &BTreeMap<usize, usize>,
    observation: &Observation,
    judging: &Judging<'_>,
) -> Option<ModelAgainst> {
    let Rule::Words { id, category, .. } = spoken.rule else { return None };
    if spoken.score.is_some() || !matches!(observation.fact, Fact::Page { .. }) {
        return None;
    }
    let mut rules = ready.rules().zip(&ready.made.scores);
    let (facts, rule, score) = rules.find_map(|(rule, score)| match rule {
        Rule::Score { against: Some(facts), keywords, category: of, .. }
            if keywords == id && of == category =>
        {
            Some((facts, rule, score.as_ref()?))
        }
        _ => None,
    })?;
    let Rule::Score { model, pack: from, .. } = rule else { return None };
    let mut within = 0;
    let mut passages = Vec::new();
    for number in used.keys() {
        let Some(passage) = judging.passages.get(*number).filter(|passage| passage.is_scored()) else {
            continue;
        };
        let judged = score.judge(rule, &ready.made.words, judging, *number).judged;
        if judged.tokens < usize::from(facts.tokens_min)
            || judged.chance_millionths >= u32::from(facts.below_permille) * 1000
            || !is_written_in(passage.text, facts)
        {
            continue;
        }
        // Of packs of its language, and spelled as listed: a disguise is nothing that it knows.
        let here = spans.iter().filter(|span| judging.holding(span) == Some(*number));
        let here = here.filter(|span| score.can_read(&span.text)).count();
        if here > 0 {
            within += here;
            passages.push(passage.scored(judged.chance_millionths));
        }
    }
    let all: usize = used.values().sum();
    let lowered = usize::from(facts.by_permille) * within / all.max(1);
    passages.truncate(SCORED_PASSAGES_MAX);
    (lowered > 0).then(|| ModelAgainst {
        model: model.clone(),
        pack: from.clone(),
        below_permille: facts.below_permille,
        lowered_permille: u16::try_from(lowered).unwrap_or(u16::MAX),
        passages,
    })
}

/// Whether enough of a passage's words are frequent ones of the model's language.
fn is_written_in(text: &str, facts: &Against) -> bool {
    let words = || text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let is_frequent = |word: &&str| facts.language_words.contains(&word.to_ascii_lowercase());
    words().filter(is_frequent).count() * 1000 >= words().count() * usize::from(facts.language_permille)
}
