//! Records that may be privileged and are withheld: that each stands where it is said to stand, and by which act.

use super::Found;
use super::facts::{Facts, found};
use super::records::Standing;
use super::signed::count;
use crate::format::{CustodyEntry, WithheldFile, WithheldState};
use crate::layout;

/// Withheld records that are told one by one.
const TOLD_MAX: usize = 10;

/// Each withheld record is a link of its chain and a leaf of the log, and the act named decided on it.
pub(super) fn withheld(facts: &mut Facts<'_>) -> Found {
    let standing = Standing::of(facts)?;
    let custody = found(&facts.custody, "custody")?;
    let destroyed = found(&facts.destroyed, "destroyed")?;
    let (mut number, mut told) = (0, String::new());
    for path in facts.under(layout::WITHHELD) {
        let file: WithheldFile = facts.json(path)?;
        if path != layout::withheld(&file.record) {
            return Err(format!("{path} is about another record than it is named after.").into());
        }
        if standing.records.contains_key(&file.record) || destroyed.contains(&file.record) {
            return Err(format!("{path} is about a record that is whole in the bundle, or destroyed.").into());
        }
        standing.check(path, file.record, (file.device, file.epoch, file.seq))?;
        if (file.state == WithheldState::Held) != file.act.is_none() {
            return Err(format!("{path}: what was decided has an act, and what waits has none.").into());
        }
        let by = file.act.map(|act| custody.iter().find(|entry| entry.id == act));
        if by.is_some_and(|entry| !entry.is_some_and(|entry| decides(entry, &file))) {
            return Err(format!("{path} names an act in custody/ that did not decide on this record.").into());
        }
        number += 1;
        if number <= TOLD_MAX {
            told.push_str(&format!(
                " Number {} of device {}: {}.",
                file.seq,
                file.device,
                file.state.in_words()
            ));
        }
    }
    Ok(match number {
        0 => "No record is withheld as privileged.".to_owned(),
        _ => format!(
            "{} withheld; each is a signed link of its chain and in the force's log. What it holds is not shown.{told}",
            count(
                number,
                "record that may be privileged, or is, is",
                "records that may be privileged, or are, are"
            )
        ),
    })
}

/// Whether the act names this record and what was decided.
fn decides(entry: &CustodyEntry, file: &WithheldFile) -> bool {
    let names = |word: &str| entry.objects.split(' ').any(|object| object == word);
    entry.act == "privilege-decide" && names(&file.record.to_string()) && names(file.state.as_str())
}
