//! One clock that a run moves by hand, read by device and server alike.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use proviso_model::Timestamp;

/// Where simulated time begins: within the demonstration order.
const START: i64 = 1_780_000_000_000_000;

/// A clock that moves only when told to.
#[derive(Clone)]
pub struct SimClock {
    micros: Arc<AtomicI64>,
    boots: Arc<AtomicU64>,
}

impl Default for SimClock {
    fn default() -> Self {
        Self { micros: Arc::new(AtomicI64::new(START)), boots: Arc::new(AtomicU64::new(0)) }
    }
}

impl SimClock {
    /// Lets so many milliseconds pass.
    pub fn pass(&self, millis: i64) {
        self.micros.fetch_add(millis.saturating_mul(1_000), Ordering::SeqCst);
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.micros.load(Ordering::SeqCst))
    }

    /// The machine starts anew.
    pub fn boot(&self) {
        self.boots.fetch_add(1, Ordering::SeqCst);
    }

    fn since_start_ms(&self) -> u64 {
        u64::try_from((self.micros.load(Ordering::SeqCst) - START) / 1_000).unwrap_or(0)
    }
}

impl proviso_agent::Clock for SimClock {
    fn wall(&self) -> Timestamp {
        self.now()
    }

    fn since_boot_ms(&self) -> u64 {
        self.since_start_ms()
    }

    fn awake_ms(&self) -> u64 {
        self.since_start_ms()
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
