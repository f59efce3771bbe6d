//! Names and contact details of other people in captured text, and a name that was used, for whose it is is not known: covered until an officer gives a reason to see them, which is logged.
//! What is covered is found by its form: an author's name as the page gave it, an e-mail address, a telephone number, a handle, a
//! postcode. A name in running text that nobody wrote under is not known to be one, and stays.

use std::cell::Cell;
use std::ops::Range;

use proviso_model::Fact;

use crate::app::officer::alert::AlertView;

/// Shortest name that is looked for in running text; a shorter one is a word too.
const NAME_LETTERS_MIN: usize = 3;
/// Digits of a telephone number.
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 9..=15;
/// Shortest handle, without its sign.
const HANDLE_LETTERS_MIN: usize = 3;

/// What is covered on one page.
#[derive(Debug, Default)]
pub struct Masks {
    /// Names of authors who are not this account, in the order in which they were seen, then names that were used; with what stands
    /// in their place.
    names: Vec<(String, String)>,
    /// An opening with a reason was logged: nothing is covered.
    is_open: bool,
    has_covered: Cell<bool>,
}

/// A stretch of a text that is covered, and what stands there instead.
#[derive(Debug, PartialEq, Eq)]
pub struct Mask {
    /// Bytes of the text.
    pub at: Range<usize>,
    /// In its place.
    pub label: String,
}

impl Masks {
    /// Of an alert's page.
    #[must_use]
    pub fn of(view: &AlertView) -> Self {
        let messages = view.findings.iter().rev().flat_map(|one| one.captured.fact.messages());
        let others = messages.filter(|message| message.own != Some(true));
        let used = view.findings.iter().rev().filter_map(|one| match &one.captured.fact {
            Fact::Name(used) => Some(used.name.as_str()),
            _ => None,
        });
        Self::new(others.filter_map(|message| message.author.as_deref()), used, view.names_open)
    }

    fn new<'n>(
        authors: impl Iterator<Item = &'n str>,
        used: impl Iterator<Item = &'n str>,
        is_open: bool,
    ) -> Self {
        let mut masks = Self { is_open, ..Self::default() };
        authors.for_each(|author| masks.add(author, "other person"));
        used.for_each(|name| masks.add(name, "name used"));
        masks
    }

    fn add(&mut self, name: &str, what: &str) {
        let name = name.trim();
        if !name.is_empty() && !self.names.iter().any(|(known, _)| known == name) {
            let label = format!("[{what} {}]", self.names.len() + 1);
            self.names.push((name.to_owned(), label));
        }
    }

    /// Whether nothing is covered, for a reason that is on record.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.is_open
    }

    /// Whether anything was covered so far.
    #[must_use]
    pub fn has_covered(&self) -> bool {
        self.has_covered.get()
    }

    /// An author, or a name that was used, as the page may show it.
    #[must_use]
    pub fn author(&self, name: &str) -> String {
        match self.names.iter().find(|(known, _)| known == name.trim()) {
            Some((_, label)) if !self.is_open => {
                self.has_covered.set(true);
                label.clone()
            }
            _ => name.to_owned(),
        }
    }

    /// A text with all that is covered replaced.
    #[must_use]
    pub fn covered(&self, text: &str) -> String {
        let (mut made, mut at) = (String::with_capacity(text.len()), 0);
        for mask in self.in_text(text) {
            made.push_str(text.get(at..mask.at.start).unwrap_or_default());
            made.push_str(&mask.label);
            at = mask.at.end;
        }
        made.push_str(text.get(at..).unwrap_or_default());
        made
    }

    /// What is covered of a text, from its beginning on; nothing overlaps.
    #[must_use]
    pub fn in_text(&self, text: &str) -> Vec<Mask> {
        if self.is_open {
            return Vec::new();
        }
        let mut masks: Vec<Mask> = Vec::new();
        let mut from = 0;
        for (start, _) in text.char_indices() {
            if start < from || !begins_a_word(text, start) {
                continue;
            }
            if let Some((end, label)) = self.at(text, start) {
                masks.push(Mask { at: start..end, label });
                from = end;
            }
        }
        self.has_covered.set(self.has_covered.get() || !masks.is_empty());
        masks
    }

    /// What begins here, where it ends, and what stands there instead.
    fn at(&self, text: &str, start: usize) -> Option<(usize, String)> {
        let rest = text.get(start..)?;
        let said = |length: Option<usize>, label: &str| Some((start + length?, format!("[{label}]")));
        said(email(rest), "e-mail address")
            .or_else(|| self.name(text, start))
            .or_else(|| said(handle(rest), "account name"))
            .or_else(|| said(phone(rest), "telephone number"))
            .or_else(|| said(postcode(rest), "postcode"))
    }

    fn name(&self, text: &str, start: usize) -> Option<(usize, String)> {
        let is_here = |name: &str| {
            let end = start + name.len();
            let is_it = text.get(start..end).is_some_and(|found| found.eq_ignore_ascii_case(name));
            (is_it && ends_a_word(text, end)).then_some(end)
        };
        let named = self.names.iter().filter(|(name, _)| name.chars().count() >= NAME_LETTERS_MIN);
        let found = named.filter_map(|(name, label)| Some((is_here(name)?, label)));
        found.max_by_key(|(end, _)| *end).map(|(end, label)| (end, label.clone()))
    }
}

fn is_of_a_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn begins_a_word(text: &str, start: usize) -> bool {
    text.get(..start).and_then(|before| before.chars().next_back()).is_none_or(|before| !is_of_a_word(before))
}

fn ends_a_word(text: &str, end: usize) -> bool {
    text.get(end..).and_then(|after| after.chars().next()).is_none_or(|after| !is_of_a_word(after))
}

/// How long a text's beginning is of which every letter fits.
fn run(text: &str, fits: impl Fn(char) -> bool) -> usize {
    text.find(|letter| !fits(letter)).unwrap_or(text.len())
}

fn email(text: &str) -> Option<usize> {
    let local = run(text, |letter| letter.is_alphanumeric() || "._%+-".contains(letter));
    let (_, after) = text.split_at_checked(local).filter(|(local, _)| !local.is_empty())?;
    let domain = after.strip_prefix('@')?;
    let (domain, _) =
        domain.split_at_checked(run(domain, |letter| letter.is_alphanumeric() || ".-".contains(letter)))?;
    let domain = domain.trim_end_matches(['.', '-']);
    let (name, last) = domain.rsplit_once('.')?;
    let is_one = !name.is_empty() && last.chars().count() >= 2 && last.chars().all(char::is_alphabetic);
    is_one.then_some(local + 1 + domain.len())
}

fn handle(text: &str) -> Option<usize> {
    let name = text.strip_prefix('@')?;
    let (name, _) = name.split_at_checked(run(name, |letter| is_of_a_word(letter) || letter == '.'))?;
    let name = name.trim_end_matches('.');
    (name.chars().count() >= HANDLE_LETTERS_MIN).then_some(1 + name.len())
}

fn phone(text: &str) -> Option<usize> {
    let (found, _) =
        text.split_at_checked(run(text, |letter| letter.is_ascii_digit() || "+ .-()/".contains(letter)))?;
    let found = found.trim_end_matches(['+', ' ', '.', '-', '(', '/']);
    let digits = found.bytes().filter(u8::is_ascii_digit).count();
    let begins = found.starts_with(|letter: char| letter.is_ascii_digit() || letter == '+' || letter == '(');
    (begins && PHONE_DIGITS.contains(&digits) && ends_a_word(text, found.len())).then_some(found.len())
}

/// A British one, such as `ZZ1A 1AA`, as it is written in capitals.
fn postcode(text: &str) -> Option<usize> {
    let area = run(text, |letter| letter.is_ascii_uppercase());
    let district = run(text.get(area..)?, |letter| letter.is_ascii_digit());
    let own = run(text.get(area + district..)?, |letter| letter.is_ascii_uppercase());
    let inward = area + district + own;
    let rest = text.get(inward..)?;
    let inward_from = inward + usize::from(rest.starts_with(' '));
    let inward = text.get(inward_from..inward_from + 3)?;
    let is_inward = inward.char_indices().all(|(at, letter)| match at {
        0 => letter.is_ascii_digit(),
        _ => letter.is_ascii_uppercase(),
    });
    let is_one = (1..=2).contains(&area) && (1..=2).contains(&district) && own <= 1 && is_inward;
    (is_one && ends_a_word(text, inward_from + 3)).then_some(inward_from + 3)
}

#[cfg(test)]
mod tests {
    use super::Masks;

    #[test]
    fn names_of_authors_and_what_one_is_reached_by_are_covered_and_other_words_stay() {
        let masks =
            Masks::new(["kit", "Noor Vale", "kit", "B"].into_iter(), ["lantern-7"].into_iter(), false);
        for (text, expected) in [
            (
                "Kit, are you there? kite flying, a kit",
                "[other person 1], are you there? kite flying, a [other person 1]",
            ),
            ("noor vale and Noor", "[other person 2] and Noor"),
            ("B is a letter", "B is a letter"),
            (
                "write to k.vale@post.example, or to @sails.",
                "write to [e-mail address], or to [account name].",
            ),
            ("call +44 7700 900123 or (01632) 960 001", "call [telephone number] or [telephone number]"),
            ("on 29.11.2026 at 21:30, 12 of 1,000", "on 29.11.2026 at 21:30, 12 of 1,000"),
            ("at ZZ1A 1AA, model ZX81", "at [postcode], model ZX81"),
            ("é @ 7 pm", "é @ 7 pm"),
            ("signed in as lantern-7", "signed in as [name used 4]"),
        ] {
            assert_eq!(masks.covered(text), expected);
        }
        assert!(masks.has_covered());
        assert_eq!(
            (masks.author("Noor Vale"), masks.author("lantern-7"), masks.author("me")),
            ("[other person 2]".to_owned(), "[name used 4]".to_owned(), "me".to_owned())
        );
    }

    #[test]
    fn with_a_reason_on_record_nothing_is_covered_and_without_anything_to_cover_nothing_is_said() {
        let open = Masks::new(["kit"].into_iter(), [].into_iter(), true);
        assert_eq!(open.covered("kit at k@post.example"), "kit at k@post.example");
        assert_eq!(open.author("kit"), "kit");
        let nobody = Masks::new([].into_iter(), [].into_iter(), false);
        assert_eq!(nobody.covered("a blue heron"), "a blue heron");
        assert!(!open.has_covered() && !nobody.has_covered());
    }
}
