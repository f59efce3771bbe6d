//! Names as they are compared: equal or not, never alike. What only tells spellings of one name apart is taken away first.

use proviso_model::Digest;
use proviso_model::policy::PackRef;

use crate::pack::sha256;
use crate::text::{normalise_term, plain_letter};

/// Marks what is hashed, so that a fingerprint is of nothing else.
const DOMAIN: &[u8] = b"proviso/name/v1\0";

/// A name as it is compared. Capitals, accents, look-alikes of other scripts, blanks, an at sign before it and a name before an
/// address in angle brackets make no difference; of an e-mail address, nor do dots and what follows a plus sign before the at sign,
/// as most services read them.
#[must_use]
pub fn key(name: &str) -> String {
    let name = name.trim();
    let address = name.strip_suffix('>').and_then(|head| head.rsplit_once('<')).map(|(_, inner)| inner);
    let name = normalise_term(address.unwrap_or(name));
    let name = name.strip_prefix("mailto:").unwrap_or(&name);
    let name: String = name.chars().map(plain_letter).collect();
    match email(&name) {
        Some((local, domain)) => {
            let local = local.split_once('+').map_or(local, |(before, _)| before);
            let domain = if domain == "googlemail.com" { "gmail.com" } else { domain };
            format!("{}@{domain}", local.replace('.', ""))
        }
        None => name.trim_start_matches('@').to_owned(),
    }
}

/// The two parts of an e-mail address.
pub(crate) fn email(name: &str) -> Option<(&str, &str)> {
    let (local, domain) = name.split_once('@')?;
    let is_one = !local.is_empty()
        && !local.starts_with('+')
        && domain.contains('.')
        && !domain.contains('@')
        && !name.contains(' ');
    is_one.then_some((local, domain))
}

/// What stands for a key in a policy: made with the hash of the list, so that equal names in two orders do not show it.
#[must_use]
pub fn fingerprint(list: &PackRef, key: &str) -> Digest {
    sha256(&[DOMAIN, &list.sha256.0, key.as_bytes()].concat())
}

#[cfg(test)]
mod tests {
    use super::key;

    #[test]
    fn spellings_of_one_name_are_equal_and_other_names_are_not() {
        for (one, other, is_equal) in [
            ("tp014", " TP014 ", true),
            ("tp014", "@tp014", true),
            // The first letter of the second is Cyrillic.
            ("captain", "\u{441}aptain", true),
            ("h\u{200B}arbour", "harbour", true),
            ("\u{FF54}\u{FF50}014", "tp014", true),
            ("Jos\u{E9}", "jose", true),
            ("harbour  walker", "Harbour Walker", true),
            ("tp.014@mail.example", "tp014+shop@Mail.example", true),
            ("TP 014 <tp014@mail.example>", "tp014@mail.example", true),
            ("tp014@googlemail.com", "tp.014@gmail.com", true),
            ("tp014", "tp0l4", false),
            ("tp014", "tp14", false),
            ("tp.014", "tp014", false),
            ("tp014", "tp014@mail.example", false),
            ("tp014@mail.example", "tp014@post.example", false),
            ("harbour-walker", "harbour walker", false),
        ] {
            assert_eq!(key(one) == key(other), is_equal, "{one} and {other}: {} {}", key(one), key(other));
        }
    }
}
