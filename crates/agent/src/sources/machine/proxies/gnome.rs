//! GNOME's own settings, from the file that dconf keeps (GVDB: gvdb-format.h of glib): a table of keys, each with a place in the file. Nothing but
//! the keys of proxies is read, and any byte may be wrong.

use std::collections::{BTreeMap, BTreeSet};

use super::settings::gnome_settings;

/// "GVariant", of a file that is written with its lowest bytes first.
const SIGNATURE: &[u8] = b"GVariant";
const HEADER_BYTES: usize = 24;
const ITEM_BYTES: usize = 24;
/// Keys of a table that are looked at; people have some hundreds.
const ITEMS_MAX: usize = 20_000;
/// How deep a key may lie.
const DEPTH_MAX: usize = 16;
/// Longest key and value that are read.
const TEXT_BYTES_MAX: usize = 1_024;
/// No other table is above.
const NO_PARENT: u32 = u32::MAX;
/// Under which the keys of proxies lie.
const BELOW: &str = "/system/proxy/";

/// Proxies that the file sets; none where it is not one that can be read.
#[must_use]
pub fn gnome(file: &[u8]) -> BTreeSet<String> {
    let values = keys(file).unwrap_or_default();
    gnome_settings(|path| values.get(path).cloned())
}

/// One entry of the table.
struct Item<'f> {
    parent: u32,
    name: &'f [u8],
    is_value: bool,
    value: &'f [u8],
}

/// The keys of proxies and what they are set to.
fn keys(file: &[u8]) -> Option<BTreeMap<String, String>> {
    if file.get(..SIGNATURE.len())? != SIGNATURE {
        return None;
    }
    let table = region(file, 16)?;
    let bloom_words = usize::try_from(number(table, 0)? & ((1 << 27) - 1)).ok()?;
    let buckets = usize::try_from(number(table, 4)?).ok()?;
    let before = bloom_words.checked_add(buckets)?.checked_mul(4)?.checked_add(8)?;
    let items: Vec<Item<'_>> = table
        .get(before..)?
        .as_chunks::<ITEM_BYTES>()
        .0
        .iter()
        .take(ITEMS_MAX)
        .map(|item| read_item(file, item))
        .collect::<Option<_>>()?;
    let mut values = BTreeMap::new();
    for item in items.iter().filter(|item| item.is_value) {
        let Some(path) = path_of(&items, item).filter(|path| path.starts_with(BELOW)) else { continue };
        if let Some(value) = value_of(item.value) {
            values.insert(path, value);
        }
    }
    Some(values)
}

fn read_item<'f>(file: &'f [u8], item: &[u8]) -> Option<Item<'f>> {
    let start = usize::try_from(number(item, 8)?).ok()?;
    let size = usize::from(u16::from_le_bytes([*item.get(12)?, *item.get(13)?]));
    let is_value = *item.get(14)? == b'v';
    let value = if is_value {
        let (from, until) = (number(item, 16)?, number(item, 20)?);
        file.get(usize::try_from(from).ok()?..usize::try_from(until).ok()?)?
    } else {
        &[]
    };
    Some(Item { parent: number(item, 4)?, name: file.get(start..start.checked_add(size)?)?, is_value, value })
}

/// The whole path of a key: those above it first.
fn path_of(items: &[Item<'_>], item: &Item<'_>) -> Option<String> {
    let (mut parts, mut at) = (vec![item.name], item.parent);
    while at != NO_PARENT {
        let above = items.get(usize::try_from(at).ok()?)?;
        parts.push(above.name);
        at = above.parent;
        if parts.len() > DEPTH_MAX {
            return None;
        }
    }
    parts.reverse();
    let path = parts.concat();
    (path.len() <= TEXT_BYTES_MAX).then(|| String::from_utf8(path).ok())?
}

/// A text or a whole number, which stand before a zero and the letter of their type.
fn value_of(value: &[u8]) -> Option<String> {
    let at = value.len().checked_sub(2)?;
    let (data, kind) = value.split_at_checked(at)?;
    match kind {
        [0, b's'] if data.len() <= TEXT_BYTES_MAX => {
            String::from_utf8(data.strip_suffix(&[0])?.to_vec()).ok()
        }
        [0, b'i'] => Some(i32::from_le_bytes(data.try_into().ok()?).to_string()),
        _ => None,
    }
}

/// A stretch of the file that two numbers give, from start to end.
fn region(file: &[u8], at: usize) -> Option<&[u8]> {
    debug_assert!(at + 8 <= HEADER_BYTES);
    let (from, until) = (number(file, at)?, number(file, at + 4)?);
    file.get(usize::try_from(from).ok()?..usize::try_from(until).ok()?)
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(four.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::{gnome, keys};

    /// Made by dconf 0.40 from `gsettings set`.
    const FILE: &[u8] = include_bytes!("../../../../../../testdata/proxies/gnome-user");

    #[test]
    fn a_file_that_dconf_wrote_is_read_key_by_key() {
        let values = keys(FILE).expect("a file of dconf");
        let of = |key: &str| values.get(&format!("/system/proxy/{key}")).map(String::as_str);
        assert_eq!((of("mode"), of("http/port")), (Some("manual"), Some("3128")));
        assert_eq!(of("autoconfig-url"), Some("http://pac.marina.example/p.pac"));
        let proxies: Vec<String> = gnome(FILE).into_iter().collect();
        assert_eq!(proxies, ["127.0.0.1:9050", "proxy.marina.example:3128"]);
    }

    #[test]
    fn no_cut_and_no_changed_byte_of_it_stops_the_reader() {
        for at in 0..FILE.len() {
            assert!(gnome(FILE.get(..at).expect("its beginning")).len() <= 2);
            for byte in [0, 1, 0x7F, 0xFF] {
                let mut changed = FILE.to_vec();
                *changed.get_mut(at).expect("a byte") = byte;
                assert!(gnome(&changed).len() <= 4);
            }
        }
    }
}
