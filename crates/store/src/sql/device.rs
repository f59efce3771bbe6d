//! Devices, enrolment codes and policies.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::hash::Digest;
use proviso_model::ids::{CaseId, DeviceId};

use super::device_act::insert as device_act_insert;
use super::rows::{blob, bytes, int, number, parsed, time, time_maybe};
use super::{EngineConnection, EngineRow, EngineStore};
use crate::caseload::CaseloadStore as _;
use crate::device::{DeviceRow, DeviceState, DeviceStore, EnrolmentCodeRow, PolicyRow};
use crate::device_act::DeviceActRow;
use crate::error::{Result, StoreError};

pub(super) fn device(row: &EngineRow) -> Result<DeviceRow> {
    Ok(DeviceRow {
        id: DeviceId::from_bytes(bytes(row, "id")?),
        case: CaseId::from_bytes(bytes(row, "case_id")?),
        record_key: bytes(row, "record_key")?,
        certificate_sha256: bytes(row, "certificate_sha256")?,
        certificate_from: time(row, "certificate_from")?,
        state: parsed(row, "state", DeviceState::parse)?,
        enrolled_at: time(row, "enrolled_at")?,
        revoked_at: time_maybe(row, "revoked_at")?,
        seen_at: time(row, "seen_at")?,
        watching: number::<i64>(row, "watching")? != 0,
        policy_serial: number(row, "policy_serial")?,
        agent_version: parsed(row, "agent_version", |text| Some(text.to_owned()))?,
        agent_version_at: time(row, "agent_version_at")?,
        epoch: number(row, "epoch")?,
        next_seq: number(row, "next_seq")?,
        previous: bytes(row, "previous")?,
        sealed: blob(row, "sealed")?,
    })
}

fn policy(row: &EngineRow) -> Result<PolicyRow> {
    Ok(PolicyRow {
        hash: Digest(bytes(row, "hash")?),
        device: DeviceId::from_bytes(bytes(row, "device")?),
        serial: number(row, "serial")?,
        issued_at: time(row, "issued_at")?,
        expires_at: time(row, "expires_at")?,
        engine_semantics: number(row, "engine_semantics")?,
        signature: bytes(row, "signature")?,
        sealed: blob(row, "sealed")?,
    })
}

pub(super) async fn device_insert(connection: &mut EngineConnection, device: DeviceRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO device (id, case_id, record_key, certificate_sha256, state, enrolled_at, seen_at, watching,
                             policy_serial, epoch, next_seq, previous, sealed, certificate_from, agent_version, agent_version_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
    )
    .bind(device.id.as_bytes().to_vec())
    .bind(device.case.as_bytes().to_vec())
    .bind(device.record_key.to_vec())
    .bind(device.certificate_sha256.to_vec())
    .bind(device.state.as_str())
    .bind(device.enrolled_at.as_micros())
    .bind(device.seen_at.as_micros())
    .bind(i64::from(device.watching))
    .bind(int(device.policy_serial)?)
    .bind(i64::from(device.epoch))
    .bind(int(device.next_seq)?)
    .bind(device.previous.to_vec())
    .bind(device.sealed)
    .bind(device.certificate_from.as_micros())
    .bind(device.agent_version)
    .bind(device.agent_version_at.as_micros())
    .execute(connection)
    .await?;
    Ok(())
}

async fn policy_insert(connection: &mut EngineConnection, policy: PolicyRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO policy (hash, device, serial, issued_at, expires_at, engine_semantics, signature, sealed)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(policy.hash.0.to_vec())
    .bind(policy.device.as_bytes().to_vec())
    .bind(int(policy.serial)?)
    .bind(policy.issued_at.as_micros())
    .bind(policy.expires_at.as_micros())
    .bind(i64::from(policy.engine_semantics))
    .bind(policy.signature.to_vec())
    .bind(policy.sealed)
    .execute(connection)
    .await?;
    Ok(())
}

/// Adds a policy whose serial is above every other of its device.
pub(super) async fn policy_append(connection: &mut EngineConnection, policy: PolicyRow) -> Result<()> {
    let last: i64 = sqlx::query_scalar("SELECT coalesce(max(serial), 0) FROM every_policy WHERE device = $1")
        .bind(policy.device.as_bytes().to_vec())
        .fetch_one(&mut *connection)
        .await?;
    if int(policy.serial)? <= last {
        return Err(StoreError::Conflict("a policy's serial must rise"));
    }
    policy_insert(connection, policy).await
}

/// Adds policies, each as [`policy_append`] does.
pub(super) async fn policies_append(
    connection: &mut EngineConnection,
    policies: Vec<PolicyRow>,
) -> Result<()> {
    for policy in policies {
        policy_append(connection, policy).await?;
    }
    Ok(())
}

#[async_trait]
impl DeviceStore for EngineStore {
    async fn enrolment_code_add(&self, code: &EnrolmentCodeRow) -> Result<()> {
        let code = code.clone();
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO enrolment_code (code_hash, case_id, issued_at, expires_at) VALUES ($1, $2, $3, $4)",
                )
                .bind(code.code_hash.to_vec())
                .bind(code.case.as_bytes().to_vec())
                .bind(code.issued_at.as_micros())
                .bind(code.expires_at.as_micros())
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }

    async fn enrolment_code_get(
        &self,
        code_hash: &[u8; 32],
        now: Timestamp,
    ) -> Result<Option<EnrolmentCodeRow>> {
        let row = sqlx::query(
            "SELECT * FROM enrolment_code WHERE code_hash = $1 AND used_at IS NULL AND expires_at > $2",
        )
        .bind(code_hash.to_vec())
        .bind(now.as_micros())
        .fetch_optional(&self.readers)
        .await?;
        row.map(|row| {
            Ok(EnrolmentCodeRow {
                code_hash: bytes(&row, "code_hash")?,
                case: CaseId::from_bytes(bytes(&row, "case_id")?),
                issued_at: time(&row, "issued_at")?,
                expires_at: time(&row, "expires_at")?,
                used_at: time_maybe(&row, "used_at")?,
            })
        })
        .transpose()
    }

    async fn enrolment_try_add(
        &self,
        address_hash: &[u8; 32],
        now: Timestamp,
        since: Timestamp,
    ) -> Result<u32> {
        let address_hash = address_hash.to_vec();
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query("DELETE FROM enrolment_try WHERE tried_at <= $1")
                    .bind(since.as_micros())
                    .execute(&mut *connection)
                    .await?;
                sqlx::query("INSERT INTO enrolment_try (address_hash, tried_at) VALUES ($1, $2)")
                    .bind(address_hash.clone())
                    .bind(now.as_micros())
                    .execute(&mut *connection)
                    .await?;
                let tries: i64 =
                    sqlx::query_scalar("SELECT count(*) FROM enrolment_try WHERE address_hash = $1")
                        .bind(address_hash)
                        .fetch_one(connection)
                        .await?;
                Ok(u32::try_from(tries).unwrap_or(u32::MAX))
            })
        })
        .await
    }

    async fn enrolment_try_forget(&self, address_hash: &[u8; 32]) -> Result<()> {
        let address_hash = address_hash.to_vec();
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query("DELETE FROM enrolment_try WHERE address_hash = $1")
                    .bind(address_hash)
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await
    }

    async fn device_add(
        &self,
        device: &DeviceRow,
        policy: &PolicyRow,
        acts: &[DeviceActRow],
        code_hash: &[u8; 32],
        now: Timestamp,
    ) -> Result<()> {
        let (device, policy, code_hash) = (device.clone(), policy.clone(), code_hash.to_vec());
        let acts = acts.to_vec();
        self.write(move |connection| {
            Box::pin(async move {
                let used = sqlx::query(
                    "UPDATE enrolment_code SET used_at = $2
                     WHERE code_hash = $1 AND used_at IS NULL AND expires_at > $2",
                )
                .bind(code_hash)
                .bind(now.as_micros())
                .execute(&mut *connection)
                .await?;
                if used.rows_affected() != 1 {
                    return Err(StoreError::Conflict("this enrolment code no longer works; issue a new one"));
                }
                device_insert(connection, device).await?;
                for act in acts {
                    device_act_insert(connection, act).await?;
                }
                policy_insert(connection, policy).await
            })
        })
        .await
    }

    async fn device_get(&self, id: DeviceId) -> Result<Option<DeviceRow>> {
        let row = sqlx::query("SELECT * FROM device WHERE id = $1")
            .bind(id.as_bytes().to_vec())
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(device).transpose()
    }

    async fn device_list(&self, case: Option<CaseId>) -> Result<Vec<DeviceRow>> {
        // Not one question for both: an engine that does not know which it will be finds no index.
        if let Some(case) = case {
            return self.caseload_devices(&[case]).await;
        }
        let rows = sqlx::query("SELECT * FROM device ORDER BY enrolled_at").fetch_all(&self.readers).await?;
        rows.iter().map(device).collect()
    }

    async fn device_revoke(&self, id: DeviceId, from: Timestamp) -> Result<()> {
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query(
                    "UPDATE device SET state = 'revoked', revoked_at = CASE WHEN revoked_at < $2 THEN revoked_at ELSE $2 END WHERE id = $1",
                )
                .bind(id.as_bytes().to_vec())
                .bind(from.as_micros())
                .execute(connection)
                .await?;
                if done.rows_affected() == 0 { Err(StoreError::Missing("this device")) } else { Ok(()) }
            })
        })
        .await
    }

    async fn device_release(&self, id: DeviceId) -> Result<()> {
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query("UPDATE device SET state = 'released' WHERE id = $1 AND state = 'active'")
                    .bind(id.as_bytes().to_vec())
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await
    }

    async fn device_certificate_change(
        &self,
        id: DeviceId,
        certificate_sha256: [u8; 32],
        from: Timestamp,
    ) -> Result<()> {
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "UPDATE device SET certificate_sha256 = $2, certificate_from = $3
                     WHERE id = $1 AND certificate_from < $3",
                )
                .bind(id.as_bytes().to_vec())
                .bind(certificate_sha256.to_vec())
                .bind(from.as_micros())
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }

    async fn device_seen(
        &self,
        id: DeviceId,
        now: Timestamp,
        watching: bool,
        policy_serial: u64,
    ) -> Result<()> {
        // The next ping says it again.
        self.write_repeatable(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "UPDATE device SET seen_at = $2, watching = $3, policy_serial = $4 WHERE id = $1",
                )
                .bind(id.as_bytes().to_vec())
                .bind(now.as_micros())
                .bind(i64::from(watching))
                .bind(int(policy_serial)?)
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }

    async fn device_version(&self, id: DeviceId, agent_version: &str, now: Timestamp) -> Result<()> {
        let agent_version = agent_version.to_owned();
        self.write_one(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "UPDATE device SET agent_version = $2, agent_version_at = $3
                     WHERE id = $1 AND agent_version <> $2",
                )
                .bind(id.as_bytes().to_vec())
                .bind(agent_version)
                .bind(now.as_micros())
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }

    async fn policy_add(&self, policy: &PolicyRow) -> Result<()> {
        let policy = policy.clone();
        self.write(move |connection| Box::pin(policy_append(connection, policy))).await
    }

    async fn policy_current(&self, device: DeviceId) -> Result<Option<PolicyRow>> {
        let row = sqlx::query(
            "SELECT * FROM every_policy WHERE device = $1 ORDER BY serial DESC, issued_at DESC LIMIT 1",
        )
        .bind(device.as_bytes().to_vec())
        .fetch_optional(&self.readers)
        .await?;
        row.as_ref().map(policy).transpose()
    }

    async fn policy_get(&self, hash: &Digest) -> Result<Option<PolicyRow>> {
        let row = sqlx::query("SELECT * FROM every_policy WHERE hash = $1")
            .bind(hash.0.to_vec())
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(policy).transpose()
    }

    async fn policy_hashes(&self, device: DeviceId) -> Result<Vec<Digest>> {
        let rows = sqlx::query("SELECT hash FROM every_policy WHERE device = $1")
            .bind(device.as_bytes().to_vec())
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(|row| Ok(Digest(bytes(row, "hash")?))).collect()
    }
}
