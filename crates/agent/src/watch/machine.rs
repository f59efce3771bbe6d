//! The device itself as the watch core sees it: what runs and is plugged in, and browsers that run without the extension.

use proviso_model::gap::GapCause;
use proviso_model::observation::Act;
use proviso_model::{Attribution, Digest, Fact, Machine, MachineWhat, Observation, Source, Timestamp};

use super::lists::DETAIL_CHARS_MAX;
use super::{Observed, Watcher};
use crate::bounded::Bounded;
use crate::sources::machine::RunningBrowser;

/// What lasts, or comes again, within a day is one thing.
const AGAIN_MS: i64 = 24 * 3_600_000;
/// Things remembered; the one told first is forgotten first.
const TOLD_MAX: usize = 1_024;
/// A browser starts its extension within this time, on the slowest device and its first start.
const STARTING_MS: u64 = 60_000;

/// What of the device was told, and when; under which policy where nothing was found, for another one may say otherwise.
pub(super) type Told = Bounded<Machine, (Timestamp, Option<Digest>)>;

/// Nothing yet.
pub(super) fn told() -> Told {
    Bounded::new(TOLD_MAX)
}

impl Watcher {
    /// The source has looked: what is new, which browsers run, and why something could not be listed.
    pub fn machine_seen(&mut self, new: Vec<Machine>, browsers: &[RunningBrowser], unseen: &str) {
        let now = self.read_clocks();
        for machine in new {
            // One that could not be kept is there still, and is told when it is new again.
            let _ = self.machine_is_there(machine);
        }
        self.watch_unwatched_browsers(now, browsers);
        let unseen: String = unseen.chars().take(DETAIL_CHARS_MAX).collect();
        self.gap_while(now, Source::Processes, GapCause::ProgramsUnseen, &unseen);
        self.record_gaps();
    }

    /// The helper in the person's session tells of proxies that the person's own settings set.
    pub fn proxies_set(&mut self, (instance, n): &(String, u64), proxies: Vec<Machine>) -> Observed {
        let n = *n;
        self.read_clocks();
        if let Err(error) = self.know(instance) {
            return Observed::Retry(error.to_string());
        }
        if self.acks.is_done(instance, n) {
            return Observed::Repeated;
        }
        self.decide();
        for proxy in proxies.into_iter().filter(|one| one.what == MachineWhat::Proxy) {
            if let Some(why) = self.machine_is_there(proxy) {
                return Observed::Retry(why);
            }
        }
        self.acks.done(instance, n);
        Observed::Dropped
    }

    /// Why it could not be kept, where it may be told again.
    fn machine_is_there(&mut self, machine: Machine) -> Option<String> {
        if !self.standing.watching || !self.standing.capture.is_of_machine(machine.what) {
            return None;
        }
        let under = self.keep.policy()?.digest();
        let now = self.moment.now;
        let is_known = |(at, policy): &(Timestamp, Option<Digest>)| {
            policy.is_none_or(|policy| policy == under) && now.millis_since(*at) < AGAIN_MS
        };
        if self.machine_told.get(&machine).is_some_and(is_known) {
            return None;
        }
        let observation = Observation {
            listed: Vec::new(),
            picture: None,
            id: None,
            observed_at: now,
            source: Source::Processes,
            account: self.account.clone(),
            attribution: Attribution::off_screen(Act::Unknown),
            fact: Fact::Machine(machine.clone()),
        };
        match self.weigh(observation, None, None) {
            Observed::Retry(why) => return Some(why),
            Observed::Kept => self.machine_told.put(machine, (now, None)),
            _ => self.machine_told.put(machine, (now, Some(under))),
        }
        None
    }

    /// A browser that runs and from which no extension has ever connected is watched by nothing: a gap while it runs.
    fn watch_unwatched_browsers(&mut self, now: Timestamp, browsers: &[RunningBrowser]) {
        let is_unwatched = |browser: &&RunningBrowser| {
            browser.runs_ms >= STARTING_MS && !self.browsers.is_known(&browser.process)
        };
        let mut names: Vec<&str> =
            browsers.iter().filter(is_unwatched).map(|browser| browser.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let names: String = names.join(", ").chars().take(DETAIL_CHARS_MAX).collect();
        let names = if self.standing.watching { names } else { String::new() };
        self.gap_while(now, Source::Browser, GapCause::BrowserUnwatched, &names);
    }

    /// A gap lasts while there is something to say of it; what is said otherwise than before is another gap.
    pub(super) fn gap_while(&mut self, now: Timestamp, source: Source, cause: GapCause, detail: &str) {
        let open = self.gaps.open().iter().find(|open| open.gap.cause == cause && open.gap.source == source);
        if open.is_some_and(|open| open.gap.detail != detail) {
            self.gaps.end(now, source, cause);
        }
        if !detail.is_empty() {
            self.gaps.begin(now, source, cause, detail);
        }
    }
}
