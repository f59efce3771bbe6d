//! Which hosts are a lawyer's by their name, which are mail sites, and which publish.

use std::ops::Range;

use proviso_model::privilege::PrivilegeHosts;

use crate::sites::with_parents;

/// Whether pages of a host are read as messages.
pub(super) fn is_mail(hosts: &PrivilegeHosts, host: &str) -> bool {
    is_under(&hosts.mail, host) || hosts.mail_begins.iter().any(|begin| host.starts_with(begin.as_str()))
}

/// Whether a host publishes: its pages are nobody's letters.
pub(super) fn is_published(hosts: &PrivilegeHosts, host: &str) -> bool {
    is_under(&hosts.published, host) || hosts.published_ends.iter().any(|end| host.ends_with(end.as_str()))
}

/// Whether a host is a lawyer's by its name.
pub(super) fn is_lawyers(hosts: &PrivilegeHosts, host: &str) -> bool {
    let held = |part: &str| hosts.holds.iter().any(|held| part.contains(held.as_str()));
    let ends = || hosts.ends.iter().any(|end| host.ends_with(end.as_str()));
    !is_published(hosts, host) && (host.split('.').any(held) || ends())
}

/// E-mail addresses in a text: where each stands, and its host in lower case.
pub(super) fn addresses(text: &str) -> impl Iterator<Item = (Range<usize>, String)> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+');
    text.match_indices('@').filter_map(move |(at, _)| {
        let before = text.get(..at)?;
        let start = before.trim_end_matches(is_part).len();
        let after = text.get(at + 1..)?;
        let long = after.len() - after.trim_start_matches(is_part).len();
        let host = after.get(..long)?.trim_end_matches(['.', '-']);
        (start < at && host.contains('.')).then(|| (start..at + 1 + host.len(), host.to_ascii_lowercase()))
    })
}

fn is_under(listed: &[String], host: &str) -> bool {
    with_parents(host).any(|name| listed.iter().any(|one| one == name))
}

#[cfg(test)]
mod tests {
    use super::addresses;

    #[test]
    fn addresses_are_found_where_they_stand() {
        let text = "From: A. Person <a.person@Firm-Solicitors.example>, b@x and @nobody, c@d.example.";
        let found: Vec<_> = addresses(text).map(|(range, host)| (&text[range], host)).collect();
        assert_eq!(
            found,
            [
                ("a.person@Firm-Solicitors.example", "firm-solicitors.example".to_owned()),
                ("c@d.example", "d.example".to_owned())
            ]
        );
    }
}
