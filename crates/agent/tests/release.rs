//! Stories about the order's end: what a device gives up, when, and on whose word.

mod support;

use std::sync::Arc;

use proviso_agent::release::{Grounds, RELEASE_NOTE, drop_keys, give_up, is_complete, released, resume};
use proviso_agent::uplink::{NOTE_SERVER_TIME, is_unsent};
use proviso_agent::*;
use proviso_model::record::{EnrolmentFacts, NoticeResponse, RecordBody};
use support::server::{Fault, TestServer};
use support::{LISTED, TestForce, page, shown};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

struct Device {
    force: TestForce,
    server: TestServer,
    keep: Arc<PolicyKeep>,
    spool: Arc<Spool>,
    time: Arc<TrueTime>,
    watcher: Watcher,
    seen: u64,
}

impl Device {
    /// Under an order of so many seconds, with the key files that a device has.
    fn new(seconds: i64) -> Self {
        let force = TestForce::new();
        force.enrol(seconds);
        for key in ["record.key", "tls.key", "tls.renewed", "pin.json"] {
            std::fs::write(force.dir().file(key), "a secret").expect("written");
        }
        let server = TestServer::new(&force);
        server.with(|memory| memory.backed_up_behind = Some(0));
        Self::start(force, server)
    }

    fn start(force: TestForce, server: TestServer) -> Self {
        let keep = Arc::new(PolicyKeep::load(&force.dir(), force.device).expect("a keep"));
        let (spool, opened) = force.spool(SpoolLimits::default());
        let kept = spool.note(NOTE_SERVER_TIME).expect("a note");
        let time = Arc::new(TrueTime::new(Box::new(force.clock.clone()), kept));
        let mut watcher = force.watcher_at(&keep, &spool, &opened, &time);
        watcher.notice_shown("terminal", NoticeResponse::Shown, "").expect("on record");
        Self { force, server, keep, spool, time, watcher, seen: 0 }
    }

    /// The battery is pulled, and so many seconds later the machine runs again.
    fn rebooted(self, off: i64, set: i64) -> Self {
        let Self { force, server, keep, spool, time, watcher, .. } = self;
        drop((keep, spool, time, watcher));
        force.clock.reboot(off, 20);
        force.clock.set_wall(set);
        Self::start(force, server)
    }

    fn runs(&mut self, seconds: i64) {
        for _ in 0..seconds / HOUR {
            self.force.clock.pass(HOUR);
            self.watcher.tick();
        }
    }

    fn captures(&mut self) -> bool {
        self.seen += 1;
        let at = self.force.now();
        self.watcher.observe("one", self.seen, at, shown(), page(LISTED)) == Observed::Kept
    }

    /// The server is reached until it has all, and what follows from it is done.
    async fn reaches_the_server(&mut self) {
        let mut uplink = Uplink::new(UplinkParts {
            transport: self.server.clone(),
            spool: Arc::clone(&self.spool),
            keep: Arc::clone(&self.keep),
            time: Arc::clone(&self.time),
            device: self.force.device,
            record_key: self.force.record_key(),
            facts: EnrolmentFacts {
                system: "Debian 12 (a test)".to_owned(),
                account: "test014".to_owned(),
                agent_version: "0.0.0".to_owned(),
            },
            machine: None,
            rng: self.force.rng(),
        })
        .expect("an uplink");
        for _ in 0..400 {
            let truth = self.force.clock.truth();
            self.server.with(|memory| memory.clock_at = truth);
            match uplink.step(self.time.now()).await {
                Next::Again => {}
                Next::Wait { backing_off: true, .. } => self.force.clock.pass(300),
                _ => {
                    self.watcher.tick();
                    if !is_unsent(&self.spool).expect("the spool") {
                        return;
                    }
                    // What the tick has put on record is sent with the next step.
                }
            }
        }
        panic!("it never came to rest: {:?}", uplink.state());
    }

    fn unsent(&self) -> bool {
        is_unsent(&self.spool).expect("the spool")
    }

    fn gives_up(&self) -> bool {
        give_up(&self.keep, self.watcher.release(), self.unsent())
    }

    fn has(&self, file: &str) -> bool {
        self.force.dir().file(file).exists()
    }
}

#[tokio::test]
async fn on_the_server_s_signed_time_all_that_waits_is_delivered_then_policy_and_keys_go_and_the_person_is_told()
 {
    let mut device = Device::new(HOUR);
    assert!(device.captures());
    device.runs(2 * HOUR);
    assert!(!device.captures() && device.watcher.release().is_none(), "the end alone gives nothing up");
    assert!(!device.gives_up() && device.has("policy.json"));
    // The first answers are lost: nothing is deleted before the server has all.
    device.server.with(|memory| memory.faults = vec![Fault::RequestLost, Fault::AnswerLost]);
    device.reaches_the_server().await;
    let release = device.watcher.release().expect("due");
    assert_eq!(release.grounds, Grounds::ServerTime);
    assert!(device.gives_up());
    drop_keys(&device.force.dir()).expect("deleted");
    for gone in ["policy.json", "record.key", "tls.key", "tls.renewed", "pin.json"] {
        assert!(!device.has(gone), "{gone}");
    }
    let told = std::fs::read_to_string(device.force.dir().file("released.txt")).expect("a note");
    assert_eq!(told.trim(), RELEASE_NOTE);
    assert_eq!(resume(&device.force.dir()).expect("readable"), Some(release));
    let records = device.server.with(|memory| {
        memory.records.iter().map(|record| device.force.open(&record.encode())).collect::<Vec<_>>()
    });
    assert!(records.iter().any(|body| matches!(body, RecordBody::Finding { .. })));
    let last = records.last().expect("records");
    let said = matches!(last, RecordBody::Gap { gap } if gap.detail.contains("gives up its policy and keys"));
    assert!(said, "the last that it said is that: {last:?}");
}

#[tokio::test]
async fn fourteen_powered_days_count_over_many_boots_and_what_waits_is_still_delivered_later() {
    let mut device = Device::new(HOUR);
    assert!(device.captures());
    device.runs(HOUR);
    // Ten hours a day with power: 336 hours are full on the 34th day.
    for day in 1..=33 {
        device.runs(10 * HOUR);
        assert!(device.watcher.release().is_none(), "day {day}");
        device = device.rebooted(14 * HOUR, 0);
    }
    device.runs(5 * HOUR);
    assert!(device.watcher.release().is_none());
    device.runs(3 * HOUR);
    assert_eq!(device.watcher.release().expect("due").grounds, Grounds::PoweredDays);
    assert!(device.unsent() && !device.gives_up(), "the keys wait for what waits");
    assert!(!device.has("policy.json") && device.has("record.key"));
    assert!(device.has("released.txt") && !is_complete(&device.force.dir()));
    // A restart changes nothing; months later it reaches a server, which even has a newer policy.
    let mut device = device.rebooted(90 * DAY, 0);
    assert!(!device.captures());
    device.server.with(|memory| memory.serial = 9);
    device.reaches_the_server().await;
    assert!(device.keep.policy().is_none(), "nothing is obeyed again without a new enrolment");
    assert!(device.gives_up());
    let findings = device.server.with(|memory| {
        let bodies = memory.records.iter().map(|record| device.force.open(&record.encode()));
        bodies.filter(|body| matches!(body, RecordBody::Finding { .. })).count()
    });
    assert_eq!(findings, 1);
}

#[tokio::test]
async fn a_clock_set_forward_releases_nothing() {
    let mut device = Device::new(30 * DAY);
    device.force.clock.set_wall(365 * DAY);
    device.runs(20 * DAY);
    assert!(!device.captures() && device.watcher.release().is_none(), "by no powered days either");
    device.reaches_the_server().await;
    assert!(device.captures() && device.watcher.release().is_none());
    assert!(released(&device.force.dir()).expect("readable").is_none());
    // Set while it was off it cannot be told from time that passed; the server's word takes the count back.
    let mut device = Device::new(30 * DAY).rebooted(HOUR, 365 * DAY);
    device.runs(13 * DAY);
    assert!(!device.captures() && device.watcher.release().is_none());
    device.reaches_the_server().await;
    assert!(device.captures());
    let mut device = device.rebooted(HOUR, 0);
    device.runs(2 * DAY);
    assert!(device.watcher.release().is_none(), "thirteen days and two are not fourteen");
}

#[tokio::test]
async fn an_order_that_was_made_longer_takes_the_end_back() {
    let mut device = Device::new(HOUR);
    device.runs(2 * HOUR);
    assert!(!device.captures());
    let longer = device.force.sign(&device.force.policy(2, 30 * DAY));
    device.server.with(|memory| (memory.serial, memory.policy) = (2, Some(longer)));
    device.reaches_the_server().await;
    device.watcher.notice_shown("terminal", NoticeResponse::Shown, "").expect("on record");
    assert!(device.captures() && device.watcher.release().is_none() && !device.gives_up());
}
