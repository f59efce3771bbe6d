//! A list of sites in a compact, searchable form: about 12 bytes an entry, looked up by one walk over the host's labels.

use fst::{Set, SetBuilder};
use proviso_model::limits::HOST_BYTES_MAX;
use url::Url;

use super::shortest_of;

/// Marks an entry that the list takes out again; no host or path holds it at that place.
const EXCEPT: u8 = b'!';
/// Longest entry kept: a host with the beginning of a path.
pub(super) const ENTRY_BYTES_MAX: usize = 512;

/// Why bytes are not a list.
#[derive(Debug, thiserror::Error)]
pub enum SiteListError {
    /// Not the compact form, or cut off or changed.
    #[error("the list of sites is damaged: {0}; fetch or import it again")]
    Damaged(String),
}

/// A list made ready. Holds its bytes and nothing else.
#[derive(Debug, Clone)]
pub struct SiteList<D: AsRef<[u8]> = Vec<u8>> {
    set: Set<D>,
}

impl SiteList<Vec<u8>> {
    /// Builds from entries as [`super::import`] reads them: hosts, hosts with a path, and hosts that are excepted.
    ///
    /// # Errors
    /// [`SiteListError`] when the entries cannot be written.
    pub fn build(entries: impl Iterator<Item = (String, bool)>) -> Result<Self, SiteListError> {
        let mut keys: Vec<Vec<u8>> = entries.map(|(entry, except)| key_of(&entry, except)).collect();
        keys.sort_unstable();
        keys.dedup();
        let mut builder = SetBuilder::memory();
        builder.extend_iter(keys).map_err(damaged)?;
        let bytes = builder.into_inner().map_err(damaged)?;
        Ok(Self { set: Set::new(bytes).map_err(damaged)? })
    }
}

impl<D: AsRef<[u8]>> SiteList<D> {
    /// Makes bytes of [`Self::as_bytes`] ready; their checksum is checked.
    ///
    /// # Errors
    /// [`SiteListError`] when they are not a list or were changed.
    pub fn from_bytes(bytes: D) -> Result<Self, SiteListError> {
        let set = Set::new(bytes).map_err(damaged)?;
        set.as_fst().verify().map_err(damaged)?;
        Ok(Self { set })
    }

    /// The bytes, the same for the same entries.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.set.as_fst().as_bytes()
    }

    /// How many entries it has, exceptions counted in.
    #[must_use]
    pub fn len(&self) -> usize {
        self.set.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.set.is_empty()
    }

    /// The entry that covers the page at `address`: of its path, else its host or the nearest parent domain. Never one above
    /// the registrable domain, and none where the nearest is an exception.
    #[must_use]
    pub fn entry_of_address(&self, address: &str) -> Option<String> {
        let url = Url::parse(address).ok()?;
        let host = url.host_str()?.trim_end_matches('.');
        let bare = host.strip_prefix("www.").unwrap_or(host);
        self.entry_of_path(bare, url.path()).or_else(|| self.entry_of_host(host).map(str::to_owned))
    }

    /// The entry that covers a host: itself or the nearest parent domain.
    #[must_use]
    pub fn entry_of_host<'h>(&self, host: &'h str) -> Option<&'h str> {
        let fst = self.set.as_fst();
        let mut buffer = [0_u8; HOST_BYTES_MAX];
        let reversed = reversed_into(&mut buffer, host)?;
        let shortest = shortest_of(host);
        let mut node = fst.root();
        let mut found = None;
        for (at, byte) in reversed.iter().enumerate() {
            node = match node.find_input(*byte) {
                Some(way) => fst.node(node.transition_addr(way)),
                None => return found,
            };
            let length = at + 1;
            let ends = reversed.get(length).is_none_or(|next| *next == b'.');
            if !ends || length < shortest {
                continue;
            }
            let is_except =
                node.find_input(EXCEPT).is_some_and(|way| fst.node(node.transition_addr(way)).is_final());
            if is_except {
                found = None;
            } else if node.is_final() {
                found = host.get(host.len() - length..);
            }
        }
        found
    }

    fn entry_of_path(&self, host: &str, path: &str) -> Option<String> {
        let fst = self.set.as_fst();
        let mut key = Vec::with_capacity(host.len() + path.len());
        push_reversed(&mut key, host);
        let host_length = key.len();
        key.extend_from_slice(path.trim_end_matches('/').as_bytes());
        let mut node = fst.root();
        let mut longest = None;
        for (at, byte) in key.iter().take(ENTRY_BYTES_MAX).enumerate() {
            let Some(way) = node.find_input(*byte) else { break };
            node = fst.node(node.transition_addr(way));
            let length = at + 1;
            let ends = key.get(length).is_none_or(|next| *next == b'/');
            if length > host_length && ends && node.is_final() {
                longest = path.get(..length - host_length);
            }
        }
        Some(format!("{host}{}", longest?))
    }
}

fn damaged(error: fst::Error) -> SiteListError {
    SiteListError::Damaged(error.to_string())
}

/// Labels from the last to the first, so that parent domains are beginnings; then the path.
fn key_of(entry: &str, except: bool) -> Vec<u8> {
    let (host, path) = entry.find('/').map_or((entry, ""), |at| entry.split_at(at));
    let mut key = Vec::with_capacity(entry.len() + 1);
    push_reversed(&mut key, host);
    key.extend_from_slice(path.as_bytes());
    if except {
        key.push(EXCEPT);
    }
    key
}

fn push_reversed(key: &mut Vec<u8>, host: &str) {
    for (place, label) in host.rsplit('.').enumerate() {
        if place > 0 {
            key.push(b'.');
        }
        key.extend_from_slice(label.as_bytes());
    }
}

/// The host's labels from last to first, in a buffer of the longest host.
fn reversed_into<'b>(buffer: &'b mut [u8; HOST_BYTES_MAX], host: &str) -> Option<&'b [u8]> {
    let mut length = 0;
    for (place, label) in host.rsplit('.').enumerate() {
        if place > 0 {
            *buffer.get_mut(length)? = b'.';
            length += 1;
        }
        buffer.get_mut(length..length + label.len())?.copy_from_slice(label.as_bytes());
        length += label.len();
    }
    buffer.get(..length)
}
