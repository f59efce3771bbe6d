//! Cases, orders and bundles.

use async_trait::async_trait;
use proviso_model::ids::{AlertId, BundleId, CaseId, CaseKeyId, OfficerId, OrderId};
use sqlx::Row as _;

use super::conflict::put_in_charge;
use super::rows::{blob, bytes, bytes_maybe, int, number, parsed, text, time};
use super::{EngineConnection, EngineRow, EngineStore};
use crate::case::{BundleRow, CaseRow, CaseState, CaseStore, OrderVersionRow};
use crate::error::{Result, StoreError};

pub(super) fn case(row: &EngineRow) -> Result<CaseRow> {
    Ok(CaseRow {
        id: CaseId::from_bytes(bytes(row, "id")?),
        state: parsed(row, "state", CaseState::parse)?,
        case_key: CaseKeyId::from_bytes(bytes(row, "case_key")?),
        officer: bytes_maybe(row, "officer")?.map(OfficerId::from_bytes),
        created_at: time(row, "created_at")?,
        sealed: blob(row, "sealed")?,
    })
}

pub(super) fn order(row: &EngineRow) -> Result<OrderVersionRow> {
    Ok(OrderVersionRow {
        id: OrderId::from_bytes(bytes(row, "id")?),
        case: CaseId::from_bytes(bytes(row, "case_id")?),
        version: number(row, "version")?,
        entered_at: time(row, "entered_at")?,
        applies_from: row.try_get("applies_from")?,
        sealed: blob(row, "sealed")?,
    })
}

pub(super) async fn order_insert(
    connection: &mut EngineConnection,
    order: OrderVersionRow,
    version: u32,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO order_version (id, case_id, version, entered_at, applies_from, sealed)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(order.id.as_bytes().to_vec())
    .bind(order.case.as_bytes().to_vec())
    .bind(i64::from(version))
    .bind(order.entered_at.as_micros())
    .bind(order.applies_from)
    .bind(order.sealed)
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn case_insert(connection: &mut EngineConnection, case: CaseRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO case_file (id, state, case_key, officer, created_at, sealed)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(case.id.as_bytes().to_vec())
    .bind(case.state.as_str())
    .bind(case.case_key.as_bytes().to_vec())
    .bind(case.officer.map(|id| id.as_bytes().to_vec()))
    .bind(case.created_at.as_micros())
    .bind(case.sealed)
    .execute(connection)
    .await?;
    Ok(())
}

#[async_trait]
impl CaseStore for EngineStore {
    async fn case_add(&self, case: &CaseRow, order: &OrderVersionRow) -> Result<()> {
        let (case, order) = (case.clone(), order.clone());
        self.write(move |connection| {
            Box::pin(async move {
                case_insert(connection, case).await?;
                order_insert(connection, order, 1).await
            })
        })
        .await
    }

    async fn case_get(&self, id: CaseId) -> Result<Option<CaseRow>> {
        let row = sqlx::query("SELECT * FROM case_file WHERE id = $1")
            .bind(id.as_bytes().to_vec())
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(case).transpose()
    }

    async fn case_list(&self, officer: Option<OfficerId>) -> Result<Vec<CaseRow>> {
        let query = match officer {
            Some(officer) => sqlx::query(
                "SELECT * FROM case_file WHERE officer = $1 AND state <> 'destroyed' ORDER BY created_at DESC",
            )
            .bind(officer.as_bytes().to_vec()),
            None => {
                sqlx::query("SELECT * FROM case_file WHERE state <> 'destroyed' ORDER BY created_at DESC")
            }
        };
        let rows = query.fetch_all(&self.readers).await?;
        rows.iter().map(case).collect()
    }

    async fn case_assign(&self, id: CaseId, officer: OfficerId) -> Result<()> {
        self.write(move |connection| {
            Box::pin(async move {
                if put_in_charge(connection, id, officer).await? {
                    return Ok(());
                }
                let known = sqlx::query("SELECT id FROM case_file WHERE id = $1")
                    .bind(id.as_bytes().to_vec())
                    .fetch_optional(connection)
                    .await?;
                match known {
                    Some(_) => {
                        Err(StoreError::Conflict("this officer has declared that they know the person"))
                    }
                    None => Err(StoreError::Missing("this case")),
                }
            })
        })
        .await
    }

    async fn order_add(&self, order: &OrderVersionRow) -> Result<u32> {
        let order = order.clone();
        self.write(move |connection| {
            Box::pin(async move {
                let last: i64 = sqlx::query_scalar(
                    "SELECT coalesce(max(version), 0) FROM order_version WHERE case_id = $1",
                )
                .bind(order.case.as_bytes().to_vec())
                .fetch_one(&mut *connection)
                .await?;
                let version = u32::try_from(last).unwrap_or(0).saturating_add(1);
                order_insert(connection, order, version).await?;
                Ok(version)
            })
        })
        .await
    }

    async fn order_current(&self, case: CaseId) -> Result<Option<OrderVersionRow>> {
        let row = sqlx::query("SELECT * FROM order_version WHERE case_id = $1 ORDER BY version DESC LIMIT 1")
            .bind(case.as_bytes().to_vec())
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(order).transpose()
    }

    async fn order_list(&self, case: CaseId) -> Result<Vec<OrderVersionRow>> {
        let rows = sqlx::query("SELECT * FROM order_version WHERE case_id = $1 ORDER BY version")
            .bind(case.as_bytes().to_vec())
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(order).collect()
    }

    async fn bundle_add(&self, bundle: &BundleRow) -> Result<()> {
        let bundle = bundle.clone();
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO bundle (id, case_id, alert, officer, made_at, sha256, bytes, place)
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                )
                .bind(bundle.id.as_bytes().to_vec())
                .bind(bundle.case.as_bytes().to_vec())
                .bind(bundle.alert.map(|id| id.as_bytes().to_vec()))
                .bind(bundle.officer.map(|id| id.as_bytes().to_vec()))
                .bind(bundle.made_at.as_micros())
                .bind(bundle.sha256.to_vec())
                .bind(int(bundle.bytes)?)
                .bind(bundle.place)
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }

    async fn bundle_list(&self, case: CaseId) -> Result<Vec<BundleRow>> {
        let rows = sqlx::query("SELECT * FROM bundle WHERE case_id = $1 ORDER BY made_at DESC")
            .bind(case.as_bytes().to_vec())
            .fetch_all(&self.readers)
            .await?;
        rows.iter()
            .map(|row| {
                Ok(BundleRow {
                    id: BundleId::from_bytes(bytes(row, "id")?),
                    case: CaseId::from_bytes(bytes(row, "case_id")?),
                    alert: bytes_maybe(row, "alert")?.map(AlertId::from_bytes),
                    officer: bytes_maybe(row, "officer")?.map(OfficerId::from_bytes),
                    made_at: time(row, "made_at")?,
                    sha256: bytes(row, "sha256")?,
                    bytes: number(row, "bytes")?,
                    place: text(row, "place")?,
                })
            })
            .collect()
    }
}
