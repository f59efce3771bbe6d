//! Linux: the XDG user directories.

use std::fs::{File, Metadata, OpenOptions};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use rustix::fs::OFlags;

use super::{Identity, Platform};

/// Longest file of directories that is read.
const DIRECTORIES_BYTES_MAX: u64 = 64 * 1024;
/// The directories that count, by their names there and as they are called where nothing is said.
const DIRECTORIES: [(&str, &str); 5] = [
    ("XDG_DOWNLOAD_DIR", "Downloads"),
    ("XDG_PICTURES_DIR", "Pictures"),
    ("XDG_VIDEOS_DIR", "Videos"),
    ("XDG_DESKTOP_DIR", "Desktop"),
    ("XDG_DOCUMENTS_DIR", "Documents"),
];

/// An account's folders on Linux.
#[derive(Debug, Clone)]
pub struct Linux {
    home: PathBuf,
    directories: PathBuf,
}

impl Linux {
    /// Of the account with this home; `config` is where its settings are, if not in `.config` there.
    #[must_use]
    pub fn new(home: &Path, config: Option<PathBuf>) -> Self {
        let config = config.unwrap_or_else(|| home.join(".config"));
        Self { home: home.to_owned(), directories: config.join("user-dirs.dirs") }
    }
}

impl Platform for Linux {
    fn folders(&self) -> Vec<PathBuf> {
        use std::io::Read as _;
        let mut text = String::new();
        if let Ok(file) = File::open(&self.directories) {
            // What cannot be read says nothing.
            let _ = file.take(DIRECTORIES_BYTES_MAX).read_to_string(&mut text);
        }
        folders(&text, &self.home)
    }

    fn home(&self) -> &Path {
        &self.home
    }

    fn open(&self, path: &Path) -> std::io::Result<File> {
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let flags = i32::try_from(flags.bits()).map_err(std::io::Error::other)?;
        OpenOptions::new().read(true).custom_flags(flags).open(path)
    }

    fn identity(&self, of: &Metadata) -> Identity {
        let made = of.created().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        let made = made.and_then(|since| u64::try_from(since.as_nanos()).ok()).unwrap_or_default();
        (of.dev(), of.ino(), made)
    }
}

/// What `user-dirs.dirs` says, in the form that its own page allows: `"$HOME/..."` or an absolute path. A directory that is the home
/// itself is none.
fn folders(text: &str, home: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = Vec::new();
    for (name, usual) in DIRECTORIES {
        let said = text.lines().rev().find_map(|line| line.trim().strip_prefix(name)?.strip_prefix('='));
        let folder = match said.map(|value| value.trim().trim_matches('"')) {
            Some(value) => match value.strip_prefix("$HOME") {
                Some(rest) => home.join(rest.trim_matches('/')),
                None => PathBuf::from(value),
            },
            None => home.join(usual),
        };
        if folder.is_absolute() && folder.components().ne(home.components()) && !folders.contains(&folder) {
            folders.push(folder);
        }
    }
    folders
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::folders;

    #[test]
    fn the_folders_are_those_that_the_account_has_named_or_the_usual_ones_and_never_the_whole_home() {
        let said = "# made by xdg-user-dirs-update\nXDG_DOWNLOAD_DIR=\"$HOME/Hämtningar\"\nXDG_PICTURES_DIR=\"/data/pictures\"\n\
            XDG_VIDEOS_DIR=\"$HOME/\"\nXDG_DESKTOP_DIR=\"$HOME/Hämtningar\"\nXDG_DOCUMENTS_DIR=\"relative\"\n";
        let found = folders(said, Path::new("/home/anna"));
        assert_eq!(found, ["/home/anna/Hämtningar", "/data/pictures"].map(PathBuf::from));
        let usual = folders("", Path::new("/home/anna"));
        assert_eq!(usual.len(), 5);
        assert_eq!(usual.first(), Some(&PathBuf::from("/home/anna/Downloads")));
    }
}
