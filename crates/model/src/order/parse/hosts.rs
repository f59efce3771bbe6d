//! Host names as an order writes them. Whether one is a public suffix is asked when the order is compiled.

use crate::limits::HOST_BYTES_MAX;

/// What is wrong with `text` as a host name, and what to write instead; nothing when it is one.
pub(super) fn fault(text: &str) -> Option<(String, String)> {
    let shown: String = text.chars().take(80).collect();
    let no_scheme = text.split_once("://").map_or(text, |(_, rest)| rest);
    let bare = no_scheme.split(['/', '?', '#']).next().unwrap_or_default();
    let bare = bare.rsplit('@').next().unwrap_or_default();
    let bare = bare.split(':').next().unwrap_or_default();
    if bare != text && is_host(bare) {
        return Some((
            format!("\"{shown}\" is an address, not a host name"),
            format!("write \"{bare}\"; its sub-domains are included"),
        ));
    }
    if !is_host(text) {
        return Some((
            format!("\"{shown}\" is not a host name"),
            "write a host name such as \"site.example\"; its sub-domains are included".to_owned(),
        ));
    }
    None
}

fn is_host(text: &str) -> bool {
    text.len() <= HOST_BYTES_MAX
        && text.contains('.')
        && text.split('.').all(|label| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_')
        })
}
