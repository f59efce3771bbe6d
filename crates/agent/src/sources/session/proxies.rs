//! The task that reads the person's own settings of proxies, now and then; what was told on this connection is not told again.

use std::collections::BTreeSet;
use std::time::Duration;

use proviso_model::Machine;
use proviso_model::limits::PROXIES_MAX;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::sources::machine::proxies::{SessionSettings, of_session};

/// How often it looks. A setting that is made and taken back within this time is not seen.
const LOOK: Duration = Duration::from_secs(60);

/// The running source. It ends when this is dropped.
pub struct Proxies(JoinHandle<()>);

impl Proxies {
    /// Starts to look.
    pub fn start(settings: SessionSettings, told: mpsc::Sender<Vec<Machine>>) -> Self {
        Self(tokio::spawn(run(settings, told)))
    }
}

impl Drop for Proxies {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn run(settings: SessionSettings, told: mpsc::Sender<Vec<Machine>>) {
    let mut known: BTreeSet<Machine> = BTreeSet::new();
    loop {
        let read = settings.clone();
        let Ok(set) = tokio::task::spawn_blocking(move || of_session(&read)).await else { return };
        let new: Vec<Machine> = set.difference(&known).take(PROXIES_MAX).cloned().collect();
        known = set;
        if !new.is_empty() && told.send(new).await.is_err() {
            return;
        }
        tokio::time::sleep(LOOK).await;
    }
}
