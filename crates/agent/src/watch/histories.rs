//! Browsers' histories as the watch core sees them: each reading is compared with the one before, which is kept, as numbers alone, for as long as
//! a condition in force is about histories. What the engine finds nothing in is dropped and counted.

use proviso_engine::behaviour::history::{HistoryTold, told};
use proviso_model::gap::{Gap, GapCause};
use proviso_model::limits::HISTORY_PROFILES_MAX;
use proviso_model::{
    Act, Attribution, Digest, Fact, HistoryReading, HistorySeen, HistorySetting, Observation, Source,
    Timestamp,
};
use serde::{Deserialize, Serialize};

use super::{Observed, Watcher};
use crate::clock::Reading;
use crate::policy_keep::KeptPolicy;

/// The readings compared with, in the spool's notes.
pub(super) const NOTE_HISTORIES: &str = "histories";
/// A clock that is set by less moves no entry out of its day, or hardly one.
const SET_MS_MIN: i64 = 3_600_000;

/// What the helper has read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryRead {
    /// Run of the helper.
    pub instance: String,
    /// Number.
    pub n: u64,
    /// When, by the session's clock.
    pub observed_at: Timestamp,
    /// The browser's name.
    pub browser: String,
    /// The profile's folder, from the account's home on.
    pub profile: String,
    /// The reading; nothing where the profile is no longer there.
    pub reading: Option<Box<HistoryReading>>,
}

/// The last reading of each profile.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Histories {
    profiles: Vec<Known>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    browser: String,
    profile: String,
    reading: HistoryReading,
    /// By how much the wall clock was ahead of the reckoned time.
    ahead_ms: i64,
    /// The setting that was judged, and under which policy.
    judged: Option<(HistorySetting, Digest)>,
    /// Another adult has used the account since: what follows is compared with the next reading only.
    #[serde(default)]
    is_before_other_adult: bool,
}

impl Histories {
    /// Another adult's session begins: what is done in it to a history is nobody's business here.
    pub(super) fn other_adult_begins(&mut self) {
        for known in &mut self.profiles {
            known.is_before_other_adult = true;
        }
    }

    fn take(&mut self, browser: &str, profile: &str) -> Option<Known> {
        let is_it = |known: &Known| known.browser == browser && known.profile == profile;
        let at = self.profiles.iter().position(is_it)?;
        Some(self.profiles.remove(at))
    }

    fn put(&mut self, known: Known) {
        if self.profiles.len() >= HISTORY_PROFILES_MAX {
            self.profiles.remove(0);
        }
        self.profiles.push(known);
    }
}

impl Watcher {
    /// The helper has read a history.
    pub fn history_read(&mut self, read: HistoryRead) -> Observed {
        self.read_clocks();
        let HistoryRead { instance, n, observed_at, browser, profile, reading } = read;
        if let Err(error) = self.know(&instance) {
            return Observed::Retry(error.to_string());
        }
        if self.acks.is_done(&instance, n) {
            return Observed::Repeated;
        }
        self.decide();
        let before = self.histories.clone();
        let observed = if self.standing.watching && self.standing.capture.histories {
            self.take_history((&instance, n), observed_at, browser, profile, reading)
        } else {
            Observed::NotCaptured
        };
        match observed {
            // It is sent again, and must then be compared with the same.
            Observed::Retry(_) => {
                self.histories = before;
                self.acks.forget(&instance);
            }
            // There was no room for it: the next reading is compared with the same again.
            Observed::Refused(_) => {
                self.histories = before;
                self.acks.done(&instance, n);
            }
            _ => self.acks.done(&instance, n),
        }
        self.record_gaps();
        observed
    }

    fn take_history(
        &mut self,
        mark: (&str, u64),
        observed_at: Timestamp,
        browser: String,
        profile: String,
        reading: Option<Box<HistoryReading>>,
    ) -> Observed {
        let Some(kept) = self.keep.policy() else { return Observed::NotCaptured };
        let at = self.corrected(observed_at);
        let known = self.histories.take(&browser, &profile);
        let (known, judged) = match known {
            Some(known) => {
                let may = !known.is_before_other_adult && may_compare(&kept, known.reading.at, at);
                (Some(known.clone()).filter(|_| may), known.judged)
            }
            None => (None, None),
        };
        let Some(reading) = reading else {
            if let Some(known) = known {
                self.histories_gap(
                    known.reading.at,
                    at,
                    &browser,
                    "is no longer there: its profile was removed",
                );
            }
            return Observed::Dropped;
        };
        let after = HistoryReading { at, ..*reading };
        let ahead_ms = self.moment.wall.millis_since(self.moment.reckoned);
        let clock_moved = known.as_ref().is_some_and(|known| {
            let was_set = self.clock_set_at.is_some_and(|set_at| set_at >= known.reading.at);
            was_set || (known.ahead_ms - ahead_ms).abs() >= SET_MS_MIN
        });
        let now_judged = after.setting.map(|setting| (setting, kept.digest()));
        let seen = HistorySeen {
            browser: browser.clone(),
            profile: profile.clone(),
            before: known.map(|known| known.reading),
            clock_moved,
            setting_is_new: now_judged.is_some() && now_judged != judged,
            after: after.clone(),
        };
        let since = seen.before.as_ref().map(|before| before.at);
        let uncertain = match told(&seen) {
            HistoryTold::Uncertain(why) => Some(why.in_words()),
            _ => None,
        };
        let reading = after;
        self.histories.put(Known {
            browser: browser.clone(),
            profile,
            reading,
            ahead_ms,
            judged: now_judged,
            is_before_other_adult: false,
        });
        let observation = Observation {
            listed: Vec::new(),
            picture: None,
            id: None,
            observed_at: at,
            source: Source::Histories,
            account: self.account.clone(),
            attribution: Attribution::off_screen(Act::Unknown),
            fact: Fact::History(Box::new(seen)),
        };
        let observed = self.weigh(observation, Some(mark), None);
        if let (Observed::Kept | Observed::Dropped, Some(since), Some(why)) = (&observed, since, uncertain) {
            self.histories_gap(since, at, &browser, why);
        }
        if observed == Observed::NotCaptured {
            self.histories = Histories::default();
        }
        observed
    }

    /// What happened to a history in that time cannot be told: a gap in part.
    fn histories_gap(&mut self, from: Timestamp, until: Timestamp, browser: &str, why: &str) {
        self.push_if_asked(Some(Gap {
            from,
            until: Some(until.max(from)),
            source: Source::Histories,
            cause: GapCause::HistoriesUnseen,
            detail: format!("the history of {browser} {why}"),
        }));
    }

    /// Where no condition in force is about histories, nothing of them is kept.
    pub(super) fn forget_histories(&mut self) {
        let now = self.moment.now;
        if !self.keep.policy().is_some_and(|kept| kept.capture_at(now).histories) {
            self.histories = Histories::default();
        }
    }

    /// Notes that the wall clock was set: a browser forgets by the date.
    pub(super) fn note_clock_set(&mut self, before: &Reading, passed_ms: u64) {
        let passed_ms = i64::try_from(passed_ms).unwrap_or(i64::MAX);
        if (self.moment.wall.millis_since(before.wall) - passed_ms).abs() >= SET_MS_MIN {
            self.clock_set_at = Some(self.moment.reckoned);
        }
    }
}

/// Whether all that lies between two readings was under a condition about histories: what went before it began, or during a pause, is
/// nobody's business. Which of the conditions may then speak, the engine says.
fn may_compare(kept: &KeptPolicy, since: Timestamp, until: Timestamp) -> bool {
    let policy = &kept.policy;
    let began = |at| {
        policy.in_force(at).filter(|condition| condition.reads_histories()).map(|one| one.paragraph.as_str())
    };
    let then: Vec<&str> = began(since).collect();
    let is_paused = policy.pauses.iter().any(|pause| pause.covers_any(since, until));
    since <= until && !is_paused && began(until).any(|paragraph| then.contains(&paragraph))
}
