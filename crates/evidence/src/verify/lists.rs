//! Entries of the force's lists of known pictures: that each stood in the version of the list that the policy names under which the
//! record was made, and is what the record's look-up found.

use std::collections::{BTreeMap, BTreeSet};

use proviso_ledger::{VerifyKey, merkle};
use proviso_model::hash_set::{HashSetStatement, signed_hash_set};
use proviso_model::observation::PictureListed;
use proviso_model::{Digest, Policy};

use super::exhibits::Exhibit;
use super::facts::{Facts, found, parse};
use super::signed::{key, signed};
use super::{Found, Trouble};
use crate::format::{EntryProof, ListsFile, LookedUp, Manifest, Told};
use crate::layout;

const OLDER: &str = "the bundle says nothing of them; programs before such proofs made none.";

/// Every proof leads from the entry that a look-up found to the tree that the policy names. Where there is none, nothing is shown of
/// it, and that is no failure.
pub(super) fn lists(facts: &mut Facts<'_>) -> Found {
    let keys = found(&facts.keys, "force-keys")?;
    let manifest = found(&facts.manifest, "manifest")?;
    let policies = found(&facts.policies, "policies")?;
    let exhibits = found(&facts.exhibits, "exhibits")?;
    let mut statements =
        Statements { pack_key: keys.statement.pack_key.as_deref(), manifest, known: BTreeMap::new() };
    let mut files: BTreeSet<&str> = facts.under(layout::LISTS).collect();
    let mut told = Told::default();
    for (record, exhibit) in exhibits {
        let Some(looked_up) = exhibit.looked_up.as_ref().map_err(|wrong| Trouble::Fails(wrong.clone()))?
        else {
            continue;
        };
        let path = layout::lists(record);
        if !files.remove(path.as_str()) {
            told.without(OLDER, looked_up.listed.len());
            continue;
        }
        let file: ListsFile = facts.json(&path)?;
        if file.record != *record {
            return Err(format!("{path} is about another record than it is named after.").into());
        }
        if file.entries.len() != looked_up.listed.len() {
            return Err(format!("{path} has not one entry for each look-up of the record.").into());
        }
        for (entry, listed) in file.entries.iter().zip(&looked_up.listed) {
            if entry.set != listed.set {
                return Err(format!("{path} is about another list than the record's look-up.").into());
            }
            match (&entry.proof, &entry.no_proof) {
                (Some(proof), None) => {
                    let says = statements.of(&path, proof)?;
                    named(&path, says, listed, exhibit, policies)?;
                    proven(&path, proof, says, listed, looked_up)?;
                    told.proven(says);
                }
                (None, Some(why)) => told.without(why, 1),
                _ => return Err(format!("{path} gives not one of a proof and why there is none.").into()),
            }
        }
    }
    if let Some(path) = files.first() {
        return Err(format!("{path} is about a record that shows no look-up.").into());
    }
    match told.sentences() {
        says if says.is_empty() => Ok("No look-up of a picture in a list is shown.".to_owned()),
        says if told.has_proven() => Ok(says.join(" ")),
        says => Err(Trouble::Undecided(says.join(" "))),
    }
}

/// What the force says of its lists, each read and its signature checked once.
struct Statements<'a> {
    pack_key: Option<&'a str>,
    manifest: &'a Manifest,
    known: BTreeMap<(String, String), HashSetStatement>,
}

impl Statements<'_> {
    fn of(&mut self, path: &str, proof: &EntryProof) -> Result<&HashSetStatement, Trouble> {
        let place = (proof.statement.clone(), proof.signature.clone());
        if !self.known.contains_key(&place) {
            let key = self.key(path)?;
            let bytes = signed_hash_set(&proof.statement);
            signed(&key, &bytes, &proof.signature, &format!("the list of {path} (by the force)"))?;
            let says: HashSetStatement = parse(path, proof.statement.as_bytes())?;
            if says.force != self.manifest.force {
                return Err(format!("{path} is about a list of another force.").into());
            }
            self.known.insert(place.clone(), says);
        }
        self.known.get(&place).ok_or_else(|| format!("{path} says nothing of the list.").into())
    }

    fn key(&self, path: &str) -> Result<VerifyKey, Trouble> {
        let text = self.pack_key;
        let text = text.ok_or_else(|| format!("The force has no key that could have signed {path}."))?;
        key(text, "The force's pack key")
    }
}

/// The policy that the device obeyed names this version of the list and its tree, and was made after the import.
fn named(
    path: &str,
    says: &HashSetStatement,
    listed: &PictureListed,
    exhibit: &Exhibit,
    policies: &BTreeMap<Digest, Policy>,
) -> Result<(), Trouble> {
    let policy = policies.get(&exhibit.policy);
    let policy = policy.ok_or_else(|| format!("{path}: the policy of the record is not here."))?;
    let set = policy.hash_sets().into_iter().find(|set| set.set.sha256 == listed.set);
    let is_it = set.is_some_and(|set| {
        set.set.sha256 == says.sha256
            && set.set.name == says.name
            && set.set.version == says.version.to_string()
            && set.tree.is_some()
            && set.tree == says.tree
    });
    if !is_it {
        return Err(
            format!("{path}: the policy that the record was made under names another list or tree.").into()
        );
    }
    if says.imported_at > policy.issued_at {
        return Err(format!("{path}: the list was imported after the policy of the record was made.").into());
    }
    Ok(())
}

/// The entry is what the look-up found, and is in the tree.
fn proven(
    path: &str,
    proof: &EntryProof,
    says: &HashSetStatement,
    listed: &PictureListed,
    looked_up: &LookedUp,
) -> Result<(), Trouble> {
    if !looked_up.rests_on(listed, proof) {
        return Err(
            format!("{path} proves another entry than the one that the record's look-up found.").into()
        );
    }
    let place = listed.entry.map(|entry| says.digests.place_of(proof.kind, entry));
    if place.is_some_and(|place| place != Some(proof.index)) {
        return Err(format!("{path} proves an entry at another place than the record names.").into());
    }
    let leaf = proof.leaf().ok_or_else(|| format!("{path} has a digest or a salt of another length."))?;
    let tree = says.tree.ok_or_else(|| format!("{path}: the force signed no tree with the list."))?;
    let hashes: Vec<[u8; 32]> = proof.hashes.iter().map(|digest| digest.0).collect();
    merkle::verify_inclusion(&leaf, proof.index, tree.size, &hashes, &tree.root.0)
        .map_err(|_| format!("{path}: the proof does not lead to the root that the force signed.").into())
}
