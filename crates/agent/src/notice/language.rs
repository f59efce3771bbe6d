//! The person's page in the language of their device, where `packs/pages/` has it. A translation is a help for reading: the notice shows
//! the English text, which is what is recorded, and the other language below it; what no translation has stays English.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use serde::Deserialize;

const FILES: [&str; 2] =
    [include_str!("../../../../packs/pages/pl.toml"), include_str!("../../../../packs/pages/ro.toml")];
/// What stands over a translation.
pub const DRAFT: &str = "This translation is a draft to help with reading. What counts is the English text.";
/// Longest header that is read, in bytes.
const HEADER_BYTES_MAX: usize = 1024;

/// A language of the pages.
#[derive(Debug)]
pub struct Language {
    /// BCP 47.
    pub tag: String,
    /// What its speakers call it.
    pub name: String,
    texts: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    tag: String,
    name: String,
    /// What is said, by the English text.
    text: BTreeMap<String, String>,
}

static LANGUAGES: LazyLock<Vec<Language>> = LazyLock::new(|| {
    let read = |text: &&str| {
        let file: File = toml::from_str(text).expect("a test reads every file");
        Language { tag: file.tag, name: file.name, texts: file.text }
    };
    FILES.iter().map(read).collect()
});

/// Says things in a language, or in English.
#[derive(Debug, Clone, Copy)]
pub struct Say(Option<&'static Language>);

impl Say {
    /// English.
    pub const ENGLISH: Self = Self(None);

    /// As the browser asks for it (`Accept-Language`, RFC 9110, section 12.5.4): the first language of its list that is English or
    /// has a translation.
    #[must_use]
    pub fn asked(headers: &HeaderMap) -> Self {
        let asked = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if asked.len() > HEADER_BYTES_MAX {
            return Self::ENGLISH;
        }
        for tag in asked.split(',') {
            let tag = tag.split([';', '-']).next().unwrap_or_default().trim().to_ascii_lowercase();
            if tag == "en" {
                break;
            }
            if let Some(language) = LANGUAGES.iter().find(|language| language.tag == tag) {
                return Self(Some(language));
            }
        }
        Self::ENGLISH
    }

    /// The language, where it is not English.
    #[must_use]
    pub fn language(self) -> Option<&'static Language> {
        self.0
    }

    /// The tag of the language.
    #[must_use]
    pub fn tag(self) -> &'static str {
        self.0.map_or("en", |language| language.tag.as_str())
    }

    /// A text in that language; as it is where there is no translation of it.
    #[must_use]
    pub fn of(self, english: &str) -> &str {
        match self.0 {
            Some(language) => language.texts.get(english).map_or(english, String::as_str),
            None => english,
        }
    }

    /// Whether there is a translation of a text.
    #[must_use]
    pub fn has(self, english: &str) -> bool {
        self.0.is_some_and(|language| language.texts.contains_key(english))
    }

    /// What stands over a translation, in English too.
    #[must_use]
    pub fn draft(self) -> String {
        format!("{} ({DRAFT})", self.of(DRAFT))
    }

    /// A text with places in braces, each filled with what belongs there.
    #[must_use]
    pub fn filled(self, english: &str, places: &[(&str, &str)]) -> String {
        let mut text = self.of(english).to_owned();
        for (place, with) in places {
            text = text.replace(&format!("{{{place}}}"), with);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use axum::http::HeaderMap;
    use axum::http::header::ACCEPT_LANGUAGE;
    use proviso_engine::notice::every_line;
    use proviso_model::GapCause;
    use proviso_model::statement::{StatementFault, StatementKind};

    use super::{DRAFT, LANGUAGES, Say};
    use crate::notice::page::ANSWERS;
    use crate::notice::pages::STATES;
    use crate::notice::{BY_CONSENT, BY_ORDER, LOOKS, OPENING, REST, SIGN_NOT_WATCHING, SIGN_WATCHING};

    const TEMPLATES: [&str; 5] = [
        include_str!("../../templates/sign.html"),
        include_str!("../../templates/notice.html"),
        include_str!("../../templates/pin.html"),
        include_str!("../../templates/details.html"),
        include_str!("../../templates/statement.html"),
    ];

    /// Everything that the pages say by themselves.
    fn said() -> BTreeSet<&'static str> {
        let of_templates = TEMPLATES.iter().flat_map(|page| page.split("say.of(\"").skip(1));
        let of_templates = of_templates.filter_map(|rest| rest.split("\")").next());
        let causes = GapCause::ALL.map(GapCause::in_words);
        let kinds = StatementKind::ALL.map(StatementKind::in_words);
        of_templates
            .chain(causes)
            .chain(kinds)
            .chain(every_line())
            .chain(REST)
            .chain([OPENING, BY_ORDER, BY_CONSENT, LOOKS, SIGN_WATCHING, SIGN_NOT_WATCHING, DRAFT])
            .chain(ANSWERS)
            .chain(STATES)
            .chain(StatementFault::ALL.map(StatementFault::in_words))
            .collect()
    }

    #[test]
    fn every_language_has_all_that_the_pages_say_and_nothing_else() {
        let said = said();
        for language in LANGUAGES.iter() {
            let has: BTreeSet<&str> = language.texts.keys().map(String::as_str).collect();
            let missing: Vec<_> = said.difference(&has).collect();
            assert!(missing.is_empty(), "{}: no translation of {missing:#?}", language.tag);
            let unused: Vec<_> = has.difference(&said).collect();
            assert!(unused.is_empty(), "{}: nothing says {unused:#?}", language.tag);
            for (english, other) in &language.texts {
                let places = |text: &str| text.matches('{').count();
                assert_eq!(places(english), places(other), "{}: {english}", language.tag);
                assert_ne!(english, other, "{}", language.tag);
            }
        }
    }

    #[test]
    fn the_first_language_that_the_browser_asks_for_and_the_pages_have_is_taken() {
        for (asked, expected) in [
            ("pl-PL,pl;q=0.9,en;q=0.8", "pl"),
            ("en-GB,en;q=0.9,pl;q=0.8", "en"),
            ("de-DE,ro;q=0.7,pl;q=0.5", "ro"),
            ("xx", "en"),
            ("", "en"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_LANGUAGE, asked.parse().expect("ascii"));
            assert_eq!(Say::asked(&headers).tag(), expected, "{asked}");
        }
        assert_eq!(Say::asked(&HeaderMap::new()).tag(), "en");
    }
}
