//! The gap ledger: reckoned anew from the records in the bundle, it comes out the same.

use std::collections::BTreeSet;

use proviso_engine::coverage::Claim;
use proviso_model::ids::DeviceId;

use super::exhibits::Exhibits;
use super::facts::{Facts, found};
use super::signed::count;
use super::{Found, Trouble};
use crate::format::{CoverageFile, CustodyEntry, EnteredAct};
use crate::layout;

/// Every ledger is what its device's records come to, and what officers entered is in the log.
pub(super) fn coverage(facts: &mut Facts<'_>) -> Found {
    let devices = found(&facts.devices, "devices")?;
    let exhibits = found(&facts.exhibits, "exhibits")?;
    let custody = found(&facts.custody, "custody")?;
    let mut said = Vec::new();
    let mut without: BTreeSet<&DeviceId> = devices.keys().collect();
    for path in facts.under(layout::COVERAGE) {
        let file: CoverageFile = facts.json(path)?;
        let (asked, device) = (file.asked(), file.device);
        if path != layout::coverage(&device) || !without.remove(&device) {
            return Err(format!("{path} is about another device than it is named after.").into());
        }
        if !asked.is_in_order() {
            return Err(format!("{path}: what was asked is not whole minutes in order.").into());
        }
        for act in &asked.acts {
            if !custody.iter().any(|entry| enters(entry, act, &device)) {
                return Err(format!("{path} names an act in custody/ that did not enter this.").into());
            }
        }
        let claims = claims(exhibits, &device)?;
        let again = asked.reckoned(&claims);
        if again != file {
            let place = again.entries.iter().zip(&file.entries).find(|(ours, theirs)| ours != theirs);
            let from = place.map_or_else(String::new, |(ours, _)| format!(", first at {}", ours.from));
            return Err(format!("{path} is not what the records in the bundle come to{from}.").into());
        }
        let minutes = file.minutes;
        said.push(format!(
            "Device {device}: {} under the order, {} watched, {} in gaps, the same when reckoned anew from {}.",
            count(to_usize(minutes.under_the_order), "minute", "minutes"),
            minutes.watched,
            minutes.in_gaps,
            count(claims.len(), "record", "records"),
        ));
    }
    if said.is_empty() {
        return Err(Trouble::Undecided(
            "No gap ledger is shown: the times, the gaps or the watched time of the records were left out, or the program \
             that wrote the bundle made none."
                .to_owned(),
        ));
    }
    if !without.is_empty() {
        said.push(format!("Of {} nothing is shown.", count(without.len(), "device", "devices")));
    }
    Ok(said.join(" "))
}

fn claims(exhibits: &Exhibits, device: &DeviceId) -> Result<Vec<Claim>, Trouble> {
    let own = exhibits.values().filter(|exhibit| exhibit.device == *device);
    own.map(|exhibit| exhibit.claim.clone().map_err(Trouble::Fails)).collect()
}

/// Whether the act entered this about the device, or corrected it so: it names both, and from when until when.
fn enters(entry: &CustodyEntry, act: &EnteredAct, device: &DeviceId) -> bool {
    let names = |word: &str| entry.objects.split(' ').any(|object| object == word);
    entry.id == act.act
        && matches!(entry.act.as_str(), "device-act" | "device-act-change")
        && names(&device.to_string())
        && names(act.kind.as_str())
        && names(&act.from.to_string())
        && names(&act.until.map_or_else(|| "lasts".to_owned(), |until| until.to_string()))
}

fn to_usize(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}
