//! What an officer should look at on a device: faults of machines, silence, entries that nobody has ended, another adult's sessions. Each closes itself when
//! what it is about is over, and none of them says what anybody did.

use std::collections::BTreeMap;

use proviso_engine::coverage::{Cause, Entry};
use proviso_model::device_act::{CaptureUnder, DeviceAct, DeviceActKind};
use proviso_model::{GapCause, InputCounts, OtherAdultTold, Timestamp};
use proviso_store::{GapRow, Stretch};

use super::coverage::{self, DeviceCoverage};
use super::officer::people::EnrolledDevice;

/// How far back faults are looked for, in days.
pub const WEEK_DAYS: i64 = 7;
/// Minutes of silence after which an officer is to ask.
const SILENT_MINUTES: u64 = 24 * 60;
/// Minutes of a fault in a week below which it is nobody's work: it mends itself.
const FAULT_MINUTES: u64 = 60;
/// The same of something that is missed while all else is watched.
const PARTLY_MINUTES: u64 = 4 * 60;
/// A fault that comes so often is looked at although it goes away each time.
const OFTEN: usize = 3;
/// Minutes watched after a fault until it counts as mended; and of one that came often.
const MENDED_MINUTES: u64 = 60;
const MENDED_OFTEN_MINUTES: u64 = 8 * 60;
/// Days after which it is asked whether an entry without an end still holds.
const OPEN_DAYS: i64 = 14;

/// What is the matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// Nothing has come from it.
    Silent,
    /// It could not watch.
    Fault(GapCause),
    /// It watches, but for one thing.
    Partly(GapCause),
    /// An entry about it has no end yet.
    Open(DeviceActKind),
    /// Another adult used it, unwatched: so much input was counted, or not all was.
    OtherAdult {
        /// Presses counted; nothing where none could be.
        input: Option<InputCounts>,
        /// Whether all of it was counted.
        is_all: bool,
    },
    /// Wrong PINs were tried for such a session: how many.
    WrongPins(u32),
}

/// Something to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Task {
    /// What.
    pub trouble: Trouble,
    /// Since when, within the days that are looked at.
    pub since: Timestamp,
    /// How many minutes in all.
    pub minutes: u64,
    /// How often.
    pub times: usize,
}

/// What is known of one cause.
#[derive(Default)]
struct Seen {
    since: Option<Timestamp>,
    minutes: u64,
    times: usize,
    until: Option<Timestamp>,
}

impl Seen {
    fn add(&mut self, entry: &Entry) {
        self.since = self.since.or(Some(entry.from));
        self.minutes += entry.minutes;
        self.times += usize::from(self.until != Some(entry.from));
        self.until = Some(entry.until());
    }

    fn task(&self, trouble: Trouble) -> Option<Task> {
        Some(Task { trouble, since: self.since?, minutes: self.minutes, times: self.times })
    }
}

/// Whether an officer can do something about a cause. A device that is off is no fault, and what has a page or a finding of its
/// own is none either.
#[must_use]
pub fn is_a_fault(cause: GapCause) -> bool {
    match cause {
        GapCause::AgentStopped
        | GapCause::ExtensionStopped
        | GapCause::ProtocolMismatch
        | GapCause::NoticeNotShown
        | GapCause::NoPolicy
        | GapCause::SpoolFull
        | GapCause::ClockJump
        | GapCause::ClockLost
        | GapCause::PrivateWindowsUnseen
        | GapCause::SiteListMissing
        | GapCause::HashSetMissing
        | GapCause::BrowserUnwatched
        | GapCause::ProgramsUnseen
        | GapCause::SessionHelperAbsent
        | GapCause::FilesUnseen
        | GapCause::TextUnseen
        | GapCause::HistoriesUnseen
        | GapCause::SourceUnavailable
        | GapCause::SpoolDamaged
        | GapCause::Unknown => true,
        GapCause::PowerOff
        | GapCause::OtherAdult
        | GapCause::PrivateWindow
        | GapCause::PicturesDropped
        | GapCause::NotInspectable
        | GapCause::WindowsUnseen
        | GapCause::RecordRestored
        | GapCause::ServerRestored => false,
    }
}

/// What to look at, from a device's last days and what is entered about it.
#[must_use]
pub fn tasks(found: &DeviceCoverage, acts: &[DeviceAct], now: Timestamp) -> Vec<Task> {
    let entries = &found.ledger.entries;
    let mut tasks = Vec::new();
    if let Some(last) = entries.last()
        && last.gap == Some(Cause::NOTHING)
        && last.until() == found.as_of
        && last.minutes >= SILENT_MINUTES
    {
        tasks.push(Task { trouble: Trouble::Silent, since: last.from, minutes: last.minutes, times: 1 });
    }
    let (mut faults, mut partly) = (BTreeMap::<GapCause, Seen>::new(), BTreeMap::<GapCause, Seen>::new());
    for entry in entries {
        if let Some(Cause::Device(cause)) = entry.gap {
            faults.entry(cause).or_default().add(entry);
        }
        for cause in &entry.partly {
            partly.entry(*cause).or_default().add(entry);
        }
    }
    let watched_after = |at: Option<Timestamp>| -> u64 {
        let after = entries.iter().filter(|entry| entry.gap.is_none() && Some(entry.from) >= at);
        after.map(|entry| entry.minutes).sum()
    };
    for (cause, seen) in faults.iter().filter(|(cause, _)| is_a_fault(**cause)) {
        let enough = if seen.times >= OFTEN { MENDED_OFTEN_MINUTES } else { MENDED_MINUTES };
        if seen.minutes >= FAULT_MINUTES && watched_after(seen.until) < enough {
            tasks.extend(seen.task(Trouble::Fault(*cause)));
        }
    }
    for (cause, seen) in partly.iter().filter(|(cause, _)| is_a_fault(**cause)) {
        if seen.minutes >= PARTLY_MINUTES && watched_after(seen.until) == 0 {
            tasks.extend(seen.task(Trouble::Partly(*cause)));
        }
    }
    tasks.extend(other_use(&found.other_adult));
    let is_open = |act: &&DeviceAct| {
        act.kind.capture() != CaptureUnder::Ends
            && act.until.is_none()
            && act.from <= now.plus_days(-OPEN_DAYS)
    };
    let minutes = |from| u64::try_from(now.millis_since(from) / 60_000).unwrap_or(0);
    tasks.extend(acts.iter().filter(is_open).map(|act| Task {
        trouble: Trouble::Open(act.kind),
        since: act.from,
        minutes: minutes(act.from),
        times: 1,
    }));
    tasks
}

/// What was told of another adult's use in these days: each session is to be seen by an officer once, and goes with its days.
fn other_use(told: &[OtherAdultTold]) -> Vec<Task> {
    let (mut sessions, mut input, mut is_all) = (Seen::default(), None::<InputCounts>, true);
    let (mut wrong, mut wrong_since) = (0_u32, None);
    for one in told {
        match one {
            OtherAdultTold::Session { from, until, input: counted, uncounted, .. } => {
                sessions.since = Some(sessions.since.map_or(*from, |since| since.min(*from)));
                sessions.minutes += u64::try_from(until.millis_since(*from) / 60_000).unwrap_or(0);
                sessions.times += 1;
                input = counted.map_or(input, |more| Some(input.unwrap_or_default().plus(more)));
                is_all &= counted.is_some() && uncounted.is_empty();
            }
            OtherAdultTold::WrongPins { at, count, .. } => {
                wrong_since = wrong_since.or(Some(*at));
                wrong = wrong.saturating_add(*count);
            }
            OtherAdultTold::PinSet { .. } => {}
        }
    }
    let tried =
        wrong_since.map(|since| Task { trouble: Trouble::WrongPins(wrong), since, minutes: 0, times: 1 });
    sessions.task(Trouble::OtherAdult { input, is_all }).into_iter().chain(tried).collect()
}

/// The days that are looked at.
#[must_use]
pub fn week(now: Timestamp) -> Stretch {
    Stretch { from: coverage::minute_of(now.plus_days(-WEEK_DAYS)), until: now.plus_days(1) }
}

/// Whether something may be the matter at all, by what is quick to read: the minutes of a device that is well are not reckoned.
/// `gaps` are those of its case in the last days.
#[must_use]
pub fn may_be_the_matter(device: &EnrolledDevice, gaps: &[GapRow], now: Timestamp) -> bool {
    let row = &device.row;
    let silent_ms = now.millis_since(row.seen_at);
    if !row.watching || silent_ms >= 60_000 * i64::try_from(SILENT_MINUTES).unwrap_or(i64::MAX) {
        return true;
    }
    let is_used = |gap: &GapRow| gap.device == row.id && gap.cause == GapCause::OtherAdult;
    if device.other_adult || gaps.iter().any(is_used) {
        return true;
    }
    let faults = gaps.iter().filter(|gap| gap.device == row.id && is_a_fault(gap.cause));
    let lost_ms: i64 = faults.map(|gap| gap.until.unwrap_or(now).millis_since(gap.from).max(0)).sum();
    // Each is in every minute that it touches, so a little less may be enough; shorter ones come to little.
    let is_faulty = lost_ms >= 60_000 * i64::try_from(FAULT_MINUTES / 2).unwrap_or(i64::MAX);
    is_faulty || device.acts.iter().any(|act| act.until.is_none())
}

#[cfg(test)]
mod tests {
    use proviso_engine::coverage::{Cause, Coverage, Entry};
    use proviso_model::GapCause::{AgentStopped, ExtensionStopped, PowerOff, SiteListMissing};
    use proviso_model::device_act::{DeviceAct, DeviceActKind};
    use proviso_model::{GapCause, Source, Timestamp};

    use super::{Trouble, tasks};
    use crate::app::coverage::DeviceCoverage;

    const NOW: Timestamp = Timestamp::from_micros(1_795_000_020_000_000);

    /// What a device's last minutes were.
    #[derive(Clone, Copy)]
    enum Was {
        Watched,
        Partly(GapCause),
        Gap(GapCause),
        Silent,
        Entered,
    }

    /// A story, the minutes, what is to be looked at.
    type Case = (&'static str, &'static [(Was, u64)], &'static [Trouble]);

    fn ledger(parts: &[(Was, u64)]) -> DeviceCoverage {
        let all: u64 = parts.iter().map(|(_, minutes)| minutes).sum();
        let mut from = NOW.plus_millis(-60_000 * i64::try_from(all).expect("few"));
        let mut entries = Vec::new();
        for (was, minutes) in parts.iter().copied() {
            let (gap, partly) = match was {
                Was::Watched => (None, Vec::new()),
                Was::Partly(cause) => (None, vec![cause]),
                Was::Gap(cause) => (Some(Cause::Device(cause)), Vec::new()),
                Was::Silent => (Some(Cause::NOTHING), Vec::new()),
                Was::Entered => (Some(Cause::Act(DeviceActKind::InRepair)), Vec::new()),
            };
            let watched_by = if gap.is_none() { vec![Source::Browser] } else { Vec::new() };
            let entry = Entry { from, minutes, watched_by, gap, told: None, partly };
            from = entry.until();
            entries.push(entry);
        }
        DeviceCoverage {
            ledger: Coverage { entries },
            as_of: NOW,
            last_recorded_at: None,
            other_adult: Vec::new(),
        }
    }

    #[test]
    fn a_fault_is_looked_at_until_it_is_mended_and_none_is_made_of_what_mends_itself() {
        use Was::{Entered, Gap, Partly, Silent, Watched};
        const STOPPED: &[Trouble] = &[Trouble::Fault(AgentStopped)];
        let cases: &[Case] = &[
            ("all is well", &[(Watched, 3_000)], &[]),
            ("it was off", &[(Watched, 60), (Gap(PowerOff), 4_000)], &[]),
            ("it was down for minutes", &[(Watched, 60), (Gap(AgentStopped), 20)], &[]),
            ("it has been down for hours", &[(Watched, 60), (Gap(AgentStopped), 200)], STOPPED),
            ("it is back for a moment", &[(Gap(AgentStopped), 200), (Watched, 20)], STOPPED),
            ("it is mended", &[(Gap(AgentStopped), 200), (Watched, 60)], &[]),
            ("it is off since", &[(Gap(AgentStopped), 200), (Gap(PowerOff), 900)], STOPPED),
            (
                "it comes again and again",
                &[
                    (Gap(AgentStopped), 30),
                    (Watched, 90),
                    (Gap(AgentStopped), 30),
                    (Watched, 90),
                    (Gap(AgentStopped), 30),
                    (Watched, 90),
                ],
                STOPPED,
            ),
            (
                "two are told apart",
                &[(Gap(ExtensionStopped), 90), (Gap(AgentStopped), 90)],
                &[Trouble::Fault(AgentStopped), Trouble::Fault(ExtensionStopped)],
            ),
            ("a list is missing", &[(Partly(SiteListMissing), 300)], &[Trouble::Partly(SiteListMissing)]),
            ("the list has come", &[(Partly(SiteListMissing), 300), (Watched, 10)], &[]),
            ("silent for a night", &[(Watched, 60), (Silent, 600)], &[]),
            ("silent for days", &[(Watched, 60), (Silent, 2_900)], &[Trouble::Silent]),
            ("it is in repair", &[(Watched, 60), (Entered, 2_900)], &[]),
        ];
        for (story, parts, expected) in cases {
            let found: Vec<Trouble> =
                tasks(&ledger(parts), &[], NOW).iter().map(|task| task.trouble).collect();
            assert_eq!(&found, expected, "{story}");
        }
    }

    #[test]
    fn an_entry_without_an_end_is_asked_about_after_two_weeks() {
        for (days, until, expected) in [(13, None, 0), (14, None, 1), (30, Some(NOW), 0)] {
            let act = DeviceAct { kind: DeviceActKind::InRepair, from: NOW.plus_days(-days), until };
            assert_eq!(tasks(&ledger(&[]), &[act], NOW).len(), expected, "{days}");
        }
    }
}
