//! Search queries taken from addresses, by the facts in `packs/search-sites.toml` and `packs/search.toml`, which are part
//! of the engine.

mod decode;
mod facts;
mod index;

use std::sync::LazyLock;

use url::Url;

use self::decode::{bytes_of, text_of};
pub use self::facts::{InSite, SearchFacts, SearchKind, SearchSite};
use self::index::HostIndex;
use crate::pack::Pack;

/// Parameters in which an address names its own character set.
const CHARSET_PARAMS: [&str; 2] = ["ie", "charset"];

static FACTS: LazyLock<Facts> = LazyLock::new(|| {
    let [mut sites, engines] =
        [include_str!("../../../../packs/search-sites.toml"), include_str!("../../../../packs/search.toml")]
            .map(|text| Pack::from_toml(text).expect("the built-in search facts are read by a test").search);
    sites.engines.extend(engines.engines);
    Facts { index: HostIndex::new(&sites.engines), engines: sites.engines, in_site: sites.in_site }
});

struct Facts {
    engines: Vec<SearchSite>,
    index: HostIndex,
    in_site: InSite,
}

/// A search, as far as its address tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// What was searched for, decoded, white space trimmed; absent where the engine's address does not show it.
    pub query: Option<String>,
    /// The engine or site, where it is a listed one.
    pub engine: Option<KnownEngine>,
}

/// A listed engine, or a listed site with a search of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownEngine {
    /// As people know it.
    pub name: &'static str,
    /// What it searches.
    pub kind: SearchKind,
}

impl Search {
    /// Whether the page is known to show results: somebody else's words, found for the query. What an assistant writes
    /// is none.
    #[must_use]
    pub fn is_results(&self) -> bool {
        self.engine.is_some_and(|engine| engine.kind != SearchKind::Assistant)
    }
}

/// What was searched for by opening `address`: the decoded query. Nothing where the address shows none.
#[must_use]
pub fn query_of(address: &str) -> Option<String> {
    search_of(address)?.query
}

/// The search that `address` belongs to; nothing where it is not one of a search.
#[must_use]
pub fn search_of(address: &str) -> Option<Search> {
    let url = Url::parse(address).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let host = url.host_str()?.trim_end_matches('.').to_owned();
    let facts: &'static Facts = &FACTS;
    let listed: Vec<&'static SearchSite> =
        facts.index.entries(&host).into_iter().filter_map(|number| facts.engines.get(number)).collect();
    if listed.iter().any(|engine| engine.away.iter().any(|path| is_path(path, url.path()))) {
        return None;
    }
    // Our own entry for a host knows its parameters, that of the public list its character sets.
    let charsets: Vec<String> = listed.iter().flat_map(|engine| engine.charsets.iter().cloned()).collect();
    let found = listed.iter().find_map(|engine| Some((*engine, query_by(engine, &url, &charsets)?)));
    if let Some((engine, query)) = found {
        return Some(Search { query: Some(query), engine: Some(known(engine)) });
    }
    let hides = |engine: &&&SearchSite| engine.hidden.iter().any(|path| is_path(path, url.path()));
    if let Some(engine) = listed.iter().find(hides) {
        return Some(Search { query: None, engine: Some(known(engine)) });
    }
    in_site(&facts.in_site, &url).map(|query| Search { query: Some(query), engine: None })
}

fn known(engine: &'static SearchSite) -> KnownEngine {
    KnownEngine { name: &engine.name, kind: engine.kind }
}

fn query_by(engine: &SearchSite, url: &Url, charsets: &[String]) -> Option<String> {
    let on_path = engine.paths.is_empty() || engine.paths.iter().any(|path| is_path(path, url.path()));
    let params: &[String] = if on_path { &engine.params } else { &[] };
    parameter(url, params, charsets)
        .or_else(|| engine.cached.then(|| after_cached(url)).flatten())
        .or_else(|| after_path(url, &engine.path_queries))
        .or_else(|| {
            let path = url.path();
            engine.templates.iter().find_map(|template| by_template(template, path, charsets))
        })
}

/// The query on a site that is not listed.
fn in_site(facts: &InSite, url: &Url) -> Option<String> {
    let named = url.path_segments().into_iter().flatten().any(|segment| {
        let name = segment.split('.').next().unwrap_or_default();
        facts.segments.iter().any(|known| name.eq_ignore_ascii_case(known))
    });
    parameter(url, &facts.sure_params, &[])
        .or_else(|| named.then(|| parameter(url, &facts.params, &[])).flatten())
}

/// Whether `path` is `start`, or goes on below it.
fn is_path(start: &str, path: &str) -> bool {
    path.strip_prefix(start)
        .is_some_and(|rest| rest.is_empty() || start.ends_with('/') || rest.starts_with('/'))
}

/// The first of `names` that has a value, in the query of the address or in what follows its hash sign.
fn parameter(url: &Url, names: &[String], charsets: &[String]) -> Option<String> {
    let query = url.query().unwrap_or_default();
    let fragment = url.fragment().map(|text| text.rsplit('?').next().unwrap_or(text)).unwrap_or_default();
    let pairs: Vec<(String, &str)> = [query, fragment]
        .into_iter()
        .flat_map(|part| part.split('&'))
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (text_of(bytes_of(name, true), &[]), value))
        .collect();
    let declared = pairs.iter().find(|(name, _)| CHARSET_PARAMS.contains(&name.as_str()));
    let charsets: Vec<String> =
        declared.map(|(_, value)| (*value).to_owned()).into_iter().chain(charsets.iter().cloned()).collect();
    names.iter().find_map(|wanted| {
        pairs
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .find_map(|(_, value)| kept(&text_of(bytes_of(value, true), &charsets)))
    })
}

/// The words after the address of a page that an engine kept a copy of: `q=cache:ID:site.example/+words`.
fn after_cached(url: &Url) -> Option<String> {
    let cached = parameter(url, &["q".to_owned()], &[])?;
    kept(cached.strip_prefix("cache:")?.split_once(' ')?.1)
}

/// The query as a path segment: `/tagged/harbour-lantern`.
fn after_path(url: &Url, starts: &[String]) -> Option<String> {
    starts.iter().find_map(|start| {
        let segment = url.path().strip_prefix(start.as_str())?.split('/').next()?;
        // A plus sign, an underscore and a hyphen stand for a space.
        kept(&text_of(bytes_of(segment, true), &[]).replace(['-', '_'], " "))
    })
}

/// The query at its place in a path: `*` stands for one segment, `{q}` for the query as one, `{rest}` for all that is left.
/// As in the public list, the shape may begin at any segment.
fn by_template(template: &str, path: &str, charsets: &[String]) -> Option<String> {
    let shape: Vec<&str> = template.trim_start_matches('/').split('/').collect();
    let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    (0..segments.len()).find_map(|from| {
        let mut found = None;
        for (place, part) in shape.iter().enumerate() {
            let at = from + place;
            let segment = *segments.get(at)?;
            let (before, after) = part.split_once("{q}").unwrap_or((part, ""));
            if part.contains("{q}") {
                found = Some(segment.strip_prefix(before)?.strip_suffix(after)?.to_owned());
            } else if *part == "{rest}" {
                found = Some(segments.get(at..)?.join("/"));
            } else if *part != "*" && *part != segment {
                return None;
            }
        }
        kept(&text_of(bytes_of(&found?, true), charsets))
    })
}

fn kept(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
