//! A wall clock that is set back and forward while the run goes on, and days without power.

use std::collections::BTreeSet;

use super::Run;
use super::accounted::Stretch;

/// What a run with jumping clocks remembers, by the true time.
#[derive(Default)]
pub(super) struct Jumps {
    /// When the device had no power.
    pub off: Vec<Stretch>,
    /// Observations that were not captured, for by the device's clock the order was over.
    pub not_captured: BTreeSet<u64>,
}

/// How far a clock is set, in milliseconds: NTP's steps, an hour, a day, more than the order.
const STEPS_MS: [i64; 5] = [7_000, 300_000, 3_600_000, 86_400_000, 400 * 86_400_000];

impl Run {
    /// Sets the wall clock now and then: forward, back, or right. The agent is running and reads its clocks within seconds,
    /// as it does in its own rhythm: a clock set back by less than what passed since the last stamp, with nothing kept of it,
    /// cannot be told from one that is right (docs/agent.md, "Known limits").
    pub(super) fn set_clock(&mut self) {
        if !self.story.clock_jumps || self.device.is_none() || !self.chance.percent(12) {
            return;
        }
        let which = usize::try_from(self.chance.below(STEPS_MS.len() as u64)).unwrap_or(0);
        let before = self.clock.ahead();
        let by_ms = STEPS_MS.get(which).copied().unwrap_or(0);
        match self.chance.below(3) {
            0 => self.clock.set_ahead(by_ms),
            1 => self.clock.set_ahead(-by_ms),
            _ => self.clock.set_ahead(0),
        }
        if let Some(device) = self.device.as_mut() {
            device.watcher.tick();
        }
        // The power went in the very write that would have kept what the clocks said: then it went before the clock was set.
        if self.disk.is_dead() {
            self.clock.set_ahead(before);
        }
    }

    /// Milliseconds more without power, now and then up to three days.
    pub(super) fn days_off(&self) -> u64 {
        if self.story.clock_jumps && self.chance.percent(20) { self.chance.below(3 * 86_400_000) } else { 0 }
    }
}
