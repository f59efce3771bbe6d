//! Proofs that the entries which look-ups of pictures found stood in the force's lists: made from the version that the policy of each
//! record names, out of use or not, as long as its file is kept.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proviso_engine::image::set::Digests;
use proviso_evidence::format::{EntryProof, ListedEntry, ListsFile, LookedUp};
use proviso_ledger::hash::policy_hash;
use proviso_model::hash_set::signed_hash_set;
use proviso_model::observation::{ListedHow, PictureListed};
use proviso_model::policy::Policy;
use proviso_model::wire::SignedPolicy;
use proviso_model::{Digest, hash_set::EntryKind};
use proviso_store::HashSetRow;

use super::BundleError;
use crate::app::AppContext;
use crate::app::hash_sets::{self, for_devices};

/// The force signed no tree with the list.
const NO_TREE: &str =
    "the list was imported before the force signed such proofs. A list that is imported again has them.";
/// There is nothing to make a proof from.
const NOT_KEPT: &str =
    "the force does not have the list's file, or what its proofs are made with, as it was signed.";
/// The list does not say what the device says of it.
const NOT_THERE: &str = "the force's list has no entry that is what the device says that it found.";

/// What a record shows of look-ups.
pub(super) struct Looked {
    pub record: Digest,
    pub policy: Digest,
    pub up: LookedUp,
}

/// A file for each record.
pub(super) async fn files(
    ctx: &AppContext,
    looked: Vec<Looked>,
    policies: &[SignedPolicy],
) -> Result<Vec<ListsFile>, BundleError> {
    if looked.is_empty() {
        return Ok(Vec::new());
    }
    let rows = ctx.store.hash_set_list().await?;
    let read = |signed: &SignedPolicy| {
        let hash = Digest(policy_hash(signed.policy.as_bytes()));
        Some((hash, serde_json::from_str(&signed.policy).ok()?))
    };
    let policies: BTreeMap<Digest, Policy> = policies.iter().filter_map(read).collect();
    // Lists are read from the disk.
    let made = hash_sets::apart(ctx, move |ctx| {
        Ok(looked.into_iter().map(|looked| file(ctx, &rows, policies.get(&looked.policy), &looked)).collect())
    });
    made.await.map_err(|fault| BundleError::Broken(fault.to_string()))
}

fn file(ctx: &AppContext, rows: &[HashSetRow], policy: Option<&Policy>, looked: &Looked) -> ListsFile {
    let entries = looked.up.listed.iter().map(|listed| {
        let (proof, no_proof) = match prove(ctx, rows, policy, &looked.up, listed) {
            Ok(proof) => (Some(proof), None),
            Err(why) => (None, Some(why.to_owned())),
        };
        ListedEntry { set: listed.set, proof, no_proof }
    });
    ListsFile { record: looked.record, entries: entries.collect() }
}

fn prove(
    ctx: &AppContext,
    rows: &[HashSetRow],
    policy: Option<&Policy>,
    up: &LookedUp,
    listed: &PictureListed,
) -> Result<EntryProof, &'static str> {
    let not_kept = |fault: &dyn std::error::Error| {
        tracing::error!(%fault, set = %listed.set, "no proof can be made about a list");
        NOT_KEPT
    };
    let named = policy.into_iter().flat_map(Policy::hash_sets).find(|set| set.set.sha256 == listed.set);
    let named = named.ok_or(NOT_THERE)?;
    if named.tree.is_none() {
        return Err(NO_TREE);
    }
    let row = hash_sets::named(rows, &named.set).ok_or(NOT_KEPT)?;
    let (statement, says) = hash_sets::as_signed(ctx, row).map_err(|fault| not_kept(&fault))?;
    let proofs = for_devices::proofs(ctx, row).map_err(|fault| not_kept(&fault))?;
    let proofs = proofs.filter(|proofs| Some(proofs.tree) == says.tree && says.tree == named.tree);
    let proofs = proofs.ok_or(NOT_KEPT)?;
    let set = hash_sets::open(ctx, row).map_err(|fault| not_kept(&fault))?;
    let found = set.look_up(&asked(up, listed.how));
    let found = found.iter().find(|found| hash_sets::stands(found, listed)).ok_or(NOT_THERE)?;
    let kind = match listed.how {
        ListedHow::Sha256 => EntryKind::Sha256,
        ListedHow::Md5 => EntryKind::Md5,
        ListedHow::Pdq { .. } => EntryKind::Pdq,
    };
    let index = set.counts().place_of(kind, found.entry).ok_or(NOT_THERE)?;
    let proven = proofs.prove(ctx, &set, index).map_err(|fault| not_kept(&fault))?;
    // Signed with the key in use: one that was retired signs nothing any more. The policy binds what was signed to the record.
    let signature = STANDARD.encode(ctx.keys.pack.sign(&signed_hash_set(&statement)));
    Ok(EntryProof {
        statement,
        signature,
        kind,
        category: proven.entry.category,
        digest: hex::encode(proven.entry.digest()),
        salt: hex::encode(proven.salt),
        index,
        hashes: proven.hashes.into_iter().map(Digest).collect(),
    })
}

/// The one digest that a look-up was about.
fn asked(up: &LookedUp, how: ListedHow) -> Digests {
    let none = Digests::default();
    match how {
        ListedHow::Sha256 => Digests { sha256: up.sha256.map(|digest| digest.0), ..none },
        ListedHow::Md5 => Digests { md5: up.md5.map(|digest| digest.0), ..none },
        ListedHow::Pdq { .. } => Digests { pdq: up.pdq, ..none },
    }
}
