//! Alerts, decisions and the outbox.

use std::sync::Arc;

use async_trait::async_trait;
use proviso_model::ids::{AlertId, CaseId, DecisionId, DeviceId, OfficerId};
use proviso_model::order::ConditionKind;
use proviso_model::{AlertState, Outcome, Timestamp};
use sqlx::QueryBuilder;

use super::alert_care::care;
use super::edge::Edge;
use super::opened::{alert_case, notify};
use super::rows::{blob, bytes, bytes_maybe, damaged, int, number, parsed, text, time, time_maybe};
use super::timeline::finding;
use super::{Engine, EngineConnection, EngineRow, EngineStore};
use crate::alert::{AlertFilter, AlertRow, AlertStore, DecisionRow, NotificationKind, NotificationRow};
use crate::error::{Result, StoreError};
use crate::log::LeafKind;
use crate::opened::{FindingRow, ObservationRow, OpenedRecord};
use crate::words::Priority;

pub(super) fn alert(row: &EngineRow) -> Result<AlertRow> {
    Ok(AlertRow {
        id: AlertId::from_bytes(bytes(row, "id")?),
        case: CaseId::from_bytes(bytes(row, "case_id")?),
        device: DeviceId::from_bytes(bytes(row, "device")?),
        paragraph: text(row, "paragraph")?,
        condition: parsed(row, "condition", ConditionKind::parse)?,
        rule: text(row, "rule")?,
        category: text(row, "category")?,
        state: parsed(row, "state", AlertState::parse)?,
        priority: Priority::from_rank(number(row, "priority")?).ok_or_else(|| damaged("priority"))?,
        findings: number(row, "findings")?,
        outside: number(row, "outside")?,
        first_at: time(row, "first_at")?,
        last_at: time(row, "last_at")?,
        raised_at: time(row, "raised_at")?,
        opened_at: time_maybe(row, "opened_at")?,
        decided_at: time_maybe(row, "decided_at")?,
        is_conversation: bytes_maybe::<32>(row, "conversation")?.is_some(),
        earlier: bytes_maybe(row, "earlier")?.map(AlertId::from_bytes),
        looked_before: time_maybe(row, "looked_before")?,
        care: care(row)?,
    })
}

pub(super) fn decision(row: &EngineRow) -> Result<DecisionRow> {
    Ok(DecisionRow {
        id: DecisionId::from_bytes(bytes(row, "id")?),
        alert: AlertId::from_bytes(bytes(row, "alert")?),
        case: CaseId::from_bytes(bytes(row, "case_id")?),
        officer: OfficerId::from_bytes(bytes(row, "officer")?),
        outcome: parsed(row, "outcome", Outcome::parse)?,
        decided_at: time(row, "decided_at")?,
        hash: bytes(row, "hash")?,
        leaf: number(row, "leaf")?,
        sealed: blob(row, "sealed")?,
    })
}

fn notification(row: &EngineRow) -> Result<NotificationRow> {
    Ok(NotificationRow {
        id: number(row, "id")?,
        kind: parsed(row, "kind", NotificationKind::parse)?,
        case: CaseId::from_bytes(bytes(row, "case_id")?),
        alert: bytes_maybe(row, "alert")?.map(AlertId::from_bytes),
        at: time(row, "at")?,
    })
}

async fn alert_row(connection: &mut EngineConnection, id: AlertId) -> Result<Option<AlertRow>> {
    let row = sqlx::query("SELECT * FROM alert WHERE id = $1")
        .bind(id.as_bytes().to_vec())
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(alert).transpose()
}

async fn open(connection: &mut EngineConnection, id: AlertId, now: Timestamp) -> Result<AlertRow> {
    // Whoever looks stops every clock that runs for it.
    sqlx::query("UPDATE alert_clock SET seen_at = $2 WHERE alert = $1 AND seen_at IS NULL")
        .bind(id.as_bytes().to_vec())
        .bind(now.as_micros())
        .execute(&mut *connection)
        .await?;
    let done =
        sqlx::query("UPDATE alert SET state = 'opened', opened_at = $2 WHERE id = $1 AND state = 'new'")
            .bind(id.as_bytes().to_vec())
            .bind(now.as_micros())
            .execute(&mut *connection)
            .await?;
    if done.rows_affected() == 1 {
        let (case, _) = alert_case(connection, id).await?;
        notify(connection, NotificationKind::AlertOpened, case, Some(id), now).await?;
    }
    alert_row(connection, id).await?.ok_or(StoreError::Missing("this alert"))
}

async fn looked(connection: &mut EngineConnection, id: AlertId, now: Timestamp) -> Result<AlertRow> {
    sqlx::query("UPDATE alert SET looked_before = looked_at, looked_at = $2 WHERE id = $1")
        .bind(id.as_bytes().to_vec())
        .bind(now.as_micros())
        .execute(&mut *connection)
        .await?;
    alert_row(connection, id).await?.ok_or(StoreError::Missing("this alert"))
}

/// Moves the alert on, or says why it may not.
async fn decided(connection: &mut EngineConnection, decision: &DecisionRow) -> Result<()> {
    let (case, state) = alert_case(connection, decision.alert).await?;
    if case != decision.case {
        return Err(StoreError::Missing("this alert"));
    }
    match AlertState::parse(&state) {
        Some(state) if AlertState::Decided.valid_from().contains(&state) => {}
        Some(AlertState::Decided) => {
            return Err(StoreError::Conflict("this alert has been decided already; read the decision first"));
        }
        _ => return Err(StoreError::Conflict("open the alert before deciding on it")),
    }
    sqlx::query("UPDATE alert SET state = 'decided', decided_at = $2 WHERE id = $1")
        .bind(decision.alert.as_bytes().to_vec())
        .bind(decision.decided_at.as_micros())
        .execute(connection)
        .await?;
    Ok(())
}

async fn decision_insert(connection: &mut EngineConnection, decision: &DecisionRow, leaf: u64) -> Result<()> {
    sqlx::query(
        "INSERT INTO decision (id, alert, case_id, officer, outcome, decided_at, hash, leaf, sealed)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(decision.id.as_bytes().to_vec())
    .bind(decision.alert.as_bytes().to_vec())
    .bind(decision.case.as_bytes().to_vec())
    .bind(decision.officer.as_bytes().to_vec())
    .bind(decision.outcome.as_str())
    .bind(decision.decided_at.as_micros())
    .bind(decision.hash.to_vec())
    .bind(int(leaf)?)
    .bind(decision.sealed.clone())
    .execute(connection)
    .await?;
    Ok(())
}

#[async_trait]
impl AlertStore for EngineStore {
    async fn record_opened(&self, opened: OpenedRecord) -> Result<Vec<AlertId>> {
        self.open_with_others(opened).await
    }

    async fn alert_list(&self, filter: AlertFilter) -> Result<Vec<AlertRow>> {
        let limit = if filter.limit == 0 { 200 } else { filter.limit };
        // Only what is asked for stands in the question: an engine that does not know what it will be finds no index.
        let mut query: QueryBuilder<Engine> = QueryBuilder::new(
            "SELECT a.* FROM alert a JOIN case_file c ON c.id = a.case_id WHERE c.state <> 'destroyed'",
        );
        if let Some(case) = filter.case {
            query.push(" AND a.case_id = ").push_bind(case.as_bytes().to_vec());
        }
        if let Some(officer) = filter.officer {
            query.push(" AND c.officer = ").push_bind(officer.as_bytes().to_vec());
        }
        if let Some(state) = filter.state {
            query.push(" AND a.state = ").push_bind(state.as_str());
        }
        if filter.undecided || filter.state.is_some_and(|state| state != AlertState::Decided) {
            query.push(" AND a.state <> 'decided'");
        }
        if let Some(since) = filter.since {
            query.push(" AND a.last_at >= ").push_bind(since.as_micros());
        }
        query.push(
            " ORDER BY a.state = 'decided', a.outside >= a.findings, a.priority DESC, a.last_at DESC LIMIT ",
        );
        query.push_bind(i64::from(limit));
        let rows = query.build().fetch_all(&self.readers).await?;
        rows.iter().map(alert).collect()
    }

    async fn alert_get(&self, id: AlertId) -> Result<Option<AlertRow>> {
        alert_row(&mut *self.readers.acquire().await?, id).await
    }

    async fn alert_findings(&self, id: AlertId, limit: u32) -> Result<Vec<(FindingRow, ObservationRow)>> {
        let rows = sqlx::query(
            "SELECT f.*, o.source AS o_source, o.act AS o_act, o.sealed AS o_sealed, o.observed_at AS o_at
             FROM alert_finding j
             JOIN finding f ON f.record = j.record AND f.position = j.position
             JOIN observation o ON o.record = j.record
             WHERE j.alert = $1 ORDER BY j.observed_at DESC, j.record, j.position LIMIT $2",
        )
        .bind(id.as_bytes().to_vec())
        .bind(i64::from(limit))
        .fetch_all(&self.readers)
        .await?;
        rows.iter()
            .map(|row| {
                let finding = finding(row)?;
                let observation = ObservationRow {
                    record: finding.record,
                    case: finding.case,
                    device: finding.device,
                    observed_at: time(row, "o_at")?,
                    source: text(row, "o_source")?,
                    act: text(row, "o_act")?,
                    sealed: blob(row, "o_sealed")?,
                };
                Ok((finding, observation))
            })
            .collect()
    }

    async fn alert_open(&self, id: AlertId, now: Timestamp) -> Result<AlertRow> {
        self.write(move |connection| Box::pin(open(connection, id, now))).await
    }

    async fn alert_looked(&self, id: AlertId, now: Timestamp) -> Result<AlertRow> {
        self.write(move |connection| Box::pin(looked(connection, id, now))).await
    }

    async fn decision_add(&self, decision: &DecisionRow) -> Result<()> {
        let (decision, hasher) = (decision.clone(), Arc::clone(&self.hasher));
        self.write(move |connection| {
            Box::pin(async move {
                decided(connection, &decision).await?;
                let mut edge = Edge::load(connection).await?;
                let leaf = edge.push(&*hasher, LeafKind::Decision, decision.hash);
                decision_insert(connection, &decision, leaf).await?;
                edge.store(connection, &*hasher, decision.decided_at).await?;
                let kind = NotificationKind::AlertDecided;
                notify(connection, kind, decision.case, Some(decision.alert), decision.decided_at).await
            })
        })
        .await
    }

    async fn decision_list(&self, alert: AlertId) -> Result<Vec<DecisionRow>> {
        let rows = sqlx::query("SELECT * FROM decision WHERE alert = $1 ORDER BY decided_at")
            .bind(alert.as_bytes().to_vec())
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(decision).collect()
    }

    async fn notification_after(&self, id: i64, limit: u32) -> Result<Vec<NotificationRow>> {
        let rows = sqlx::query("SELECT * FROM notification WHERE id > $1 ORDER BY id LIMIT $2")
            .bind(id)
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(notification).collect()
    }

    async fn notification_last(&self) -> Result<i64> {
        Ok(sqlx::query_scalar("SELECT coalesce(max(id), 0) FROM notification")
            .fetch_one(&self.readers)
            .await?)
    }
}
