//! What the force has published for its devices: releases of the agent and packs, in the layout of The Update Framework (TUF), in the
//! blob folder. Everything that was ever published stays there, so that any finding can be replayed by the program that made it.
//! `docs/updates.md` says how it is used, `docs/decisions/0056-signed-updates.md` why it is so.

pub mod archive;
pub mod fleet;
pub mod publish;
mod signed;

use bytes::Bytes;
use object_store::ObjectStoreExt as _;
use object_store::path::Path;
use proviso_model::update::UpdateOffer;
use proviso_store::StoreError;

use super::AppContext;
use crate::keys::KeyError;

/// Folder within the blob folder.
const FOLDER: &str = "updates";
/// How long `timestamp.json` is good, in days: a device that is kept from newer ones notices after that.
const TIMESTAMP_DAYS: i64 = 7;
/// After so long another one is signed, in milliseconds.
const TIMESTAMP_ANEW_MILLIS: i64 = 86_400_000;

/// Why an update could not be published, or given.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError {
    /// What was asked for cannot be.
    #[error("{0}")]
    Asked(String),
    /// A file in the blob folder.
    #[error("the blob folder: {0}; nothing was published")]
    Blobs(#[from] object_store::Error),
    /// A metadata file.
    #[error(
        "what was published cannot be read or signed: {0}; publish it again with admin update-root and admin publish"
    )]
    Tuf(String),
    /// A key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<tough::error::Error> for UpdateError {
    fn from(error: tough::error::Error) -> Self {
        Self::Tuf(error.to_string())
    }
}

impl From<tough::schema::Error> for UpdateError {
    fn from(error: tough::schema::Error) -> Self {
        Self::Tuf(error.to_string())
    }
}

impl From<serde_json::Error> for UpdateError {
    fn from(error: serde_json::Error) -> Self {
        Self::Tuf(error.to_string())
    }
}

fn metadata(name: &str) -> Path {
    Path::from_iter([FOLDER, "metadata", name])
}

fn root_name(version: u64) -> String {
    format!("{version}.root.json")
}

async fn read(ctx: &AppContext, path: &Path) -> Result<Option<Bytes>, UpdateError> {
    match ctx.blobs.get(path).await {
        Ok(object) => Ok(Some(object.bytes().await?)),
        Err(object_store::Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

async fn read_text(ctx: &AppContext, name: &str) -> Result<Option<String>, UpdateError> {
    let Some(bytes) = read(ctx, &metadata(name)).await? else { return Ok(None) };
    let text = String::from_utf8(bytes.to_vec());
    text.map(Some).map_err(|_| UpdateError::Tuf(format!("{name} is not text")))
}

async fn write(ctx: &AppContext, path: &Path, bytes: Vec<u8>) -> Result<(), UpdateError> {
    ctx.blobs.put(path, bytes.into()).await?;
    Ok(())
}

/// Every root file, in order.
async fn roots(ctx: &AppContext) -> Result<Vec<String>, UpdateError> {
    let mut roots = Vec::new();
    while let Some(root) = read_text(ctx, &root_name(roots.len() as u64 + 1)).await? {
        roots.push(root);
    }
    Ok(roots)
}

/// What devices are offered; nothing where the force has published nothing. `timestamp.json` is signed anew once a day, by whichever
/// process is asked.
///
/// # Errors
/// [`UpdateError`].
pub async fn offer(ctx: &AppContext) -> Result<Option<UpdateOffer>, UpdateError> {
    let Some(targets) = read_text(ctx, "targets.json").await? else { return Ok(None) };
    let roots = roots(ctx).await?;
    let snapshot = read_text(ctx, "snapshot.json").await?;
    let snapshot = snapshot.ok_or_else(|| UpdateError::Tuf("snapshot.json is not there".to_owned()))?;
    let timestamp = publish::timestamp(ctx, &roots, snapshot.as_bytes()).await?;
    Ok(Some(UpdateOffer { roots, timestamp, snapshot, targets }))
}
