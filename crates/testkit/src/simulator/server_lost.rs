//! A server whose disk is lost: backed up now and then, and put back on another machine from its newest backup.

use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use proviso_server::app::force as force_acts;

use super::server::SimServer;
use super::{ORDER, Run, STEPS, Story};
use crate::chance::Chance;

/// Backups and losses of one run.
#[derive(Default)]
pub(super) struct ServerLoss {
    folder: PathBuf,
    /// Steps before which a backup is made.
    backups_at: Vec<u64>,
    /// Steps before which the order is entered again, so that devices get a newer policy.
    orders_at: Vec<u64>,
    /// Steps before which the server is lost.
    losses_at: Vec<u64>,
    newest: Option<PathBuf>,
    made: u64,
    /// How often it was lost.
    pub losses: u64,
}

impl ServerLoss {
    pub(super) fn plan(chance: &Chance, story: Story, folder: &Path) -> Self {
        if !story.server_restored {
            return Self::default();
        }
        let some = |many: u64| (0..1 + chance.below(many)).map(|_| chance.below(STEPS)).collect();
        Self {
            folder: folder.to_owned(),
            backups_at: some(4),
            orders_at: some(3),
            losses_at: some(2),
            ..Self::default()
        }
    }

    pub(super) fn before_enrolment(&mut self, chance: &Chance, server: &mut SimServer) {
        if !self.folder.as_os_str().is_empty() && chance.percent(40) {
            self.back_up(server);
        }
    }

    fn back_up(&mut self, server: &SimServer) {
        self.made += 1;
        let folder = self.folder.join(format!("backup-{}", self.made));
        server.back_up(&folder);
        self.newest = Some(folder);
    }
}

impl Run {
    /// Makes a backup, enters the order again, or loses the server, when its step has come.
    pub(super) fn server_backup_or_loss(&mut self, step: u64) {
        let mut server = self.server.lock().unwrap_or_else(PoisonError::into_inner);
        if self.loss.backups_at.contains(&step) {
            self.loss.back_up(&server);
        }
        if self.loss.orders_at.contains(&step) {
            let case = self.case;
            server.run(|ctx| async move {
                force_acts::case::order_change(&ctx, case, ORDER, "order.toml").await.expect("entered")
            });
        }
        if self.loss.losses_at.contains(&step)
            && let Some(newest) = &self.loss.newest
        {
            self.loss.losses += 1;
            server.lose(newest, &self.loss.folder.join(format!("server-{}", self.loss.losses)));
        }
    }
}
