//! A force's own list of words, as CSV or JSON, becomes a pack. Nothing of the file is trusted: it is read within limits, and
//! every entry that cannot be a term is refused with its line and the reason.

mod csv_file;
mod json_file;
mod pack_text;
mod trial;

use std::collections::HashMap;

use proviso_model::language::is_language_tag;
use proviso_model::limits::{
    CONTEXT_TERMS_MAX, NEAR_WORDS_MAX, PACK_IMPORT_BYTES_MAX, PACK_IMPORT_TERMS_MAX, TERM_BYTES_MAX,
};

pub use pack_text::pack_text;
pub use trial::{Trial, ordinary_paragraphs};

use crate::text::{is_searchable, joins, normalise_term};

/// Characters shown of an entry in a message.
const SHOWN_CHARS_MAX: usize = 40;
/// Letters that a term looked for within longer words has at least.
const INSIDE_WORDS_CHARS_MIN: usize = 3;
/// Cells that begin with these are run as formulas by spreadsheets.
const FORMULA: [char; 4] = ['=', '+', '-', '@'];

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated, with a header that has `term`; or one term a line.
    Csv,
    /// An array of texts or objects, or an object with such an array as `terms`.
    Json,
}

/// What holds for entries that do not say otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defaults {
    /// Weight of a term, 1 to 1000.
    pub weight_permille: u16,
    /// Language, BCP 47; none for words of any.
    pub language: Option<String>,
}

/// An entry that can be a term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Line of the file, from 1.
    pub line: u64,
    /// The word or phrase.
    pub term: String,
    /// Weight, 1 to 1000.
    pub weight_permille: u16,
    /// Language, BCP 47.
    pub language: Option<String>,
    /// Whether it counts within longer words.
    pub inside_words: bool,
    /// Words within which another is near; only with `needs` or `unless`.
    pub within_words: Option<u16>,
    /// It counts only near one of these.
    pub needs: Vec<String>,
    /// It does not count near one of these.
    pub unless: Vec<String>,
}

/// An entry that cannot be taken, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Line of the file, from 1.
    pub line: u64,
    /// What is wrong and what to write, in words.
    pub problem: String,
}

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct List {
    /// Entries that can be terms, each once, in the order of the file.
    pub entries: Vec<Entry>,
    /// Lines of entries that say a term again, with the line where it stands first.
    pub doubled: Vec<(u64, u64)>,
    /// Entries that cannot.
    pub refused: Vec<Refused>,
}

/// A file that is no list at all. Each says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// Too many bytes.
    #[error("the list has {0} bytes; at most {PACK_IMPORT_BYTES_MAX} are read: split it into several packs")]
    TooLarge(u64),
    /// Too many entries.
    #[error(
        "line {0}: the list has more than {PACK_IMPORT_TERMS_MAX} entries; split it into several packs, or leave out what is not needed"
    )]
    TooMany(u64),
    /// Not UTF-8.
    #[error(
        "line {line}: this is not UTF-8 text{hint}; save the list as \"CSV UTF-8\" or as plain UTF-8 text and import it again"
    )]
    NotUtf8 {
        /// Line of the first byte that is not, from 1.
        line: u64,
        /// What it may be instead.
        hint: &'static str,
    },
    /// No column or key that holds the terms.
    #[error("{0}")]
    Shape(String),
    /// Nothing in it.
    #[error("the list holds no entry; give one term a line, or a header with the column \"term\"")]
    Empty,
}

/// Reads a list.
///
/// # Errors
/// [`ImportError`] when the file as a whole cannot be read; single entries that cannot be taken are in [`List::refused`].
pub fn read(bytes: &[u8], format: Format, defaults: &Defaults) -> Result<List, ImportError> {
    if bytes.len() > PACK_IMPORT_BYTES_MAX {
        return Err(ImportError::TooLarge(bytes.len() as u64));
    }
    let text = utf8(bytes)?;
    let mut reading = Reading { defaults, list: List::default(), seen: HashMap::new() };
    match format {
        Format::Csv => csv_file::read(text, &mut reading)?,
        Format::Json => json_file::read(text, &mut reading)?,
    }
    let list = reading.list;
    if list.entries.is_empty() && list.refused.is_empty() {
        return Err(ImportError::Empty);
    }
    Ok(list)
}

fn utf8(bytes: &[u8]) -> Result<&str, ImportError> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let line_of = |at: usize| {
        let before = bytes.get(..at).unwrap_or_default();
        before.iter().filter(|byte| **byte == b'\n').count() as u64 + 1
    };
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        return Err(ImportError::NotUtf8 { line: 1, hint: " but UTF-16, as some programs call \"Unicode\"" });
    }
    let text = std::str::from_utf8(bytes).map_err(|error| ImportError::NotUtf8 {
        line: line_of(error.valid_up_to()),
        hint: ", perhaps an older Windows code page",
    })?;
    match text.find('\0') {
        Some(at) => Err(ImportError::NotUtf8 { line: line_of(at), hint: " (it holds a null character)" }),
        None => Ok(text),
    }
}

/// An entry as written, before it is checked.
#[derive(Debug, Default)]
struct Raw {
    line: u64,
    term: String,
    weight: Option<i64>,
    language: Option<String>,
    inside_words: bool,
    within_words: Option<i64>,
    needs: Vec<String>,
    unless: Vec<String>,
}

/// A list while it is read.
struct Reading<'d> {
    defaults: &'d Defaults,
    list: List,
    /// Normalised terms with the line where each stands first.
    seen: HashMap<String, u64>,
}

impl Reading<'_> {
    /// Makes sure that there is room for one more entry, at `line`.
    fn room(&self, line: u64) -> Result<(), ImportError> {
        let entries = self.list.entries.len() + self.list.doubled.len() + self.list.refused.len();
        if entries >= PACK_IMPORT_TERMS_MAX { Err(ImportError::TooMany(line)) } else { Ok(()) }
    }

    fn refuse(&mut self, line: u64, problem: String) {
        self.list.refused.push(Refused { line, problem });
    }

    /// Takes an entry, notes that it is there twice, or refuses it.
    fn take(&mut self, raw: Raw) {
        let line = raw.line;
        match self.checked(raw) {
            Ok((entry, normal)) => match self.seen.get(&normal) {
                Some(first) => self.list.doubled.push((line, *first)),
                None => {
                    self.seen.insert(normal, line);
                    self.list.entries.push(entry);
                }
            },
            Err(problem) => self.refuse(line, problem),
        }
    }

    fn checked(&self, raw: Raw) -> Result<(Entry, String), String> {
        let normal = term(&raw.term)?;
        if raw.inside_words && normal.chars().count() < INSIDE_WORDS_CHARS_MIN {
            return Err(format!(
                "\"{}\" is too short to be looked for within words; it needs {INSIDE_WORDS_CHARS_MIN} letters",
                shown(&raw.term)
            ));
        }
        let weight = raw.weight.unwrap_or_else(|| i64::from(self.defaults.weight_permille));
        let weight_permille = u16::try_from(weight)
            .ok()
            .filter(|weight| (1..=1000).contains(weight))
            .ok_or_else(|| format!("weight {weight} is not within 1 to 1000"))?;
        let language = raw.language.or_else(|| self.defaults.language.clone());
        if let Some(tag) = language.as_ref().filter(|tag| !is_language_tag(tag)) {
            return Err(format!(
                "\"{}\" is not a language tag; write BCP 47, such as pl or pa-Guru",
                shown(tag)
            ));
        }
        for near in raw.needs.iter().chain(&raw.unless) {
            term(near)?;
        }
        let near = raw.needs.len() + raw.unless.len();
        if near > CONTEXT_TERMS_MAX {
            return Err(format!("needs and unless name {near} words; at most {CONTEXT_TERMS_MAX} are read"));
        }
        let within_words = match raw.within_words {
            None => None,
            Some(_) if near == 0 => return Err("within_words goes with needs or unless".to_owned()),
            Some(words) => Some(
                u16::try_from(words)
                    .ok()
                    .filter(|words| (1..=NEAR_WORDS_MAX).contains(words))
                    .ok_or_else(|| format!("within_words {words} is not within 1 to {NEAR_WORDS_MAX}"))?,
            ),
        };
        let entry = Entry {
            line: raw.line,
            term: raw.term,
            weight_permille,
            language,
            inside_words: raw.inside_words,
            within_words,
            needs: raw.needs,
            unless: raw.unless,
        };
        Ok((entry, normal))
    }
}

/// A word or phrase as it is compared, or why it can be none.
fn term(text: &str) -> Result<String, String> {
    if text.is_empty() {
        return Err("the term is empty; write a word or a phrase, or remove the line".to_owned());
    }
    let short = shown(text);
    if text.len() > TERM_BYTES_MAX {
        return Err(format!(
            "\"{short}...\" has {} bytes, and a term has at most {TERM_BYTES_MAX}; write the words that matter, or close a quotation mark that was left open",
            text.len()
        ));
    }
    if text.chars().any(char::is_control) {
        return Err(format!("\"{short}\" holds a control character or a line break; write it on one line"));
    }
    if text.starts_with(FORMULA) {
        return Err(format!(
            "\"{short}\" begins as a spreadsheet formula does; write the term without the sign in front"
        ));
    }
    if text.contains("{n}") {
        return Err(format!("\"{short}\": {{n}} has a meaning of its own in packs; write the numbers out"));
    }
    let normal = normalise_term(text);
    if !is_searchable(&normal) {
        return Err(format!("\"{short}\" has nothing that could be looked for; write a word or a phrase"));
    }
    let mut letters = normal.chars().filter(|c| c.is_alphanumeric());
    if let (Some(only), None) = (letters.next(), letters.next())
        && joins(only, only)
    {
        return Err(format!(
            "\"{short}\" is one letter and would be found everywhere; write a word or a phrase"
        ));
    }
    Ok(normal)
}

fn shown(text: &str) -> String {
    text.chars().take(SHOWN_CHARS_MAX).collect::<String>().escape_debug().to_string()
}
