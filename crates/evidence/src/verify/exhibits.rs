//! What is shown of records: that it is what the device committed to, that opinions are not among the facts, and, while
//! a record is at hand, whether its findings come out the same again.

use std::collections::BTreeMap;

use proviso_engine::coverage::Claim;
use proviso_ledger::{Header, OpenedField};
use proviso_model::Digest;
use proviso_model::ids::DeviceId;

use super::facts::{Facts, Signed, found, parse};
use super::records::follows;
use super::replay::{Engines, Replayed};
use super::signed::count;
use super::threads::over_threads;
use super::{Found, Trouble};
use crate::format::{LookedUp, OpenedFields, claim};
use crate::layout;
use crate::parts::PICTURE_CONTENT;

/// What is shown, record by record; the fields themselves are not kept.
pub(super) type Exhibits = BTreeMap<Digest, Exhibit>;

/// What is shown of one record.
pub(super) struct Exhibit {
    /// How many fields the record has.
    fields: usize,
    /// How many of them are shown.
    open: usize,
    /// What became of its findings, or why they cannot be right.
    pub replayed: Result<Replayed, String>,
    /// The policy that it was made under.
    pub policy: Digest,
    /// The look-ups of its picture that are shown, or why they cannot be read.
    pub looked_up: Result<Option<LookedUp>, String>,
    /// Its device.
    pub device: DeviceId,
    /// What it says of time, or why that cannot be read.
    pub claim: Result<Claim, String>,
}

/// The fields that are shown of a record, captured and generated together.
pub(super) struct OpenRecord {
    pub record: Digest,
    pub header: Header,
    /// How many fields the record has.
    pub fields: usize,
    pub opened: Vec<OpenedField>,
}

/// What is shown is what the device committed to, and opinions are not among the facts.
pub(super) fn exhibits(facts: &mut Facts<'_>) -> Found {
    let manifest = found(&facts.manifest, "manifest")?;
    let policies = found(&facts.policies, "policies")?;
    let records = found(&facts.records, "records")?;
    let links = found(&facts.links, "chain")?;
    let mut paths: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for folder in [layout::CAPTURED, layout::GENERATED] {
        for path in facts.under(folder) {
            paths.entry(path.strip_prefix(folder).unwrap_or(path)).or_default().push((folder, path));
        }
    }
    let engines = Engines::new(policies);
    let paths: Vec<_> = paths.into_values().collect();
    let shown = over_threads(&paths, |paths| {
        let exhibit = open(facts, records, paths)?;
        context_of(&exhibit, links)?;
        let replayed = engines.replay(&exhibit);
        let fields = exhibit.opened.iter().map(|field| (field.name.as_str(), field.value.as_str()));
        let claim = claim((exhibit.header.epoch, exhibit.header.seq), fields.clone())
            .map_err(|error| format!("What record {} says of time: {error}.", exhibit.record));
        let device = DeviceId::from_bytes(exhibit.header.device);
        let looked_up = LookedUp::from_fields(fields)
            .map_err(|error| format!("The look-ups of record {} cannot be read: {error}.", exhibit.record));
        let (fields, open, policy) =
            (exhibit.fields, exhibit.opened.len(), Digest(exhibit.header.policy_hash));
        Ok((exhibit.record, Exhibit { fields, open, replayed, policy, looked_up, device, claim }))
    })?;
    let exhibits: Exhibits = shown.into_iter().collect();
    let fields: usize = exhibits.values().map(|exhibit| exhibit.fields).sum();
    let open: usize = exhibits.values().map(|exhibit| exhibit.open).sum();
    let mut says = format!(
        "{} shown as the device sealed them; closed: {} of {}.",
        count(exhibits.len(), "record", "records"),
        fields.saturating_sub(open),
        count(fields, "field", "fields")
    );
    if !manifest.left_out.is_empty() {
        let left_out = manifest.left_out.join("; ");
        says.push_str(&format!(" Left out, wholly or in part, as the force says: {left_out}."));
    }
    facts.exhibits = Some(exhibits);
    Ok(says)
}

/// A picture of a window names the record of a finding that its device made before it.
fn context_of(exhibit: &OpenRecord, links: &BTreeMap<Digest, Header>) -> Result<(), Trouble> {
    let value = |name: &str| exhibit.opened.iter().find(|field| field.name == name).map(|field| &field.value);
    let is_context = value("body.kind").is_some_and(|kind| kind == "\"context-picture\"");
    let Some(finding) = value("body.captured.finding").filter(|_| is_context) else { return Ok(()) };
    let finding: Option<Digest> = serde_json::from_str(finding).ok();
    let before = finding.and_then(|finding| links.get(&finding));
    if before.is_some_and(|before| follows(&exhibit.header, before)) {
        return Ok(());
    }
    let record = exhibit.record;
    Err(format!("Record {record} is a picture of a window and names no record of its device before it.")
        .into())
}

/// Reads and checks the files about one record: one among the facts, one among the opinions, or both.
fn open(
    facts: &Facts<'_>,
    records: &BTreeMap<Digest, Signed>,
    paths: &[(&str, &str)],
) -> Result<OpenRecord, Trouble> {
    let mut exhibit: Option<OpenRecord> = None;
    for (folder, path) in paths {
        let file: OpenedFields = parse(path, &facts.file(path)?)?;
        if *path != layout::opened(folder, &file.record) {
            return Err(format!("{path} shows another record than it is named after.").into());
        }
        let record = records.get(&file.record);
        let (header, _) =
            record.ok_or_else(|| format!("{path} shows a record that is not in the bundle."))?;
        let opening = file.opening().ok_or_else(|| format!("{path} holds a salt that is not 16 bytes."))?;
        let root = opening.root().map_err(|error| format!("{path}: {error}."))?;
        if root != header.field_root {
            return Err(format!("{path} shows fields that are not those of its record.").into());
        }
        let generated = *folder == layout::GENERATED;
        let elsewhere = |field: &&OpenedField| layout::is_generated(&field.name) != generated;
        if let Some(field) = opening.opened.iter().find(elsewhere) {
            return Err(format!("{path}: the field {} belongs in the other folder.", field.name).into());
        }
        if opening.opened.iter().any(|field| field.name == PICTURE_CONTENT) {
            return Err(format!("{path} opens the bytes of a picture, which no bundle may.").into());
        }
        let (record, fields) = (file.record, opening.commitments.len());
        let whole = exhibit.get_or_insert(OpenRecord { record, header: *header, fields, opened: Vec::new() });
        whole.opened.extend(opening.opened);
    }
    exhibit.ok_or_else(|| "There is nothing to show.".into())
}
