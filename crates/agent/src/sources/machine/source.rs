//! The task that looks: every few seconds, on a thread for what waits on the disk. What was there at the last look is not told again.

use std::collections::BTreeSet;
use std::time::Duration;

use proviso_model::Machine;

use super::{Seen, System, Wanted};
use crate::daemon::core_thread::{Ask, Core, CoreView};

/// How often it looks. What comes and goes between two looks is not seen.
const LOOK: Duration = Duration::from_secs(5);

/// What the source is made from.
pub struct MachineParts {
    /// The device.
    pub system: Box<dyn System>,
    /// What is needed, and who judges.
    pub core: Core,
}

/// The running source; it ends with the core.
pub struct MachineSource;

impl MachineSource {
    /// Starts it. While no condition in force needs it nothing is listed.
    pub fn start(parts: MachineParts) {
        tokio::spawn(run(parts));
    }
}

async fn run(MachineParts { mut system, core }: MachineParts) {
    let mut view = core.view();
    let mut known: BTreeSet<Machine> = BTreeSet::new();
    loop {
        let wanted = wanted(&view.borrow_and_update());
        if wanted.is_nothing() {
            known.clear();
            core.tell(Ask::MachineSeen { new: Vec::new(), browsers: Vec::new(), unseen: String::new() })
                .await;
            if !until_other(&mut view, wanted).await {
                return;
            }
            continue;
        }
        let looked = tokio::task::spawn_blocking(move || {
            let seen = system.look(&wanted);
            (system, seen)
        });
        let Ok((again, Seen { things, browsers, unseen })) = looked.await else { return };
        system = again;
        let new = things.difference(&known).cloned().collect();
        known = things;
        core.tell(Ask::MachineSeen { new, browsers, unseen }).await;
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            // A condition may have begun that needs more; what ends is seen to at the next look.
            changed = until_other(&mut view, wanted) => if !changed { return },
        }
    }
}

/// Waits until something else is wanted; `false` when the agent is ending.
async fn until_other(view: &mut tokio::sync::watch::Receiver<CoreView>, had: Wanted) -> bool {
    loop {
        if view.changed().await.is_err() {
            return false;
        }
        if wanted(&view.borrow_and_update()) != had {
            return true;
        }
    }
}

fn wanted(view: &CoreView) -> Wanted {
    if view.standing.watching { Wanted::of(view.standing.capture) } else { Wanted::default() }
}
