//! A force's own lists of words.

use async_trait::async_trait;
use proviso_model::{Digest, Timestamp};

use super::device::policies_append;
use super::rows::{blob, bytes, int, number, text, time, time_maybe};
use super::versions::Versions;
use super::{EngineConnection, EngineRow, EngineStore};
use crate::device::PolicyRow;
use crate::error::Result;
use crate::pack::{PackRow, PackStore};

fn pack(row: &EngineRow) -> Result<PackRow> {
    Ok(PackRow {
        name: text(row, "name")?,
        version: number(row, "version")?,
        category: text(row, "category")?,
        terms: number(row, "terms")?,
        sha256: Digest(bytes(row, "sha256")?),
        imported_at: time(row, "imported_at")?,
        retired_at: time_maybe(row, "retired_at")?,
        signature: bytes(row, "signature")?,
        sealed: blob(row, "sealed")?,
    })
}

const VERSIONS: Versions = Versions {
    last: "SELECT coalesce(max(version), 0) FROM pack WHERE name = $1",
    retire: "UPDATE pack SET retired_at = $2 WHERE name = $1 AND retired_at IS NULL",
    raced: "another version of this pack was imported just now; look at it and try again",
    missing: "a pack of this name in use",
};

async fn add(connection: &mut EngineConnection, pack: PackRow, policies: Vec<PolicyRow>) -> Result<()> {
    VERSIONS.make_room(connection, &pack.name, pack.version, pack.imported_at).await?;
    sqlx::query(
        "INSERT INTO pack (name, version, category, terms, sha256, imported_at, signature, sealed)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(pack.name)
    .bind(i64::from(pack.version))
    .bind(pack.category)
    .bind(int(pack.terms)?)
    .bind(pack.sha256.0.to_vec())
    .bind(pack.imported_at.as_micros())
    .bind(pack.signature.to_vec())
    .bind(pack.sealed)
    .execute(&mut *connection)
    .await?;
    policies_append(connection, policies).await
}

#[async_trait]
impl PackStore for EngineStore {
    async fn pack_add(&self, pack: &PackRow, policies: &[PolicyRow]) -> Result<()> {
        let (pack, policies) = (pack.clone(), policies.to_vec());
        self.write(move |connection| Box::pin(add(connection, pack, policies))).await
    }

    async fn pack_retire(&self, name: &str, at: Timestamp, policies: &[PolicyRow]) -> Result<()> {
        let (name, policies) = (name.to_owned(), policies.to_vec());
        self.write(move |connection| {
            Box::pin(async move { VERSIONS.retire(connection, &name, at, policies).await })
        })
        .await
    }

    async fn pack_list(&self) -> Result<Vec<PackRow>> {
        let rows = sqlx::query("SELECT * FROM pack ORDER BY name, version").fetch_all(&self.readers).await?;
        rows.iter().map(pack).collect()
    }
}
