//! Reading an order file: TOML in, an [`Order`] or every fault with its place out.

mod condition;
mod contacts;
mod fields;
mod header;
mod hosts;
mod parameters;

use toml::de::DeTable;

use self::condition::Window;
use self::fields::{Faults, Fields};
use super::Order;
use crate::limits::{CONDITIONS_MAX, ORDER_BYTES_MAX, TERMS_MAX};

/// What is wrong with an order file, where, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {problem}; {advice}")]
pub struct OrderError {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub problem: String,
    /// What to write instead.
    pub advice: String,
}

impl OrderError {
    /// The fault as a person reads it in a terminal: the place in `file`, the line of `source` with a caret under the
    /// column, and the advice. `source` is the text that was given to [`Order::from_toml`].
    #[must_use]
    pub fn render(&self, source: &str, file: &str) -> String {
        let Self { line, column, problem, advice } = self;
        let mut page = format!("{file}:{line}:{column}: {problem}\n");
        if let Some(text) = without_mark(source).lines().nth(line.saturating_sub(1)) {
            let number = line.to_string();
            let margin = " ".repeat(number.len());
            // A tab stays a tab so that the caret stands under the same character.
            let before: String = text
                .chars()
                .take(column.saturating_sub(1))
                .map(|c| if c == '\t' { '\t' } else { ' ' })
                .collect();
            page.push_str(&format!("{margin} |\n{number} | {text}\n{margin} | {before}^\n"));
        }
        for (index, row) in advice.lines().enumerate() {
            page.push_str(if index == 0 { "  = " } else { "    " });
            page.push_str(row);
            page.push('\n');
        }
        page
    }
}

/// A byte-order mark is no character of the file to whoever counts columns.
fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{FEFF}').unwrap_or(text)
}

const ORDER_KEYS: &[&str] = &[
    "reference",
    "kind",
    "made_on",
    "expires_on",
    "timezone",
    "languages",
    "person",
    "authority",
    "treatment",
    "condition",
];

impl Order {
    /// Reads an order file (TOML, at most [`crate::limits::ORDER_BYTES_MAX`] bytes).
    ///
    /// # Errors
    /// Every fault that was found, each with line and column, in the order of the file.
    pub fn from_toml(text: &str) -> Result<Self, Vec<OrderError>> {
        let text = without_mark(text);
        let mut faults = Faults::new(text);
        if text.len() > ORDER_BYTES_MAX {
            faults.add(
                0,
                format!("the file has {} bytes; an order file has at most {ORDER_BYTES_MAX}", text.len()),
                "give the order alone, without attachments",
            );
            return Err(faults.into_sorted());
        }
        let (root, syntax) = DeTable::parse_recoverable(text);
        for error in syntax {
            let at = error.span().map_or(0, |span| span.start);
            let message = error.message().lines().collect::<Vec<_>>().join(", ");
            faults.add(at, format!("this is not TOML: {message}"), "write each entry as key = \"value\"");
        }
        if !faults.is_empty() {
            return Err(faults.into_sorted());
        }
        let order = read_order(&Fields::root(root.get_ref()), &mut faults);
        match order {
            Some(order) if faults.is_empty() => Ok(order),
            _ => Err(faults.into_sorted()),
        }
    }
}

fn read_order(root: &Fields<'_, '_>, faults: &mut Faults<'_>) -> Option<Order> {
    root.unknown_keys(ORDER_KEYS, faults);
    let reference = root.name("reference", "the court's reference, for example \"T2026-0014\"", faults);
    let kind = header::order_kind(root, faults);
    let made_on = root.date("made_on", faults);
    let expires_on = root.date("expires_on", faults);
    if let (Some(made), Some(expires)) = (&made_on, &expires_on)
        && expires.value < made.value
    {
        faults.add(
            expires.at,
            format!("the order expires on {}, before it was made on {}", expires.value, made.value),
            "write the last day on which the order runs, not before made_on",
        );
    }
    let timezone = header::timezone(root, faults);
    let languages = header::languages(root, faults);
    let person = header::person(root, faults);
    let authority = header::authority(root, faults);
    let treatment = condition::treatment(root, faults);
    let window = Window {
        first: made_on.as_ref().map(|date| date.value),
        last: expires_on.as_ref().map(|date| date.value),
    };
    let conditions = read_conditions(root, &window, faults);
    Some(Order {
        reference: reference?.value,
        kind: kind?,
        made_on: made_on?.value,
        expires_on: expires_on?.value,
        timezone: timezone?,
        person: person?,
        authority: authority?,
        languages,
        treatment,
        conditions: conditions?,
    })
}

fn read_conditions(
    root: &Fields<'_, '_>,
    window: &Window,
    faults: &mut Faults<'_>,
) -> Option<Vec<super::Condition>> {
    let entries = root.tables("condition", faults)?;
    if let Some(extra) = entries.get(CONDITIONS_MAX) {
        faults.add(
            extra.at,
            format!("this is condition {}; an order has at most {CONDITIONS_MAX}", CONDITIONS_MAX + 1),
            "join conditions of the same kind that run for the same time",
        );
        return None;
    }
    let mut seen: Vec<fields::Placed<String>> = Vec::new();
    let mut conditions = Vec::new();
    let mut terms = 0;
    for entry in &entries {
        let paragraph =
            entry.name("paragraph", "the number in the order, as text: paragraph = \"4\"", faults);
        if let Some(paragraph) = &paragraph {
            if let Some(first) = seen.iter().find(|earlier| earlier.value == paragraph.value) {
                let line = faults.line(first.at);
                faults.add(
                    paragraph.at,
                    format!("paragraph \"{}\" is already on line {line}", paragraph.value),
                    "give each condition its own number; write \"4(a)\" and \"4(b)\" for two parts of one paragraph",
                );
            }
            seen.push(paragraph.clone());
        }
        if let Some(condition) = condition::read(entry, paragraph, window, faults) {
            terms += condition.words.len() + condition.offence_words.len() + condition.sites.len();
            conditions.push(condition);
        }
    }
    if terms > TERMS_MAX {
        faults.add(
            root.at,
            format!("the order names {terms} words and sites; at most {TERMS_MAX} are read"),
            "shorten the lists",
        );
    }
    Some(conditions)
}
