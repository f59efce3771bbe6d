//! Windows that are never read, whichever condition is in force: `never-read.txt`.

const BUILT_IN: &str = include_str!("never-read.txt");

/// Whether windows of a program are never read. A name stands for itself in any case; one that ends in `*` for all that begin so.
#[must_use]
pub fn is_never_read(names: &[&str]) -> bool {
    names.iter().any(|name| is_listed(name))
}

fn is_listed(name: &str) -> bool {
    let name = name.rsplit('/').next().unwrap_or(name).to_lowercase();
    let entries = BUILT_IN.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    entries.into_iter().any(|entry| match entry.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => name == entry,
    })
}

#[cfg(test)]
mod tests {
    use super::{BUILT_IN, is_never_read};

    #[test]
    fn secret_windows_are_known_by_any_of_their_names_and_others_are_not() {
        for names in
            [["", "Pinentry-gtk-2", ""], ["keepassxc", "KeePassXC", ""], ["", "", "/usr/bin/xscreensaver"]]
        {
            assert!(is_never_read(&names), "{names:?}");
        }
        for names in [["feh", "feh", "/usr/bin/feh"], ["", "", ""], ["keep", "Keep", "/usr/bin/keep"]] {
            assert!(!is_never_read(&names), "{names:?}");
        }
        let lines = || BUILT_IN.lines().filter(|line| !line.starts_with('#'));
        assert!(lines().all(|line| line == line.trim().to_lowercase()), "as they are compared");
    }
}
