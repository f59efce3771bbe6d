//! Reading one TOML table: each reader takes a key, and says where and what is wrong when it cannot.

use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::OrderError;
use crate::limits::{ORDER_NAME_BYTES_MAX, ORDER_TEXT_BYTES_MAX};

/// Faults told at once; placing each reads the file up to it.
const FAULTS_MAX: usize = 100;

/// Faults found so far in one file.
pub(super) struct Faults<'t> {
    text: &'t str,
    found: Vec<(usize, OrderError)>,
}

impl<'t> Faults<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, found: Vec::new() }
    }

    /// Notes a fault at byte `at` of the file.
    pub(super) fn add(&mut self, at: usize, problem: impl Into<String>, advice: impl Into<String>) {
        if self.found.len() == FAULTS_MAX {
            return;
        }
        let before = self.before(at);
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let column = before.get(start..).unwrap_or_default().chars().count() + 1;
        let line = self.line(at);
        self.found.push((at, OrderError { line, column, problem: problem.into(), advice: advice.into() }));
    }

    /// The line that holds byte `at`, from 1.
    pub(super) fn line(&self, at: usize) -> usize {
        self.before(at).bytes().filter(|b| *b == b'\n').count() + 1
    }

    fn before(&self, at: usize) -> &'t str {
        let mut end = at.min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        self.text.get(..end).unwrap_or_default()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    pub(super) fn into_sorted(mut self) -> Vec<OrderError> {
        self.found.sort_by_key(|(at, _)| *at);
        self.found.into_iter().map(|(_, error)| error).collect()
    }
}

/// A value with the byte of the file where it stands.
#[derive(Clone)]
pub(super) struct Placed<T> {
    pub(super) at: usize,
    pub(super) value: T,
}

/// One table of the file.
pub(super) struct Fields<'a, 'i> {
    /// As a person knows it, for example `[person]`.
    pub(super) name: String,
    /// Where it begins.
    pub(super) at: usize,
    table: &'a DeTable<'i>,
}

impl<'a, 'i> Fields<'a, 'i> {
    pub(super) fn root(table: &'a DeTable<'i>) -> Self {
        Self { name: "the order".to_owned(), at: 0, table }
    }

    fn entry(&self, key: &str) -> Option<(usize, &'a Spanned<DeValue<'i>>)> {
        self.table.get_key_value(key).map(|(name, value)| (name.span().start, value))
    }

    /// Where a key stands, if it is there.
    pub(super) fn key_at(&self, key: &str) -> Option<usize> {
        self.entry(key).map(|(at, _)| at)
    }

    /// Faults every key that is not one of `known`.
    pub(super) fn unknown_keys(&self, known: &[&str], faults: &mut Faults<'_>) {
        for key in self.table.keys() {
            let name = key.get_ref().as_ref();
            if !known.contains(&name) {
                let shown: String = name.chars().take(60).collect();
                faults.add(
                    key.span().start,
                    format!("\"{shown}\" is not a key of {}", self.name),
                    did_you_mean(name, known)
                        .unwrap_or_else(|| format!("the keys here are {}", known.join(", "))),
                );
            }
        }
    }

    /// A required short text.
    pub(super) fn name(&self, key: &str, what: &str, faults: &mut Faults<'_>) -> Option<Placed<String>> {
        if self.entry(key).is_none() {
            self.missing(key, what, faults);
        }
        self.text_of(key, what, ORDER_NAME_BYTES_MAX, faults)
    }

    /// A short text that may be absent.
    pub(super) fn name_if_any(
        &self,
        key: &str,
        what: &str,
        faults: &mut Faults<'_>,
    ) -> Option<Placed<String>> {
        self.text_of(key, what, ORDER_NAME_BYTES_MAX, faults)
    }

    /// A required long text.
    pub(super) fn words(&self, key: &str, what: &str, faults: &mut Faults<'_>) -> Option<Placed<String>> {
        if self.entry(key).is_none() {
            self.missing(key, what, faults);
        }
        self.text_of(key, what, ORDER_TEXT_BYTES_MAX, faults)
    }

    fn missing(&self, key: &str, what: &str, faults: &mut Faults<'_>) {
        faults.add(self.at, format!("{} has no {key}", self.name), format!("add {key}: {what}"));
    }

    fn text_of(
        &self,
        key: &str,
        what: &str,
        bytes_max: usize,
        faults: &mut Faults<'_>,
    ) -> Option<Placed<String>> {
        let (_, value) = self.entry(key)?;
        let at = value.span().start;
        let Some(text) = value.get_ref().as_str() else {
            faults.add(at, format!("{key} is {}, not text", type_in_words(value.get_ref())), what.to_owned());
            return None;
        };
        let text = text.trim();
        if text.is_empty() {
            faults.add(at, format!("{key} is empty"), format!("write {what}"));
            return None;
        }
        if text.len() > bytes_max {
            faults.add(
                at,
                format!("{key} has {} bytes; at most {bytes_max} are read", text.len()),
                "shorten it",
            );
            return None;
        }
        Some(Placed { at, value: text.to_owned() })
    }

    /// A required date.
    pub(super) fn date(&self, key: &str, faults: &mut Faults<'_>) -> Option<Placed<Date>> {
        if self.entry(key).is_none() {
            self.missing(key, "a day, for example 2026-03-31", faults);
        }
        self.date_if_any(key, faults)
    }

    /// A date that may be absent: a TOML date, or text of the same form.
    pub(super) fn date_if_any(&self, key: &str, faults: &mut Faults<'_>) -> Option<Placed<Date>> {
        const ADVICE: &str = "write year-month-day, for example 2026-03-31";
        let (_, value) = self.entry(key)?;
        let at = value.span().start;
        let text = match value.get_ref() {
            DeValue::Datetime(day) if day.time.is_none() => day.to_string(),
            DeValue::Datetime(_) => {
                faults.add(at, format!("{key} has a time of day; orders run by whole days"), ADVICE);
                return None;
            }
            DeValue::String(text) => text.trim().to_owned(),
            other => {
                faults.add(at, format!("{key} is {}, not a date", type_in_words(other)), ADVICE);
                return None;
            }
        };
        // The first form alone: jiff also reads others, which a court would not write.
        let plain = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        match text.parse::<Date>() {
            Ok(value) if plain => Some(Placed { at, value }),
            _ => {
                let shown: String = text.chars().take(40).collect();
                faults.add(at, format!("{key}: \"{shown}\" is not a day of the calendar"), ADVICE);
                None
            }
        }
    }

    /// A whole number that may be absent.
    pub(super) fn number_if_any(
        &self,
        key: &str,
        range: std::ops::RangeInclusive<i64>,
        advice: &str,
        faults: &mut Faults<'_>,
    ) -> Option<i64> {
        let (_, value) = self.entry(key)?;
        let at = value.span().start;
        let DeValue::Integer(number) = value.get_ref() else {
            faults.add(
                at,
                format!("{key} is {}, not a whole number", type_in_words(value.get_ref())),
                advice,
            );
            return None;
        };
        match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(found) if range.contains(&found) => Some(found),
            _ => {
                let (least, most) = (range.start(), range.end());
                let problem = format!("{key} is {}; it is {least} to {most}", number.as_str());
                faults.add(at, problem, advice);
                None
            }
        }
    }

    /// A sub-table that may be absent.
    pub(super) fn table(
        &self,
        key: &str,
        name: &str,
        advice: &str,
        faults: &mut Faults<'_>,
    ) -> Option<Fields<'a, 'i>> {
        let (at, value) = self.entry(key)?;
        match value.get_ref() {
            DeValue::Table(table) => Some(Fields { name: name.to_owned(), at, table }),
            other => {
                faults.add(at, format!("{key} is {}, not a table", type_in_words(other)), advice);
                None
            }
        }
    }

    /// The tables of a `[[key]]` list; an absent list is an empty one.
    pub(super) fn tables(&self, key: &str, faults: &mut Faults<'_>) -> Option<Vec<Fields<'a, 'i>>> {
        let Some((at, value)) = self.entry(key) else { return Some(Vec::new()) };
        let advice = format!("write [[{key}]] with two square brackets before each");
        let DeValue::Array(list) = value.get_ref() else {
            faults.add(at, format!("{key} is one table, not a list of tables"), advice);
            return None;
        };
        let mut tables = Vec::new();
        for (index, item) in list.iter().enumerate() {
            let start = item.span().start;
            match item.get_ref() {
                DeValue::Table(table) => {
                    tables.push(Fields { name: format!("[[{key}]] number {}", index + 1), at: start, table });
                }
                other => {
                    faults.add(
                        start,
                        format!("{key} holds {}, not tables", type_in_words(other)),
                        advice.clone(),
                    );
                    return None;
                }
            }
        }
        Some(tables)
    }

    /// A list of texts that may be absent.
    pub(super) fn list(
        &self,
        key: &str,
        example: &str,
        faults: &mut Faults<'_>,
    ) -> Option<Vec<Placed<String>>> {
        let (_, value) = self.entry(key)?;
        let DeValue::Array(list) = value.get_ref() else {
            faults.add(
                value.span().start,
                format!("{key} is {}, not a list", type_in_words(value.get_ref())),
                format!("write {key} = [{example}]"),
            );
            return None;
        };
        let mut texts = Vec::new();
        for item in list.iter() {
            let at = item.span().start;
            match item.get_ref().as_str() {
                Some(text) => texts.push(Placed { at, value: text.trim().to_owned() }),
                None => faults.add(
                    at,
                    format!("{key} holds {}, not text", type_in_words(item.get_ref())),
                    format!("write each entry in quotes: {key} = [{example}]"),
                ),
            }
        }
        Some(texts)
    }
}

/// Advice naming the nearest of `known`, where one is near.
pub(super) fn did_you_mean(word: &str, known: &[&str]) -> Option<String> {
    let short: String = word.chars().take(60).collect();
    known
        .iter()
        .map(|candidate| (strsim::damerau_levenshtein(&short, candidate), *candidate))
        .filter(|(distance, candidate)| *distance <= candidate.len().max(short.len()) / 3 + 1)
        .min()
        .map(|(_, candidate)| format!("did you mean \"{candidate}\"?"))
}

fn type_in_words(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
