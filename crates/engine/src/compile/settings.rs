//! What of packs and order goes beside the rules: scores, innocent settings, references to children, doubts about wording.

use proviso_model::order::{Condition, Order};
use proviso_model::policy::{PolicyCondition, Rule, Term};
use proviso_model::setting::{Against, Beside, ContextRule, MinorPatterns, MinorRule, WordingRule};
use proviso_model::stages::{Role, StageFacts};

use super::categories::Packs;
use super::{CompileError, hosts, rules};
use crate::model::LinearModel;
use crate::pack::Pack;
use crate::pack::settings::{AgainstFacts, ScoreFacts};
use crate::text::normalise_term;

/// Category of words for children.
const MINOR: &str = "minor-reference";
/// How much the person's own treatment programme takes off the strength.
const TREATMENT_BY_PERMILLE: u16 = 600;
/// One word of it is enough.
const TREATMENT_WORD_PERMILLE: u16 = 1000;

/// The rule of scores of a category, where a pack has one.
pub(super) fn score(packs: &Packs<'_>, category: &str) -> Result<Option<Rule>, CompileError> {
    let found = packs
        .iter()
        .find_map(|pack| Some((pack, pack.scores.iter().find(|score| score.category == category)?)));
    let Some((pack, score)) = found else { return Ok(None) };
    let ScoreFacts {
        model,
        keywords,
        beside,
        threshold_permille,
        passages_min,
        tokens_min,
        alone,
        against,
        ..
    } = score;
    let missing = || CompileError::ModelMissing { pack: pack.name.clone(), model: model.clone() };
    let words = |category: &str| format!("words/{category}");
    let keywords_permille =
        packs.iter().find_map(|pack| pack.category(keywords)).map(|words| words.threshold_permille);
    Ok(Some(Rule::Score {
        id: format!("score/{category}"),
        category: category.to_owned(),
        pack: pack.reference(),
        model: LinearModel::named(model).ok_or_else(missing)?.reference(),
        keywords: words(keywords),
        beside: beside
            .as_ref()
            .map(|beside| Beside { rule: words(&beside.category), weight_permille: beside.weight_permille }),
        keywords_permille: keywords_permille.unwrap_or(1000),
        threshold_permille: *threshold_permille,
        passages_min: *passages_min,
        tokens_min: *tokens_min,
        alone: alone.clone(),
        against: against.as_ref().map(|facts| Box::new(against_words(packs, category, facts))),
    }))
}

/// The rule of scores of pictures of a category, where a pack has one.
pub(super) fn picture_score(packs: &Packs<'_>, category: &str) -> Option<Rule> {
    let of = |pack: &Pack| pack.picture_scores.iter().find(|score| score.category == category).cloned();
    let (pack, score) = packs.iter().find_map(|pack| Some((pack, of(pack)?)))?;
    Some(Rule::PictureScore {
        id: "pictures/explicit".to_owned(),
        category: category.to_owned(),
        pack: pack.reference(),
        model: score.model,
        second: score.second,
        threshold_permille: score.threshold_permille,
        together_permille: score.together_permille,
        pictures_min: score.pictures_min,
        within_minutes: score.within_minutes,
    })
}

fn against_words(packs: &Packs<'_>, category: &str, facts: &AgainstFacts) -> Against {
    let is_read = |pack: &&Pack| packs.is_all_of(pack, category, &facts.language);
    let mut language_words: Vec<String> =
        facts.language_words.iter().map(|word| word.to_lowercase()).collect();
    language_words.sort_unstable();
    language_words.dedup();
    Against {
        below_permille: facts.below_permille,
        by_permille: facts.by_permille,
        tokens_min: facts.tokens_min,
        packs: packs.iter().filter(is_read).map(|pack| pack.name.clone()).collect(),
        language_words,
        language_permille: facts.language_permille,
    }
}

/// Innocent settings that concern any rule of `conditions`: those of packs, and the person's own treatment programme.
pub(super) fn contexts(
    order: &Order,
    packs: &Packs<'_>,
    conditions: &[PolicyCondition],
) -> Result<Vec<ContextRule>, CompileError> {
    let categories: Vec<&str> =
        conditions.iter().flat_map(|condition| &condition.rules).map(Rule::category).collect();
    let mut all = Vec::new();
    for pack in packs.iter() {
        for context in &pack.contexts {
            let place = format!("pack {}, context {}", pack.name, context.name);
            all.push(ContextRule {
                pack: pack.reference(),
                hosts: hosts(&context.hosts, &place)?,
                ..context.rule()
            });
        }
    }
    all.extend(treatment(order)?);
    all.retain(|context| context.lowers.iter().any(|lowers| categories.contains(&lowers.as_str())));
    Ok(all)
}

fn treatment(order: &Order) -> Result<Option<ContextRule>, CompileError> {
    let treatment = &order.treatment;
    if treatment.is_empty() {
        return Ok(None);
    }
    let mut entries = treatment.sites.clone();
    entries.extend(treatment.words.iter().cloned());
    let term = |text: &String| Term {
        text: text.clone(),
        weight_permille: TREATMENT_WORD_PERMILLE,
        ..Term::default()
    };
    Ok(Some(ContextRule {
        name: "treatment".to_owned(),
        reason: "it belongs to the person's own treatment programme, as the order names it".to_owned(),
        pack: rules::order_pack(order, &entries),
        lowers: vec!["sexual".to_owned(), "solicitation".to_owned()],
        by_permille: TREATMENT_BY_PERMILLE,
        needs_permille: TREATMENT_WORD_PERMILLE,
        terms: treatment.words.iter().map(term).collect(),
        hosts: hosts(&treatment.sites, "treatment, sites")?,
        names: Vec::new(),
    }))
}

/// How references to children are found, where a condition's findings are read together with them.
pub(super) fn minor(
    order: &Order,
    packs: &Packs<'_>,
    conditions: &[PolicyCondition],
) -> Option<Box<MinorRule>> {
    let is_read_with = |condition: &&Condition| {
        conditions.iter().any(|compiled| {
            compiled.paragraph == condition.paragraph
                && compiled.rules.iter().any(|rule| crate::evaluate::is_read_with_minors(rule.category()))
        })
    };
    let condition = order.conditions.iter().find(is_read_with)?;
    let words = packs.rule(condition, MINOR, false, 1, None).ok()?;
    let patterns = packs.iter().filter_map(|pack| {
        let stages = references(&pack.conversation);
        (!stages.stage.is_empty()).then(|| MinorPatterns { pack: pack.reference(), stages })
    });
    Some(Box::new(MinorRule { patterns: patterns.collect(), words }))
}

/// Only the stages that refer to children.
fn references(facts: &StageFacts) -> StageFacts {
    let is_reference =
        |stage: &&proviso_model::stages::StageFile| stage.roles.contains(&Role::MinorReference);
    StageFacts {
        stage: facts.stage.iter().filter(is_reference).cloned().collect(),
        table: Vec::new(),
        ..facts.clone()
    }
}

/// The doubts that the court's words of a condition raise.
pub(super) fn wording(condition: &Condition, packs: &Packs<'_>) -> Vec<WordingRule> {
    let text = normalise_term(&condition.text);
    let words: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    packs
        .iter()
        .flat_map(|pack| &pack.wording)
        .filter(|wording| wording.applies_to(condition.kind, &words))
        .map(|wording| WordingRule {
            rests_on: wording.rests_on.clone(),
            doubt: wording.doubt.clone(),
            question: wording.question.clone(),
        })
        .collect()
}
