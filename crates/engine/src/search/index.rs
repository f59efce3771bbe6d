//! Which entries of the facts may speak for a host, found without going through all of them.

use std::collections::HashMap;

use super::SearchSite;
use crate::sites::with_parents;

/// Entries by the shapes of host that they are written for.
#[derive(Debug, Default)]
pub(super) struct HostIndex {
    /// Host patterns, as [`pattern_keys`] writes them, with numbers of entries.
    exact: HashMap<String, Vec<usize>>,
    /// Names of registrable domains under any public suffix, with their sub-domains.
    names: HashMap<String, Vec<usize>>,
    /// Hosts that stand for their sub-domains too.
    below: HashMap<String, Vec<usize>>,
}

impl HostIndex {
    pub(super) fn new(engines: &[SearchSite]) -> Self {
        let mut index = Self::default();
        for (number, engine) in engines.iter().enumerate() {
            for host in &engine.hosts {
                let (map, key) = match (engine.exact, host.strip_suffix(".*")) {
                    (true, _) => (&mut index.exact, host.replace("{}", "*")),
                    (false, Some(name)) => (&mut index.names, name.to_owned()),
                    (false, None) => (&mut index.below, host.clone()),
                };
                map.entry(key).or_default().push(number);
            }
        }
        index
    }

    /// Numbers of the entries that may speak for `host`, in the order of the facts.
    pub(super) fn entries(&self, host: &str) -> Vec<usize> {
        let bare = host.strip_prefix("www.").unwrap_or(host);
        let mut found: Vec<usize> = Vec::new();
        for key in pattern_keys(bare) {
            found.extend(self.exact.get(&key).into_iter().flatten());
        }
        if let Some((name, _)) = psl::domain_str(host).and_then(|domain| domain.split_once('.')) {
            found.extend(self.names.get(name).into_iter().flatten());
        }
        for parent in with_parents(host) {
            found.extend(self.below.get(parent).into_iter().flatten());
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// The host, and with its public suffix or the letters of a country replaced by a star.
fn pattern_keys(host: &str) -> Vec<String> {
    let mut keys = vec![host.to_owned()];
    if let Some(name) = psl::suffix_str(host).and_then(|suffix| host.strip_suffix(suffix)) {
        keys.push(format!("{name}*"));
    }
    let labels: Vec<&str> = host.split('.').collect();
    for (place, label) in labels.iter().enumerate().take(labels.len().saturating_sub(2)) {
        if (2..=3).contains(&label.len()) && label.bytes().all(|byte| byte.is_ascii_lowercase()) {
            let mut with_star = labels.clone();
            if let Some(slot) = with_star.get_mut(place) {
                *slot = "*";
            }
            keys.push(with_star.join("."));
        }
    }
    keys
}
