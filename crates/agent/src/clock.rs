//! Time on a device whose clock cannot be trusted (design section 4).
//!
//! Two readings are kept apart. `now` decides what may be captured: the later of the wall clock and the last known time
//! plus what the machine itself has counted since, so that a clock set back never lengthens an order. `reckoned` is the
//! known time plus the machine's own count: gaps, watched stretches and the way to release go by it, so that a clock set
//! forward is reversible and releases nothing.

use std::sync::{Mutex, MutexGuard, PoisonError};

use proviso_model::Timestamp;
use serde::{Deserialize, Serialize};

/// Milliseconds by which the wall clock may differ before the time is in doubt.
pub const DOUBT_MS_MIN: i64 = 60_000;

/// The clocks of a machine. The one real implementation lives in the binary; tests and the simulator bring their own.
pub trait Clock: Send + Sync {
    /// The wall clock, which anyone may set.
    fn wall(&self) -> Timestamp;
    /// Milliseconds since the machine started, time asleep included.
    fn since_boot_ms(&self) -> u64;
    /// Milliseconds that the machine was awake, from any fixed origin within this process.
    fn awake_ms(&self) -> u64;
    /// Different after every start of the machine.
    fn boot_id(&self) -> String;
}

/// A known time, and where the machine's clocks stood then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    /// The time.
    pub at: Timestamp,
    /// What the wall clock said.
    pub wall: Timestamp,
    /// Start of the machine.
    pub boot_id: String,
    /// The machine's count since that start, in milliseconds.
    pub since_boot_ms: u64,
}

/// In which way the wall clock contradicts what is known, with nothing to confirm it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// It is ahead of the machine's own count by so many milliseconds.
    Ahead(i64),
    /// It is behind the machine's own count by so many milliseconds.
    Behind(i64),
    /// The machine started with a clock from before the time known, as after a flat battery.
    Lost,
}

/// All clocks at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// Decides what may be captured.
    pub now: Timestamp,
    /// What gaps and watched stretches go by; never after `now`.
    pub reckoned: Timestamp,
    /// The wall clock.
    pub wall: Timestamp,
    /// Whether and how the time is in doubt.
    pub doubt: Option<Doubt>,
    /// The machine's count since its start, in milliseconds.
    pub since_boot_ms: u64,
    /// Milliseconds awake.
    pub awake_ms: u64,
    /// The last time that the server signed, as it was signed.
    pub server_at: Option<Timestamp>,
}

/// From where the machine's own count is carried on; always within this start of the machine.
#[derive(Debug, Clone, Copy)]
struct Base {
    at: Timestamp,
    since_boot_ms: u64,
    /// How far ahead the server has shown the wall clock to be: that much of it is not believed.
    known_ahead_ms: i64,
    by_server: bool,
    lost: bool,
}

struct Known {
    /// The last time that the server signed.
    server: Option<Fix>,
    base: Base,
}

/// The time, as the agent reckons it.
pub struct TrueTime {
    known: Mutex<Known>,
    clock: Box<dyn Clock>,
}

impl TrueTime {
    /// Starts from the server time kept before, where there is one.
    #[must_use]
    pub fn new(clock: Box<dyn Clock>, kept: Option<Fix>) -> Self {
        let base = Base::after(kept.as_ref(), &*clock, true);
        Self { known: Mutex::new(Known { server: kept, base }), clock }
    }

    /// Goes on from the last stamp of an earlier run, unless the server has spoken since. `server_at` is the last server
    /// time that the stamp was made with.
    pub fn resume(&self, stamp: &Fix, server_at: Option<Timestamp>) {
        let mut known = self.lock();
        let newer = known.server.as_ref().map(|server| server.at) > server_at;
        if !newer && !known.base.by_server {
            known.base = Base::after(Some(stamp), &*self.clock, false);
        }
    }

    /// The machine's clocks.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads all clocks.
    #[must_use]
    pub fn read(&self) -> Reading {
        let (base, server_at) = {
            let known = self.lock();
            (known.base, known.server.as_ref().map(|server| server.at))
        };
        let wall = self.clock.wall();
        let since_boot_ms = self.clock.since_boot_ms();
        let counted = base.carried_to(since_boot_ms);
        let believed = wall.plus_millis(-base.known_ahead_ms);
        let off_ms = believed.millis_since(counted);
        let doubt = if off_ms >= DOUBT_MS_MIN {
            Some(Doubt::Ahead(off_ms))
        } else if off_ms > -DOUBT_MS_MIN || base.by_server {
            // The server has spoken since the machine started: the machine's count is surer than a clock set back.
            None
        } else if base.lost {
            Some(Doubt::Lost)
        } else {
            Some(Doubt::Behind(-off_ms))
        };
        let now = believed.max(counted);
        let reckoned = if matches!(doubt, Some(Doubt::Ahead(_))) { counted } else { now };
        let awake_ms = self.clock.awake_ms();
        Reading { now, reckoned, wall, doubt, since_boot_ms, awake_ms, server_at }
    }

    /// Now, for deciding what may be captured.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.read().now
    }

    /// The last time that the server signed, as it was signed.
    #[must_use]
    pub fn server(&self) -> Option<Fix> {
        self.lock().server.clone()
    }

    /// A reading as it can be kept and gone on from later.
    #[must_use]
    pub fn fix(&self, reading: &Reading) -> Fix {
        let (at, wall, since_boot_ms) = (reading.reckoned, reading.wall, reading.since_boot_ms);
        Fix { at, wall, boot_id: self.clock.boot_id(), since_boot_ms }
    }

    /// Takes a server time whose signature has been checked. A time well before the last one known is ignored (an answer
    /// that came late); one a little before it, as a slow answer is, still says what the wall clock is worth.
    /// Returns what is to be kept.
    pub fn server_said(&self, at: Timestamp) -> Option<Fix> {
        let mut known = self.lock();
        let boot_id = self.clock.boot_id();
        let since_boot_ms = self.clock.since_boot_ms();
        let at = match &known.server {
            Some(server) => {
                let floor = server.carried_to(&boot_id, since_boot_ms);
                if floor.millis_since(at) >= DOUBT_MS_MIN {
                    return None;
                }
                at.max(floor)
            }
            None => at,
        };
        let said = Fix { at, wall: self.clock.wall(), boot_id, since_boot_ms };
        known.base = Base::after(Some(&said), &*self.clock, true);
        known.server = Some(said.clone());
        Some(said)
    }
}

impl Fix {
    /// How far the wall clock was ahead of the known time, in milliseconds; negative when behind.
    #[must_use]
    pub fn wall_ahead_ms(&self) -> i64 {
        self.wall.millis_since(self.at)
    }

    /// The earliest time that it can be now: carried on by the machine's count, which says nothing of time without power.
    #[must_use]
    pub fn carried_to(&self, boot_id: &str, since_boot_ms: u64) -> Timestamp {
        let passed_ms = if self.boot_id == boot_id {
            since_boot_ms.saturating_sub(self.since_boot_ms)
        } else {
            since_boot_ms
        };
        self.at.plus_millis(i64::try_from(passed_ms).unwrap_or(i64::MAX))
    }
}

impl Base {
    fn carried_to(&self, since_boot_ms: u64) -> Timestamp {
        let passed_ms = since_boot_ms.saturating_sub(self.since_boot_ms);
        self.at.plus_millis(i64::try_from(passed_ms).unwrap_or(i64::MAX))
    }

    fn after(fix: Option<&Fix>, clock: &dyn Clock, by_server: bool) -> Self {
        let (wall, since_boot_ms, boot_id) = (clock.wall(), clock.since_boot_ms(), clock.boot_id());
        let plain = Self { at: wall, since_boot_ms, known_ahead_ms: 0, by_server: false, lost: false };
        let Some(fix) = fix else { return plain };
        let ahead_ms = fix.wall_ahead_ms();
        if fix.boot_id == boot_id {
            let known_ahead_ms = if by_server { ahead_ms.max(0) } else { 0 };
            return Self {
                at: fix.at,
                since_boot_ms: fix.since_boot_ms,
                known_ahead_ms,
                by_server,
                lost: false,
            };
        }
        // The machine was off, and only its wall clock can say for how long. A clock known to be wrong stays wrong by as
        // much, unless it was set back meanwhile.
        let still_off = ahead_ms <= -DOUBT_MS_MIN || (ahead_ms >= DOUBT_MS_MIN && wall >= fix.wall);
        let by_wall = if still_off { wall.plus_millis(-ahead_ms) } else { wall };
        let earliest = fix.carried_to(&boot_id, since_boot_ms);
        let lost = earliest.millis_since(by_wall) >= DOUBT_MS_MIN;
        Self { at: by_wall.max(earliest), lost, ..plain }
    }
}
