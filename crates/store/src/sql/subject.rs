//! Links between officers and the provider's subjects.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::OfficerId;

use super::EngineStore;
use super::officer::sessions_end;
use super::rows::{bytes, time};
use crate::error::{Result, StoreError};
use crate::subject::SubjectStore;

#[async_trait]
impl SubjectStore for EngineStore {
    async fn subject_link(&self, subject_hash: &[u8; 32], officer: OfficerId, at: Timestamp) -> Result<()> {
        let subject_hash = subject_hash.to_vec();
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query(
                    "INSERT INTO officer_subject (subject_hash, officer, linked_at) VALUES ($1, $2, $3)
                     ON CONFLICT (subject_hash) DO NOTHING",
                )
                .bind(subject_hash)
                .bind(officer.as_bytes().to_vec())
                .bind(at.as_micros())
                .execute(connection)
                .await?;
                match done.rows_affected() {
                    0 => Err(StoreError::Conflict("this subject is linked to an officer already")),
                    _ => Ok(()),
                }
            })
        })
        .await
    }

    async fn subject_officer(&self, subject_hash: &[u8; 32]) -> Result<Option<OfficerId>> {
        let row = sqlx::query("SELECT officer FROM officer_subject WHERE subject_hash = $1")
            .bind(subject_hash.to_vec())
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| Ok(OfficerId::from_bytes(bytes(&row, "officer")?))).transpose()
    }

    async fn subject_list(&self, officer: OfficerId) -> Result<Vec<Timestamp>> {
        let rows = sqlx::query("SELECT linked_at FROM officer_subject WHERE officer = $1 ORDER BY linked_at")
            .bind(officer.as_bytes().to_vec())
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(|row| time(row, "linked_at")).collect()
    }

    async fn subject_unlink(&self, officer: OfficerId) -> Result<bool> {
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query("DELETE FROM officer_subject WHERE officer = $1")
                    .bind(officer.as_bytes().to_vec())
                    .execute(&mut *connection)
                    .await?;
                sessions_end(connection, officer).await?;
                Ok(done.rows_affected() > 0)
            })
        })
        .await
    }
}
