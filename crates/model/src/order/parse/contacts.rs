//! `[[condition.contact]]`: people with whom contact is prohibited, by what identifies them and nobody else.

use super::super::Contact;
use super::fields::{Faults, Fields, Placed};
use super::{hosts, parameters};
use crate::limits::{CONTACT_IDENTIFIERS_MAX, CONTACTS_MAX, TERM_BYTES_MAX};

/// Digits of a telephone number, without signs.
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

pub(super) fn read(fields: &Fields<'_, '_>, faults: &mut Faults<'_>) -> Vec<Contact> {
    let Some(entries) = fields.tables(parameters::CONTACT, faults) else { return Vec::new() };
    if let Some(extra) = entries.get(CONTACTS_MAX) {
        let advice = "give the others in a condition of their own";
        faults.add(extra.at, format!("more than {CONTACTS_MAX} contacts in one condition"), advice);
        return Vec::new();
    }
    entries.iter().map(|entry| one(entry, faults)).collect()
}

fn one(entry: &Fields<'_, '_>, faults: &mut Faults<'_>) -> Contact {
    entry.unknown_keys(&["name", "accounts", "emails", "phones"], faults);
    let name = entry.name_if_any("name", "the name that their accounts show", faults);
    let accounts = kept(entry, "accounts", "forum.example/lantern-7", account_fault, faults);
    let emails = kept(entry, "emails", "lantern-7@post.example", email_fault, faults);
    let phones = kept(entry, "phones", "+44 7700 900123", phone_fault, faults);
    let has_any = ["accounts", "emails", "phones"].into_iter().any(|key| entry.key_at(key).is_some());
    if !has_any {
        faults.add(
            entry.at,
            "this contact has no account, no e-mail address and no telephone number: a name alone is many people's, so nothing could be found",
            "add accounts = [\"forum.example/lantern-7\"], emails or phones",
        );
    }
    if let Some(name) = name.as_ref().filter(|_| has_any && entry.key_at("accounts").is_none()) {
        faults.add(
            name.at,
            "a contact's name counts only on the sites of their accounts, and none is given",
            "add accounts = [\"forum.example/lantern-7\"], or remove name",
        );
    }
    Contact { name: name.map(|name| name.value), accounts, emails, phones }
}

/// What is wrong with an entry, and what to write instead.
type Fault = (String, &'static str);

fn kept(
    entry: &Fields<'_, '_>,
    key: &str,
    example: &str,
    fault: impl Fn(&str) -> Option<Fault>,
    faults: &mut Faults<'_>,
) -> Vec<String> {
    let list = entry.list(key, &format!("\"{example}\""), faults).unwrap_or_default();
    if let Some(extra) = list.get(CONTACT_IDENTIFIERS_MAX) {
        let problem = format!("{key} has more than {CONTACT_IDENTIFIERS_MAX} entries");
        faults.add(extra.at, problem, "keep those that are in use");
        return Vec::new();
    }
    let mut kept = Vec::new();
    for Placed { at, value } in list {
        match fault(&value) {
            Some((problem, advice)) => faults.add(at, problem, advice),
            None => kept.push(value),
        }
    }
    kept
}

fn account_fault(text: &str) -> Option<Fault> {
    const ADVICE: &str = "write the site and the name there: \"forum.example/lantern-7\"";
    let shown: String = text.chars().take(80).collect();
    let Some((site, name)) = text.split_once('/') else {
        return Some((format!("\"{shown}\" names no site: the same name elsewhere is another's"), ADVICE));
    };
    let is_name = !name.is_empty()
        && name.len() <= TERM_BYTES_MAX
        && name.chars().any(char::is_alphanumeric)
        && !name.contains(|c: char| c == '/' || c.is_whitespace() || c.is_control());
    let is_site = hosts::fault(&site.to_lowercase()).is_none();
    (!is_name || !is_site).then(|| (format!("\"{shown}\" is no account on a site"), ADVICE))
}

fn email_fault(text: &str) -> Option<Fault> {
    let shown: String = text.chars().take(80).collect();
    let is_email = text.len() <= TERM_BYTES_MAX
        && !text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '<' || c == '>')
        && text.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && hosts::fault(&domain.to_lowercase()).is_none()
        });
    (!is_email).then(|| {
        (format!("\"{shown}\" is no e-mail address"), "write it alone, as in \"lantern-7@post.example\"")
    })
}

fn phone_fault(text: &str) -> Option<Fault> {
    let shown: String = text.chars().take(40).collect();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let is_phone = PHONE_DIGITS.contains(&digits)
        && (text.starts_with('+') || text.starts_with('0'))
        && text.chars().all(|c| c.is_ascii_digit() || "+ ()-.".contains(c));
    (!is_phone).then(|| {
        (
            format!("\"{shown}\" is no telephone number"),
            "write it with the country's code: \"+44 7700 900123\"",
        )
    })
}
