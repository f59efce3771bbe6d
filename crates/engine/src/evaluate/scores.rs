//! Rules of scores: a linear model reads each passage, with the strength of the key words in it; enough passages with a
//! high enough chance speak. What weighed in them becomes spans.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::ops::Range;

use proviso_model::Span;
use proviso_model::judgement::ModelScore;
use proviso_model::limits::{SCORED_PASSAGES_MAX, SPANS_MAX};
use proviso_model::policy::{PolicyCondition, Rule, Term};
use proviso_model::setting::Against;

use super::judging::Judging;
use super::talk::Line;
use super::words::{WordsRule, pack_of};
use super::{EngineError, Spoken, explain, explain_talk, strength};
use crate::model::{Judged, LinearModel};

/// Letters and digits of a stretch that is shown: shorter ones tell a reader nothing.
const SHOWN_LETTERS_MIN: usize = 3;

/// A rule of scores made ready.
#[derive(Debug, Clone)]
pub(super) struct ScoreRule {
    model: &'static LinearModel,
    /// Places of the rules of words among the rules of its condition.
    keywords: Option<usize>,
    beside: Option<usize>,
    /// Key words that the model can speak against (see [`super::against`]). Its order is never used.
    readable: HashSet<String>,
}

/// A passage with what the model makes of it.
pub(super) struct Read {
    pub(super) judged: Judged,
    /// Weights of the key words in it together.
    keywords: u32,
    carved: Vec<Range<usize>>,
}

/// A passage that reached the threshold.
struct Reached {
    passage: usize,
    chance_millionths: u32,
    carved: Vec<Range<usize>>,
}

impl ScoreRule {
    /// Makes a rule ready; nothing for a rule that reads no scores.
    pub(super) fn new(rule: &Rule, condition: &PolicyCondition) -> Result<Option<Self>, EngineError> {
        let Rule::Score { id, model, keywords, beside, against, .. } = rule else { return Ok(None) };
        let built_in = LinearModel::named(&model.name).filter(|built_in| built_in.reference() == *model);
        let built_in = built_in.ok_or_else(|| EngineError::UnknownModel {
            rule: id.clone(),
            model: format!("{} {}, SHA-256 {}", model.name, model.version, model.sha256),
        })?;
        let place = |name: &str| {
            condition.rules.iter().position(|rule| matches!(rule, Rule::Words { id, .. } if id == name))
        };
        let beside = match beside {
            Some(beside) => Some(
                place(&beside.rule)
                    .ok_or_else(|| EngineError::UnknownRule(format!("{id} beside {}", beside.rule)))?,
            ),
            None => None,
        };
        let keywords = place(keywords);
        let readable = against.as_ref().zip(keywords.and_then(|place| condition.rules.get(place)));
        let readable = readable.map(|(facts, words)| readable_words(facts, words)).unwrap_or_default();
        Ok(Some(Self { model: built_in, keywords, beside, readable }))
    }

    /// Whether a key word as it stands in a text is one that the model can speak against.
    pub(super) fn can_read(&self, word: &str) -> bool {
        let spelled = word.split_whitespace().collect::<Vec<_>>().join(" ");
        self.readable.contains(&spelled.to_ascii_lowercase())
    }

    /// What this rule says, if enough passages reach its threshold. `words` are the rules of words of its condition, `lines`
    /// the messages of a conversation: there each message is a passage, those of others do not count, and a new one must.
    pub(super) fn speak<'p>(
        &self,
        rule: &'p Rule,
        words: &[Option<WordsRule>],
        judging: &Judging<'_>,
        lines: &[&Line<'_>],
    ) -> Option<Spoken<'p>> {
        let Rule::Score { id, category, pack, model, threshold_permille, passages_min, alone, .. } = rule
        else {
            return None;
        };
        let mut reached = self.reached(rule, words, judging, lines)?;
        reached.sort_by_key(|one| (Reverse(one.chance_millionths), one.passage));
        reached.truncate(SCORED_PASSAGES_MAX.max(usize::from(*passages_min)));
        let message = |one: &Reached| judging.passages.get(one.passage)?.message;
        let rests_on: Vec<u32> = reached.iter().filter_map(message).collect();
        let is_new = |line: &&Line<'_>| line.is_new && rests_on.contains(&line.message.index);
        if !lines.is_empty() && !lines.iter().any(is_new) {
            return None;
        }
        let strongest = reached.first()?.chance_millionths;
        reached.sort_by_key(|one| one.passage);
        let spans: Vec<Span> =
            reached.iter().flat_map(|one| self.weighed(one, judging, id, category)).collect();
        let seen = (!lines.is_empty()).then(|| explain_talk::score_seen(category, &spans));
        let score = |one: &Reached| Some(judging.passages.get(one.passage)?.scored(one.chance_millionths));
        Some(Spoken {
            picture: None,
            rule,
            strength_permille: strength_of(strongest, *threshold_permille),
            spans,
            why_not: explain::score_would_not(*threshold_permille, *passages_min, alone.as_ref()),
            in_context: String::new(),
            packs: vec![pack],
            seen,
            rests_on,
            score: Some(ModelScore {
                rule: id.clone(),
                model: model.clone(),
                pack: pack.clone(),
                threshold_permille: *threshold_permille,
                passages: reached.iter().filter_map(score).collect(),
            }),
        })
    }

    /// The passages that reach the threshold, where there are enough.
    fn reached(
        &self,
        rule: &Rule,
        words: &[Option<WordsRule>],
        judging: &Judging<'_>,
        lines: &[&Line<'_>],
    ) -> Option<Vec<Reached>> {
        let Rule::Score { beside, threshold_permille, passages_min, tokens_min, alone, .. } = rule else {
            return None;
        };
        let needed = beside.as_ref().map(|beside| u32::from(beside.weight_permille));
        let mut reached = Vec::new();
        for (number, passage) in judging.passages.iter().enumerate().filter(|(_, one)| one.is_scored()) {
            if passage.message.is_some_and(|message| !counts(message, lines)) {
                continue;
            }
            let hits = judging.hits(number);
            if let (Some(needed), Some(beside)) = (needed, rule_at(words, self.beside))
                && beside.weight_in(passage.text, hits) < needed
            {
                continue;
            }
            let Read { judged, keywords, carved } = self.judge(rule, words, judging, number);
            let threshold = match alone {
                Some(alone) if keywords < u32::from(alone.words_permille) => alone.threshold_permille,
                _ => *threshold_permille,
            };
            if judged.tokens >= usize::from(*tokens_min)
                && judged.chance_millionths >= u32::from(threshold) * 1000
            {
                reached.push(Reached {
                    passage: number,
                    chance_millionths: judged.chance_millionths,
                    carved,
                });
            }
        }
        (reached.len() >= usize::from(*passages_min).max(1)).then_some(reached)
    }

    /// What the model makes of a passage with the strength of the key words in it.
    pub(super) fn judge(
        &self,
        rule: &Rule,
        words: &[Option<WordsRule>],
        judging: &Judging<'_>,
        number: usize,
    ) -> Read {
        let keywords_permille = match rule {
            Rule::Score { keywords_permille, .. } => *keywords_permille,
            _ => 1000,
        };
        let text = judging.passages.get(number).map_or("", |passage| passage.text);
        let hits = judging.hits(number);
        let keywords = rule_at(words, self.keywords);
        let carved = keywords.map_or_else(Vec::new, |keywords| keywords.carved_out(hits));
        let keywords = keywords.map_or(0, |keywords| keywords.weight_in(text, hits));
        let strength = u32::from(strength(keywords, keywords_permille));
        Read { judged: judging.judge(number, self.model, strength, &carved), keywords, carved }
    }

    /// What weighed most in a passage.
    fn weighed(&self, one: &Reached, judging: &Judging<'_>, rule: &str, category: &str) -> Vec<Span> {
        let Some(passage) = judging.passages.get(one.passage) else { return Vec::new() };
        judging
            .weighed(passage, self.model, &one.carved, SPANS_MAX / SCORED_PASSAGES_MAX)
            .into_iter()
            .map(|range| passage.span(range, rule, category))
            .filter(|span| span.text.chars().filter(|c| c.is_alphanumeric()).count() >= SHOWN_LETTERS_MIN)
            .collect()
    }
}

/// Whether a message may be read for this condition, and is not another's.
fn counts(message: u32, lines: &[&Line<'_>]) -> bool {
    lines.iter().any(|line| line.message.index == message && line.message.own != Some(false))
}

/// Words that a model can read: of packs of its language, as they are listed.
fn readable_words(facts: &Against, words: &Rule) -> HashSet<String> {
    let Rule::Words { pack, more_packs, terms, .. } = words else { return HashSet::new() };
    let is_read = |term: &&Term| facts.packs.contains(&pack_of(pack, more_packs, term.pack).name);
    terms.iter().filter(is_read).map(|term| term.text.to_ascii_lowercase()).collect()
}

fn rule_at(words: &[Option<WordsRule>], place: Option<usize>) -> Option<&WordsRule> {
    words.get(place?)?.as_ref()
}

/// Strength of a chance, 0 to 1000: 500 at the threshold, 1000 where the model is certain.
fn strength_of(chance_millionths: u32, threshold_permille: u16) -> u16 {
    let threshold = u32::from(threshold_permille) * 1000;
    let room = 1_000_000_u32.saturating_sub(threshold).max(1);
    let above = u64::from(chance_millionths.saturating_sub(threshold));
    u16::try_from(500 + above * 500 / u64::from(room)).unwrap_or(1000).min(1000)
}
