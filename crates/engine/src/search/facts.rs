//! The shape of facts about search addresses, as packs hold them.

use serde::Deserialize;

/// Facts about search addresses.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SearchFacts {
    /// Search engines, and sites with a search of their own.
    pub engines: Vec<SearchSite>,
    /// What a search on any other site looks like.
    pub in_site: InSite,
}

/// A search engine or a site with a search of its own.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchSite {
    /// As people know it.
    pub name: String,
    /// `host.example` with its sub-domains, or `name.*` for a name under any public suffix.
    pub hosts: Vec<String>,
    /// Paths that are searches, with what lies below them; any path when empty.
    #[serde(default)]
    pub paths: Vec<String>,
    /// Parameters that hold the query, the first that is there wins.
    #[serde(default)]
    pub params: Vec<String>,
    /// Paths whose next segment is the query.
    #[serde(default)]
    pub path_queries: Vec<String>,
    /// What it searches.
    #[serde(default)]
    pub kind: SearchKind,
    /// Whether `hosts` are just those hosts (with or without `www.`), without their sub-domains. `{}` at the end stands for
    /// any public suffix, elsewhere for the letters of a country.
    #[serde(default)]
    pub exact: bool,
    /// Shapes of paths that hold the query: `*` for one segment, `{q}` for the query as one, `{rest}` for all that is left.
    #[serde(default)]
    pub templates: Vec<String>,
    /// Character sets of the query, tried in turn where it is not UTF-8.
    #[serde(default)]
    pub charsets: Vec<String>,
    /// Paths of pages of results whose address may not show the query.
    #[serde(default)]
    pub hidden: Vec<String>,
    /// Paths that only lead away to a result: no search.
    #[serde(default)]
    pub away: Vec<String>,
    /// Whether the query follows the address of a kept page: `q=cache:ID:site.example/+words`.
    #[serde(default)]
    pub cached: bool,
}

/// What a search looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SearchKind {
    /// Any page of the web.
    #[default]
    Web,
    /// Pictures.
    Images,
    /// Films and music.
    Video,
    /// People and what they post.
    Social,
    /// Things for sale.
    Shopping,
    /// Works of reference and code.
    Reference,
    /// An assistant: the query is a prompt, and what it answers are no results.
    Assistant,
}

/// What a search on a site that is not listed looks like.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InSite {
    /// Path segments that name a search, such as `search`.
    pub segments: Vec<String>,
    /// Parameters that hold the query where such a segment is in the path.
    pub params: Vec<String>,
    /// Parameters that hold a query on any path.
    pub sure_params: Vec<String>,
}
