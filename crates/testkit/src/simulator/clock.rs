//! One clock that a run moves by hand: the true time, which the server has, and a device's wall clock, which anyone sets.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use proviso_model::Timestamp;

/// Where simulated time begins: within the demonstration order.
const START: i64 = 1_780_000_000_000_000;

/// A clock that moves only when told to.
#[derive(Clone)]
pub struct SimClock {
    micros: Arc<AtomicI64>,
    /// How far the device's wall clock is ahead, in microseconds.
    ahead: Arc<AtomicI64>,
    booted: Arc<AtomicI64>,
    boots: Arc<AtomicU64>,
    /// How long the machine has slept in all, in microseconds.
    slept: Arc<AtomicI64>,
}

impl Default for SimClock {
    fn default() -> Self {
        Self {
            micros: Arc::new(AtomicI64::new(START)),
            ahead: Arc::default(),
            booted: Arc::new(AtomicI64::new(START)),
            boots: Arc::default(),
            slept: Arc::default(),
        }
    }
}

impl SimClock {
    /// Lets so many milliseconds pass.
    pub fn pass(&self, millis: i64) {
        self.micros.fetch_add(millis.saturating_mul(1_000), Ordering::SeqCst);
    }

    /// The machine sleeps for so many milliseconds.
    pub fn sleep(&self, millis: i64) {
        self.slept.fetch_add(millis.saturating_mul(1_000), Ordering::SeqCst);
        self.pass(millis);
    }

    /// The true time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.micros.load(Ordering::SeqCst))
    }

    /// What the device's wall clock says.
    #[must_use]
    pub fn device_wall(&self) -> Timestamp {
        self.now().plus_millis(self.ahead())
    }

    /// How many milliseconds the device's wall clock is ahead of the truth.
    #[must_use]
    pub fn ahead(&self) -> i64 {
        self.ahead.load(Ordering::SeqCst) / 1_000
    }

    /// Sets the device's wall clock so many milliseconds ahead of the truth.
    pub fn set_ahead(&self, millis: i64) {
        self.ahead.store(millis.saturating_mul(1_000), Ordering::SeqCst);
    }

    /// The machine starts anew.
    pub fn boot(&self) {
        self.boots.fetch_add(1, Ordering::SeqCst);
        self.booted.store(self.micros.load(Ordering::SeqCst), Ordering::SeqCst);
    }

    fn since_start_ms(&self) -> u64 {
        let booted = self.booted.load(Ordering::SeqCst);
        u64::try_from((self.micros.load(Ordering::SeqCst) - booted) / 1_000).unwrap_or(0)
    }
}

impl proviso_agent::Clock for SimClock {
    fn wall(&self) -> Timestamp {
        self.device_wall()
    }

    fn since_boot_ms(&self) -> u64 {
        self.since_start_ms()
    }

    fn awake_ms(&self) -> u64 {
        let awake = self.micros.load(Ordering::SeqCst) - START - self.slept.load(Ordering::SeqCst);
        u64::try_from(awake / 1_000).unwrap_or(0)
    }

    fn boot_id(&self) -> String {
        format!("boot-{}", self.boots.load(Ordering::SeqCst))
    }
}

impl proviso_server::app::Clock for SimClock {
    fn now(&self) -> Timestamp {
        SimClock::now(self)
    }
}
