//! Time on a device whose clock cannot be trusted (design section 4, first cut).

use std::sync::{Mutex, PoisonError};

use proviso_model::Timestamp;
use serde::{Deserialize, Serialize};

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

/// The last time that the server signed, and where the machine's own count stood then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerTime {
    /// What the server signed.
    pub at: Timestamp,
    /// Start of the machine in which it arrived.
    pub boot_id: String,
    /// The machine's count when it arrived, in milliseconds.
    pub since_boot_ms: u64,
}

/// Now, as the agent reckons it: the later of the wall clock and the last server time plus what has passed since.
pub struct TrueTime {
    server: Mutex<Option<ServerTime>>,
    clock: Box<dyn Clock>,
}

impl TrueTime {
    /// Starts from the server time kept before, where there is one.
    #[must_use]
    pub fn new(clock: Box<dyn Clock>, kept: Option<ServerTime>) -> Self {
        Self { server: Mutex::new(kept), clock }
    }

    /// The machine's clocks.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let wall = self.clock.wall();
        self.by_server().map_or(wall, |server| server.max(wall))
    }

    /// The server's time carried forward; `None` before the server ever spoke.
    #[must_use]
    pub fn by_server(&self) -> Option<Timestamp> {
        let kept = self.server.lock().unwrap_or_else(PoisonError::into_inner);
        let server = kept.as_ref()?;
        // After a restart of the machine nothing is known of the time between, so only the floor remains.
        let passed_ms = if server.boot_id == self.clock.boot_id() {
            self.clock.since_boot_ms().saturating_sub(server.since_boot_ms)
        } else {
            0
        };
        Some(server.at.plus_millis(i64::try_from(passed_ms).unwrap_or(i64::MAX)))
    }

    /// Whether the server has spoken since the machine started, so that its time is current.
    #[must_use]
    pub fn is_confirmed(&self) -> bool {
        let kept = self.server.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().is_some_and(|server| server.boot_id == self.clock.boot_id())
    }

    /// Takes a server time whose signature has been checked. A time before the last one known is ignored (an answer
    /// that came late). Returns what is to be kept.
    pub fn server_said(&self, at: Timestamp) -> Option<ServerTime> {
        if self.by_server().is_some_and(|known| at < known) {
            return None;
        }
        let said =
            ServerTime { at, boot_id: self.clock.boot_id(), since_boot_ms: self.clock.since_boot_ms() };
        *self.server.lock().unwrap_or_else(PoisonError::into_inner) = Some(said.clone());
        Some(said)
    }
}
