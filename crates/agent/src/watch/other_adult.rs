//! Another adult's session in the supervised account: while it lasts nothing is captured, and the whole of it is a gap of its own cause,
//! with how often keys and buttons were pressed. It ends by itself; what it may be is in the signed policy (decision 0035).

use std::collections::VecDeque;

use jiff::tz::TimeZone;
use proviso_model::gap::GapCause;
use proviso_model::ids::OtherAdultId;
use proviso_model::other_adult::OTHER_ADULT_SESSIONS_MAX;
use proviso_model::record::RecordBody;
use proviso_model::{InputCounts, OtherAdult, OtherAdultEnd, OtherAdultTold, Source, Timestamp};
use serde::{Deserialize, Serialize};

use super::Watcher;
use crate::clock::Reading;
use crate::sources::browser::presence::ConnectionId;
use crate::spool::{Room, SpoolError};

/// Name of the note with what is known of sessions: written with every record and stamp that it changed before.
pub const NOTE_OTHER_ADULT: &str = "other-adult";
/// A longer sleep ends a session: whoever wakes the device may be somebody else.
const SLEPT_MS_MIN: u64 = 5 * 60_000;
/// Counting begins within so long, or it was not of all of the session.
const COUNTING_MS_MAX: i64 = 15_000;
/// Wrong PINs are told of together, so long after the first at the latest.
const WRONG_TOLD_MS: i64 = 10 * 60_000;
/// What waits for room to be told; beyond, the oldest is let go of: its gap stays.
const UNTOLD_MAX: usize = 32;
const NO_HELPER: &str = "the monitoring program's helper was not running in the account's session";
const NOT_ALL: &str = "the monitoring program's helper was not running in the account's session in all of it";

/// What is known of sessions; on disk as a note.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct OtherUse {
    running: Option<Running>,
    /// The civil day of the last start in the order's time zone, and how many began on it.
    day: String,
    started: u32,
    /// The last sessions: what was seen in them is not taken afterwards either.
    past: VecDeque<(Timestamp, Timestamp)>,
    wrong: Option<WrongPins>,
    untold: VecDeque<OtherAdultTold>,
}

/// A session that lasts. It never outlives a run of the agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Running {
    approval: OtherAdultId,
    from: Timestamp,
    /// When it ends by itself at the latest, as it is shown.
    until: Timestamp,
    /// The machine's own count at its start, and how long it may last by it: no clock that is set makes it longer.
    since_boot_ms: u64,
    longest_ms: u64,
    /// Presses counted on connections that have ended, and on the one that counts.
    before: InputCounts,
    counted: Option<InputCounts>,
    /// Who counts.
    by: Option<u64>,
    was_away: bool,
    cannot: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct WrongPins {
    approval: OtherAdultId,
    at: Timestamp,
    count: u32,
}

/// What others may know of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OtherAdultView {
    /// What an officer has approved, while it holds.
    pub approval: Option<OtherAdult>,
    /// Until when a session lasts at the latest; nothing while none does.
    pub until: Option<Timestamp>,
    /// How many more may begin today.
    pub left_today: u32,
}

/// Why no session begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OtherAdultRefused {
    /// Nobody is approved, or not any more.
    #[error("no other adult is approved on this device now; ask the person's officer")]
    NotApproved,
    /// One lasts.
    #[error("a session has begun already")]
    Lasts,
    /// There is nothing to pause.
    #[error("nothing is being watched now, so there is nothing to pause")]
    NothingWatched,
    /// The time is not known.
    #[error(
        "the device's clock was moved and nothing confirms the new time; set it right, or let the device reach the force's server, and try again"
    )]
    ClockInDoubt,
    /// As many as a day may have.
    #[error(
        "there have been as many sessions today as the officer has approved; the next may begin tomorrow"
    )]
    NoneLeft,
    /// It could not be kept that one begins.
    #[error("it could not be put on record, so nothing is paused; the device may have no room left")]
    NotKept,
}

impl OtherUse {
    /// Whether something was seen in a session that is over.
    pub(super) fn was_during(&self, at: Timestamp) -> bool {
        self.past.iter().any(|(from, until)| *from <= at && at < *until)
    }

    /// Until when a session lasts at the latest.
    pub(super) fn lasts_until(&self) -> Option<Timestamp> {
        self.running.as_ref().map(|running| running.until)
    }

    fn left(&self, approval: &OtherAdult, today: &str) -> u32 {
        // A day that was counted already does not come again, whatever the clock says.
        let started = if today <= self.day.as_str() { self.started } else { 0 };
        approval.sessions_a_day().saturating_sub(started)
    }

    fn tell(&mut self, told: OtherAdultTold) {
        self.untold.push_back(told);
        if self.untold.len() > UNTOLD_MAX {
            self.untold.pop_front();
        }
    }

    fn tell_wrong_pins(&mut self) {
        if let Some(WrongPins { approval, at, count }) = self.wrong.take() {
            self.tell(OtherAdultTold::WrongPins { approval, at, count });
        }
    }
}

impl Running {
    fn input(&self) -> (Option<InputCounts>, String) {
        let input = self.counted.map(|now| self.before.plus(now));
        let why = match (&input, self.was_away) {
            _ if !self.cannot.is_empty() => self.cannot.as_str(),
            (None, _) => NO_HELPER,
            (Some(_), true) => NOT_ALL,
            (Some(_), false) => "",
        };
        (input, why.to_owned())
    }
}

/// The civil day of an instant, `2026-03-03`.
fn day(at: Timestamp, timezone: &str) -> String {
    let zone = TimeZone::get(timezone).unwrap_or(TimeZone::UTC);
    let at = jiff::Timestamp::from_microsecond(at.as_micros()).unwrap_or_default();
    at.to_zoned_datetime(zone).date().to_string()
}

impl Watcher {
    /// What others may know of it.
    #[must_use]
    pub fn other_adult(&self) -> OtherAdultView {
        let kept = self.keep.policy();
        let approval = self.approved();
        let left_today = approval.zip(kept).map_or(0, |(approval, kept)| {
            self.other_use.left(&approval, &day(self.moment.reckoned, &kept.policy.timezone))
        });
        OtherAdultView { approval, until: self.other_use.lasts_until(), left_today }
    }

    fn approved(&self) -> Option<OtherAdult> {
        self.keep.policy()?.policy.other_adult.filter(|approval| approval.holds(self.moment.now))
    }

    /// Begins a session. Whoever asks has shown the PIN that belongs to this approval.
    ///
    /// # Errors
    /// [`OtherAdultRefused`]: then nothing is paused.
    pub fn other_adult_begins(&mut self, id: OtherAdultId) -> Result<Timestamp, OtherAdultRefused> {
        let now = self.read_clocks();
        self.decide();
        let approval = self.approved().filter(|approval| approval.id == id);
        let approval = approval.ok_or(OtherAdultRefused::NotApproved)?;
        if self.other_use.running.is_some() {
            return Err(OtherAdultRefused::Lasts);
        }
        let kept = self.keep.policy().filter(|_| self.standing.watching);
        let kept = kept.ok_or(OtherAdultRefused::NothingWatched)?;
        if self.moment.doubt.is_some() {
            return Err(OtherAdultRefused::ClockInDoubt);
        }
        let today = day(now, &kept.policy.timezone);
        if self.other_use.left(&approval, &today) == 0 {
            return Err(OtherAdultRefused::NoneLeft);
        }
        let before = (self.other_use.clone(), self.histories.clone());
        self.other_use.tell_wrong_pins();
        self.begin(now, today, &approval);
        self.histories.other_adult_begins();
        let until = self.other_use.lasts_until().unwrap_or(now);
        // On disk before anything is paused: after a power cut it is known that a session had begun.
        if let Err(error) = self.notes().and_then(|notes| self.spool.keep(&notes)) {
            tracing::error!(%error, "another adult's session could not be put on record");
            (self.other_use, self.histories) = before;
            return Err(OtherAdultRefused::NotKept);
        }
        self.notes_are_kept();
        tracing::info!(%until, "another adult's session has begun; nothing is captured");
        self.after_other_use();
        Ok(until)
    }

    fn begin(&mut self, now: Timestamp, today: String, approval: &OtherAdult) {
        let longest_ms = approval.longest_ms();
        let until = now.plus_millis(i64::try_from(longest_ms).unwrap_or(0)).min(approval.until);
        if today > self.other_use.day {
            (self.other_use.day, self.other_use.started) = (today, 0);
        }
        self.other_use.started += 1;
        self.other_use.running = Some(Running {
            approval: approval.id,
            from: now,
            until,
            since_boot_ms: self.moment.since_boot_ms,
            longest_ms,
            before: InputCounts::default(),
            counted: None,
            by: None,
            was_away: false,
            cannot: String::new(),
        });
    }

    /// Ends the session that lasts, as anybody at the device may: it only goes back to watching. `false` where none lasts.
    pub fn other_adult_ends(&mut self) -> bool {
        let now = self.read_clocks();
        let lasted = self.other_use.running.is_some();
        self.end_other_use(now, OtherAdultEnd::Ended);
        self.after_other_use();
        lasted
    }

    /// A PIN was set with the one-time code of this approval.
    pub fn other_adult_pin_was_set(&mut self, approval: OtherAdultId) {
        self.read_clocks();
        self.other_use.tell(OtherAdultTold::PinSet { approval, at: self.moment.now });
        self.after_other_use();
    }

    /// A wrong PIN was tried; where it led to a pause, all so far are told of.
    pub fn other_adult_pin_was_wrong(&mut self, approval: OtherAdultId, is_paused: bool) {
        self.read_clocks();
        let at = self.moment.now;
        let wrong = self.other_use.wrong.get_or_insert(WrongPins { approval, at, count: 0 });
        wrong.count = wrong.count.saturating_add(1);
        if is_paused {
            self.other_use.tell_wrong_pins();
        }
        self.after_other_use();
    }

    /// What the helper counted since it was asked to, on this connection.
    pub fn input_counted(&mut self, connection: ConnectionId, counts: InputCounts, cannot: Option<String>) {
        let now = self.read_clocks();
        let Some(running) = &mut self.other_use.running else { return };
        if running.by != Some(connection.0) {
            running.was_away |= running.by.is_some() || now.millis_since(running.from) > COUNTING_MS_MAX;
            running.before = running.before.plus(running.counted.take().unwrap_or_default());
            running.by = Some(connection.0);
        }
        match cannot {
            Some(why) => running.cannot = why.chars().take(super::lists::DETAIL_CHARS_MAX).collect(),
            None => running.counted = Some(counts),
        }
        self.decide();
        self.record_gaps();
    }

    /// A connection has ended, which may be of who counts.
    pub(super) fn counting_ended(&mut self, connection: ConnectionId) {
        if let Some(running) = &mut self.other_use.running
            && running.by == Some(connection.0)
        {
            running.was_away = true;
        }
    }

    /// Looks whether a session that lasts is over. Before everything that is decided, also offline.
    pub(super) fn look_at_other_use(&mut self) {
        let Some(running) = &self.other_use.running else { return };
        let lasted_ms = self.moment.since_boot_ms.saturating_sub(running.since_boot_ms);
        let kept = self.keep.policy();
        let is_asked = !self.revoked && kept.as_ref().is_some_and(|kept| !self.asked_now(kept).is_nothing());
        let why = match kept.and_then(|kept| kept.policy.other_adult) {
            _ if lasted_ms >= running.longest_ms => OtherAdultEnd::Cap,
            _ if !is_asked => OtherAdultEnd::NothingAsked,
            Some(approval) if approval.id == running.approval => {
                if lasted_ms >= approval.longest_ms() {
                    OtherAdultEnd::Cap
                } else if approval.holds(self.moment.now) {
                    return;
                } else {
                    OtherAdultEnd::RanOut
                }
            }
            _ => OtherAdultEnd::Withdrawn,
        };
        self.end_other_use(self.moment.reckoned, why);
    }

    /// The machine slept from `before` on: after minutes of that nobody knows who is there.
    pub(super) fn slept_in_other_use(&mut self, before: &Reading, slept_ms: u64) {
        if slept_ms >= SLEPT_MS_MIN {
            self.end_other_use(before.reckoned, OtherAdultEnd::Slept);
        }
    }

    /// The time was put back by so much: what began in a time that has not come began earlier.
    pub(super) fn put_other_use_back(&mut self, ahead_ms: i64) {
        let now = self.moment.reckoned;
        if let Some(running) = self.other_use.running.as_mut().filter(|running| running.from > now) {
            running.from = running.from.plus_millis(-ahead_ms).min(now);
            running.until = running.until.plus_millis(-ahead_ms);
        }
    }

    /// Ends a session at `at`, where one lasts: its gap with it, and what is told of it waits for its record.
    pub(super) fn end_other_use(&mut self, at: Timestamp, ended: OtherAdultEnd) {
        let Some(running) = self.other_use.running.take() else { return };
        let (from, until) = (running.from, at.max(running.from));
        self.other_use.past.push_back((from, until));
        if self.other_use.past.len() > usize::from(OTHER_ADULT_SESSIONS_MAX) {
            self.other_use.past.pop_front();
        }
        let (input, uncounted) = running.input();
        let approval = running.approval;
        self.other_use.tell(OtherAdultTold::Session { approval, from, until, ended, input, uncounted });
        self.gaps.end(until, Source::Health, GapCause::OtherAdult);
        tracing::info!(?ended, "another adult's session has ended");
    }

    /// Decides anew, and puts on record what has changed.
    pub(super) fn after_other_use(&mut self) {
        self.decide();
        self.record_gaps();
        self.tell_other_use();
    }

    /// Wrong PINs that nobody went on from are told of after a while; then all that waits, as far as there is room.
    pub(super) fn tell_other_use(&mut self) {
        let now = self.moment.now;
        if self.other_use.wrong.as_ref().is_some_and(|wrong| now.millis_since(wrong.at) >= WRONG_TOLD_MS) {
            self.other_use.tell_wrong_pins();
        }
        if let Err(error) = self.tell_untold() {
            tracing::warn!(%error, "what is known of another adult's use could not be put on record yet");
        }
    }

    fn tell_untold(&mut self) -> Result<(), SpoolError> {
        let Some(kept) = self.keep.policy() else { return Ok(()) };
        while let Some(told) = self.other_use.untold.pop_front() {
            // The record and the note without it become durable together.
            let body = RecordBody::OtherAdult { other_adult: told.clone() };
            if let Err(error) = self.record(&kept, body, Room::Reserve, &[]) {
                self.other_use.untold.push_front(told);
                return Err(error);
            }
        }
        Ok(())
    }
}
