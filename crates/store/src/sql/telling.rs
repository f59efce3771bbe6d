//! Clocks and tellings.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::{AlertId, CaseId, DeliveryId};
use sqlx::Row as _;

use super::alert::alert;
use super::delivery;
use super::rows::{bytes, damaged, number, parsed, text, time, time_maybe};
use super::{EngineConnection, EngineRow, EngineStore};
use crate::alert::AlertRow;
use crate::error::{Result, StoreError};
use crate::telling::{
    Channel, ClaimedDelivery, ClockRow, ClockStep, DeliveryEnd, DeliveryKind, DeliveryRow, DeliveryState,
    DeliveryTally, NewTelling, TellingRow, TellingStep, TellingStore,
};
use crate::words::Priority;

/// Rows that say whether the order as known now covers an alert and somebody has yet to act on it.
const MISSING: &str = "SELECT a.* FROM alert a JOIN case_file c ON c.id = a.case_id
    WHERE c.state <> 'destroyed' AND a.outside < a.findings
      AND (a.state = 'new' OR (a.state = 'opened' AND a.priority >= 4))
      AND NOT EXISTS (SELECT 1 FROM alert_clock k WHERE k.alert = a.id AND k.priority >= a.priority)
    ORDER BY a.priority DESC, a.raised_at LIMIT $1";
const DUE: &str =
    "SELECT k.* FROM alert_clock k JOIN alert a ON a.id = k.alert JOIN case_file c ON c.id = a.case_id
    WHERE k.next_at <= $1 AND k.seen_at IS NULL AND a.state <> 'decided' AND a.outside < a.findings
      AND c.state <> 'destroyed' ORDER BY k.priority DESC, k.next_at LIMIT $2";

pub(super) fn priority(row: &EngineRow) -> Result<Priority> {
    Priority::from_rank(number(row, "priority")?).ok_or_else(|| damaged("priority"))
}

fn clock(row: &EngineRow) -> Result<ClockRow> {
    Ok(ClockRow {
        alert: AlertId::from_bytes(bytes(row, "alert")?),
        case: CaseId::from_bytes(bytes(row, "case_id")?),
        priority: priority(row)?,
        step: parsed(row, "step", TellingStep::parse)?,
        began_at: time(row, "began_at")?,
        next_at: time_maybe(row, "next_at")?,
        seen_at: time_maybe(row, "seen_at")?,
    })
}

fn telling(row: &EngineRow) -> Result<TellingRow> {
    let state: Option<String> = row.try_get("state")?;
    let delivery = match state {
        Some(_) => Some((
            parsed(row, "state", DeliveryState::parse)?,
            time_maybe(row, "ended_at")?,
            row.try_get::<Option<String>, _>("fault")?,
        )),
        None => None,
    };
    Ok(TellingRow {
        priority: priority(row)?,
        step: parsed(row, "step", TellingStep::parse)?,
        recipient: text(row, "recipient")?,
        channel: parsed(row, "channel", Channel::parse)?,
        told_at: time(row, "told_at")?,
        delivery,
    })
}

async fn step(connection: &mut EngineConnection, step: &ClockStep) -> Result<()> {
    let moved = match step.from {
        None => {
            // What it was known for at a lower priority is settled by this one.
            sqlx::query("UPDATE alert_clock SET next_at = NULL WHERE alert = $1 AND priority < $2")
                .bind(step.alert.as_bytes().to_vec())
                .bind(step.priority.rank())
                .execute(&mut *connection)
                .await?;
            sqlx::query(
                "INSERT INTO alert_clock (alert, priority, case_id, step, began_at, next_at)
                 VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (alert, priority) DO NOTHING",
            )
            .bind(step.alert.as_bytes().to_vec())
            .bind(step.priority.rank())
            .bind(step.case.as_bytes().to_vec())
            .bind(step.step.as_str())
            .bind(step.at.as_micros())
            .bind(step.next_at.map(Timestamp::as_micros))
            .execute(&mut *connection)
            .await?
        }
        Some(from) => {
            sqlx::query(
                "UPDATE alert_clock SET step = $4, next_at = $5
                 WHERE alert = $1 AND priority = $2 AND step = $3 AND seen_at IS NULL",
            )
            .bind(step.alert.as_bytes().to_vec())
            .bind(step.priority.rank())
            .bind(from.as_str())
            .bind(step.step.as_str())
            .bind(step.next_at.map(Timestamp::as_micros))
            .execute(&mut *connection)
            .await?
        }
    };
    if moved.rows_affected() == 0 {
        return Err(StoreError::Conflict("another worker was first, or somebody has looked"));
    }
    for new in &step.tellings {
        tell(connection, step, new).await?;
    }
    Ok(())
}

async fn tell(connection: &mut EngineConnection, step: &ClockStep, new: &NewTelling) -> Result<()> {
    let delivery = match new.channel {
        Channel::Console => None,
        Channel::Email | Channel::Webhook => Some(delivery::join_or_make(connection, step, new).await?),
    };
    sqlx::query(
        "INSERT INTO telling (alert, priority, step, recipient, channel, told_at, delivery)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (alert, priority, step, recipient) DO NOTHING",
    )
    .bind(step.alert.as_bytes().to_vec())
    .bind(step.priority.rank())
    .bind(new.step.as_str())
    .bind(new.recipient.clone())
    .bind(new.channel.as_str())
    .bind(new.due_at.as_micros())
    .bind(delivery.map(|id| id.as_bytes().to_vec()))
    .execute(connection)
    .await?;
    Ok(())
}

#[async_trait]
impl TellingStore for EngineStore {
    async fn clock_missing(&self, limit: u32) -> Result<Vec<AlertRow>> {
        let rows = sqlx::query(MISSING).bind(i64::from(limit)).fetch_all(&self.readers).await?;
        rows.iter().map(alert).collect()
    }

    async fn clock_due(&self, now: Timestamp, limit: u32) -> Result<Vec<ClockRow>> {
        let rows =
            sqlx::query(DUE).bind(now.as_micros()).bind(i64::from(limit)).fetch_all(&self.readers).await?;
        rows.iter().map(clock).collect()
    }

    async fn clock_step(&self, taken: &ClockStep) -> Result<()> {
        let taken = taken.clone();
        self.write(move |connection| Box::pin(async move { step(connection, &taken).await })).await
    }

    async fn clock_rest(&self, alert: AlertId, priority: Priority) -> Result<()> {
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query("UPDATE alert_clock SET next_at = NULL WHERE alert = $1 AND priority = $2")
                    .bind(alert.as_bytes().to_vec())
                    .bind(priority.rank())
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await
    }

    async fn clock_list(&self, alert: AlertId) -> Result<Vec<ClockRow>> {
        let rows = sqlx::query("SELECT * FROM alert_clock WHERE alert = $1 ORDER BY priority")
            .bind(alert.as_bytes().to_vec())
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(clock).collect()
    }

    async fn telling_list(&self, alert: AlertId) -> Result<Vec<TellingRow>> {
        let rows = sqlx::query(
            "SELECT t.*, d.state, d.ended_at, d.fault FROM telling t LEFT JOIN delivery d ON d.id = t.delivery
             WHERE t.alert = $1 ORDER BY t.priority, t.told_at, t.recipient",
        )
        .bind(alert.as_bytes().to_vec())
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(telling).collect()
    }

    async fn delivery_trial(&self, id: DeliveryId, recipient: &str, now: Timestamp) -> Result<()> {
        let recipient = recipient.to_owned();
        self.write(move |connection| {
            Box::pin(async move {
                delivery::without_alert(connection, id, DeliveryKind::Trial, &recipient, now).await
            })
        })
        .await
    }

    async fn delivery_rights(&self, id: DeliveryId, recipient: &str, now: Timestamp) -> Result<()> {
        let recipient = recipient.to_owned();
        self.write(move |connection| {
            Box::pin(async move {
                delivery::without_alert(connection, id, DeliveryKind::Rights, &recipient, now).await
            })
        })
        .await
    }

    async fn delivery_claim(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
    ) -> Result<Option<ClaimedDelivery>> {
        if !delivery::any_due(&self.readers, now).await? {
            return Ok(None);
        }
        self.write(move |connection| {
            Box::pin(async move { delivery::claim(connection, now, lease_until).await })
        })
        .await
    }

    async fn delivery_end(
        &self,
        id: DeliveryId,
        attempt: u32,
        end: &DeliveryEnd,
        at: Timestamp,
    ) -> Result<()> {
        let end = end.clone();
        self.write(move |connection| {
            Box::pin(async move { delivery::end(connection, (id, attempt), &end, at).await })
        })
        .await
    }

    async fn delivery_list(&self, all: bool, limit: u32) -> Result<Vec<DeliveryRow>> {
        delivery::list(&self.readers, all, limit).await
    }

    async fn delivery_tally(&self) -> Result<DeliveryTally> {
        delivery::tally(&self.readers).await
    }

    async fn delivery_retry(&self, id: DeliveryId, now: Timestamp) -> Result<()> {
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query(
                    "UPDATE delivery SET state = 'waiting', attempts = 0, due_at = $2, ended_at = NULL
                     WHERE id = $1 AND state = 'dead'",
                )
                .bind(id.as_bytes().to_vec())
                .bind(now.as_micros())
                .execute(connection)
                .await?;
                match done.rows_affected() {
                    0 => Err(StoreError::Conflict("no delivery of this number was given up")),
                    _ => Ok(()),
                }
            })
        })
        .await
    }
}
