//! What the helper has said and the agent has not acknowledged: numbered, in memory alone, sent again on the next connection. Pure.

use std::collections::VecDeque;

use proviso_model::limits::{NATIVE_MESSAGE_BYTES_MAX, NATIVE_PART_BYTES_MAX};
use proviso_model::native::ToHost;

/// Messages that may wait for their acknowledgement, and their bytes together; sources wait while it is full.
pub const WINDOW_MAX: usize = 8;
/// The same in bytes.
pub const WINDOW_BYTES_MAX: usize = 24 * 1024 * 1024;

/// Messages on their way.
#[derive(Debug, Default)]
pub struct Outbox {
    last: u64,
    waiting: VecDeque<(u64, Vec<Vec<u8>>)>,
    bytes: usize,
}

impl Outbox {
    /// Whether there is room for another.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.waiting.len() < WINDOW_MAX && self.bytes < WINDOW_BYTES_MAX
    }

    /// The highest number given.
    #[must_use]
    pub fn last(&self) -> u64 {
        self.last
    }

    /// Takes a message, made for its number; answers the frames to send.
    ///
    /// # Errors
    /// As JSON, which a message of ours always is.
    pub fn put(&mut self, make: impl FnOnce(u64) -> ToHost) -> serde_json::Result<&[Vec<u8>]> {
        let n = self.last + 1;
        let frames = frames(n, &make(n))?;
        self.last = n;
        self.bytes += frames.iter().map(Vec::len).sum::<usize>();
        self.waiting.push_back((n, frames));
        Ok(self.waiting.back().map_or(&[], |(_, frames)| frames.as_slice()))
    }

    /// All up to `n` are durable or were dropped.
    pub fn acknowledged(&mut self, n: u64) {
        while let Some((first, _)) = self.waiting.front()
            && *first <= n
        {
            self.refused(*first);
        }
    }

    /// One can never be taken; it counts as acknowledged.
    pub fn refused(&mut self, n: u64) {
        if let Some(place) = self.waiting.iter().position(|(number, _)| *number == n) {
            let refused = self.waiting.remove(place);
            self.bytes -= refused.map_or(0, |(_, frames)| frames.iter().map(Vec::len).sum());
        }
    }

    /// What is to be sent on a new connection, in order.
    pub fn unacknowledged(&self) -> impl Iterator<Item = &Vec<u8>> {
        self.waiting.iter().flat_map(|(_, frames)| frames)
    }
}

/// A message as frames: one, or parts where it is too long for one.
fn frames(n: u64, message: &ToHost) -> serde_json::Result<Vec<Vec<u8>>> {
    let whole = serde_json::to_string(message)?;
    if whole.len() <= NATIVE_PART_BYTES_MAX.min(NATIVE_MESSAGE_BYTES_MAX) {
        return Ok(vec![whole.into_bytes()]);
    }
    let mut pieces = Vec::new();
    let mut rest = whole.as_str();
    while !rest.is_empty() {
        let end = rest.floor_char_boundary(NATIVE_PART_BYTES_MAX);
        let (piece, after) = rest.split_at(end);
        pieces.push(piece.to_owned());
        rest = after;
    }
    let count = u32::try_from(pieces.len()).unwrap_or(u32::MAX);
    let part = |(index, data)| serde_json::to_vec(&ToHost::Part { n, index, count, data });
    (0..).zip(pieces).map(part).collect()
}

#[cfg(test)]
mod tests {
    use proviso_model::Source;
    use proviso_model::native::{PictureWithout, ToHost};

    use super::{Outbox, WINDOW_MAX};

    fn missed(n: u64) -> ToHost {
        ToHost::Missed { n, source: Source::Files, count: 1, why: PictureWithout::NoRoom }
    }

    #[test]
    fn what_is_not_acknowledged_is_sent_again_in_order_and_a_full_box_waits() {
        let mut outbox = Outbox::default();
        while outbox.has_room() {
            assert_eq!(outbox.put(missed).expect("json").len(), 1);
        }
        assert_eq!(outbox.last(), WINDOW_MAX as u64);
        outbox.acknowledged(3);
        assert!(outbox.has_room());
        let again: Vec<ToHost> =
            outbox.unacknowledged().map(|frame| serde_json::from_slice(frame).expect("ours")).collect();
        assert_eq!(again, (4..=WINDOW_MAX as u64).map(missed).collect::<Vec<_>>());
        outbox.acknowledged(99);
        assert_eq!(outbox.unacknowledged().count(), 0);
    }
}
