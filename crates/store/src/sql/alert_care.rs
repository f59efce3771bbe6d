//! What officers do with alerts before they decide.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::{AlertId, CaseId, OfficerId};

use super::opened::{alert_case, notify};
use super::rows::{blob, bytes_maybe, number, time, time_maybe};
use super::{EngineConnection, EngineRow, EngineStore};
use crate::alert::NotificationKind;
use crate::alert_care::{AlertCare, AlertCareStore, Rest};
use crate::error::{Result, StoreError};
use crate::words::Priority;

const DECIDED: StoreError = StoreError::Conflict("this alert has been decided; read the decision first");

/// The columns of an alert that say it.
pub(super) fn care(row: &EngineRow) -> Result<AlertCare> {
    let rest = match (time_maybe(row, "rests_until")?, bytes_maybe(row, "rests_by")?) {
        (Some(until), Some(by)) => Some(Rest {
            until,
            findings: number(row, "rests_findings")?,
            by: OfficerId::from_bytes(by),
            from: time(row, "rests_from")?,
            sealed: blob(row, "rests_sealed")?,
        }),
        _ => None,
    };
    let owner = bytes_maybe(row, "owner")?.map(OfficerId::from_bytes);
    Ok(AlertCare {
        thread: bytes_maybe(row, "thread")?.map(AlertId::from_bytes),
        owner: owner.zip(time_maybe(row, "owned_at")?),
        rest,
    })
}

async fn handled(
    connection: &mut EngineConnection,
    case: CaseId,
    alert: AlertId,
    at: Timestamp,
) -> Result<()> {
    notify(connection, NotificationKind::AlertHandled, case, Some(alert), at).await
}

/// The case of an alert that waits for a decision.
async fn undecided(connection: &mut EngineConnection, alert: AlertId) -> Result<CaseId> {
    let (case, state) = alert_case(connection, alert).await?;
    if state == "decided" { Err(DECIDED) } else { Ok(case) }
}

async fn rest(
    connection: &mut EngineConnection,
    alert: AlertId,
    rest: Option<Rest>,
    at: Timestamp,
) -> Result<()> {
    let case = undecided(connection, alert).await?;
    let done = match rest {
        Some(rest) if rest.until <= at => {
            return Err(StoreError::Conflict("an alert rests until a time that is still to come"));
        }
        Some(rest) => {
            sqlx::query(
                "UPDATE alert SET rests_until = $2, rests_findings = findings, rests_from = $3, rests_by = $4, rests_sealed = $5
                 WHERE id = $1 AND priority < $6",
            )
            .bind(alert.as_bytes().to_vec())
            .bind(rest.until.as_micros())
            .bind(rest.from.as_micros())
            .bind(rest.by.as_bytes().to_vec())
            .bind(rest.sealed)
            .bind(Priority::Now.rank())
            .execute(&mut *connection)
            .await?
        }
        None => {
            sqlx::query(
                "UPDATE alert SET rests_until = NULL, rests_findings = NULL, rests_from = NULL, rests_by = NULL,
                 rests_sealed = NULL WHERE id = $1",
            )
            .bind(alert.as_bytes().to_vec())
            .execute(&mut *connection)
            .await?
        }
    };
    match done.rows_affected() {
        0 => Err(StoreError::Conflict("this alert is to be looked at now, and does not rest")),
        _ => handled(connection, case, alert, at).await,
    }
}

#[async_trait]
impl AlertCareStore for EngineStore {
    async fn alert_thread_set(
        &self,
        case: CaseId,
        alerts: &[AlertId],
        thread: Option<AlertId>,
        at: Timestamp,
    ) -> Result<()> {
        let alerts = alerts.to_vec();
        self.write(move |connection| {
            Box::pin(async move {
                for alert in alerts {
                    if undecided(connection, alert).await? != case {
                        return Err(StoreError::Missing("this alert"));
                    }
                    sqlx::query("UPDATE alert SET thread = $2 WHERE id = $1")
                        .bind(alert.as_bytes().to_vec())
                        .bind(thread.map(|id| id.as_bytes().to_vec()))
                        .execute(&mut *connection)
                        .await?;
                    handled(connection, case, alert, at).await?;
                }
                Ok(())
            })
        })
        .await
    }

    async fn alert_owner_set(&self, alert: AlertId, owner: Option<OfficerId>, at: Timestamp) -> Result<()> {
        self.write(move |connection| {
            Box::pin(async move {
                let case = undecided(connection, alert).await?;
                sqlx::query("UPDATE alert SET owner = $2, owned_at = $3 WHERE id = $1")
                    .bind(alert.as_bytes().to_vec())
                    .bind(owner.map(|id| id.as_bytes().to_vec()))
                    .bind(owner.map(|_| at.as_micros()))
                    .execute(&mut *connection)
                    .await?;
                handled(connection, case, alert, at).await
            })
        })
        .await
    }

    async fn alert_rest_set(&self, alert: AlertId, put: Option<&Rest>, at: Timestamp) -> Result<()> {
        let put = put.cloned();
        self.write(move |connection| Box::pin(rest(connection, alert, put, at))).await
    }
}
