//! The audit log.

use std::sync::Arc;

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::{AuditId, CaseId};

use super::edge::Edge;
use super::rows::{blob, bytes, bytes_maybe, damaged, int, number, text, time, time_maybe};
use super::{EngineConnection, EngineRow, EngineStore, FIND};
use crate::audit::{AuditClose, AuditEntry, AuditFilter, AuditRow, AuditSearch, AuditStore, AuditTally};
use crate::error::{Result, StoreError};
use crate::log::{LeafKind, LogHasher};

fn audit(row: &EngineRow) -> Result<AuditRow> {
    let completed = match time_maybe(row, "completed_at")? {
        None => None,
        Some(at) => Some((
            at,
            text(row, "outcome")?,
            bytes_maybe(row, "completed_hash")?.ok_or_else(|| damaged("completed_hash"))?,
            number(row, "leaf")?,
        )),
    };
    Ok(AuditRow {
        seq: number(row, "seq")?,
        entry: AuditEntry {
            id: AuditId::from_bytes(bytes(row, "id")?),
            opened_at: time(row, "opened_at")?,
            actor: text(row, "actor")?,
            act: text(row, "act")?,
            case: bytes_maybe(row, "case_id")?.map(CaseId::from_bytes),
            objects: text(row, "objects")?,
            sealed: blob(row, "sealed")?,
        },
        previous: bytes(row, "previous")?,
        hash: bytes(row, "hash")?,
        completed,
    })
}

async fn open(connection: &mut EngineConnection, hasher: &dyn LogHasher, entry: AuditEntry) -> Result<()> {
    let last = sqlx::query("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")
        .fetch_optional(&mut *connection)
        .await?;
    let (seq, previous) = match last {
        Some(row) => (number::<u64>(&row, "seq")?.saturating_add(1), bytes(&row, "hash")?),
        None => (1, [0; 32]),
    };
    let hash = hasher.audit_hash(seq, &previous, &entry);
    sqlx::query(
        "INSERT INTO audit (seq, id, opened_at, actor, act, case_id, objects, sealed, previous, hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(int(seq)?)
    .bind(entry.id.as_bytes().to_vec())
    .bind(entry.opened_at.as_micros())
    .bind(entry.actor)
    .bind(entry.act)
    .bind(entry.case.map(|id| id.as_bytes().to_vec()))
    .bind(entry.objects)
    .bind(entry.sealed)
    .bind(previous.to_vec())
    .bind(hash.to_vec())
    .execute(connection)
    .await?;
    Ok(())
}

async fn complete(
    connection: &mut EngineConnection,
    hasher: &dyn LogHasher,
    close: AuditClose,
) -> Result<()> {
    let id = close.id.as_bytes().to_vec();
    let row = sqlx::query("SELECT hash FROM audit WHERE id = $1 AND completed_at IS NULL")
        .bind(id.clone())
        .fetch_optional(&mut *connection)
        .await?
        .ok_or(StoreError::Missing("an open audit entry of this id"))?;
    let hash = hasher.audit_completed_hash(&bytes(&row, "hash")?, &close.outcome, close.completed_at);
    let mut edge = Edge::load(connection).await?;
    let leaf = edge.push(hasher, LeafKind::Audit, hash);
    sqlx::query(
        "UPDATE audit SET completed_at = $2, outcome = $3, completed_hash = $4, leaf = $5 WHERE id = $1",
    )
    .bind(id)
    .bind(close.completed_at.as_micros())
    .bind(close.outcome)
    .bind(hash.to_vec())
    .bind(int(leaf)?)
    .execute(&mut *connection)
    .await?;
    edge.store(connection, hasher, close.completed_at).await?;
    Ok(())
}

#[async_trait]
impl AuditStore for EngineStore {
    async fn audit_open(&self, entry: &AuditEntry) -> Result<()> {
        let (entry, hasher) = (entry.clone(), Arc::clone(&self.hasher));
        self.write(move |connection| Box::pin(async move { open(connection, &*hasher, entry).await })).await
    }

    async fn audit_complete(&self, close: &AuditClose) -> Result<()> {
        let (close, hasher) = (close.clone(), Arc::clone(&self.hasher));
        self.write(move |connection| Box::pin(async move { complete(connection, &*hasher, close).await }))
            .await
    }

    async fn audit_list(&self, case: Option<CaseId>, after_seq: u64, limit: u32) -> Result<Vec<AuditRow>> {
        let rows = sqlx::query(
            "SELECT * FROM audit WHERE seq > $2 AND ($1 IS NULL OR case_id = $1) ORDER BY seq LIMIT $3",
        )
        .bind(case.map(|id| id.as_bytes().to_vec()))
        .bind(int(after_seq)?)
        .bind(i64::from(limit))
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(audit).collect()
    }

    async fn audit_about(&self, case: CaseId, object: &str, limit: u32) -> Result<Vec<AuditRow>> {
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT * FROM audit WHERE case_id = $1 AND {FIND}(' ' || objects || ' ', ' ' || $2 || ' ') > 0 \
             ORDER BY seq DESC LIMIT $3"
        )))
        .bind(case.as_bytes().to_vec())
        .bind(object.to_owned())
        .bind(i64::from(limit))
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(audit).collect()
    }

    async fn audit_of_act(&self, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditRow>> {
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT * FROM audit WHERE act = $1 AND opened_at >= $2 AND ($3 IS NULL OR actor = $3) \
             AND ($4 IS NULL OR {FIND}(' ' || objects || ' ', ' ' || $4 || ' ') > 0) \
             AND coalesce(outcome, 'done') = 'done' ORDER BY seq DESC LIMIT $5"
        )))
        .bind(filter.act.clone())
        .bind(filter.since.as_micros())
        .bind(filter.actor.clone())
        .bind(filter.object.clone())
        .bind(i64::from(limit))
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(audit).collect()
    }

    async fn audit_search(&self, search: &AuditSearch, limit: u32) -> Result<Vec<AuditRow>> {
        // One statement for every search, so that nothing of what a reader typed becomes SQL.
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT * FROM audit WHERE ($1 IS NULL OR case_id = $1) AND ($2 IS NULL OR actor = $2) \
             AND ($3 = '' OR {FIND}(' ' || $3 || ' ', ' ' || act || ' ') > 0) \
             AND ($4 IS NULL OR {FIND}(' ' || objects || ' ', ' ' || $4 || ' ') > 0) \
             AND opened_at >= $5 AND opened_at < $6 AND seq < $7 ORDER BY seq DESC LIMIT $8"
        )))
        .bind(search.case.map(|id| id.as_bytes().to_vec()))
        .bind(search.actor.clone())
        .bind(search.acts.join(" "))
        .bind(search.object.clone())
        .bind(search.from.map_or(i64::MIN, Timestamp::as_micros))
        .bind(search.until.map_or(i64::MAX, Timestamp::as_micros))
        .bind(search.before_seq.map_or(Ok(i64::MAX), int)?)
        .bind(i64::from(limit))
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(audit).collect()
    }

    async fn audit_count(&self, filter: &AuditFilter) -> Result<u64> {
        let count: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
            "SELECT count(*) FROM audit WHERE act = $1 AND opened_at >= $2 AND ($3 IS NULL OR actor = $3) \
             AND ($4 IS NULL OR {FIND}(' ' || objects || ' ', ' ' || $4 || ' ') > 0) \
             AND coalesce(outcome, 'done') = 'done'"
        )))
        .bind(filter.act.clone())
        .bind(filter.since.as_micros())
        .bind(filter.actor.clone())
        .bind(filter.object.clone())
        .fetch_one(&self.readers)
        .await?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    async fn audit_tally(&self, case: CaseId, from: Timestamp, until: Timestamp) -> Result<Vec<AuditTally>> {
        let rows: Vec<(String, String, i64)> = sqlx::query_as(
            "SELECT act, actor, count(*) FROM audit WHERE case_id = $1 AND opened_at >= $2 AND opened_at < $3 \
             AND coalesce(outcome, 'done') = 'done' GROUP BY act, actor ORDER BY act, actor",
        )
        .bind(case.as_bytes().to_vec())
        .bind(from.as_micros())
        .bind(until.as_micros())
        .fetch_all(&self.readers)
        .await?;
        let tally = |(act, actor, count)| AuditTally { act, actor, count: u64::try_from(count).unwrap_or(0) };
        Ok(rows.into_iter().map(tally).collect())
    }

    async fn audit_last(&self) -> Result<u64> {
        let last: i64 =
            sqlx::query_scalar("SELECT coalesce(max(seq), 0) FROM audit").fetch_one(&self.readers).await?;
        Ok(u64::try_from(last).unwrap_or(0))
    }
}
