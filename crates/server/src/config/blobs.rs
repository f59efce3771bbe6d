//! Settings of blobs: a folder of this machine, or a bucket of an S3 server that several machines share.

use std::path::PathBuf;

use serde::Deserialize;
use url::Url;

use super::notify::{Secret, one_of};
use super::{Config, ConfigError};

/// Environment variable with the id of the access key of the S3 server.
pub const S3_KEY_ID_ENV: &str = "PROVISO_S3_ACCESS_KEY_ID";
/// Environment variable with its secret.
pub const S3_SECRET_ENV: &str = "PROVISO_S3_SECRET_ACCESS_KEY";
/// What the local copies of files that are mapped may take unless told otherwise: 8 GiB.
pub const CACHE_BYTES_MAX: u64 = 8 << 30;

/// Where blobs lie.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BlobsConfig {
    /// The folder; `blobs` in the data folder when absent.
    pub folder: Option<PathBuf>,
    /// A bucket instead of a folder.
    pub s3: Option<S3Config>,
    /// What the environment holds; no setting of the file.
    #[serde(skip)]
    pub environment: BlobsEnvironment,
}

/// A bucket of an S3 server.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct S3Config {
    /// Its address: https, or http on this machine. That of Amazon for the region when absent.
    pub address: Option<String>,
    /// The bucket, which has to be there.
    pub bucket: String,
    /// Its region, as the server calls it.
    pub region: String,
    /// What every name in the bucket begins with, for a bucket that holds other things too.
    pub prefix: Option<String>,
    /// Id of the access key.
    pub access_key_id: Option<String>,
    /// File with its secret.
    pub secret_access_key_file: Option<PathBuf>,
    /// PEM file of an authority that signed the server's certificate; those of the system count too.
    pub ca_file: Option<PathBuf>,
    /// Folder of local copies of the files that are mapped; `blob-cache` in the data folder when absent.
    pub cache_dir: Option<PathBuf>,
    /// What the local copies may take.
    #[serde(default = "cache_bytes_max")]
    pub cache_bytes_max: u64,
}

fn cache_bytes_max() -> u64 {
    CACHE_BYTES_MAX
}

/// What the environment holds of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BlobsEnvironment {
    /// Id of the access key; stands over the file's.
    pub access_key_id: Option<String>,
    /// Its secret.
    pub secret_access_key: Option<Secret>,
}

impl BlobsEnvironment {
    /// Read by a program's wiring.
    #[must_use]
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Self {
        Self {
            access_key_id: variable(S3_KEY_ID_ENV),
            secret_access_key: variable(S3_SECRET_ENV).map(Secret),
        }
    }
}

/// A bucket and what opens it.
#[derive(Debug)]
pub struct S3Access<'c> {
    /// The settings.
    pub s3: &'c S3Config,
    /// Whether the way there is in the clear, on this machine.
    pub is_plain: bool,
    /// Id of the access key.
    pub access_key_id: String,
    /// Its secret.
    pub secret_access_key: Secret,
}

impl Config {
    /// The bucket of the settings, where they name one.
    ///
    /// # Errors
    /// [`ConfigError::Blobs`].
    pub fn s3(&self) -> Result<Option<S3Access<'_>>, ConfigError> {
        let wrong = |what: String| Err(ConfigError::Blobs(what));
        let Some(s3) = &self.blobs.s3 else { return Ok(None) };
        if self.blobs.folder.is_some() {
            return wrong("folder and [blobs.s3] are both given; choose one".to_owned());
        }
        let is_plain = match s3.address.as_deref().map(str::parse::<Url>) {
            None => false,
            Some(Ok(url)) if url.scheme() == "https" => false,
            Some(Ok(url)) if url.scheme() == "http" && is_this_machine(&url) => true,
            Some(_) => {
                return wrong(
                    "s3.address: give an https:// address; http:// is for this machine alone".to_owned(),
                );
            }
        };
        let environment = &self.blobs.environment;
        let id = environment.access_key_id.clone().or_else(|| s3.access_key_id.clone());
        let secret = one_of(environment.secret_access_key.as_ref(), s3.secret_access_key_file.as_ref());
        let secret = secret.map_err(|error| ConfigError::Blobs(error.to_string()))?;
        match (id, secret) {
            (Some(access_key_id), Some(secret_access_key)) => {
                Ok(Some(S3Access { s3, is_plain, access_key_id, secret_access_key }))
            }
            (None, _) => wrong(format!("s3.access_key_id is not given; give it, or {S3_KEY_ID_ENV}")),
            (_, None) => {
                wrong(format!("s3.secret_access_key_file is not given; give it, or {S3_SECRET_ENV}"))
            }
        }
    }
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::BlobsEnvironment;
    use crate::config::Config;

    #[test]
    fn settings_of_a_bucket_that_cannot_be_used_say_so_and_its_secret_is_never_shown() {
        let bucket = "[blobs.s3]\nbucket = \"proviso\"\nregion = \"eu-west-2\"\n";
        for (text, named) in [
            (format!("[blobs]\nfolder = \"/srv/blobs\"\n{bucket}"), "choose one"),
            (format!("{bucket}address = \"http://s3.example\"\n"), "https://"),
            (format!("{bucket}address = \"s3.example\"\n"), "https://"),
            (bucket.to_owned(), "PROVISO_S3_ACCESS_KEY_ID"),
            (format!("{bucket}access_key_id = \"an-id\"\n"), "PROVISO_S3_SECRET_ACCESS_KEY"),
            (
                format!("{bucket}access_key_id = \"an-id\"\nsecret_access_key_file = \"/nowhere/secret\"\n"),
                "/nowhere/secret",
            ),
        ] {
            let config: Config = toml::from_str(&text).expect("read");
            let error = config.s3().expect_err("refused").to_string();
            assert!(error.contains(named), "{error}");
        }
        let mut config: Config =
            toml::from_str(&format!("{bucket}address = \"http://127.0.0.1:9000\"\n")).expect("read");
        config.blobs.environment = BlobsEnvironment::read(|name| Some(format!("value of {name}")));
        let access = config.s3().expect("they go together").expect("a bucket");
        assert!(access.is_plain);
        let shown = format!("{config:?} {access:?}");
        assert!(!shown.contains("value of PROVISO_S3_SECRET"), "{shown}");
    }
}
