//! What of a set is for devices: a key, a filter over digests keyed with it, the set of keyed digests in which their questions
//! are looked up, and the index of PDQ hashes where the force allows it. Made once, when a set is imported, and what proofs
//! about its entries are made with beside it.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proviso_engine::image::exact::ExactOptions;
use proviso_engine::image::keyed::{push_keyed, write_filter};
use proviso_engine::image::set::{HashSet, SetBuilder};
use proviso_ledger::hash::sha256;
use proviso_mapped::map;
use proviso_model::Digest;
use proviso_model::hash_set::{
    FileRef, HashSetDelivery, HashSetFile, HashSetStatement, SetTree, SignedHashSetDelivery,
    signed_hash_set_delivery,
};
use proviso_store::HashSetRow;
use serde::{Deserialize, Serialize};

use super::files::held;
use super::stage::StagedFile;
use super::tree::ForProofs;
use super::{HashSetFault, Mapped, PURPOSE, open_file, path};
use crate::app::AppContext;

/// Key and files of a set, sealed in its row.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForDevices {
    key: Digest,
    /// The set of keyed digests.
    asked: FileRef,
    filter: FileRef,
    near: Option<FileRef>,
    /// Absent in sets of before there were proofs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    proofs: Option<ForProofs>,
}

/// A key opens only as that of its set.
pub(in crate::app) fn purpose(set: &Digest) -> String {
    format!("{PURPOSE}-key/{set}")
}

/// Keys and files of a set, as they were made.
pub struct Made {
    /// Sealed, for its row.
    pub sealed_key: Vec<u8>,
    /// The tree over its entries.
    pub tree: SetTree,
    /// Every file that belongs to the set, its own among them.
    pub files: Vec<Digest>,
}

/// Makes keys and files of a set whose file is in its place, or takes those of another row that names the same file.
///
/// # Errors
/// What reading and writing say.
pub fn make(
    ctx: &AppContext,
    set: &Digest,
    known: &[HashSetRow],
) -> Result<Made, Box<dyn std::error::Error + Send + Sync>> {
    let mapped = HashSet::open(map(&path(ctx, set))?)?;
    let mut same = known.iter().filter(|row| row.sha256 == *set).filter_map(|row| opened(ctx, row).ok());
    let mut made = match same.next() {
        Some(made) => made,
        None => files(ctx, &mapped)?,
    };
    let proofs = match made.proofs.take() {
        Some(proofs) => proofs,
        None => ForProofs::make(ctx, &mapped)?,
    };
    let tree = proofs.tree;
    let nodes = proofs.nodes.map(|nodes| nodes.sha256);
    let files = [*set, made.asked.sha256, made.filter.sha256].into_iter().chain(nodes).collect();
    made.proofs = Some(proofs);
    let sealed_key = ctx.seal_for_force(&purpose(set), &serde_json::to_vec(&made)?);
    Ok(Made { sealed_key, tree, files })
}

/// Key and files for devices.
fn files(
    ctx: &AppContext,
    set: &HashSet<Mapped>,
) -> Result<ForDevices, Box<dyn std::error::Error + Send + Sync>> {
    let key: [u8; 32] = ctx.random();
    let mut builder =
        SetBuilder::new(ExactOptions::default(), || tempfile::tempfile_in(ctx.hash_sets_dir()))?;
    push_keyed(set, &key, &mut builder)?;
    let (asked, _) = StagedFile::write(ctx, |out| builder.finish(out))?;
    let asked = asked.put(ctx)?;
    let asked_set = HashSet::open(map(&path(ctx, &asked.sha256))?)?;
    let (filter, ()) = StagedFile::write(ctx, |out| write_filter(&asked_set, out))?;
    let near = set.near_bytes();
    let near = near.map(|bytes| FileRef { sha256: Digest(sha256(bytes)), bytes: bytes.len() as u64 });
    Ok(ForDevices { key: Digest(key), asked, filter: filter.put(ctx)?, near, proofs: None })
}

/// What proofs about a set's entries are made with; nothing where the force signed no tree.
///
/// # Errors
/// [`HashSetFault`].
pub fn proofs(ctx: &AppContext, row: &HashSetRow) -> Result<Option<ForProofs>, HashSetFault> {
    Ok(opened(ctx, row)?.proofs)
}

fn opened(ctx: &AppContext, row: &HashSetRow) -> Result<ForDevices, HashSetFault> {
    let text = ctx.open_for_force(&purpose(&row.sha256), &row.sealed_key).ok();
    text.and_then(|text| serde_json::from_slice(&text).ok())
        .ok_or_else(|| HashSetFault::Signature { name: row.name.clone(), version: row.version })
}

/// What a device gets of a set, signed.
///
/// # Errors
/// [`HashSetFault`].
pub fn delivery(
    ctx: &AppContext,
    row: &HashSetRow,
    says: &HashSetStatement,
) -> Result<SignedHashSetDelivery, HashSetFault> {
    let made = opened(ctx, row)?;
    let delivery = HashSetDelivery {
        force: ctx.keys.force,
        set: row.sha256,
        key: made.key,
        filter: made.filter,
        near: made.near.filter(|_| says.device_ok),
    };
    let statement = serde_json::to_string(&delivery)
        .map_err(|_| HashSetFault::Signature { name: row.name.clone(), version: row.version })?;
    let signature = STANDARD.encode(ctx.keys.pack.sign(&signed_hash_set_delivery(&statement)));
    Ok(SignedHashSetDelivery { statement, signature })
}

/// A part of a file of a set; `None` beyond its end, or where devices get no such file. The last part is shorter than the
/// others, and empty where these fill the file.
///
/// # Errors
/// [`HashSetFault`].
pub fn part(
    ctx: &AppContext,
    row: &HashSetRow,
    says: &HashSetStatement,
    file: HashSetFile,
    number: usize,
    part_bytes: usize,
) -> Result<Option<Vec<u8>>, HashSetFault> {
    let cut = |bytes: &[u8]| {
        let start = number.saturating_mul(part_bytes);
        let rest = bytes.get(start..)?;
        Some(rest.get(..part_bytes.min(rest.len())).unwrap_or_default().to_vec())
    };
    Ok(match file {
        HashSetFile::Near if !says.device_ok => None,
        HashSetFile::Near => super::open(ctx, row)?.near_bytes().and_then(cut),
        HashSetFile::Filter => {
            let filter = opened(ctx, row)?.filter.sha256;
            let path = path(ctx, &filter);
            let mapped = held(ctx, &filter)
                .and_then(|path| map(&path))
                .map_err(|error| HashSetFault::file(row, &path, error.to_string()))?;
            cut(mapped.as_ref())
        }
    })
}

/// The set of keyed digests of a set.
///
/// # Errors
/// [`HashSetFault`].
pub fn asked(ctx: &AppContext, row: &HashSetRow) -> Result<Arc<HashSet<Mapped>>, HashSetFault> {
    open_file(ctx, row, &opened(ctx, row)?.asked.sha256)
}
