//! Storage that can be taken away, from `/sys/block`.

use std::path::Path;

use super::{names, read};

/// How far above a disk in the tree of devices its serial number may stand.
const ABOVE_MAX: usize = 8;

/// Maker with model, and serial number, of each.
pub(super) fn storage(sys: &Path) -> Result<Vec<(String, String)>, String> {
    let folder = sys.join("block");
    let disks = names(&folder, "disks")?;
    Ok(disks.iter().filter_map(|disk| of_disk(&folder.join(disk), disk)).collect())
}

/// The removable storage that a file lies on, by the number of its device; nothing where it lies elsewhere.
pub(crate) fn disk_of(sys: &Path, device: u64) -> Option<(String, String)> {
    let (major, minor) = (rustix::fs::major(device), rustix::fs::minor(device));
    let at = std::fs::canonicalize(sys.join(format!("dev/block/{major}:{minor}"))).ok()?;
    // A partition lies in its disk.
    at.ancestors().take(2).find_map(|disk| of_disk(disk, &disk.file_name()?.to_string_lossy()))
}

fn of_disk(disk: &Path, name: &str) -> Option<(String, String)> {
    // A reader without a card has size 0; an optical drive is no storage of its own.
    if read(&disk.join("size"))? == "0" || name.starts_with("sr") || name.starts_with("loop") {
        return None;
    }
    let at = std::fs::canonicalize(disk).ok()?;
    let is_usb = at.components().any(|part| part.as_os_str().to_string_lossy().starts_with("usb"));
    let is_card = read(&at.join("device/type")).is_some_and(|kind| kind == "SD");
    let is_removable = read(&disk.join("removable")).is_some_and(|flag| flag == "1");
    if !(is_usb || is_card || is_removable) {
        return None;
    }
    let words =
        ["vendor", "model", "name"].into_iter().filter_map(|file| read(&at.join("device").join(file)));
    let known_as = words.collect::<Vec<_>>().join(" ");
    let serial = at
        .ancestors()
        .take(ABOVE_MAX)
        .find_map(|above| read(&above.join("serial")).or_else(|| read(&above.join("device/serial"))));
    let known_as = if known_as.is_empty() { "of no known make".to_owned() } else { known_as };
    Some((known_as, serial.unwrap_or_default()))
}
