//! Signs in one text: terms by their kind, and addresses of lawyers.

use std::collections::BTreeMap;
use std::ops::Range;

use proviso_model::Span;
use proviso_model::privilege::{LookIn, PrivilegeRule};

use super::{At, Ready, Seen, Sum, hosts};
use crate::evaluate::quoted;
use crate::text::{TermIndex, TermIndexError};

/// The terms of a rule, made ready by themselves: nothing else that is looked for depends on them.
#[derive(Debug, Clone)]
pub(super) struct Signs {
    index: TermIndex,
    /// Which signs of the rule a term belongs to.
    of_term: BTreeMap<usize, Vec<usize>>,
}

impl Signs {
    pub(super) fn new(rule: &PrivilegeRule) -> Result<Self, TermIndexError> {
        let mut signs = Self { index: TermIndex::default(), of_term: BTreeMap::new() };
        for (number, sign) in rule.signs.iter().enumerate() {
            for term in &sign.terms {
                if let Some(term) = signs.index.number(term) {
                    signs.of_term.entry(term).or_default().push(number);
                }
            }
        }
        signs.index.build()?;
        Ok(signs)
    }
}

impl Ready {
    /// Adds what a text shows.
    pub(super) fn read<'r>(&'r self, sum: &mut Sum<'r>, text: &str, look_in: &[LookIn], at: At<'_>) {
        for hit in self.signs.index.find(text) {
            if !at.counts(&hit.range()) {
                continue;
            }
            for number in self.signs.of_term.get(&hit.term).into_iter().flatten() {
                let Some(sign) = self.rule.signs.get(*number) else { continue };
                if !look_in.contains(&sign.look_in) {
                    continue;
                }
                let shown = quoted(text.get(hit.range()).unwrap_or_default());
                let said = match at {
                    At::Name(_) => format!("{shown} in a title or name"),
                    At::Author(_) => format!("{shown} in the name of who writes"),
                    At::Message(_) | At::Text { .. } => shown,
                };
                sum.add(
                    &sign.kind,
                    Seen {
                        weight_permille: sign.weight_permille,
                        said,
                        says: &sign.says,
                        span: self.span(text, hit.range(), at),
                        message: at.message(),
                    },
                );
            }
        }
        for (range, host) in hosts::addresses(text) {
            if at.counts(&range) {
                self.host(sum, &host, "an address at", Some((text, range, at)));
            }
        }
    }

    /// Adds a host, where it is a lawyer's.
    pub(super) fn host<'r>(
        &'r self,
        sum: &mut Sum<'r>,
        host: &str,
        what: &str,
        place: Option<(&str, Range<usize>, At<'_>)>,
    ) {
        let known = &self.rule.hosts;
        if !hosts::is_lawyers(known, host) {
            return;
        }
        let message = place.as_ref().and_then(|(_, _, at)| at.message());
        let seen = Seen {
            weight_permille: known.weight_permille,
            said: format!("{what} {}", quoted(host)),
            says: &known.says,
            span: place.and_then(|(text, range, at)| self.span(text, range, at)),
            message,
        };
        sum.add(&known.kind, seen);
    }

    /// The place as a span, where it is in captured text.
    fn span(&self, text: &str, range: Range<usize>, at: At<'_>) -> Option<Span> {
        let (field, offset) = at.field()?;
        Some(Span {
            field,
            start: offset.saturating_add(range.start as u64),
            end: offset.saturating_add(range.end as u64),
            rule: format!("privilege/{}", self.rule.name),
            category: "privilege".to_owned(),
            text: text.get(range)?.to_owned(),
            message: at.message(),
        })
    }
}
