//! Which kind of condition a court's words suggest, and because of which of them: terms in a table, nothing learned. It is a
//! help for whoever enters an order; an officer decides, and what no kind serves is said to be watched by nothing.

use proviso_model::ConditionKind;
use serde::Deserialize;

use crate::by_kind;

const TERMS: &str = include_str!("terms.toml");
/// Most kinds that are suggested for one paragraph.
pub const SUGGESTIONS_MAX: usize = 3;

/// A kind that words suggest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The kind.
    pub kind: ConditionKind,
    /// The words of the paragraph for which, as they stand there.
    pub because: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Terms {
    kind: ConditionKind,
    /// Each one way: of every group in it one term.
    terms: Vec<Vec<Vec<String>>>,
}

/// The kinds that a paragraph's words suggest, those whose words stand in it most often first. None where it has none of the words.
///
/// # Errors
/// When the table that comes with the engine cannot be read; a test reads it, so never in a build that passed.
pub fn suggest(text: &str) -> Result<Vec<Suggestion>, toml::de::Error> {
    let words = Words::of(text);
    let mut found: Vec<(usize, Suggestion)> = Vec::new();
    for entry in by_kind::read::<Terms>(TERMS)? {
        let ways = entry.terms.iter().filter_map(|way| words.in_all(way));
        // The way with the longest words says most.
        let best = ways.max_by_key(|because| weight(because));
        if let Some(because) = best {
            found.push((weight(&because), Suggestion { kind: entry.kind, because }));
        }
    }
    // Stable: of equal weight the table's order counts, which goes from the particular to the general.
    found.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    Ok(found.into_iter().map(|(_, suggestion)| suggestion).take(SUGGESTIONS_MAX).collect())
}

fn weight(because: &[String]) -> usize {
    because.iter().map(|word| word.chars().count()).sum()
}

/// A paragraph for looking things up in.
struct Words {
    /// As written, each run of white space one space.
    shown: Vec<char>,
    /// The same in small letters, letter by letter.
    small: Vec<char>,
}

impl Words {
    fn of(text: &str) -> Self {
        let shown: Vec<char> = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().collect();
        let small = shown.iter().map(|letter| letter.to_lowercase().next().unwrap_or(*letter)).collect();
        Self { shown, small }
    }

    /// One term of every group, as the words that begin with it stand in the paragraph.
    fn in_all(&self, groups: &[Vec<String>]) -> Option<Vec<String>> {
        groups.iter().map(|terms| terms.iter().find_map(|term| self.word(term))).collect()
    }

    /// The words that begin with the term.
    fn word(&self, term: &str) -> Option<String> {
        let term: Vec<char> = term.chars().collect();
        let is_letter = |at: usize| self.small.get(at).is_some_and(|letter| letter.is_alphanumeric());
        let at = self.small.windows(term.len()).enumerate().find_map(|(at, window)| {
            let begins = at == 0 || !is_letter(at.saturating_sub(1));
            (begins && window == term.as_slice()).then_some(at)
        })?;
        let mut end = at.saturating_add(term.len());
        while is_letter(end) {
            end = end.saturating_add(1);
        }
        let found: String = self.shown.get(at..end)?.iter().collect();
        Some(found.trim_end_matches(|letter: char| !letter.is_alphanumeric()).to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::suggest;
    use crate::by_kind;
    use proviso_model::{ConditionKind, Order};

    const ALL_KINDS: &str = include_str!("../../../../testdata/orders/good/shpo-all-kinds.toml");

    #[test]
    fn every_kind_but_the_one_for_nothing_has_terms_and_the_invented_order_is_suggested_as_it_was_entered() {
        let table: Vec<_> = by_kind::read::<super::Terms>(super::TERMS).expect("the table");
        for kind in ConditionKind::ALL {
            let times = table.iter().filter(|entry| entry.kind == *kind).count();
            assert_eq!(times, usize::from(*kind != ConditionKind::NotWatched), "{}", kind.as_str());
        }
        let order = Order::from_toml(ALL_KINDS).expect("an order");
        for condition in &order.conditions {
            let first = suggest(&condition.text).expect("read").first().map(|one| one.kind);
            let entered = (condition.kind != ConditionKind::NotWatched).then_some(condition.kind);
            assert_eq!(first, entered, "{}", condition.text);
        }
    }

    #[test]
    fn a_suggestion_quotes_the_court_s_own_words_and_says_nothing_where_there_are_none() {
        let said = |text: &str| {
            let found = suggest(text).expect("read");
            found.iter().map(|one| format!("{}: {}", one.kind.as_str(), one.because.join(", "))).collect()
        };
        let cases: [(&str, &[&str]); 6] = [
            (
                "Not to use the words listed in the schedule, by any means of electronic communication.",
                &["specified-words: words, schedule"],
            ),
            ("Not to DELETE  the Internet\nHistory.", &["no-history-deletion: History, DELETE"]),
            ("Not to use any Virtual Private Network.", &["no-hidden-connections: Virtual Private Network"]),
            ("Not to enter the public baths.", &[]),
            ("The director of the theatre is to be asked.", &[]),
            ("", &[]),
        ];
        for (text, expected) in cases {
            let found: Vec<String> = said(text);
            assert_eq!(found, expected, "{text}");
        }
    }
}
