//! Settings: a TOML file, over it the environment, over both the command line. Unknown keys are errors.

pub mod blobs;
pub mod notify;
pub mod oidc;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use proviso_model::language::is_language_tag;
use proviso_store::{PostgresAddress, PostgresAddressError, PostgresOptions};
use serde::Deserialize;

use self::blobs::BlobsConfig;
use self::notify::NotifyConfig;
use self::oidc::OidcConfig;
use crate::app::retention::{RetentionRules, RetentionRulesError};
use crate::app::rights::RightsRules;

/// Data folder unless told otherwise.
pub const DATA_DIR: &str = "/var/lib/proviso-server";
/// Environment variable with the data folder.
pub const DATA_DIR_ENV: &str = "PROVISO_DATA_DIR";
/// Environment variable with the address of a PostgreSQL database, which stands over the settings file's.
pub const STORE_ENV: &str = "PROVISO_STORE";
/// Environment variable with the address of the database of record keys, likewise.
pub const RECORD_KEYS_ENV: &str = "PROVISO_RECORD_KEYS";
/// Port for devices unless told otherwise.
pub const DEVICE_PORT: u16 = 8443;
/// Port for officers unless told otherwise.
pub const CONSOLE_PORT: u16 = 8444;

/// Settings of a server.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Data folder: database, keys, case keys, blobs.
    pub data_dir: PathBuf,
    /// Address of a PostgreSQL database (`postgres://...`); without it the store is a file in the data folder. Goes with
    /// `record_keys`. Whoever prints it sees no password.
    pub store: Option<PostgresAddress>,
    /// Address of another PostgreSQL database, for record keys alone: it must go into no backup of the first.
    pub record_keys: Option<PostgresAddress>,
    /// Where blobs lie: a folder of the data folder unless told otherwise.
    pub blobs: BlobsConfig,
    /// Where devices connect.
    pub device_listen: SocketAddr,
    /// Where officers connect.
    pub console_listen: SocketAddr,
    /// Where supervised persons connect to their own pages; without it there are none. A port of its own, for a force that shows it
    /// to the outside and the console to nobody.
    pub personal_listen: Option<SocketAddr>,
    /// How their browsers reach it, for the links that officers give: `https://pages.force.example`. Goes with `personal_listen`.
    pub personal_address: Option<String>,
    /// How officers' browsers reach the console, for the links in notifications: `https://proviso.force.example`.
    pub console_address: Option<String>,
    /// Notifications: e-mail, webhooks, the 24-hour contact.
    pub notify: NotifyConfig,
    /// How often a case is reviewed (docs/retention.md).
    pub retention: RetentionRules,
    /// The clock of what people ask about their data (docs/rights.md).
    pub rights: RightsRules,
    /// The force's own OpenID Connect provider, at which officers may sign in.
    pub oidc: Option<OidcConfig>,
    /// Where an administrator's monitoring asks for `/healthz`, `/readyz` and `/metrics`, in the clear; without it there is no
    /// such port. An address of this machine, or of a network that only administrators reach.
    pub operations_listen: Option<SocketAddr>,
    /// The same of a process that only works (`worker`): on one machine it cannot take the port of `serve`.
    pub worker_operations_listen: Option<SocketAddr>,
    /// File with the master key; the data folder's own when absent.
    pub master_key_file: Option<PathBuf>,
    /// Program and arguments that print the master key, 64 hexadecimal digits: a password safe, a TPM, an HSM's tool.
    /// Stands over `master_key_file`.
    pub master_key_command: Option<Vec<String>>,
    /// Folder of the case keys; the data folder's own when absent.
    pub case_keys_dir: Option<PathBuf>,
    /// Folder of packs to use instead of those built in.
    pub packs_dir: Option<PathBuf>,
    /// Languages whose words are looked for where an order names none, as BCP 47 tags; English always belongs to them. All
    /// languages of the packs when empty.
    pub languages: Vec<String>,
    /// Workers within `serve`.
    pub workers: u16,
    /// Pages of 4096 bytes that the database may have; SQLite's own limit when absent.
    pub database_pages_max: Option<u32>,
    /// Whether devices keep records until a checked backup holds them (`docs/backup.md`). A force sets it; without it, what
    /// came after the newest backup is lost with the server.
    pub require_backup: bool,
    /// Whether officers must set up codes of an app for signing in before anything else. A force sets it; without it, each officer may.
    pub require_second_factor: bool,
    /// This program's own file, which is started anew for each picture that an officer looks at; found by itself where it is not
    /// given. No setting of a force.
    #[serde(skip)]
    pub program: Option<PathBuf>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from(DATA_DIR),
            store: None,
            record_keys: None,
            blobs: BlobsConfig::default(),
            device_listen: SocketAddr::from(([0, 0, 0, 0], DEVICE_PORT)),
            console_listen: SocketAddr::from(([127, 0, 0, 1], CONSOLE_PORT)),
            personal_listen: None,
            personal_address: None,
            console_address: None,
            notify: NotifyConfig::default(),
            retention: RetentionRules::default(),
            rights: RightsRules::default(),
            oidc: None,
            operations_listen: None,
            worker_operations_listen: None,
            master_key_file: None,
            master_key_command: None,
            case_keys_dir: None,
            packs_dir: None,
            languages: Vec::new(),
            workers: 1,
            database_pages_max: None,
            require_backup: false,
            require_second_factor: false,
            program: None,
        }
    }
}

/// Settings that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{path}: {error}; give the path of a settings file, or none for the usual settings")]
    File {
        /// Which.
        path: String,
        /// What the system said.
        error: std::io::Error,
    },
    /// The file is not what it should be.
    #[error("{path}: {error}")]
    Malformed {
        /// Which.
        path: String,
        /// What is wrong, with line and column; of a line that may hold a password, nothing else.
        error: String,
    },
    /// An address of a database in the environment.
    #[error("{name} in the environment: {error}")]
    Address {
        /// The variable.
        name: &'static str,
        /// What is the matter, without the address.
        error: PostgresAddressError,
    },
    /// One of the two databases without the other.
    #[error(
        "{given} is given and {missing} is not: a force on PostgreSQL has two databases, one of them for record keys alone, so \
         that no backup of the other holds them (docs/postgresql.md)"
    )]
    OneDatabase {
        /// The setting given.
        given: &'static str,
        /// The one that goes with it.
        missing: &'static str,
    },
    /// One of the two settings of people's own pages without the other, or an address that is none.
    #[error(
        "{path}: {name} {value}: give personal_listen and personal_address both, the address as https://pages.force.example"
    )]
    Personal {
        /// Which file.
        path: String,
        /// Which setting.
        name: &'static str,
        /// What is the matter with it.
        value: String,
    },
    /// Settings of blobs that cannot be used.
    #[error("blobs: {0}")]
    Blobs(String),
    /// Settings of notifications that do not go together.
    #[error("{path}: {what}")]
    Notify {
        /// Which file.
        path: String,
        /// What is the matter, and what to do.
        what: String,
    },
    /// How often a case is reviewed.
    #[error("{path}: {error}")]
    Retention {
        /// Which file.
        path: String,
        /// What is the matter.
        error: RetentionRulesError,
    },
    /// A language that no pack could be tagged with.
    #[error(
        "{path}: languages: \"{tag}\" is not a language tag; write BCP 47, such as \"pl\" or \"pa-Guru\""
    )]
    Language {
        /// Which.
        path: String,
        /// What stands there.
        tag: String,
    },
}

impl Config {
    /// Reads a settings file.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let place = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|error| ConfigError::File { path: place.clone(), error })?;
        let config: Self = toml::from_str(&text).map_err(|error| ConfigError::Malformed {
            path: place.clone(),
            error: malformed(&text, &error),
        })?;
        config.check_personal(&place)?;
        let retention = config.retention.check();
        retention.map_err(|error| ConfigError::Retention { path: place.clone(), error })?;
        match config.languages.iter().find(|tag| !is_language_tag(tag)) {
            Some(tag) => Err(ConfigError::Language { path: place, tag: tag.clone() }),
            None => Ok(config),
        }
    }

    /// Whether the settings of people's own pages go together; `place` is where they are from.
    ///
    /// # Errors
    /// [`ConfigError::Personal`].
    pub fn check_personal(&self, place: &str) -> Result<(), ConfigError> {
        let wrong = |name, value: &str| {
            Err(ConfigError::Personal { path: place.to_owned(), name, value: value.to_owned() })
        };
        let address = self.personal_address.as_deref();
        match (self.personal_listen, address) {
            (Some(_), None) => wrong("personal_address", "is not given"),
            (None, Some(_)) => wrong("personal_listen", "is not given"),
            (Some(_), Some(address)) if !address.starts_with("https://") => {
                wrong("personal_address", "does not begin with https://")
            }
            _ => Ok(()),
        }
    }

    /// Takes addresses of databases from the environment, where they stand there.
    ///
    /// # Errors
    /// [`ConfigError::Address`].
    pub fn set_store(&mut self, store: Option<&str>, record_keys: Option<&str>) -> Result<(), ConfigError> {
        let read = |name, text: Option<&str>, was: &mut Option<PostgresAddress>| {
            let Some(text) = text else { return Ok(()) };
            *was = Some(text.parse().map_err(|error| ConfigError::Address { name, error })?);
            Ok(())
        };
        read(STORE_ENV, store, &mut self.store)?;
        read(RECORD_KEYS_ENV, record_keys, &mut self.record_keys)
    }

    /// How to open the PostgreSQL databases, where the store is PostgreSQL.
    ///
    /// # Errors
    /// [`ConfigError::OneDatabase`].
    pub fn postgres(&self) -> Result<Option<PostgresOptions>, ConfigError> {
        let one = |given, missing| Err(ConfigError::OneDatabase { given, missing });
        match (&self.store, &self.record_keys) {
            (None, None) => Ok(None),
            (Some(_), None) => one("store", "record_keys"),
            (None, Some(_)) => one("record_keys", "store"),
            (Some(store), Some(keys)) => Ok(Some(PostgresOptions::new(store.clone(), keys.clone()))),
        }
    }

    /// Where the database is, in words, without a password.
    #[must_use]
    pub fn store_place(&self) -> String {
        match &self.store {
            Some(address) => address.to_string(),
            None => self.database().display().to_string(),
        }
    }

    /// Whether the settings of notifications and of the provider go together; `place` is where they are from.
    ///
    /// # Errors
    /// [`ConfigError::Notify`].
    pub fn check_notify(&self, place: &str) -> Result<(), ConfigError> {
        let console_address = self.console_address.as_deref();
        self.notify.check(console_address, place)?;
        self.oidc.as_ref().map_or(Ok(()), |oidc| oidc.check(console_address, place))
    }

    /// The database file.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.data_dir.join("proviso.db")
    }

    /// The blob folder.
    #[must_use]
    pub fn blobs_dir(&self) -> PathBuf {
        self.blobs.folder.clone().unwrap_or_else(|| self.data_dir.join("blobs"))
    }

    /// The folder of case keys.
    #[must_use]
    pub fn case_keys(&self) -> PathBuf {
        self.case_keys_dir.clone().unwrap_or_else(|| self.data_dir.join("case-keys"))
    }
}

/// What is wrong with a settings file. The reader of TOML shows the line; one with an address of a database may hold a password.
fn malformed(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let number = before.matches('\n').count();
    let line = text.lines().nth(number).unwrap_or_default();
    let may_be_secret = ["store", "record_keys"].iter().any(|name| line.trim_start().starts_with(name));
    match may_be_secret || line.contains("://") {
        true => format!("line {}: {}", number + 1, error.message()),
        false => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Config, ConfigError};

    #[test]
    fn no_password_of_a_database_is_shown_whatever_is_wrong() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("server.toml");
        let load = |text: &str| {
            std::fs::write(&path, text).expect("written");
            Config::load(&path)
        };
        let good = "store = \"postgres://pat:s3cret@localhost/proviso\"\nrecord_keys = \"postgres://pat:s3cret@localhost/keys\"\n";
        let config = load(good).expect("read");
        let shown = format!("{config:?} {} {:?}", config.store_place(), config.postgres());
        assert!(shown.contains("pat:***@localhost:5432/proviso") && !shown.contains("s3cret"), "{shown}");
        for (text, said) in [
            ("workers = 2\nstore = \"postgres://pat:s3cret@db.example/proviso\"\n", "line 2: "),
            ("store = \"pat:s3cret@localhost\"\n", "line 1: "),
            ("store = \"postgres://pat:s3cret@localhost/proviso\n", "line 1: "),
            ("store = [\"s3cret\"]\n", "line 1: "),
            ("password = \"postgres://pat:s3cret@localhost/proviso\"\n", "line 1: "),
        ] {
            let refused = load(text).expect_err(text).to_string();
            assert!(refused.contains(said) && !refused.contains("s3cret"), "{text}: {refused}");
        }
        let mut config = Config::default();
        let refused =
            config.set_store(Some("pat:s3cret@localhost"), None).expect_err("malformed").to_string();
        assert!(refused.contains("PROVISO_STORE") && !refused.contains("s3cret"), "{refused}");
        config.set_store(Some("postgres://pat:s3cret@localhost/proviso"), None).expect("read");
        assert!(matches!(config.postgres(), Err(ConfigError::OneDatabase { missing: "record_keys", .. })));
        config.set_store(None, Some("postgres://pat:s3cret@localhost/keys")).expect("read");
        assert!(matches!(config.postgres(), Ok(Some(_))));
    }

    #[test]
    fn a_setting_that_does_not_exist_is_refused_with_its_line() {
        let error = toml::from_str::<Config>("workers = 2\nworkres = 3\n").expect_err("refused").to_string();
        assert!(error.contains("workres") && error.contains("line 2"), "{error}");
        for (text, named) in [
            ("personal_listen = \"0.0.0.0:8445\"", "personal_address is not given"),
            ("personal_address = \"https://pages.example\"", "personal_listen is not given"),
            ("personal_listen = \"0.0.0.0:8445\"\npersonal_address = \"pages.example\"", "https://"),
        ] {
            let config: Config = toml::from_str(text).expect("read");
            let error = config.check_personal("server.toml").expect_err("refused").to_string();
            assert!(error.contains(named), "{error}");
        }
        let config: Config = toml::from_str("workers = 2\ndevice_listen = \"127.0.0.1:0\"\n").expect("read");
        assert_eq!((config.workers, config.device_listen.port()), (2, 0));
    }
}
