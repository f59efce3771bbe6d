//! Links to supervised persons' own pages.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, PersonalLinkId};

use super::rows::{bytes, number, text, time, time_maybe};
use super::{EngineRow, EngineStore};
use crate::error::{Result, StoreError};
use crate::personal_link::{PersonalLinkRow, PersonalLinkStore};

fn link(row: &EngineRow) -> Result<PersonalLinkRow> {
    let ended = match time_maybe(row, "ended_at")? {
        Some(at) => Some((at, text(row, "ended_by")?)),
        None => None,
    };
    Ok(PersonalLinkRow {
        id: PersonalLinkId::from_bytes(bytes(row, "id")?),
        case: CaseId::from_bytes(bytes(row, "case_id")?),
        token_hash: bytes(row, "token_hash")?,
        code_hash: bytes(row, "code_hash")?,
        made_at: time(row, "made_at")?,
        made_by: text(row, "made_by")?,
        expires_at: time(row, "expires_at")?,
        tries_left: number(row, "tries_left")?,
        opened_at: time_maybe(row, "opened_at")?,
        opened: number(row, "opened")?,
        ended,
    })
}

#[async_trait]
impl PersonalLinkStore for EngineStore {
    async fn personal_link_add(&self, row: &PersonalLinkRow) -> Result<()> {
        let row = row.clone();
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "UPDATE personal_link SET ended_at = $2, ended_by = $3, visit_hash = NULL, visit_until = NULL \
                     WHERE case_id = $1 AND ended_at IS NULL AND expires_at > $2",
                )
                .bind(row.case.as_bytes().to_vec())
                .bind(row.made_at.as_micros())
                .bind(row.made_by.clone())
                .execute(&mut *connection)
                .await?;
                sqlx::query(
                    "INSERT INTO personal_link \
                     (id, case_id, token_hash, code_hash, made_at, made_by, expires_at, tries_left) \
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                )
                .bind(row.id.as_bytes().to_vec())
                .bind(row.case.as_bytes().to_vec())
                .bind(row.token_hash.to_vec())
                .bind(row.code_hash.to_vec())
                .bind(row.made_at.as_micros())
                .bind(row.made_by)
                .bind(row.expires_at.as_micros())
                .bind(i64::from(row.tries_left))
                .execute(&mut *connection)
                .await?;
                Ok(())
            })
        })
        .await
    }

    async fn personal_link_list(&self, case: CaseId) -> Result<Vec<PersonalLinkRow>> {
        let rows =
            sqlx::query("SELECT * FROM personal_link WHERE case_id = $1 ORDER BY made_at DESC, id DESC")
                .bind(case.as_bytes().to_vec())
                .fetch_all(&self.readers)
                .await?;
        rows.iter().map(link).collect()
    }

    async fn personal_link_by_token(&self, token_hash: &[u8; 32]) -> Result<Option<PersonalLinkRow>> {
        let row = sqlx::query("SELECT * FROM personal_link WHERE token_hash = $1")
            .bind(token_hash.to_vec())
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(link).transpose()
    }

    async fn personal_link_try(&self, id: PersonalLinkId) -> Result<bool> {
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query(
                    "UPDATE personal_link SET tries_left = tries_left - 1 WHERE id = $1 AND tries_left > 0",
                )
                .bind(id.as_bytes().to_vec())
                .execute(&mut *connection)
                .await?;
                Ok(done.rows_affected() > 0)
            })
        })
        .await
    }

    async fn personal_link_enter(
        &self,
        id: PersonalLinkId,
        tries: u32,
        visit: &[u8; 32],
        from: Timestamp,
        until: Timestamp,
    ) -> Result<()> {
        let visit = visit.to_vec();
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query(
                    "UPDATE personal_link SET tries_left = $2, visit_hash = $3, opened_at = $4, visit_until = $5, \
                     opened = opened + 1 WHERE id = $1 AND ended_at IS NULL",
                )
                .bind(id.as_bytes().to_vec())
                .bind(i64::from(tries))
                .bind(visit)
                .bind(from.as_micros())
                .bind(until.as_micros())
                .execute(&mut *connection)
                .await?;
                one(done.rows_affected())
            })
        })
        .await
    }

    async fn personal_link_by_visit(
        &self,
        visit: &[u8; 32],
        now: Timestamp,
    ) -> Result<Option<PersonalLinkRow>> {
        let row = sqlx::query("SELECT * FROM personal_link WHERE visit_hash = $1 AND visit_until > $2")
            .bind(visit.to_vec())
            .bind(now.as_micros())
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(link).transpose()
    }

    async fn personal_link_leave(&self, visit: &[u8; 32]) -> Result<()> {
        let visit = visit.to_vec();
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "UPDATE personal_link SET visit_hash = NULL, visit_until = NULL WHERE visit_hash = $1",
                )
                .bind(visit)
                .execute(&mut *connection)
                .await?;
                Ok(())
            })
        })
        .await
    }

    async fn personal_link_end(&self, id: PersonalLinkId, at: Timestamp, by: &str) -> Result<()> {
        let by = by.to_owned();
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query(
                    "UPDATE personal_link SET ended_at = $2, ended_by = $3, visit_hash = NULL, visit_until = NULL \
                     WHERE id = $1 AND ended_at IS NULL",
                )
                .bind(id.as_bytes().to_vec())
                .bind(at.as_micros())
                .bind(by)
                .execute(&mut *connection)
                .await?;
                one(done.rows_affected())
            })
        })
        .await
    }
}

fn one(rows: u64) -> Result<()> {
    match rows {
        0 => Err(StoreError::Conflict("this link has ended")),
        _ => Ok(()),
    }
}
