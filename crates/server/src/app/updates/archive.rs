//! Every file that was ever published, by its SHA-256: devices fetch those that the list names, part by part, and whoever replays a
//! finding takes the program and the packs that made it.

use bytes::Bytes;
use object_store::ObjectStoreExt as _;
use object_store::path::Path;
use proviso_model::Digest;
use proviso_model::update::{RELEASE_KEY, Release, UPDATE_PART_BYTES};
use serde_json::Value;

use super::{FOLDER, UpdateError};
use crate::app::AppContext;

/// A release in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its name in the repository.
    pub name: String,
    /// SHA-256 of its file.
    pub sha256: Digest,
    /// Its length.
    pub bytes: u64,
    /// What it says of itself.
    pub says: Release,
}

pub(super) fn place(sha256: &Digest) -> Path {
    Path::from_iter([FOLDER, "files", &sha256.to_string()])
}

/// Every release that was ever published, by name.
///
/// # Errors
/// [`UpdateError`].
pub async fn list(ctx: &AppContext) -> Result<Vec<Listed>, UpdateError> {
    let Some(text) = super::read_text(ctx, "targets.json").await? else { return Ok(Vec::new()) };
    let whole: Value = serde_json::from_str(&text)?;
    let entries = whole.pointer("/signed/targets").and_then(Value::as_object);
    let read = |(name, entry): (&String, &Value)| {
        Some(Listed {
            name: name.clone(),
            sha256: Digest::parse(entry.pointer("/hashes/sha256")?.as_str()?)?,
            bytes: entry.get("length")?.as_u64()?,
            says: serde_json::from_value(entry.pointer(&format!("/custom/{RELEASE_KEY}"))?.clone()).ok()?,
        })
    };
    let mut listed: Vec<Listed> = entries.into_iter().flatten().filter_map(read).collect();
    listed.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(listed)
}

/// One part of the file of a release; nothing beyond its end, or where no release has such a file.
///
/// # Errors
/// [`UpdateError`].
pub async fn part(ctx: &AppContext, sha256: &Digest, number: u64) -> Result<Option<Bytes>, UpdateError> {
    let listed = list(ctx).await?;
    let Some(bytes) = listed.iter().find(|one| one.sha256 == *sha256).map(|one| one.bytes) else {
        return Ok(None);
    };
    let from = number.saturating_mul(UPDATE_PART_BYTES as u64);
    if from >= bytes {
        return Ok(None);
    }
    let until = from.saturating_add(UPDATE_PART_BYTES as u64).min(bytes);
    Ok(Some(ctx.blobs.get_range(&place(sha256), from..until).await?))
}

/// The whole file of a release, compared with what was signed.
///
/// # Errors
/// [`UpdateError::Asked`] where there is no such release, or its file was changed.
pub async fn whole(ctx: &AppContext, name: &str) -> Result<(Listed, Vec<u8>), UpdateError> {
    let listed = list(ctx).await?.into_iter().find(|one| one.name == name);
    let listed = listed.ok_or_else(|| {
        UpdateError::Asked(format!("no release is called {name}; admin update-list names them"))
    })?;
    let file = super::read(ctx, &place(&listed.sha256)).await?.unwrap_or_default().to_vec();
    if proviso_ledger::hash::sha256(&file) != listed.sha256.0 {
        return Err(UpdateError::Asked(format!(
            "the file of {name} is not there, or not the one that was published; put the blob folder back from a backup"
        )));
    }
    Ok((listed, file))
}
