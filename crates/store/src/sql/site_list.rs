//! A force's own lists of sites.

use async_trait::async_trait;
use proviso_model::{Digest, Timestamp};

use super::device::policies_append;
use super::rows::{blob, bytes, int, number, text, time, time_maybe};
use super::versions::Versions;
use super::{EngineConnection, EngineRow, EngineStore};
use crate::device::PolicyRow;
use crate::error::Result;
use crate::site_list::{SiteListRow, SiteListStore};

fn list(row: &EngineRow) -> Result<SiteListRow> {
    Ok(SiteListRow {
        name: text(row, "name")?,
        version: number(row, "version")?,
        category: text(row, "category")?,
        entries: number(row, "entries")?,
        bytes: number(row, "bytes")?,
        sha256: Digest(bytes(row, "sha256")?),
        imported_at: time(row, "imported_at")?,
        retired_at: time_maybe(row, "retired_at")?,
        signature: bytes(row, "signature")?,
        sealed: blob(row, "sealed")?,
    })
}

const VERSIONS: Versions = Versions {
    last: "SELECT coalesce(max(version), 0) FROM site_list WHERE name = $1",
    retire: "UPDATE site_list SET retired_at = $2 WHERE name = $1 AND retired_at IS NULL",
    raced: "another version of this list of sites was imported just now; look at it and try again",
    missing: "a list of sites of this name in use",
};

async fn add(connection: &mut EngineConnection, list: SiteListRow, policies: Vec<PolicyRow>) -> Result<()> {
    VERSIONS.make_room(connection, &list.name, list.version, list.imported_at).await?;
    sqlx::query(
        "INSERT INTO site_list (name, version, category, entries, bytes, sha256, imported_at, signature, sealed)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(list.name)
    .bind(i64::from(list.version))
    .bind(list.category)
    .bind(int(list.entries)?)
    .bind(int(list.bytes)?)
    .bind(list.sha256.0.to_vec())
    .bind(list.imported_at.as_micros())
    .bind(list.signature.to_vec())
    .bind(list.sealed)
    .execute(&mut *connection)
    .await?;
    policies_append(connection, policies).await
}

#[async_trait]
impl SiteListStore for EngineStore {
    async fn site_list_add(&self, list: &SiteListRow, policies: &[PolicyRow]) -> Result<()> {
        let (list, policies) = (list.clone(), policies.to_vec());
        self.write(move |connection| Box::pin(add(connection, list, policies))).await
    }

    async fn site_list_retire(&self, name: &str, at: Timestamp, policies: &[PolicyRow]) -> Result<()> {
        let (name, policies) = (name.to_owned(), policies.to_vec());
        self.write(move |connection| {
            Box::pin(async move { VERSIONS.retire(connection, &name, at, policies).await })
        })
        .await
    }

    async fn site_list_list(&self) -> Result<Vec<SiteListRow>> {
        let rows =
            sqlx::query("SELECT * FROM site_list ORDER BY name, version").fetch_all(&self.readers).await?;
        rows.iter().map(list).collect()
    }
}
