//! Releasing a part of a record: the pieces that a reviewer chooses from, and what is left without those that are privileged.

use std::ops::Range;

use proviso_model::finding::{Finding, TextField};
use proviso_model::{Fact, Message, Observation, Passage, Span};
use serde::{Deserialize, Serialize};

/// A piece of text ends with a sentence once it has so many bytes.
const PIECE_BYTES_MIN: usize = 160;
/// Instead of the machine's explanation, which may quote what is withheld.
const NOT_SHOWN: &str = "Part of what was captured here is privileged, as an independent reviewer decided, and is withheld. This finding rests on what is \
     left. The machine's explanation of it is withheld too, for it may quote the rest.";

/// What stays sealed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withheld {
    /// Address, title, and names of the channel and of who writes.
    #[serde(default)]
    pub names: bool,
    /// Stretches of the text, in bytes of the original.
    #[serde(default)]
    pub text: Vec<Range<u64>>,
    /// Numbers of messages.
    #[serde(default)]
    pub messages: Vec<u32>,
}

/// What a piece is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Address, title and names.
    Names,
    /// A stretch of text.
    Text(Range<u64>),
    /// A message.
    Message(u32),
}

/// Something that is withheld or released as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// What it is.
    pub place: Place,
    /// As it reads.
    pub text: String,
}

/// The pieces of what was captured, in its order; nothing where it has no words.
#[must_use]
pub fn pieces(captured: &Observation) -> Vec<Piece> {
    let fact = &captured.fact;
    let (title, has_words) = match fact {
        Fact::Page { title, .. } => (title.as_str(), true),
        Fact::Messages { channel, .. } => (channel.as_str(), true),
        Fact::Text(of_program) => (of_program.title.as_str(), true),
        Fact::Typed { .. } => ("", true),
        Fact::Picture(_)
        | Fact::PrivateWindow { .. }
        | Fact::Software { .. }
        | Fact::Machine(_)
        | Fact::Name(_)
        | Fact::History(_) => ("", false),
    };
    if !has_words {
        return Vec::new();
    }
    let named: Vec<&str> =
        [fact.url().unwrap_or_default(), title].into_iter().filter(|name| !name.is_empty()).collect();
    let names = (!named.is_empty()).then(|| Piece { place: Place::Names, text: named.join(" · ") });
    let text = fact.passages().iter().flat_map(|passage| {
        split(&passage.text).into_iter().filter_map(move |range| {
            let place = Place::Text(passage.offset + range.start as u64..passage.offset + range.end as u64);
            Some(Piece { place, text: passage.text.get(range)?.to_owned() })
        })
    });
    let messages =
        fact.messages().map(|message| Piece { place: Place::Message(message.index), text: line(message) });
    names.into_iter().chain(text).chain(messages).collect()
}

fn line(message: &Message) -> String {
    let author = match (message.own, &message.author) {
        (Some(true), _) => "The account",
        (_, Some(author)) => author,
        _ => "Somebody",
    };
    format!("{author}: {}", message.text)
}

/// Lines, and long lines after a sentence.
fn split(text: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let (mut from, mut before) = (0, ' ');
    for (at, letter) in text.char_indices() {
        let is_sentence = letter == ' ' && matches!(before, '.' | '!' | '?') && at - from >= PIECE_BYTES_MIN;
        if letter == '\n' || is_sentence {
            ranges.push(from..at + letter.len_utf8());
            from = at + letter.len_utf8();
        }
        before = letter;
    }
    ranges.push(from..text.len());
    ranges.retain(|range| text.get(range.clone()).is_some_and(|piece| !piece.trim().is_empty()));
    ranges
}

impl Withheld {
    /// The pieces chosen by their number.
    #[must_use]
    pub fn of(pieces: &[Piece], chosen: &[usize]) -> Self {
        let mut withheld = Self::default();
        for piece in chosen.iter().filter_map(|number| pieces.get(*number)) {
            match &piece.place {
                Place::Names => withheld.names = true,
                Place::Text(range) => withheld.text.push(range.clone()),
                Place::Message(index) => withheld.messages.push(*index),
            }
        }
        withheld
    }

    fn covers(&self, span: &Span) -> bool {
        match span.field {
            TextField::Title | TextField::Url | TextField::Query => self.names,
            TextField::Text | TextField::Typed => {
                self.text.iter().any(|range| range.start < span.end && span.start < range.end)
            }
            TextField::Message => span.message.is_none_or(|index| self.messages.contains(&index)),
        }
    }

    /// What was captured, without what stays sealed.
    #[must_use]
    pub fn taken_from(&self, captured: &Observation) -> Observation {
        let mut left = captured.clone();
        match &mut left.fact {
            Fact::Page { url, title, text, search, .. } => {
                *text = self.cut(text);
                if self.names {
                    (*url, *title, *search) = (String::new(), String::new(), None);
                }
            }
            Fact::Typed { url, text, .. } => {
                *text = self.cut(text);
                if self.names {
                    *url = String::new();
                }
            }
            Fact::Text(of_program) => {
                of_program.text = self.cut(&of_program.text);
                if self.names {
                    of_program.title = String::new();
                }
            }
            Fact::Messages { url, channel, messages, earlier, .. } => {
                for list in [messages, earlier] {
                    list.retain(|message| !self.messages.contains(&message.index));
                    if self.names {
                        list.iter_mut().for_each(|message| message.author = None);
                    }
                }
                if self.names {
                    (*url, *channel) = (String::new(), String::new());
                }
            }
            Fact::Name(used) => {
                if self.names {
                    (used.url, used.name) = (String::new(), String::new());
                }
            }
            Fact::Picture(_)
            | Fact::PrivateWindow { .. }
            | Fact::Software { .. }
            | Fact::Machine(_)
            | Fact::History(_) => {}
        }
        if self.names {
            left.listed.clear();
        }
        left
    }

    fn cut(&self, passages: &[Passage]) -> Vec<Passage> {
        let mut left = Vec::new();
        for passage in passages {
            let (mut from, end) = (passage.offset, passage.offset + passage.text.len() as u64);
            let mut gone: Vec<&Range<u64>> =
                self.text.iter().filter(|range| range.start < end && passage.offset < range.end).collect();
            gone.sort_by_key(|range| range.start);
            for range in gone {
                left.extend(piece_of(passage, from..range.start));
                from = from.max(range.end);
            }
            left.extend(piece_of(passage, from..end));
        }
        left
    }

    /// A finding as officers see it; nothing where it rests on what stays sealed, or may.
    #[must_use]
    pub fn left_of(&self, finding: &Finding) -> Option<Finding> {
        let mut left = Finding { privilege: None, explanation: NOT_SHOWN.to_owned(), ..finding.clone() };
        // Where a finding only counts some of its places, nobody can say that none of them is withheld.
        let is_whole = left.spans_left_out == 0 && !left.all_spans().any(|span| self.covers(span));
        // A rule without a place, such as a list of sites, rests on the address.
        let has_place = !left.spans.is_empty() || !self.names;
        left.score = left.score.filter(|_| self.text.is_empty() && self.messages.is_empty());
        (is_whole && has_place).then_some(left)
    }
}

fn piece_of(passage: &Passage, range: Range<u64>) -> Option<Passage> {
    let local = |at: u64| usize::try_from(at.checked_sub(passage.offset)?).ok();
    let text = passage.text.get(local(range.start)?..local(range.end)?)?;
    (!text.is_empty()).then(|| Passage { offset: range.start, text: text.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn text_is_divided_at_lines_and_after_sentences_and_never_within_a_letter() {
        let long = "Ein Satz über Drachen, der recht lang ist und noch länger wird. ".repeat(4);
        let text = format!("one\n\ntwo\n{long}end");
        let pieces: Vec<&str> = split(&text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(pieces[..2], ["one\n", "two\n"]);
        assert!(pieces.len() == 4 && pieces[3].ends_with("end"), "{pieces:?}");
        assert_eq!(pieces.concat(), text.replacen("\n\n", "\n", 1));
    }
}
