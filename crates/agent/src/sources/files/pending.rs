//! Files that have come and are not read yet: each waits until it is whole. Pure: the time comes from outside.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use tokio::time::Instant;

use super::FilesSettings;

/// Files that may wait; more are counted.
pub(super) const PENDING_MAX: usize = 16_384;
/// How names of what is not whole yet end, as browsers and other programs write them.
const PARTS: [&str; 8] =
    [".part", ".crdownload", ".download", ".partial", ".opdownload", ".filepart", ".aria2", ".!qb"];

/// Those that wait.
#[derive(Debug)]
pub(super) struct Pending {
    settings: FilesSettings,
    waits: HashMap<PathBuf, Wait>,
}

#[derive(Debug, Clone, Copy)]
struct Wait {
    due: Instant,
    /// Whoever wrote it has closed it, or it was moved here.
    is_closed: bool,
}

impl Pending {
    pub(super) fn new(settings: FilesSettings) -> Self {
        Self { settings, waits: HashMap::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waits.is_empty()
    }

    /// It was written to, or found here; nobody is known to have closed it. `false` where too many wait.
    pub(super) fn written(&mut self, path: &Path, now: Instant) -> bool {
        self.put(path, now, false)
    }

    /// It was moved here. `false` where too many wait.
    pub(super) fn moved_in(&mut self, path: &Path, now: Instant) -> bool {
        self.put(path, now, true)
    }

    /// Whoever wrote to it has closed it. One that nobody has written to was only opened.
    pub(super) fn closed(&mut self, path: &Path, now: Instant) {
        if self.waits.contains_key(path) {
            self.put(path, now, true);
        }
    }

    fn put(&mut self, path: &Path, now: Instant, is_closed: bool) -> bool {
        let wait = if is_part(path) {
            self.settings.part
        } else if is_closed {
            self.settings.settled
        } else {
            self.settings.quiet
        };
        let wait = Wait { due: now + wait, is_closed };
        if let Some(known) = self.waits.get_mut(path) {
            *known = wait;
            return true;
        }
        let has_room = self.waits.len() < PENDING_MAX;
        if has_room {
            self.waits.insert(path.to_owned(), wait);
        }
        has_room
    }

    /// It was due, and there was no room for it.
    pub(super) fn again(&mut self, path: PathBuf, now: Instant) {
        self.waits.entry(path).or_insert(Wait { due: now, is_closed: true });
    }

    /// It is here no more under this name; whether it waited, and was whole.
    pub(super) fn gone(&mut self, path: &Path) -> bool {
        self.waits.remove(path).is_some_and(|wait| wait.is_closed)
    }

    /// A folder is here no more.
    pub(super) fn gone_below(&mut self, folder: &Path) {
        self.waits.retain(|path, _| !path.starts_with(folder));
    }

    /// Those that are due, without more than `max` of them; they wait no longer.
    pub(super) fn due(&mut self, now: Instant, max: usize) -> Vec<PathBuf> {
        let due = self.waits.iter().filter(|(_, wait)| wait.due <= now);
        let mut due: Vec<(Instant, PathBuf)> = due.map(|(path, wait)| (wait.due, path.clone())).collect();
        due.sort();
        due.truncate(max);
        let due: Vec<PathBuf> = due.into_iter().map(|(_, path)| path).collect();
        for path in &due {
            self.waits.remove(path);
        }
        due
    }
}

/// Whether a file is named like a part of a download.
fn is_part(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_lowercase();
    PARTS.iter().any(|part| name.ends_with(part))
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};
    use std::time::Duration;

    use tokio::time::Instant;

    use super::{PENDING_MAX, Pending};
    use crate::sources::files::FilesSettings;

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    #[test]
    fn a_file_is_read_once_it_was_closed_or_moved_here_and_a_part_of_a_download_waits() {
        let begin = Instant::now();
        let mut pending = Pending::new(FilesSettings::default());
        let at = |count| begin + seconds(count);
        let [saved, growing, part, touched] = ["a.jpg", "b.jpg", "c.jpg.part", "old.jpg"].map(Path::new);
        assert!(
            pending.written(saved, at(0)) && pending.written(growing, at(0)) && pending.written(part, at(0))
        );
        pending.closed(touched, at(0));
        pending.closed(saved, at(1));
        pending.closed(part, at(1));
        pending.written(growing, at(8));
        assert!(pending.due(at(3), 9).is_empty(), "a browser's own word comes first");
        assert_eq!(pending.due(at(12), 9), [PathBuf::from("a.jpg")], "the other still grows");
        assert_eq!(pending.due(at(18), 9), [PathBuf::from("b.jpg")], "it grows no more");
        // The download is whole: its part is moved to its name.
        pending.gone(part);
        assert!(pending.moved_in(Path::new("c.jpg"), at(20)));
        assert_eq!(pending.due(at(23), 9), [PathBuf::from("c.jpg")]);
        assert!(pending.is_empty(), "what was only opened is not read");
    }

    #[test]
    fn more_than_may_wait_are_not_taken_and_those_that_wait_stay() {
        let now = Instant::now();
        let mut pending = Pending::new(FilesSettings::default());
        let taken = (0..PENDING_MAX + 5)
            .filter(|number| pending.moved_in(Path::new(&format!("{number}.png")), now))
            .count();
        assert_eq!(taken, PENDING_MAX);
        assert_eq!(pending.due(now + seconds(3), 100).len(), 100);
        assert!(pending.moved_in(Path::new("there is room.png"), now));
    }
}
