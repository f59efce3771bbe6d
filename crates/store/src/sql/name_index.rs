//! Cases by keyed digests of names.

use std::collections::BTreeSet;

use async_trait::async_trait;
use proviso_model::ids::{CaseId, OfficerId};

use super::rows::{blob, bytes};
use super::{AMONG, EACH, EngineConnection, EngineStore, set};
use crate::case::CaseState;
use crate::error::Result;
use crate::name_index::{NameIndexStore, NameToken};

/// What follows from the names of cases: it is left out of backups, for a key that outlives its case would open it.
pub(crate) const DERIVED: [&str; 2] = ["name_token", "name_indexed"];

/// Takes a case out of the index.
pub(super) async fn forget(connection: &mut EngineConnection, case: CaseId) -> Result<()> {
    for table in DERIVED {
        sqlx::query(sqlx::AssertSqlSafe(format!("DELETE FROM {table} WHERE case_id = $1")))
            .bind(case.as_bytes().to_vec())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

async fn tokens_set(
    connection: &mut EngineConnection,
    (case, versions): (CaseId, u32),
    tokens: BTreeSet<NameToken>,
) -> Result<()> {
    forget(connection, case).await?;
    let done = sqlx::query(
        "INSERT INTO name_indexed (case_id, versions) SELECT id, $2 FROM case_file WHERE id = $1 AND state <> $3",
    )
    .bind(case.as_bytes().to_vec())
    .bind(i64::from(versions))
    .bind(CaseState::Destroyed.as_str())
    .execute(&mut *connection)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(());
    }
    sqlx::query(sqlx::AssertSqlSafe(format!(
        "INSERT INTO name_token (token, case_id) SELECT given.id, $2 FROM {EACH} given"
    )))
    .bind(set(tokens.into_iter()))
    .bind(case.as_bytes().to_vec())
    .execute(connection)
    .await?;
    Ok(())
}

#[async_trait]
impl NameIndexStore for EngineStore {
    async fn name_key(&self) -> Result<Option<Vec<u8>>> {
        let row = sqlx::query("SELECT sealed FROM name_key").fetch_optional(&self.readers).await?;
        row.map(|row| blob(&row, "sealed")).transpose()
    }

    async fn name_key_add(&self, sealed: &[u8]) -> Result<Vec<u8>> {
        let sealed = sealed.to_vec();
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query("INSERT INTO name_key (id, sealed) VALUES (1, $1) ON CONFLICT (id) DO NOTHING")
                    .bind(sealed)
                    .execute(&mut *connection)
                    .await?;
                let row = sqlx::query("SELECT sealed FROM name_key").fetch_one(connection).await?;
                blob(&row, "sealed")
            })
        })
        .await
    }

    async fn name_tokens_set(&self, case: CaseId, versions: u32, tokens: &[NameToken]) -> Result<()> {
        let tokens: BTreeSet<NameToken> = tokens.iter().copied().collect();
        self.write(move |connection| Box::pin(tokens_set(connection, (case, versions), tokens))).await
    }

    async fn name_cases_missing(&self) -> Result<Vec<CaseId>> {
        let rows = sqlx::query(
            "SELECT c.id FROM case_file c LEFT JOIN name_indexed n ON n.case_id = c.id
             WHERE c.state <> 'destroyed' AND (n.versions IS NULL OR n.versions <>
                 (SELECT coalesce(max(version), 0) FROM order_version WHERE case_id = c.id))
             ORDER BY c.id",
        )
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(|row| Ok(CaseId::from_bytes(bytes(row, "id")?))).collect()
    }

    async fn name_find(
        &self,
        tokens: &[NameToken],
        officer: Option<OfficerId>,
        limit: u32,
    ) -> Result<Vec<CaseId>> {
        let tokens: BTreeSet<NameToken> = tokens.iter().copied().collect();
        let (count, limit) = (i64::try_from(tokens.len()).unwrap_or(i64::MAX), i64::from(limit));
        if tokens.is_empty() {
            return Ok(Vec::new());
        }
        let of_officer = if officer.is_some() { "AND c.officer = $4" } else { "" };
        let question = format!(
            "SELECT n.case_id FROM name_token n JOIN case_file c ON c.id = n.case_id
             WHERE n.token {AMONG} AND c.state <> 'destroyed' {of_officer}
             GROUP BY n.case_id HAVING count(*) = $2 ORDER BY n.case_id LIMIT $3"
        );
        let mut query =
            sqlx::query(sqlx::AssertSqlSafe(question)).bind(set(tokens.into_iter())).bind(count).bind(limit);
        if let Some(officer) = officer {
            query = query.bind(officer.as_bytes().to_vec());
        }
        let rows = query.fetch_all(&self.readers).await?;
        rows.iter().map(|row| Ok(CaseId::from_bytes(bytes(row, "case_id")?))).collect()
    }
}
