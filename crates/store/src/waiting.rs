//! Writes that wait together are committed together: whoever comes while a transaction is under way waits for its end, and then all who
//! wait go into the next one. What a commit costs (the disk, the turn over all processes) is paid once for all of them, and nobody
//! waits longer for it than for their turn.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::error::{Result, StoreError};

/// One write and whoever waits for it.
pub(crate) struct Entry<W, A> {
    pub(crate) write: W,
    pub(crate) answer: oneshot::Sender<Result<A>>,
}

struct Line<W, A> {
    entries: VecDeque<Entry<W, A>>,
    is_led: bool,
}

/// Those who wait.
pub(crate) struct Waiting<W, A>(Mutex<Line<W, A>>);

impl<W, A> Default for Waiting<W, A> {
    fn default() -> Self {
        Self(Mutex::new(Line { entries: VecDeque::new(), is_led: false }))
    }
}

/// The one who commits for all; there is one at a time.
pub(crate) struct Leader<W, A>(Option<Arc<Waiting<W, A>>>);

impl<W, A> Waiting<W, A> {
    fn line(&self) -> MutexGuard<'_, Line<W, A>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits with the others. Gives who is to commit for all, where nobody does.
    pub(crate) fn join(self: &Arc<Self>, write: W) -> (oneshot::Receiver<Result<A>>, Option<Leader<W, A>>) {
        let (answer, answered) = oneshot::channel();
        let mut line = self.line();
        line.entries.push_back(Entry { write, answer });
        let leads = !std::mem::replace(&mut line.is_led, true);
        (answered, leads.then(|| Leader(Some(Arc::clone(self)))))
    }
}

impl<W, A> Leader<W, A> {
    /// Those who go next: from the first on, at most `most`, and of the others only whom `fits` lets in beside those before. None when
    /// nobody waits; then this was the end of leading.
    pub(crate) fn next(&mut self, most: usize, mut fits: impl FnMut(&W) -> bool) -> Option<Vec<Entry<W, A>>> {
        let waiting = self.0.as_ref()?;
        let mut line = waiting.line();
        if line.entries.is_empty() {
            line.is_led = false;
            drop(line);
            self.0 = None;
            return None;
        }
        let (mut taken, mut left) = (Vec::new(), VecDeque::new());
        for entry in std::mem::take(&mut line.entries) {
            if taken.len() < most && (fits(&entry.write) || taken.is_empty()) {
                taken.push(entry);
            } else {
                left.push_back(entry);
            }
        }
        line.entries = left;
        Some(taken)
    }
}

impl<W, A> Drop for Leader<W, A> {
    /// When leading ended early: whoever waits is told, and the next who comes leads.
    fn drop(&mut self) {
        let Some(waiting) = self.0.take() else { return };
        let mut line = waiting.line();
        line.is_led = false;
        line.entries.clear();
    }
}

/// Waits for the answer.
pub(crate) async fn answered<A>(answer: oneshot::Receiver<Result<A>>) -> Result<A> {
    answer.await.map_err(|_| StoreError::Interrupted)?
}

/// What to tell the others of a group whose transaction failed, and whether each might get on alone: what the database says of one
/// row is no reason to refuse the rest.
pub(crate) fn for_others(error: &StoreError) -> (StoreError, bool) {
    match error {
        StoreError::Full => (StoreError::Full, false),
        StoreError::Busy => (StoreError::Busy, false),
        StoreError::Database(sqlx::Error::Database(_)) => (StoreError::Interrupted, true),
        StoreError::Database(_) | StoreError::Interrupted => (StoreError::Interrupted, false),
        _ => (StoreError::Interrupted, true),
    }
}

/// Tells those of a group whose transaction failed: the first what happened, the others whether to come again. Whoever waited may be gone.
pub(crate) fn refuse<A>(answers: impl IntoIterator<Item = oneshot::Sender<Result<A>>>, error: StoreError) {
    let mut answers = answers.into_iter();
    let first = answers.next();
    answers.for_each(|answer| drop(answer.send(Err(for_others(&error).0))));
    drop(first.map(|first| first.send(Err(error))));
}

/// Cuts rows into pieces of so many at most, each a power of two: then there are only a few statements to prepare.
pub(crate) fn pieces<T>(rows: &[T], most: usize) -> Vec<&[T]> {
    let (mut rest, mut pieces) = (rows, Vec::new());
    while !rest.is_empty() {
        let most = most.min(rest.len());
        let (piece, after) = rest.split_at(1 << most.ilog2());
        pieces.push(piece);
        rest = after;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Waiting, answered, pieces};
    use crate::error::StoreError;

    #[tokio::test]
    async fn those_who_wait_go_together_once_and_nobody_is_left_waiting_when_the_leader_is_gone() {
        let waiting: Arc<Waiting<u32, u32>> = Arc::default();
        let (one, leader) = waiting.join(1);
        let mut leader = leader.expect("the first leads");
        let (two, other) = waiting.join(2);
        assert!(other.is_none(), "one leads");
        let (again, _) = waiting.join(1);
        let mut seen = Vec::new();
        let mut distinct = |write: &u32| {
            let is_new = !seen.contains(write);
            seen.push(*write);
            is_new
        };
        for entry in leader.next(8, &mut distinct).expect("they wait") {
            let write = entry.write;
            entry.answer.send(Ok(write * 10)).expect("they wait");
        }
        assert_eq!((answered(one).await.expect("done"), answered(two).await.expect("done")), (10, 20));
        let next = leader.next(8, |_| true).expect("the one that was held back");
        assert_eq!(next.iter().map(|entry| entry.write).collect::<Vec<_>>(), [1]);
        drop(next);
        assert!(matches!(answered(again).await, Err(StoreError::Interrupted)), "not left waiting");
        let (three, none) = waiting.join(3);
        assert!(none.is_none());
        drop(leader);
        assert!(matches!(answered(three).await, Err(StoreError::Interrupted)));
        let (_, leader) = waiting.join(4);
        let mut leader = leader.expect("the next who comes leads");
        assert_eq!(leader.next(8, |_| true).expect("one").len(), 1);
        assert!(leader.next(8, |_| true).is_none());
        assert!(waiting.join(5).1.is_some(), "and after an orderly end too");
    }

    #[test]
    fn pieces_are_powers_of_two_and_nothing_is_lost() {
        for rows in [0, 1, 3, 64, 65, 300] {
            let all: Vec<usize> = (0..rows).collect();
            let cut = pieces(&all, 64);
            assert!(cut.iter().all(|piece| piece.len().is_power_of_two() && piece.len() <= 64));
            assert_eq!(cut.concat(), all);
        }
        assert_eq!(pieces(&[0; 63], 50).len(), 6, "32, 16, 8, 4, 2, 1");
    }
}
