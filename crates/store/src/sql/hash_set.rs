//! A force's sets of hashes of known pictures.

use async_trait::async_trait;
use proviso_model::{Digest, Timestamp};

use super::device::policies_append;
use super::rows::{blob, bytes, int, number, text, time, time_maybe};
use super::versions::Versions;
use super::{EngineConnection, EngineRow, EngineStore};
use crate::device::PolicyRow;
use crate::error::Result;
use crate::hash_set::{HashSetRow, HashSetStore};

fn set(row: &EngineRow) -> Result<HashSetRow> {
    Ok(HashSetRow {
        name: text(row, "name")?,
        version: number(row, "version")?,
        entries: number(row, "entries")?,
        bytes: number(row, "bytes")?,
        sha256: Digest(bytes(row, "sha256")?),
        imported_at: time(row, "imported_at")?,
        retired_at: time_maybe(row, "retired_at")?,
        signature: bytes(row, "signature")?,
        sealed: blob(row, "sealed")?,
        sealed_key: blob(row, "sealed_key")?,
    })
}

const VERSIONS: Versions = Versions {
    last: "SELECT coalesce(max(version), 0) FROM hash_set WHERE name = $1",
    retire: "UPDATE hash_set SET retired_at = $2 WHERE name = $1 AND retired_at IS NULL",
    raced: "another version of this hash set was imported just now; look at it and try again",
    missing: "a hash set of this name in use",
};

async fn add(connection: &mut EngineConnection, set: HashSetRow, policies: Vec<PolicyRow>) -> Result<()> {
    VERSIONS.make_room(connection, &set.name, set.version, set.imported_at).await?;
    sqlx::query(
        "INSERT INTO hash_set (name, version, entries, bytes, sha256, imported_at, signature, sealed, sealed_key)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(set.name)
    .bind(i64::from(set.version))
    .bind(int(set.entries)?)
    .bind(int(set.bytes)?)
    .bind(set.sha256.0.to_vec())
    .bind(set.imported_at.as_micros())
    .bind(set.signature.to_vec())
    .bind(set.sealed)
    .bind(set.sealed_key)
    .execute(&mut *connection)
    .await?;
    policies_append(connection, policies).await
}

#[async_trait]
impl HashSetStore for EngineStore {
    async fn hash_set_add(&self, set: &HashSetRow, policies: &[PolicyRow]) -> Result<()> {
        let (set, policies) = (set.clone(), policies.to_vec());
        self.write(move |connection| Box::pin(add(connection, set, policies))).await
    }

    async fn hash_set_retire(&self, name: &str, at: Timestamp, policies: &[PolicyRow]) -> Result<()> {
        let (name, policies) = (name.to_owned(), policies.to_vec());
        self.write(move |connection| {
            Box::pin(async move { VERSIONS.retire(connection, &name, at, policies).await })
        })
        .await
    }

    async fn hash_set_list(&self) -> Result<Vec<HashSetRow>> {
        let rows =
            sqlx::query("SELECT * FROM hash_set ORDER BY name, version").fetch_all(&self.readers).await?;
        rows.iter().map(set).collect()
    }
}
