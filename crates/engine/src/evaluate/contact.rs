//! Rules about people with whom contact is prohibited. What is seen is that an account, an address or a number is one that the order
//! names; who uses it, and whether what passed is what the paragraph means, is not known.

use std::collections::BTreeSet;

use proviso_model::observation::NameHow;
use proviso_model::policy::{PackRef, Rule};
use proviso_model::{Fact, Message, Observation};

use super::Spoken;
use super::explain::{quoted, site};
use super::talk::Line;
use crate::behaviour::contacts::{By, named_in, who};

/// Messages that a finding keeps: the newest.
const MESSAGES_KEPT: usize = 10;
/// Something was written to them.
const WRITTEN_PERMILLE: u16 = 900;
/// Something of theirs was shown.
const SHOWN_PERMILLE: u16 = 700;
/// A page of theirs was open.
const PAGE_PERMILLE: u16 = 400;
/// What a name alone, on the site of an account, leaves of it.
const NAME_PERMILLE: u32 = 600;

/// What a rule says of it.
pub(super) fn speak<'p>(
    rule: &'p Rule,
    observation: &Observation,
    lines: &[&Line<'_>],
) -> Option<Spoken<'p>> {
    let Rule::Contacts { pack, contacts, .. } = rule else { return None };
    let address = observation.fact.url()?;
    let known = |text: &str| who(pack, contacts, text, address);
    match &observation.fact {
        Fact::Messages { channel, .. } => in_talk(rule, pack, known, channel, lines),
        Fact::Page { url, .. } => {
            let named = named_in(url).into_iter();
            let (found, text) = named.filter_map(|text| Some((known(&text)?, text))).next()?;
            let seen = format!("A page on {} was open whose address names {}.", site(url), quoted(&text));
            Some(said(rule, pack, found, PAGE_PERMILLE, seen))
        }
        Fact::Name(used) if used.how == NameHow::Recipient => {
            let seen = format!(
                "A form with a message was sent on {} that named {} as a recipient.",
                site(&used.url),
                quoted(&used.name)
            );
            Some(said(rule, pack, known(&used.name)?, WRITTEN_PERMILLE, seen))
        }
        _ => None,
    }
}

/// The author of somebody else's message, where they are one of them.
fn by_author<'m>(
    message: &'m Message,
    known: &impl Fn(&str) -> Option<(usize, By)>,
) -> Option<(&'m str, (usize, By))> {
    let author = message.author.as_deref().filter(|_| message.own != Some(true))?;
    Some((author, known(author)?))
}

/// A conversation with one of them, or in which one of them wrote; only where a message is new.
fn in_talk<'p>(
    rule: &'p Rule,
    pack: &'p PackRef,
    known: impl Fn(&str) -> Option<(usize, By)>,
    channel: &str,
    lines: &[&Line<'_>],
) -> Option<Spoken<'p>> {
    let new: Vec<&Message> = lines.iter().filter(|line| line.is_new).map(|line| line.message).collect();
    let (with, rests_on): ((&str, (usize, By)), Vec<&Message>) = match known(channel) {
        Some(found) => ((channel, found), new),
        None => {
            let mut of: Vec<&Message> = Vec::new();
            let mut with = None;
            for message in &new {
                let Some((author, found)) = by_author(message, &known) else { continue };
                if *with.get_or_insert((author, found)) == (author, found) {
                    of.push(message);
                }
            }
            (with?, of)
        }
    };
    let kept = rests_on.iter().skip(rests_on.len().saturating_sub(MESSAGES_KEPT));
    let kept: Vec<&&Message> = kept.collect();
    if kept.is_empty() {
        return None;
    }
    let is_written = kept.iter().any(|message| message.typed || message.own == Some(true));
    let (name, found) = with;
    let what = if name == channel { "is with" } else { "holds messages of" };
    let wrote = if is_written {
        "Of the newest messages at least one is the watched account's own."
    } else {
        "None of the newest messages is known to be the watched account's own."
    };
    let strength = if is_written { WRITTEN_PERMILLE } else { SHOWN_PERMILLE };
    let mut spoken = said(rule, pack, found, strength, format!("{what} {}. {wrote}", quoted(name)));
    spoken.rests_on = kept.iter().map(|message| message.index).collect::<BTreeSet<_>>().into_iter().collect();
    Some(spoken)
}

fn said<'p>(
    rule: &'p Rule,
    pack: &'p PackRef,
    (number, by): (usize, By),
    permille: u16,
    seen: String,
) -> Spoken<'p> {
    let is = match by {
        By::Email => "an e-mail address",
        By::Phone => "a telephone number",
        By::Account => "an account on this site",
        By::Name => "the name that an account on this site shows, and names are several people's,",
    };
    let why_not = format!(
        "That is {is} of contact {} of those that the paragraph names: equal, in whatever spelling. Who uses it is not known, nor \
         whether this is what the paragraph prohibits. It would not have spoken of any other, nor of this one on another site where it is \
         an account or a name.",
        number + 1
    );
    let mut spoken = Spoken::certain(rule, pack, Vec::new(), why_not);
    spoken.strength_permille = match by {
        By::Name => u16::try_from(u32::from(permille) * NAME_PERMILLE / 1000).unwrap_or(permille),
        _ => permille,
    };
    spoken.seen = Some(seen);
    spoken
}
