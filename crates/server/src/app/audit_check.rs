//! Whether the audit table is as it was written: every entry against the one before it, every end against the log's tree, and the tree,
//! made anew from its leaves, against every state of it that the force signed.
//!
//! A changed, removed or inserted row shows, and so does a chain that was made anew throughout: its ends are leaves of a tree whose
//! signed states devices and witnesses hold. What was never written cannot show.

use std::collections::{BTreeMap, HashMap};

use proviso_ledger::checkpoint::Checkpoint;
use proviso_ledger::merkle;
use proviso_ledger::sign::VerifyKey;
use proviso_model::wire::{ForceKeys, ForceKeysStatement};
use proviso_store::{AuditRow, LeafKind, LogHasher as _, StoreError};

use super::{AppContext, LedgerHasher};

/// Rows read at a time.
const ROWS: u32 = 1000;
/// Faults that are told; the rest are counted.
const FAULTS_TOLD_MAX: usize = 20;

/// What was found.
#[derive(Debug, Default)]
pub struct AuditChecked {
    /// Entries.
    pub entries: u64,
    /// Acts that were begun and whose end is not known: under way now, or cut off by a kill.
    pub not_ended: u64,
    /// Leaves of the log.
    pub leaves: u64,
    /// Signed states of the log that its tree, made anew, agrees with.
    pub signed_states: u64,
    /// Faults.
    pub faults: u64,
    /// The first of them, in words.
    pub told: Vec<String>,
}

impl AuditChecked {
    /// Whether everything is as it was written.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.faults == 0
    }

    fn fault(&mut self, what: String) {
        self.faults += 1;
        if self.told.len() < FAULTS_TOLD_MAX {
            self.told.push(what);
        }
    }
}

/// Reads the whole table and the whole log. `told` hears how many entries and leaves were read so far. Acts that others do meanwhile
/// are not looked at.
///
/// # Errors
/// [`StoreError`] when something cannot be read.
pub async fn check(ctx: &AppContext, told: &mut (dyn FnMut(u64) + Send)) -> Result<AuditChecked, StoreError> {
    // The log first: what is completed after this stands outside it.
    let size = ctx.store.log_size().await?;
    let mut checked = AuditChecked::default();
    let mut ends = entries(ctx, size, &mut checked, told).await?;
    tree(ctx, size, &mut ends, &mut checked, told).await?;
    for (leaf, (seq, _)) in ends.into_iter().collect::<BTreeMap<_, _>>() {
        checked.fault(format!("entry {seq} ended in leaf {leaf} of the log, which has no such leaf"));
    }
    Ok(checked)
}

/// Leaf of each end, with the entry's number and the hash that must stand there.
type Ends = HashMap<u64, (u64, [u8; 32])>;

async fn entries(
    ctx: &AppContext,
    size: u64,
    checked: &mut AuditChecked,
    told: &mut (dyn FnMut(u64) + Send),
) -> Result<Ends, StoreError> {
    let hasher = LedgerHasher::new(ctx.keys.checkpoint.clone(), ctx.keys.origin.clone());
    let (mut ends, mut seq, mut previous) = (Ends::new(), 0, [0; 32]);
    let last = ctx.store.audit_last().await?;
    while seq < last {
        let rows = ctx.store.audit_list(None, seq, ROWS).await?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            if row.seq != seq + 1 {
                checked.fault(format!("entries {} to {} are missing", seq + 1, row.seq - 1));
            } else if row.previous != previous {
                checked.fault(format!("entry {} does not name the hash of the entry before it", row.seq));
            }
            if row.hash != hasher.audit_hash(row.seq, &row.previous, &row.entry) {
                checked.fault(format!("entry {} was changed: its hash is another", row.seq));
            }
            (seq, previous) = (row.seq, row.hash);
            checked.entries += 1;
            ended(&hasher, &row, size, &mut ends, checked);
        }
        told(checked.entries);
    }
    Ok(ends)
}

fn ended(hasher: &LedgerHasher, row: &AuditRow, size: u64, ends: &mut Ends, checked: &mut AuditChecked) {
    let Some((at, outcome, hash, leaf)) = &row.completed else {
        checked.not_ended += 1;
        return;
    };
    if *hash != hasher.audit_completed_hash(&row.hash, outcome, *at) {
        checked.fault(format!("the end of entry {} was changed: its hash is another", row.seq));
    }
    if *leaf >= size {
        return;
    }
    if let Some((other, _)) = ends.insert(*leaf, (row.seq, *hash)) {
        checked.fault(format!("entries {other} and {} both say that they ended in leaf {leaf}", row.seq));
    }
}

/// Makes the tree anew and compares it with each signed state; what is found of `ends` is taken out of it.
async fn tree(
    ctx: &AppContext,
    size: u64,
    ends: &mut Ends,
    checked: &mut AuditChecked,
    told: &mut (dyn FnMut(u64) + Send),
) -> Result<(), StoreError> {
    let mut signed = Signed::new(ctx);
    // Of each level the newest complete node: all that is needed to go on.
    let mut edge: HashMap<(u32, u64), [u8; 32]> = HashMap::new();
    while checked.leaves < size {
        let rows = ctx.store.log_leaves(checked.leaves, ROWS).await?;
        if rows.is_empty() {
            checked.fault(format!(
                "the log has {size} leaves by its tree; those from {} are missing",
                checked.leaves
            ));
            break;
        }
        for (leaf, kind, hash) in rows.into_iter().take_while(|(leaf, ..)| *leaf < size) {
            if leaf != checked.leaves {
                checked.fault(format!("leaves {} to {} of the log are missing", checked.leaves, leaf - 1));
                return Ok(());
            }
            own(leaf, kind, &hash, ends, checked);
            let node = |level: u32, index: u64| edge.get(&(level, index)).copied();
            let Ok(new) = merkle::append(leaf, &kind.leaf(&hash), &node) else { return Ok(()) };
            edge.extend(new.into_iter().map(|(level, index, hash)| ((level, index), hash)));
            checked.leaves += 1;
            signed.compare(ctx, checked, &edge).await?;
            // A node is read again only while it is the last of its level, or the left one of the last pair.
            edge.retain(|(level, index), _| index + 2 > checked.leaves >> level);
        }
        told(checked.entries + checked.leaves);
    }
    Ok(())
}

fn own(leaf: u64, kind: LeafKind, hash: &[u8; 32], ends: &mut Ends, checked: &mut AuditChecked) {
    match (kind, ends.remove(&leaf)) {
        (LeafKind::Audit, None) => {
            checked.fault(format!(
                "leaf {leaf} of the log is the end of an audit entry that is not in the table"
            ));
        }
        (LeafKind::Audit, Some((seq, end))) if end != *hash => {
            checked.fault(format!("entry {seq} does not end as leaf {leaf} of the log says"));
        }
        (LeafKind::Record | LeafKind::Decision, Some((seq, _))) => {
            checked.fault(format!("entry {seq} ended in leaf {leaf} of the log, which is something else"));
        }
        _ => {}
    }
}

/// Signed states of the log, in order of size.
struct Signed {
    keys: Vec<VerifyKey>,
    waiting: std::collections::VecDeque<(u64, String)>,
    asked_to: u64,
}

impl Signed {
    fn new(ctx: &AppContext) -> Self {
        let certified = ctx.keys.retired.iter().chain([&ctx.keys.statement]);
        Self {
            keys: certified.filter_map(checkpoint_key).collect(),
            waiting: Default::default(),
            asked_to: 0,
        }
    }

    /// Compares the tree as far as it was made with the state of that size, if one was signed.
    async fn compare(
        &mut self,
        ctx: &AppContext,
        checked: &mut AuditChecked,
        edge: &HashMap<(u32, u64), [u8; 32]>,
    ) -> Result<(), StoreError> {
        if self.waiting.is_empty() && self.asked_to < checked.leaves {
            let rows = ctx.store.checkpoint_list(checked.leaves, ROWS).await?;
            self.asked_to = rows.last().map_or(u64::MAX, |row| row.size);
            self.waiting = rows.into_iter().map(|row| (row.size, row.note)).collect();
        }
        if self.waiting.front().is_none_or(|(size, _)| *size != checked.leaves) {
            return Ok(());
        }
        let Some((size, note)) = self.waiting.pop_front() else { return Ok(()) };
        let says = self.keys.iter().find_map(|key| Checkpoint::parse_and_verify(&note, key).ok());
        let root = merkle::root(size, &|level, index| edge.get(&(level, index)).copied()).ok();
        match says {
            Some(says) if says.size == size && Some(says.root) == root => checked.signed_states += 1,
            Some(_) => checked.fault(format!(
                "the log of {size} leaves is another than the one that the force signed: something before leaf {size} was changed"
            )),
            None => checked.fault(format!("the signed state of {size} leaves was not signed by this force")),
        }
        Ok(())
    }
}

fn checkpoint_key(keys: &ForceKeys) -> Option<VerifyKey> {
    let statement: ForceKeysStatement = serde_json::from_str(&keys.statement).ok()?;
    let bytes: [u8; 32] = hex::decode(statement.checkpoint_key).ok()?.try_into().ok()?;
    VerifyKey::from_bytes(&bytes).ok()
}
