//! Browsers as the watch core sees them: who is connected, who has gone silent, and what that means.

use proviso_model::gap::{Gap, GapCause};
use proviso_model::observation::Act;
use proviso_model::{Attribution, Source, Timestamp};

use super::Watcher;
use crate::sources::browser::presence::{BrowserProcess, ConnectionId, Greeting, Silence};

impl Watcher {
    /// A browser's relay has connected.
    pub fn browser_connected(&mut self, connection: ConnectionId, process: BrowserProcess) {
        let now = self.read_clocks();
        self.browsers.connected(connection, process, now);
    }

    /// An extension has greeted in a protocol that both speak; its silence, if there was one, is over.
    pub fn browser_greeted(&mut self, connection: ConnectionId, greeting: &Greeting) {
        let now = self.read_clocks();
        let away_since = self.browsers.greeted(connection, greeting, now);
        let counted = self.gaps.is_open(Source::Browser, GapCause::ExtensionStopped);
        if let Some(since) = away_since.filter(|_| self.standing.watching && !counted) {
            // A worker that was killed and is back at once: short, and on record all the same.
            let detail = "the extension was away for a moment".to_owned();
            let cause = GapCause::ExtensionStopped;
            self.gaps.push_ended(Gap {
                from: since,
                until: Some(now),
                source: Source::Browser,
                cause,
                detail,
            });
        }
        self.gaps.end(now, Source::Browser, GapCause::ProtocolMismatch);
        self.watch_browsers(now);
        self.part_stretch(now);
        self.record_gaps();
    }

    /// An extension speaks no protocol that this agent knows.
    pub fn browser_mismatched(&mut self, connection: ConnectionId, spoken: (u32, u32)) {
        let now = self.read_clocks();
        self.browsers.mismatched(connection);
        let detail = format!("the extension speaks {} to {}", spoken.0, spoken.1);
        self.gaps.begin(now, Source::Browser, GapCause::ProtocolMismatch, detail);
        self.record_gaps();
    }

    /// Something came from a browser.
    pub fn browser_spoke(&mut self, connection: ConnectionId) {
        let now = self.read_clocks();
        self.browsers.spoke(connection, now);
    }

    /// A browser's connection has ended, in order or not.
    pub fn browser_closed(&mut self, connection: ConnectionId) {
        let now = self.read_clocks();
        self.browsers.closed(connection, now);
        self.part_stretch(now);
    }

    /// A message that could not be taken: the loss is on record.
    pub fn message_lost(&mut self, source: Source, detail: &str) {
        let now = self.read_clocks();
        self.lose(now, source, detail);
        self.record_gaps();
    }

    pub(super) fn lose(&mut self, at: Timestamp, source: Source, detail: &str) {
        let (detail, cause) = (detail.chars().take(200).collect(), GapCause::Unknown);
        self.gaps.push_ended(Gap { from: at, until: Some(at), source, cause, detail });
    }

    /// Looks for extensions that have gone silent while their browser lives.
    pub(super) fn watch_browsers(&mut self, now: Timestamp) {
        let processes = &self.processes;
        let silence = self.browsers.look(now, &mut |process| processes.lives(process));
        // While nothing may be captured the stopping cause itself is the gap.
        match silence.since.filter(|_| self.standing.watching) {
            Some(since) => {
                self.gaps.begin(since, Source::Browser, GapCause::ExtensionStopped, "");
            }
            None => self.gaps.end(now, Source::Browser, GapCause::ExtensionStopped),
        }
        let blind = self.standing.capture.private_windows && silence.private_refused;
        if blind {
            let detail = "the extension is not allowed in private windows, so these cannot be seen";
            self.gaps.begin(now, Source::Browser, GapCause::PrivateWindowsUnseen, detail);
        } else {
            self.gaps.end(now, Source::Browser, GapCause::PrivateWindowsUnseen);
        }
        if !self.browsers.any_alive() {
            self.gaps.end(now, Source::Browser, GapCause::ProtocolMismatch);
        }
        self.report_silence(&silence);
    }

    /// An extension that was cut off and stays away while its browser runs has been switched off: a fact about the software.
    fn report_silence(&mut self, silence: &Silence) {
        if !silence.newly_long || !self.standing.capture.software {
            return;
        }
        let attribution = Attribution {
            act: Act::Unknown,
            foreground: true,
            visible_ms: 0,
            since_input_ms: None,
            circumstances: None,
        };
        self.software_is_off("extension", attribution);
    }
}
