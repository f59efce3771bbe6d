//! Recorded visits, what was agreed at them, and draws.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, VisitActionId, VisitNoteId};
use sqlx::Row as _;

use super::rows::{blob, bytes, bytes_maybe, int, number, text, time, time_maybe};
use super::{AMONG, EngineConnection, EngineRow, EngineStore, set};
use crate::error::{Result, StoreError};
use crate::visit_note::{VisitActionRow, VisitDrawRow, VisitNoteRow, VisitNoteStore};

fn note(row: &EngineRow) -> Result<VisitNoteRow> {
    Ok(VisitNoteRow {
        id: VisitNoteId::from_bytes(bytes(row, "id")?),
        case: CaseId::from_bytes(bytes(row, "case_id")?),
        visited_at: time(row, "visited_at")?,
        was_seen: number::<u8>(row, "was_seen")? != 0,
        entered_at: time(row, "entered_at")?,
        entered_by: text(row, "entered_by")?,
        sealed: blob(row, "sealed")?,
    })
}

fn action(row: &EngineRow) -> Result<VisitActionRow> {
    let settled_in = bytes_maybe(row, "settled_in")?.map(VisitNoteId::from_bytes);
    Ok(VisitActionRow {
        id: VisitActionId::from_bytes(bytes(row, "id")?),
        case: CaseId::from_bytes(bytes(row, "case_id")?),
        note: VisitNoteId::from_bytes(bytes(row, "note")?),
        due_on: row.try_get("due_on")?,
        settled: time_maybe(row, "settled_at")?.zip(settled_in),
        sealed: blob(row, "sealed")?,
    })
}

fn draw(row: &EngineRow) -> Result<VisitDrawRow> {
    Ok(VisitDrawRow {
        week: text(row, "week")?,
        seed: bytes(row, "seed")?,
        one_in: number(row, "one_in")?,
        drawn_at: time(row, "drawn_at")?,
    })
}

async fn insert(connection: &mut EngineConnection, row: VisitNoteRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO visit_note (id, case_id, visited_at, was_seen, entered_at, entered_by, sealed)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(row.id.as_bytes().to_vec())
    .bind(row.case.as_bytes().to_vec())
    .bind(row.visited_at.as_micros())
    .bind(i64::from(row.was_seen))
    .bind(row.entered_at.as_micros())
    .bind(row.entered_by)
    .bind(row.sealed)
    .execute(connection)
    .await?;
    Ok(())
}

async fn agree(connection: &mut EngineConnection, row: VisitActionRow) -> Result<()> {
    sqlx::query("INSERT INTO visit_action (id, case_id, note, due_on, sealed) VALUES ($1, $2, $3, $4, $5)")
        .bind(row.id.as_bytes().to_vec())
        .bind(row.case.as_bytes().to_vec())
        .bind(row.note.as_bytes().to_vec())
        .bind(row.due_on)
        .bind(row.sealed)
        .execute(connection)
        .await?;
    Ok(())
}

#[async_trait]
impl VisitNoteStore for EngineStore {
    async fn visit_note_add(
        &self,
        row: &VisitNoteRow,
        agreed: &[VisitActionRow],
        settled: &[VisitActionId],
    ) -> Result<()> {
        let (row, agreed, settled) = (row.clone(), agreed.to_vec(), settled.to_vec());
        self.write(move |connection| {
            Box::pin(async move {
                let (id, case, at) = (row.id, row.case, row.entered_at);
                if agreed.iter().any(|one| one.note != id || one.case != case) {
                    return Err(StoreError::Missing("this visit"));
                }
                insert(connection, row).await?;
                for one in agreed {
                    agree(connection, one).await?;
                }
                for one in settled {
                    sqlx::query(
                        "UPDATE visit_action SET settled_at = $3, settled_in = $4
                         WHERE id = $1 AND case_id = $2 AND settled_at IS NULL",
                    )
                    .bind(one.as_bytes().to_vec())
                    .bind(case.as_bytes().to_vec())
                    .bind(at.as_micros())
                    .bind(id.as_bytes().to_vec())
                    .execute(&mut *connection)
                    .await?;
                }
                Ok(())
            })
        })
        .await
    }

    async fn visit_note_list(&self, case: CaseId) -> Result<Vec<VisitNoteRow>> {
        let rows = sqlx::query(
            "SELECT * FROM visit_note WHERE case_id = $1 ORDER BY visited_at DESC, entered_at DESC, id",
        )
        .bind(case.as_bytes().to_vec())
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(note).collect()
    }

    async fn visit_action_list(&self, case: CaseId) -> Result<Vec<VisitActionRow>> {
        let rows = sqlx::query("SELECT * FROM visit_action WHERE case_id = $1 ORDER BY id")
            .bind(case.as_bytes().to_vec())
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(action).collect()
    }

    async fn caseload_last_visits(&self, cases: &[CaseId]) -> Result<Vec<(CaseId, Timestamp)>> {
        if cases.is_empty() {
            return Ok(Vec::new());
        }
        let question = format!(
            "SELECT case_id, max(met_at) AS met_at FROM
                 (SELECT case_id, visited_at AS met_at FROM visit_note WHERE was_seen = 1 AND case_id {AMONG}
                  UNION ALL SELECT case_id, started_at AS met_at FROM visit_record WHERE case_id {AMONG}) met
             GROUP BY case_id ORDER BY case_id"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(question))
            .bind(set(cases.iter().map(|id| *id.as_bytes())))
            .fetch_all(&self.readers)
            .await?;
        rows.iter()
            .map(|row| Ok((CaseId::from_bytes(bytes(row, "case_id")?), time(row, "met_at")?)))
            .collect()
    }

    async fn caseload_open_actions(&self, cases: &[CaseId]) -> Result<Vec<VisitActionRow>> {
        if cases.is_empty() {
            return Ok(Vec::new());
        }
        let question =
            format!("SELECT * FROM visit_action WHERE case_id {AMONG} AND settled_at IS NULL ORDER BY id");
        let rows = sqlx::query(sqlx::AssertSqlSafe(question))
            .bind(set(cases.iter().map(|id| *id.as_bytes())))
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(action).collect()
    }

    async fn visit_draw_keep(&self, row: &VisitDrawRow) -> Result<VisitDrawRow> {
        let (row, one_in) = (row.clone(), int(row.one_in)?);
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO visit_draw (week, seed, one_in, drawn_at) VALUES ($1, $2, $3, $4)
                     ON CONFLICT DO NOTHING",
                )
                .bind(row.week.clone())
                .bind(row.seed.to_vec())
                .bind(one_in)
                .bind(row.drawn_at.as_micros())
                .execute(&mut *connection)
                .await?;
                let kept = sqlx::query("SELECT * FROM visit_draw WHERE week = $1")
                    .bind(row.week)
                    .fetch_one(connection)
                    .await?;
                draw(&kept)
            })
        })
        .await
    }

    async fn visit_draw_list(&self, since: Timestamp) -> Result<Vec<VisitDrawRow>> {
        let rows = sqlx::query("SELECT * FROM visit_draw WHERE drawn_at >= $1 ORDER BY drawn_at DESC")
            .bind(since.as_micros())
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(draw).collect()
    }
}
