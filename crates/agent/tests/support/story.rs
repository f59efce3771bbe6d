//! One device with its server of memory, from record to receipt.

use std::sync::Arc;

use proviso_agent::spool::Room;
use proviso_agent::*;
use proviso_model::record::{EnrolmentFacts, RecordBody};

use super::TestForce;
use super::server::TestServer;

pub struct Story {
    pub force: TestForce,
    pub server: TestServer,
    pub keep: Arc<PolicyKeep>,
    pub spool: Arc<Spool>,
    pub writer: RecordWriter,
}

impl Story {
    pub fn new() -> Self {
        let force = TestForce::new();
        let keep = force.enrol(86_400);
        let (spool, _) = force.spool(SpoolLimits::default());
        let writer = force.writer(&spool);
        let server = TestServer::new(&force);
        Self { force, server, keep, spool, writer }
    }

    pub fn write(&mut self, count: u64) {
        self.write_from(0, count);
    }

    pub fn write_from(&mut self, first: u64, count: u64) {
        for number in first..first + count {
            let enrolment = EnrolmentFacts {
                system: format!("system {number}"),
                account: "test-person-014".to_owned(),
                agent_version: "1".to_owned(),
            };
            let kept = self.keep.policy().expect("a policy");
            let body = RecordBody::Enrolment { enrolment };
            self.writer.write(&kept, self.force.now(), body, Room::Ordinary, &[]).expect("written");
        }
    }

    /// The agent ends, something happens to the spool's file, and the agent starts again.
    pub fn reopened(self, act: impl FnOnce(&std::path::Path)) -> Self {
        let Self { force, server, keep, spool, writer } = self;
        drop((spool, writer));
        act(&force.dir().spool());
        let (spool, _) = force.spool(SpoolLimits::default());
        let writer = force.writer(&spool);
        Self { force, server, keep, spool, writer }
    }

    /// A new uplink, as after a restart of the agent.
    pub fn uplink(&self) -> Uplink<TestServer> {
        let kept = self.spool.note(uplink::NOTE_SERVER_TIME).expect("a note");
        Uplink::new(UplinkParts {
            transport: self.server.clone(),
            spool: Arc::clone(&self.spool),
            keep: Arc::clone(&self.keep),
            time: Arc::new(TrueTime::new(Box::new(self.force.clock.clone()), kept)),
            device: self.force.device,
            record_key: self.force.record_key(),
            facts: EnrolmentFacts {
                system: "a simulated system".to_owned(),
                account: "test014".to_owned(),
                agent_version: "0.0.0".to_owned(),
            },
            machine: None,
            rng: self.force.rng(),
        })
        .expect("an uplink")
    }

    /// Steps until there is nothing more to do, letting back-offs pass.
    pub async fn settle(&self, uplink: &mut Uplink<TestServer>) -> Next {
        for _ in 0..400 {
            match uplink.step(self.force.now()).await {
                Next::Again => {}
                Next::Wait { until, backing_off: true } => {
                    let seconds = until.millis_since(self.force.now()) / 1_000 + 1;
                    self.force.clock.pass(seconds);
                    let now = self.force.now();
                    self.server.with(|memory| memory.clock_at = now);
                }
                done => return done,
            }
        }
        panic!("it never came to rest: {:?}", uplink.state())
    }

    /// The server holds every record that was written, once each and in order.
    pub fn all_arrived(&self) -> usize {
        let held = self.server.with(|memory| {
            memory
                .records
                .iter()
                .map(|envelope| (envelope.header.epoch, envelope.header.seq))
                .collect::<Vec<_>>()
        });
        let highest = self.spool.figures().expect("figures").highest_seq.map_or(0, |seq| seq + 1);
        let wanted: Vec<_> = (0..highest).map(|seq| (0, seq)).collect();
        assert_eq!(held, wanted);
        held.len()
    }
}
