//! Which browsers are connected, and which live without their extension answering. Pure: the time and the question
//! whether a process lives come from outside.

use std::collections::BTreeMap;

use proviso_model::Timestamp;
use proviso_model::limits::PULSE_SECONDS_MAX;
use serde::{Deserialize, Serialize};

/// A connection, numbered by the socket server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub u64);

/// A browser's process, told apart from a later one with the same number by when it started.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BrowserProcess {
    /// Process number.
    pub pid: u32,
    /// Start, in the kernel's ticks since boot; 0 when unknown.
    pub started_ticks: u64,
}

impl BrowserProcess {
    /// Whether that is this very process, as far as its start is known here, and no later one with its number.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        self.pid == other.pid && (self.started_ticks == 0 || self.started_ticks == other.started_ticks)
    }
}

/// What an extension says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Greeting {
    /// Random, as long as the browser session.
    pub instance: String,
    /// `chromium` or `firefox`.
    pub browser: String,
    /// Whether the extension may look into private windows.
    pub private_allowed: bool,
}

/// How a connection ended needs time to tell: a browser that closes ends its relay first and itself a moment later.
const CLOSING_MS: i64 = 10_000;
const SILENT_MS: i64 = PULSE_SECONDS_MAX * 1_000;
/// How long an extension stays cut off before somebody has done that: one that crashes is back in a minute or two, and a
/// browser that hangs while it ends is gone by then.
const CUT_OFF_MS: i64 = 5 * 60_000;

#[derive(Debug, Clone, PartialEq, Eq)]
struct Browser {
    connections: Vec<ConnectionId>,
    /// Last message, or the moment of the first connection.
    spoke_at: Timestamp,
    /// When the last connection ended, while there is none.
    closed_at: Option<Timestamp>,
    greeted: bool,
    mismatched: bool,
    private_allowed: bool,
    reported: bool,
}

/// What a look at all browsers found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Silence {
    /// The earliest instant since which a living browser's extension has been silent.
    pub since: Option<Timestamp>,
    /// Whether an extension has just been cut off for longer than a browser does by itself. One that is connected and silent is
    /// a browser that hangs.
    pub newly_long: bool,
    /// Whether a connected extension is kept out of private windows.
    pub private_refused: bool,
}

/// The browsers known.
#[derive(Debug, Default)]
pub struct Presence {
    browsers: BTreeMap<BrowserProcess, Browser>,
}

impl Presence {
    /// A relay of this browser has connected.
    pub fn connected(&mut self, connection: ConnectionId, process: BrowserProcess, now: Timestamp) {
        let browser = self.browsers.entry(process).or_insert_with(|| Browser {
            connections: Vec::new(),
            spoke_at: now,
            closed_at: None,
            greeted: false,
            mismatched: false,
            private_allowed: true,
            reported: false,
        });
        browser.connections.push(connection);
    }

    fn of(&mut self, connection: ConnectionId) -> Option<&mut Browser> {
        self.browsers.values_mut().find(|browser| browser.connections.contains(&connection))
    }

    /// Whether an extension of this browser has ever connected.
    #[must_use]
    pub fn is_known(&self, process: &BrowserProcess) -> bool {
        self.browsers.keys().any(|known| known.is(process))
    }

    /// Its extension has greeted. Says since when it was away, when it comes back while the browser went on.
    pub fn greeted(
        &mut self,
        connection: ConnectionId,
        greeting: &Greeting,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let browser = self.of(connection)?;
        browser.greeted = true;
        browser.mismatched = false;
        browser.reported = false;
        browser.spoke_at = now;
        browser.private_allowed = greeting.private_allowed;
        browser.closed_at.take()
    }

    /// Its extension speaks another protocol: a gap of its own, so silence is not counted too.
    pub fn mismatched(&mut self, connection: ConnectionId) {
        if let Some(browser) = self.of(connection) {
            browser.mismatched = true;
        }
    }

    /// Something came over this connection.
    pub fn spoke(&mut self, connection: ConnectionId, now: Timestamp) {
        if let Some(browser) = self.of(connection) {
            browser.spoke_at = now;
        }
    }

    /// The connection has ended.
    pub fn closed(&mut self, connection: ConnectionId, now: Timestamp) {
        if let Some(browser) = self.of(connection) {
            browser.connections.retain(|known| *known != connection);
            if browser.connections.is_empty() {
                browser.closed_at = Some(now);
            }
        }
    }

    /// The machine slept: nobody could speak, so nobody was silent.
    pub fn forgive_silence(&mut self, now: Timestamp) {
        for browser in self.browsers.values_mut() {
            browser.spoke_at = now;
            browser.closed_at = browser.closed_at.map(|_| now);
        }
    }

    /// The time was found to be another: what was reckoned before says nothing of how long anybody was silent.
    pub fn clock_corrected(&mut self, now: Timestamp) {
        for browser in self.browsers.values_mut() {
            browser.spoke_at = now;
            browser.closed_at = browser.closed_at.map(|_| now);
        }
    }

    /// Whether any extension is connected and has greeted.
    #[must_use]
    pub fn any_connected(&self) -> bool {
        self.browsers.values().any(|browser| browser.greeted && !browser.connections.is_empty())
    }

    /// The browsers whose extension is connected and has greeted, or was until a moment ago, as when a browser starts it anew: what they
    /// show is its to tell.
    #[must_use]
    pub fn told_of(&self, now: Timestamp) -> Vec<BrowserProcess> {
        let answering = |browser: &Browser| {
            let closed = browser.closed_at.is_some_and(|closed| now.millis_since(closed) >= CLOSING_MS);
            browser.greeted && !closed
        };
        let told_of = self.browsers.iter().filter(|(_, browser)| answering(browser));
        told_of.map(|(process, _)| process.clone()).collect()
    }

    /// Whether any browser is known to live.
    #[must_use]
    pub fn any_alive(&self) -> bool {
        !self.browsers.is_empty()
    }

    /// Forgets browsers that have ended and finds silences of those that live.
    pub fn look(&mut self, now: Timestamp, lives: &mut dyn FnMut(&BrowserProcess) -> bool) -> Silence {
        self.browsers.retain(|process, _| lives(process));
        let mut found = Silence::default();
        for browser in self.browsers.values_mut().filter(|browser| !browser.mismatched) {
            let closed = browser.closed_at.filter(|closed| now.millis_since(*closed) >= CLOSING_MS);
            let quiet = (browser.closed_at.is_none() && now.millis_since(browser.spoke_at) >= SILENT_MS)
                .then_some(browser.spoke_at);
            if let Some(since) = closed.or(quiet) {
                found.since = Some(found.since.map_or(since, |earliest| earliest.min(since)));
                let is_long = closed.is_some_and(|closed| now.millis_since(closed) >= CUT_OFF_MS);
                if is_long && !browser.reported {
                    browser.reported = true;
                    found.newly_long = true;
                }
            }
            found.private_refused |=
                browser.greeted && !browser.connections.is_empty() && !browser.private_allowed;
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use proviso_model::Timestamp;

    use super::{BrowserProcess, ConnectionId, Greeting, Presence};

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(1_795_000_000_000_000).plus_millis(seconds * 1_000)
    }

    fn connected() -> Presence {
        let mut presence = Presence::default();
        presence.connected(ConnectionId(1), BrowserProcess { pid: 7, started_ticks: 9 }, at(0));
        let greeting =
            Greeting { instance: "one".to_owned(), browser: "firefox".to_owned(), private_allowed: true };
        assert_eq!(presence.greeted(ConnectionId(1), &greeting, at(0)), None);
        presence
    }

    #[test]
    fn a_closed_connection_is_a_silence_only_while_the_browser_lives() {
        for (lives, silent_since) in [(true, Some(at(30))), (false, None)] {
            let mut presence = connected();
            presence.closed(ConnectionId(1), at(30));
            let soon = presence.look(at(31), &mut |_| true);
            assert_eq!(soon.since, None, "a browser that closes needs a moment");
            assert_eq!(presence.look(at(45), &mut |_| lives).since, silent_since);
        }
    }

    #[test]
    fn a_minute_without_a_pulse_is_a_silence_and_only_one_cut_off_for_long_is_reported_once() {
        let mut presence = connected();
        presence.spoke(ConnectionId(1), at(20));
        assert_eq!(presence.look(at(79), &mut |_| true).since, None);
        let silence = presence.look(at(81), &mut |_| true);
        assert_eq!((silence.since, silence.newly_long), (Some(at(20)), false));
        assert!(!presence.look(at(900), &mut |_| true).newly_long, "a browser that hangs");
        presence.spoke(ConnectionId(1), at(901));
        assert_eq!(presence.look(at(902), &mut |_| true).since, None);
        presence.closed(ConnectionId(1), at(903));
        let told = [1_202, 1_203, 1_300].map(|second| presence.look(at(second), &mut |_| true).newly_long);
        assert_eq!(told, [false, true, false]);
    }
}
