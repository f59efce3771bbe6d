//! The force's log: its signed state, and that everything shown is in it.

use std::collections::BTreeSet;

use proviso_ledger::{Checkpoint, merkle};
use proviso_model::Digest;

use super::Found;
use super::facts::{Facts, found};
use super::signed::count;
use super::threads::over_threads;
use crate::format::{ConsistencyFile, LeafWord, ProofFile};
use crate::layout;

/// The force signed the state of its log.
pub(super) fn checkpoint(facts: &mut Facts<'_>) -> Found {
    let keys = found(&facts.keys, "force-keys")?;
    let checkpoint = Checkpoint::parse_and_verify(&facts.text(layout::CHECKPOINT)?, &keys.checkpoint)
        .map_err(|error| format!("{}: {error}.", layout::CHECKPOINT))?;
    if checkpoint.origin != keys.statement.checkpoint_origin {
        return Err(format!("The checkpoint is of another log: {}.", checkpoint.origin).into());
    }
    let says = format!("The force's log with {} entries, signed at {}.", checkpoint.size, checkpoint.at);
    facts.checkpoint = Some(checkpoint);
    Ok(says)
}

/// Every record is in the log, and every proof holds.
pub(super) fn inclusion(facts: &mut Facts<'_>) -> Found {
    let checkpoint = found(&facts.checkpoint, "checkpoint")?;
    let records = found(&facts.records, "records")?;
    let file: ProofFile = facts.json(layout::INCLUSION)?;
    let proven = over_threads(&file.leaves, |leaf| {
        let bytes = merkle::leaf(leaf.kind.kind(), &leaf.hash.0);
        let hashes: Vec<[u8; 32]> = leaf.proof.hashes.iter().map(|digest| digest.0).collect();
        merkle::verify_inclusion(&bytes, leaf.proof.index, checkpoint.size, &hashes, &checkpoint.root)
            .map_err(|error| format!("{:?} {}: {error}.", leaf.kind, leaf.hash))?;
        Ok((leaf.kind, leaf.hash))
    })?;
    let proven: BTreeSet<(LeafWord, Digest)> = proven.into_iter().collect();
    if let Some(record) = records.keys().find(|record| !proven.contains(&(LeafWord::Record, **record))) {
        return Err(format!("Record {record} has no proof that it is in the force's log.").into());
    }
    let says = format!("{} proven to be in the log.", count(proven.len(), "entry is", "entries are"));
    facts.proven = Some(proven);
    Ok(says)
}

/// The log continues the earlier states that the bundle names.
pub(super) fn consistency(facts: &mut Facts<'_>) -> Found {
    let checkpoint = found(&facts.checkpoint, "checkpoint")?;
    let file: ConsistencyFile = facts.json(layout::CONSISTENCY)?;
    let mut before = 0;
    for earlier in &file.earlier {
        let size = earlier.size;
        if size <= before || size >= checkpoint.size {
            return Err(format!("The earlier log of {size} entries is out of place.").into());
        }
        let hashes: Vec<[u8; 32]> = earlier.hashes.iter().map(|digest| digest.0).collect();
        merkle::verify_consistency(size, &earlier.root.0, checkpoint.size, &checkpoint.root, &hashes)
            .map_err(|error| format!("The earlier log of {size} entries: {error}."))?;
        before = size;
    }
    let says = format!(
        "The log continues {} that the bundle names.",
        count(file.earlier.len(), "earlier state", "earlier states")
    );
    facts.earlier = Some(file.earlier);
    Ok(says)
}
