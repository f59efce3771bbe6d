//! Cover and settings for notifications.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::{CoverId, OfficerId};

use super::rows::{blob, bytes, bytes_maybe, number, text, time, time_maybe};
use super::{EngineRow, EngineStore};
use crate::cover::{CoverRow, CoverStore, NotificationSettingRow};
use crate::error::{Result, StoreError};

fn cover(row: &EngineRow) -> Result<CoverRow> {
    Ok(CoverRow {
        id: CoverId::from_bytes(bytes(row, "id")?),
        officer: OfficerId::from_bytes(bytes(row, "officer")?),
        covered_by: OfficerId::from_bytes(bytes(row, "covered_by")?),
        from: time(row, "from_at")?,
        until: time(row, "until_at")?,
        is_away: number::<u8>(row, "is_away")? != 0,
        made_at: time(row, "made_at")?,
        made_by: text(row, "made_by")?,
        ended_at: time_maybe(row, "ended_at")?,
    })
}

fn setting(row: &EngineRow) -> Result<NotificationSettingRow> {
    let minutes = |column: &str| -> Result<Option<u16>> {
        use sqlx::Row as _;
        let value: Option<i64> = row.try_get(column)?;
        value.map(|_| number(row, column)).transpose()
    };
    Ok(NotificationSettingRow {
        officer: OfficerId::from_bytes(bytes(row, "officer")?),
        by_email: number::<u8>(row, "by_email")? != 0,
        daily: number::<u8>(row, "daily")? != 0,
        quiet: minutes("quiet_from")?.zip(minutes("quiet_until")?),
        supervisor: bytes_maybe(row, "supervisor")?.map(OfficerId::from_bytes),
        changed_at: time(row, "changed_at")?,
        sealed: blob(row, "sealed")?,
    })
}

#[async_trait]
impl CoverStore for EngineStore {
    async fn cover_add(&self, cover: &CoverRow) -> Result<()> {
        let row = cover.clone();
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO cover (id, officer, covered_by, from_at, until_at, is_away, made_at, made_by)
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                )
                .bind(row.id.as_bytes().to_vec())
                .bind(row.officer.as_bytes().to_vec())
                .bind(row.covered_by.as_bytes().to_vec())
                .bind(row.from.as_micros())
                .bind(row.until.as_micros())
                .bind(i64::from(row.is_away))
                .bind(row.made_at.as_micros())
                .bind(row.made_by)
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }

    async fn cover_end(&self, id: CoverId, at: Timestamp) -> Result<()> {
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query(
                    "UPDATE cover SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL AND until_at > $2",
                )
                .bind(id.as_bytes().to_vec())
                .bind(at.as_micros())
                .execute(connection)
                .await?;
                match done.rows_affected() {
                    0 => Err(StoreError::Conflict("this cover has ended, or there is none")),
                    _ => Ok(()),
                }
            })
        })
        .await
    }

    async fn cover_list(&self, at: Timestamp) -> Result<Vec<CoverRow>> {
        let rows = sqlx::query(
            "SELECT * FROM cover WHERE until_at > $1 AND (ended_at IS NULL OR ended_at > $1)
             ORDER BY from_at, id",
        )
        .bind(at.as_micros())
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(cover).collect()
    }

    async fn notification_setting_get(&self, officer: OfficerId) -> Result<Option<NotificationSettingRow>> {
        let row = sqlx::query("SELECT * FROM notification_setting WHERE officer = $1")
            .bind(officer.as_bytes().to_vec())
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(setting).transpose()
    }

    async fn notification_setting_set(&self, row: &NotificationSettingRow) -> Result<()> {
        let row = row.clone();
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO notification_setting
                     (officer, by_email, daily, quiet_from, quiet_until, supervisor, changed_at, sealed)
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
                     ON CONFLICT (officer) DO UPDATE SET by_email = $2, daily = $3, quiet_from = $4,
                     quiet_until = $5, supervisor = $6, changed_at = $7, sealed = $8",
                )
                .bind(row.officer.as_bytes().to_vec())
                .bind(i64::from(row.by_email))
                .bind(i64::from(row.daily))
                .bind(row.quiet.map(|(from, _)| i64::from(from)))
                .bind(row.quiet.map(|(_, until)| i64::from(until)))
                .bind(row.supervisor.map(|id| id.as_bytes().to_vec()))
                .bind(row.changed_at.as_micros())
                .bind(row.sealed)
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }
}
