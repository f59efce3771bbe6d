//! A force's sets of hashes of known pictures. What the force says of a set is checked against the pack key whenever it is read.
//! The set itself is an indexed file among the blobs, named by its SHA-256, which is compared once in the life of a process;
//! it is in the clear, for it is looked up where it lies: on this machine ([`files`]).

pub mod files;
pub mod for_devices;
pub mod stage;
pub mod tree;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use proviso_engine::compile::SITES_CATEGORY;
use proviso_engine::image::lists::country;
use proviso_engine::image::set::{Digests, HashSet, Listed, Sameness};
use proviso_ledger::hash::sha256;
use proviso_mapped::map;
use proviso_model::Digest;
use proviso_model::hash_set::{HashSetStatement, signed_hash_set};
use proviso_model::observation::{ListedHow, PictureListed};
use proviso_model::policy::{HashSetRef, PackRef};
use proviso_store::{HashSetRow, StoreError};

use super::{AppContext, packs};
pub use proviso_mapped::Mapped;

/// What the force says of a set is sealed for this, under the master key.
pub(in crate::app) const PURPOSE: &str = "hash-set";
/// Category of a set whose pictures are known or suspected to show the abuse of children.
const CHILD_ABUSE: &str = "child-abuse";
/// Folder of the sets among the blobs.
pub const FOLDER: &str = "hash-sets";

/// Why a hash set cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum HashSetFault {
    /// Changed since it was signed.
    #[error(
        "hash set {name} version {version} was changed after it was imported: its seal or its signature does not hold. It is not \
         used; find out who changed the database, then import the list again or retire it with hash-set remove"
    )]
    Signature {
        /// Its name.
        name: String,
        /// Its version.
        version: u32,
    },
    /// Its file is not there, or not the one that was imported.
    #[error(
        "the file of hash set {name} version {version} cannot be used: {path}: {why}; put the blobs back from a backup, or \
         import the list again"
    )]
    File {
        /// Its name.
        name: String,
        /// Its version.
        version: u32,
        /// Its file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// The store said no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The look ended early.
    #[error(
        "a look into a hash set ended early; the server is stopping, or has a fault that its log tells of"
    )]
    Ended,
}

/// What the force says of a set, once its signature was checked.
///
/// # Errors
/// [`HashSetFault::Signature`].
pub fn one(ctx: &AppContext, row: &HashSetRow) -> Result<HashSetStatement, HashSetFault> {
    Ok(as_signed(ctx, row)?.1)
}

/// The same, and its exact text.
///
/// # Errors
/// [`HashSetFault::Signature`].
pub fn as_signed(ctx: &AppContext, row: &HashSetRow) -> Result<(String, HashSetStatement), HashSetFault> {
    let read = || {
        let text = ctx.open_for_force(PURPOSE, &row.sealed).ok()?;
        let text = std::str::from_utf8(&text).ok()?;
        packs::key_that_signed(ctx, &signed_hash_set(text), &row.signature)?;
        let says: HashSetStatement = serde_json::from_str(text).ok()?;
        let same = says.name == row.name
            && says.version == row.version
            && says.sha256 == row.sha256
            && says.bytes == row.bytes
            && says.entries == row.entries;
        same.then(|| (text.to_owned(), says))
    };
    read().ok_or_else(|| HashSetFault::Signature { name: row.name.clone(), version: row.version })
}

/// The sets that policies are made with now, by name; without the one that is about to be replaced or retired.
///
/// # Errors
/// [`HashSetFault`].
pub async fn in_use(ctx: &AppContext, but: Option<&str>) -> Result<Vec<HashSetRef>, HashSetFault> {
    let rows = ctx.store.hash_set_list().await?;
    let used = rows.iter().filter(|row| row.retired_at.is_none() && but != Some(row.name.as_str()));
    used.map(|row| one(ctx, row).map(|says| reference(&says))).collect()
}

/// The sets that policies were ever made with. One that was changed since is left out, as a pack is.
///
/// # Errors
/// [`HashSetFault`].
pub async fn ever(ctx: &AppContext) -> Result<Vec<HashSetRef>, HashSetFault> {
    let mut sets = Vec::new();
    for row in ctx.store.hash_set_list().await? {
        match one(ctx, &row) {
            Ok(says) => sets.push(reference(&says)),
            Err(fault) => tracing::error!(%fault, "a hash set of the force is left out"),
        }
    }
    Ok(sets)
}

/// A set as a policy names it.
#[must_use]
pub fn reference(says: &HashSetStatement) -> HashSetRef {
    HashSetRef {
        set: PackRef { name: says.name.clone(), version: says.version.to_string(), sha256: says.sha256 },
        category: if says.child_abuse { CHILD_ABUSE.to_owned() } else { SITES_CATEGORY.to_owned() },
        child_abuse: says.child_abuse,
        device_ok: says.device_ok,
        tree: says.tree,
    }
}

/// Signs and seals what the force says of a set, and makes its row. `sealed_key` is what [`for_devices::make`] made.
///
/// # Errors
/// [`serde_json::Error`] when it cannot be written.
pub fn row(
    ctx: &AppContext,
    says: &HashSetStatement,
    sealed_key: Vec<u8>,
) -> Result<HashSetRow, serde_json::Error> {
    let text = serde_json::to_string(says)?;
    Ok(HashSetRow {
        name: says.name.clone(),
        version: says.version,
        entries: says.entries,
        bytes: says.bytes,
        sha256: says.sha256,
        imported_at: says.imported_at,
        retired_at: None,
        signature: ctx.keys.pack.sign(&signed_hash_set(&text)),
        sealed: ctx.seal_for_force(PURPOSE, text.as_bytes()),
        sealed_key,
    })
}

/// The row of a set as a policy names it, retired or not.
#[must_use]
pub fn named<'r>(rows: &'r [HashSetRow], set: &PackRef) -> Option<&'r HashSetRow> {
    rows.iter().find(|row| {
        row.sha256 == set.sha256 && row.name == set.name && row.version.to_string() == set.version
    })
}

/// Whether a bundle proves that an entry stood in this set: the force signed a tree with it and has its file. One in a bucket is
/// taken to be there; making the bundle says if not.
#[must_use]
pub fn proves(ctx: &AppContext, rows: &[HashSetRow], set: &PackRef) -> bool {
    let row = named(rows, set);
    let is_signed = |row| one(ctx, row).is_ok_and(|says| says.tree.is_some());
    let is_here = || ctx.hash_sets_cache_bytes_max().is_some() || path(ctx, &set.sha256).exists();
    row.is_some_and(is_signed) && is_here()
}

/// The file of a set on this machine; [`files::held`] fetches it where it is not there.
#[must_use]
pub fn path(ctx: &AppContext, sha256: &Digest) -> PathBuf {
    ctx.hash_sets_dir().join(sha256.to_string())
}

/// The set itself. The first time in the life of this process its file is read whole, to compare its hash.
///
/// # Errors
/// [`HashSetFault::File`].
pub fn open(ctx: &AppContext, row: &HashSetRow) -> Result<Arc<HashSet<Mapped>>, HashSetFault> {
    open_file(ctx, row, &row.sha256)
}

/// Looks into files of sets on a thread for what takes long: the first look reads a file whole, and later ones wait for the disk.
///
/// # Errors
/// As `work`; [`HashSetFault::Ended`].
pub async fn apart<T: Send + 'static>(
    ctx: &AppContext,
    work: impl FnOnce(&AppContext) -> Result<T, HashSetFault> + Send + 'static,
) -> Result<T, HashSetFault> {
    let ctx = ctx.clone();
    tokio::task::spawn_blocking(move || work(&ctx)).await.map_err(|_| HashSetFault::Ended)?
}

/// A file of a set, by its hash.
fn open_file(
    ctx: &AppContext,
    row: &HashSetRow,
    file: &Digest,
) -> Result<Arc<HashSet<Mapped>>, HashSetFault> {
    let path = path(ctx, file);
    ctx.hash_set_opened_once(*file, || {
        let fault = |why: String| HashSetFault::file(row, &path, why);
        let read = || {
            let mapped = files::held(ctx, file).and_then(|path| map(&path));
            let mapped = mapped.map_err(|error| fault(error.to_string()))?;
            let is_it = Digest(sha256(mapped.as_ref())) == *file;
            Ok::<_, HashSetFault>((mapped, is_it))
        };
        let (mut mapped, mut is_it) = read()?;
        if !is_it && files::drop_copy(ctx, file) {
            (mapped, is_it) = read()?;
        }
        if !is_it {
            return Err(fault("it does not have the SHA-256 that was signed".to_owned()));
        }
        HashSet::open(mapped).map_err(|error| fault(error.to_string()))
    })
}

/// Whether a list of child abuse has to do with a picture: one in use knows its digests or its look, or one that the force ever
/// had is among those `named` that knew it when it was found.
///
/// # Errors
/// [`HashSetFault`] when a set in use cannot be read: then it is not known.
pub async fn child_abuse_knows(
    ctx: &AppContext,
    picture: &Digests,
    named: &[Digest],
) -> Result<bool, HashSetFault> {
    for row in ctx.store.hash_set_list().await? {
        let says = match one(ctx, &row) {
            // Nothing can be said of a retired one any more; what it knew is marked on the finding itself.
            Err(_) if row.retired_at.is_some() => continue,
            says => says?,
        };
        if !says.child_abuse {
            continue;
        }
        if named.contains(&says.sha256) {
            return Ok(true);
        }
        let (is_in_use, picture) = (row.retired_at.is_none(), *picture);
        let look_up = move |ctx: &AppContext| Ok(open(ctx, &row)?.look_up(&picture));
        if is_in_use && !apart(ctx, look_up).await?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether what a set says of a picture is what a device claims: the same kind of agreement, distance and category, and the entry where
/// it was named.
#[must_use]
pub fn stands(found: &Listed, claimed: &PictureListed) -> bool {
    let is_same = match (found.how, claimed.how) {
        (Sameness::Sha256, ListedHow::Sha256) | (Sameness::Md5, ListedHow::Md5) => true,
        (Sameness::Pdq { distance: found }, ListedHow::Pdq { distance }) => u16::from(found) == distance,
        _ => false,
    };
    is_same && found.category == claimed.category && claimed.entry.is_none_or(|entry| entry == found.entry)
}

impl HashSetFault {
    fn file(row: &HashSetRow, path: &Path, why: String) -> Self {
        Self::File { name: row.name.clone(), version: row.version, path: path.to_owned(), why }
    }
}

/// What a category's number means, for people.
#[must_use]
pub fn category_in_words(says: &HashSetStatement, number: u8) -> String {
    let scheme = says.country.as_deref().and_then(country);
    match scheme.and_then(|scheme| Some((scheme, scheme.category(number)?))) {
        _ if number == 0 => "the list gives no category".to_owned(),
        Some((scheme, category)) => {
            let doubt = if scheme.confirmed { "" } else { "; compare with the list's own document" };
            format!("category {number}: {} ({}{doubt})", category.words, scheme.scheme)
        }
        None => format!("category {number}, whose meaning is not known here"),
    }
}
