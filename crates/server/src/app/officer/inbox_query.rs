//! The words with which an inbox is filtered: `is:new assigned:me paragraph:4 priority:today`. Words one after the other must all hold; of
//! values with commas between them, one is enough; a minus before a word turns it round. A name is looked up at once and becomes the
//! numbers of the cases (`case:`), so that addresses and saved filters name nobody.

use std::collections::BTreeSet;
use std::fmt;

use proviso_model::AlertState;
use proviso_model::ids::CaseId;
use proviso_store::Priority;

use super::threads::Thread;

/// Longest filter, in bytes.
pub const QUERY_BYTES_MAX: usize = 2_000;
/// Longest number of a paragraph.
const PARAGRAPH_BYTES_MAX: usize = 24;

macro_rules! conditions {
    ($($variant:ident = $word:literal, $says:literal, $holds:expr;)+) => {
        /// What `is:` can ask.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Is { $(#[doc = $says] $variant,)+ }

        impl Is {
            /// Every condition with what it says, for the page of help.
            pub const ALL: &'static [(Self, &'static str, &'static str)] = &[$((Self::$variant, $word, $says),)+];

            fn parse(word: &str) -> Option<Self> { match word { $($word => Some(Self::$variant),)+ _ => None } }

            fn as_str(self) -> &'static str { match self { $(Self::$variant => $word),+ } }

            fn holds(self, thread: &Thread) -> bool {
                match self { $(Self::$variant => { let holds: fn(&Thread) -> bool = $holds; holds(thread) })+ }
            }
        }
    };
}

conditions! {
    New = "new", "nobody has opened some of it", |row| row.rows.iter().any(|one| one.alert.state == AlertState::New);
    Opened = "opened", "opened, and not decided", |row| row.rows.iter().all(|one| one.alert.state == AlertState::Opened);
    Back = "back", "it came back after a decision, or while it rested", |row| row.back.is_some() || row.is_woken;
    Overdue = "overdue", "its time has run out", |row| row.is_overdue;
    Urgent = "urgent", "may be about imminent harm", |row| row.priority() == Priority::Now;
    Mine = "mine", "you took it, or were given it", |row| row.owner.as_ref().is_some_and(|owner| owner.is_me);
    Resting = "resting", "put to rest for a while; the inbox leaves it out otherwise", |row| row.rest.is_some();
    Several = "several", "more than one alert in the row", |row| row.rows.len() > 1;
    Outside = "outside", "outside the order as known now", Thread::is_outside;
}

/// Whose a row is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Owner {
    Me,
    Nobody,
    Named(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Term {
    Is(Is),
    Assigned(Vec<Owner>),
    Paragraph(Vec<String>),
    Priority(Vec<Priority>),
    Case(BTreeSet<CaseId>),
}

/// A filter as read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InboxQuery {
    terms: Vec<(bool, Term)>,
    /// Words of a name that have yet to be looked up.
    person: Vec<String>,
}

/// What of a filter could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotRead(pub String);

impl InboxQuery {
    /// Reads what was typed.
    ///
    /// # Errors
    /// [`NotRead`] with the first word that says nothing.
    pub fn parse(typed: &str) -> Result<Self, NotRead> {
        let mut query = Self::default();
        if typed.len() > QUERY_BYTES_MAX {
            return Err(NotRead("so long a filter".to_owned()));
        }
        for word in words(typed) {
            let (negated, rest) = match word.strip_prefix('-') {
                Some(rest) => (true, rest),
                None => (false, word.as_str()),
            };
            let not_read = || NotRead(word.clone());
            let (key, value) = rest.split_once(':').ok_or_else(not_read)?;
            if value.is_empty() {
                return Err(not_read());
            }
            if key == "person" && !negated {
                query.person.push(value.to_owned());
                continue;
            }
            query.terms.push((negated, term(key, value).ok_or_else(not_read)?));
        }
        Ok(query)
    }

    /// The words of a name that have to be looked up first; empty for most.
    #[must_use]
    pub fn person(&self) -> String {
        self.person.join(" ")
    }

    /// The same filter with the cases that were found in place of the name.
    #[must_use]
    pub fn of_cases(mut self, cases: impl IntoIterator<Item = CaseId>) -> Self {
        self.person.clear();
        self.terms.push((false, Term::Case(cases.into_iter().collect())));
        self
    }

    /// Whether it says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty() && self.person.is_empty()
    }

    /// The cases that it is about; `None` for all.
    #[must_use]
    pub fn cases(&self) -> Option<&BTreeSet<CaseId>> {
        self.terms.iter().find_map(|(negated, term)| match term {
            Term::Case(cases) if !negated => Some(cases),
            _ => None,
        })
    }

    /// Whether a row is asked for. Rows that rest are, only when the filter speaks of them.
    #[must_use]
    pub fn holds(&self, thread: &Thread) -> bool {
        let speaks_of_rest = self.terms.iter().any(|(_, term)| *term == Term::Is(Is::Resting));
        (speaks_of_rest || thread.rest.is_none())
            && self.terms.iter().all(|(negated, term)| holds(term, thread) != *negated)
    }
}

fn holds(term: &Term, thread: &Thread) -> bool {
    match term {
        Term::Is(is) => is.holds(thread),
        Term::Assigned(owners) => owners.iter().any(|wanted| match (wanted, &thread.owner) {
            (Owner::Nobody, None) => true,
            (Owner::Me, Some(owner)) => owner.is_me,
            (Owner::Named(name), Some(owner)) => owner.username == *name,
            _ => false,
        }),
        Term::Paragraph(wanted) => thread.rows.iter().any(|row| wanted.contains(&row.alert.paragraph)),
        Term::Priority(wanted) => wanted.contains(&thread.priority()),
        Term::Case(cases) => cases.contains(&thread.case()),
    }
}

fn term(key: &str, value: &str) -> Option<Term> {
    match key {
        "is" => Is::parse(value).map(Term::Is),
        "assigned" => each(value, |one| match one {
            "me" => Some(Owner::Me),
            "nobody" => Some(Owner::Nobody),
            name => is_plain(name, 64).then(|| Owner::Named(name.to_owned())),
        })
        .map(Term::Assigned),
        "paragraph" => {
            each(value, |one| is_plain(one, PARAGRAPH_BYTES_MAX).then(|| one.to_owned())).map(Term::Paragraph)
        }
        "priority" => each(value, |one| Priority::ALL.into_iter().find(|known| known.as_str() == one))
            .map(Term::Priority),
        "case" => {
            each(value, |one| one.parse::<CaseId>().ok()).map(|cases| Term::Case(cases.into_iter().collect()))
        }
        _ => None,
    }
}

/// Whether it is a number or a sign-in name, with no more letters than such have.
fn is_plain(text: &str, bytes_max: usize) -> bool {
    let is_of_it = |letter: char| letter.is_ascii_alphanumeric() || ".()_-@".contains(letter);
    !text.is_empty() && text.len() <= bytes_max && text.chars().all(is_of_it)
}

fn each<T>(value: &str, read: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    value.split(',').map(|one| read(one.trim())).collect()
}

/// Words, in which quotation marks keep spaces: `person:"test person"`.
fn words(typed: &str) -> Vec<String> {
    let (mut words, mut word, mut is_quoted) = (Vec::new(), String::new(), false);
    for letter in typed.chars() {
        match letter {
            '"' => is_quoted = !is_quoted,
            letter if letter.is_whitespace() && !is_quoted => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            letter => word.push(letter),
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// As it stands in an address: without a name, always in the same way.
impl fmt::Display for InboxQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, (negated, term)) in self.terms.iter().enumerate() {
            let (before, minus) = (if nth > 0 { " " } else { "" }, if *negated { "-" } else { "" });
            write!(f, "{before}{minus}{}", in_words(term))?;
        }
        Ok(())
    }
}

fn in_words(term: &Term) -> String {
    let joined = |values: Vec<String>| values.join(",");
    match term {
        Term::Is(is) => format!("is:{}", is.as_str()),
        Term::Assigned(owners) => {
            let owners = owners.iter().map(|owner| match owner {
                Owner::Me => "me".to_owned(),
                Owner::Nobody => "nobody".to_owned(),
                Owner::Named(name) => name.clone(),
            });
            format!("assigned:{}", joined(owners.collect()))
        }
        Term::Paragraph(wanted) => format!("paragraph:{}", wanted.join(",")),
        Term::Priority(wanted) => {
            format!("priority:{}", joined(wanted.iter().map(|one| one.as_str().to_owned()).collect()))
        }
        Term::Case(cases) => format!("case:{}", joined(cases.iter().map(CaseId::to_string).collect())),
    }
}

#[cfg(test)]
mod tests {
    use proviso_model::ids::CaseId;

    use super::{InboxQuery, NotRead, QUERY_BYTES_MAX};

    #[test]
    fn a_filter_is_read_and_said_again_in_one_way() {
        for (typed, said) in [
            ("", ""),
            ("  is:new   assigned:me ", "is:new assigned:me"),
            ("paragraph:4,5.1 -is:resting", "paragraph:4,5.1 -is:resting"),
            ("priority:today,this-week assigned:nobody,om2", "priority:today,this-week assigned:nobody,om2"),
            ("paragraph:\"4\"", "paragraph:4"),
        ] {
            let read = InboxQuery::parse(typed).expect(typed);
            assert_eq!(read.to_string(), said);
            assert_eq!(InboxQuery::parse(said).expect(said), read, "{typed}");
        }
    }

    #[test]
    fn a_name_is_never_part_of_what_is_said_again() {
        let read = InboxQuery::parse("is:new person:\"Test Person\" person:014").expect("read");
        assert_eq!((read.person(), read.to_string()), ("Test Person 014".to_owned(), "is:new".to_owned()));
        assert!(!read.is_empty());
        let case = CaseId::random([7; 16]);
        let found = read.of_cases([case]);
        assert_eq!(found.to_string(), format!("is:new case:{case}"));
        assert!(found.person().is_empty());
        assert_eq!(InboxQuery::parse(&found.to_string()).expect("read"), found);
    }

    #[test]
    fn what_says_nothing_is_named() {
        for (typed, word) in [
            ("new", "new"),
            ("is:new is:lost", "is:lost"),
            ("priority:soon", "priority:soon"),
            ("paragraph:", "paragraph:"),
            ("-person:smith", "-person:smith"),
            ("paragraph:<b>", "paragraph:<b>"),
            ("case:7", "case:7"),
            ("state:new", "state:new"),
        ] {
            assert_eq!(InboxQuery::parse(typed), Err(NotRead(word.to_owned())), "{typed}");
        }
        assert!(InboxQuery::parse(&"is:new ".repeat(QUERY_BYTES_MAX)).is_err());
    }
}
