//! The parts of an order file before its conditions: kind, time zone, person, authority.

use super::super::{Authority, AuthorityBasis, OrderKind, Person};
use super::fields::{Faults, Fields, did_you_mean};
use crate::language::is_language_tag;

const ORDER_KINDS: &[(&str, OrderKind)] = &[
    ("shpo-conviction", OrderKind::ShpoConviction),
    ("shpo-application", OrderKind::ShpoApplication),
    ("shpo-interim", OrderKind::ShpoInterim),
    ("sopo", OrderKind::Sopo),
    ("sro", OrderKind::Sro),
    ("licence", OrderKind::Licence),
    ("notification-only", OrderKind::NotificationOnly),
];

const AUTHORITY_EXAMPLE: &str =
    "add the paragraph that requires monitoring, and the legal basis that the force recorded:
[authority]
basis = \"paragraph\"
paragraph = \"4\"
legal_basis = \"Order T2026-0014, paragraph 4: the person must have monitoring software installed\"
recorded_by = \"the officer's name or number\"
recorded_on = 2026-03-31";

pub(super) fn order_kind(root: &Fields<'_, '_>, faults: &mut Faults<'_>) -> Option<OrderKind> {
    let names: Vec<&str> = ORDER_KINDS.iter().map(|(name, _)| *name).collect();
    let list = format!("one of {}", names.join(", "));
    let kind = root.name("kind", &list, faults)?;
    let found = ORDER_KINDS.iter().find(|(name, _)| *name == kind.value);
    if found.is_none() {
        let near = did_you_mean(&kind.value, &names).map(|near| format!("{near} ")).unwrap_or_default();
        faults.add(
            kind.at,
            format!("\"{}\" is not a kind of order", kind.value),
            format!("{near}write {list}"),
        );
    }
    found.map(|(_, kind)| *kind)
}

pub(super) fn timezone(root: &Fields<'_, '_>, faults: &mut Faults<'_>) -> Option<String> {
    let zone = root.name("timezone", "an IANA time zone, for example \"Europe/London\"", faults)?;
    if jiff::tz::db().get(&zone.value).is_err() {
        faults.add(
            zone.at,
            format!("\"{}\" is not a time zone that is known here", zone.value),
            "write an IANA name, for example \"Europe/London\"",
        );
        return None;
    }
    Some(zone.value)
}

pub(super) fn languages(root: &Fields<'_, '_>, faults: &mut Faults<'_>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for tag in root.list("languages", "\"pl\", \"ur\"", faults).unwrap_or_default() {
        if !is_language_tag(&tag.value) {
            faults.add(
                tag.at,
                format!("\"{}\" is not a language tag", tag.value),
                "write a BCP 47 tag: \"pl\" for Polish, \"pa-Guru\" for Punjabi in Gurmukhi",
            );
        } else if kept.contains(&tag.value) {
            faults.add(tag.at, format!("\"{}\" is listed twice", tag.value), "remove one");
        } else {
            kept.push(tag.value);
        }
    }
    kept
}

pub(super) fn person(root: &Fields<'_, '_>, faults: &mut Faults<'_>) -> Option<Person> {
    let Some(fields) = root.table("person", "[person]", "write [person] and under it name = \"...\"", faults)
    else {
        if root.key_at("person").is_none() {
            faults.add(0, "the order names no person", "add [person] and under it name = \"...\"");
        }
        return None;
    };
    fields.unknown_keys(&["name", "reference"], faults);
    let name = fields.name("name", "the person's name as on the order", faults);
    let reference = fields.name_if_any("reference", "the force's own number for the person", faults);
    Some(Person { name: name?.value, reference: reference.map(|reference| reference.value) })
}

/// Invariant 1: an order file without authority is refused, and says why.
pub(super) fn authority(root: &Fields<'_, '_>, faults: &mut Faults<'_>) -> Option<Authority> {
    let Some(fields) = root.table("authority", "[authority]", AUTHORITY_EXAMPLE, faults) else {
        if root.key_at("authority").is_none() {
            faults.add(
                0,
                "the order has no [authority]: a prohibition alone does not allow monitoring, and without authority nothing is captured",
                AUTHORITY_EXAMPLE,
            );
        }
        return None;
    };
    fields.unknown_keys(
        &[
            "basis",
            "paragraph",
            "consent_signed_on",
            "consent_withdrawn_on",
            "legal_basis",
            "recorded_by",
            "recorded_on",
        ],
        faults,
    );
    let basis = basis(&fields, faults);
    let paragraph = fields.name_if_any("paragraph", "write the number as text: paragraph = \"4\"", faults);
    let signed = fields.date_if_any("consent_signed_on", faults);
    let withdrawn = fields.date_if_any("consent_withdrawn_on", faults);
    if let (Some(signed), Some(withdrawn)) = (&signed, &withdrawn)
        && withdrawn.value < signed.value
    {
        faults.add(
            withdrawn.at,
            format!("consent was withdrawn on {}, before it was signed on {}", withdrawn.value, signed.value),
            "correct one of the two days",
        );
    }
    let legal_basis = fields.words("legal_basis", "the force's legal basis, in its own words", faults);
    let recorded_by = fields.name("recorded_by", "who recorded the legal basis", faults);
    let recorded_on = fields.date("recorded_on", faults);
    Some(Authority {
        basis: basis?,
        paragraph: paragraph.map(|paragraph| paragraph.value),
        consent_signed_on: signed.map(|signed| signed.value),
        consent_withdrawn_on: withdrawn.map(|withdrawn| withdrawn.value),
        legal_basis: legal_basis?.value,
        recorded_by: recorded_by?.value,
        recorded_on: recorded_on?.value,
    })
}

fn basis(fields: &Fields<'_, '_>, faults: &mut Faults<'_>) -> Option<AuthorityBasis> {
    const ADVICE: &str =
        "write \"paragraph\" (the order requires monitoring) or \"consent\" (signed by the person)";
    let basis = fields.name("basis", "\"paragraph\" or \"consent\"", faults)?;
    let (found, needed, needed_is, foreign) = match basis.value.as_str() {
        "paragraph" => (
            AuthorityBasis::Paragraph,
            "paragraph",
            "the number of the paragraph that requires monitoring, as text",
            &["consent_signed_on", "consent_withdrawn_on"][..],
        ),
        "consent" => (
            AuthorityBasis::Consent,
            "consent_signed_on",
            "the day on which the person signed; consent that is not signed allows nothing",
            &["paragraph"][..],
        ),
        other => {
            faults.add(basis.at, format!("\"{other}\" is not a basis for monitoring"), ADVICE);
            return None;
        }
    };
    if fields.key_at(needed).is_none() {
        faults.add(
            basis.at,
            format!("basis \"{}\" needs {needed}", basis.value),
            format!("add {needed}: {needed_is}"),
        );
    }
    for key in foreign {
        if let Some(at) = fields.key_at(key) {
            faults.add(
                at,
                format!("{key} does not go with basis \"{}\"", basis.value),
                "remove it, or change the basis",
            );
        }
    }
    Some(found)
}
