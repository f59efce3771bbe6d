//! The thread that steps the uplink. It has its own small runtime, so that its disk work never delays a browser.

use std::sync::Arc;
use std::time::Duration;

use proviso_model::Timestamp;
use tokio::sync::watch;

use super::core_thread::{Ask, Core, CoreView};
use crate::clock::TrueTime;
use crate::uplink::{Next, Transport, Uplink, UplinkState};

/// Longest sleep, so that a clock that was set cannot make it sleep for days.
const SLEEP_MS_MAX: i64 = 60_000;

/// A running uplink.
pub struct UplinkThread {
    state: watch::Receiver<UplinkState>,
    stop: watch::Sender<bool>,
}

impl UplinkThread {
    /// Starts it.
    ///
    /// # Errors
    /// As the operating system, when it has no thread left.
    pub fn start<T: Transport + 'static>(
        uplink: Uplink<T>,
        time: Arc<TrueTime>,
        core: Core,
    ) -> std::io::Result<Self> {
        let (show, state) = watch::channel(uplink.state().clone());
        let (stop, stopped) = watch::channel(false);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        std::thread::Builder::new()
            .name("uplink".to_owned())
            .spawn(move || runtime.block_on(run(uplink, &time, &core, &show, stopped)))?;
        Ok(Self { state, stop })
    }

    /// What it knows, as it changes.
    pub fn state(&self) -> watch::Receiver<UplinkState> {
        self.state.clone()
    }

    /// Ends it. What is not sent stays in the spool.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }
}

async fn run<T: Transport>(
    mut uplink: Uplink<T>,
    time: &TrueTime,
    core: &Core,
    show: &watch::Sender<UplinkState>,
    mut stopped: watch::Receiver<bool>,
) {
    let mut view = core.view();
    let mut asked = uplink.questions().asked();
    let mut serial = 0;
    loop {
        // Read before the step, so that a record spooled during it is not slept over.
        let (watching, appended) = {
            let view = view.borrow_and_update();
            (view.standing.watching, view.appended)
        };
        uplink.set_watching(watching);
        let now = time.now();
        let next = tokio::select! {
            next = uplink.step(now) => next,
            _ = stopped.changed() => return,
        };
        show.send_if_modified(|shown| {
            let changed = shown != uplink.state();
            if changed {
                shown.clone_from(uplink.state());
            }
            changed
        });
        if uplink.policy_serial() != serial {
            serial = uplink.policy_serial();
            core.tell(Ask::Tick).await;
        }
        let again = match next {
            Next::Again => continue,
            Next::Wait { until, backing_off } => {
                let wait = Wait { until, backing_off, appended };
                rest(time.now(), &wait, (&mut view, &mut asked), &mut stopped).await
            }
            Next::Revoked => {
                // The core then puts the end of watching on record, which is still delivered.
                core.tell(Ask::Tick).await;
                let far = time.now().plus_millis(SLEEP_MS_MAX);
                let wait = Wait { until: far, backing_off: false, appended };
                rest(time.now(), &wait, (&mut view, &mut asked), &mut stopped).await
            }
        };
        if !again {
            return;
        }
    }
}

/// What is waited for.
struct Wait {
    until: Timestamp,
    backing_off: bool,
    /// Records spooled when the uplink last looked.
    appended: u64,
}

/// Sleeps until the time has come, a record was spooled, there is something to ask, or the end; `false` at the end.
async fn rest(
    now: Timestamp,
    wait: &Wait,
    (view, asked): (&mut watch::Receiver<CoreView>, &mut watch::Receiver<u64>),
    stopped: &mut watch::Receiver<bool>,
) -> bool {
    let sleep_ms = wait.until.millis_since(now).clamp(0, SLEEP_MS_MAX);
    let sleep = tokio::time::sleep(Duration::from_millis(sleep_ms.unsigned_abs()));
    tokio::pin!(sleep);
    loop {
        if !wait.backing_off && view.borrow_and_update().appended != wait.appended {
            return true;
        }
        tokio::select! {
            () = &mut sleep => return true,
            _ = stopped.changed() => return false,
            _ = asked.changed(), if !wait.backing_off => return true,
            changed = view.changed(), if !wait.backing_off => {
                if changed.is_err() {
                    return false;
                }
            }
        }
    }
}
