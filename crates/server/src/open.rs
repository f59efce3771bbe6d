//! Opening a data folder: the only place that picks a store.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use proviso_engine::Pack;
use proviso_engine::pack::BUILT_IN;
use proviso_store::{PostgresStore, SqliteOptions, SqliteStore, Store, StoreError};
use rand_core::CryptoRng;

use crate::app::backup::{self, BackupError};
use crate::app::destruction::{self, DestructionError, Journal};
use crate::app::officer::provider::Provider;
use crate::app::{AppContext, Clock, LedgerHasher, Parts};
use crate::blobs::{self, BlobsError};
use crate::config::{Config, ConfigError};
use crate::keys::force::{self, ForceInit};
use crate::keys::master::MASTER_KEY_ENV;
use crate::keys::{ForceKeyRing, KeyError, MasterKey, files, rotation};
use crate::notify::carrier::Network;
use crate::pictures::Viewer;

/// Why a data folder could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Keys.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The settings of the store.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Blobs.
    #[error(transparent)]
    Blobs(#[from] BlobsError),
    /// The destruction journal.
    #[error("the destruction journal could not be carried out: {0}")]
    Destruction(#[from] DestructionError),
    /// A restore that cannot be logged or did not come to its end.
    #[error(transparent)]
    Restored(#[from] BackupError),
    /// The OpenID Connect provider.
    #[error("oidc: {0}")]
    Provider(String),
    /// A pack.
    #[error("{name} is not a pack that can be used: {why}")]
    Pack {
        /// Its file.
        name: String,
        /// Why.
        why: String,
    },
}

/// The master key: from the environment's value where there is one, else from the command in the settings, else from its
/// file.
///
/// # Errors
/// [`KeyError`].
pub fn master_key(config: &Config, from_environment: Option<&str>) -> Result<MasterKey, KeyError> {
    match (from_environment, &config.master_key_command, &config.master_key_file) {
        (Some(text), _, _) => MasterKey::from_hex(text, MASTER_KEY_ENV),
        (None, Some(command), _) => MasterKey::from_command(command),
        (None, None, Some(path)) => MasterKey::load(path),
        (None, None, None) => MasterKey::load(&MasterKey::usual_path(&config.data_dir)),
    }
}

/// Makes the folders of a new data folder and its master key, unless environment or command give one.
///
/// # Errors
/// [`KeyError`]; nothing that exists is overwritten.
pub fn folders(
    config: &Config,
    from_environment: Option<&str>,
    rng: &mut dyn CryptoRng,
) -> Result<MasterKey, KeyError> {
    files::make_folder(&config.data_dir)?;
    files::make_folder(&config.data_dir.join("keys"))?;
    files::make_folder(&config.case_keys())?;
    if config.blobs.s3.is_none() {
        files::make_folder(&config.blobs_dir())?;
    }
    if from_environment.is_some() || config.master_key_command.is_some() {
        return master_key(config, from_environment);
    }
    let usual = MasterKey::usual_path(&config.data_dir);
    MasterKey::create(config.master_key_file.as_deref().unwrap_or(&usual), rng)
}

/// Makes a force in an empty data folder, with a root that is not kept: for demonstrations and tests.
///
/// # Errors
/// [`KeyError`]; nothing that exists is overwritten.
pub fn init(
    config: &Config,
    from_environment: Option<&str>,
    rng: &mut dyn CryptoRng,
    init: &ForceInit<'_>,
) -> Result<proviso_model::wire::TrustFile, KeyError> {
    let master = folders(config, from_environment, rng)?;
    force::create(&config.data_dir, &master, rng, init)
}

/// Opens a data folder that [`init`] made.
///
/// # Errors
/// [`OpenError`].
pub async fn context(
    config: &Config,
    from_environment: Option<&str>,
    clock: Arc<dyn Clock>,
    rng: Box<dyn CryptoRng + Send>,
) -> Result<AppContext, OpenError> {
    let lock = rotation::lock_shared(&config.data_dir)?;
    let master = master_key(config, from_environment)?;
    rotation::check(&config.data_dir, &master)?;
    Ok(with_master_key(config, master, clock, rng).await?.in_use(lock))
}

/// Opens a data folder with a master key as it is, whether it is the one in use or not, and without saying that it is in use: for a change of
/// that key.
///
/// # Errors
/// [`OpenError`].
pub(crate) async fn with_master_key(
    config: &Config,
    master: MasterKey,
    clock: Arc<dyn Clock>,
    rng: Box<dyn CryptoRng + Send>,
) -> Result<AppContext, OpenError> {
    let keys = ForceKeyRing::load(&config.data_dir, &master)?;
    let packs = packs(config.packs_dir.as_deref())?;
    let hasher = LedgerHasher::new(
        proviso_ledger::sign::SignKey::from_seed(*keys.checkpoint.seed()),
        keys.origin.clone(),
    );
    let store = store(config, hasher).await?;
    let blobs = blobs::open(config)?;
    let mut ctx = AppContext::new(Parts {
        clock,
        rng,
        store,
        blobs: blobs.store,
        keys,
        master,
        case_keys_dir: config.case_keys(),
        journal: Journal::of(&config.data_dir),
        hash_sets_dir: blobs.hash_sets_dir,
        hash_sets_cache_bytes_max: blobs.cache_bytes_max,
        packs,
        languages: config.languages.clone(),
        require_backup: config.require_backup,
        require_second_factor: config.require_second_factor,
        viewer: Viewer::new(program(config)),
        personal_address: config.personal_address.clone(),
        telling: config.notify.rules(config.console_address.as_deref()),
        // Only `serve` and `worker` send: they put the network in its place, for which they need the secrets.
        carrier: Arc::new(Network::default()),
        retention: config.retention,
        rights: config.rights,
    });
    if let Some(oidc) = &config.oidc {
        let address = config.console_address.as_deref().unwrap_or_default();
        let provider = oidc.secret().and_then(|secret| Provider::new(oidc, secret, address));
        ctx.provider = Some(Arc::new(provider.map_err(|error| OpenError::Provider(error.to_string()))?));
    }
    // What was being destroyed when the server was killed, or is back after a restore.
    destruction::resume(&ctx).await?;
    backup::log_restored(&ctx, &config.data_dir).await?;
    Ok(ctx)
}

/// How to open the database file of a data folder.
#[must_use]
pub fn sqlite(config: &Config) -> SqliteOptions {
    SqliteOptions { pages_max: config.database_pages_max, ..SqliteOptions::new(config.database()) }
}

/// The store that the settings name. A PostgreSQL database is not brought to the current schema here: with several processes on
/// it, that is done once, by `migrate`.
async fn store(config: &Config, hasher: LedgerHasher) -> Result<Arc<dyn Store>, OpenError> {
    let hasher = Arc::new(hasher);
    Ok(match config.postgres()? {
        Some(options) => Arc::new(PostgresStore::open(&options, hasher).await?),
        None => Arc::new(SqliteStore::open(&sqlite(config), hasher).await?),
    })
}

/// This program's own file; a name that does not start where the system does not say, which every picture then tells.
fn program(config: &Config) -> PathBuf {
    let own = || std::env::current_exe().unwrap_or_else(|_| PathBuf::from("proviso-server"));
    config.program.clone().unwrap_or_else(own)
}

/// Every pack of a folder, or those built in.
///
/// # Errors
/// [`OpenError::Pack`].
pub fn packs(folder: Option<&Path>) -> Result<Vec<Pack>, OpenError> {
    let fault = |name: &str, why: String| OpenError::Pack { name: name.to_owned(), why };
    let mut texts = Vec::new();
    match folder {
        Some(folder) => {
            let place = folder.display().to_string();
            let entries = std::fs::read_dir(folder).map_err(|error| fault(&place, error.to_string()))?;
            let mut paths: Vec<_> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
            paths.retain(|path| path.extension().is_some_and(|ending| ending == "toml"));
            paths.sort();
            for path in paths {
                let name = path.display().to_string();
                let text = std::fs::read_to_string(&path).map_err(|error| fault(&name, error.to_string()))?;
                texts.push((name, text));
            }
        }
        None => texts.extend(BUILT_IN.map(|(name, text)| (name.to_owned(), text.to_owned()))),
    }
    texts
        .iter()
        .map(|(name, text)| Pack::from_toml(text).map_err(|error| fault(name, error.to_string())))
        .collect()
}
