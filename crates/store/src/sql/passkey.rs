//! Passkeys and ceremonies.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::OfficerId;

use super::rows::{blob, bytes, number, time, time_maybe};
use super::{EngineRow, EngineStore};
use crate::error::{Result, StoreError};
use crate::passkey::{CeremonyKind, CeremonyRow, PasskeyRow, PasskeyStore};

fn passkey(row: &EngineRow) -> Result<PasskeyRow> {
    Ok(PasskeyRow {
        id: bytes(row, "id")?,
        officer: OfficerId::from_bytes(bytes(row, "officer")?),
        made_at: time(row, "made_at")?,
        used_at: time_maybe(row, "used_at")?,
        counter: number(row, "counter")?,
        sealed: blob(row, "sealed")?,
    })
}

#[async_trait]
impl PasskeyStore for EngineStore {
    async fn passkey_add(&self, row: &PasskeyRow) -> Result<()> {
        let row = row.clone();
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query(
                    "INSERT INTO passkey (id, officer, made_at, used_at, counter, sealed)
                     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO NOTHING",
                )
                .bind(row.id.to_vec())
                .bind(row.officer.as_bytes().to_vec())
                .bind(row.made_at.as_micros())
                .bind(row.used_at.map(Timestamp::as_micros))
                .bind(i64::from(row.counter))
                .bind(row.sealed)
                .execute(connection)
                .await?;
                match done.rows_affected() {
                    0 => Err(StoreError::Conflict("this passkey is registered already")),
                    _ => Ok(()),
                }
            })
        })
        .await
    }

    async fn passkey_get(&self, id: &[u8; 32]) -> Result<Option<PasskeyRow>> {
        let row = sqlx::query("SELECT * FROM passkey WHERE id = $1")
            .bind(id.to_vec())
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(passkey).transpose()
    }

    async fn passkey_list(&self, officer: OfficerId) -> Result<Vec<PasskeyRow>> {
        let rows = sqlx::query("SELECT * FROM passkey WHERE officer = $1 ORDER BY made_at, id")
            .bind(officer.as_bytes().to_vec())
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(passkey).collect()
    }

    async fn passkey_used(&self, id: &[u8; 32], counter: u32, sealed: &[u8], at: Timestamp) -> Result<bool> {
        let (id, sealed) = (id.to_vec(), sealed.to_vec());
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query(
                    "UPDATE passkey SET counter = $2, sealed = $3, used_at = $4
                     WHERE id = $1 AND (counter < $2 OR (counter = 0 AND $2 = 0))",
                )
                .bind(id)
                .bind(i64::from(counter))
                .bind(sealed)
                .bind(at.as_micros())
                .execute(connection)
                .await?;
                Ok(done.rows_affected() == 1)
            })
        })
        .await
    }

    async fn passkey_remove(&self, officer: OfficerId, id: &[u8; 32]) -> Result<bool> {
        let id = id.to_vec();
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query("DELETE FROM passkey WHERE id = $1 AND officer = $2")
                    .bind(id)
                    .bind(officer.as_bytes().to_vec())
                    .execute(connection)
                    .await?;
                Ok(done.rows_affected() == 1)
            })
        })
        .await
    }

    async fn ceremony_begin(&self, row: &CeremonyRow, now: Timestamp) -> Result<()> {
        let row = row.clone();
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query("DELETE FROM ceremony WHERE expires_at <= $1")
                    .bind(now.as_micros())
                    .execute(&mut *connection)
                    .await?;
                sqlx::query(
                    "INSERT INTO ceremony (token_hash, kind, expires_at, sealed) VALUES ($1, $2, $3, $4)",
                )
                .bind(row.token_hash.to_vec())
                .bind(row.kind.as_str())
                .bind(row.expires_at.as_micros())
                .bind(row.sealed)
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }

    async fn ceremony_take(
        &self,
        token_hash: &[u8; 32],
        kind: CeremonyKind,
        now: Timestamp,
    ) -> Result<Option<Vec<u8>>> {
        let token_hash = token_hash.to_vec();
        self.write(move |connection| {
            Box::pin(async move {
                let row = sqlx::query(
                    "DELETE FROM ceremony WHERE token_hash = $1 AND kind = $2 AND expires_at > $3 RETURNING sealed",
                )
                .bind(token_hash)
                .bind(kind.as_str())
                .bind(now.as_micros())
                .fetch_optional(connection)
                .await?;
                row.map(|row| blob(&row, "sealed")).transpose()
            })
        })
        .await
    }
}
