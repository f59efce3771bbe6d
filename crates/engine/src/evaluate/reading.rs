//! What of an observation rules read: which texts, and the terms found in them.

use std::rc::Rc;

use proviso_model::finding::TextField;
use proviso_model::observation::{Field, NameHow};
use proviso_model::policy::Rule;
use proviso_model::{ConditionKind, Fact, Observation, Span};

use super::once::{ReadOnce, TextRead};
use super::talk::{Line, lines};
use crate::search::{Search, search_of};
use crate::sites::{SiteHost, host_of_address, with_parents};

/// One stretch of text and every term found in it.
pub(super) struct Stretch<'o> {
    pub(super) field: TextField,
    /// Byte offset of `text` in the field's whole text.
    pub(super) offset: u64,
    pub(super) text: std::borrow::Cow<'o, str>,
    /// Whether it is a search query, the only text that `queries_only` rules read.
    pub(super) is_query: bool,
    pub(super) read: Rc<TextRead>,
}

/// Every text of an observation, searched once for all rules.
pub(super) struct Reading<'o> {
    pub(super) stretches: Vec<Stretch<'o>>,
    /// The messages, where it is a conversation.
    pub(super) talk: Vec<Line<'o>>,
    /// The search that a page's address belongs to.
    pub(super) search: Option<Search>,
}

impl<'o> Reading<'o> {
    pub(super) fn of(observation: &'o Observation, once: &ReadOnce<'_>) -> Self {
        let mut texts = Vec::new();
        let search = match &observation.fact {
            Fact::Page { url, .. } => search_of(url),
            _ => None,
        };
        match &observation.fact {
            Fact::Page { title, text, .. } => {
                texts.push((TextField::Title, 0, title.as_str().into(), false));
                for passage in text {
                    texts.push((TextField::Text, passage.offset, passage.text.as_str().into(), false));
                }
                if let Some(query) = search.as_ref().and_then(|search| search.query.clone()) {
                    texts.push((TextField::Query, 0, query.into(), true));
                }
            }
            Fact::Typed { field, text, .. } => {
                for passage in text {
                    let text = passage.text.as_str().into();
                    texts.push((TextField::Typed, passage.offset, text, *field == Field::Search));
                }
            }
            Fact::Text(of_program) => {
                let field = if of_program.typed { TextField::Typed } else { TextField::Text };
                // A title is told by itself when it is new: with each new text it would speak again.
                if of_program.text.is_empty() {
                    texts.push((TextField::Title, 0, of_program.title.as_str().into(), false));
                }
                for passage in &of_program.text {
                    texts.push((field, passage.offset, passage.text.as_str().into(), false));
                }
            }
            Fact::Messages { .. }
            | Fact::Picture(_)
            | Fact::PrivateWindow { .. }
            | Fact::Software { .. }
            | Fact::Machine(_)
            | Fact::History(_)
            | Fact::Name(_) => {}
        }
        let stretches = texts
            .into_iter()
            .map(|(field, offset, text, is_query): (_, _, std::borrow::Cow<'o, str>, _)| {
                let read = once.searched(&text);
                Stretch { field, offset, text, is_query, read }
            })
            .collect();
        Self { search, stretches, talk: lines(&observation.fact, once) }
    }
}

/// Whether a condition of this kind may read such a fact at all: the same that [`proviso_model::Policy::capture_at`]
/// lets a device capture for it.
pub(super) fn captures(kind: ConditionKind, fact: &Fact) -> bool {
    match (kind, fact) {
        (
            ConditionKind::SexualisedChat | ConditionKind::SpecifiedWords,
            Fact::Page { .. } | Fact::Typed { .. } | Fact::Messages { .. } | Fact::Text(_),
        )
        | (ConditionKind::Pornography | ConditionKind::ProhibitedSearches, Fact::Page { .. })
        | (ConditionKind::Pornography | ConditionKind::ChildImages, Fact::Picture(_))
        | (ConditionKind::NoContactWith, Fact::Page { .. } | Fact::Messages { .. })
        | (ConditionKind::NoPrivateBrowsing, Fact::PrivateWindow { .. })
        | (ConditionKind::MonitoringSoftware, Fact::Software { .. })
        | (ConditionKind::KeepHistory | ConditionKind::NoHistoryDeletion, Fact::History(_))
        | (
            ConditionKind::DeclareDevices
            | ConditionKind::NoHistoryDeletion
            | ConditionKind::NoHiddenConnections
            | ConditionKind::NoVaults
            | ConditionKind::NoUndeclaredCloud
            | ConditionKind::NoPeerToPeer,
            Fact::Machine(_),
        ) => true,
        (ConditionKind::DeclareNames, Fact::Name(used)) => used.how != NameHow::Recipient,
        (ConditionKind::NoContactWith, Fact::Name(used)) => used.how == NameHow::Recipient,
        (ConditionKind::ProhibitedSearches, Fact::Typed { field, .. }) => *field == Field::Search,
        _ => false,
    }
}

/// The host of `address` as a span, where it or a parent domain is listed.
pub(super) fn listed_host(address: &str, hosts: &[String], rule: &Rule) -> Option<Span> {
    let Rule::Sites { id, category, .. } = rule else { return None };
    let site = host_of_address(address)?;
    // Compiled hosts are sorted.
    with_parents(&site.host).find(|name| hosts.binary_search_by(|host| host.as_str().cmp(name)).is_ok())?;
    host_span(address, &site, id, category)
}

/// The host of `address` as a span of a rule.
pub(super) fn host_span(address: &str, site: &SiteHost, rule: &str, category: &str) -> Option<Span> {
    Some(Span {
        field: TextField::Url,
        start: site.start as u64,
        end: site.end as u64,
        rule: rule.to_owned(),
        category: category.to_owned(),
        text: address.get(site.start..site.end)?.to_owned(),
        message: None,
    })
}
