//! Officers, sessions and settings.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, OfficerId};

use super::rows::{bytes, damaged, parsed, text, time, time_maybe};
use super::{EngineConnection, EngineRow, EngineStore};
use crate::error::{Result, StoreError};
use crate::officer::{OfficerRole, OfficerRow, OfficerStore, SessionFactor, SessionRow};

const OFFICER: &str =
    "SELECT id, username, display_name, password_hash, role, created_at, disabled_at FROM officer";

fn officer(row: &EngineRow) -> Result<OfficerRow> {
    Ok(OfficerRow {
        id: OfficerId::from_bytes(bytes(row, "id")?),
        username: text(row, "username")?,
        display_name: text(row, "display_name")?,
        password_hash: text(row, "password_hash")?,
        role: parsed(row, "role", OfficerRole::parse)?,
        created_at: time(row, "created_at")?,
        disabled_at: time_maybe(row, "disabled_at")?,
    })
}

/// The lines of a session's reasons.
fn case_reasons(lines: &str) -> Result<Vec<(CaseId, String)>> {
    let one = |line: &str| {
        let (case, reason) = line.split_once(' ')?;
        Some((case.parse().ok()?, reason.to_owned()))
    };
    lines.lines().map(|line| one(line).ok_or_else(|| damaged("case_reasons"))).collect()
}

/// Ends every session of an officer.
pub(super) async fn sessions_end(connection: &mut EngineConnection, officer: OfficerId) -> Result<()> {
    sqlx::query("DELETE FROM session WHERE officer = $1")
        .bind(officer.as_bytes().to_vec())
        .execute(connection)
        .await?;
    Ok(())
}

/// Writes a time into a session.
async fn stamp(
    store: &EngineStore,
    update: &'static str,
    token_hash: &[u8; 32],
    now: Timestamp,
) -> Result<()> {
    let token_hash = token_hash.to_vec();
    store
        .write_one(move |connection| {
            Box::pin(async move {
                sqlx::query(update).bind(token_hash).bind(now.as_micros()).execute(connection).await?;
                Ok(())
            })
        })
        .await
}

#[async_trait]
impl OfficerStore for EngineStore {
    async fn officer_add(&self, officer: &OfficerRow) -> Result<()> {
        let officer = officer.clone();
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query(
                    "INSERT INTO officer (id, username, display_name, password_hash, role, created_at, disabled_at)
                     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (username) DO NOTHING",
                )
                .bind(officer.id.as_bytes().to_vec())
                .bind(officer.username)
                .bind(officer.display_name)
                .bind(officer.password_hash)
                .bind(officer.role.as_str())
                .bind(officer.created_at.as_micros())
                .bind(officer.disabled_at.map(Timestamp::as_micros))
                .execute(connection)
                .await?;
                match done.rows_affected() {
                    0 => Err(StoreError::Conflict("this sign-in name is taken; choose another")),
                    _ => Ok(()),
                }
            })
        })
        .await
    }

    async fn officer_get(&self, id: OfficerId) -> Result<Option<OfficerRow>> {
        let row = sqlx::query(sqlx::AssertSqlSafe(format!("{OFFICER} WHERE id = $1")))
            .bind(id.as_bytes().to_vec())
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(officer).transpose()
    }

    async fn officer_by_username(&self, username: &str) -> Result<Option<OfficerRow>> {
        let row = sqlx::query(sqlx::AssertSqlSafe(format!("{OFFICER} WHERE username = $1")))
            .bind(username)
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(officer).transpose()
    }

    async fn officer_list(&self) -> Result<Vec<OfficerRow>> {
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!("{OFFICER} ORDER BY username")))
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(officer).collect()
    }

    async fn session_add(&self, session: &SessionRow) -> Result<()> {
        let session = session.clone();
        self.write_one(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO session (token_hash, officer, created_at, checked_at, seen_at, expires_at, shown_by)
                     VALUES ($1, $2, $3, $4, $5, $6, $7)",
                )
                .bind(session.token_hash.to_vec())
                .bind(session.officer.as_bytes().to_vec())
                .bind(session.created_at.as_micros())
                .bind(session.checked_at.as_micros())
                .bind(session.seen_at.as_micros())
                .bind(session.expires_at.as_micros())
                .bind(session.shown_by.as_str())
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }

    async fn session_get(&self, token_hash: &[u8; 32], now: Timestamp) -> Result<Option<SessionRow>> {
        let row = sqlx::query(
            "SELECT token_hash, officer, created_at, checked_at, seen_at, expires_at, case_reasons, shown_by FROM session
             WHERE token_hash = $1 AND expires_at > $2",
        )
        .bind(token_hash.to_vec())
        .bind(now.as_micros())
        .fetch_optional(&self.readers)
        .await?;
        row.map(|row| {
            Ok(SessionRow {
                token_hash: bytes(&row, "token_hash")?,
                officer: OfficerId::from_bytes(bytes(&row, "officer")?),
                created_at: time(&row, "created_at")?,
                shown_by: parsed(&row, "shown_by", SessionFactor::parse)?,
                checked_at: time(&row, "checked_at")?,
                seen_at: time(&row, "seen_at")?,
                expires_at: time(&row, "expires_at")?,
                case_reasons: case_reasons(&text(&row, "case_reasons")?)?,
            })
        })
        .transpose()
    }

    async fn session_seen(&self, token_hash: &[u8; 32], now: Timestamp) -> Result<()> {
        stamp(self, "UPDATE session SET seen_at = $2 WHERE token_hash = $1", token_hash, now).await
    }

    async fn session_checked(&self, token_hash: &[u8; 32], now: Timestamp) -> Result<()> {
        stamp(self, "UPDATE session SET checked_at = $2 WHERE token_hash = $1", token_hash, now).await
    }

    async fn session_reason(&self, token_hash: &[u8; 32], case: CaseId, reason: &str) -> Result<()> {
        let (token_hash, line) = (token_hash.to_vec(), format!("{case} {reason}\n"));
        self.write_one(move |connection| {
            Box::pin(async move {
                sqlx::query("UPDATE session SET case_reasons = case_reasons || $2 WHERE token_hash = $1")
                    .bind(token_hash)
                    .bind(line)
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await
    }

    async fn session_end(&self, token_hash: &[u8; 32], now: Timestamp) -> Result<()> {
        let token_hash = token_hash.to_vec();
        self.write_one(move |connection| {
            Box::pin(async move {
                sqlx::query("DELETE FROM session WHERE token_hash = $1 OR expires_at <= $2")
                    .bind(token_hash)
                    .bind(now.as_micros())
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await
    }

    async fn setting_get(&self, name: &str) -> Result<Option<String>> {
        Ok(sqlx::query_scalar("SELECT value FROM force_setting WHERE name = $1")
            .bind(name)
            .fetch_optional(&self.readers)
            .await?)
    }

    async fn setting_set(&self, name: &str, value: &str) -> Result<()> {
        let (name, value) = (name.to_owned(), value.to_owned());
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO force_setting (name, value) VALUES ($1, $2)
                     ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                )
                .bind(name)
                .bind(value)
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }
}
