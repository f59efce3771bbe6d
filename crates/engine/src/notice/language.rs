//! The supervised person's pages in another language, where `packs/pages/` has it: those on the device and those by a link. A translation
//! is a help for reading. What no translation has stays English.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use jiff::civil::Date;
use proviso_model::Timestamp;
use proviso_model::looked::Looks;
use serde::Deserialize;

const FILES: [&str; 2] =
    [include_str!("../../../../packs/pages/pl.toml"), include_str!("../../../../packs/pages/ro.toml")];
/// What stands over a translation.
pub const DRAFT: &str = "This translation is a draft to help with reading. What counts is the English text.";
/// Longest list of languages that is read, in bytes.
const ASKED_BYTES_MAX: usize = 1024;

/// A language of the pages.
#[derive(Debug)]
pub struct Language {
    /// BCP 47.
    pub tag: String,
    /// What its speakers call it.
    pub name: String,
    /// How a day is written, for `strftime`.
    date: String,
    /// How a day of this year is written.
    short: String,
    texts: BTreeMap<String, String>,
    of_links: BTreeSet<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    tag: String,
    name: String,
    date: String,
    short: String,
    /// What the pages on a device say, by the English text; those by a link say some of it too.
    text: BTreeMap<String, String>,
    /// What only pages by a link say.
    link: BTreeMap<String, String>,
}

static LANGUAGES: LazyLock<Vec<Language>> = LazyLock::new(|| {
    let read = |text: &&str| {
        let File { tag, name, date, short, text, link } =
            toml::from_str(text).expect("a test reads every file");
        let of_links = link.keys().cloned().collect();
        Language { tag, name, date, short, texts: text.into_iter().chain(link).collect(), of_links }
    };
    FILES.iter().map(read).collect()
});

impl Language {
    /// Every language that there is beside English.
    #[must_use]
    pub fn every() -> &'static [Self] {
        &LANGUAGES
    }

    /// The English texts that it has: those that only pages by a link say, or those of a device.
    #[must_use]
    pub fn texts(&self, of_links: bool) -> BTreeSet<&str> {
        let has = self.texts.keys().filter(|english| self.of_links.contains(*english) == of_links);
        has.map(String::as_str).collect()
    }

    /// What it says for every English text.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts.iter().map(|(english, other)| (english.as_str(), other.as_str()))
    }
}

/// Says things in a language, or in English.
#[derive(Debug, Clone, Copy)]
pub struct Say(Option<&'static Language>);

impl Say {
    /// English.
    pub const ENGLISH: Self = Self(None);

    /// English and every language that has a translation.
    pub fn every() -> impl Iterator<Item = Self> {
        std::iter::once(Self::ENGLISH).chain(LANGUAGES.iter().map(|language| Self(Some(language))))
    }

    /// The language of that tag.
    #[must_use]
    pub fn of_tag(tag: &str) -> Option<Self> {
        Self::every().find(|say| say.tag() == tag)
    }

    /// As a browser asks for it (`Accept-Language`, RFC 9110, section 12.5.4): the first language of its list that is English or
    /// has a translation.
    #[must_use]
    pub fn asked(accept_language: &str) -> Self {
        if accept_language.len() > ASKED_BYTES_MAX {
            return Self::ENGLISH;
        }
        let of = |asked: &str| {
            let tag = asked.split([';', '-']).next().unwrap_or_default().trim().to_ascii_lowercase();
            Self::of_tag(&tag)
        };
        accept_language.split(',').find_map(of).unwrap_or(Self::ENGLISH)
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

    /// What its speakers call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.map_or("English", |language| language.name.as_str())
    }

    /// A text in that language; as it is where there is no translation of it. A curly apostrophe is a straight one.
    #[must_use]
    pub fn of(self, english: &str) -> &str {
        let Some(language) = self.0 else { return english };
        let found = language.texts.get(english);
        found.or_else(|| language.texts.get(&straight(english))).map_or(english, String::as_str)
    }

    /// Whether there is a translation of a text.
    #[must_use]
    pub fn has(self, english: &str) -> bool {
        self.0.is_some_and(|language| language.texts.contains_key(&straight(english)))
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

    /// A day: `1 March 2025`, or in figures.
    #[must_use]
    pub fn date(self, date: Date) -> String {
        date.strftime(self.0.map_or("%-d %B %Y", |language| language.date.as_str())).to_string()
    }

    /// A day of this year: `Tue 24 Nov`, or in figures.
    #[must_use]
    pub fn short_date(self, date: Date) -> String {
        date.strftime(self.0.map_or("%a %-d %b", |language| language.short.as_str())).to_string()
    }

    /// An instant in a time zone: `24 Nov 2026, 21:04 GMT`, or the day in figures.
    #[must_use]
    pub fn instant(self, at: Timestamp, zone: &jiff::tz::TimeZone) -> String {
        let at = jiff::Timestamp::from_microsecond(at.as_micros()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let at = at.to_zoned_datetime(zone.clone());
        let day = at.strftime(self.0.map_or("%-d %b %Y", |language| language.date.as_str())).to_string();
        format!("{day}, {}", at.strftime("%H:%M %Z"))
    }

    /// A span of minutes: `40 min`, `5 h 12 min`, `3 days 4 h`.
    #[must_use]
    pub fn span(self, minutes: u64) -> String {
        let (days, hours, rest) = (minutes / 1_440, minutes % 1_440 / 60, minutes % 60);
        let english = match (days, hours, rest) {
            (0, 0, 0) => SPANS[0],
            (0, 0, _) => SPANS[1],
            (0, _, 0) => SPANS[2],
            (0, _, _) => SPANS[3],
            (1, 0, _) => SPANS[4],
            (1, _, _) => SPANS[5],
            (_, 0, _) => SPANS[6],
            _ => SPANS[7],
        };
        let [days, hours, rest] = [days, hours, rest].map(|count| count.to_string());
        self.filled(english, &[("d", &days), ("h", &hours), ("min", &rest)])
    }

    /// How often officers looked: a sentence in English, else figures with what they count.
    #[must_use]
    pub fn looks(self, looks: &Looks) -> String {
        if self.0.is_none() {
            return looks.in_words();
        }
        let counts = [looks.pages, looks.content, looks.previews, looks.pictures, looks.bundles];
        let said: Vec<String> = counts
            .iter()
            .zip(LOOKS)
            .filter(|(count, _)| **count > 0)
            .map(|(count, english)| self.filled(english, &[("n", &count.to_string())]))
            .collect();
        if said.is_empty() {
            return self.of(NOBODY).to_owned();
        }
        let officers = self.filled(OFFICERS, &[("n", &looks.officers.to_string())]);
        format!("{officers}; {}", said.join("; "))
    }
}

/// Spans, from the shortest.
const SPANS: [&str; 8] = [
    "less than a minute",
    "{min} min",
    "{h} h",
    "{h} h {min} min",
    "1 day",
    "1 day {h} h",
    "{d} days",
    "{d} days {h} h",
];
/// What is counted of looks, in another language than English.
const LOOKS: [&str; 5] = [
    "pages: {n}",
    "openings of what was captured: {n}",
    "blurred previews of pictures: {n}",
    "pictures unveiled: {n}",
    "evidence bundles: {n}",
];
const NOBODY: &str = "nobody looked";
const OFFICERS: &str = "officers: {n}";

/// All that [`Say::span`] says, for whoever translates it.
#[must_use]
pub fn every_span() -> Vec<&'static str> {
    SPANS.into()
}

/// All that [`Say::looks`] says, for whoever translates it.
#[must_use]
pub fn every_look() -> Vec<&'static str> {
    LOOKS.into_iter().chain([NOBODY, OFFICERS]).collect()
}

/// A text with straight apostrophes, as translations are found by.
#[must_use]
pub fn straight(text: &str) -> String {
    text.replace('’', "'")
}

#[cfg(test)]
mod tests {
    use super::{Language, Say};

    #[test]
    fn every_translation_has_the_places_of_its_text_and_says_something_else() {
        for language in Language::every() {
            for (english, other) in language.pairs() {
                let places = |text: &str| text.matches('{').count();
                assert_eq!(places(english), places(other), "{}: {english}", language.tag);
                // Figures with their units may be written alike.
                assert!(english != other || english.starts_with('{'), "{}: {english}", language.tag);
                assert!(
                    !english.contains('’'),
                    "{}: a straight apostrophe finds it: {english}",
                    language.tag
                );
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
            assert_eq!(Say::asked(asked).tag(), expected, "{asked}");
        }
    }

    #[test]
    fn a_span_and_a_day_are_said_as_their_readers_write_them() {
        let [english, polish] = ["en", "pl"].map(|tag| Say::of_tag(tag).expect("a language"));
        assert_eq!(
            (english.span(3 * 1_440 + 240), english.span(312)),
            ("3 days 4 h".to_owned(), "5 h 12 min".to_owned())
        );
        assert_eq!(polish.span(3 * 1_440 + 240), "3 dni 4 h");
        let day = "2026-11-24".parse().expect("a day");
        assert_eq!(
            (english.date(day), polish.date(day)),
            ("24 November 2026".to_owned(), "24.11.2026".to_owned())
        );
    }
}
