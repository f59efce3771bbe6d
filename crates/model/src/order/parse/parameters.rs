//! Which parameters a kind of condition takes. One that would be ignored is refused: a court's word must not silently do nothing.

use std::collections::BTreeSet;

use super::super::ConditionKind;
use super::fields::{Faults, Fields};
use crate::limits::TERM_BYTES_MAX;

pub(super) const WITHIN_DAYS: &str = "within_days";
pub(super) const UNDER_AGE: &str = "under_age";
pub(super) const DECLARED: &str = "declared";
pub(super) const CONTACT: &str = "contact";

/// Longest time to tell the police that is read.
const WITHIN_DAYS_MAX: i64 = 366;
/// Ages below which courts prohibit contact.
const UNDER_AGES: [i64; 2] = [16, 18];

/// What a kind takes beside its paragraph, text and days.
#[derive(Debug, Clone, Copy, Default)]
struct Takes {
    words: bool,
    sites: bool,
    within_days: bool,
    under_age: bool,
    declared: bool,
    contact: bool,
}

fn takes(kind: ConditionKind) -> Takes {
    let nothing = Takes::default();
    match kind {
        ConditionKind::SexualisedChat | ConditionKind::ProhibitedSearches | ConditionKind::SpecifiedWords => {
            Takes { words: true, ..nothing }
        }
        ConditionKind::Pornography => Takes { words: true, sites: true, ..nothing },
        ConditionKind::DeclareDevices | ConditionKind::DeclareNames => {
            Takes { within_days: true, declared: true, ..nothing }
        }
        ConditionKind::NoContactWith => Takes { contact: true, ..nothing },
        ConditionKind::NoContactWithChildren => Takes { under_age: true, ..nothing },
        ConditionKind::NoHiddenConnections | ConditionKind::NoVaults | ConditionKind::NoUndeclaredCloud => {
            Takes { declared: true, ..nothing }
        }
        ConditionKind::ChildImages
        | ConditionKind::NoPrivateBrowsing
        | ConditionKind::MonitoringSoftware
        | ConditionKind::KeepHistory
        | ConditionKind::NoHistoryDeletion
        | ConditionKind::NoPeerToPeer
        | ConditionKind::ProduceDevices
        | ConditionKind::NotWatched => nothing,
    }
}

/// What a kind without words is about.
fn is_about(kind: ConditionKind) -> &'static str {
    match kind {
        ConditionKind::ChildImages => "it looks at pictures, not at text",
        ConditionKind::NoPrivateBrowsing | ConditionKind::MonitoringSoftware => {
            "it looks at a state of the device, not at text"
        }
        _ => "it is about what somebody does or has, not about single words",
    }
}

pub(super) fn within_days(fields: &Fields<'_, '_>, faults: &mut Faults<'_>) -> Option<u16> {
    let days = fields.number_if_any(
        WITHIN_DAYS,
        1..=WITHIN_DAYS_MAX,
        "write the days as a number: within_days = 3",
        faults,
    )?;
    u16::try_from(days).ok()
}

pub(super) fn under_age(fields: &Fields<'_, '_>, faults: &mut Faults<'_>) -> Option<u8> {
    const ADVICE: &str = "write the age as the court did: under_age = 16 or under_age = 18";
    let [least, most] = UNDER_AGES;
    let age = fields.number_if_any(UNDER_AGE, least..=most, ADVICE, faults)?;
    if !UNDER_AGES.contains(&age) {
        faults.add(fields.key_at(UNDER_AGE).unwrap_or_default(), format!("{UNDER_AGE} is {age}"), ADVICE);
        return None;
    }
    u8::try_from(age).ok()
}

pub(super) fn declared(fields: &Fields<'_, '_>, faults: &mut Faults<'_>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    let mut seen = BTreeSet::new();
    for entry in fields.list(DECLARED, "\"vpn.employer.example\"", faults).unwrap_or_default() {
        let shown: String = entry.value.chars().take(40).collect();
        if entry.value.is_empty() || entry.value.chars().any(char::is_control) {
            faults.add(
                entry.at,
                format!("\"{}\" names nothing that could be declared", shown.escape_debug()),
                "write the name as it was declared, on one line",
            );
        } else if entry.value.len() > TERM_BYTES_MAX {
            faults.add(
                entry.at,
                format!(
                    "\"{shown}...\" has {} bytes; a name has at most {TERM_BYTES_MAX}",
                    entry.value.len()
                ),
                "write the name alone",
            );
        } else if !seen.insert(entry.value.to_lowercase()) {
            faults.add(entry.at, format!("\"{shown}\" is listed twice"), "remove one");
        } else {
            kept.push(entry.value);
        }
    }
    kept
}

pub(super) fn check(fields: &Fields<'_, '_>, kind: ConditionKind, words: usize, faults: &mut Faults<'_>) {
    let takes = takes(kind);
    let name = kind.as_str();
    let mut refuse = |key: &str, problem: String, advice: String| {
        if let Some(at) = fields.key_at(key) {
            faults.add(at, problem, advice);
        }
    };
    if !takes.words {
        for key in ["words", "offence_words"] {
            refuse(
                key,
                format!("{name} takes no {key}: {}", is_about(kind)),
                format!("remove {key}, or put them in a condition of kind \"specified-words\""),
            );
        }
        let problem = format!("{name} takes no except: it has neither words nor sites to carve out of");
        refuse("except", problem, "remove except".to_owned());
    }
    if !takes.sites {
        let problem = format!("{name} takes no sites: only pornography is served by a list of sites");
        refuse(
            "sites",
            problem,
            "remove sites; to carve sites out write except = { sites = [...] }".to_owned(),
        );
    }
    for (key, is_taken, whose) in [
        (WITHIN_DAYS, takes.within_days, "declare-devices or declare-names"),
        (UNDER_AGE, takes.under_age, "no-contact-with-children"),
        (CONTACT, takes.contact, "no-contact-with"),
        (
            DECLARED,
            takes.declared,
            "declare-devices, no-hidden-connections, no-vaults, no-undeclared-cloud or declare-names",
        ),
    ] {
        if !is_taken {
            refuse(key, format!("{name} takes no {key}: it belongs to {whose}"), format!("remove {key}"));
        }
    }
    if takes.contact && fields.key_at(CONTACT).is_none() {
        faults.add(
            fields.at,
            "no-contact-with names nobody: without a contact it would look for nothing",
            "add under it [[condition.contact]] and then accounts = [\"forum.example/lantern-7\"]",
        );
    }
    if kind == ConditionKind::SpecifiedWords && words == 0 {
        faults.add(
            fields.at,
            "specified-words needs words: without them it would look for nothing",
            "add the words that the order names: words = [\"harbour lantern\", \"tide table\"]",
        );
    }
}
