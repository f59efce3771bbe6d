//! Opens new records with the case key, evaluates findings again, and puts them before an officer.

use std::sync::Arc;

use proviso_engine::attribution::{may_raise, weighs};
use proviso_engine::conversation::name_of;
use proviso_engine::privilege::PrivilegeTest;
use proviso_engine::{Engine, SEMANTICS};
use proviso_ledger::envelope::Header;
use proviso_model::finding::Finding;
use proviso_model::hash::Digest;
use proviso_model::ids::AlertId;
use proviso_model::order::ConditionKind;
use proviso_model::policy::Policy;
use proviso_model::record::RecordBody;
use proviso_model::{Observation, Source, Timestamp};
use proviso_store::{
    CaseState, ContextPictureRow, FindingRow, GapRow, JobKind, JobRow, NoticeRow, ObservationRow,
    OpenedRecord, OpenedWhat, OtherAdultToldRow, Priority, QuarantineState, RECORD_KEY_BYTES, RecordRow,
    ReplayOutcome, StatementRow, WatchedRow,
};
use serde::Serialize;

use super::imminent::may_be_imminent;
use super::listings::{Listing, Lists};
use super::{JobError, asked, context, epochs, released};
use crate::app::AppContext;
use crate::app::destruction::revoked;
use crate::app::late::{Counted, KIND_QUARANTINED, Known, Sorted, known, reassess};
use crate::app::privilege::part::Withheld;
use crate::app::privilege::{self, KIND_PRIVILEGE, MayShow};
use crate::keys::CaseKeys;
use crate::keys::case::{Purpose, RecordColumns};
use crate::operations::measures;

/// Records opened at a time.
const RECORDS_MAX: u64 = 64;

/// Opens the records of a job. Each record is committed on its own, so an attempt goes on where the last one ended.
pub(super) async fn replay(ctx: &AppContext, job: &JobRow) -> Result<(), JobError> {
    let Some(device) = ctx.store.device_get(job.device).await? else { return Ok(()) };
    let case = ctx.store.case_get(device.case).await?;
    if case.is_none_or(|case| case.state == CaseState::Destroyed) {
        ctx.engines.forget(device.case);
        return Ok(());
    }
    let keys = ctx.case_keys(device.case)?;
    let known_before = known(ctx, &keys).await?;
    let mut means = Means::default();
    let mut first = job.seq_first;
    while first <= job.seq_last {
        let last = job.seq_last.min(first.saturating_add(RECORDS_MAX - 1));
        let records = match job.kind {
            JobKind::Replay => ctx.store.record_range(job.device, job.epoch, first, last).await?,
            JobKind::ReplayBranch => ctx.store.branch_range(job.device, job.epoch, first, last).await?,
        };
        for record in records {
            if record.kind.is_none() {
                let revoked_at = device.revoked_at;
                let opened = open(ctx, &keys, &known_before, &mut means, &record, revoked_at).await?;
                if let Some(opened) = opened {
                    let alerts = ctx.store.record_opened(opened).await?;
                    if !alerts.is_empty() {
                        measures::alert_raised(record.received_at, ctx.now());
                    }
                }
                ctx.hub.wake();
            }
        }
        first = last.saturating_add(1);
    }
    // What became known while this job ran, or while an attempt before it did, was not applied to what it put before officers.
    if job.attempts > 1 || !known(ctx, &keys).await?.is_same(&known_before) {
        reassess(ctx, device.case).await?;
    }
    Ok(())
}

/// What replay needs beside the record, made once per job.
#[derive(Default)]
struct Means {
    lists: Lists,
    privilege: Option<Arc<PrivilegeTest>>,
}

/// The engine of a policy that this server made, kept between jobs; `None` when it knows none or cannot run it.
async fn engine_of(ctx: &AppContext, keys: &CaseKeys, hash: Digest) -> Result<Option<Arc<Engine>>, JobError> {
    if let Some(kept) = ctx.engines.of(keys.case, &hash, ctx.now()) {
        return Ok(Some(kept));
    }
    let Some(row) = ctx.store.policy_get(&hash).await? else { return Ok(None) };
    let text = keys.open(Purpose::Policy, &row.sealed)?;
    let Ok(policy) = serde_json::from_slice::<Policy>(&text) else { return Ok(None) };
    Ok(ctx.engines.make(keys.case, (&policy, hash), ctx.now()).ok())
}

/// What is made of a record is sealed under a key that goes with the record's own.
fn columns(keys: &CaseKeys, record: &RecordRow) -> RecordColumns {
    let body = record.body.as_deref().unwrap_or_default();
    keys.of_record(body.get(..RECORD_KEY_BYTES).unwrap_or(body))
}

async fn open(
    ctx: &AppContext,
    keys: &CaseKeys,
    known: &Known,
    means: &mut Means,
    record: &RecordRow,
    revoked_at: Option<Timestamp>,
) -> Result<Option<OpenedRecord>, JobError> {
    let content = revoked::content(keys, record);
    let recorded_at = content.as_ref().map(|content| content.recorded_at);
    let opened = |kind: &str, what| OpenedRecord {
        hash: record.hash,
        case: record.case,
        kind: kind.to_owned(),
        recorded_at,
        what,
        at: ctx.now(),
    };
    let Some(content) = content else {
        tracing::warn!(device = %record.device, seq = record.seq, "a record could not be opened or read");
        return Ok(Some(opened("unreadable", OpenedWhat::Unreadable)));
    };
    if revoked::is_after(&content, revoked_at) {
        let destroyed = revoked::destroy(ctx, record, revoked_at).await?;
        return Ok((!destroyed).then(|| opened("after-revocation", OpenedWhat::Other)));
    }
    if context::is_gone_with_its_finding(ctx, record, &content).await? {
        return Ok(None);
    }
    epochs::begun(ctx, record, &content).await?;
    epochs::contradiction(ctx, record, &content).await?;
    released::told(ctx, record, &content).await?;
    let (kind, in_doubt) = (content.body.kind(), content.clock_in_doubt);
    let columns = columns(keys, record);
    let what = match content.body {
        RecordBody::Finding { captured, generated } => {
            let sorted = Sorted::of(known, record.device, &captured, &generated.findings)?;
            if let Sorted::Outside(counted) = sorted {
                let held = counted
                    .into_iter()
                    .map(|one| one.row(record, captured.observed_at, QuarantineState::Held, ctx.now()));
                return Ok(Some(opened(KIND_QUARANTINED, OpenedWhat::Quarantined(held.collect()))));
            }
            let test = match &mut means.privilege {
                Some(test) => test,
                unmade => unmade.insert(privilege::test(ctx)?),
            };
            let soonest = generated.findings.iter().map(priority).max();
            let what = (&captured, generated.findings.as_slice());
            let withheld = match privilege::may_show::<JobError>(ctx, test, record, what, soonest).await? {
                MayShow::All => None,
                MayShow::But(withheld) => Some(withheld),
                MayShow::Nothing(row) => {
                    return Ok(Some(opened(KIND_PRIVILEGE, OpenedWhat::Privilege(row))));
                }
            };
            let hash =
                Header::decode(&record.header).map_or(Digest::default(), |header| Digest(header.policy_hash));
            let engine = engine_of(ctx, keys, hash).await?;
            let outcome = compare(engine.as_deref(), &captured, &generated.findings);
            let outcome = with_listing(outcome, means.lists.check(ctx, &captured).await?);
            if matches!(outcome, ReplayOutcome::Differs | ReplayOutcome::ListingWrong) {
                tracing::warn!(device = %record.device, seq = record.seq, outcome = outcome.as_str(), "a finding replays to another result");
            }
            let conversation = name_of(&captured.fact).map(|name| keys.conversation(&name));
            let (captured, findings) = shown(captured, generated.findings, withheld.as_ref());
            finding(ctx, &(&columns, conversation), record, &captured, &findings, outcome, sorted)?
        }
        // Timed by a clock that was in doubt: to whoever reads the record that is a gap, never watched time (docs/agent.md).
        RecordBody::Liveness { .. } if in_doubt => OpenedWhat::Other,
        RecordBody::DataRequest { request } => asked::opened(ctx, &columns, record, &request).await?,
        other => plain(ctx, &columns, record, other)?,
    };
    Ok(Some(opened(kind, what)))
}

/// Whether the engine says the same of the same passages, to the byte. Only between equal semantics.
fn compare(engine: Option<&Engine>, captured: &Observation, findings: &[Finding]) -> ReplayOutcome {
    let Some(engine) = engine else { return ReplayOutcome::NotReplayed };
    if findings.iter().any(|finding| finding.engine_semantics != SEMANTICS) {
        return ReplayOutcome::NotReplayed;
    }
    let again = serde_json::to_vec(&engine.evaluate(captured));
    match (again, serde_json::to_vec(findings)) {
        (Ok(again), Ok(sealed)) if again == sealed => ReplayOutcome::Same,
        _ => ReplayOutcome::Differs,
    }
}

/// The same findings may rest on a look-up that is not so, or that nobody here can repeat.
fn with_listing(outcome: ReplayOutcome, listing: Listing) -> ReplayOutcome {
    match (outcome, listing) {
        (ReplayOutcome::Same, Listing::Wrong) => ReplayOutcome::ListingWrong,
        (ReplayOutcome::Same, Listing::Unchecked) => ReplayOutcome::ListingUnchecked,
        (outcome, _) => outcome,
    }
}

fn seal_json<T: Serialize>(
    ctx: &AppContext,
    columns: &RecordColumns,
    purpose: Purpose,
    value: &T,
) -> Result<Vec<u8>, JobError> {
    let json = serde_json::to_vec(value).map_err(|_| JobError::Ended)?;
    Ok(ctx.with_rng(|rng| columns.seal(rng, purpose, &json)))
}

/// How soon an officer should look: a rule of thumb on kind and strength. An officer decides.
fn priority(finding: &Finding) -> Priority {
    if may_be_imminent(finding) {
        return Priority::Now;
    }
    if finding.minor_reference.is_some() {
        return Priority::Today;
    }
    match finding.condition {
        ConditionKind::SexualisedChat | ConditionKind::ProhibitedSearches | ConditionKind::NoContactWith => {
            if finding.strength_permille >= 700 {
                Priority::Today
            } else {
                Priority::ThisWeek
            }
        }
        ConditionKind::SpecifiedWords | ConditionKind::Pornography | ConditionKind::MonitoringSoftware => {
            Priority::ThisWeek
        }
        ConditionKind::ChildImages => Priority::Today,
        ConditionKind::NoHiddenConnections
        | ConditionKind::NoVaults
        | ConditionKind::NoUndeclaredCloud
        | ConditionKind::NoPeerToPeer
        | ConditionKind::KeepHistory
        | ConditionKind::NoHistoryDeletion
        | ConditionKind::DeclareNames => Priority::ThisWeek,
        // Of the rest a device can say little that the next visit would not show better.
        _ => Priority::NextVisit,
    }
}

fn word<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// What officers may see of a record, without what a reviewer keeps from them; a finding that rests on that is nothing.
fn shown(
    captured: Observation,
    findings: Vec<Finding>,
    withheld: Option<&Withheld>,
) -> (Observation, Vec<Option<Finding>>) {
    match withheld {
        None => (captured, findings.into_iter().map(Some).collect()),
        Some(withheld) => (
            withheld.taken_from(&captured),
            findings.iter().map(|finding| withheld.left_of(finding)).collect(),
        ),
    }
}

fn finding(
    ctx: &AppContext,
    (columns, conversation): &(&RecordColumns, Option<[u8; 32]>),
    record: &RecordRow,
    captured: &Observation,
    findings: &[Option<Finding>],
    replay: ReplayOutcome,
    sorted: Sorted,
) -> Result<OpenedWhat, JobError> {
    let observation = ObservationRow {
        record: record.hash,
        case: record.case,
        device: record.device,
        observed_at: captured.observed_at,
        source: word::<Source>(&captured.source),
        act: word(&captured.attribution.act),
        sealed: seal_json(ctx, columns, Purpose::Observation, captured)?,
    };
    let now = ctx.now();
    let mut rows = Vec::with_capacity(findings.len());
    for (place, finding) in (0..).zip(findings) {
        let Some(finding) = finding else { continue };
        let sealed = seal_json(ctx, columns, Purpose::Finding, finding)?;
        let row = FindingRow::new(record.hash, place, record.case, record.device, finding, sealed);
        rows.push((row, priority(finding), AlertId::new(now, ctx.random())));
    }
    // Background activity alone raises nothing, whatever a device says it evaluated to (invariant 7).
    let weight = weighs(&captured.attribution, &captured.fact);
    let of = |row: &FindingRow| findings.get(row.position as usize).and_then(Option::as_ref);
    rows.retain(|(row, _, _)| of(row).is_some_and(|one| may_raise(weight, one)));
    let mut left_out = Vec::new();
    if let Sorted::Partly { keep, left_out: counted } = sorted {
        let is_kept = |row: &FindingRow| keep.get(row.position as usize).copied().unwrap_or(false);
        rows.retain(|(row, _, _)| is_kept(row));
        let row = |one: Counted| one.row(record, captured.observed_at, QuarantineState::LeftOut, now);
        left_out = counted.into_iter().map(row).collect();
    }
    Ok(OpenedWhat::Finding { observation, findings: rows, conversation: *conversation, replay, left_out })
}

fn plain(
    ctx: &AppContext,
    columns: &RecordColumns,
    record: &RecordRow,
    body: RecordBody,
) -> Result<OpenedWhat, JobError> {
    let (hash, case, device) = (record.hash, record.case, record.device);
    Ok(match body {
        RecordBody::Gap { gap } => OpenedWhat::Gap(GapRow {
            record: hash,
            case,
            device,
            source: gap.source,
            cause: gap.cause,
            from: gap.from,
            until: gap.until,
            sealed: ctx.with_rng(|rng| columns.seal(rng, Purpose::Gap, gap.detail.as_bytes())),
        }),
        RecordBody::Liveness { liveness } => OpenedWhat::Watched(WatchedRow {
            record: hash,
            case,
            device,
            from: liveness.from,
            until: liveness.until,
            observed: liveness.observed,
            dropped: liveness.dropped,
            shielded: liveness.shielded,
            sources: liveness.sources,
            trial: liveness.trial,
        }),
        RecordBody::Notice { notice } => OpenedWhat::Notice(NoticeRow {
            record: hash,
            case,
            device,
            shown_at: notice.shown_at,
            response: word(&notice.response),
            sealed: seal_json(ctx, columns, Purpose::Notice, &notice)?,
        }),
        RecordBody::Statement { statement } => OpenedWhat::Statement(StatementRow {
            record: hash,
            case,
            device,
            written_at: statement.written_at,
            about: statement.about.unwrap_or(statement.written_at),
            sealed: seal_json(ctx, columns, Purpose::Statement, &statement)?,
        }),
        RecordBody::ContextPicture { captured } => OpenedWhat::ContextPicture(ContextPictureRow {
            record: hash,
            case,
            device,
            finding: captured.finding.0,
            observed_at: captured.observed_at,
            sealed: seal_json(ctx, columns, Purpose::ContextPicture, &captured)?,
        }),
        RecordBody::OtherAdult { other_adult } => OpenedWhat::OtherAdult(OtherAdultToldRow {
            record: hash,
            case,
            device,
            from: other_adult.from(),
            until: other_adult.until(),
            sealed: seal_json(ctx, columns, Purpose::OtherAdult, &other_adult)?,
        }),
        RecordBody::Enrolment { .. } | RecordBody::Finding { .. } | RecordBody::LogContradiction { .. } => {
            OpenedWhat::Other
        }
        // Opened apart from the others.
        RecordBody::DataRequest { .. } => OpenedWhat::Other,
    })
}
