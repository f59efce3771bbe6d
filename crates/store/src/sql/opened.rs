//! What the worker found, written once per record; findings join an open alert or raise one.

use proviso_model::Timestamp;
use proviso_model::ids::{AlertId, CaseId};
use sqlx::Row;

use super::late::quarantine_insert;
use super::privilege::privilege_insert;
use super::rights::request_insert;
use super::rows::{bytes, int, word, words};
use super::{EngineConnection, context_picture, other_adult};
use crate::alert::NotificationKind;
use crate::error::{Result, StoreError};
use crate::opened::{
    FindingRow, GapRow, NoticeRow, ObservationRow, OpenedRecord, OpenedWhat, StatementRow, WatchedRow,
};
use crate::record::ReplayOutcome;
use crate::words::Priority;

pub(super) async fn keep(connection: &mut EngineConnection, opened: OpenedRecord) -> Result<Vec<AlertId>> {
    let replay = match &opened.what {
        OpenedWhat::Finding { replay, .. } => Some(*replay),
        OpenedWhat::Unreadable => Some(ReplayOutcome::Unreadable),
        _ => None,
    };
    let done = sqlx::query(
        "UPDATE record SET kind = $2, replay = $3, recorded_at = $4 WHERE hash = $1 AND kind IS NULL",
    )
    .bind(opened.hash.to_vec())
    .bind(&opened.kind)
    .bind(replay.map(ReplayOutcome::as_str))
    .bind(opened.recorded_at.map(Timestamp::as_micros))
    .execute(&mut *connection)
    .await?;
    if done.rows_affected() == 0 && branch_opened(connection, &opened, replay).await? == 0 {
        // Kept by an earlier attempt at the same job.
        return Ok(Vec::new());
    }
    let mut touched = Vec::new();
    match opened.what {
        OpenedWhat::Finding { observation, findings, left_out, conversation, .. } => {
            observation_insert(connection, observation).await?;
            for (finding, priority, fresh) in findings {
                if !finding_insert(connection, &finding).await? {
                    // Kept before something of its record that had been left out was given back.
                    continue;
                }
                let fresh = Fresh { id: fresh, priority, conversation, at: opened.at };
                let alert = join_or_raise(connection, &finding, &fresh).await?;
                if !touched.contains(&alert) {
                    touched.push(alert);
                }
            }
            for row in left_out {
                quarantine_insert(connection, row).await?;
            }
        }
        OpenedWhat::Quarantined(rows) => {
            for row in rows {
                quarantine_insert(connection, row).await?;
            }
        }
        OpenedWhat::Privilege(row) => {
            let case = row.case;
            privilege_insert(connection, row).await?;
            notify(connection, NotificationKind::PrivilegeHeld, case, None, opened.at).await?;
        }
        OpenedWhat::Gap(gap) => {
            gap_insert(connection, gap).await?;
            notify(connection, NotificationKind::Gap, opened.case, None, opened.at).await?;
        }
        OpenedWhat::Watched(watched) => watched_insert(connection, watched).await?,
        OpenedWhat::Notice(notice) => notice_insert(connection, notice).await?,
        OpenedWhat::Statement(statement) => statement_insert(connection, statement).await?,
        OpenedWhat::DataRequest(request) => request_insert(connection, request).await?,
        OpenedWhat::OtherAdult(told) => other_adult::told_insert(connection, told).await?,
        OpenedWhat::ContextPicture(row) => context_picture::insert(connection, row).await?,
        OpenedWhat::Other | OpenedWhat::Unreadable => {}
    }
    Ok(touched)
}

/// The same for a record that is kept apart from its chain. One hash lies in one place only, for the same record sent
/// again is skipped.
async fn branch_opened(
    connection: &mut EngineConnection,
    opened: &OpenedRecord,
    replay: Option<ReplayOutcome>,
) -> Result<u64> {
    let done = sqlx::query(
        "UPDATE fork SET kind = $2, replay = $3 WHERE hash = $1 AND kind IS NULL
         AND NOT EXISTS (SELECT 1 FROM record WHERE hash = $1)",
    )
    .bind(opened.hash.to_vec())
    .bind(&opened.kind)
    .bind(replay.map(ReplayOutcome::as_str))
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}

pub(super) async fn notify(
    connection: &mut EngineConnection,
    kind: NotificationKind,
    case: CaseId,
    alert: Option<AlertId>,
    at: Timestamp,
) -> Result<()> {
    sqlx::query("INSERT INTO notification (kind, case_id, alert, at) VALUES ($1, $2, $3, $4)")
        .bind(kind.as_str())
        .bind(case.as_bytes().to_vec())
        .bind(alert.map(|id| id.as_bytes().to_vec()))
        .bind(at.as_micros())
        .execute(connection)
        .await?;
    Ok(())
}

/// What an alert would be, should one have to be raised.
struct Fresh {
    id: AlertId,
    priority: Priority,
    conversation: Option<[u8; 32]>,
    at: Timestamp,
}

/// The open alert that a finding grows: of the same device and rule, or of the same conversation. The database keeps both
/// rules with an index each, which a statement finds only by the index's own words.
const JOIN_RULE: &str = "SELECT id FROM alert WHERE device = $1 AND paragraph = $2 AND rule = $3
    AND state <> 'decided' AND conversation IS NULL";
const JOIN_CONVERSATION: &str =
    "SELECT id FROM alert WHERE case_id = $1 AND paragraph = $2 AND conversation = $3
    AND state <> 'decided' AND conversation IS NOT NULL";

async fn join_or_raise(
    connection: &mut EngineConnection,
    finding: &FindingRow,
    fresh: &Fresh,
) -> Result<AlertId> {
    let open = match fresh.conversation {
        None => sqlx::query(JOIN_RULE)
            .bind(finding.device.as_bytes().to_vec())
            .bind(&finding.paragraph)
            .bind(&finding.rule),
        Some(conversation) => sqlx::query(JOIN_CONVERSATION)
            .bind(finding.case.as_bytes().to_vec())
            .bind(&finding.paragraph)
            .bind(conversation.to_vec()),
    };
    let open = open.fetch_optional(&mut *connection).await?;
    let alert = match open {
        Some(row) => {
            let alert = AlertId::from_bytes(bytes(&row, "id")?);
            grow(connection, alert, finding, fresh.priority).await?;
            alert
        }
        None => {
            raise(connection, finding, fresh).await?;
            fresh.id
        }
    };
    sqlx::query("INSERT INTO alert_finding (alert, record, position, observed_at) VALUES ($1, $2, $3, $4)")
        .bind(alert.as_bytes().to_vec())
        .bind(finding.record.to_vec())
        .bind(i64::from(finding.position))
        .bind(finding.observed_at.as_micros())
        .execute(&mut *connection)
        .await?;
    let is_new = alert == fresh.id;
    let kind = if is_new { NotificationKind::AlertRaised } else { NotificationKind::AlertJoined };
    if is_new || fresh.conversation.is_none() || is_untold(connection, alert).await? {
        notify(connection, kind, finding.case, Some(alert), fresh.at).await?;
    }
    Ok(alert)
}

/// Whether nobody has been told of the alert's growth since an officer last looked: a conversation grows line by line, and
/// is told of once.
async fn is_untold(connection: &mut EngineConnection, alert: AlertId) -> Result<bool> {
    let told: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM (SELECT 1 FROM notification n JOIN alert a ON a.id = n.alert
         WHERE n.alert = $1 AND n.kind IN ('alert-raised', 'alert-joined') AND n.at >= coalesce(a.looked_at, 0)
         LIMIT 1) told",
    )
    .bind(alert.as_bytes().to_vec())
    .fetch_one(connection)
    .await?;
    Ok(told == 0)
}

async fn grow(
    connection: &mut EngineConnection,
    alert: AlertId,
    finding: &FindingRow,
    priority: Priority,
) -> Result<()> {
    sqlx::query(
        "UPDATE alert SET findings = findings + 1,
                          priority = CASE WHEN priority < $2 THEN $2 ELSE priority END,
                          first_at = CASE WHEN first_at > $3 THEN $3 ELSE first_at END,
                          last_at = CASE WHEN last_at < $3 THEN $3 ELSE last_at END WHERE id = $1",
    )
    .bind(alert.as_bytes().to_vec())
    .bind(priority.rank())
    .bind(finding.observed_at.as_micros())
    .execute(connection)
    .await?;
    Ok(())
}

async fn raise(connection: &mut EngineConnection, finding: &FindingRow, fresh: &Fresh) -> Result<()> {
    sqlx::query(
        "INSERT INTO alert (id, case_id, device, paragraph, condition, rule, category, state, priority, findings,
                            first_at, last_at, raised_at, conversation, earlier)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'new', $8, 1, $9, $9, $10, $11,
                 (SELECT id FROM alert WHERE case_id = $2 AND paragraph = $4 AND conversation = $11
                  ORDER BY coalesce(decided_at, 0) DESC LIMIT 1))",
    )
    .bind(fresh.id.as_bytes().to_vec())
    .bind(finding.case.as_bytes().to_vec())
    .bind(finding.device.as_bytes().to_vec())
    .bind(&finding.paragraph)
    .bind(finding.condition.as_str())
    .bind(&finding.rule)
    .bind(&finding.category)
    .bind(fresh.priority.rank())
    .bind(finding.observed_at.as_micros())
    .bind(fresh.at.as_micros())
    .bind(fresh.conversation.map(|hash| hash.to_vec()))
    .execute(connection)
    .await?;
    Ok(())
}

async fn observation_insert(connection: &mut EngineConnection, row: ObservationRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO observation (record, case_id, device, observed_at, source, act, sealed)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (record) DO NOTHING",
    )
    .bind(row.record.to_vec())
    .bind(row.case.as_bytes().to_vec())
    .bind(row.device.as_bytes().to_vec())
    .bind(row.observed_at.as_micros())
    .bind(row.source)
    .bind(row.act)
    .bind(row.sealed)
    .execute(connection)
    .await?;
    Ok(())
}

/// Whether it was not kept yet.
async fn finding_insert(connection: &mut EngineConnection, row: &FindingRow) -> Result<bool> {
    let done = sqlx::query(
        "INSERT INTO finding (record, position, case_id, device, paragraph, condition, rule, category, observed_at,
                              strength_permille, sealed, pack, pack_version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         ON CONFLICT (record, position) DO NOTHING",
    )
    .bind(row.record.to_vec())
    .bind(i64::from(row.position))
    .bind(row.case.as_bytes().to_vec())
    .bind(row.device.as_bytes().to_vec())
    .bind(&row.paragraph)
    .bind(row.condition.as_str())
    .bind(&row.rule)
    .bind(&row.category)
    .bind(row.observed_at.as_micros())
    .bind(i64::from(row.strength_permille))
    .bind(row.sealed.clone())
    .bind(row.pack.as_ref().map(|(name, _)| name))
    .bind(row.pack.as_ref().map(|(_, version)| version))
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A gap that ended replaces the same gap as it was while it lasted.
async fn gap_insert(connection: &mut EngineConnection, row: GapRow) -> Result<()> {
    let (source, cause) = (word(&row.source)?, word(&row.cause)?);
    if row.until.is_some() {
        sqlx::query(
            "DELETE FROM gap WHERE device = $1 AND source = $2 AND cause = $3 AND from_at = $4 AND until_at IS NULL",
        )
        .bind(row.device.as_bytes().to_vec())
        .bind(&source)
        .bind(&cause)
        .bind(row.from.as_micros())
        .execute(&mut *connection)
        .await?;
    }
    sqlx::query(
        "INSERT INTO gap (record, case_id, device, source, cause, from_at, until_at, sealed)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(row.record.to_vec())
    .bind(row.case.as_bytes().to_vec())
    .bind(row.device.as_bytes().to_vec())
    .bind(source)
    .bind(cause)
    .bind(row.from.as_micros())
    .bind(row.until.map(Timestamp::as_micros))
    .bind(row.sealed)
    .execute(connection)
    .await?;
    Ok(())
}

async fn watched_insert(connection: &mut EngineConnection, row: WatchedRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO watched (record, case_id, device, from_at, until_at, observed, dropped, shielded, sources, trial,
         trial_observed, trial_also, trial_gone) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(row.record.to_vec())
    .bind(row.case.as_bytes().to_vec())
    .bind(row.device.as_bytes().to_vec())
    .bind(row.from.as_micros())
    .bind(row.until.as_micros())
    .bind(int(row.observed)?)
    .bind(int(row.dropped)?)
    .bind(int(row.shielded)?)
    .bind(words(&row.sources)?)
    .bind(row.trial.map(|tried| tried.trial.as_bytes().to_vec()))
    .bind(int(row.trial.map_or(0, |tried| tried.observed))?)
    .bind(int(row.trial.map_or(0, |tried| tried.also))?)
    .bind(int(row.trial.map_or(0, |tried| tried.gone))?)
    .execute(connection)
    .await?;
    Ok(())
}

async fn notice_insert(connection: &mut EngineConnection, row: NoticeRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO notice (record, case_id, device, shown_at, response, sealed) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(row.record.to_vec())
    .bind(row.case.as_bytes().to_vec())
    .bind(row.device.as_bytes().to_vec())
    .bind(row.shown_at.as_micros())
    .bind(row.response)
    .bind(row.sealed)
    .execute(connection)
    .await?;
    Ok(())
}

async fn statement_insert(connection: &mut EngineConnection, row: StatementRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO statement (record, case_id, device, written_at, about_at, sealed) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(row.record.to_vec())
    .bind(row.case.as_bytes().to_vec())
    .bind(row.device.as_bytes().to_vec())
    .bind(row.written_at.as_micros())
    .bind(row.about.as_micros())
    .bind(row.sealed)
    .execute(connection)
    .await?;
    Ok(())
}

/// The alert's case, for notifications about it; `Missing` when there is none.
pub(super) async fn alert_case(
    connection: &mut EngineConnection,
    alert: AlertId,
) -> Result<(CaseId, String)> {
    let row = sqlx::query("SELECT case_id, state FROM alert WHERE id = $1")
        .bind(alert.as_bytes().to_vec())
        .fetch_optional(connection)
        .await?
        .ok_or(StoreError::Missing("this alert"))?;
    Ok((CaseId::from_bytes(bytes(&row, "case_id")?), row.try_get("state")?))
}
