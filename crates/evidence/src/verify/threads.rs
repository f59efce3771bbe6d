//! The same work on many things, over the machine's cores.

use std::thread::available_parallelism;

use super::Trouble;

/// Does `work` on every item; the results, or the first trouble, in the order of the items.
pub(super) fn over_threads<T: Sync, R: Send>(
    items: &[T],
    work: impl Fn(&T) -> Result<R, Trouble> + Sync,
) -> Result<Vec<R>, Trouble> {
    let threads = available_parallelism().map_or(1, usize::from);
    let share = items.len().div_ceil(threads).max(1);
    let mut done = Vec::with_capacity(items.len());
    std::thread::scope(|scope| {
        let shares: Vec<_> = items
            .chunks(share)
            .map(|items| scope.spawn(|| items.iter().map(&work).collect::<Result<Vec<R>, Trouble>>()))
            .collect();
        for share in shares {
            match share.join() {
                Ok(results) => done.extend(results?),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        Ok(done)
    })
}
