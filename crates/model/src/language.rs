//! Language tags of packs and orders, as far as words of packs need BCP 47: language, script and region.

/// Whether a text is a language tag in the form that packs use: a language of two or three letters, then a script of four
/// letters (`pa-Guru`), then a region (`pt-BR`, `es-419`), each but the first optional.
#[must_use]
pub fn is_language_tag(tag: &str) -> bool {
    let letters =
        |part: &str, count: usize| part.len() == count && part.bytes().all(|b| b.is_ascii_alphabetic());
    let is_region =
        |part: &str| letters(part, 2) || (part.len() == 3 && part.bytes().all(|b| b.is_ascii_digit()));
    let mut parts = tag.split('-');
    let is_language = parts.next().is_some_and(|part| letters(part, 2) || letters(part, 3));
    let rest: Vec<&str> = parts.collect();
    is_language
        && match rest.as_slice() {
            [] => true,
            [one] => letters(one, 4) || is_region(one),
            [script, region] => letters(script, 4) && is_region(region),
            _ => false,
        }
}

/// Whether someone who asks for `wanted` gets words tagged `tag` (basic filtering of RFC 4647): `pa` covers `pa-Guru` and
/// `pa-Arab`, `pa-Guru` covers itself alone.
#[must_use]
pub fn covers(wanted: &str, tag: &str) -> bool {
    let rest = tag.get(wanted.len()..);
    tag.get(..wanted.len()).is_some_and(|head| head.eq_ignore_ascii_case(wanted))
        && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

#[cfg(test)]
mod tests {
    use super::{covers, is_language_tag};

    #[test]
    fn tags_are_told_from_words_and_a_language_covers_its_scripts() {
        for tag in ["pl", "pa-Guru", "pa-Arab", "pt-BR", "es-419", "ur-Latn", "pa-Arab-PK"] {
            assert!(is_language_tag(tag), "{tag}");
        }
        for word in ["", "p", "polish", "pa_Guru", "pa-", "pa-Gurmukhi", "pa-PK-Arab", "en-GB-oed-x", "pł"] {
            assert!(!is_language_tag(word), "{word}");
        }
        assert!(covers("pa", "pa-Guru") && covers("PA", "pa-Arab") && covers("pl", "pl"));
        assert!(!covers("pa", "pan") && !covers("pa-Guru", "pa") && !covers("pa-Guru", "pa-Arab"));
    }
}
