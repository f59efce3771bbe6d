//! The agent's own service, stopped in order and left so while the device was in use: of all that ends an agent, the one that
//! only somebody does. A crash, a kill, a full disk, no power and the system's end look otherwise, and an update is over in
//! seconds or brings another version.

use proviso_model::observation::{Act, SoftwareState};
use proviso_model::{Attribution, Fact, Observation, Source};

use super::{Observed, Watcher};
use crate::gaps::{Alive, Ended};

/// So long awake before a stop counts: an administrator's repair takes minutes.
const STOPPED_MS_MIN: u64 = 15 * 60_000;
/// This program's version.
const VERSION: &str = env!("CARGO_PKG_VERSION");

impl Watcher {
    /// What a stamp says of an agent that ends in order.
    pub(super) fn ended(&self) -> Option<Ended> {
        let awake_ms = self.moment.awake_ms;
        self.is_ending.then(|| Ended { awake_ms, version: VERSION.to_owned() })
    }

    /// Notes that an earlier run was stopped in order, was not an update, and that the machine, started once and for all
    /// this time, was awake for long without it.
    pub(super) fn note_stop(&mut self, last: &Alive, boot_id: &str) {
        let Some(ended) = &last.ended else { return };
        let awake_ms = self.moment.awake_ms.saturating_sub(ended.awake_ms);
        let is_left = last.fix.boot_id == boot_id && ended.version == VERSION && awake_ms >= STOPPED_MS_MIN;
        let was_asked = self.keep.policy().is_some_and(|kept| kept.capture_at(last.fix.at).software);
        if is_left && was_asked {
            self.stopped_at = Some(last.fix.at);
        }
    }

    /// Tells it, once something may be captured.
    pub(super) fn tell_stop(&mut self) {
        if self.stopped_at.is_none() || !self.standing.watching {
            return;
        }
        let Some(since) = self.stopped_at.take() else { return };
        if self.standing.capture.software
            && self.software_is_off("agent", Attribution::off_screen(Act::Unknown))
        {
            // Nowhere to keep it yet.
            self.stopped_at = Some(since);
        }
    }

    /// Weighs that a part of the monitoring software was switched off; `true` when it is to be told again.
    pub(super) fn software_is_off(&mut self, component: &str, attribution: Attribution) -> bool {
        let observation = Observation {
            listed: Vec::new(),
            picture: None,
            id: None,
            observed_at: self.moment.now,
            source: Source::Health,
            account: self.account.clone(),
            attribution,
            fact: Fact::Software { component: component.to_owned(), state: SoftwareState::Disabled },
        };
        let observed = self.weigh(observation, None, None);
        tracing::info!(component, ?observed, "a part of the monitoring software was switched off");
        matches!(observed, Observed::Retry(_))
    }
}
