//! Acts and failures, each with what it reads as: nothing, a gap with its cause, or a finding. A fault of nobody's making is never a
//! finding, and a cause that only an act explains is never power, room or chance.

mod cases;

use std::collections::BTreeSet;
use std::sync::Arc;

use proviso_agent::sources::browser::presence::{BrowserProcess, ConnectionId};
use proviso_agent::sources::machine::RunningBrowser;
use proviso_agent::spool::Opened;
use proviso_agent::watch::PictureLost;
use proviso_agent::{PolicyKeep, Spool, SpoolLimits, Watcher};
use proviso_model::gap::GapCause;
use proviso_model::record::{NoticeResponse, RecordBody};
use proviso_model::{Fact, Source, Timestamp};

use cases::{ACTS, FAULTS};

use super::support::TestForce;
use super::support::disk::TestDisk;
use super::{HOUR, hello, machine};

const DAY: i64 = 24 * HOUR;

/// A device in use: the agent runs, a browser with its extension is open.
struct Scene {
    force: TestForce,
    disk: TestDisk,
    keep: Arc<PolicyKeep>,
    spool: Arc<Spool>,
    began: Timestamp,
    /// Nothing while the agent does not run.
    watcher: Option<Watcher>,
}

impl Scene {
    fn new() -> Self {
        let force = TestForce::new();
        let mut policy = force.policy_with_picture_model(60 * DAY);
        policy.conditions.push(machine::vaults(&force));
        let keep = force.enrol_under(&policy);
        let disk = TestDisk::default();
        let (spool, opened) = force.spool_on(Arc::new(disk.clone()), SpoolLimits::default());
        let mut watcher = force.watcher(&keep, &spool, &opened);
        watcher.notice_shown("terminal", NoticeResponse::Acknowledged, "the person").expect("on record");
        hello(&mut watcher, 1);
        let began = force.now();
        let mut scene = Self { force, disk, keep, spool, began, watcher: Some(watcher) };
        scene.pass(60);
        scene
    }

    fn agent(&mut self) -> &mut Watcher {
        self.watcher.as_mut().expect("it runs")
    }

    /// So many seconds in use: the agent ticks, the extension speaks.
    fn pass(&mut self, seconds: i64) {
        let mut left = seconds;
        while left > 0 {
            let step = left.min(20);
            left -= step;
            self.force.clock.pass(step);
            if let Some(watcher) = &mut self.watcher {
                watcher.browser_spoke(ConnectionId(1));
                watcher.tick();
            }
        }
    }

    /// So many seconds in which the extension says nothing.
    fn silence(&mut self, seconds: i64) {
        for _ in 0..seconds / 10 {
            self.force.clock.pass(10);
            self.agent().tick();
        }
    }

    /// The agent ends, in order or not.
    fn end(&mut self, in_order: bool) {
        let mut watcher = self.watcher.take().expect("it runs");
        if in_order {
            watcher.shut_down();
        }
    }

    /// The agent starts again, and so does the browser.
    fn start(&mut self) {
        let (spool, opened) = self.open();
        self.spool = spool;
        self.keep = Arc::new(PolicyKeep::load(&self.force.dir(), self.force.device).expect("a keep"));
        let mut watcher = self.force.watcher(&self.keep, &self.spool, &opened);
        watcher.tick();
        hello(&mut watcher, 1);
        self.watcher = Some(watcher);
        self.pass(20);
    }

    fn open(&mut self) -> (Arc<Spool>, Opened) {
        // The old one is closed first: a spool is not opened twice.
        let other = self.force.spool_on(Arc::new(TestDisk::default()), SpoolLimits::default());
        self.spool = other.0;
        self.force.spool_on(Arc::new(self.disk.clone()), SpoolLimits::default())
    }

    fn browsers(&mut self, running: &[(u32, &str, u64)]) {
        let one = |(pid, name, runs_ms): &(u32, &str, u64)| RunningBrowser {
            process: BrowserProcess { pid: *pid, started_ticks: 9 },
            name: (*name).to_owned(),
            runs_ms: *runs_ms,
        };
        let running: Vec<RunningBrowser> = running.iter().map(one).collect();
        self.agent().machine_seen(Vec::new(), &running, "");
    }

    fn lost(&mut self, why: PictureLost) {
        let now = self.force.now();
        self.agent().picture_comes("one", 1, now);
        self.agent().picture_lost(Source::Browser, ("one", 1), why);
    }

    /// What is on record: causes of gaps, and what findings are about.
    fn reads(&self) -> (BTreeSet<GapCause>, BTreeSet<&'static str>) {
        let (mut causes, mut found) = (BTreeSet::new(), BTreeSet::new());
        for body in self.force.records(&self.spool) {
            match body {
                // Until the notice was shown, before the story begins.
                RecordBody::Gap { gap }
                    if gap.cause == GapCause::NoticeNotShown && gap.from == self.began => {}
                RecordBody::Gap { gap } => {
                    causes.insert(gap.cause);
                }
                RecordBody::Finding { captured, .. } => {
                    found.insert(match captured.fact {
                        Fact::Software { .. } => "software",
                        Fact::PrivateWindow { .. } => "private window",
                        Fact::Machine(_) => "device",
                        _ => "other",
                    });
                }
                _ => {}
            }
        }
        (causes, found)
    }
}

#[test]
fn invariant_08_forty_acts_and_failures_read_as_what_they_are_and_no_failure_as_an_act() {
    let mut wrong = Vec::new();
    for (story, act, causes, found) in FAULTS.iter().chain(&ACTS) {
        let mut scene = Scene::new();
        act(&mut scene);
        let reads = scene.reads();
        let expected = (causes.iter().copied().collect(), found.iter().copied().collect());
        if reads != expected {
            wrong.push(format!("{story}: {reads:?}, expected {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of 40 read otherwise:\n{}", wrong.len(), wrong.join("\n"));
}
