//! A force's own lists of sites, as policies name them. What the force says of a list is checked against the pack key whenever
//! it is read. The list itself lies among the blobs, sealed in the parts that devices fetch: it is far larger than a row
//! should be, never changes, and a part is opened without the rest.

use object_store::ObjectStoreExt as _;
use object_store::path::Path;
use proviso_ledger::hash::sha256;
use proviso_model::Digest;
use proviso_model::limits::SITE_LIST_PART_BYTES;
use proviso_model::policy::{PackRef, SiteListRef};
use proviso_model::site_list::{SiteListStatement, signed_site_list};
use proviso_store::{SiteListRow, StoreError};
use zeroize::Zeroizing;

use super::{AppContext, packs};

/// What the force says of a list is sealed for this, under the master key.
pub(in crate::app) const PURPOSE: &str = "site-list";

/// Why a list of sites cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SiteListFault {
    /// Changed since it was signed.
    #[error(
        "list of sites {name} version {version} was changed after it was imported: its seal or its signature does not hold. No policy \
         is made with it; find out who changed the database, then import the list again or retire it with admin site-list-remove"
    )]
    Signature {
        /// Its name.
        name: String,
        /// Its version.
        version: u32,
    },
    /// Its bytes are not there, or not those that were imported.
    #[error(
        "the bytes of list of sites {name} version {version} cannot be read from the blobs: {why}; put them back from a \
         backup, or import the list again"
    )]
    Bytes {
        /// Its name.
        name: String,
        /// Its version.
        version: u32,
        /// Why.
        why: String,
    },
    /// Folder or bucket did not take it.
    #[error(
        "the list could not be written to the blobs: {0}; make room there or mend the way, then import it again"
    )]
    Write(#[source] object_store::Error),
    /// The store said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The lists that policies are made with now, by name; without the one that is about to be replaced or retired.
///
/// # Errors
/// [`SiteListFault`].
pub async fn in_use(ctx: &AppContext, but: Option<&str>) -> Result<Vec<SiteListRef>, SiteListFault> {
    let rows = ctx.store.site_list_list().await?;
    let used = rows.iter().filter(|row| row.retired_at.is_none() && but != Some(row.name.as_str()));
    used.map(|row| one(ctx, row).map(|says| reference(&says))).collect()
}

/// The lists that policies were ever made with. One that was changed since is left out, as a pack is.
///
/// # Errors
/// [`SiteListFault`].
pub async fn ever(ctx: &AppContext) -> Result<Vec<SiteListRef>, SiteListFault> {
    let mut lists = Vec::new();
    for row in ctx.store.site_list_list().await? {
        match one(ctx, &row) {
            Ok(says) => lists.push(reference(&says)),
            Err(fault) => tracing::error!(%fault, "a list of sites of the force is left out"),
        }
    }
    Ok(lists)
}

/// A list as a policy names it.
#[must_use]
pub fn reference(says: &SiteListStatement) -> SiteListRef {
    SiteListRef {
        list: PackRef { name: says.name.clone(), version: says.version.to_string(), sha256: says.sha256 },
        category: says.category.clone(),
        coarse: says.coarse,
    }
}

/// What the force says of a list, once its signature was checked.
///
/// # Errors
/// [`SiteListFault::Signature`].
pub fn one(ctx: &AppContext, row: &SiteListRow) -> Result<SiteListStatement, SiteListFault> {
    let read = || {
        let text = ctx.open_for_force(PURPOSE, &row.sealed).ok()?;
        let text = std::str::from_utf8(&text).ok()?;
        packs::key_that_signed(ctx, &signed_site_list(text), &row.signature)?;
        let says: SiteListStatement = serde_json::from_str(text).ok()?;
        let same = says.name == row.name
            && says.version == row.version
            && says.category == row.category
            && says.sha256 == row.sha256
            && says.bytes == row.bytes;
        same.then_some(says)
    };
    read().ok_or_else(|| SiteListFault::Signature { name: row.name.clone(), version: row.version })
}

/// Signs and seals what the force says of a list, and makes its row.
///
/// # Errors
/// [`serde_json::Error`] when it cannot be written.
pub fn row(ctx: &AppContext, says: &SiteListStatement) -> Result<SiteListRow, serde_json::Error> {
    let text = serde_json::to_string(says)?;
    Ok(SiteListRow {
        name: says.name.clone(),
        version: says.version,
        category: says.category.clone(),
        entries: says.entries,
        bytes: says.bytes,
        sha256: says.sha256,
        imported_at: says.imported_at,
        retired_at: None,
        signature: ctx.keys.pack.sign(&signed_site_list(&text)),
        sealed: ctx.seal_for_force(PURPOSE, text.as_bytes()),
    })
}

/// Puts the bytes of a list among the blobs. Done before its row is there, so that a row always has its bytes.
///
/// # Errors
/// [`SiteListFault::Write`].
pub async fn keep(ctx: &AppContext, row: &SiteListRow, bytes: &[u8]) -> Result<(), SiteListFault> {
    for (number, part) in bytes.chunks(SITE_LIST_PART_BYTES).enumerate() {
        let sealed = ctx.seal_for_force(&purpose(&row.sha256, number), part);
        ctx.blobs.put(&place(row, number), sealed.into()).await.map_err(SiteListFault::Write)?;
    }
    Ok(())
}

/// One part of a list; `None` beyond its end. The last part is shorter than the others, and empty where these fill it.
///
/// # Errors
/// [`SiteListFault::Bytes`].
pub async fn part(
    ctx: &AppContext,
    row: &SiteListRow,
    number: usize,
) -> Result<Option<Zeroizing<Vec<u8>>>, SiteListFault> {
    let whole = usize::try_from(row.bytes).unwrap_or(usize::MAX);
    let start = number.saturating_mul(SITE_LIST_PART_BYTES);
    if start >= whole {
        return Ok((start == whole).then(Zeroizing::default));
    }
    let unreadable = |why: String| SiteListFault::Bytes { name: row.name.clone(), version: row.version, why };
    let object = ctx.blobs.get(&place(row, number)).await.map_err(|error| unreadable(error.to_string()))?;
    let sealed = object.bytes().await.map_err(|error| unreadable(error.to_string()))?;
    let opened = ctx
        .open_for_force(&purpose(&row.sha256, number), &sealed)
        .map_err(|_| unreadable(format!("the seal of part {number} does not hold")))?;
    if opened.len() != SITE_LIST_PART_BYTES.min(whole - start) {
        return Err(unreadable(format!("part {number} has another length")));
    }
    Ok(Some(opened))
}

/// All bytes of a list, checked against its hash.
///
/// # Errors
/// [`SiteListFault::Bytes`].
pub async fn whole(ctx: &AppContext, row: &SiteListRow) -> Result<Vec<u8>, SiteListFault> {
    let mut bytes = Vec::new();
    let mut number = 0;
    while let Some(part) = part(ctx, row, number).await?
        && !part.is_empty()
    {
        bytes.extend_from_slice(&part);
        number += 1;
    }
    if Digest(sha256(&bytes)) == row.sha256 {
        return Ok(bytes);
    }
    let why = "they do not have the SHA-256 that was signed".to_owned();
    Err(SiteListFault::Bytes { name: row.name.clone(), version: row.version, why })
}

/// Where a part lies among the blobs.
pub(in crate::app) fn place(row: &SiteListRow, part: usize) -> Path {
    Path::from(format!("site-lists/{}/{}/{part}", row.name, row.version))
}

/// A part opens only as that part of that list.
pub(in crate::app) fn purpose(sha256: &Digest, part: usize) -> String {
    format!("{PURPOSE}/{sha256}/{part}")
}
