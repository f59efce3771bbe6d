//! Histories of the browsers in the account, by their numbers: how many entries, from when to when, by day and hour. Read from a copy that goes
//! at once, while a condition in force is about histories, by the helper in the person's session. No address and no title is read.
//! What becomes of two readings, the engine says (`proviso_engine::behaviour::history`).

mod copy;
mod read;
mod rounds;
mod settings;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use proviso_model::HistoryReading;
use tokio::sync::mpsc;

use self::rounds::Rounds;
use crate::Clock;

/// Where to look, and how often.
#[derive(Debug, Clone)]
pub struct HistoriesParts {
    /// The account's home.
    pub home: PathBuf,
    /// The system's root.
    pub root: PathBuf,
    /// A folder of the account's own for copies; made for each and removed after.
    pub scratch: PathBuf,
    /// How often it is looked whether a history has changed.
    pub every: Duration,
}

impl HistoriesParts {
    /// Of an account with this home.
    #[must_use]
    pub fn of(home: PathBuf, cache: Option<PathBuf>) -> Self {
        let scratch = cache.unwrap_or_else(|| home.join(".cache")).join("proviso-session");
        Self { home, root: PathBuf::from("/"), scratch, every: Duration::from_secs(120) }
    }
}

/// What the source tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// Whether it sees all, and if not, why.
    Sight(Option<String>),
    /// A reading of a profile whose files have changed, or nothing where the profile is no longer there.
    Reading {
        /// The browser's name.
        browser: String,
        /// The profile's folder, from the home on.
        profile: String,
        /// The reading.
        reading: Option<Box<HistoryReading>>,
    },
}

/// The running source; it ends when it is dropped.
pub struct Histories {
    task: tokio::task::JoinHandle<()>,
    is_over: Arc<AtomicBool>,
}

impl Histories {
    /// Starts it.
    pub fn start(parts: HistoriesParts, clock: Arc<dyn Clock>, tell: mpsc::Sender<Told>) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let task = tokio::spawn(look(parts, clock, tell, Arc::clone(&is_over)));
        Self { task, is_over }
    }
}

impl Drop for Histories {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        self.task.abort();
    }
}

async fn look(
    parts: HistoriesParts,
    clock: Arc<dyn Clock>,
    tell: mpsc::Sender<Told>,
    is_over: Arc<AtomicBool>,
) {
    let every = parts.every;
    let mut rounds = Rounds::new(parts, is_over);
    loop {
        let (clock, tell) = (Arc::clone(&clock), tell.clone());
        let round = tokio::task::spawn_blocking(move || {
            let goes_on = rounds.look(clock.wall(), &mut |told| tell.blocking_send(told).is_ok());
            (rounds, goes_on)
        });
        let Ok((again, true)) = round.await else { return };
        rounds = again;
        tokio::time::sleep(every).await;
    }
}
