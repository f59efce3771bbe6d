//! Deliveries: made, claimed, ended.

use proviso_model::Timestamp;
use proviso_model::ids::{AlertId, DeliveryId};
use sqlx::Row as _;

use super::rows::{bytes, number, parsed, text, time, time_maybe};
use super::telling::priority;
use super::{Engine, EngineConnection, EngineRow};
use crate::error::Result;
use crate::telling::{
    Channel, ClaimedDelivery, ClockStep, DeliveryEnd, DeliveryKind, DeliveryRow, DeliveryState,
    DeliveryTally, NewTelling, TellingStep,
};
use crate::words::Priority;

/// Longest fault that is kept, in characters.
const FAULT_CHARS_MAX: usize = 300;

/// What is due and that nobody has.
const IS_DUE: &str = "state = 'waiting' AND due_at <= $1 AND (lease_until IS NULL OR lease_until <= $1)";

fn delivery(row: &EngineRow) -> Result<DeliveryRow> {
    Ok(DeliveryRow {
        id: DeliveryId::from_bytes(bytes(row, "id")?),
        kind: parsed(row, "kind", DeliveryKind::parse)?,
        channel: parsed(row, "channel", Channel::parse)?,
        recipient: text(row, "recipient")?,
        priority: priority(row)?,
        step: parsed(row, "step", TellingStep::parse)?,
        state: parsed(row, "state", DeliveryState::parse)?,
        attempts: number(row, "attempts")?,
        made_at: time(row, "made_at")?,
        due_at: time(row, "due_at")?,
        ended_at: time_maybe(row, "ended_at")?,
        fault: row.try_get("fault")?,
    })
}

/// The delivery that an alert is told by: one that waits, or a new one.
pub(super) async fn join_or_make(
    connection: &mut EngineConnection,
    step: &ClockStep,
    new: &NewTelling,
) -> Result<DeliveryId> {
    if new.joins {
        let waiting = sqlx::query(
            "SELECT id FROM delivery WHERE recipient = $1 AND state = 'waiting' AND joinable = 1
             AND lease_until IS NULL AND channel = $2 AND priority = $3 AND step = $4 AND kind = $5
             ORDER BY made_at LIMIT 1",
        )
        .bind(new.recipient.clone())
        .bind(new.channel.as_str())
        .bind(step.priority.rank())
        .bind(new.step.as_str())
        .bind(new.kind.as_str())
        .fetch_optional(&mut *connection)
        .await?;
        if let Some(row) = waiting {
            return Ok(DeliveryId::from_bytes(bytes(&row, "id")?));
        }
    }
    let about = (new.kind, new.channel, step.priority, new.step);
    insert(connection, new.delivery, &new.recipient, about, (step.at, new.due_at)).await?;
    Ok(new.delivery)
}

/// A delivery without an alert.
pub(super) async fn without_alert(
    connection: &mut EngineConnection,
    id: DeliveryId,
    kind: DeliveryKind,
    recipient: &str,
    now: Timestamp,
) -> Result<()> {
    let about = (kind, Channel::Email, Priority::ThisWeek, TellingStep::Officer);
    insert(connection, id, recipient, about, (now, now)).await
}

async fn insert(
    connection: &mut EngineConnection,
    id: DeliveryId,
    recipient: &str,
    (kind, channel, priority, step): (DeliveryKind, Channel, Priority, TellingStep),
    (made_at, due_at): (Timestamp, Timestamp),
) -> Result<()> {
    sqlx::query(
        "INSERT INTO delivery (id, kind, channel, recipient, priority, step, state, attempts, joinable, made_at, due_at)
         VALUES ($1, $2, $3, $4, $5, $6, 'waiting', 0, 1, $7, $8)",
    )
    .bind(id.as_bytes().to_vec())
    .bind(kind.as_str())
    .bind(channel.as_str())
    .bind(recipient.to_owned())
    .bind(priority.rank())
    .bind(step.as_str())
    .bind(made_at.as_micros())
    .bind(due_at.as_micros())
    .execute(connection)
    .await?;
    Ok(())
}

/// Looked for with a reader first, so that an idle worker takes no write lock.
pub(super) async fn any_due(readers: &sqlx::Pool<Engine>, now: Timestamp) -> Result<bool> {
    let sql = format!("SELECT count(*) FROM (SELECT 1 FROM delivery WHERE {IS_DUE} LIMIT 1) waiting");
    let waiting: i64 =
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(now.as_micros()).fetch_one(readers).await?;
    Ok(waiting > 0)
}

pub(super) async fn claim(
    connection: &mut EngineConnection,
    now: Timestamp,
    lease_until: Timestamp,
) -> Result<Option<ClaimedDelivery>> {
    // From here on it may have been taken by the other side, so nothing joins it until that is known.
    let sql = format!(
        "UPDATE delivery SET attempts = attempts + 1, joinable = 0, lease_until = $2 WHERE id = (
             SELECT id FROM delivery WHERE {IS_DUE} ORDER BY priority DESC, due_at, id LIMIT 1) RETURNING *"
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(now.as_micros())
        .bind(lease_until.as_micros())
        .fetch_optional(&mut *connection)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let row = delivery(&row)?;
    let told = sqlx::query(
        "SELECT a.id, a.raised_at, k.next_at,
                CASE WHEN k.seen_at IS NULL AND a.state <> 'decided' THEN CAST(1 AS BIGINT) ELSE 0 END AS unseen
         FROM telling t JOIN alert a ON a.id = t.alert
         JOIN alert_clock k ON k.alert = t.alert AND k.priority = t.priority
         WHERE t.delivery = $1 ORDER BY a.raised_at, a.id",
    )
    .bind(row.id.as_bytes().to_vec())
    .fetch_all(connection)
    .await?;
    let mut claimed = ClaimedDelivery { row, alerts: Vec::new(), unseen: Vec::new(), next_at: None };
    for one in &told {
        let alert = AlertId::from_bytes(bytes(one, "id")?);
        claimed.alerts.push((alert, time(one, "raised_at")?));
        if number::<u8>(one, "unseen")? != 0 {
            claimed.unseen.push(alert);
            let next_at = time_maybe(one, "next_at")?;
            claimed.next_at = [claimed.next_at, next_at].into_iter().flatten().min();
        }
    }
    Ok(Some(claimed))
}

pub(super) async fn end(
    connection: &mut EngineConnection,
    (id, attempt): (DeliveryId, u32),
    end: &DeliveryEnd,
    at: Timestamp,
) -> Result<()> {
    let (state, due_at, fault, joinable) = match end {
        DeliveryEnd::Sent => (DeliveryState::Sent, None, None, false),
        DeliveryEnd::Withdrawn => (DeliveryState::Withdrawn, None, None, false),
        DeliveryEnd::Retry { at, fault, untaken } => {
            (DeliveryState::Waiting, Some(*at), Some(fault), *untaken)
        }
        DeliveryEnd::Dead { fault } => (DeliveryState::Dead, None, Some(fault), false),
    };
    let fault = fault.map(|fault| fault.chars().take(FAULT_CHARS_MAX).collect::<String>());
    let done = sqlx::query(
        "UPDATE delivery SET state = $3, lease_until = NULL, due_at = coalesce($4, due_at), fault = $5,
                             joinable = $6, ended_at = $7
         WHERE id = $1 AND attempts = $2 AND state = 'waiting'",
    )
    .bind(id.as_bytes().to_vec())
    .bind(i64::from(attempt))
    .bind(state.as_str())
    .bind(due_at.map(Timestamp::as_micros))
    .bind(fault)
    .bind(i64::from(joinable))
    .bind((state != DeliveryState::Waiting).then_some(at.as_micros()))
    .execute(&mut *connection)
    .await?;
    if done.rows_affected() == 0 || state != DeliveryState::Dead {
        return Ok(());
    }
    // Who could not be told is not waited for.
    sqlx::query(
        "UPDATE alert_clock SET next_at = $2 WHERE seen_at IS NULL AND next_at > $2 AND EXISTS (
             SELECT 1 FROM telling t WHERE t.delivery = $1 AND t.channel = 'email' AND t.alert = alert_clock.alert
             AND t.priority = alert_clock.priority AND t.step = alert_clock.step)",
    )
    .bind(id.as_bytes().to_vec())
    .bind(at.as_micros())
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn list(readers: &sqlx::Pool<Engine>, all: bool, limit: u32) -> Result<Vec<DeliveryRow>> {
    let rows = sqlx::query(
        "SELECT * FROM delivery WHERE $1 = 1 OR state = 'dead' OR (state = 'waiting' AND fault IS NOT NULL)
         ORDER BY made_at DESC, id DESC LIMIT $2",
    )
    .bind(i64::from(all))
    .bind(i64::from(limit))
    .fetch_all(readers)
    .await?;
    rows.iter().map(delivery).collect()
}

pub(super) async fn tally(readers: &sqlx::Pool<Engine>) -> Result<DeliveryTally> {
    let rows =
        sqlx::query("SELECT state, count(*) AS total, count(fault) AS faulty FROM delivery GROUP BY state")
            .fetch_all(readers)
            .await?;
    let mut tally = DeliveryTally::default();
    for row in &rows {
        let total = number(row, "total")?;
        match parsed(row, "state", DeliveryState::parse)? {
            DeliveryState::Waiting => (tally.waiting, tally.failing) = (total, number(row, "faulty")?),
            DeliveryState::Sent => tally.sent = total,
            DeliveryState::Withdrawn => tally.withdrawn = total,
            DeliveryState::Dead => tally.dead = total,
        }
    }
    Ok(tally)
}
