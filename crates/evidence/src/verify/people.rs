//! What people did: the custody log and the decisions, tied to the force's log.

use proviso_model::Digest;

use super::facts::{Facts, found};
use super::signed::count;
use super::{Found, Trouble};
use crate::format::{CustodyEntry, CustodyLog, DecisionFile, LeafWord, audit_completed_hash, audit_hash};
use crate::layout;

/// Every entry has the hash that it claims, in order, and every completed one is in the log.
pub(super) fn custody(facts: &mut Facts<'_>) -> Found {
    let manifest = found(&facts.manifest, "manifest")?;
    let proven = found(&facts.proven, "inclusion")?;
    let log: CustodyLog = facts.json(layout::CUSTODY)?;
    let mut before: Option<&CustodyEntry> = None;
    let mut open = 0;
    for entry in &log.entries {
        let wrong = |what: &str| Trouble::from(format!("Custody entry {}: {what}.", entry.seq));
        if audit_hash(entry) != Some(entry.hash) {
            return Err(wrong("its words are not those that were logged"));
        }
        if entry.case.is_some_and(|case| case != manifest.case) {
            return Err(wrong("it is of another case"));
        }
        if let Some(before) = before {
            let next = before.seq.checked_add(1) == Some(entry.seq);
            if entry.seq <= before.seq || (next && entry.previous != before.hash) {
                return Err(wrong("it does not follow the entry before it"));
            }
        }
        match &entry.completed {
            None => open += 1,
            Some(end) if audit_completed_hash(&entry.hash, &end.outcome, end.at) != end.hash => {
                return Err(wrong("its ending is not the one that was logged"));
            }
            Some(end) if !proven.contains(&(LeafWord::Audit, end.hash)) => {
                return Err(wrong("nothing proves that it is in the force's log"));
            }
            Some(_) => {}
        }
        before = Some(entry);
    }
    let acts = count(log.entries.len(), "act", "acts");
    facts.custody = Some(log.entries);
    Ok(match open {
        0 => format!("{acts} by people and programs, each in the log."),
        open => format!("{acts} by people and programs; {open} had not ended when this bundle was made."),
    })
}

/// Every decision has the hash that it claims and is in the log.
pub(super) fn decisions(facts: &mut Facts<'_>) -> Found {
    let manifest = found(&facts.manifest, "manifest")?;
    let proven = found(&facts.proven, "inclusion")?;
    let records = found(&facts.records, "records")?;
    let destroyed = found(&facts.destroyed, "destroyed")?;
    let is_here = |record: &Digest| records.contains_key(record) || destroyed.contains(record);
    let mut seen = 0;
    for path in facts.under(layout::DECISIONS) {
        let decision: DecisionFile = facts.json(path)?;
        if path != layout::decision(&decision.id) || decision.case != manifest.case {
            return Err(format!("{path} is another decision or of another case.").into());
        }
        if decision.computed_hash() != Some(decision.hash) {
            return Err(format!("{path} was changed after it was logged.").into());
        }
        if !proven.contains(&(LeafWord::Decision, decision.hash)) {
            return Err(format!("{path}: nothing proves that it is in the force's log.").into());
        }
        if let Some(record) = decision.records.iter().find(|record| !is_here(record)) {
            return Err(format!("{path} is about record {record}, which is not in the bundle.").into());
        }
        seen += 1;
    }
    Ok(format!("{} as logged.", count(seen, "decision", "decisions")))
}
