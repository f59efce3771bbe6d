//! Checks what was offered and fetched, and installs it: a file of its own in the state folder, and a word that it is to be tried.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;

use proviso_model::Timestamp;
use proviso_model::update::{About, UpdateOffer, release_for};

use super::kept::{Installed, Kept, Trying, program_name};
use super::launch::OWN_VERSION;
use super::repository::{Repository, UpdateFault};
use super::{PLATFORM, Stage, Updates, WantedUpdate, part_name};
use crate::clock::{Clock, TrueTime};
use crate::policy_keep::PolicyKeep;
use crate::state_dir::{Readers, StateError};

/// How far the machine's clock, by which expiry is judged, may be from the server's word.
const CLOCK_OFF_MILLIS_MAX: i64 = 86_400_000;

/// Works until the agent ends. `wall` is the machine's own clock, which the library reads.
pub async fn work(updates: Arc<Updates>, keep: Arc<PolicyKeep>, time: Arc<TrueTime>, wall: Box<dyn Clock>) {
    loop {
        updates.changed.notified().await;
        if let Err(fault) = updates.step(&keep, time.now(), wall.wall()).await {
            tracing::warn!(%fault, "an update is not taken");
            updates.set_quietly(Stage::None);
        }
    }
}

impl Updates {
    fn set_quietly(&self, stage: Stage) {
        *self.stage.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = stage;
    }

    /// Does what is to be done of the stage that it has come to.
    ///
    /// # Errors
    /// [`UpdateFault`]; then nothing was installed.
    pub async fn step(&self, keep: &PolicyKeep, now: Timestamp, wall: Timestamp) -> Result<(), UpdateFault> {
        let (Stage::Offered(_) | Stage::Whole(_)) = self.stage() else { return Ok(()) };
        if wall.millis_since(now).abs() > CLOCK_OFF_MILLIS_MAX {
            return Err(UpdateFault::Clock);
        }
        match self.stage() {
            Stage::Offered(offer) => self.consider(keep, &offer, now).await,
            Stage::Whole(wanted) => self.install(keep, &wanted, now).await,
            Stage::None | Stage::Wanted(_) => Ok(()),
        }
    }

    async fn consider(
        &self,
        keep: &PolicyKeep,
        offer: &UpdateOffer,
        now: Timestamp,
    ) -> Result<(), UpdateFault> {
        let mut kept = Kept::load(&self.dir)?;
        let root_key = keep.keys().root_key.to_hex();
        let repository = Repository::check(&self.dir, offer, (&root_key, kept.root_version)).await?;
        if repository.root_version > kept.root_version {
            kept.root_version = repository.root_version;
            kept.store(&self.dir)?;
        }
        // Kept for the check of the file, by the same signatures.
        self.dir.write_json(OFFER, Readers::Agent, offer)?;
        let releases = repository.releases();
        let about = About { running: OWN_VERSION, platform: PLATFORM };
        let mine = release_for(releases.iter().map(|one| &one.says), about, |key| self.place(key));
        let wanted = mine.and_then(|says| releases.iter().find(|one| one.says == *says));
        let wanted = wanted.filter(|wanted| kept.may_try(&wanted.says.version, now));
        match wanted {
            Some(wanted) => {
                tracing::info!(version = %wanted.says.version, "the force has released an update for this device; it is fetched");
                self.set_quietly(Stage::Wanted(Box::new(wanted.clone())));
            }
            None => self.set_quietly(Stage::None),
        }
        Ok(())
    }

    async fn install(
        &self,
        keep: &PolicyKeep,
        wanted: &WantedUpdate,
        now: Timestamp,
    ) -> Result<(), UpdateFault> {
        let mut kept = Kept::load(&self.dir)?;
        let offer: Option<UpdateOffer> = self.dir.read_json(OFFER)?;
        let offer = offer.ok_or(UpdateFault::Root)?;
        let root_key = keep.keys().root_key.to_hex();
        let repository = Repository::check(&self.dir, &offer, (&root_key, kept.root_version)).await?;
        let fetched = self.dir.file(&part_name(&wanted.sha256));
        let bytes = repository.file(&self.dir, wanted, &fetched).await?;
        let name = program_name(&wanted.sha256);
        self.dir.write(&name, Readers::Agent, &bytes)?;
        // The agent's own account alone may run it, as it alone may read it.
        std::fs::set_permissions(self.dir.file(&name), std::fs::Permissions::from_mode(0o700))?;
        let installed = Installed {
            version: wanted.says.version.clone(),
            sha256: wanted.sha256,
            back_from: wanted.says.back_from.clone(),
            at: now,
        };
        kept.trying = Some(Trying { installed, starts: 0 });
        kept.store(&self.dir)?;
        self.forget(&kept)?;
        tracing::info!(version = %wanted.says.version, "an update is installed; the agent starts anew with it");
        self.set_quietly(Stage::None);
        self.installed.send_replace(true);
        Ok(())
    }

    /// Deletes programs that are neither the last good one nor the one that is tried.
    fn forget(&self, kept: &Kept) -> Result<(), StateError> {
        let needed: Vec<String> = kept.needed().iter().map(program_name).collect();
        let failed = |source| StateError::Io { act: "list", path: self.dir.root().to_owned(), source };
        for entry in std::fs::read_dir(self.dir.root()).map_err(failed)?.flatten() {
            let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
            let is_program = name.strip_prefix("agent-").is_some_and(|rest| rest.len() == 64);
            let is_part = name.starts_with("update-") && name.ends_with(".part");
            if is_part || (is_program && !needed.contains(&name)) {
                self.dir.remove(&name)?;
            }
        }
        Ok(())
    }
}

/// The offer that is being followed.
const OFFER: &str = "update-offer.json";
