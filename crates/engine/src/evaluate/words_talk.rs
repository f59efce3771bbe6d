//! Rules of words over a conversation: every message counts, by who wrote it.

use std::collections::{BTreeMap, BTreeSet};

use proviso_model::Span;
use proviso_model::finding::TextField;
use proviso_model::policy::Rule;

use super::talk::Line;
use super::words::{SPANS_CONSIDERED, WordsRule, pack_of};
use super::{Spoken, explain, explain_talk, strength};

/// A word that only others wrote counts for its weight divided by this: it is context.
const OTHERS_DIVISOR: u16 = 2;

/// What a rule's words weigh in a conversation.
pub(super) struct WeighedTalk {
    /// The weights of distinct terms, each by the side that counts most.
    pub(super) sum: u32,
    /// Numbers of the messages that hold them.
    pub(super) rests_on: BTreeSet<u32>,
    terms: BTreeMap<usize, Weighed>,
    places: Vec<Place>,
}

/// A distinct term as first found, and the way in which it weighs most.
struct Weighed {
    weight_permille: u16,
    text: String,
    pack: u16,
}

struct Place {
    line: usize,
    start: usize,
    end: usize,
}

impl WordsRule {
    /// Weighs a conversation.
    pub(super) fn weigh_talk(&self, lines: &[&Line<'_>]) -> WeighedTalk {
        let mut weighed =
            WeighedTalk { sum: 0, rests_on: BTreeSet::new(), terms: BTreeMap::new(), places: Vec::new() };
        for (number, line) in lines.iter().enumerate() {
            for counted in self.counted(&line.message.text, line.read.found()).counted {
                if weighed.places.len() == SPANS_CONSIDERED {
                    break;
                }
                let (hit, full) = (counted.hit, counted.way.weight_permille);
                let weight_permille = match line.message.own {
                    Some(false) => full / OTHERS_DIVISOR,
                    Some(true) | None => full,
                };
                let text = line.message.text.get(hit.range()).unwrap_or_default();
                let fresh = || Weighed { weight_permille: 0, text: text.to_owned(), pack: counted.way.pack };
                let term = weighed.terms.entry(hit.term).or_insert_with(fresh);
                if weight_permille > term.weight_permille {
                    (term.weight_permille, term.pack) = (weight_permille, counted.way.pack);
                }
                weighed.rests_on.insert(line.message.index);
                weighed.places.push(Place { line: number, start: hit.start, end: hit.end });
            }
        }
        weighed.sum = weighed.terms.values().map(|term| u32::from(term.weight_permille)).sum();
        weighed
    }

    /// The finding of this rule over a conversation, if the words weigh enough and a new message holds one of them.
    pub(super) fn speak_in_talk<'p>(&self, rule: &'p Rule, lines: &[&Line<'_>]) -> Option<Spoken<'p>> {
        let Rule::Words { id, category, pack, more_packs, .. } = rule else { return None };
        if self.queries_only {
            return None;
        }
        let weighed = self.weigh_talk(lines);
        let line_of = |place: &Place| lines.get(place.line);
        let is_new = weighed.places.iter().filter_map(line_of).any(|line| line.is_new);
        if !is_new || weighed.sum < u32::from(self.threshold_permille) {
            return None;
        }
        let spans: Vec<Span> = weighed
            .places
            .iter()
            .filter_map(|place| {
                let message = line_of(place)?.message;
                Some(Span {
                    field: TextField::Message,
                    start: place.start as u64,
                    end: place.end as u64,
                    rule: id.clone(),
                    category: category.clone(),
                    text: message.text.get(place.start..place.end)?.to_owned(),
                    message: Some(message.index),
                })
            })
            .collect();
        let terms: Vec<(&str, u16)> =
            weighed.terms.values().map(|term| (term.text.as_str(), term.weight_permille)).collect();
        let packs: BTreeSet<u16> = weighed.terms.values().map(|term| term.pack).collect();
        Some(Spoken {
            picture: None,
            rule,
            strength_permille: strength(weighed.sum, self.threshold_permille),
            seen: Some(explain_talk::words_seen(&spans, lines)),
            why_not: explain::words_would_not(&terms, weighed.sum, self.threshold_permille),
            spans,
            in_context: String::new(),
            packs: packs.into_iter().map(|number| pack_of(pack, more_packs, number)).collect(),
            rests_on: weighed.rests_on.into_iter().collect(),
            score: None,
        })
    }
}
