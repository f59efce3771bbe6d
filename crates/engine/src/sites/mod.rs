//! Hosts: read from addresses, looked up with their parent domains, never above the registrable domain.

mod import;
mod list;

use url::{Host, Url};

pub use import::{Counts, ImportError, Importer, ListFormat, Problem, RefusedLine};
pub use list::{SiteList, SiteListError};

/// What is wrong with a host name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    /// Not a host name.
    #[error("\"{0}\" is not a host name; write one such as \"site.example\"")]
    NotAHost(String),
    /// A suffix under which anybody may register, such as `co.uk`.
    #[error(
        "\"{0}\" is a public suffix: anybody may have a site under it, so the rule would cover sites that the order does not mean; name the site itself, such as \"name.{0}\""
    )]
    PublicSuffix(String),
}

/// A host name as it is compared: lower case, ASCII (punycode), no last dot.
///
/// # Errors
/// [`HostError`] when it is not a host name, or is a public suffix.
pub fn host_of_rule(text: &str) -> Result<String, HostError> {
    let host = text.trim().trim_end_matches('.');
    let host = match Host::parse(host) {
        Ok(Host::Domain(domain)) if domain.contains('.') => domain,
        Ok(Host::Ipv4(address)) => return Ok(address.to_string()),
        _ => return Err(HostError::NotAHost(text.chars().take(80).collect())),
    };
    match psl::suffix_str(&host) {
        Some(suffix) if suffix == host => Err(HostError::PublicSuffix(host)),
        _ => Ok(host),
    }
}

/// The host of an address and where it stands there, in bytes. Nothing where the address has none or cannot be read.
#[must_use]
pub fn host_of_address(address: &str) -> Option<SiteHost> {
    let url = Url::parse(address).ok()?;
    let host = url.host_str()?.trim_end_matches('.').to_owned();
    if host.is_empty() {
        return None;
    }
    let (start, end) = place_of_host(address)?;
    Some(SiteHost { host, start, end })
}

/// A host and where it stands in its address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteHost {
    /// As [`host_of_rule`] writes it.
    pub host: String,
    /// First byte in the address.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// The host itself, then its parent domains down to the registrable domain.
pub fn with_parents(host: &str) -> impl Iterator<Item = &str> {
    let shortest = shortest_of(host);
    std::iter::successors(Some(host), |name| name.split_once('.').map(|(_, parent)| parent))
        .take_while(move |name| name.len() >= shortest)
}

/// Length of the shortest name that may speak for `host`: its registrable domain, or all of it.
fn shortest_of(host: &str) -> usize {
    let registrable = match host.parse::<std::net::IpAddr>() {
        Ok(_) => None,
        Err(_) => psl::domain_str(host),
    };
    registrable.map_or(host.len(), str::len)
}

/// Where the host stands in the text of an address: after the scheme and any user name, before port or path.
fn place_of_host(address: &str) -> Option<(usize, usize)> {
    let start = address.find("://")? + 3;
    let rest = address.get(start..)?;
    let authority_end = rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len());
    let authority = rest.get(..authority_end)?;
    let skip = authority.rfind('@').map_or(0, |at| at + 1);
    let host = authority.get(skip..)?;
    let length =
        if host.starts_with('[') { host.find(']')? + 1 } else { host.find(':').unwrap_or(host.len()) };
    Some((start + skip, start + skip + length))
}

#[cfg(test)]
mod tests {
    use super::{HostError, host_of_address, host_of_rule, with_parents};

    #[test]
    fn a_public_suffix_is_never_a_rule() {
        for host in ["co.uk", "github.io", "CO.UK."] {
            assert!(matches!(host_of_rule(host), Err(HostError::PublicSuffix(_))), "{host}");
        }
        for host in ["example", "", "two words.example", "a/b.example", "[::1]"] {
            assert!(matches!(host_of_rule(host), Err(HostError::NotAHost(_))), "{host}");
        }
        assert_eq!(host_of_rule("Bücher.EXAMPLE").expect("a host"), "xn--bcher-kva.example");
    }

    #[test]
    fn parents_end_at_the_registrable_domain() {
        let parents: Vec<&str> = with_parents("a.b.shop.co.uk").collect();
        assert_eq!(parents, ["a.b.shop.co.uk", "b.shop.co.uk", "shop.co.uk"]);
        assert_eq!(with_parents("one.github.io").collect::<Vec<_>>(), ["one.github.io"]);
        assert_eq!(with_parents("192.0.2.7").collect::<Vec<_>>(), ["192.0.2.7"]);
    }

    #[test]
    fn the_host_is_found_where_it_stands() {
        for (address, host, text) in [
            ("https://user:p@Www.Site.Example:8443/a?b#c", "www.site.example", "Www.Site.Example"),
            ("http://site.example.?x", "site.example", "site.example."),
            ("http://[2001:db8::1]:80/", "[2001:db8::1]", "[2001:db8::1]"),
        ] {
            let found = host_of_address(address).expect(address);
            assert_eq!(found.host, host);
            assert_eq!(address.get(found.start..found.end), Some(text));
        }
        assert_eq!(host_of_address("about:blank"), None);
    }
}
