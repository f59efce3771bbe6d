//! File systems that are no disks of the device, from `/proc/self/mountinfo`.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::programs::PEOPLE_FROM;
use super::read;

/// Opened containers lie on devices with these names. Every other encrypted device is the system's own.
const CONTAINERS: [&str; 2] = ["veracrypt", "truecrypt"];

/// Kind and folder of each: file systems in user space, encrypted folders, opened containers; none that another person has mounted.
pub(super) fn mounts(proc: &Path, uid: u32) -> Result<Vec<(String, String)>, String> {
    let path = proc.join("self/mountinfo");
    let text = read(&path).ok_or_else(|| format!("mounts cannot be listed ({})", path.display()))?;
    let is_own = |owner: u32| owner == uid || owner < PEOPLE_FROM;
    let owns = |line: &str, folder: &str| match mounted_by(line) {
        Some(owner) => is_own(owner),
        // Who opened a container nothing says; whose the folder is the folder does.
        None => std::fs::metadata(folder).map_or(true, |of| is_own(of.uid())),
    };
    let one = |line: &str| mount(line).filter(|(_, folder)| owns(line, folder));
    Ok(text.lines().filter_map(one).collect())
}

/// One line: fields, a dash, type, source, options (proc_pid_mountinfo(5)).
fn mount(line: &str) -> Option<(String, String)> {
    let (fields, of) = line.split_once(" - ")?;
    let folder = unescaped(fields.split(' ').nth(4)?);
    let mut of = of.split(' ');
    let (kind, source) = (of.next()?, of.next()?);
    let device = source.strip_prefix("/dev/mapper/").unwrap_or_default();
    let container = CONTAINERS.into_iter().find(|name| device.starts_with(name));
    let is_added = kind.starts_with("fuse.") || matches!(kind, "ecryptfs" | "davfs");
    let name = container.or(is_added.then_some(kind))?;
    Some((name.to_owned(), folder))
}

/// The account that mounted a file system in user space.
fn mounted_by(line: &str) -> Option<u32> {
    line.rsplit(' ').next()?.split(',').find_map(|option| option.strip_prefix("user_id=")?.parse().ok())
}

/// Blank, tab, line end and backslash stand in octal.
fn unescaped(text: &str) -> String {
    [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")]
        .into_iter()
        .fold(text.to_owned(), |text, (code, sign)| text.replace(code, sign))
}

#[cfg(test)]
mod tests {
    use super::mount;

    #[test]
    fn what_was_added_is_told_from_the_disks_of_the_device() {
        for (line, expected) in [
            ("36 25 253:0 / / rw,relatime shared:1 - ext4 /dev/mapper/luks-1 rw", None),
            ("37 25 253:1 / /home rw shared:2 - ext4 /dev/mapper/home_crypt rw", None),
            (
                "40 37 0:50 / /home/one/My\\040things rw - fuse.gocryptfs /home/one/.v rw",
                Some(("fuse.gocryptfs", "/home/one/My things")),
            ),
            (
                "41 25 253:9 / /media/veracrypt1 rw - vfat /dev/mapper/veracrypt1 rw",
                Some(("veracrypt", "/media/veracrypt1")),
            ),
            (
                "42 25 0:51 / /run/user/1000/doc rw - fuse.portal portal rw",
                Some(("fuse.portal", "/run/user/1000/doc")),
            ),
            ("43 25 0:5 / /dev rw - devtmpfs udev rw", None),
            ("torn", None),
            ("", None),
        ] {
            let found = mount(line);
            assert_eq!(
                found.as_ref().map(|(name, folder)| (name.as_str(), folder.as_str())),
                expected,
                "{line}"
            );
        }
    }
}
