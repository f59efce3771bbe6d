//! Conflicts of interest, and who is in charge of a case.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, CaseMoveId, ConflictId, OfficerId};

use super::rows::{blob, bytes, bytes_maybe, text, time, time_maybe};
use super::{EngineConnection, EngineRow, EngineStore};
use crate::conflict::{CaseMoveRow, ConflictEnd, ConflictFilter, ConflictRow, ConflictStore};
use crate::error::{Result, StoreError};

/// Why a case does not go to an officer.
fn not_to_them() -> StoreError {
    StoreError::Conflict(
        "another officer is in charge by now, or the new one has declared that they know the person",
    )
}

fn conflict(row: &EngineRow) -> Result<ConflictRow> {
    let ended = match time_maybe(row, "ended_at")? {
        Some(at) => Some(ConflictEnd { at, by: text(row, "ended_by")?, sealed: blob(row, "ended_sealed")? }),
        None => None,
    };
    Ok(ConflictRow {
        id: ConflictId::from_bytes(bytes(row, "id")?),
        officer: OfficerId::from_bytes(bytes(row, "officer")?),
        case: CaseId::from_bytes(bytes(row, "case_id")?),
        declared_at: time(row, "declared_at")?,
        declared_by: text(row, "declared_by")?,
        sealed: blob(row, "sealed")?,
        ended,
    })
}

fn case_move(row: &EngineRow) -> Result<CaseMoveRow> {
    let withdrawn = match time_maybe(row, "withdrawn_at")? {
        Some(at) => Some((at, text(row, "withdrawn_by")?)),
        None => None,
    };
    Ok(CaseMoveRow {
        id: CaseMoveId::from_bytes(bytes(row, "id")?),
        case: CaseId::from_bytes(bytes(row, "case_id")?),
        from: bytes_maybe(row, "from_officer")?.map(OfficerId::from_bytes),
        to: OfficerId::from_bytes(bytes(row, "to_officer")?),
        from_at: time(row, "from_at")?,
        made_at: time(row, "made_at")?,
        made_by: text(row, "made_by")?,
        sealed: blob(row, "sealed")?,
        done_at: time_maybe(row, "done_at")?,
        withdrawn,
    })
}

/// Puts an officer in charge, unless the case is barred for them. `false` when it is, or there is no such case.
pub(super) async fn put_in_charge(
    connection: &mut EngineConnection,
    case: CaseId,
    officer: OfficerId,
) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE case_file SET officer = $2 WHERE id = $1 AND NOT EXISTS
         (SELECT 1 FROM conflict_of_interest WHERE case_id = $1 AND officer = $2 AND ended_at IS NULL)",
    )
    .bind(case.as_bytes().to_vec())
    .bind(officer.as_bytes().to_vec())
    .execute(&mut *connection)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    // Alerts that nobody has opened are told of anew, beginning with whoever is in charge now.
    sqlx::query("DELETE FROM alert_clock WHERE case_id = $1 AND seen_at IS NULL")
        .bind(case.as_bytes().to_vec())
        .execute(connection)
        .await?;
    Ok(true)
}

/// Carries a move out, if the officer whose case it was is in charge still.
async fn carry_out(connection: &mut EngineConnection, row: &CaseMoveRow) -> Result<()> {
    let in_charge = sqlx::query("SELECT officer FROM case_file WHERE id = $1 AND state <> 'destroyed'")
        .bind(row.case.as_bytes().to_vec())
        .fetch_optional(&mut *connection)
        .await?
        .ok_or_else(not_to_them)?;
    let in_charge = bytes_maybe(&in_charge, "officer")?.map(OfficerId::from_bytes);
    match in_charge == row.from && put_in_charge(connection, row.case, row.to).await? {
        true => Ok(()),
        false => Err(not_to_them()),
    }
}

async fn move_insert(connection: &mut EngineConnection, row: CaseMoveRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO case_move (id, case_id, from_officer, to_officer, from_at, made_at, made_by, sealed, done_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(row.id.as_bytes().to_vec())
    .bind(row.case.as_bytes().to_vec())
    .bind(row.from.map(|id| id.as_bytes().to_vec()))
    .bind(row.to.as_bytes().to_vec())
    .bind(row.from_at.as_micros())
    .bind(row.made_at.as_micros())
    .bind(row.made_by)
    .bind(row.sealed)
    .bind(row.done_at.map(Timestamp::as_micros))
    .execute(connection)
    .await?;
    Ok(())
}

async fn move_do(connection: &mut EngineConnection, id: CaseMoveId, at: Timestamp) -> Result<()> {
    let row = sqlx::query(
        "UPDATE case_move SET done_at = $2 WHERE id = $1 AND done_at IS NULL AND withdrawn_at IS NULL RETURNING *",
    )
    .bind(id.as_bytes().to_vec())
    .bind(at.as_micros())
    .fetch_optional(&mut *connection)
    .await?
    .ok_or(StoreError::Conflict("this move does not wait any more"))?;
    carry_out(connection, &case_move(&row)?).await
}

#[async_trait]
impl ConflictStore for EngineStore {
    async fn conflict_add(&self, row: &ConflictRow) -> Result<()> {
        let row = row.clone();
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query(
                    "INSERT INTO conflict_of_interest (id, officer, case_id, declared_at, declared_by, sealed)
                     VALUES ($1, $2, $3, $4, $5, $6)
                     ON CONFLICT (officer, case_id) WHERE ended_at IS NULL DO NOTHING",
                )
                .bind(row.id.as_bytes().to_vec())
                .bind(row.officer.as_bytes().to_vec())
                .bind(row.case.as_bytes().to_vec())
                .bind(row.declared_at.as_micros())
                .bind(row.declared_by)
                .bind(row.sealed)
                .execute(connection)
                .await?;
                match done.rows_affected() {
                    0 => Err(StoreError::Conflict("this conflict of interest is declared already")),
                    _ => Ok(()),
                }
            })
        })
        .await
    }

    async fn conflict_end(&self, id: ConflictId, end: &ConflictEnd) -> Result<()> {
        let end = end.clone();
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query(
                    "UPDATE conflict_of_interest SET ended_at = $2, ended_by = $3, ended_sealed = $4
                     WHERE id = $1 AND ended_at IS NULL",
                )
                .bind(id.as_bytes().to_vec())
                .bind(end.at.as_micros())
                .bind(end.by)
                .bind(end.sealed)
                .execute(connection)
                .await?;
                match done.rows_affected() {
                    0 => Err(StoreError::Conflict("this conflict of interest has ended already")),
                    _ => Ok(()),
                }
            })
        })
        .await
    }

    async fn conflict_list(&self, filter: ConflictFilter) -> Result<Vec<ConflictRow>> {
        let rows = sqlx::query(
            "SELECT * FROM conflict_of_interest WHERE ($1 IS NULL OR officer = $1) AND ($2 IS NULL OR case_id = $2)
             AND ($3 = 1 OR ended_at IS NULL) ORDER BY declared_at, id",
        )
        .bind(filter.officer.map(|id| id.as_bytes().to_vec()))
        .bind(filter.case.map(|id| id.as_bytes().to_vec()))
        .bind(i64::from(filter.with_ended))
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(conflict).collect()
    }

    async fn conflict_stands(&self, officer: OfficerId, case: CaseId) -> Result<bool> {
        let found = sqlx::query(
            "SELECT id FROM conflict_of_interest WHERE officer = $1 AND case_id = $2 AND ended_at IS NULL",
        )
        .bind(officer.as_bytes().to_vec())
        .bind(case.as_bytes().to_vec())
        .fetch_optional(&self.readers)
        .await?;
        Ok(found.is_some())
    }

    async fn case_move_add(&self, moves: &[CaseMoveRow]) -> Result<()> {
        let moves = moves.to_vec();
        self.write(move |connection| {
            Box::pin(async move {
                for row in moves {
                    if row.done_at.is_some() {
                        carry_out(connection, &row).await?;
                    }
                    move_insert(connection, row).await?;
                }
                Ok(())
            })
        })
        .await
    }

    async fn case_move_due(&self, at: Timestamp) -> Result<Vec<CaseMoveRow>> {
        let rows = sqlx::query(
            "SELECT * FROM case_move WHERE done_at IS NULL AND withdrawn_at IS NULL AND from_at <= $1
             ORDER BY from_at, id",
        )
        .bind(at.as_micros())
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(case_move).collect()
    }

    async fn case_move_do(&self, id: CaseMoveId, at: Timestamp) -> Result<()> {
        self.write(move |connection| Box::pin(async move { move_do(connection, id, at).await })).await
    }

    async fn case_move_withdraw(&self, id: CaseMoveId, at: Timestamp, by: &str) -> Result<()> {
        let by = by.to_owned();
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query(
                    "UPDATE case_move SET withdrawn_at = $2, withdrawn_by = $3
                     WHERE id = $1 AND done_at IS NULL AND withdrawn_at IS NULL",
                )
                .bind(id.as_bytes().to_vec())
                .bind(at.as_micros())
                .bind(by)
                .execute(connection)
                .await?;
                match done.rows_affected() {
                    0 => Err(StoreError::Conflict("this move does not wait any more")),
                    _ => Ok(()),
                }
            })
        })
        .await
    }

    async fn case_move_list(&self, since: Timestamp) -> Result<Vec<CaseMoveRow>> {
        let rows = sqlx::query(
            "SELECT * FROM case_move WHERE done_at IS NULL AND (withdrawn_at IS NULL OR withdrawn_at >= $1)
             ORDER BY from_at, id",
        )
        .bind(since.as_micros())
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(case_move).collect()
    }
}
