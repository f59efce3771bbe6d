//! Which rules serve which kind of condition.

use std::collections::BTreeSet;

use proviso_model::order::{Condition, Contact, Order};
use proviso_model::policy::{HashSetRef, PackRef, Rule, SiteListRef, Term};
use proviso_model::{ConditionKind, Digest};

use super::categories::Packs;
use super::settings::{picture_score, score};
use super::{CompileError, CompileInputs, hosts};
use crate::behaviour::{State, contacts, machine, names};
use crate::pack::sha256;
use crate::text::{is_searchable, normalise_term};

/// One word that the order itself names is enough.
const ORDER_WORD_PERMILLE: u16 = 1000;
/// Where the scores of stages are set to speak.
const CONVERSATION_THRESHOLD_PERMILLE: u16 = 500;
/// A page is long and may speak of sex without being pornography, so more must come together than in a chat.
const PORNOGRAPHY_THRESHOLD_TIMES: u16 = 2;

/// Of the category's threshold, what a query needs where the order is about searches: a query has few words, and one that
/// would be weak on a page is what was asked for.
const SEARCH_QUERY_PERMILLE: u16 = 700;
/// The same where the order is about viewing: only a query that asks for it plainly.
const PORNOGRAPHY_QUERY_PERMILLE: u16 = 1000;

/// Lists of this category serve conditions on pornography.
pub const SITES_CATEGORY: &str = "pornography";
/// Categories of lists that lower what a list of pornography says: mixed sites and education are not what an order means.
pub const LOWERING_CATEGORIES: [&str; 2] = ["mixed_adult", "sexual_education"];

/// Words that the order ties to the index offence are a rule of their own, so that a finding shows them apart.
pub(crate) const OFFENCE_RULE: &str = "words/offence";

pub(super) fn of(
    order: &Order,
    condition: &Condition,
    packs: &Packs<'_>,
    inputs: &CompileInputs,
) -> Result<Vec<Rule>, CompileError> {
    let mut rules = Vec::new();
    match condition.kind {
        ConditionKind::SexualisedChat => {
            rules.push(packs.rule(condition, "sexual", false, 1, None)?);
            rules.push(packs.rule(condition, "solicitation", false, 1, None)?);
            rules.extend(packs.conversation(CONVERSATION_THRESHOLD_PERMILLE));
            rules.extend(score(packs, "sexual")?);
            rules.extend(score(packs, "solicitation")?);
        }
        ConditionKind::Pornography => {
            rules.extend(listed_sites(order, condition)?);
            rules.extend(imported_lists(&inputs.site_lists));
            rules.extend(hash_sets(SITES_CATEGORY, &inputs.hash_sets, |set| {
                set.category == SITES_CATEGORY && !set.child_abuse
            }));
            rules.push(packs.rule(
                condition,
                "sexual",
                false,
                PORNOGRAPHY_THRESHOLD_TIMES,
                Some(PORNOGRAPHY_QUERY_PERMILLE),
            )?);
            rules.extend(score(packs, "sexual")?);
            rules.extend(picture_score(packs, SITES_CATEGORY));
        }
        // Lists only: no model judges a picture for it.
        ConditionKind::ChildImages => {
            rules.extend(hash_sets("child-images", &inputs.hash_sets, |set| set.child_abuse));
        }
        ConditionKind::ProhibitedSearches => {
            // Words only: a query is no prose, and too short for a model of prose.
            rules.push(packs.rule(condition, "sexual", true, 1, Some(SEARCH_QUERY_PERMILLE))?);
        }
        ConditionKind::SpecifiedWords => {}
        ConditionKind::NoPrivateBrowsing | ConditionKind::MonitoringSoftware | ConditionKind::KeepHistory => {
        }
        ConditionKind::DeclareDevices
        | ConditionKind::NoHistoryDeletion
        | ConditionKind::NoHiddenConnections
        | ConditionKind::NoVaults
        | ConditionKind::NoUndeclaredCloud
        | ConditionKind::NoPeerToPeer => {
            let categories = machine::categories(condition.kind).iter();
            rules.extend(categories.filter_map(|category| packs.machine(condition, category)));
        }
        ConditionKind::DeclareNames => rules.push(declared_names(order, condition)),
        ConditionKind::NoContactWith => rules.push(contact_with(order, condition)?),
        // No device watches for these: they stand in the policy so that the person can read them.
        ConditionKind::NoContactWithChildren | ConditionKind::ProduceDevices | ConditionKind::NotWatched => {}
    }
    rules.extend(State::for_condition(condition.kind).iter().copied().map(state));
    rules.extend(own_words(order, condition, "words/order", "specified-words", &condition.words)?);
    rules.extend(own_words(order, condition, OFFENCE_RULE, "offence-words", &condition.offence_words)?);
    Ok(rules)
}

/// Whether a page of results is judged by its query alone: what the order is about is then what was asked for, and its
/// own words count in what somebody else wrote only where the order is about the words themselves.
fn judged_by_query(condition: &Condition) -> bool {
    matches!(condition.kind, ConditionKind::Pornography | ConditionKind::ProhibitedSearches)
}

fn own_words(
    order: &Order,
    condition: &Condition,
    id: &str,
    category: &str,
    words: &[String],
) -> Result<Option<Rule>, CompileError> {
    let mut seen = BTreeSet::new();
    let mut terms = Vec::new();
    for word in words {
        let text = checked_word(condition, word)?;
        if seen.insert(normalise_term(&text)) {
            terms.push(Term { text, weight_permille: ORDER_WORD_PERMILLE, ..Term::default() });
        }
    }
    if terms.is_empty() {
        return Ok(None);
    }
    Ok(Some(Rule::Words {
        id: id.to_owned(),
        category: category.to_owned(),
        pack: order_pack(order, words),
        more_packs: Vec::new(),
        queries_only: condition.kind == ConditionKind::ProhibitedSearches,
        threshold_permille: ORDER_WORD_PERMILLE,
        query_threshold_permille: judged_by_query(condition).then_some(ORDER_WORD_PERMILLE),
        contexts: Vec::new(),
        terms,
    }))
}

fn listed_sites(order: &Order, condition: &Condition) -> Result<Option<Rule>, CompileError> {
    if condition.sites.is_empty() {
        return Ok(None);
    }
    Ok(Some(Rule::Sites {
        id: "sites/order".to_owned(),
        category: "pornography".to_owned(),
        pack: order_pack(order, &condition.sites),
        hosts: hosts(&condition.sites, &format!("paragraph {}, sites", condition.paragraph))?,
    }))
}

/// The force's own lists that serve a condition on pornography.
fn imported_lists(site_lists: &[SiteListRef]) -> Option<Rule> {
    let of = |serves: &dyn Fn(&str) -> bool| -> Vec<SiteListRef> {
        site_lists.iter().filter(|list| serves(&list.category)).cloned().collect()
    };
    let lists = of(&|category| category == SITES_CATEGORY);
    Some(Rule::SiteLists {
        id: "sites/lists".to_owned(),
        category: SITES_CATEGORY.to_owned(),
        pack: lists.first()?.list.clone(),
        lists,
        lowered_by: of(&|category| LOWERING_CATEGORIES.contains(&category)),
    })
}

/// The force's own hash sets that serve a condition.
fn hash_sets(category: &str, sets: &[HashSetRef], serves: impl Fn(&HashSetRef) -> bool) -> Option<Rule> {
    let sets: Vec<HashSetRef> = sets.iter().filter(|set| serves(set)).cloned().collect();
    Some(Rule::HashSets {
        id: "pictures/listed".to_owned(),
        category: category.to_owned(),
        pack: sets.first()?.set.clone(),
        sets,
    })
}

/// What was declared as fingerprints: a device need only compare with them.
fn declared_names(order: &Order, condition: &Condition) -> Rule {
    let pack = order_pack(order, &condition.declared);
    let declared = condition.declared.iter().map(|name| names::fingerprint(&pack, &names::key(name)));
    let declared: BTreeSet<Digest> = declared.collect();
    Rule::Names {
        id: "names/declared".to_owned(),
        category: "undeclared-name".to_owned(),
        declared: declared.into_iter().collect(),
        within_days: condition.within_days.unwrap_or(0),
        pack,
    }
}

/// People with whom contact is prohibited, as fingerprints.
fn contact_with(order: &Order, condition: &Condition) -> Result<Rule, CompileError> {
    let lines = condition.contacts.iter().flat_map(|contact| {
        let Contact { name, accounts, emails, phones } = contact;
        let all = accounts.iter().chain(emails).chain(phones).cloned();
        std::iter::once(format!("contact {}", name.as_deref().unwrap_or_default())).chain(all)
    });
    let pack = order_pack(order, &lines.collect::<Vec<_>>());
    let place = || format!("paragraph {}, contact", condition.paragraph);
    let compiled = condition.contacts.iter().map(|contact| {
        contacts::compile(&pack, contact).map_err(|error| CompileError::Host { place: place(), error })
    });
    Ok(Rule::Contacts {
        id: "contact/listed".to_owned(),
        category: "listed-contact".to_owned(),
        contacts: compiled.collect::<Result<_, _>>()?,
        pack,
    })
}

fn state(state: State) -> Rule {
    Rule::State {
        id: state.rule_id().to_owned(),
        category: state.category().to_owned(),
        // The rule is the engine's own code: its version says which, and the hash is of its id.
        pack: PackRef {
            name: "engine".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            sha256: sha256(state.rule_id().as_bytes()),
        },
    }
}

/// What the order itself names, as a pack: versioned by the day it was made, hashed over the entries, a line each.
pub(super) fn order_pack(order: &Order, entries: &[String]) -> PackRef {
    PackRef {
        name: "order".to_owned(),
        version: order.made_on.to_string(),
        sha256: sha256(entries.join("\n").as_bytes()),
    }
}

/// A word with something left to look for.
pub(super) fn checked_word(condition: &Condition, word: &str) -> Result<String, CompileError> {
    if is_searchable(&normalise_term(word)) {
        return Ok(word.to_owned());
    }
    Err(CompileError::TermEmpty { paragraph: condition.paragraph.clone(), word: word.to_owned() })
}
