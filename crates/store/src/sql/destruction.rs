//! Destruction: keys first, then bodies and everything sealed that was made of them, then the journal of pages.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::CaseId;

use super::name_index::forget;
use super::rows::{bytes, text, time};
use super::{EngineConnection, EngineStore};
use crate::destruction::{Destruction, DestructionStore, LegalHold};
use crate::error::Result;

/// What stands where something sealed was.
const NOTHING: &[u8] = &[];

/// What is emptied when a record is destroyed: table and the column that names the record.
const MADE_OF_A_RECORD: [(&str, &str); 9] = [
    ("observation", "record"),
    ("finding", "record"),
    ("gap", "record"),
    ("notice", "record"),
    ("statement", "record"),
    ("rights_request", "record"),
    ("other_adult_told", "record"),
    ("context_picture", "record"),
    ("privilege", "record"),
];
/// What is emptied when a case is destroyed.
const OF_A_CASE: [(&str, &str); 21] = [
    ("case_file", "id"),
    ("order_version", "case_id"),
    ("order_end", "case_id"),
    ("order_draft", "case_id"),
    ("device_act", "case_id"),
    ("shield", "case_id"),
    ("other_adult", "case_id"),
    ("privilege", "case_id"),
    ("device", "case_id"),
    ("decision", "case_id"),
    ("blind_review", "case_id"),
    ("conflict_of_interest", "case_id"),
    ("case_move", "case_id"),
    ("case_guest", "case_id"),
    ("visit_record", "case_id"),
    ("visit_note", "case_id"),
    ("visit_action", "case_id"),
    ("duty", "case_id"),
    ("received_case", "case_id"),
    ("retention", "case_id"),
    ("rights_request", "case_id"),
];

async fn record(connection: &mut EngineConnection, hash: &[u8; 32], what: &Destruction) -> Result<()> {
    sqlx::query("DELETE FROM record_body WHERE leaf IN (SELECT leaf FROM record WHERE hash = $1)")
        .bind(hash.to_vec())
        .execute(&mut *connection)
        .await?;
    sqlx::query("UPDATE fork SET body = $2 WHERE hash = $1")
        .bind(hash.to_vec())
        .bind(NOTHING)
        .execute(&mut *connection)
        .await?;
    for (table, column) in MADE_OF_A_RECORD {
        sqlx::query(sqlx::AssertSqlSafe(format!("UPDATE {table} SET sealed = $2 WHERE {column} = $1")))
            .bind(hash.to_vec())
            .bind(NOTHING)
            .execute(&mut *connection)
            .await?;
    }
    sqlx::query(
        "UPDATE record SET destroyed_at = $2, destroyed_why = $3, certificate = $4, kind = coalesce(kind, 'destroyed')
         WHERE hash = $1 AND destroyed_at IS NULL",
    )
    .bind(hash.to_vec())
    .bind(what.at.as_micros())
    .bind(what.why.clone())
    .bind(what.certificate.to_vec())
    .execute(connection)
    .await?;
    Ok(())
}

async fn rest_of_case(connection: &mut EngineConnection, case: CaseId, at: Timestamp) -> Result<()> {
    let id = case.as_bytes().to_vec();
    forget(connection, case).await?;
    for (table, column) in OF_A_CASE {
        sqlx::query(sqlx::AssertSqlSafe(format!("UPDATE {table} SET sealed = $2 WHERE {column} = $1")))
            .bind(id.clone())
            .bind(NOTHING)
            .execute(&mut *connection)
            .await?;
    }
    for statement in [
        "UPDATE policy SET sealed = $2 WHERE device IN (SELECT id FROM device WHERE case_id = $1)",
        "UPDATE policy_returned SET sealed = $2 WHERE device IN (SELECT id FROM device WHERE case_id = $1)",
        "UPDATE other_adult SET withdrawn_sealed = $2 WHERE case_id = $1 AND withdrawn_at IS NOT NULL",
        "UPDATE order_draft SET said_sealed = $2 WHERE case_id = $1",
        "UPDATE visit_record SET files = $2 WHERE case_id = $1",
        "UPDATE shield SET ended_sealed = $2 WHERE case_id = $1 AND ended_at IS NOT NULL",
        "UPDATE rights_act SET sealed = $2 WHERE request IN (SELECT id FROM rights_request WHERE case_id = $1)",
        "UPDATE retention SET ended_sealed = $2 WHERE case_id = $1 AND ended_at IS NOT NULL",
        "UPDATE alert SET rests_sealed = $2 WHERE case_id = $1 AND rests_until IS NOT NULL",
        "UPDATE conflict_of_interest SET ended_sealed = $2 WHERE case_id = $1 AND ended_at IS NOT NULL",
    ] {
        sqlx::query(statement).bind(id.clone()).bind(NOTHING).execute(&mut *connection).await?;
    }
    for statement in [
        "UPDATE device_notice SET sealed = NULL WHERE case_id = $1 AND $2 IS NOT NULL",
        "UPDATE device SET state = 'revoked', revoked_at = coalesce(revoked_at, $2) WHERE case_id = $1",
        "UPDATE case_file SET state = 'destroyed', destroyed_at = coalesce(destroyed_at, $2) WHERE id = $1",
        "UPDATE enrolment_code SET used_at = coalesce(used_at, $2) WHERE case_id = $1",
    ] {
        sqlx::query(statement).bind(id.clone()).bind(at.as_micros()).execute(&mut *connection).await?;
    }
    Ok(())
}

#[async_trait]
impl DestructionStore for EngineStore {
    async fn record_key(&self, hash: &[u8; 32]) -> Result<Option<Vec<u8>>> {
        Ok(self.record_keys.of(&[*hash]).await?.remove(hash))
    }

    async fn record_destroy(&self, what: &Destruction) -> Result<()> {
        self.record_keys.destroy(&what.records, what.at.as_micros()).await?;
        let what = what.clone();
        self.write(move |connection| {
            Box::pin(async move {
                for hash in &what.records {
                    record(connection, hash, &what).await?;
                }
                Ok(())
            })
        })
        .await?;
        self.erase_remains().await
    }

    async fn case_destroy(&self, case: CaseId, what: &Destruction) -> Result<()> {
        let rows = sqlx::query(
            "SELECT hash FROM record WHERE case_id = $1
             UNION SELECT hash FROM fork WHERE device IN (SELECT id FROM device WHERE case_id = $1)",
        )
        .bind(case.as_bytes().to_vec())
        .fetch_all(&self.readers)
        .await?;
        let records = rows.iter().map(|row| bytes(row, "hash")).collect::<Result<Vec<[u8; 32]>>>()?;
        let what = Destruction { records, ..what.clone() };
        self.record_keys.destroy(&what.records, what.at.as_micros()).await?;
        self.write(move |connection| {
            Box::pin(async move {
                for hash in &what.records {
                    record(connection, hash, &what).await?;
                }
                rest_of_case(connection, case, what.at).await
            })
        })
        .await?;
        self.erase_names().await?;
        self.erase_remains().await
    }

    async fn legal_hold(&self, case: CaseId) -> Result<Option<LegalHold>> {
        let row = sqlx::query(
            "SELECT from_at, reference FROM legal_hold WHERE case_id = $1 AND until_at IS NULL ORDER BY from_at LIMIT 1",
        )
        .bind(case.as_bytes().to_vec())
        .fetch_optional(&self.readers)
        .await?;
        let hold = |row| Ok(LegalHold { since: time(row, "from_at")?, reference: text(row, "reference")? });
        row.as_ref().map(hold).transpose()
    }

    async fn legal_hold_set(&self, case: CaseId, hold: Option<&str>, at: Timestamp) -> Result<()> {
        let hold = hold.map(str::to_owned);
        self.write(move |connection| {
            Box::pin(async move {
                let case = case.as_bytes().to_vec();
                let statement = match hold {
                    Some(reference) => sqlx::query(
                        "INSERT INTO legal_hold (case_id, from_at, reference) SELECT $1, $2, $3 WHERE NOT EXISTS
                         (SELECT 1 FROM legal_hold WHERE case_id = $1 AND until_at IS NULL)",
                    )
                    .bind(case)
                    .bind(at.as_micros())
                    .bind(reference),
                    None => sqlx::query(
                        "UPDATE legal_hold SET until_at = $2 WHERE case_id = $1 AND until_at IS NULL",
                    )
                    .bind(case)
                    .bind(at.as_micros()),
                };
                statement.execute(connection).await?;
                Ok(())
            })
        })
        .await
    }
}
