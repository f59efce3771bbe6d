//! What of a fact may be kept: only what a condition in force asks for, within the limits, and nothing of shielded people.

use proviso_model::limits::{PAGE_TEXT_BYTES_MAX, TITLE_BYTES_MAX, TYPED_TEXT_BYTES_MAX, URL_BYTES_MAX};
use proviso_model::observation::Field;
use proviso_model::policy::Capture;
use proviso_model::{Fact, Passage};
use url::Url;

/// Takes away what `capture` does not name; `false` when nothing may be kept.
pub(super) fn keep_only(fact: &mut Fact, capture: &Capture) -> bool {
    match fact {
        Fact::Page { title, text, .. } => {
            if !capture.pages {
                // Addresses alone: the page's words are nobody's business.
                title.clear();
                text.clear();
            }
            capture.pages || capture.addresses
        }
        Fact::Typed { field, .. } => capture.typed || (capture.searches && *field == Field::Search),
        Fact::PrivateWindow { .. } => capture.private_windows,
        Fact::Software { .. } => capture.software,
    }
}

/// Cuts texts to the limits, at a character, and says so where the fact can.
pub(super) fn cut(fact: &mut Fact) {
    match fact {
        Fact::Page { url, title, text, cut } => {
            cut_text(url, URL_BYTES_MAX);
            cut_text(title, TITLE_BYTES_MAX);
            *cut |= cut_passages(text, PAGE_TEXT_BYTES_MAX);
        }
        Fact::Typed { url, text, .. } => {
            cut_text(url, URL_BYTES_MAX);
            cut_passages(text, TYPED_TEXT_BYTES_MAX);
        }
        Fact::PrivateWindow { browser } => {
            cut_text(browser, TITLE_BYTES_MAX);
        }
        Fact::Software { component, .. } => {
            cut_text(component, TITLE_BYTES_MAX);
        }
    }
}

fn cut_text(text: &mut String, bytes_max: usize) -> bool {
    let end = text.floor_char_boundary(bytes_max);
    let longer = end < text.len();
    text.truncate(end);
    longer
}

fn cut_passages(passages: &mut Vec<Passage>, bytes_max: usize) -> bool {
    let mut left = bytes_max;
    let mut longer = false;
    passages.retain_mut(|passage| {
        longer |= cut_text(&mut passage.text, left);
        left -= passage.text.len();
        !passage.text.is_empty()
    });
    longer
}

/// Whether a fact belongs to a contact on the shield list: a host (sub-domains included), or an address that is part of
/// the page's own address.
pub(super) fn is_shielded(shield: &[String], fact: &Fact) -> bool {
    let Some(address) = fact.url() else { return false };
    let url = Url::parse(address).ok();
    let host = url.as_ref().and_then(Url::host_str).map(str::to_ascii_lowercase);
    let address = address.to_ascii_lowercase();
    shield.iter().map(|entry| entry.to_ascii_lowercase()).any(|entry| {
        if entry.contains('@') || entry.contains('/') {
            return address.contains(&entry) || address.contains(&entry.replace('@', "%40"));
        }
        host.as_deref()
            .and_then(|host| host.strip_suffix(entry.as_str()))
            .is_some_and(|before| before.is_empty() || before.ends_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use proviso_model::observation::Field;
    use proviso_model::policy::Capture;
    use proviso_model::{Fact, Passage};

    use super::{cut, is_shielded, keep_only};

    fn page(url: &str, text: &str) -> Fact {
        Fact::Page {
            url: url.to_owned(),
            title: "A title".to_owned(),
            text: Passage::whole(text),
            cut: false,
        }
    }

    #[test]
    fn a_condition_on_searches_keeps_a_page_s_address_and_none_of_its_words() {
        let capture = Capture { addresses: true, searches: true, ..Capture::default() };
        let mut fact = page("https://search.example/?q=tea", "words of the page");
        assert!(keep_only(&mut fact, &capture));
        let Fact::Page { title, text, .. } = &fact else { panic!("still a page") };
        assert!(title.is_empty() && text.is_empty());
        let typed = |field| Fact::Typed {
            url: "https://search.example/".to_owned(),
            field,
            text: Passage::whole("tea"),
        };
        assert!(keep_only(&mut typed(Field::Search), &capture));
        assert!(!keep_only(&mut typed(Field::Message), &capture));
    }

    #[test]
    fn a_text_of_ten_megabytes_is_cut_at_a_character_and_says_so() {
        let mut fact = page("https://long.example/", &"é".repeat(5 * 1024 * 1024 + 1));
        cut(&mut fact);
        let Fact::Page { text, cut, .. } = &fact else { panic!("still a page") };
        assert!(*cut);
        assert_eq!(text.iter().map(|passage| passage.text.len()).sum::<usize>(), 2 * 1024 * 1024);
    }

    #[test]
    fn invariant_04_a_shielded_contact_is_known_by_host_and_by_address() {
        let shield = ["solicitor.example".to_owned(), "clinic@health.example".to_owned()];
        let cases = [
            ("https://solicitor.example/inbox", true),
            ("https://mail.solicitor.example/", true),
            ("https://notsolicitor.example/", false),
            ("https://mail.example/to?who=clinic%40health.example", true),
            ("https://health.example/", false),
        ];
        for (url, shielded) in cases {
            assert_eq!(is_shielded(&shield, &page(url, "private words")), shielded, "{url}");
        }
    }
}
