//! One rule for a category, from every pack that has words for it in the languages asked for.

use std::collections::BTreeMap;

use proviso_model::language::covers;
use proviso_model::order::{Condition, Order};
use proviso_model::policy::{Rule, Term, TermContext};

use super::{CompileError, CompileInputs};
use crate::pack::{Category, LEADING_PACK, Pack};
use crate::text::normalise_term;

/// English always belongs to the languages asked for: search engines, sites and most chats in this country are in it.
const ALWAYS: &str = "en";

/// Packs in the order in which they serve a rule, and the languages asked for.
pub(super) struct Packs<'p> {
    packs: Vec<&'p Pack>,
    languages: Vec<String>,
}

impl<'p> Packs<'p> {
    pub(super) fn new(packs: impl Iterator<Item = &'p Pack>, order: &Order, inputs: &CompileInputs) -> Self {
        let mut packs: Vec<&Pack> = packs.collect();
        // The same packs in any order give the same policy.
        packs.sort_by_key(|pack| (pack.name != LEADING_PACK, &pack.name, &pack.version));
        let languages = if order.languages.is_empty() { &inputs.languages } else { &order.languages };
        Self { packs, languages: languages.clone() }
    }

    /// The packs, in that order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &'p Pack> {
        self.packs.iter().copied()
    }

    fn is_asked_for(&self, language: Option<&str>) -> bool {
        let Some(language) = language else { return true };
        self.languages.is_empty()
            || covers(ALWAYS, language)
            || self.languages.iter().any(|wanted| covers(wanted, language))
    }

    /// Whether a pack has words of a category that are asked for, and all of them say that they are of a language.
    pub(super) fn is_all_of(&self, pack: &Pack, category: &str, language: &str) -> bool {
        let Some(words) = pack.category(category) else { return false };
        let mut asked_for =
            words.by_language().map(|(tag, _)| tag).filter(|tag| self.is_asked_for(*tag)).peekable();
        asked_for.peek().is_some() && asked_for.all(|tag| tag.is_some_and(|tag| covers(language, tag)))
    }

    /// The rule of conversations, by the stages of the first pack that has any.
    pub(super) fn conversation(&self, threshold_permille: u16) -> Option<Rule> {
        let pack = self.packs.iter().find(|pack| !pack.conversation.stage.is_empty())?;
        Some(Rule::Conversation {
            id: "conversation/grooming".to_owned(),
            category: "grooming".to_owned(),
            pack: pack.reference(),
            threshold_permille,
            stages: Box::new(pack.conversation.clone()),
        })
    }

    /// The rule of what is prohibited on the device itself, by the first pack that has a list of the category.
    pub(super) fn machine(&self, condition: &Condition, category: &str) -> Option<Rule> {
        let of = |pack: &Pack| pack.machine.iter().find(|facts| facts.category == category).cloned();
        let (pack, facts) = self.packs.iter().find_map(|pack| Some((pack, of(pack)?)))?;
        Some(Rule::Machine {
            id: format!("machine/{category}"),
            category: category.to_owned(),
            pack: pack.reference(),
            things: facts.thing,
            declared: condition.declared.clone(),
        })
    }

    /// The rule of a category. The first pack that has it gives the threshold; every pack gives its words. A term that an
    /// earlier pack has at least as strongly is not taken twice.
    pub(super) fn rule(
        &self,
        condition: &Condition,
        category: &'static str,
        queries_only: bool,
        threshold_times: u16,
        query_permille: Option<u16>,
    ) -> Result<Rule, CompileError> {
        let mut merged = Merged::default();
        let mut used = Vec::new();
        let mut threshold = None;
        for pack in &self.packs {
            let Some(words) = pack.category(category) else { continue };
            threshold.get_or_insert(words.threshold_permille);
            let number = u16::try_from(used.len()).unwrap_or(u16::MAX);
            if merged.add(words, number, |language| self.is_asked_for(language)) || used.is_empty() {
                used.push(pack.reference());
            }
        }
        let missing = || CompileError::CategoryMissing { paragraph: condition.paragraph.clone(), category };
        let threshold = threshold.ok_or_else(missing)?;
        let mut used = used.into_iter();
        Ok(Rule::Words {
            id: format!("words/{category}"),
            category: category.to_owned(),
            pack: used.next().ok_or_else(missing)?,
            more_packs: used.collect(),
            queries_only,
            threshold_permille: threshold.saturating_mul(threshold_times),
            query_threshold_permille: query_permille.map(|part| of_threshold(threshold, part)),
            contexts: merged.contexts,
            terms: merged.terms,
        })
    }
}

/// `part` thousandths of a threshold, never 0.
fn of_threshold(threshold: u16, part: u16) -> u16 {
    u16::try_from(u32::from(threshold) * u32::from(part) / 1000).unwrap_or(u16::MAX).max(1)
}

/// Terms of several packs as one list.
#[derive(Default)]
struct Merged {
    terms: Vec<Term>,
    contexts: Vec<TermContext>,
    /// Normalised text of terms that count without a context, with their weights.
    known: BTreeMap<(String, bool), u16>,
}

impl Merged {
    /// Adds the words of a pack; whether there were any that were not there before.
    fn add(&mut self, words: &Category, pack: u16, is_asked_for: impl Fn(Option<&str>) -> bool) -> bool {
        let before = self.terms.len();
        let mut numbers: BTreeMap<u32, u32> = BTreeMap::new();
        for (language, terms) in words.by_language() {
            if !is_asked_for(language) {
                continue;
            }
            for term in terms {
                let key = (normalise_term(&term.text), term.inside_words);
                if self.known.get(&key).is_some_and(|weight| *weight >= term.weight_permille) {
                    continue;
                }
                let context = term.context.and_then(|old| {
                    let text = words.contexts.get(usize::try_from(old).ok()?)?;
                    Some(*numbers.entry(old).or_insert_with(|| {
                        self.contexts.push(text.clone());
                        u32::try_from(self.contexts.len() - 1).unwrap_or(u32::MAX)
                    }))
                });
                if context.is_none() {
                    self.known.insert(key, term.weight_permille);
                }
                self.terms.push(Term { pack, context, ..term.clone() });
            }
        }
        self.terms.len() > before
    }
}
