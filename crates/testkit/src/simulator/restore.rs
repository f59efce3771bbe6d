//! An image of a device's disk, taken at one step and put back at a later one.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};

use proviso_agent::identity::Identity;
use proviso_agent::{Spool, SpoolLimits, StateDir};

use super::disk::{Image, SimDisk};
use super::{Run, STEPS, Story};
use crate::chance::Chance;

/// When the image is taken and put back, and what must follow from it.
#[derive(Default)]
pub(super) struct Restore {
    taken_at: Option<u64>,
    put_back_at: Option<u64>,
    image: Option<(Image, u64)>,
    /// Observations whose records the image does not hold: the disk that did is gone.
    pub rolled_back: BTreeSet<u64>,
    /// The server held more than the image when it was put back, so the chain forks and that must be found.
    pub must_fork: bool,
    /// The spool did not empty in the end.
    pub stuck: bool,
}

impl Restore {
    pub(super) fn plan(chance: &Chance, story: Story) -> Self {
        if !story.image_restored {
            return Self::default();
        }
        let taken_at = 5 + chance.below(STEPS / 2);
        let put_back_at = taken_at + 5 + chance.below(STEPS / 3);
        Self { taken_at: Some(taken_at), put_back_at: Some(put_back_at), ..Self::default() }
    }

    /// Records that are still in the spool, as they would be sent.
    pub(super) fn still_on_device(&self, disk: &SimDisk, dir: &StateDir) -> Vec<Vec<u8>> {
        let identity = Identity::load(dir).expect("an identity");
        let file = Arc::new(disk.clone());
        let (spool, _) = Spool::open(file, SpoolLimits::default(), identity.force, identity.device)
            .expect("the spool opens on a disk that works");
        let epochs = spool.epochs().expect("the epochs");
        let batches = epochs.into_iter().map(|(epoch, _)| spool.batch(epoch, None, usize::MAX, usize::MAX));
        batches.flat_map(|batch| batch.expect("the records")).map(|stored| stored.envelope).collect()
    }
}

impl Run {
    /// Takes the image or puts it back, when its step has come.
    pub(super) fn image(&mut self, step: u64) {
        if self.restore.taken_at == Some(step) {
            self.restore.image = Some((self.disk.image(), self.acknowledged));
        }
        if self.restore.put_back_at != Some(step) {
            return;
        }
        let Some((image, acknowledged)) = self.restore.image.clone() else { return };
        self.device = None;
        self.disk.restore(&image);
        self.clock.boot();
        self.restore.rolled_back = (acknowledged + 1..=self.acknowledged).collect();
        self.restore.must_fork = self.server_is_ahead();
    }

    /// Whether the server holds a record of the epoch that the restored disk does not know of.
    fn server_is_ahead(&self) -> bool {
        let device = Identity::load(&self.dir).expect("an identity").device;
        let held = Spool::inspect(&self.disk, "").ok().map(|(figures, _)| figures);
        let server = self.server.lock().unwrap_or_else(PoisonError::into_inner);
        let position = server.run(|ctx| async move { ctx.store.record_position(device).await });
        let position = position.expect("the server knows the device");
        let Some(held) = held else { return position.durable_seq.is_some() };
        position.epoch == held.epoch && position.durable_seq > held.highest_seq
    }
}
