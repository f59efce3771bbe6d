//! Finding a person by name or number, among the cases that an officer may open. It is a consultation: in the log, with the cases that are
//! shown, before any name is. What was typed is kept nowhere.

use std::collections::BTreeSet;

use proviso_model::ids::CaseId;
use proviso_store::Permit;

use super::allowed::Action;
use super::error::ActError;
use super::history;
use super::inbox::{by_case, of};
use super::who::Who;
use crate::app::AppContext;
use crate::app::name_index::{self, NameKey, Names, PREFIX_CHARS_MIN};

/// Most people that one page lists.
pub const FOUND_MAX: usize = 50;
/// Most cases of the force that have the words and are looked through for those of the officer.
const ASKED_MAX: u32 = 100_000;
/// Longest text that is looked for, in bytes.
const TYPED_BYTES_MAX: usize = 200;
/// Most words of it.
const WORDS_MAX: usize = 12;

/// A person who was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundPerson {
    /// The case.
    pub case: CaseId,
    /// The names and numbers.
    pub names: Names,
    /// The officer in charge.
    pub officer: String,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Nothing was typed that a name can have.
    NothingTyped,
    /// More was typed than a name has.
    TooLong,
    /// Only one letter, or several of one letter each, with which nobody is looked for.
    TooShort,
    /// Those who were found, by name.
    People {
        /// Who.
        people: Vec<FoundPerson>,
        /// Whether there may be more than are listed.
        more: bool,
        /// Whether a word was so short that it finds only what is just that word.
        is_short: bool,
    },
}

/// Looks for people.
///
/// # Errors
/// [`ActError::NotYourRole`], or the store's.
pub async fn find(ctx: &AppContext, who: &Who, typed: &str) -> Result<Found, ActError> {
    who.require(Action::ViewEvidence)?;
    if typed.len() > TYPED_BYTES_MAX {
        return Ok(Found::TooLong);
    }
    let words = name_index::words(typed);
    let lengths: BTreeSet<usize> = words.iter().map(|word| word.chars().count()).collect();
    match lengths.last() {
        None => return Ok(Found::NothingTyped),
        Some(longest) if *longest < 2 => return Ok(Found::TooShort),
        Some(_) if words.len() > WORDS_MAX => return Ok(Found::TooLong),
        Some(_) => {}
    }
    let is_short = lengths.first().is_some_and(|shortest| *shortest < PREFIX_CHARS_MIN);
    let mut cases = candidates(ctx, who, &words).await?;
    let more = cases.len() > FOUND_MAX;
    cases.truncate(FOUND_MAX);
    let objects: Vec<String> = cases.iter().map(|case| case.id.to_string()).collect();
    let objects = if objects.is_empty() { "none".to_owned() } else { objects.join(" ") };
    let people = ctx.logged(&who.actor(), "person-find", None, &objects, open(ctx, cases)).await?;
    Ok(Found::People { people, more, is_short })
}

/// The cases that this officer may open and that have all of these words.
async fn candidates(ctx: &AppContext, who: &Who, words: &BTreeSet<String>) -> Result<Vec<Permit>, ActError> {
    let mut cases = who.cases(ctx, Action::ViewEvidence).await?;
    let key = NameKey::of_force::<ActError>(ctx).await?;
    let found: BTreeSet<CaseId> =
        ctx.store.name_find(&key.asked(words), None, ASKED_MAX).await?.into_iter().collect();
    cases.retain(|case| found.contains(&case.id));
    Ok(cases)
}

/// Opens the names, by name.
async fn open(ctx: &AppContext, cases: Vec<Permit>) -> Result<Vec<FoundPerson>, ActError> {
    let orders = by_case(ctx.of_all(&cases).orders().await?, |row| row.case);
    let officers = history::Names::now(ctx).await?;
    let mut people = Vec::with_capacity(cases.len());
    for case in cases {
        let names = Names::read(&ctx.case_columns(case.id)?, &case, of(&orders, case.id))?;
        people.push(FoundPerson { case: case.id, names, officer: officers.in_charge(&case) });
    }
    people.sort_by(|a, b| a.names.person.name.cmp(&b.names.person.name).then(a.case.cmp(&b.case)));
    Ok(people)
}
