//! When nothing may be captured on a device although its order runs: somebody else has it, or the person is not there.

use serde::{Deserialize, Serialize};

use super::Policy;
use crate::device_act::{CaptureUnder, DeviceAct, DeviceActKind};
use crate::time::Timestamp;

/// A stretch of time in which nothing may be captured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pause {
    /// The first instant.
    pub from: Timestamp,
    /// The first instant after; absent while it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// What an officer entered.
    pub because: DeviceActKind,
}

impl Pause {
    /// Whether `at` lies within.
    #[must_use]
    pub fn covers(&self, at: Timestamp) -> bool {
        self.covers_any(at, at)
    }

    /// Whether any instant from `from` to `until` lies within.
    #[must_use]
    pub fn covers_any(&self, from: Timestamp, until: Timestamp) -> bool {
        self.from <= until && self.until.is_none_or(|end| from < end)
    }
}

impl Policy {
    /// The same policy under what officers entered about its device: what pauses capture becomes a pause, and an act that
    /// ends it for good ends the policy, so that the device is released.
    #[must_use]
    pub fn under(mut self, acts: &[DeviceAct]) -> Self {
        for act in acts {
            match act.kind.capture() {
                CaptureUnder::GoesOn => {}
                CaptureUnder::Paused => {
                    self.pauses.push(Pause { from: act.from, until: act.until, because: act.kind });
                }
                CaptureUnder::Ends => self.expires_at = self.expires_at.min(act.from),
            }
        }
        self
    }

    /// The pause that `at` lies in.
    #[must_use]
    pub fn paused_at(&self, at: Timestamp) -> Option<&Pause> {
        self.pauses.iter().find(|pause| pause.covers(at))
    }
}
