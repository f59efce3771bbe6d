//! People whom an order names, by what identifies them: an account is one on a site, an address or a number is one anywhere, and a name is
//! one only where an account of theirs is.

use std::collections::BTreeSet;

use proviso_model::Digest;
use proviso_model::order::Contact;
use proviso_model::policy::{ContactFingerprints, PackRef};
use url::Url;

use super::names::{email, fingerprint, key};
use crate::sites::{HostError, host_of_address, host_of_rule, with_parents};

/// Digits of a telephone number.
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 7..=15;
/// Names of values in an address that say whose page it is.
const WHOSE: [&str; 9] = ["user", "username", "u", "member", "profile", "author", "account", "handle", "uid"];

/// How a listed person was recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// The name that their account shows, on its site.
    Name,
    /// An account on its site.
    Account,
    /// A telephone number.
    Phone,
    /// An e-mail address.
    Email,
}

/// A telephone number as it is compared: its digits with the country's code; one without is read as British.
fn phone_key(text: &str) -> Option<String> {
    let text = text.trim().strip_prefix("tel:").unwrap_or(text.trim());
    if text.chars().any(|c| !(c.is_ascii_digit() || "+ ()-.\u{A0}".contains(c))) {
        return None;
    }
    let text = text.replace("(0)", "");
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let digits = match digits.strip_prefix("00") {
        Some(abroad) => abroad.to_owned(),
        None => digits.strip_prefix('0').map_or(digits.clone(), |national| format!("44{national}")),
    };
    PHONE_DIGITS.contains(&digits.len()).then_some(digits)
}

/// What is compared of a text that is a person's name, account, address or number as a whole; `host` is the page's.
fn keys(text: &str, host: &str) -> Vec<(By, String)> {
    let name = key(text);
    let mut keys = Vec::new();
    if email(&name).is_some() {
        keys.push((By::Email, format!("mail:{name}")));
    }
    if let Some(digits) = phone_key(text) {
        keys.push((By::Phone, format!("phone:{digits}")));
    }
    if !name.is_empty() {
        for site in with_parents(host) {
            keys.push((By::Account, format!("account:{site}/{name}")));
            keys.push((By::Name, format!("name:{site}/{name}")));
        }
    }
    keys
}

/// Fingerprints of one person.
///
/// # Errors
/// [`HostError`] for an account whose site is none.
pub fn compile(list: &PackRef, contact: &Contact) -> Result<ContactFingerprints, HostError> {
    let (mut identifiers, mut names) = (BTreeSet::new(), BTreeSet::new());
    for account in &contact.accounts {
        let (site, name) = account.split_once('/').unwrap_or((account, ""));
        let site = host_of_rule(site)?;
        identifiers.insert(fingerprint(list, &format!("account:{site}/{}", key(name))));
        if let Some(shown) = &contact.name {
            names.insert(fingerprint(list, &format!("name:{site}/{}", key(shown))));
        }
    }
    identifiers.extend(contact.emails.iter().map(|text| fingerprint(list, &format!("mail:{}", key(text)))));
    let phones = contact.phones.iter().filter_map(|text| phone_key(text));
    identifiers.extend(phones.map(|digits| fingerprint(list, &format!("phone:{digits}"))));
    Ok(ContactFingerprints {
        identifiers: identifiers.into_iter().collect(),
        names: names.into_iter().collect(),
    })
}

/// Which of the people a text is, as a whole, on a page of this address; the surest way where there are several.
#[must_use]
pub fn who(
    list: &PackRef,
    contacts: &[ContactFingerprints],
    text: &str,
    address: &str,
) -> Option<(usize, By)> {
    let host = host_of_address(address).map(|site| site.host).unwrap_or_default();
    let is_of = |contact: &ContactFingerprints, by: By, print: &Digest| match by {
        By::Name => contact.names.binary_search(print).is_ok(),
        _ => contact.identifiers.binary_search(print).is_ok(),
    };
    let found = keys(text, &host).into_iter().filter_map(|(by, key)| {
        let print = fingerprint(list, &key);
        contacts.iter().position(|contact| is_of(contact, by, &print)).map(|at| (at, by))
    });
    found.max_by_key(|(_, by)| *by)
}

/// Whose page an address may be of: the segments of its path, and values that say whose it is.
#[must_use]
pub fn named_in(address: &str) -> Vec<String> {
    let Ok(url) = Url::parse(address) else { return Vec::new() };
    let decoded = |text: &str| {
        let form = format!("of={}", text.replace('&', "%26").replace('+', "%2B"));
        url::form_urlencoded::parse(form.as_bytes()).next().map(|(_, value)| value.into_owned())
    };
    let segments = url.path_segments().into_iter().flatten().filter_map(decoded);
    let values = url.query_pairs().filter(|(name, _)| WHOSE.contains(&name.to_lowercase().as_str()));
    segments.chain(values.map(|(_, value)| value.into_owned())).filter(|text| !text.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use proviso_model::Digest;
    use proviso_model::order::Contact;
    use proviso_model::policy::PackRef;

    use super::{By, compile, named_in, phone_key, who};

    #[test]
    fn a_person_is_recognised_by_what_is_equal_and_by_a_name_only_where_their_account_is() {
        let list = PackRef { name: "order".to_owned(), version: "1".to_owned(), sha256: Digest([5; 32]) };
        let contact = Contact {
            name: Some("Grey Heron".to_owned()),
            accounts: vec!["Forum.example/@Lantern-7".to_owned()],
            emails: vec!["grey.heron@post.example".to_owned()],
            phones: vec!["+44 7700 900123".to_owned()],
        };
        let contacts = [compile(&list, &contact).expect("a contact")];
        let (forum, other) = ("https://www.forum.example/chat/4", "https://chat.example/");
        for (text, address, expected) in [
            ("lantern-7", forum, Some(By::Account)),
            ("@LANTERN-7", forum, Some(By::Account)),
            ("lantern-7", other, None),
            ("lantern-71", forum, None),
            ("Grey  heron", forum, Some(By::Name)),
            ("Grey Heron", other, None),
            ("greyheron+x@post.example", other, Some(By::Email)),
            ("Grey Heron <grey.heron@Post.example>", other, Some(By::Email)),
            ("07700 900 123", other, Some(By::Phone)),
            ("0044 (0)7700 900123", other, Some(By::Phone)),
            ("tel:+447700900123", other, Some(By::Phone)),
            ("+44 7700 900124", other, None),
            ("", forum, None),
        ] {
            let found = who(&list, &contacts, text, address).map(|(_, by)| by);
            assert_eq!(found, expected, "{text} on {address}");
        }
        assert_eq!(phone_key("on 29.11.2026 at noon"), None);
    }

    #[test]
    fn an_address_says_whose_page_it_is_by_whole_parts() {
        let address = "https://forum.example/users/lantern%2D7/posts?user=grey+heron&q=tide&page=2";
        assert_eq!(named_in(address), ["users", "lantern-7", "posts", "grey heron"]);
        assert!(
            named_in("about:blank").iter().all(|text| text == "blank") && named_in("no address").is_empty()
        );
    }
}
