//! What is sealed under the master key itself.

use async_trait::async_trait;

use super::EngineStore;
use super::rows::blob;
use crate::error::Result;
use crate::master_sealed::{MasterSealedIn, MasterSealedRow, MasterSealedStore};

/// Table, column of what tells it from others (none for a pack, whose sealing names none), column of the value.
fn columns(place: MasterSealedIn) -> (&'static str, Option<&'static str>, &'static str) {
    match place {
        MasterSealedIn::Pack => ("pack", None, "sealed"),
        MasterSealedIn::SiteList => ("site_list", Some("sha256"), "sealed"),
        MasterSealedIn::HashSet => ("hash_set", Some("sha256"), "sealed"),
        MasterSealedIn::HashSetKey => ("hash_set", Some("sha256"), "sealed_key"),
        MasterSealedIn::SecondFactor => ("second_factor", Some("officer"), "sealed"),
        MasterSealedIn::Passkey => ("passkey", Some("officer"), "sealed"),
        MasterSealedIn::PackTrial => ("pack_trial", None, "sealed"),
        MasterSealedIn::NameKey => ("name_key", None, "sealed"),
        MasterSealedIn::Notification => ("notification_setting", Some("officer"), "sealed"),
    }
}

#[async_trait]
impl MasterSealedStore for EngineStore {
    async fn master_sealed_list(&self) -> Result<Vec<MasterSealedRow>> {
        let mut found = Vec::new();
        for place in MasterSealedIn::ALL {
            let (table, of, sealed) = columns(*place);
            let of_column = of.unwrap_or(sealed);
            let statement =
                format!("SELECT {of_column} AS named, {sealed} AS value FROM {table} ORDER BY {sealed}");
            for row in sqlx::query(sqlx::AssertSqlSafe(statement)).fetch_all(&self.readers).await? {
                let named = if of.is_some() { blob(&row, "named")? } else { Vec::new() };
                found.push(MasterSealedRow { place: *place, of: named, sealed: blob(&row, "value")? });
            }
        }
        Ok(found)
    }

    async fn master_sealed_replace(&self, row: &MasterSealedRow, sealed: &[u8]) -> Result<()> {
        let (row, next) = (row.clone(), sealed.to_vec());
        self.write(move |connection| {
            Box::pin(async move {
                let (table, _, sealed) = columns(row.place);
                // No two sealings are alike: each has a nonce of its own.
                let statement = format!("UPDATE {table} SET {sealed} = $2 WHERE {sealed} = $1");
                sqlx::query(sqlx::AssertSqlSafe(statement))
                    .bind(row.sealed)
                    .bind(next)
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await
    }
}
