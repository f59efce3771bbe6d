//! Search queries taken from addresses, by the facts in `packs/search.toml`, which are part of the engine.

use std::sync::LazyLock;

use url::Url;

use crate::pack::{Pack, SearchFacts};
use crate::sites::with_parents;

static FACTS: LazyLock<SearchFacts> = LazyLock::new(|| {
    let pack = Pack::from_toml(include_str!("../../../../packs/search.toml"));
    pack.expect("the built-in search pack is read by a test").search
});

/// What was searched for by opening `address`: the decoded query, white space trimmed. Nothing where the address is not
/// one of a search.
#[must_use]
pub fn query_of(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let host = url.host_str()?.trim_end_matches('.');
    let listed = FACTS.engines.iter().find(|engine| {
        engine.hosts.iter().any(|pattern| is_host(pattern, host))
            && (engine.paths.is_empty() || engine.paths.iter().any(|path| is_path(path, url.path())))
    });
    match listed {
        Some(engine) => parameter(&url, &engine.params).or_else(|| after_path(&url, &engine.path_queries)),
        None => {
            let in_site = &FACTS.in_site;
            let named = url.path_segments().into_iter().flatten().any(|segment| {
                let name = segment.split('.').next().unwrap_or_default();
                in_site.segments.iter().any(|known| name.eq_ignore_ascii_case(known))
            });
            parameter(&url, &in_site.sure_params)
                .or_else(|| named.then(|| parameter(&url, &in_site.params)).flatten())
        }
    }
}

/// `name.*` is the registrable domain `name` under any public suffix; any other pattern is a host with its sub-domains.
fn is_host(pattern: &str, host: &str) -> bool {
    let Some(name) = pattern.strip_suffix(".*") else {
        return with_parents(host).any(|parent| parent == pattern);
    };
    let registrable = psl::domain_str(host);
    registrable.and_then(|domain| domain.split_once('.')).is_some_and(|(label, _)| label == name)
}

/// Whether `path` is `start`, or goes on below it.
fn is_path(start: &str, path: &str) -> bool {
    path.strip_prefix(start)
        .is_some_and(|rest| rest.is_empty() || start.ends_with('/') || rest.starts_with('/'))
}

fn parameter(url: &Url, names: &[String]) -> Option<String> {
    names.iter().find_map(|name| {
        let value = url.query_pairs().find(|(key, _)| key.eq_ignore_ascii_case(name))?.1;
        let value = value.trim();
        (!value.is_empty()).then(|| value.to_owned())
    })
}

/// The query as a path segment: `/tagged/harbour-lantern`.
fn after_path(url: &Url, starts: &[String]) -> Option<String> {
    starts.iter().find_map(|start| {
        let segment = url.path().strip_prefix(start.as_str())?.split('/').next()?;
        // A segment is decoded as a parameter is; a plus sign, an underscore and a hyphen stand for a space.
        let (_, decoded) =
            url::form_urlencoded::parse(format!("q={}", segment.replace('&', "%26")).as_bytes())
                .next()
                .map(|(key, value)| (key.into_owned(), value.replace(['-', '_'], " ")))?;
        let decoded = decoded.trim();
        (!decoded.is_empty()).then(|| decoded.to_owned())
    })
}
