//! Text that has come into something and was not read yet: whether it looks typed, and when it is read. Pure.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use super::bus::Object;

/// Longest piece that a key, or a method of input that composes characters, brings at once. Pasted and loaded text is longer.
const PIECE_MAX: i32 = 16;
/// What is typed is read once nothing came for so long, or so long after it began.
const TYPED: (Duration, Duration) = (Duration::from_millis(500), Duration::from_millis(800));
/// The same of what is shown.
const SHOWN: (Duration, Duration) = (Duration::from_millis(120), Duration::from_millis(400));
/// Things of one window that wait; beyond, the window is looked at whole.
const WAITING_MAX: usize = 64;

/// What has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Change {
    /// Characters, as they count now. Nothing has come where they are none.
    pub(super) from: i32,
    pub(super) until: i32,
    /// All of it in short pieces while somebody used the device.
    pub(super) is_typed: bool,
    first: Instant,
    last: Instant,
}

/// All that waits.
#[derive(Debug, Default)]
pub(super) struct Pending(HashMap<Object, Change>);

impl Pending {
    /// Notes a piece. `false` where there is no room.
    pub(super) fn inserted(
        &mut self,
        into: Object,
        (at, length): (i32, i32),
        is_input_near: bool,
        now: Instant,
    ) -> bool {
        let is_typed = is_input_near && length <= PIECE_MAX;
        let end = at.saturating_add(length.max(0));
        if let Some(change) = self.0.get_mut(&into) {
            if change.from == change.until {
                (change.from, change.until) = (at, end);
            } else {
                // What stands behind a new piece moves.
                let moved = if at <= change.until { change.until.saturating_add(length) } else { end };
                (change.from, change.until) = (change.from.min(at), moved.max(end));
            }
            change.is_typed &= is_typed;
            change.last = now;
            return true;
        }
        self.put(into, Change { from: at, until: end, is_typed, first: now, last: now })
    }

    /// Notes that text went away: what is left is no news.
    pub(super) fn removed(&mut self, from: Object, now: Instant) -> bool {
        if let Some(change) = self.0.get_mut(&from) {
            change.last = now;
            return true;
        }
        self.put(from, Change { from: 0, until: 0, is_typed: true, first: now, last: now })
    }

    fn put(&mut self, of: Object, change: Change) -> bool {
        let has_room = self.0.len() < WAITING_MAX;
        if has_room {
            self.0.insert(of, change);
        }
        has_room
    }

    /// Whether something there waits to be read.
    pub(super) fn has(&self, object: &Object) -> bool {
        self.0.contains_key(object)
    }

    /// Whether something was typed since then.
    pub(super) fn was_typed_since(&self, began: Instant) -> bool {
        self.0.values().any(|change| change.is_typed && change.last >= began)
    }

    /// When the next is due.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.0.values().map(Change::due).min()
    }

    /// What is due now.
    pub(super) fn take_due(&mut self, now: Instant) -> Option<(Object, Change)> {
        let due = self.0.iter().find(|(_, change)| change.due() <= now).map(|(object, _)| object.clone())?;
        self.0.remove_entry(&due)
    }

    /// Forgets all.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

impl Change {
    fn due(&self) -> Instant {
        let (quiet, most) = if self.is_typed { TYPED } else { SHOWN };
        (self.last + quiet).min(self.first + most)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::super::bus::Object;
    use super::Pending;

    #[test]
    fn short_pieces_while_somebody_is_there_are_typed_and_all_else_is_shown() {
        let object = |path: &str| Object { program: ":1.7".to_owned(), path: path.to_owned() };
        let began = Instant::now();
        for (story, pieces, is_near, range, is_typed) in [
            ("letters", vec![(0, 1), (1, 1), (2, 1)], true, (0, 3), true),
            ("nobody is there", vec![(0, 1), (1, 1)], false, (0, 2), false),
            ("a paragraph at once", vec![(0, 400)], true, (0, 400), false),
            ("a letter, then a paragraph", vec![(5, 1), (6, 90)], true, (5, 96), false),
            ("letters before a letter", vec![(8, 1), (4, 2)], true, (4, 11), true),
        ] {
            let mut pending = Pending::default();
            for piece in pieces {
                assert!(pending.inserted(object("/a"), piece, is_near, began), "{story}");
            }
            assert_eq!(pending.take_due(began), None, "{story}: it is let settle");
            assert!(pending.next_due().is_some_and(|due| due - began < Duration::from_secs(1)), "{story}");
            let (_, change) = pending.take_due(began + Duration::from_secs(1)).expect("it is due");
            assert_eq!(((change.from, change.until), change.is_typed), (range, is_typed), "{story}");
        }
    }

    #[test]
    fn who_goes_on_typing_is_read_within_a_second_all_the_same() {
        let object = Object { program: ":1.7".to_owned(), path: "/a".to_owned() };
        let (mut pending, began) = (Pending::default(), Instant::now());
        let mut now = began;
        let read_after = loop {
            pending.inserted(object.clone(), (0, 1), true, now);
            if pending.take_due(now).is_some() {
                break now - began;
            }
            now += Duration::from_millis(100);
        };
        assert!(read_after < Duration::from_secs(1), "{read_after:?}");
    }
}
