//! Writes a bundle from plain values.

mod input;

use std::collections::{BTreeMap, BTreeSet};

use proviso_engine::coverage::Claim;
use proviso_ledger::hash::{policy_hash, sha256};
use proviso_ledger::{Envelope, Header, Malformed, SignKey};
use proviso_model::Digest;
use proviso_model::ids::DeviceId;
use serde::Serialize;

pub use input::{BundleInput, BundleRecord, Exhibit};

use crate::container::{ContainerError, Files, pack};
use crate::format::{
    BUNDLE_FORMAT, ChainFile, ConsistencyFile, CustodyLog, DeviceStatement, FileEntry, LinkJson, Manifest,
    OpenedFields, ProofFile, Told, claim, manifest_signed,
};
use crate::parts::LEFT_OUT;
use crate::readme::Counts;
use crate::{Part, base64_text, layout, readme};

/// A bundle that cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A record's bytes are no envelope.
    #[error("a record cannot go into the bundle: {0}")]
    Record(#[from] Malformed),
    /// An exhibit's fields are another record's.
    #[error("the exhibit's fields are not those of record {0}")]
    Exhibit(Digest),
    /// What a record says of time cannot be read.
    #[error("record {0} cannot go into the gap ledger: {1}")]
    Time(Digest, String),
    /// A value that cannot be written as JSON, or a device statement that is none.
    #[error("a part of the bundle cannot be written: {0}")]
    Json(#[from] serde_json::Error),
    /// The zip cannot be written.
    #[error(transparent)]
    Container(#[from] ContainerError),
}

/// Writes the bundle. `checkpoint_key` signs the manifest. The same input gives the same bytes.
///
/// # Errors
/// [`WriteError`] when the input contradicts itself or is above a limit.
pub fn write(input: &BundleInput, checkpoint_key: &SignKey) -> Result<Vec<u8>, WriteError> {
    let mut files = Files::new();
    put_json(&mut files, layout::ROOT, &input.trust)?;
    put_json(&mut files, layout::FORCE_KEYS, &input.keys)?;
    for signed in &input.policies {
        let hash = Digest(policy_hash(signed.policy.as_bytes()));
        files.insert(layout::policy(&hash), signed.policy.clone().into_bytes());
        files.insert(layout::policy_signature(&hash), format!("{}\n", signed.signature).into_bytes());
    }
    let mut statements: Vec<DeviceStatement> = Vec::new();
    for device in &input.devices {
        let statement: DeviceStatement = serde_json::from_str(&device.statement)?;
        put_json(&mut files, &layout::device(&statement.device), device)?;
        statements.push(statement);
    }
    put_records(&mut files, input)?;
    for destroyed in &input.destroyed {
        put_json(&mut files, &layout::destroyed(&destroyed.record), destroyed)?;
    }
    for withheld in &input.withheld {
        put_json(&mut files, &layout::withheld(&withheld.record), withheld)?;
    }
    for lists in &input.lists {
        put_json(&mut files, &layout::lists(&lists.record), lists)?;
    }
    put_coverage(&mut files, input)?;
    for decision in &input.decisions {
        put_json(&mut files, &layout::decision(&decision.id), decision)?;
    }
    put_json(&mut files, layout::CUSTODY, &CustodyLog { entries: input.custody.clone() })?;
    files.insert(layout::CHECKPOINT.to_owned(), input.checkpoint.clone().into_bytes());
    put_json(&mut files, layout::INCLUSION, &ProofFile { leaves: input.proofs.clone() })?;
    put_json(&mut files, layout::CONSISTENCY, &ConsistencyFile { earlier: input.earlier.clone() })?;
    put_manifest(&mut files, input, &statements, checkpoint_key)?;
    Ok(pack(&files)?)
}

/// Headers and signatures by sequence number.
type Chain = BTreeMap<u64, (Header, [u8; 64])>;

fn put_json<T: Serialize>(files: &mut Files, path: &str, value: &T) -> Result<(), WriteError> {
    let mut bytes = serde_json::to_vec_pretty(value)?;
    bytes.push(b'\n');
    files.insert(path.to_owned(), bytes);
    Ok(())
}

/// Records, what is opened of them, and the headers that link them.
fn put_records(files: &mut Files, input: &BundleInput) -> Result<(), WriteError> {
    let mut links: BTreeMap<(DeviceId, u32), Chain> = BTreeMap::new();
    let mut link = |header: Header, signature: [u8; 64]| {
        let chain = links.entry((DeviceId::from_bytes(header.device), header.epoch)).or_default();
        chain.insert(header.seq, (header, signature));
    };
    for (header, signature) in &input.links {
        link(*header, *signature);
    }
    for record in &input.records {
        let envelope = Envelope::decode(&record.envelope)?;
        link(envelope.header, envelope.signature);
        files.insert(layout::record(&envelope.header), record.envelope.clone());
        if let Some(exhibit) = &record.exhibit {
            put_exhibit(files, &envelope, exhibit)?;
        }
    }
    for ((device, epoch), chain) in links {
        let links = chain.into_values().map(|(header, signature)| LinkJson {
            header: hex::encode(header.encode()),
            signature: hex::encode(signature),
        });
        put_json(files, &layout::chain(&device, epoch), &ChainFile { links: links.collect() })?;
    }
    Ok(())
}

fn put_exhibit(files: &mut Files, envelope: &Envelope, exhibit: &Exhibit) -> Result<(), WriteError> {
    let record = Digest(envelope.record_hash());
    if exhibit.fields.root() != envelope.header.field_root {
        return Err(WriteError::Exhibit(record));
    }
    let [captured, generated] = [false, true].map(|generated| {
        exhibit.fields.open(|name| layout::is_generated(name) == generated && !exhibit.closed.contains(name))
    });
    // A record of which nothing is open is shown too: that it has so many fields, all closed.
    if !captured.opened.is_empty() || generated.opened.is_empty() {
        put_json(files, &layout::opened(layout::CAPTURED, &record), &OpenedFields::new(record, &captured))?;
    }
    if !generated.opened.is_empty() {
        put_json(files, &layout::opened(layout::GENERATED, &record), &OpenedFields::new(record, &generated))?;
    }
    Ok(())
}

/// The gap ledgers, from what is shown of the records: whoever reads the bundle comes to the same.
fn put_coverage(files: &mut Files, input: &BundleInput) -> Result<(), WriteError> {
    let mut claims: BTreeMap<DeviceId, Vec<Claim>> = BTreeMap::new();
    for record in &input.records {
        let Some(exhibit) = &record.exhibit else { continue };
        let header = Envelope::decode(&record.envelope)?.header;
        let claim = claim((header.epoch, header.seq), exhibit.open_fields());
        let claim = claim.map_err(|why| WriteError::Time(Digest(header.record_hash()), why))?;
        claims.entry(DeviceId::from_bytes(header.device)).or_default().push(claim);
    }
    for asked in &input.coverage {
        let ledger = asked.reckoned(claims.get(&asked.device).map_or(&[], Vec::as_slice));
        put_json(files, &layout::coverage(&asked.device), &ledger)?;
    }
    Ok(())
}

/// The parts of which something was left out, in words.
fn left_out(input: &BundleInput, statements: &[DeviceStatement]) -> Vec<String> {
    let exhibits = input.records.iter().filter_map(|record| record.exhibit.as_ref());
    let fields = exhibits.flat_map(Exhibit::closed_names).map(Part::of_field);
    let reasons = input.decisions.iter().map(|decision| (Part::Reasons, &decision.reason));
    let texts = statements
        .iter()
        .flat_map(|device| [(Part::Account, &device.account), (Part::Device, &device.system)])
        .chain(reasons);
    let texts = texts.filter(|(_, text)| *text == LEFT_OUT).map(|(part, _)| part);
    let parts: BTreeSet<Part> = fields.chain(texts).collect();
    parts.into_iter().map(|part| part.in_words().to_owned()).collect()
}

fn counts(input: &BundleInput) -> Counts {
    let exhibits = || input.records.iter().filter_map(|record| record.exhibit.as_ref());
    Counts {
        records: input.records.len(),
        destroyed: input.destroyed.len(),
        withheld: input.withheld.len(),
        exhibits: exhibits().count(),
        fields: exhibits().map(|exhibit| exhibit.fields.len()).sum(),
        closed: exhibits().map(|exhibit| exhibit.closed_names().count()).sum(),
    }
}

/// What the proofs about look-ups show, in sentences.
fn told_of_lists(input: &BundleInput) -> Result<Vec<String>, serde_json::Error> {
    let mut told = Told::default();
    for entry in input.lists.iter().flat_map(|file| &file.entries) {
        match &entry.proof {
            Some(proof) => told.proven(&serde_json::from_str(&proof.statement)?),
            None => told.without(entry.no_proof.as_deref().unwrap_or_default(), 1),
        }
    }
    Ok(told.sentences())
}

fn put_manifest(
    files: &mut Files,
    input: &BundleInput,
    statements: &[DeviceStatement],
    key: &SignKey,
) -> Result<(), WriteError> {
    let mut manifest = Manifest {
        format: BUNDLE_FORMAT,
        bundle: input.bundle,
        force: input.trust.force,
        force_name: input.trust.force_name.clone(),
        case: input.case,
        case_reference: input.case_reference.clone(),
        order_reference: input.order_reference.clone(),
        prepared_by: input.prepared_by.clone(),
        created_at: input.created_at,
        program: concat!("proviso-evidence ", env!("CARGO_PKG_VERSION")).to_owned(),
        cannot_be_repeated: input.cannot_be_repeated.clone(),
        left_out: left_out(input, statements),
        files: Vec::new(),
    };
    let readme = readme::text(&manifest, &counts(input), &told_of_lists(input)?);
    files.insert(layout::README.to_owned(), readme.into_bytes());
    let entries = files.iter().map(|(path, bytes)| FileEntry {
        path: path.clone(),
        bytes: bytes.len() as u64,
        sha256: Digest(sha256(bytes)),
    });
    manifest.files = entries.collect();
    put_json(files, layout::MANIFEST, &manifest)?;
    let json = files.get(layout::MANIFEST).cloned().unwrap_or_default();
    let signature = base64_text(&key.sign(&manifest_signed(&json)));
    files.insert(layout::MANIFEST_SIGNATURE.to_owned(), format!("{signature}\n").into_bytes());
    Ok(())
}
