//! Rules of site lists: they speak from the look-up that is recorded with a page, so that they can be evaluated again without
//! the lists.

use proviso_model::observation::SiteListed;
use proviso_model::policy::{Rule, SiteListRef};
use proviso_model::{Fact, Observation};

use super::Spoken;
use super::explain::{quoted, versioned};
use super::reading::host_span;
use crate::sites::{host_of_address, with_parents};

/// Strength of an entry on a list: somebody once thought that the site belongs there.
const LISTED_PERMILLE: u16 = 700;
/// The same where the list is known to hold ordinary sites too.
const COARSE_PERMILLE: u16 = 400;
/// What a lowering list leaves of it: it stays a finding, and the officer reads why it is weak.
const LOWERED_DIVISOR: u16 = 2;

/// The finding of a rule of lists, if the look-up found an entry on one of them.
pub(super) fn speak<'p>(rule: &'p Rule, observation: &Observation) -> Option<Spoken<'p>> {
    let Rule::SiteLists { id, category, lists, lowered_by, .. } = rule else { return None };
    let Fact::Page { url, .. } = &observation.fact else { return None };
    let site = host_of_address(url)?;
    let on = |list: &SiteListRef| listed_on(observation, url, &site.host, list);
    let hits: Vec<(&SiteListRef, &SiteListed)> =
        lists.iter().filter_map(|list| Some((list, on(list)?))).collect();
    let (_, first) = hits.first()?;
    let coarse = hits.iter().all(|(list, _)| list.coarse);
    let mut strength_permille = if coarse { COARSE_PERMILLE } else { LISTED_PERMILLE };
    let mut why = vec![format!(
        "The entry {} stands on {}, category {}.",
        quoted(&first.entry),
        names(hits.iter().map(|(list, _)| *list)),
        quoted(category),
    )];
    if coarse {
        why.push("That list is known to hold ordinary sites too; alone it says little.".to_owned());
    }
    let lowering: Vec<&SiteListRef> = lowered_by.iter().filter(|list| on(list).is_some()).collect();
    if !lowering.is_empty() {
        strength_permille /= LOWERED_DIVISOR;
        why.push(format!(
            "Its strength is halved, for the site also stands on {}.",
            names(lowering.iter().copied())
        ));
    }
    why.push("A list says what its makers thought of a site, not what this page showed. It would not have spoken on a page of a site that is not listed.".to_owned());
    Some(Spoken {
        rule,
        strength_permille,
        spans: vec![host_span(url, &site, id, category)?],
        seen: None,
        why_not: why.join(" "),
        rests_on: Vec::new(),
        score: None,
        picture: None,
        in_context: String::new(),
        packs: hits.iter().map(|(list, _)| &list.list).collect(),
    })
}

/// What of the recorded look-ups the rules rest on.
pub(super) fn is_used(rule: &Rule, listed: &SiteListed) -> bool {
    let Rule::SiteLists { lists, lowered_by, .. } = rule else { return false };
    lists.iter().chain(lowered_by).any(|list| list.list.sha256 == listed.list)
}

/// A recorded look-up counts only where it is one of this page's host, and its entry covers that.
fn listed_on<'o>(
    observation: &'o Observation,
    url: &str,
    host: &str,
    list: &SiteListRef,
) -> Option<&'o SiteListed> {
    observation.listed.iter().find(|listed| {
        let (entry, path) =
            listed.entry.find('/').map_or((listed.entry.as_str(), ""), |at| listed.entry.split_at(at));
        listed.list == list.list.sha256
            && listed.host == host
            && with_parents(host).any(|name| name == entry)
            && (path.is_empty() || url.contains(path))
    })
}

fn names<'l>(lists: impl Iterator<Item = &'l SiteListRef>) -> String {
    let named: Vec<String> =
        lists.map(|list| format!("list {}", versioned(&list.list.name, &list.list))).collect();
    named.join(" and ")
}
