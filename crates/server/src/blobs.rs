//! Blobs: what is too large for a row and never changes. In a folder of this machine, or in a bucket of an S3 server that every
//! process of the force reaches; the same trait for both.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use object_store::aws::{AmazonS3, AmazonS3Builder, S3ConditionalPut};
use object_store::local::LocalFileSystem;
use object_store::path::Path as Location;
use object_store::prefix::PrefixStore;
use object_store::{
    Certificate, ClientOptions, ObjectStore, ObjectStoreExt as _, PutMode, PutPayload, RetryConfig,
};
use proviso_ledger::hash::{self, Sha256Stream, sha256_of};
use proviso_model::Digest;
use tokio_stream::StreamExt as _;

use crate::app::hash_sets;
use crate::config::blobs::S3Access;
use crate::config::{Config, ConfigError};
use crate::keys::KeyError;
use crate::keys::files;

/// Bytes of one part of a long blob. Servers take 10,000 parts, and none below 5 MiB but the last.
const PART_BYTES: usize = 16 << 20;
/// How long a connection, and a whole request with everything tried again, may take.
const CONNECT_TIME: Duration = Duration::from_secs(5);
const REQUEST_TIME: Duration = Duration::from_secs(60);
const RETRY_TIME: Duration = Duration::from_secs(20);
const RETRIES_MAX: usize = 6;
/// How long somebody who asks whether blobs can be read waits for the answer.
const ASK_TIME: Duration = Duration::from_secs(5);

/// Why blobs cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BlobsError {
    /// The settings.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A folder cannot be made.
    #[error(transparent)]
    Folder(#[from] KeyError),
    /// The authority's file.
    #[error("blobs: s3.ca_file {path}: {why}; give a PEM file of certificates")]
    Authority {
        /// Which file.
        path: PathBuf,
        /// What is the matter with it.
        why: String,
    },
    /// Folder or server.
    #[error(
        "the blobs cannot be used: {0}; make sure that the folder or the bucket is there and that the server may write to it"
    )]
    Store(#[from] object_store::Error),
    /// A file that is read or written here.
    #[error("{path}: {error}; check the disk and who may read and write there")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// Under this name lies something else.
    #[error(
        "the blob {0} is there with other bytes; nothing is written over: use an empty bucket or another prefix, or remove it there \
         if you know why"
    )]
    Differs(String),
}

/// Blobs of a force, and what goes with them on this machine.
pub struct Blobs {
    /// Where they lie.
    pub store: Arc<dyn ObjectStore>,
    /// Folder of the files that are mapped: those of hash sets.
    pub hash_sets_dir: PathBuf,
    /// What that folder may take, where it only holds copies of what is in a bucket.
    pub cache_bytes_max: Option<u64>,
}

/// Opens what the settings name; no server is asked for anything yet.
///
/// # Errors
/// [`BlobsError`].
pub fn open(config: &Config) -> Result<Blobs, BlobsError> {
    if let Some(access) = config.s3()? {
        let store: Arc<dyn ObjectStore> = match &access.s3.prefix {
            Some(prefix) => Arc::new(PrefixStore::new(bucket(&access)?, prefix.as_str())),
            None => Arc::new(bucket(&access)?),
        };
        let cache = access.s3.cache_dir.clone().unwrap_or_else(|| config.data_dir.join("blob-cache"));
        let hash_sets_dir = cache.join(hash_sets::FOLDER);
        files::make_folder(&cache)?;
        files::make_folder(&hash_sets_dir)?;
        return Ok(Blobs { store, hash_sets_dir, cache_bytes_max: Some(access.s3.cache_bytes_max) });
    }
    let folder = config.blobs_dir();
    files::make_folder(&folder)?;
    let store = Arc::new(LocalFileSystem::new_with_prefix(&folder)?.with_fsync(true));
    Ok(Blobs { store, hash_sets_dir: folder.join(hash_sets::FOLDER), cache_bytes_max: None })
}

fn bucket(access: &S3Access<'_>) -> Result<AmazonS3, BlobsError> {
    let s3 = access.s3;
    let mut client = ClientOptions::new()
        .with_allow_http(access.is_plain)
        .with_connect_timeout(CONNECT_TIME)
        .with_timeout(REQUEST_TIME);
    if let Some(path) = &s3.ca_file {
        let wrong = |why: String| BlobsError::Authority { path: path.clone(), why };
        let pem = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
        let authorities = Certificate::from_pem_bundle(&pem).map_err(|error| wrong(error.to_string()))?;
        if authorities.is_empty() {
            return Err(wrong("it holds no certificate".to_owned()));
        }
        client = authorities.into_iter().fold(client, ClientOptions::with_root_certificate);
    }
    let retry = RetryConfig { max_retries: RETRIES_MAX, retry_timeout: RETRY_TIME, ..RetryConfig::default() };
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(&s3.bucket)
        .with_region(&s3.region)
        .with_access_key_id(&access.access_key_id)
        .with_secret_access_key(&access.secret_access_key.0)
        .with_conditional_put(S3ConditionalPut::ETagMatch)
        .with_client_options(client)
        .with_retry(retry);
    if let Some(address) = &s3.address {
        builder = builder.with_endpoint(address.trim_end_matches('/'));
    }
    Ok(builder.build()?)
}

/// Whether blobs can be read now.
///
/// # Errors
/// What the folder or the server said, or that it said nothing.
pub async fn readable(store: &dyn ObjectStore) -> Result<(), String> {
    match tokio::time::timeout(ASK_TIME, async { store.list(None).next().await }).await {
        Ok(None | Some(Ok(_))) => Ok(()),
        Ok(Some(Err(error))) => Err(error.to_string()),
        Err(_) => Err(format!("no answer within {} s", ASK_TIME.as_secs())),
    }
}

/// What became of a file that was to be a blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// It was written, read back and compared.
    Now,
    /// It was there, and was read and compared.
    Before,
}

/// Sends a file, and reads the blob back to compare it. What lies there under the name is never written over.
///
/// # Errors
/// [`BlobsError`].
pub async fn send(store: &dyn ObjectStore, location: &Location, path: &Path) -> Result<Sent, BlobsError> {
    let fault = |error| BlobsError::File { path: path.to_owned(), error };
    let mut file = std::fs::File::open(path).map_err(fault)?;
    let bytes = file.metadata().map_err(fault)?.len();
    let is_there = match store.head(location).await {
        Ok(_) => true,
        Err(object_store::Error::NotFound { .. }) => false,
        Err(error) => return Err(error.into()),
    };
    let mut sent = Sent::Before;
    let own = if is_there {
        sha256_of(&mut file).map_err(fault)?
    } else if bytes <= PART_BYTES as u64 {
        let mut whole = Vec::new();
        file.read_to_end(&mut whole).map_err(fault)?;
        let own = hash::sha256(&whole);
        match store.put_opts(location, whole.into(), PutMode::Create.into()).await {
            Ok(_) => sent = Sent::Now,
            // Somebody else was quicker; what is there is compared below.
            Err(object_store::Error::AlreadyExists { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        own
    } else {
        sent = Sent::Now;
        send_in_parts(store, location, &mut file).await.map_err(|error| match error {
            Left::File(error) => fault(error),
            Left::Store(error) => error.into(),
        })?
    };
    if sha256(store, location).await? == Digest(own) {
        Ok(sent)
    } else {
        Err(BlobsError::Differs(location.to_string()))
    }
}

enum Left {
    File(std::io::Error),
    Store(object_store::Error),
}

async fn send_in_parts(
    store: &dyn ObjectStore,
    location: &Location,
    file: &mut std::fs::File,
) -> Result<[u8; 32], Left> {
    let mut hash = Sha256Stream::default();
    let mut upload = store.put_multipart(location).await.map_err(Left::Store)?;
    loop {
        let mut part = Vec::new();
        file.take(PART_BYTES as u64).read_to_end(&mut part).map_err(Left::File)?;
        if part.is_empty() {
            break;
        }
        hash.update(&part);
        if let Err(error) = upload.put_part(PutPayload::from(part)).await {
            // The server would keep what it has of it; that it cannot be told is no worse.
            let _ = upload.abort().await;
            return Err(Left::Store(error));
        }
    }
    upload.complete().await.map_err(Left::Store)?;
    Ok(hash.finish())
}

/// The hash of a blob, read whole.
///
/// # Errors
/// What the folder or the server said.
pub async fn sha256(store: &dyn ObjectStore, location: &Location) -> object_store::Result<Digest> {
    let mut hash = Sha256Stream::default();
    let mut pieces = store.get(location).await?.into_stream();
    while let Some(piece) = pieces.next().await {
        hash.update(&piece?);
    }
    Ok(Digest(hash.finish()))
}

/// What a copy found and did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Copied {
    /// Blobs of the folder.
    pub blobs: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Blobs that were sent now; the others were there.
    pub sent: u64,
}

/// Copies a folder of blobs; each is read back and compared, also those that were there. Stopped, it goes on when called again.
///
/// # Errors
/// [`BlobsError`].
pub async fn copy_folder(
    store: &dyn ObjectStore,
    folder: &Path,
    told: &mut (dyn FnMut(Copied) + Send),
) -> Result<Copied, BlobsError> {
    let from = LocalFileSystem::new_with_prefix(folder)?;
    let mut copied = Copied::default();
    let mut listed = from.list(None);
    while let Some(object) = listed.next().await {
        let object = object?;
        let path = from.path_to_filesystem(&object.location)?;
        if send(store, &object.location, &path).await? == Sent::Now {
            copied.sent += 1;
        }
        copied.blobs += 1;
        copied.bytes += object.size;
        told(copied);
    }
    Ok(copied)
}
