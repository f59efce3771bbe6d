//! Records whose content was destroyed: that each stood where it is said to have stood, and under which act it went.

use std::collections::BTreeSet;

use super::Found;
use super::facts::{Facts, found};
use super::records::Standing;
use super::signed::count;
use crate::format::{CustodyEntry, DestroyedFile};
use crate::layout;

/// Destroyed records that are told one by one.
const TOLD_MAX: usize = 10;

/// Each destroyed record is a link of its chain and a leaf of the log, and the act named is the one that destroyed it.
pub(super) fn destroyed(facts: &mut Facts<'_>) -> Found {
    let standing = Standing::of(facts)?;
    let custody = found(&facts.custody, "custody")?;
    let mut gone = BTreeSet::new();
    let mut told = String::new();
    for path in facts.under(layout::DESTROYED) {
        let file: DestroyedFile = facts.json(path)?;
        if path != layout::destroyed(&file.record) {
            return Err(format!("{path} is about another record than it is named after.").into());
        }
        if standing.records.contains_key(&file.record) {
            return Err(format!("{path} is about a record that is whole in the bundle.").into());
        }
        standing.check(path, file.record, (file.device, file.epoch, file.seq))?;
        let by = file.act.map(|act| custody.iter().find(|entry| entry.id == act));
        if by.is_some_and(|entry| !entry.is_some_and(|entry| destroys(entry, &file))) {
            return Err(format!("{path} names an act in custody/ that did not destroy this record.").into());
        }
        gone.insert(file.record);
        if gone.len() <= TOLD_MAX {
            told.push_str(&in_words(&file));
        }
    }
    let says = match gone.len() {
        0 => "No record shown here was destroyed.".to_owned(),
        number => {
            format!(
                "{} destroyed; each is a signed link of its chain and in the force's log.{told}",
                count(number, "record was", "records were")
            )
        }
    };
    facts.destroyed = Some(gone);
    Ok(says)
}

/// Whether the act names this record, or its whole case, and the certificate.
fn destroys(entry: &CustodyEntry, file: &DestroyedFile) -> bool {
    let names = |word: &str| entry.objects.split(' ').any(|object| object == word);
    let named = match entry.act.as_str() {
        "record-destroy" => names(&file.record.to_string()),
        "case-destroy" => entry.case.is_some_and(|case| names(&case.to_string())),
        _ => false,
    };
    named && file.certificate.is_none_or(|certificate| names(&certificate.to_string()))
}

fn in_words(file: &DestroyedFile) -> String {
    let mut text = format!(" Number {} of device {}", file.seq, file.device);
    if let Some(at) = file.destroyed_at {
        text.push_str(&format!(", on {at}"));
    }
    if let Some(certificate) = file.certificate {
        text.push_str(&format!(", certificate {certificate}"));
    }
    match file.why.as_deref() {
        Some(why) => text.push_str(&format!(": {}", why.trim_end_matches('.'))),
        None => text.push_str(": no reason is on record"),
    }
    text.push('.');
    text
}
