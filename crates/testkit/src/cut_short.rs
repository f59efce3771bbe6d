//! Runs a piece of work up to a point and then drops it, as a kill would.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

/// Drives `work` for at most `polls` polls. `None` means that it was dropped where it stood.
pub async fn cut_short<T>(work: impl Future<Output = T>, polls: u64) -> Option<T> {
    let mut work = pin!(work);
    let mut left = polls;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        work.as_mut().poll(context).map(Some)
    })
    .await
}
