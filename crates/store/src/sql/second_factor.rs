//! Second factors.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::OfficerId;

use super::EngineStore;
use super::officer::sessions_end;
use super::rows::{blob, bytes, int, number, parsed, time, time_maybe};
use crate::error::{Result, StoreError};
use crate::second_factor::{SecondFactorRow, SecondFactorState, SecondFactorStore};

#[async_trait]
impl SecondFactorStore for EngineStore {
    async fn second_factor_get(
        &self,
        officer: OfficerId,
        state: SecondFactorState,
    ) -> Result<Option<SecondFactorRow>> {
        let row = sqlx::query("SELECT * FROM second_factor WHERE officer = $1 AND state = $2")
            .bind(officer.as_bytes().to_vec())
            .bind(state.as_str())
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| {
            Ok(SecondFactorRow {
                officer: OfficerId::from_bytes(bytes(&row, "officer")?),
                state: parsed(&row, "state", SecondFactorState::parse)?,
                sealed: blob(&row, "sealed")?,
                begun_at: time(&row, "begun_at")?,
                confirmed_at: time_maybe(&row, "confirmed_at")?,
                step_last: number(&row, "step_last")?,
            })
        })
        .transpose()
    }

    async fn second_factor_begin(&self, officer: OfficerId, sealed: &[u8], now: Timestamp) -> Result<()> {
        let sealed = sealed.to_vec();
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO second_factor (officer, state, sealed, begun_at, confirmed_at, step_last)
                     VALUES ($1, $2, $3, $4, NULL, 0)
                     ON CONFLICT (officer, state) DO UPDATE SET sealed = excluded.sealed, begun_at = excluded.begun_at",
                )
                .bind(officer.as_bytes().to_vec())
                .bind(SecondFactorState::Waiting.as_str())
                .bind(sealed)
                .bind(now.as_micros())
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }

    async fn second_factor_confirm(&self, officer: OfficerId, step: u64, now: Timestamp) -> Result<()> {
        let step = int(step)?;
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query("DELETE FROM second_factor WHERE officer = $1 AND state = $2")
                    .bind(officer.as_bytes().to_vec())
                    .bind(SecondFactorState::Used.as_str())
                    .execute(&mut *connection)
                    .await?;
                let done = sqlx::query(
                    "UPDATE second_factor SET state = $3, confirmed_at = $4, step_last = $5
                     WHERE officer = $1 AND state = $2",
                )
                .bind(officer.as_bytes().to_vec())
                .bind(SecondFactorState::Waiting.as_str())
                .bind(SecondFactorState::Used.as_str())
                .bind(now.as_micros())
                .bind(step)
                .execute(connection)
                .await?;
                match done.rows_affected() {
                    0 => Err(StoreError::Missing("a second factor that waits")),
                    _ => Ok(()),
                }
            })
        })
        .await
    }

    async fn second_factor_take(&self, officer: OfficerId, step: u64) -> Result<bool> {
        let step = int(step)?;
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query(
                    "UPDATE second_factor SET step_last = $3 WHERE officer = $1 AND state = $2 AND step_last < $3",
                )
                .bind(officer.as_bytes().to_vec())
                .bind(SecondFactorState::Used.as_str())
                .bind(step)
                .execute(connection)
                .await?;
                Ok(done.rows_affected() == 1)
            })
        })
        .await
    }

    async fn second_factor_remove(&self, officer: OfficerId) -> Result<bool> {
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query("DELETE FROM second_factor WHERE officer = $1")
                    .bind(officer.as_bytes().to_vec())
                    .execute(&mut *connection)
                    .await?;
                let passkeys = sqlx::query("DELETE FROM passkey WHERE officer = $1")
                    .bind(officer.as_bytes().to_vec())
                    .execute(&mut *connection)
                    .await?;
                sessions_end(connection, officer).await?;
                Ok(done.rows_affected() > 0 || passkeys.rows_affected() > 0)
            })
        })
        .await
    }
}
