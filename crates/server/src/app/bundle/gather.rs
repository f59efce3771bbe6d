//! Gathers what a bundle is made of: records whole, what is opened of them, policies, devices, decisions, custody.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proviso_evidence::format::{
    Completed, CustodyEntry, DecisionFile, DeviceStatement, LeafWord, LookedUp, SignedDevice,
};
use proviso_evidence::parts::LEFT_OUT;
use proviso_evidence::{BundleInput, BundleRecord, Exhibit, Part, Shown};
use proviso_ledger::{Envelope, Header};
use proviso_model::Order;
use proviso_model::hash::Digest;
use proviso_model::ids::{AlertId, BundleId, CaseId, DeviceId};
use proviso_model::order::Person;
use proviso_model::policy::Policy;
use proviso_model::record::EnrolmentFacts;
use proviso_model::wire::SignedPolicy;
use proviso_store::{AlertFilter, AuditRow, DecisionRow, RecordRow};

use super::context::Contexts;
use super::listed::Listed;
use super::lists::{self, Looked};
use super::proofs::{self, Leaf};
use super::withheld::Withheld;
use super::{Asker, BundleError, coverage, destroyed};
use crate::app::AppContext;
use crate::app::device::policy;
use crate::app::late::KIND_QUARANTINED;
use crate::app::officer::sealed::DecisionWords;
use crate::app::privilege::KIND_PRIVILEGE;
use crate::keys::CaseKeys;
use crate::keys::case::Purpose;

/// Findings of one alert that a bundle takes, and alerts of one case.
pub(super) const ROWS_MAX: u32 = 100_000;
/// Audit entries read at a time.
const ENTRIES: u32 = 1_000;

/// What is asked for.
pub(super) struct Asked<'a> {
    pub bundle: BundleId,
    pub case: CaseId,
    pub alert: Option<AlertId>,
    pub shown: &'a Shown,
}

pub(super) async fn input(
    ctx: &AppContext,
    asker: &Asker,
    asked: &Asked<'_>,
) -> Result<BundleInput, BundleError> {
    let &Asked { bundle, case, alert, shown } = asked;
    let keys = ctx.case_keys(case)?;
    let by_alert = records_by_alert(ctx, case, alert).await?;
    let mut records = records(ctx, case, alert.map(|_| &by_alert)).await?;
    let coverage = coverage::of_bundle(ctx, &keys, asked, &mut records).await?;
    let mut withheld = Withheld::of_case(ctx, case).await?;
    withheld.keep_from(&mut records);
    Contexts::of_case(ctx, case).await?.follow(ctx, &mut records).await?;
    if alert.is_some() {
        withheld.of_alert(&by_alert, &links(ctx, &records, &Withheld::default()).await?);
    }
    let first = records.first().ok_or(BundleError::Nothing(
        "there is no record to put into a bundle yet, or all that there is may be privileged",
    ))?;
    let order_reference = order_reference(ctx, &keys, first).await?;
    let links = links(ctx, &records, &withheld).await?;
    let policies = policies(ctx, case, records.iter().chain(&links)).await?;
    let devices = devices(ctx, records.iter().chain(withheld.records()), shown).await?;
    let decided = decisions(ctx, &by_alert).await?;
    let audit = audit(ctx, case).await?;
    // After everything else was read, so that it covers all of it.
    let signed = ctx.store.checkpoint_add(ctx.now()).await?;
    let checkpoint = signed.ok_or(BundleError::Nothing("the log is empty"))?;
    ctx.store.checkpoint_given_add(checkpoint.size, ctx.now()).await?;
    let destroyed = destroyed::files(records.iter().chain(&links), &audit);
    let gone: BTreeSet<Digest> = destroyed.iter().map(|file| file.record).collect();
    let is_told = |link: &&RecordRow| gone.contains(&Digest(link.hash)) || withheld.has(&link.hash);
    let proven = records.iter().chain(links.iter().filter(is_told));
    let leaves = leaves(proven, &decided, &audit);
    let (mut listed, mut looked) = (Listed::default(), Vec::new());
    let exhibits = records
        .iter()
        .filter_map(|record| exhibit(&keys, record, shown, (&mut listed, &mut looked)).transpose())
        .collect::<Result<_, _>>()?;
    let lists = lists::files(ctx, looked, &policies).await?;
    let person: Person = ctx.unseal_json(case, Purpose::Case, &case_row(ctx, case).await?)?;
    Ok(BundleInput {
        bundle,
        created_at: ctx.now(),
        prepared_by: asker.name.clone(),
        case,
        case_reference: person.reference.unwrap_or_else(|| case.to_string()),
        order_reference,
        trust: ctx.keys.trust.clone(),
        keys: ctx.keys.statement.clone(),
        policies,
        devices,
        destroyed,
        withheld: withheld.files(&audit, shown),
        links: records.iter().chain(&links).map(link).collect::<Result<_, _>>()?,
        decisions: decision_files(ctx, asked, &decided, &by_alert, &records).await?,
        custody: audit.iter().map(custody).collect(),
        proofs: proofs::of(ctx, &leaves, checkpoint.size).await?,
        earlier: proofs::earlier(ctx, checkpoint.size).await?,
        checkpoint: checkpoint.note,
        records: exhibits,
        cannot_be_repeated: listed.in_words(ctx, &lists).await?,
        lists,
        coverage,
    })
}

async fn case_row(ctx: &AppContext, case: CaseId) -> Result<Vec<u8>, BundleError> {
    let row = ctx.store.case_get(case).await?.ok_or(BundleError::Nothing("there is no such case"))?;
    Ok(row.sealed)
}

/// The records behind each alert.
async fn records_by_alert(
    ctx: &AppContext,
    case: CaseId,
    alert: Option<AlertId>,
) -> Result<BTreeMap<AlertId, BTreeSet<[u8; 32]>>, BundleError> {
    let alerts = match alert {
        Some(alert) => vec![alert],
        None => {
            let filter = AlertFilter { case: Some(case), limit: ROWS_MAX, ..AlertFilter::default() };
            ctx.store.alert_list(filter).await?.into_iter().map(|row| row.id).collect()
        }
    };
    let mut found = BTreeMap::new();
    for alert in alerts {
        let rows = ctx.store.alert_findings(alert, ROWS_MAX).await?;
        found.insert(alert, rows.into_iter().map(|(finding, _)| finding.record).collect());
    }
    Ok(found)
}

/// The records themselves, in log order: those behind the alert, or all of the case, destroyed ones too. What is held
/// unseen stays out, and what nobody has looked at yet: their headers are links of the chain all the same.
async fn records(
    ctx: &AppContext,
    case: CaseId,
    wanted: Option<&BTreeMap<AlertId, BTreeSet<[u8; 32]>>>,
) -> Result<Vec<RecordRow>, BundleError> {
    let Some(wanted) = wanted else {
        let all = ctx.store.record_by_case(case).await?;
        return Ok(all.into_iter().filter(may_be_shown).collect());
    };
    let mut found = Vec::new();
    for hash in wanted.values().flatten().collect::<BTreeSet<_>>() {
        found.extend(ctx.store.record_get(hash).await?.filter(may_be_shown));
    }
    found.sort_by_key(|record| record.leaf);
    Ok(found)
}

pub(super) fn may_be_shown(record: &RecordRow) -> bool {
    let is_seen =
        record.kind.as_deref().is_some_and(|kind| kind != KIND_QUARANTINED && kind != KIND_PRIVILEGE);
    is_seen || record.destroyed_at.is_some()
}

fn header(record: &RecordRow) -> Result<Header, BundleError> {
    Header::decode(&record.header).map_err(|error| BundleError::Broken(error.to_string()))
}

fn link(record: &RecordRow) -> Result<(Header, [u8; 64]), BundleError> {
    Ok((header(record)?, record.signature))
}

/// The records between the first and the last of each device and epoch, shown or withheld, that are not in the bundle themselves.
async fn links(
    ctx: &AppContext,
    records: &[RecordRow],
    withheld: &Withheld,
) -> Result<Vec<RecordRow>, BundleError> {
    let mut chains: BTreeMap<(DeviceId, u32), (u64, u64)> = BTreeMap::new();
    for record in records.iter().chain(withheld.records()) {
        let ends = chains.entry((record.device, record.epoch)).or_insert((record.seq, record.seq));
        *ends = (ends.0.min(record.seq), ends.1.max(record.seq));
    }
    let shown: BTreeSet<[u8; 32]> = records.iter().map(|record| record.hash).collect();
    let mut found = Vec::new();
    for ((device, epoch), (first, last)) in chains {
        let range = ctx.store.record_range(device, epoch, first, last).await?;
        found.extend(range.into_iter().filter(|record| !shown.contains(&record.hash)));
    }
    Ok(found)
}

async fn policies(
    ctx: &AppContext,
    case: CaseId,
    records: impl Iterator<Item = &RecordRow>,
) -> Result<Vec<SignedPolicy>, BundleError> {
    let hashes = records
        .map(|record| header(record).map(|header| Digest(header.policy_hash)))
        .collect::<Result<BTreeSet<_>, _>>()?;
    let mut found = Vec::new();
    for hash in hashes {
        let row = ctx.store.policy_get(&hash).await?;
        let row = row.ok_or_else(|| BundleError::Broken(format!("policy {hash} is not kept")))?;
        let signed = policy::signed(ctx, case, &row);
        found.push(signed.map_err(|refusal| BundleError::Broken(refusal.to_string()))?);
    }
    Ok(found)
}

/// The reference that the first record's policy names; the order as it is now may be another version.
async fn order_reference(
    ctx: &AppContext,
    keys: &CaseKeys,
    record: &RecordRow,
) -> Result<String, BundleError> {
    if let Some(row) = ctx.store.policy_get(&Digest(header(record)?.policy_hash)).await? {
        let text = keys.open(Purpose::Policy, &row.sealed)?;
        if let Ok(policy) = serde_json::from_slice::<Policy>(&text) {
            return Ok(policy.order_reference);
        }
    }
    let order: Order =
        policy::order(ctx, keys).await.map_err(|refusal| BundleError::Broken(refusal.to_string()))?;
    Ok(order.reference)
}

async fn devices(
    ctx: &AppContext,
    records: impl Iterator<Item = &RecordRow>,
    shown: &Shown,
) -> Result<Vec<SignedDevice>, BundleError> {
    let unless_left_out = |part, text| if shown.leaves_out(part) { LEFT_OUT.to_owned() } else { text };
    let mut found = Vec::new();
    for id in records.map(|record| record.device).collect::<BTreeSet<_>>() {
        let row = ctx.store.device_get(id).await?;
        let row = row.ok_or_else(|| BundleError::Broken(format!("device {id} is not kept")))?;
        let facts: EnrolmentFacts = ctx.unseal_json(row.case, Purpose::Device, &row.sealed)?;
        let statement = DeviceStatement {
            device: id,
            force: ctx.keys.force,
            case: row.case,
            record_key: hex::encode(row.record_key),
            system: unless_left_out(Part::Device, facts.system),
            account: unless_left_out(Part::Account, facts.account),
            enrolled_at: row.enrolled_at,
        };
        let signed = SignedDevice::sign(&statement, &ctx.keys.policy);
        found.push(signed.map_err(|error| BundleError::Broken(error.to_string()))?);
    }
    Ok(found)
}

async fn decisions(
    ctx: &AppContext,
    by_alert: &BTreeMap<AlertId, BTreeSet<[u8; 32]>>,
) -> Result<Vec<DecisionRow>, BundleError> {
    let mut found = Vec::new();
    for alert in by_alert.keys() {
        found.extend(ctx.store.decision_list(*alert).await?);
    }
    Ok(found)
}

async fn decision_files(
    ctx: &AppContext,
    asked: &Asked<'_>,
    rows: &[DecisionRow],
    by_alert: &BTreeMap<AlertId, BTreeSet<[u8; 32]>>,
    records: &[RecordRow],
) -> Result<Vec<DecisionFile>, BundleError> {
    let mut found = Vec::new();
    for row in rows {
        let words: DecisionWords = ctx.unseal_json(asked.case, Purpose::Decision, &row.sealed)?;
        let reason = if asked.shown.leaves_out(Part::Reasons) { LEFT_OUT.to_owned() } else { words.reason };
        let officer = ctx.store.officer_get(row.officer).await?;
        let of_alert = by_alert.get(&row.alert);
        let shown =
            records.iter().filter(|record| of_alert.is_some_and(|hashes| hashes.contains(&record.hash)));
        found.push(DecisionFile {
            id: row.id,
            alert: row.alert,
            case: row.case,
            officer: row.officer,
            officer_name: officer.map_or_else(|| row.officer.to_string(), |officer| officer.display_name),
            outcome: row.outcome,
            decided_at: row.decided_at,
            reason,
            sealed: STANDARD.encode(&row.sealed),
            hash: Digest(row.hash),
            records: shown.map(|record| Digest(record.hash)).collect(),
        });
    }
    Ok(found)
}

/// Every audit entry about the case, this export's own included.
async fn audit(ctx: &AppContext, case: CaseId) -> Result<Vec<AuditRow>, BundleError> {
    let mut found: Vec<AuditRow> = Vec::new();
    loop {
        let after = found.last().map_or(0, |row| row.seq);
        let page = ctx.store.audit_list(Some(case), after, ENTRIES).await?;
        if page.is_empty() {
            return Ok(found);
        }
        found.extend(page);
    }
}

fn custody(row: &AuditRow) -> CustodyEntry {
    CustodyEntry {
        seq: row.seq,
        id: row.entry.id,
        opened_at: row.entry.opened_at,
        actor: row.entry.actor.clone(),
        act: row.entry.act.clone(),
        case: row.entry.case,
        objects: row.entry.objects.clone(),
        sealed: STANDARD.encode(&row.entry.sealed),
        previous: Digest(row.previous),
        hash: Digest(row.hash),
        completed: row.completed.as_ref().map(|(at, outcome, hash, _)| Completed {
            at: *at,
            outcome: outcome.clone(),
            hash: Digest(*hash),
        }),
    }
}

fn leaves<'a>(
    records: impl Iterator<Item = &'a RecordRow>,
    decisions: &[DecisionRow],
    audit: &[AuditRow],
) -> Vec<Leaf> {
    let records = records.map(|row| (LeafWord::Record, Digest(row.hash), row.leaf));
    let decisions = decisions.iter().map(|row| (LeafWord::Decision, Digest(row.hash), row.leaf));
    let audit = audit
        .iter()
        .filter_map(|row| row.completed.as_ref())
        .map(|(_, _, hash, leaf)| (LeafWord::Audit, Digest(*hash), *leaf));
    records.chain(decisions).chain(audit).collect()
}

/// A record whole, and its fields as far as they are shown; nothing where its body was destroyed.
fn exhibit(
    keys: &CaseKeys,
    record: &RecordRow,
    shown: &Shown,
    (listed, looked): (&mut Listed, &mut Vec<Looked>),
) -> Result<Option<BundleRecord>, BundleError> {
    let Some(sealed) = record.body.clone() else { return Ok(None) };
    let envelope = Envelope { header: header(record)?, signature: record.signature, sealed };
    // One that does not open goes in sealed, for it is still a link of the chain and a leaf of the log.
    let fields = envelope.open(&keys.secret).ok();
    for (name, text) in fields.iter().flat_map(|fields| fields.iter()) {
        listed.add(name, text);
    }
    // A proof names the digest, so there is none where digests are left out.
    if let Some(fields) = fields.as_ref().filter(|_| !shown.leaves_out(Part::Picture)) {
        let (record, policy) = (Digest(record.hash), Digest(envelope.header.policy_hash));
        let up = LookedUp::from_fields(fields.iter()).unwrap_or_default();
        looked.extend(up.map(|up| Looked { record, policy, up }));
    }
    Ok(Some(BundleRecord {
        envelope: envelope.encode(),
        exhibit: fields.map(|fields| Exhibit::new(fields, shown)),
    }))
}
