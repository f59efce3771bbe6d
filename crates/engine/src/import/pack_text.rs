//! A list written as the text of a pack: the bytes that a force signs.

use std::collections::BTreeMap;

use toml::Value;

use super::Entry;

/// Sum of weights at which a rule speaks of the list alone.
const THRESHOLD_PERMILLE: u16 = 1000;

/// What entries share: language, weight, and what is said of where they count.
type Group<'e> = (Option<&'e str>, u16, bool, Option<u16>, &'e [String], &'e [String]);

/// The pack file of a list: one category, entries with the same properties in one group, in the order of the list. The same
/// list gives the same bytes.
#[must_use]
pub fn pack_text(name: &str, version: &str, about: &str, category: &str, entries: &[Entry]) -> String {
    let mut groups: BTreeMap<Group<'_>, Vec<&str>> = BTreeMap::new();
    for entry in entries {
        let group = (
            entry.language.as_deref(),
            entry.weight_permille,
            entry.inside_words,
            entry.within_words,
            entry.needs.as_slice(),
            entry.unless.as_slice(),
        );
        groups.entry(group).or_default().push(&entry.term);
    }
    let mut text = format!(
        "name = {}\nversion = {}\nabout = {}\n\n[[category]]\nname = {}\nabout = \"Imported.\"\n\
         threshold_permille = {THRESHOLD_PERMILLE}\n",
        quoted(name),
        quoted(version),
        quoted(about),
        quoted(category)
    );
    for ((language, weight, inside_words, within_words, needs, unless), terms) in groups {
        text.push_str("\n[[category.group]]\n");
        if let Some(language) = language {
            text.push_str(&format!("language = {}\n", quoted(language)));
        }
        text.push_str(&format!("weight_permille = {weight}\n"));
        if inside_words {
            text.push_str("inside_words = true\n");
        }
        if let Some(within_words) = within_words {
            text.push_str(&format!("within_words = {within_words}\n"));
        }
        for (key, words) in [("needs", needs), ("unless", unless)] {
            if !words.is_empty() {
                let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
                text.push_str(&format!("{key} = [{}]\n", words.join(", ")));
            }
        }
        text.push_str("terms = [\n");
        for term in terms {
            text.push_str(&format!("  {},\n", quoted(term)));
        }
        text.push_str("]\n");
    }
    text
}

fn quoted(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}
