//! Appending leaves within a write transaction: only the right edge of the tree is read, and new nodes are written in
//! a few statements however many leaves there are.

use std::collections::HashMap;

use proviso_model::Timestamp;
use sqlx::{QueryBuilder, Row};

use super::rows::{bytes, int};
use super::{Engine, EngineConnection};
use crate::error::Result;
use crate::log::{CheckpointRow, LeafKind, LogHasher, Node};

/// Rows in one INSERT; few columns stay far below every engine's limit of bound values.
const ROWS_PER_STATEMENT: usize = 128;

/// The growing right edge of the log.
pub(super) struct Edge {
    size: u64,
    nodes: HashMap<(u32, u64), [u8; 32]>,
    leaves: Vec<(u64, LeafKind, [u8; 32])>,
    fresh: Vec<Node>,
}

/// The roots of the complete subtrees that a tree of `size` leaves consists of.
pub(super) fn frontier(size: u64) -> Vec<(u32, u64)> {
    (0..u64::BITS)
        .filter(|level| (size >> level) & 1 == 1)
        .map(|level| (level, (size >> level).saturating_sub(1)))
        .collect()
}

pub(super) async fn size(connection: &mut EngineConnection) -> Result<u64> {
    let size: i64 =
        sqlx::query_scalar("SELECT coalesce(max(leaf) + 1, 0) FROM log_leaf").fetch_one(connection).await?;
    Ok(u64::try_from(size).unwrap_or(0))
}

/// Those of the nodes asked for that are kept.
pub(super) async fn nodes(
    connection: &mut EngineConnection,
    wanted: &[(u32, u64)],
) -> Result<HashMap<(u32, u64), [u8; 32]>> {
    let mut found = HashMap::with_capacity(wanted.len());
    for chunk in wanted.chunks(ROWS_PER_STATEMENT) {
        let mut query: QueryBuilder<Engine> = QueryBuilder::new(
            "SELECT level, position, hash FROM log_node WHERE (level, position) IN (VALUES ",
        );
        for (nth, (level, position)) in chunk.iter().enumerate() {
            query.push(if nth == 0 { "(" } else { ", (" });
            query.push_bind(i64::from(*level)).push(", ").push_bind(int(*position)?).push(")");
        }
        query.push(")");
        for row in query.build().fetch_all(&mut *connection).await? {
            let level: i64 = row.try_get("level")?;
            let position: i64 = row.try_get("position")?;
            let key = (u32::try_from(level).unwrap_or(u32::MAX), u64::try_from(position).unwrap_or(u64::MAX));
            found.insert(key, bytes(&row, "hash")?);
        }
    }
    Ok(found)
}

impl Edge {
    pub(super) async fn load(connection: &mut EngineConnection) -> Result<Self> {
        let size = size(&mut *connection).await?;
        let nodes = nodes(connection, &frontier(size)).await?;
        Ok(Self { size, nodes, leaves: Vec::new(), fresh: Vec::new() })
    }

    /// Adds a leaf and says which it is.
    pub(super) fn push(&mut self, hasher: &dyn LogHasher, kind: LeafKind, hash: [u8; 32]) -> u64 {
        let leaf = self.size;
        let nodes = &self.nodes;
        let fresh =
            hasher.tree_append(leaf, &kind.leaf(&hash), &|level, index| nodes.get(&(level, index)).copied());
        for (level, index, node) in fresh {
            self.nodes.insert((level, index), node);
            self.fresh.push((level, index, node));
        }
        self.leaves.push((leaf, kind, hash));
        self.size = leaf.saturating_add(1);
        leaf
    }

    /// Writes what was added, and a checkpoint of it.
    pub(super) async fn store(
        self,
        connection: &mut EngineConnection,
        hasher: &dyn LogHasher,
        at: Timestamp,
    ) -> Result<Option<CheckpointRow>> {
        for chunk in self.leaves.chunks(ROWS_PER_STATEMENT) {
            let mut query: QueryBuilder<Engine> =
                QueryBuilder::new("INSERT INTO log_leaf (leaf, kind, hash) ");
            query.push_values(chunk, |mut row, (leaf, kind, hash)| {
                row.push_bind(i64::try_from(*leaf).unwrap_or(i64::MAX));
                row.push_bind(i64::from(kind.byte())).push_bind(hash.to_vec());
            });
            query.build().execute(&mut *connection).await?;
        }
        for chunk in self.fresh.chunks(ROWS_PER_STATEMENT) {
            let mut query: QueryBuilder<Engine> =
                QueryBuilder::new("INSERT INTO log_node (level, position, hash) ");
            query.push_values(chunk, |mut row, (level, index, hash)| {
                row.push_bind(i64::from(*level)).push_bind(i64::try_from(*index).unwrap_or(i64::MAX));
                row.push_bind(hash.to_vec());
            });
            query.build().execute(&mut *connection).await?;
        }
        self.checkpoint(connection, hasher, at).await
    }

    async fn checkpoint(
        &self,
        connection: &mut EngineConnection,
        hasher: &dyn LogHasher,
        at: Timestamp,
    ) -> Result<Option<CheckpointRow>> {
        let nodes = &self.nodes;
        let Some(note) =
            hasher.checkpoint(self.size, at, &|level, index| nodes.get(&(level, index)).copied())
        else {
            return Ok(None);
        };
        sqlx::query("INSERT INTO checkpoint (size, signed_at, note) VALUES ($1, $2, $3) ON CONFLICT (size) DO NOTHING")
            .bind(int(self.size)?)
            .bind(at.as_micros())
            .bind(&note)
            .execute(connection)
            .await?;
        Ok(Some(CheckpointRow { size: self.size, signed_at: at, note }))
    }
}
