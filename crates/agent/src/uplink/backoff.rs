//! How long to wait after a failure: doubling, with jitter, so that a thousand devices do not come back at once.

use proviso_model::Timestamp;
use rand_core::CryptoRng;

const FIRST_MS: i64 = 1_000;
const LONGEST_MS: i64 = 300_000;

/// Exponential back-off with jitter.
#[derive(Debug, Default)]
pub struct Backoff {
    failures: u32,
    until: Option<Timestamp>,
}

impl Backoff {
    /// Until when to wait, if still to wait. A clock that jumped back does not make the wait longer than the longest.
    pub fn until(&self, now: Timestamp) -> Option<Timestamp> {
        self.until.filter(|until| now < *until && until.millis_since(now) <= LONGEST_MS)
    }

    /// Notes a failure and says until when to wait: between half and all of a doubling time.
    pub fn failed(&mut self, now: Timestamp, rng: &mut dyn CryptoRng) -> Timestamp {
        let longest_ms = FIRST_MS.saturating_mul(1_i64 << self.failures.min(16)).min(LONGEST_MS);
        self.failures = self.failures.saturating_add(1);
        let half_ms = longest_ms / 2;
        let jitter_ms = i64::from(rng.next_u32()) * half_ms / i64::from(u32::MAX);
        let until = now.plus_millis(half_ms + jitter_ms);
        self.until = Some(until);
        until
    }

    /// Waits as long as it ever does: for a refusal that time alone does not mend.
    pub fn far(&mut self, now: Timestamp) -> Timestamp {
        let until = now.plus_millis(LONGEST_MS);
        self.until = Some(until);
        until
    }

    /// Notes a success.
    pub fn succeeded(&mut self) {
        self.failures = 0;
        self.until = None;
    }
}
