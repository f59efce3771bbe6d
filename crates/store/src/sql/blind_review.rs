//! Decisions that were looked at again.

use async_trait::async_trait;
use proviso_model::ids::{AlertId, CaseId, DecisionId, OfficerId};
use proviso_model::{Outcome, Timestamp};
use sqlx::Row as _;

use super::alert::decision;
use super::caseload::some_cases;
use super::rows::{blob, bytes, parsed, time};
use super::{AMONG, EngineRow, EngineStore};
use crate::alert::DecisionRow;
use crate::blind_review::{BlindReviewRow, BlindReviewStore};
use crate::error::{Result, StoreError};

fn review(row: &EngineRow) -> Result<BlindReviewRow> {
    let outcome: Option<String> = row.try_get("outcome")?;
    Ok(BlindReviewRow {
        decision: DecisionId::from_bytes(bytes(row, "decision")?),
        alert: AlertId::from_bytes(bytes(row, "alert")?),
        case: CaseId::from_bytes(bytes(row, "case_id")?),
        officer: OfficerId::from_bytes(bytes(row, "officer")?),
        outcome: outcome.map(|_| parsed(row, "outcome", Outcome::parse)).transpose()?,
        at: time(row, "reviewed_at")?,
        sealed: blob(row, "sealed")?,
    })
}

#[async_trait]
impl BlindReviewStore for EngineStore {
    async fn blind_review_add(&self, row: &BlindReviewRow) -> Result<()> {
        let row = row.clone();
        self.write(move |connection| {
            Box::pin(async move {
                let added = sqlx::query(
                    "INSERT INTO blind_review (decision, alert, case_id, officer, outcome, reviewed_at, sealed)
                     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (decision) DO NOTHING",
                )
                .bind(row.decision.as_bytes().to_vec())
                .bind(row.alert.as_bytes().to_vec())
                .bind(row.case.as_bytes().to_vec())
                .bind(row.officer.as_bytes().to_vec())
                .bind(row.outcome.map(Outcome::as_str))
                .bind(row.at.as_micros())
                .bind(row.sealed)
                .execute(connection)
                .await?;
                match added.rows_affected() {
                    0 => Err(StoreError::Conflict("another officer has looked at this decision again already")),
                    _ => Ok(()),
                }
            })
        })
        .await
    }

    async fn blind_review_list(&self, cases: &[CaseId], since: Timestamp) -> Result<Vec<BlindReviewRow>> {
        let question = format!(
            "SELECT * FROM blind_review WHERE case_id {AMONG} AND reviewed_at >= $2 ORDER BY reviewed_at DESC"
        );
        self.of_set(question, some_cases(cases), &[since], review).await
    }

    async fn caseload_decisions(&self, cases: &[CaseId], since: Timestamp) -> Result<Vec<DecisionRow>> {
        let question = format!(
            "SELECT * FROM decision WHERE case_id {AMONG} AND decided_at >= $2 ORDER BY decided_at, id"
        );
        self.of_set(question, some_cases(cases), &[since], decision).await
    }
}
