//! Changing the master key from its first step to its last. Killed at any point, it goes on when it is run again with both keys; until
//! then the data folder opens with neither.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rand_core::CryptoRng;

use crate::app::Clock;
use crate::app::force::ForceError;
use crate::app::master_key::{self, Anew, GoesOn};
use crate::config::Config;
use crate::keys::{KeyError, MasterKey, files, rotation};
use crate::open::{self, OpenError};

/// Where the new key is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NewKey {
    /// Made beside the file of the old one, and put in its place in the end.
    Beside(PathBuf),
    /// In a file, which is made if it is not there. The settings name it from then on.
    File(PathBuf),
    /// Printed by a command, which the settings name from then on.
    Command(Vec<String>),
}

/// Why the change did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// Keys.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The data folder could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Something could not be sealed anew.
    #[error(transparent)]
    Force(#[from] ForceError),
}

/// What a change leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// Id of the key in use now.
    pub id: String,
    /// How much was sealed anew, by this run.
    pub anew: Anew,
}

fn waiting_beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    PathBuf::from(name)
}

fn load_or_create(path: &Path, rng: &mut dyn CryptoRng) -> Result<MasterKey, KeyError> {
    if path.exists() { MasterKey::load(path) } else { MasterKey::create(path, rng) }
}

/// The new key. One that was put in the place of the old one already, before a kill, is given for both.
fn new_key(
    config: &Config,
    old: &MasterKey,
    new: &NewKey,
    rng: &mut dyn CryptoRng,
) -> Result<MasterKey, KeyError> {
    match new {
        NewKey::Beside(path) => match rotation::under_way(&config.data_dir)? {
            Some(change) if change.to == old.id() => MasterKey::load(path),
            _ => load_or_create(&waiting_beside(path), rng),
        },
        NewKey::File(path) => load_or_create(path, rng),
        NewKey::Command(command) => MasterKey::from_command(command),
    }
}

/// Changes the master key from `old`, as the settings and the environment give it, to `new`. `goes_on` is asked after each step.
///
/// # Errors
/// [`ChangeError`]; done again it goes on where it stopped.
pub async fn change(
    config: &Config,
    old: MasterKey,
    new: &NewKey,
    clock: Arc<dyn Clock>,
    mut rng: Box<dyn CryptoRng + Send>,
    goes_on: GoesOn<'_>,
) -> Result<Changed, ChangeError> {
    let data_dir = &config.data_dir;
    let _alone = rotation::lock_alone(data_dir)?;
    let to = new_key(config, &old, new, &mut *rng)?;
    let now = clock.now();
    rotation::begin(data_dir, &old, &to, now)?;
    let both = to.in_place_of(&old);
    let id = both.id();
    go_on(goes_on)?;
    let ctx = open::with_master_key(config, both, clock, rng).await?;
    let anew = master_key::seal_everything_anew(&ctx, config, goes_on).await?;
    drop(ctx);
    if let NewKey::Beside(path) = new {
        put_in_place(path)?;
        go_on(goes_on)?;
    }
    rotation::finish(data_dir, now)?;
    Ok(Changed { id, anew })
}

fn go_on(goes_on: GoesOn<'_>) -> Result<(), ForceError> {
    if goes_on() { Ok(()) } else { Err(master_key::stopped()) }
}

/// Puts the new key in the place of the old one, and overwrites the old one's bytes.
fn put_in_place(path: &Path) -> Result<(), KeyError> {
    let waiting = waiting_beside(path);
    if !waiting.exists() {
        return Ok(());
    }
    let fault = |error| KeyError::File {
        path: path.display().to_string(),
        error,
        advice: "run admin keys-rotate again: it goes on where it stopped",
    };
    // Opened before the new one takes its name: at any kill one whole key has that name.
    let mut old = std::fs::OpenOptions::new().write(true).open(path).map_err(fault)?;
    let length = old.metadata().map_err(fault)?.len();
    std::fs::rename(&waiting, path).map_err(fault)?;
    files::sync_folder(path)?;
    let zeros = vec![0; usize::try_from(length).unwrap_or(0)];
    old.write_all(&zeros).and_then(|()| old.sync_all()).map_err(fault)
}
