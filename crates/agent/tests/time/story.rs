//! One device under one order, and what happens to its clock.

use std::collections::BTreeSet;
use std::sync::Arc;

use proviso_agent::uplink::NOTE_SERVER_TIME;
use proviso_agent::*;
use proviso_engine::{CompileInputs, Pack, compile};
use proviso_model::gap::GapCause;
use proviso_model::ids::CaseId;
use proviso_model::policy::CaseKeyRef;
use proviso_model::record::{NoticeResponse, RecordBody};
use proviso_model::{Order, Policy, Timestamp};

use crate::accounted::{Stretch, claims, holes, untrue};
use crate::support::{LISTED, TestForce, page, shown};

/// What happens next. Times are in seconds.
#[derive(Debug, Clone, Copy)]
pub enum Step {
    /// The agent runs; something listed is on the screen all the time.
    Run(i64),
    /// Somebody, or NTP, sets the wall clock by so much.
    Set(i64),
    /// The machine sleeps.
    Sleep(i64),
    /// Shut down, off for so long, started again with its clock set by the second while it was off.
    Off(i64, i64),
    /// NTP sets the wall clock right.
    Ntp,
    /// The battery is pulled; off for so long.
    Cut(i64),
    /// Off for so long, and the clock starts in 1970.
    Dead(i64),
    /// The agent is killed and starts again later on the same machine.
    Killed(i64),
    /// The server says the true time.
    Server,
    /// The same, and the battery is pulled before the agent has looked at it; off for so long.
    ServerCut(i64),
    /// Whether the device watches now.
    Watches(bool),
}

/// A day of an order, its time zone, and when the story begins.
pub struct Days {
    pub from: &'static str,
    pub until: &'static str,
    pub zone: &'static str,
    pub begins: &'static str,
}

/// A policy of the engine's own making, so that civil days are the product's and not the test's.
pub fn policy(force: &TestForce, days: &Days) -> Policy {
    let text = format!(
        "reference = \"TEST/2026/014\"\nkind = \"shpo-conviction\"\nmade_on = 2026-01-02\nexpires_on = 2031-01-01\n\
         timezone = \"{}\"\n[person]\nname = \"Test Person 014\"\n[authority]\nbasis = \"paragraph\"\n\
         paragraph = \"3\"\nlegal_basis = \"Paragraph 3.\"\nrecorded_by = \"Officer 4412\"\nrecorded_on = 2026-01-03\n\
         [[condition]]\nparagraph = \"5\"\ntext = \"Not to use the words listed.\"\nkind = \"specified-words\"\n\
         words = [\"{LISTED}\"]\nfrom = {}\nuntil = {}\n",
        days.zone, days.from, days.until
    );
    let inputs = CompileInputs {
        serial: 1,
        force: force.force,
        case: CaseId::from_bytes([7; 16]),
        device: force.device,
        issued_at: force.now(),
        case_key: CaseKeyRef {
            id: proviso_model::ids::CaseKeyId::from_bytes([8; 16]),
            public: force.case_public.to_hex(),
        },
        shield: Vec::new(),
        site_lists: Vec::new(),
        hash_sets: Vec::new(),
        languages: Vec::new(),
    };
    let order = Order::from_toml(&text).expect("an order");
    compile(&order, &Pack::built_in().expect("packs"), &inputs).expect("a policy")
}

pub struct Device {
    pub force: TestForce,
    policy: Policy,
    began: Timestamp,
    running: Option<Running>,
    ran: Vec<Stretch>,
    seen: u64,
    /// True times at which something was kept.
    kept: Vec<Timestamp>,
}

struct Running {
    watcher: Watcher,
    spool: Arc<Spool>,
    time: Arc<TrueTime>,
    since: Timestamp,
}

impl Device {
    pub fn new(days: &Days) -> Self {
        let force = TestForce::new();
        force.clock.start_at(Timestamp::parse(days.begins).expect("an instant"));
        let policy = policy(&force, days);
        force.enrol_under(&policy);
        let began = force.clock.truth();
        let mut device =
            Self { force, policy, began, running: None, ran: Vec::new(), seen: 0, kept: Vec::new() };
        device.start();
        device
    }

    fn start(&mut self) {
        let force = &self.force;
        let keep = Arc::new(PolicyKeep::load(&force.dir(), force.device).expect("a keep"));
        let (spool, opened) = force.spool(SpoolLimits::default());
        let kept = spool.note(NOTE_SERVER_TIME).expect("a note");
        let time = Arc::new(TrueTime::new(Box::new(force.clock.clone()), kept));
        let mut watcher = force.watcher_at(&keep, &spool, &opened, &time);
        watcher.notice_shown("terminal", NoticeResponse::Shown, "").expect("on record");
        self.running = Some(Running { watcher, spool, time, since: force.clock.truth() });
    }

    fn stop(&mut self, cleanly: bool) {
        let mut running = self.running.take().expect("it runs");
        if cleanly {
            running.watcher.shut_down();
        }
        self.ran.push((running.since, self.force.clock.truth()));
    }

    fn running(&mut self) -> &mut Running {
        self.running.as_mut().expect("it runs")
    }

    /// Looks at the clocks about forty times, at least every minute at the beginning and the end.
    fn run(&mut self, seconds: i64) {
        let mut left = seconds;
        self.see();
        while left > 0 {
            let step = if left > 180 { (seconds / 40).clamp(60, left - 120) } else { left.min(60) };
            self.force.clock.pass(step);
            left -= step;
            self.running().watcher.tick();
            if left <= 120 {
                self.see();
            }
        }
    }

    fn see(&mut self) {
        let (wall, truth) = (self.force.now(), self.force.clock.truth());
        self.seen += 1;
        let n = self.seen;
        if self.running().watcher.observe("one", n, wall, shown(), page(LISTED)) == Observed::Kept {
            self.kept.push(truth);
        }
    }

    pub fn does(&mut self, step: Step) {
        match step {
            Step::Run(seconds) => self.run(seconds),
            Step::Set(seconds) => {
                self.force.clock.set_wall(seconds);
                self.running().watcher.tick();
            }
            Step::Ntp => {
                let off_ms = self.force.clock.truth().millis_since(self.force.now());
                self.does(Step::Set(off_ms / 1_000));
            }
            Step::Sleep(seconds) => {
                let truth = self.force.clock.truth();
                let since = std::mem::replace(&mut self.running().since, truth.plus_millis(seconds * 1_000));
                self.ran.push((since, truth));
                self.force.clock.sleep(seconds);
                self.running().watcher.tick();
            }
            Step::Off(seconds, set) => {
                self.stop(true);
                self.force.clock.reboot(seconds, 20);
                self.force.clock.set_wall(set);
                self.start();
            }
            Step::Cut(seconds) => {
                self.stop(false);
                self.force.clock.reboot(seconds, 20);
                self.start();
            }
            Step::Dead(seconds) => {
                self.stop(false);
                self.force.clock.reboot(seconds, 20);
                self.force.clock.set_wall(-self.force.now().as_micros() / 1_000_000);
                self.start();
            }
            Step::Killed(seconds) => {
                self.stop(false);
                self.force.clock.pass(seconds);
                self.start();
            }
            Step::Server => {
                self.hear_server();
                self.running().watcher.tick();
            }
            Step::ServerCut(seconds) => {
                self.hear_server();
                self.does(Step::Cut(seconds));
            }
            Step::Watches(watches) => {
                let truth = self.force.clock.truth();
                let standing = *self.running().watcher.standing();
                assert_eq!(standing.watching, watches, "at {truth}: {standing:?}");
            }
        }
    }

    /// The server says the true time, which is kept.
    fn hear_server(&mut self) {
        let truth = self.force.clock.truth();
        let running = self.running();
        if let Some(said) = running.time.server_said(truth) {
            let note = spool::note_of(NOTE_SERVER_TIME, &said).expect("json");
            running.spool.keep(&[note]).expect("kept");
        }
    }

    /// Ends the story and says what does not hold, and the causes of the gaps on record.
    pub fn ends(mut self) -> (Vec<String>, BTreeSet<GapCause>) {
        let spool = Arc::clone(&self.running().spool);
        self.stop(true);
        let end = self.force.clock.truth();
        let records = self.force.contents(&spool);
        let (first, last) = self
            .policy
            .conditions
            .iter()
            .map(|condition| (condition.valid_from, condition.valid_until))
            .next()
            .expect("a condition");
        let (watched, gaps) = claims(&records, end);
        let all: Vec<Stretch> = watched.iter().chain(&gaps).copied().collect();
        let mut faults = holes(&all, self.began.max(first), end.min(last));
        faults.extend(untrue(&watched, &gaps, &self.ran));
        faults.extend(
            self.kept.iter().filter(|at| **at < first || **at >= last).map(|at| format!("captured at {at}")),
        );
        faults.extend(
            watched
                .iter()
                .filter(|(_, until)| *until > last)
                .map(|(_, until)| format!("called watched until {until}, and the order ended at {last}")),
        );
        let causes = records.iter().filter_map(|content| match &content.body {
            RecordBody::Gap { gap } => Some(gap.cause),
            _ => None,
        });
        // The moment between the first start and the notice is in every story.
        (faults, causes.filter(|cause| *cause != GapCause::NoticeNotShown).collect())
    }

    /// What is on record so far.
    pub fn records(&mut self) -> Vec<proviso_model::record::RecordContent> {
        let spool = Arc::clone(&self.running().spool);
        self.force.contents(&spool)
    }
}
