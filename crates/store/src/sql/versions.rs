//! What a force imports under a name, version by version: one of them is in use or none, and policies are made of it.

use proviso_model::Timestamp;

use super::EngineConnection;
use super::device::policies_append;
use crate::device::PolicyRow;
use crate::error::{Result, StoreError};

/// The statements of one table of versions, and what is said where they find something else.
pub(super) struct Versions {
    /// The highest version of a name, 0 for none.
    pub(super) last: &'static str,
    /// Retires the version of a name that is in use.
    pub(super) retire: &'static str,
    /// Another import came first.
    pub(super) raced: &'static str,
    /// What is missing where none is in use.
    pub(super) missing: &'static str,
}

impl Versions {
    /// Makes room for the next version of a name, which is to be put in: the one in use is retired.
    pub(super) async fn make_room(
        &self,
        connection: &mut EngineConnection,
        name: &str,
        version: u32,
        at: Timestamp,
    ) -> Result<()> {
        let last: i64 =
            sqlx::query_scalar(self.last).bind(name.to_owned()).fetch_one(&mut *connection).await?;
        if i64::from(version) != last.saturating_add(1) {
            return Err(StoreError::Conflict(self.raced));
        }
        self.retire_one(connection, name, at).await.map(|_| ())
    }

    /// Retires the version in use and adds the policies made without it.
    pub(super) async fn retire(
        &self,
        connection: &mut EngineConnection,
        name: &str,
        at: Timestamp,
        policies: Vec<PolicyRow>,
    ) -> Result<()> {
        if !self.retire_one(connection, name, at).await? {
            return Err(StoreError::Missing(self.missing));
        }
        policies_append(connection, policies).await
    }

    /// Whether there was one in use.
    async fn retire_one(&self, connection: &mut EngineConnection, name: &str, at: Timestamp) -> Result<bool> {
        let done =
            sqlx::query(self.retire).bind(name.to_owned()).bind(at.as_micros()).execute(connection).await?;
        Ok(done.rows_affected() > 0)
    }
}
