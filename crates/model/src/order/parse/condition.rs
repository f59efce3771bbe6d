//! One `[[condition]]` of an order file.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::super::{Condition, ConditionKind, Exceptions};
use super::fields::{Faults, Fields, Placed, did_you_mean};
use super::{contacts, hosts, parameters};
use crate::emoji::is_emoji;
use crate::limits::TERM_BYTES_MAX;

/// The days on which the order itself runs, where they could be read.
pub(super) struct Window {
    pub(super) first: Option<Date>,
    pub(super) last: Option<Date>,
}

const KEYS: &[&str] = &[
    "paragraph",
    "text",
    "kind",
    "from",
    "until",
    "words",
    "offence_words",
    "sites",
    "except",
    parameters::WITHIN_DAYS,
    parameters::UNDER_AGE,
    parameters::DECLARED,
    parameters::CONTACT,
];

pub(super) fn read(
    fields: &Fields<'_, '_>,
    paragraph: Option<Placed<String>>,
    window: &Window,
    faults: &mut Faults<'_>,
) -> Option<Condition> {
    fields.unknown_keys(KEYS, faults);
    let text = fields.words("text", "the court's words of this paragraph", faults);
    let kind = kind(fields, faults);
    let (from, until) = days(fields, window, faults);
    let words = terms(fields, "words", faults);
    let offence_words = terms(fields, "offence_words", faults);
    let sites = sites(fields, faults);
    let except = exceptions(fields, faults);
    let kind = kind?;
    let within_days = parameters::within_days(fields, faults);
    let under_age = parameters::under_age(fields, faults);
    let declared = parameters::declared(fields, faults);
    let contacts = contacts::read(fields, faults);
    parameters::check(fields, kind, words.len() + offence_words.len(), faults);
    Some(Condition {
        paragraph: paragraph?.value,
        text: text?.value,
        kind,
        from,
        until,
        words,
        offence_words,
        sites,
        except,
        within_days,
        under_age,
        declared,
        contacts,
    })
}

fn kind(fields: &Fields<'_, '_>, faults: &mut Faults<'_>) -> Option<ConditionKind> {
    let names: Vec<&str> = ConditionKind::ALL.iter().map(|kind| kind.as_str()).collect();
    let list = format!("one of {}", names.join(", "));
    let kind = fields.name("kind", &list, faults)?;
    let found = ConditionKind::parse(&kind.value);
    if found.is_none() {
        let near = did_you_mean(&kind.value, &names).map(|near| format!("{near} ")).unwrap_or_default();
        faults.add(
            kind.at,
            format!("\"{}\" is not a kind of condition", kind.value),
            format!("{near}write {list}"),
        );
    }
    found
}

fn days(fields: &Fields<'_, '_>, window: &Window, faults: &mut Faults<'_>) -> (Option<Date>, Option<Date>) {
    let from = fields.date_if_any("from", faults);
    let until = fields.date_if_any("until", faults);
    if let (Some(from), Some(made)) = (&from, window.first)
        && from.value < made
    {
        faults.add(
            from.at,
            format!("the condition begins on {}, before the order was made on {made}", from.value),
            "leave from out where the condition begins with the order",
        );
    }
    if let (Some(from), Some(last)) = (&from, window.last)
        && from.value > last
    {
        faults.add(
            from.at,
            format!("the condition begins on {}, after the order expires on {last}", from.value),
            "correct from, or the order's expires_on",
        );
    }
    if let (Some(until), Some(last)) = (&until, window.last)
        && until.value > last
    {
        faults.add(
            until.at,
            format!("the condition runs until {}, after the order expires on {last}", until.value),
            "leave until out where the condition ends with the order",
        );
    }
    let first = from.as_ref().map(|from| from.value).or(window.first);
    if let (Some(first), Some(until)) = (first, &until)
        && until.value < first
    {
        faults.add(
            until.at,
            format!("the condition ends on {}, before it begins on {first}", until.value),
            "write the last day on which the condition runs",
        );
    }
    (from.map(|from| from.value), until.map(|until| until.value))
}

fn terms(fields: &Fields<'_, '_>, key: &str, faults: &mut Faults<'_>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    let mut seen = BTreeSet::new();
    for term in fields.list(key, "\"harbour lantern\", \"tide table\"", faults).unwrap_or_default() {
        let shown: String = term.value.chars().take(40).collect();
        if !term.value.chars().any(|c| c.is_alphanumeric() || is_emoji(c)) {
            faults.add(
                term.at,
                format!("\"{shown}\" has no letter, no digit and no emoji, so nothing could be looked for"),
                "write a word or a phrase",
            );
        } else if term.value.len() > TERM_BYTES_MAX {
            faults.add(
                term.at,
                format!(
                    "\"{shown}...\" has {} bytes; a phrase has at most {TERM_BYTES_MAX}",
                    term.value.len()
                ),
                "write the words that matter",
            );
        } else if term.value.chars().any(char::is_control) {
            faults.add(
                term.at,
                format!("\"{}\" holds a control character", shown.escape_debug()),
                "write it on one line with plain spaces",
            );
        } else if !seen.insert(term.value.to_lowercase()) {
            faults.add(term.at, format!("\"{shown}\" is listed twice"), "remove one");
        } else {
            kept.push(term.value);
        }
    }
    kept
}

fn sites(fields: &Fields<'_, '_>, faults: &mut Faults<'_>) -> Vec<String> {
    let mut kept = Vec::new();
    let mut seen = BTreeSet::new();
    for site in fields.list("sites", "\"site.example\"", faults).unwrap_or_default() {
        let host = site.value.to_lowercase();
        if let Some((problem, advice)) = hosts::fault(&host) {
            faults.add(site.at, problem, advice);
        } else if !seen.insert(host.clone()) {
            faults.add(site.at, format!("\"{host}\" is listed twice"), "remove one");
        } else {
            kept.push(host);
        }
    }
    kept
}

fn exceptions(fields: &Fields<'_, '_>, faults: &mut Faults<'_>) -> Exceptions {
    const ADVICE: &str = "write except = { sites = [\"site.example\"] }";
    let Some(except) = fields.table("except", "except", ADVICE, faults) else {
        return Exceptions::default();
    };
    except.unknown_keys(&["sites", "words"], faults);
    Exceptions { sites: sites(&except, faults), words: terms(&except, "words", faults) }
}

/// The person's own treatment programme.
pub(super) fn treatment(root: &Fields<'_, '_>, faults: &mut Faults<'_>) -> Exceptions {
    const ADVICE: &str =
        "write [treatment] and under it sites = [\"programme.example\"] or words = [\"better lives\"]";
    let Some(treatment) = root.table("treatment", "[treatment]", ADVICE, faults) else {
        return Exceptions::default();
    };
    treatment.unknown_keys(&["sites", "words"], faults);
    Exceptions { sites: sites(&treatment, faults), words: terms(&treatment, "words", faults) }
}
