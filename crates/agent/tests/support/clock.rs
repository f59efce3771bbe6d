//! A clock of a story, with its wall apart from the truth.

use std::sync::{Arc, Mutex};

use proviso_agent::Clock;
use proviso_model::Timestamp;

use super::START;

/// A clock that moves when the story says so.
#[derive(Clone)]
pub struct TestClock(Arc<Mutex<Hands>>);

#[derive(Clone)]
struct Hands {
    /// What nobody on the device knows.
    truth: Timestamp,
    wall: Timestamp,
    since_boot_ms: u64,
    awake_ms: u64,
    boot_id: String,
}

impl Hands {
    fn go(&mut self, seconds: i64) {
        self.truth = self.truth.plus_millis(seconds * 1_000);
        self.wall = self.wall.plus_millis(seconds * 1_000);
    }
}

impl TestClock {
    pub fn new() -> Self {
        let wall = Timestamp::parse(START).expect("an instant");
        Self(Arc::new(Mutex::new(Hands {
            truth: wall,
            wall,
            since_boot_ms: 3_600_000,
            awake_ms: 0,
            boot_id: "first".to_owned(),
        })))
    }

    fn with(&self, act: impl FnOnce(&mut Hands)) {
        act(&mut self.0.lock().expect("hands"));
    }

    pub fn pass(&self, seconds: i64) {
        let ms = u64::try_from(seconds * 1_000).expect("forward");
        self.with(|hands| {
            hands.go(seconds);
            hands.since_boot_ms += ms;
            hands.awake_ms += ms;
        });
    }

    pub fn sleep(&self, seconds: i64) {
        let ms = u64::try_from(seconds * 1_000).expect("forward");
        self.with(|hands| {
            hands.go(seconds);
            hands.since_boot_ms += ms;
        });
    }

    /// The true time, which the device does not know.
    pub fn truth(&self) -> Timestamp {
        self.0.lock().expect("hands").truth
    }

    /// Begins the story at another time.
    pub fn start_at(&self, at: Timestamp) {
        self.with(|hands| (hands.truth, hands.wall) = (at, at));
    }

    pub fn set_wall(&self, by_seconds: i64) {
        self.with(|hands| hands.wall = hands.wall.plus_millis(by_seconds * 1_000));
    }

    pub fn reboot(&self, off_seconds: i64, since_boot_seconds: u64) {
        self.with(|hands| {
            hands.go(off_seconds);
            hands.since_boot_ms = since_boot_seconds * 1_000;
            hands.boot_id = format!("{} again", hands.boot_id);
        });
    }
}

impl Clock for TestClock {
    fn wall(&self) -> Timestamp {
        self.0.lock().expect("hands").wall
    }
    fn since_boot_ms(&self) -> u64 {
        self.0.lock().expect("hands").since_boot_ms
    }
    fn awake_ms(&self) -> u64 {
        self.0.lock().expect("hands").awake_ms
    }
    fn boot_id(&self) -> String {
        self.0.lock().expect("hands").boot_id.clone()
    }
}
