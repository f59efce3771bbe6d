//! Records: signed by their devices, and none missing between them.

use std::collections::{BTreeMap, BTreeSet};

use proviso_ledger::{ChainLink, Envelope, Header};
use proviso_model::ids::DeviceId;
use proviso_model::{Digest, Policy};

use super::facts::{Facts, Signed, found};
use super::signed::count;
use super::threads::over_threads;
use super::{Found, Trouble};
use crate::format::{ChainFile, LeafWord, Manifest};
use crate::layout;

/// Each record is signed by its device, whole, and made under a policy that is here.
pub(super) fn signatures(facts: &mut Facts<'_>) -> Found {
    let devices = found(&facts.devices, "devices")?;
    let policies = found(&facts.policies, "policies")?;
    let manifest = found(&facts.manifest, "manifest")?;
    let paths: Vec<&str> = facts.under(layout::RECORDS).collect();
    let records = over_threads(&paths, |path| {
        let envelope = Envelope::decode(&facts.file(path)?).map_err(|error| format!("{path}: {error}."))?;
        let header = &envelope.header;
        if *path != layout::record(header) {
            return Err(format!("{path} holds the record that belongs at {}.", layout::record(header)).into());
        }
        let key = devices.get(&DeviceId::from_bytes(header.device));
        let key = key.ok_or_else(|| format!("{path} is of a device that is not in the bundle."))?;
        envelope.check(key).map_err(|error| format!("{path}: {error}."))?;
        made_under(path, header, manifest, policies)?;
        Ok((Digest(envelope.record_hash()), (envelope.header, envelope.signature)))
    })?;
    let records: BTreeMap<Digest, Signed> = records.into_iter().collect();
    if records.is_empty() && facts.under(layout::DESTROYED).next().is_none() {
        return Err("There is no record in the bundle.".into());
    }
    let says =
        format!("{}, unchanged since their devices sealed them.", count(records.len(), "record", "records"));
    facts.records = Some(records);
    Ok(says)
}

/// What is looked at to find where a record stands that is told of and not shown.
pub(super) struct Standing<'f> {
    manifest: &'f Manifest,
    policies: &'f BTreeMap<Digest, Policy>,
    /// Those that are whole in the bundle.
    pub records: &'f BTreeMap<Digest, Signed>,
    links: &'f BTreeMap<Digest, Header>,
    proven: &'f BTreeSet<(LeafWord, Digest)>,
}

impl<'f> Standing<'f> {
    /// From the checks before, in their order.
    pub(super) fn of(facts: &'f Facts<'_>) -> Result<Self, Trouble> {
        Ok(Self {
            manifest: found(&facts.manifest, "manifest")?,
            policies: found(&facts.policies, "policies")?,
            records: found(&facts.records, "records")?,
            links: found(&facts.links, "chain")?,
            proven: found(&facts.proven, "inclusion")?,
        })
    }

    /// That a record is a link of its chain at the place that is given, made under a policy of the bundle, and in the force's log.
    pub(super) fn check(
        &self,
        path: &str,
        record: Digest,
        (device, epoch, seq): (DeviceId, u32, u64),
    ) -> Result<(), Trouble> {
        let header = self.links.get(&record);
        let header = header.ok_or_else(|| format!("{path} is about a record in no chain."))?;
        if (*device.as_bytes(), epoch, seq) != (header.device, header.epoch, header.seq) {
            return Err(format!("{path} gives another place in the chain than the record's.").into());
        }
        made_under(path, header, self.manifest, self.policies)?;
        if !self.proven.contains(&(LeafWord::Record, record)) {
            return Err(format!("{path}: nothing proves that the record is in the force's log.").into());
        }
        Ok(())
    }
}

/// Whether a record was made by the device of another one, after it.
pub(super) fn follows(record: &Header, before: &Header) -> bool {
    record.device == before.device && (record.epoch, record.seq) > (before.epoch, before.seq)
}

/// The record is the force's, and was made under a policy for its own device and case.
fn made_under(
    path: &str,
    header: &Header,
    manifest: &Manifest,
    policies: &BTreeMap<Digest, Policy>,
) -> Result<(), Trouble> {
    if header.force != *manifest.force.as_bytes() {
        return Err(format!("{path} is of another force.").into());
    }
    let policy = policies.get(&Digest(header.policy_hash));
    let policy =
        policy.ok_or_else(|| format!("{path} was made under a policy that is not in the bundle."))?;
    if *policy.device.as_bytes() != header.device || *policy.case_key.id.as_bytes() != header.case_key_id {
        return Err(format!("{path} names a policy that was made for another device or case key.").into());
    }
    Ok(())
}

/// Between the first and the last record of a device nothing is missing.
pub(super) fn chain(facts: &mut Facts<'_>) -> Found {
    let devices = found(&facts.devices, "devices")?;
    let records = found(&facts.records, "records")?;
    let mut linked = BTreeMap::new();
    for path in facts.under(layout::CHAINS) {
        let chain: ChainFile = facts.json(path)?;
        let headers = over_threads(&chain.links, |link| {
            let (header, signature) = decode(path, &link.header, &link.signature)?;
            let device = DeviceId::from_bytes(header.device);
            let key = devices.get(&device).filter(|_| path == layout::chain(&device, header.epoch));
            let key = key.ok_or_else(|| format!("{path} holds a record of another device or epoch."))?;
            let hash = Digest(header.record_hash());
            // Of a record that is here, this same signature has been checked.
            if records.get(&hash).is_none_or(|(_, checked)| *checked != signature) {
                let signed = header.check(key, &signature);
                signed.map_err(|error| format!("{path}, record {}: {error}.", header.seq))?;
            }
            Ok((hash, header))
        })?;
        let mut next: Option<ChainLink> = None;
        for (hash, header) in headers {
            let mut at = next.unwrap_or_else(|| start(&header));
            at.follow(&header).map_err(|error| format!("{path}: {error}."))?;
            next = Some(at);
            linked.insert(hash, header);
        }
    }
    if let Some(loose) = records.keys().find(|hash| !linked.contains_key(*hash)) {
        return Err(format!("Record {loose} is in no chain.").into());
    }
    let says = format!(
        "{} in unbroken order; none is missing between them.",
        count(linked.len(), "record", "records")
    );
    facts.links = Some(linked);
    Ok(says)
}

fn decode(path: &str, header: &str, signature: &str) -> Result<(Header, [u8; 64]), Trouble> {
    let bytes = hex::decode(header).map_err(|_| format!("{path} holds a header that is not hexadecimal."))?;
    let header = Header::decode(&bytes).map_err(|error| format!("{path}: {error}."))?;
    let mut bytes = [0; 64];
    hex::decode_to_slice(signature, &mut bytes)
        .map_err(|_| format!("{path} holds a signature cut short."))?;
    Ok((header, bytes))
}

/// A stretch begins anywhere; only the first record of an epoch must name the epoch's start.
fn start(header: &Header) -> ChainLink {
    let first = ChainLink::first(header.force, header.device, header.epoch);
    if header.seq == 0 {
        first
    } else {
        ChainLink { next_seq: header.seq, previous: header.previous, ..first }
    }
}
