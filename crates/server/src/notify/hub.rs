//! Telling open consoles that something changed: the outbox table, read by one task per process, fanned out to streams.
//!
//! The table is the truth. [`Hub::wake`] only makes the reader look sooner; a lost wake costs one [`POLL`], never a
//! notification. Other processes over the same database need no wake at all.

use std::sync::Arc;
use std::time::Duration;

use proviso_store::{NotificationRow, Store};
use tokio::sync::{Notify, broadcast, watch};

/// How often the outbox is read when nobody wakes the reader.
pub const POLL: Duration = Duration::from_millis(500);
/// Notifications that a slow stream may fall behind before it is told to start over.
const BEHIND_MAX: usize = 256;
/// Rows read at a time.
const ROWS_MAX: u32 = 200;

/// Where streams listen and writers knock.
pub struct Hub {
    wake: Notify,
    heard: broadcast::Sender<NotificationRow>,
    closed: watch::Sender<bool>,
}

impl Default for Hub {
    fn default() -> Self {
        Self { wake: Notify::new(), heard: broadcast::channel(BEHIND_MAX).0, closed: watch::channel(false).0 }
    }
}

impl Hub {
    /// Something was committed: read the outbox now.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// Notifications from now on.
    #[must_use]
    pub fn listen(&self) -> broadcast::Receiver<NotificationRow> {
        self.heard.subscribe()
    }

    /// Ends the reader and every stream: called when the server shuts down, for open streams would hold it up.
    pub fn close(&self) {
        self.closed.send_replace(true);
    }

    /// Whether [`Hub::close`] was called.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        *self.closed.borrow()
    }

    /// Resolves once [`Hub::close`] was called.
    pub async fn until_closed(&self) {
        let mut closed = self.closed.subscribe();
        // An error means that the hub itself is gone, which is as good as closed.
        let _ = closed.wait_for(|closed| *closed).await;
    }
}

/// Reads the outbox until the hub is closed. A store that cannot be read is tried again; the table keeps everything.
pub async fn run(hub: Arc<Hub>, store: Arc<dyn Store>) {
    let mut last = None;
    loop {
        if let Err(error) = tell(&hub, store.as_ref(), &mut last).await {
            tracing::warn!(%error, "the outbox could not be read; trying again");
        }
        tokio::select! {
            () = hub.until_closed() => return,
            _ = tokio::time::timeout(POLL, hub.wake.notified()) => {}
        }
    }
}

/// Sends what came after `last` and moves it on. The first call begins at the end: streams ask for what they missed.
async fn tell(hub: &Hub, store: &dyn Store, last: &mut Option<i64>) -> proviso_store::Result<()> {
    let Some(after) = *last else {
        *last = Some(store.notification_last().await?);
        return Ok(());
    };
    for row in store.notification_after(after, ROWS_MAX).await? {
        *last = Some(row.id);
        // Nobody listening is not a fault.
        let _ = hub.heard.send(row);
    }
    Ok(())
}
