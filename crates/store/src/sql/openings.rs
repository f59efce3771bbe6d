//! What workers found in records: what waits together is kept in one transaction.

use proviso_model::ids::AlertId;
use sqlx::Connection as _;

use super::opened::keep;
use super::{EngineConnection, EngineStore};
use crate::error::{Result, StoreError};
use crate::opened::OpenedRecord;
use crate::waiting::{self, Leader, Waiting};

/// What was found in one record, of several that are kept in one transaction.
const OPENINGS_MAX: usize = 32;

/// What was found, and waits to be kept.
pub(super) type Openings = Waiting<OpenedRecord, Vec<AlertId>>;

impl EngineStore {
    /// Keeps what was found in a record, together with what else waits.
    pub(super) async fn open_with_others(&self, opened: OpenedRecord) -> Result<Vec<AlertId>> {
        let (answer, leader) = self.openings.join(opened);
        if let Some(leader) = leader {
            tokio::spawn(lead(self.clone(), leader));
        }
        waiting::answered(answer).await
    }
}

async fn lead(store: EngineStore, mut leader: Leader<OpenedRecord, Vec<AlertId>>) {
    while let Some(group) = leader.next(OPENINGS_MAX, |_| true) {
        let (opened, answers): (Vec<_>, Vec<_>) =
            group.into_iter().map(|entry| (entry.write, entry.answer)).unzip();
        let kept = store.write(move |connection| Box::pin(keep_all(connection, opened))).await;
        match kept {
            Ok(kept) => answers.into_iter().zip(kept).for_each(|(answer, kept)| drop(answer.send(kept))),
            Err(error) => waiting::refuse(answers, error),
        }
    }
}

/// Each by itself: one that fails takes back nothing of the others.
async fn keep_all(
    connection: &mut EngineConnection,
    opened: Vec<OpenedRecord>,
) -> Result<Vec<Result<Vec<AlertId>>>> {
    let mut kept = Vec::with_capacity(opened.len());
    for one in opened {
        let mut apart = connection.begin().await?;
        let done = keep(&mut apart, one).await;
        match done {
            Ok(_) => apart.commit().await?,
            // Nothing can be written any more; the whole transaction says so.
            Err(StoreError::Full) => return Err(StoreError::Full),
            Err(_) => apart.rollback().await?,
        }
        kept.push(done);
    }
    Ok(kept)
}
