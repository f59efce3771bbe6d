//! An order becomes a policy: a validity window per condition, and the rules that serve it.

mod categories;
mod privilege;
mod rules;
mod settings;
mod window;

use std::collections::BTreeSet;

use proviso_model::ids::{CaseId, CaseKeyId, DeviceId, ForceId};
use proviso_model::limits::TERMS_MAX;
use proviso_model::order::{AuthorityBasis, Condition, Exceptions, Order, OrderKind};
use proviso_model::policy::{
    CaseKeyRef, HashSetRef, POLICY_FORMAT, Policy, PolicyAuthority, PolicyCondition, Rule, SiteListRef,
};
use proviso_model::{ConditionKind, Timestamp};

pub(crate) use rules::OFFENCE_RULE;
pub use rules::{LOWERING_CATEGORIES, SITES_CATEGORY};
pub(crate) use window::{days_in_force, start_of};

use self::categories::Packs;
use crate::SEMANTICS;
use crate::pack::Pack;
use crate::sites::{HostError, host_of_rule};

/// What an order does not say and a policy needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompileInputs {
    /// Rises with every policy for the device.
    pub serial: u64,
    /// The force.
    pub force: ForceId,
    /// The case.
    pub case: CaseId,
    /// The device.
    pub device: DeviceId,
    /// When it is compiled.
    pub issued_at: Timestamp,
    /// The key that records are sealed to.
    pub case_key: CaseKeyRef,
    /// Hosts and addresses on the case's shield list.
    pub shield: Vec<String>,
    /// Lists of sites that the force has imported; those of category `pornography` serve conditions on it, those of
    /// [`LOWERING_CATEGORIES`] lower what they say.
    pub site_lists: Vec<SiteListRef>,
    /// Hash sets that the force has imported: those of category `pornography` serve conditions on it, those of child abuse
    /// conditions about child images.
    pub hash_sets: Vec<HashSetRef>,
    /// Languages whose words are looked for, beside English, where the order names none (BCP 47); all when empty.
    pub languages: Vec<String>,
}

impl CompileInputs {
    /// Inputs for evaluating an order where there is no device: ids of zeroes, no case key, issued in 1970 so that an
    /// order that has ended can still be evaluated for its own days.
    #[must_use]
    pub fn offline() -> Self {
        Self {
            serial: 0,
            force: ForceId::from_bytes([0; 16]),
            case: CaseId::from_bytes([0; 16]),
            device: DeviceId::from_bytes([0; 16]),
            issued_at: Timestamp::from_micros(0),
            case_key: CaseKeyRef { id: CaseKeyId::from_bytes([0; 16]), public: String::new() },
            shield: Vec::new(),
            site_lists: Vec::new(),
            hash_sets: Vec::new(),
            languages: Vec::new(),
        }
    }
}

/// Why an order gives no policy. Each says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompileError {
    /// A notification-only order.
    #[error(
        "order {0} is notification-only: it captures nothing, so no device is enrolled under it; enrol under the order that requires monitoring"
    )]
    CapturesNothing(String),
    /// No condition that a device watches for.
    #[error(
        "order {0} has no [[condition]] that a device watches for, so it captures nothing; enter the conditions that the order requires to be monitored (proviso-server suitability says which those are)"
    )]
    NoConditions(String),
    /// Consent was withdrawn.
    #[error(
        "consent was withdrawn on {0}: monitoring by consent stops; enrol again only under new signed consent or an order that requires monitoring"
    )]
    ConsentWithdrawn(jiff::civil::Date),
    /// An authority without what its basis needs.
    #[error("the authority is incomplete: {0}")]
    AuthorityIncomplete(&'static str),
    /// The last condition ended before the policy would be issued.
    #[error("the last condition ended on {0}; nothing may be captured after it")]
    Ended(jiff::civil::Date),
    /// A day that has no instant in the order's time zone.
    #[error("{0}; write a day and an IANA time zone that are known here")]
    Day(String),
    /// A condition whose window is empty.
    #[error(
        "paragraph {0} ends before it may begin; correct from, until, or the day on which consent was signed"
    )]
    NeverInForce(String),
    /// A category that no pack has.
    #[error(
        "paragraph {paragraph} needs words of category \"{category}\", and no pack given has it; add the pack words-core"
    )]
    CategoryMissing {
        /// The paragraph.
        paragraph: String,
        /// The category.
        category: &'static str,
    },
    /// A model that this engine does not hold.
    #[error(
        "pack \"{pack}\" names the model \"{model}\", which this version does not hold; use a pack made for it"
    )]
    ModelMissing {
        /// The pack.
        pack: String,
        /// The model.
        model: String,
    },
    /// A host that cannot be a rule.
    #[error("{place}: {error}")]
    Host {
        /// Where it is written.
        place: String,
        /// What is wrong.
        error: HostError,
    },
    /// A word with nothing to look for once normalised.
    #[error(
        "paragraph {paragraph}: \"{word}\" leaves nothing to look for once invisible characters are taken out; write a word or a phrase"
    )]
    TermEmpty {
        /// The paragraph.
        paragraph: String,
        /// The word.
        word: String,
    },
    /// Pornography with neither sites nor words.
    #[error("paragraph {0} gives no rule; name its words or sites")]
    NoRule(String),
    /// Too many terms.
    #[error("the policy would hold {0} terms; at most {TERMS_MAX} are allowed; shorten the lists")]
    TooManyTerms(usize),
}

/// Compiles an order with packs of words.
///
/// Invariant 1: an order without authority, with withdrawn consent, or that captures nothing gives no policy.
///
/// # Errors
/// [`CompileError`] with what to do.
pub fn compile(order: &Order, packs: &[Pack], inputs: &CompileInputs) -> Result<Policy, CompileError> {
    compile_with(order, packs.iter(), inputs)
}

/// As [`compile`], with packs that lie in several places.
///
/// # Errors
/// [`CompileError`] with what to do.
pub fn compile_with<'p>(
    order: &Order,
    packs: impl Iterator<Item = &'p Pack>,
    inputs: &CompileInputs,
) -> Result<Policy, CompileError> {
    let authority = authority(order)?;
    let packs = Packs::new(packs, order, inputs);
    let mut conditions = Vec::new();
    for condition in &order.conditions {
        conditions.push(compile_condition(order, condition, &packs, inputs)?);
    }
    // Capture ends with the last paragraph that a device watches for, whatever else the order goes on to require.
    let expires_at = conditions
        .iter()
        .filter(|condition| condition.kind.is_watched())
        .map(|condition| condition.valid_until)
        .max()
        .ok_or_else(|| CompileError::NoConditions(order.reference.clone()))?;
    if expires_at <= inputs.issued_at {
        let watched = order.conditions.iter().filter(|condition| condition.kind.is_watched());
        let last = watched.map(|condition| condition.until.unwrap_or(order.expires_on)).max();
        return Err(CompileError::Ended(last.unwrap_or(order.expires_on)));
    }
    let terms = conditions.iter().flat_map(|condition| &condition.rules).map(rule_terms).sum();
    if terms > TERMS_MAX {
        return Err(CompileError::TooManyTerms(terms));
    }
    let contexts = settings::contexts(order, &packs, &conditions)?;
    let minor = settings::minor(order, &packs, &conditions);
    Ok(Policy {
        format: POLICY_FORMAT,
        serial: inputs.serial,
        force: inputs.force,
        case: inputs.case,
        device: inputs.device,
        issued_at: inputs.issued_at,
        expires_at,
        order_reference: order.reference.clone(),
        order_kind: order.kind,
        timezone: order.timezone.clone(),
        authority,
        engine_semantics: SEMANTICS,
        case_key: inputs.case_key.clone(),
        conditions,
        contexts,
        minor,
        privilege: privilege::rules(&packs)?,
        shield: shield(&inputs.shield)?,
        pauses: Vec::new(),
        other_adult: None,
        trial: None,
    })
}

fn authority(order: &Order) -> Result<PolicyAuthority, CompileError> {
    let authority = &order.authority;
    if order.kind == OrderKind::NotificationOnly {
        return Err(CompileError::CapturesNothing(order.reference.clone()));
    }
    if let Some(day) = authority.consent_withdrawn_on {
        return Err(CompileError::ConsentWithdrawn(day));
    }
    if authority.legal_basis.trim().is_empty() {
        return Err(CompileError::AuthorityIncomplete("record the force's legal basis"));
    }
    match authority.basis {
        AuthorityBasis::Paragraph if authority.paragraph.is_none() => {
            Err(CompileError::AuthorityIncomplete("name the paragraph that requires monitoring"))
        }
        AuthorityBasis::Consent if authority.consent_signed_on.is_none() => {
            Err(CompileError::AuthorityIncomplete("give the day on which consent was signed"))
        }
        basis => Ok(PolicyAuthority {
            basis,
            paragraph: authority.paragraph.clone(),
            legal_basis: authority.legal_basis.clone(),
        }),
    }
}

fn compile_condition(
    order: &Order,
    condition: &Condition,
    packs: &Packs<'_>,
    inputs: &CompileInputs,
) -> Result<PolicyCondition, CompileError> {
    let (valid_from, valid_until) = window::of(order, condition)?;
    if valid_until <= valid_from {
        return Err(CompileError::NeverInForce(condition.paragraph.clone()));
    }
    let rules = rules::of(order, condition, packs, inputs)?;
    // A paragraph about child images with no list to compare with is known and looks at nothing, and so is one that no device
    // watches for; the others go on.
    let may_be_empty = condition.kind == ConditionKind::ChildImages || !condition.kind.is_watched();
    if rules.is_empty() && !may_be_empty {
        return Err(CompileError::NoRule(condition.paragraph.clone()));
    }
    Ok(PolicyCondition {
        paragraph: condition.paragraph.clone(),
        text: condition.text.clone(),
        kind: condition.kind,
        valid_from,
        valid_until,
        rules,
        except: exceptions(condition)?,
        wording: settings::wording(condition, packs),
    })
}

fn exceptions(condition: &Condition) -> Result<Exceptions, CompileError> {
    let place = format!("paragraph {}, except", condition.paragraph);
    let words = condition.except.words.iter().map(|word| rules::checked_word(condition, word));
    Ok(Exceptions { sites: hosts(&condition.except.sites, &place)?, words: words.collect::<Result<_, _>>()? })
}

/// Hosts as they are compared, sorted, each once.
fn hosts(names: &[String], place: &str) -> Result<Vec<String>, CompileError> {
    let read = names.iter().map(|name| {
        host_of_rule(name).map_err(|error| CompileError::Host { place: place.to_owned(), error })
    });
    Ok(read.collect::<Result<BTreeSet<String>, _>>()?.into_iter().collect())
}

/// The shield list as it is compared: addresses (with an at sign) in lower case, anything else a host.
fn shield(entries: &[String]) -> Result<Vec<String>, CompileError> {
    let (addresses, names): (Vec<String>, Vec<String>) = entries
        .iter()
        .map(|entry| entry.trim().to_lowercase())
        .filter(|entry| !entry.is_empty())
        .partition(|entry| entry.contains('@'));
    let mut all = hosts(&names, "the shield list")?;
    all.extend(addresses);
    all.sort();
    all.dedup();
    Ok(all)
}

fn rule_terms(rule: &Rule) -> usize {
    match rule {
        Rule::Words { terms, contexts, .. } => {
            let near: usize = contexts.iter().map(|context| context.needs.len() + context.unless.len()).sum();
            terms.len().saturating_add(near)
        }
        Rule::Sites { hosts, .. } => hosts.len(),
        Rule::Names { declared, .. } => declared.len(),
        Rule::Contacts { contacts, .. } => {
            contacts.iter().map(|contact| contact.identifiers.len() + contact.names.len()).sum()
        }
        Rule::Machine { things, .. } => things.iter().map(|thing| thing.names.len()).sum(),
        Rule::SiteLists { lists, lowered_by, .. } => lists.len() + lowered_by.len(),
        Rule::HashSets { sets, .. } => sets.len(),
        Rule::Conversation { stages, .. } => {
            stages.stage.iter().flat_map(|stage| &stage.family).map(|family| family.patterns.len()).sum()
        }
        Rule::State { .. } | Rule::Score { .. } | Rule::PictureScore { .. } => 1,
    }
}
