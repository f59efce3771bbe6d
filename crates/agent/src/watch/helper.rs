//! The helper in the person's session as the watch core sees it: whether it is there while somebody is logged on to the account, and what its
//! sources see. That it is not there, or that one of them cannot see, is a gap in part, where a condition needs it.

use std::collections::BTreeMap;

use proviso_model::gap::GapCause;
use proviso_model::limits::PULSE_SECONDS_MAX;
use proviso_model::policy::Capture;
use proviso_model::{OtherAdultEnd, Source, Timestamp};
use serde::{Deserialize, Serialize};

use super::lists::DETAIL_CHARS_MAX;
use super::{Observed, PictureLost, Watcher};
use crate::sources::browser::presence::ConnectionId;
use crate::sources::desktop::Sight;

/// A log-on, or a new start of the helper, takes a moment.
const STARTING_MS: i64 = 30_000;
const SILENT_MS: i64 = PULSE_SECONDS_MAX * 1_000;

/// What is known of it.
#[derive(Debug, Clone, Default)]
pub(super) struct Helper {
    connections: Vec<ConnectionId>,
    spoke_at: Timestamp,
    /// When the last connection ended.
    left_at: Timestamp,
    /// Since when somebody is known to be logged on to the account.
    logged_on: Option<Timestamp>,
    /// Since when a condition in force needs one of its sources.
    needed: BTreeMap<Source, Timestamp>,
    sights: BTreeMap<Source, Sight>,
}

/// What others may know of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelperView {
    /// A condition in force needs files that arrive, and somebody is logged on to the account.
    pub is_needed: bool,
    /// A condition in force needs text of other programs, and somebody is logged on.
    #[serde(default)]
    pub is_needed_for_text: bool,
    /// A condition in force needs browsers' histories, and somebody is logged on.
    #[serde(default)]
    pub is_needed_for_histories: bool,
    /// It is connected.
    pub is_connected: bool,
    /// Whether it sees files arriving.
    pub files: Sight,
    /// Whether it reads text of other programs.
    #[serde(default)]
    pub text: Sight,
    /// Whether it reads browsers' histories.
    #[serde(default)]
    pub histories: Sight,
}

impl Watcher {
    /// It has greeted in a protocol that both speak.
    pub fn helper_greeted(&mut self, connection: ConnectionId) {
        let now = self.read_clocks();
        self.helper.connections.push(connection);
        self.helper.spoke_at = now;
        self.gaps.end(now, Source::Files, GapCause::ProtocolMismatch);
        self.watch_helper(now);
        self.record_gaps();
    }

    /// It speaks no protocol that this agent knows.
    pub fn helper_mismatched(&mut self, spoken: (u32, u32)) {
        let now = self.read_clocks();
        let detail = format!("the helper in the session speaks {} to {}", spoken.0, spoken.1);
        self.gaps.begin(now, Source::Files, GapCause::ProtocolMismatch, detail);
        self.record_gaps();
    }

    /// Something came over a connection, whoever is at its other end.
    pub fn spoke(&mut self, connection: ConnectionId) {
        self.browser_spoke(connection);
        self.helper_spoke(connection);
    }

    /// A connection has ended, whoever was at its other end.
    pub fn closed(&mut self, connection: ConnectionId) {
        self.browser_closed(connection);
        self.counting_ended(connection);
        self.helper_closed(connection);
    }

    /// Something came over a connection, which may be its.
    pub fn helper_spoke(&mut self, connection: ConnectionId) {
        if self.helper.connections.contains(&connection) {
            self.helper.spoke_at = self.read_clocks();
        }
    }

    /// A connection has ended, which may be its.
    pub fn helper_closed(&mut self, connection: ConnectionId) {
        let now = self.read_clocks();
        let before = self.helper.connections.len();
        self.helper.connections.retain(|known| *known != connection);
        if before > 0 && self.helper.connections.is_empty() {
            self.helper.left_at = now;
            self.helper.sights.clear();
            self.watch_helper(now);
            self.record_gaps();
        }
    }

    /// One of its sources says what it can see.
    pub fn helper_sees(&mut self, source: Source, sight: Sight) {
        let now = self.read_clocks();
        self.helper.sights.insert(source, sight);
        self.watch_helper(now);
        self.record_gaps();
    }

    /// What it could not tell of is counted, and a gap in part.
    pub fn helper_missed(
        &mut self,
        (instance, n): (&str, u64),
        source: Source,
        count: u64,
        why: PictureLost,
    ) -> Observed {
        let now = self.read_clocks();
        if let Err(error) = self.know(instance) {
            return Observed::Retry(error.to_string());
        }
        if self.acks.is_done(instance, n) {
            return Observed::Repeated;
        }
        self.acks.done(instance, n);
        self.decide();
        if !(self.standing.watching && needs(&self.standing.capture, source)) {
            return Observed::NotCaptured;
        }
        self.note_lost_all(now, source, why, count);
        self.record_gaps();
        Observed::Dropped
    }

    /// Whether anybody is logged on to the account.
    pub fn logged_on(&mut self, is_logged_on: bool) {
        let now = self.read_clocks();
        if !is_logged_on && self.helper.logged_on.is_some() {
            self.end_other_use(now, OtherAdultEnd::LoggedOff);
        }
        self.helper.logged_on = is_logged_on.then(|| self.helper.logged_on.unwrap_or(now));
        self.decide();
        self.watch_helper(now);
        self.record_gaps();
        self.tell_other_use();
    }

    /// What others may know of it.
    #[must_use]
    pub fn helper(&self) -> HelperView {
        let is_wanted = |source| {
            self.standing.watching && needs(&self.standing.capture, source) && self.helper.logged_on.is_some()
        };
        HelperView {
            is_needed: is_wanted(Source::Files),
            is_needed_for_text: is_wanted(Source::Accessibility),
            is_needed_for_histories: is_wanted(Source::Histories),
            is_connected: !self.helper.connections.is_empty(),
            files: self.sight_of(Source::Files),
            text: self.sight_of(Source::Accessibility),
            histories: self.sight_of(Source::Histories),
        }
    }

    fn sight_of(&self, source: Source) -> Sight {
        self.helper.sights.get(&source).cloned().unwrap_or_default()
    }

    /// Its sources that see now.
    pub(super) fn helper_sources(&self, capture: &Capture) -> Vec<Source> {
        let sees = |(source, sight): &(&Source, &Sight)| needs(capture, **source) && **sight == Sight::Sees;
        self.helper.sights.iter().filter(sees).map(|(source, _)| *source).collect()
    }

    /// The machine slept or the time was put right: nobody could speak, so nobody was silent.
    pub(super) fn forgive_helper(&mut self) {
        let now = self.moment.reckoned;
        let helper = &mut self.helper;
        (helper.spoke_at, helper.left_at) = (now, now);
        helper.logged_on = helper.logged_on.map(|_| now);
    }

    /// Since when it is away although somebody is logged on.
    fn helper_away_since(&self, now: Timestamp) -> Option<Timestamp> {
        let helper = &self.helper;
        if helper.connections.is_empty() {
            let since = helper.logged_on?.max(helper.left_at);
            return (now.millis_since(since) >= STARTING_MS).then_some(since);
        }
        (now.millis_since(helper.spoke_at) >= SILENT_MS).then_some(helper.spoke_at)
    }

    pub(super) fn watch_helper(&mut self, now: Timestamp) {
        for (source, unseen) in SOURCES {
            let is_needed = self.standing.watching && needs(&self.standing.capture, source);
            match is_needed {
                true => drop(self.helper.needed.entry(source).or_insert(now)),
                false => drop(self.helper.needed.remove(&source)),
            }
            let needed = self.helper.needed.get(&source);
            match self.helper_away_since(now).zip(needed).map(|(since, needed)| since.max(*needed)) {
                Some(since) => self.gaps.begin(since, source, GapCause::SessionHelperAbsent, ""),
                None => self.gaps.end(now, source, GapCause::SessionHelperAbsent),
            }
            let Some(unseen) = unseen else { continue };
            let why: String = match self.sight_of(source) {
                Sight::Cannot(why) if is_needed => why.chars().take(DETAIL_CHARS_MAX).collect(),
                _ => String::new(),
            };
            self.gap_while(now, source, unseen, &why);
        }
    }
}

/// Its sources, with the cause of the gap in part where one of them cannot see.
const SOURCES: [(Source, Option<GapCause>); 4] = [
    (Source::Files, Some(GapCause::FilesUnseen)),
    (Source::Accessibility, Some(GapCause::TextUnseen)),
    (Source::Histories, Some(GapCause::HistoriesUnseen)),
    // Proxies that the account's own settings set.
    (Source::Processes, None),
];

/// Whether a condition needs what one of its sources sees.
fn needs(capture: &Capture, source: Source) -> bool {
    match source {
        Source::Files => capture.pictures,
        Source::Accessibility => capture.text,
        Source::Histories => capture.histories,
        Source::Processes => capture.proxies,
        _ => false,
    }
}
