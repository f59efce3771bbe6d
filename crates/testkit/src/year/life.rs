//! How the device is used: days with a browser, nights asleep, and now and then something that comes between.

use proviso_engine::coverage::MINUTE_US;
use proviso_model::device_act::{DeviceAct, DeviceActKind};
use proviso_model::{GapCause, Timestamp};

use super::device::YearDevice;
use super::truth::{State, Truth};
use crate::chance::Chance;

const MINUTE: u64 = 60;
const HOUR: u64 = 3_600;
const DAY: u64 = 86_400;
/// Seconds from a machine's start to its agent's.
const BOOT: u64 = 20;

/// What comes between on a day. Days take these in turn, so that every few weeks have each.
#[derive(Debug, Clone, Copy)]
enum Comes {
    Nothing,
    Update,
    BatteryPulled,
    ExtensionAway,
    ClockForward,
    Crash,
    Shutdown,
    Away(DeviceActKind),
    Abroad,
    OrderPaused,
}

const TURNS: [Comes; 14] = [
    Comes::Nothing,
    Comes::Update,
    Comes::BatteryPulled,
    Comes::ExtensionAway,
    Comes::Away(DeviceActKind::InCustody),
    Comes::ClockForward,
    Comes::Crash,
    Comes::Abroad,
    Comes::Shutdown,
    Comes::Away(DeviceActKind::InHospital),
    Comes::OrderPaused,
    Comes::Away(DeviceActKind::Seized),
    Comes::Update,
    Comes::Away(DeviceActKind::InRepair),
];

/// A life so far.
pub(super) struct Life {
    pub device: YearDevice,
    pub truth: Truth,
    pub acts: Vec<DeviceAct>,
    /// When the order asked something.
    pub asked: Vec<(Timestamp, Timestamp)>,
    chance: Chance,
    browser: bool,
}

impl Life {
    /// The device is enrolled, and its notice is shown a moment later.
    pub fn new(mut device: YearDevice, chance: Chance) -> Self {
        let began = device.clock.now();
        let first = began.as_micros().div_euclid(MINUTE_US) * MINUTE_US;
        device.start();
        let mut life = Self {
            device,
            truth: Truth::default(),
            acts: Vec::new(),
            asked: vec![(Timestamp::from_micros(first), Timestamp::from_micros(i64::MAX))],
            chance,
            browser: false,
        };
        life.pass(73, State::Not(GapCause::NoticeNotShown));
        life.device.show_notice();
        life
    }

    /// Some seconds between two bounds.
    fn some(&self, from: u64, until: u64) -> u64 {
        from + self.chance.below(until - from)
    }

    /// Lets seconds pass with the agent running; it looks around at each full minute.
    fn pass(&mut self, seconds: u64, state: State) {
        let from = self.device.clock.now();
        let until = from.plus_millis(i64::try_from(seconds * 1_000).unwrap_or(0));
        loop {
            let now = self.device.clock.now();
            let next = (now.as_micros().div_euclid(MINUTE_US) + 1) * MINUTE_US;
            let step = Timestamp::from_micros(next).min(until);
            self.device.clock.pass(step.millis_since(now));
            if step.as_micros() == next {
                self.device.tick();
            }
            if step == until {
                break;
            }
        }
        self.truth.was(from, until, state);
    }

    fn watch(&mut self, seconds: u64) {
        self.pass(seconds, State::Watching { browser: self.browser });
    }

    /// Lets seconds pass without the agent.
    fn without(&mut self, seconds: u64, cause: GapCause) {
        let from = self.device.clock.now();
        self.device.clock.pass(i64::try_from(seconds * 1_000).unwrap_or(0));
        self.truth.was(from, self.device.clock.now(), State::Not(cause));
    }

    /// Uses the device for a while: the browser comes and goes.
    fn use_for(&mut self, seconds: u64) {
        let mut left = seconds;
        while left > 0 {
            let part = self.some(2 * MINUTE, 90 * MINUTE).min(left);
            if self.chance.percent(60) != self.browser {
                if self.browser {
                    self.device.close_browser()
                } else {
                    self.device.open_browser()
                }
                self.browser = !self.browser;
            }
            self.watch(part);
            left -= part;
        }
    }

    fn sleep(&mut self, seconds: u64) {
        let from = self.device.clock.now();
        self.device.clock.sleep(i64::try_from(seconds * 1_000).unwrap_or(0));
        self.truth.was(from, self.device.clock.now(), State::Not(GapCause::PowerOff));
        self.device.tick();
    }

    /// Off for a while, in order or with the battery pulled, and on again.
    fn off(&mut self, seconds: u64, in_order: bool) {
        if in_order {
            if std::mem::take(&mut self.browser) {
                self.device.close_browser();
            }
            self.device.stop(true);
        } else {
            self.browser = false;
            self.device.lose_power();
        }
        self.without(seconds, GapCause::PowerOff);
        self.device.clock.boot();
        self.without(BOOT, GapCause::PowerOff);
        self.device.start();
    }

    /// The agent is away for a while on a machine that runs.
    fn agent_away(&mut self, seconds: u64, in_order: bool) {
        self.device.stop(in_order);
        self.without(seconds, GapCause::AgentStopped);
        self.device.start();
    }

    /// One day and its night.
    pub fn day(&mut self, day: u32) {
        self.use_for(self.some(2 * HOUR, 6 * HOUR));
        let turn = usize::try_from(day).unwrap_or(0) % TURNS.len();
        self.comes(TURNS.get(turn).copied().unwrap_or(Comes::Nothing));
        self.use_for(self.some(HOUR, 6 * HOUR));
        if self.chance.percent(70) {
            self.sleep(self.some(6 * HOUR, 10 * HOUR));
        } else {
            self.off(self.some(6 * HOUR, 10 * HOUR), true);
        }
        self.device.hear_server();
        self.device.read_spool();
    }

    fn comes(&mut self, comes: Comes) {
        match comes {
            Comes::Nothing => {}
            Comes::Update => self.agent_away(self.some(15, 3 * MINUTE), true),
            Comes::BatteryPulled => self.off(self.some(5 * MINUTE, 5 * HOUR), false),
            Comes::Crash => self.agent_away(self.some(10 * MINUTE, 4 * HOUR), false),
            Comes::Shutdown => self.off(self.some(HOUR, 2 * DAY), true),
            Comes::ExtensionAway => self.extension_away(),
            Comes::ClockForward => {
                let ahead = i64::try_from(self.some(2 * HOUR, 40 * DAY)).unwrap_or(0) * 1_000;
                self.device.clock.set_ahead(ahead);
                self.device.tick();
                self.pass(self.some(5 * MINUTE, 3 * HOUR), State::Not(GapCause::ClockJump));
                self.device.clock.set_ahead(0);
                self.device.tick();
            }
            Comes::Away(kind) => {
                let from = self.device.clock.now();
                self.off(self.some(6 * HOUR, 4 * DAY), true);
                self.entered(kind, from);
            }
            Comes::Abroad => {
                let from = self.device.clock.now();
                self.off(self.some(9 * HOUR, 14 * HOUR), true);
                self.use_for(self.some(3 * HOUR, 9 * HOUR));
                self.agent_away(self.some(15, 3 * MINUTE), false);
                self.use_for(self.some(HOUR, 3 * HOUR));
                self.sleep(self.some(6 * HOUR, 10 * HOUR));
                self.entered(DeviceActKind::Abroad, from);
            }
            Comes::OrderPaused => {
                let from = self.device.clock.now().as_micros().div_euclid(MINUTE_US) * MINUTE_US;
                let minutes = i64::try_from(self.some(HOUR, 3 * DAY) / MINUTE).unwrap_or(0);
                let until = Timestamp::from_micros(from + minutes * MINUTE_US);
                if let Some((_, end)) = self.asked.last_mut() {
                    *end = Timestamp::from_micros(from);
                }
                self.asked.push((until, Timestamp::from_micros(i64::MAX)));
                while self.device.clock.now() < until {
                    self.use_for(self.some(HOUR, 6 * HOUR));
                    self.sleep(self.some(HOUR, 9 * HOUR));
                }
            }
        }
    }

    fn extension_away(&mut self) {
        if !self.browser {
            self.device.open_browser();
            self.browser = true;
        }
        self.watch(self.some(MINUTE, HOUR));
        self.device.disconnect();
        self.pass(self.some(20, 2 * HOUR), State::Not(GapCause::ExtensionStopped));
        self.device.reconnect();
    }

    /// An officer enters what happened, as it is known in hours.
    fn entered(&mut self, kind: DeviceActKind, from: Timestamp) {
        let early = i64::try_from(self.some(0, HOUR)).unwrap_or(0) * 1_000;
        let until = Some(self.device.clock.now().plus_millis(early));
        self.acts.push(DeviceAct { kind, from: from.plus_millis(-early), until });
    }

    /// It is shut down and never heard of again: the last days are silence.
    pub fn end(mut self) -> Self {
        self.use_for(self.some(HOUR, 3 * HOUR));
        self.device.stop(true);
        self.device.clock.pass(i64::try_from(2 * DAY * 1_000).unwrap_or(0));
        let minute = self.device.clock.now().as_micros().div_euclid(MINUTE_US) * MINUTE_US;
        if let Some((_, end)) = self.asked.last_mut() {
            *end = Timestamp::from_micros(minute);
        }
        self
    }
}
