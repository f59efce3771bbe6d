//! Enrolment: a one-time code and device-made keys in exchange for a certificate and the first policy.

use proviso_ledger::chain::ChainLink;
use proviso_ledger::hash::domain_hash;
use proviso_ledger::sign::VerifyKey;
use proviso_model::Timestamp;
use proviso_model::ids::DeviceId;
use proviso_model::limits::ENROL_TRIES_MAX;
use proviso_model::record::EnrolmentFacts;
use proviso_model::wire::{EnrolRequest, EnrolResponse, enrol_proof};
use proviso_store::{CaseState, DeviceActRow, DeviceRow, DeviceState, PolicyRow, StoreError};

use super::liveness::plain_version;
use super::{DeviceRefusal, certificate, code, nonce, policy};
use crate::app::AppContext;
use crate::app::device_acts;
use crate::app::in_use::InUse;
use crate::app::shield;
use crate::keys::case::Purpose;
use crate::keys::certificates::{DeviceCertificate, DeviceTerm};

/// Tries are counted over so long, in milliseconds.
const TRIES_MILLIS: i64 = 10 * 60_000;
/// Longest word that a device may say of itself, in bytes.
const WORD_BYTES_MAX: usize = 256;

/// Enrols a device. `address` is where the request comes from, for counting tries only; it is kept as a keyed
/// hash. `term` is how long the certificate runs.
///
/// # Errors
/// [`DeviceRefusal`].
pub async fn enrol(
    ctx: &AppContext,
    (address, term): (&str, DeviceTerm),
    request: &EnrolRequest,
) -> Result<EnrolResponse, DeviceRefusal> {
    let now = ctx.now();
    let secret = ctx.keys.server_secret.as_slice();
    let address_hash = domain_hash("proviso/enrol-address/v1", &[secret, address.as_bytes()]);
    let tries = ctx.store.enrolment_try_add(&address_hash, now, now.plus_millis(-TRIES_MILLIS)).await?;
    if tries > ENROL_TRIES_MAX {
        return Err(DeviceRefusal::TooManyTries);
    }
    let code = code::normalise(&request.code).ok_or(DeviceRefusal::CodeWrong)?;
    let code_hash = code::hash(ctx, &code);
    let kept = ctx.store.enrolment_code_get(&code_hash, now).await?.ok_or(DeviceRefusal::CodeWrong)?;
    let record_key = possession(request)?;
    let device = DeviceId::new(now, ctx.random());
    let objects = device.to_string();
    ctx.logged("device", "device-enrol", Some(kept.case), &objects, async {
        let key = record_key.to_bytes();
        let certificate = certificate::make(ctx, (device, &key), &request.csr_pem, (now, term), None)?;
        add(ctx, certificate, kept.case, &code_hash, record_key, request, now).await
    })
    .await
}

/// The record key, if the device shows that it holds it.
fn possession(request: &EnrolRequest) -> Result<VerifyKey, DeviceRefusal> {
    let bad = |what: &str| DeviceRefusal::RequestBad(what.to_owned());
    for word in [&request.system, &request.account, &request.agent_version] {
        if word.len() > WORD_BYTES_MAX {
            return Err(bad("system, account and agent version are at most 256 bytes each"));
        }
    }
    let key = VerifyKey::from_hex(&request.record_key).map_err(|_| bad("the record key is not one"))?;
    let proof =
        proviso_evidence::signature_of(&request.proof).ok_or_else(|| bad("the proof is not a signature"))?;
    key.verify(&enrol_proof(&request.code, &request.csr_pem), &proof)
        .map_err(|_| bad("the proof does not hold: the device does not show that it has the record key"))?;
    Ok(key)
}

async fn add(
    ctx: &AppContext,
    certificate: DeviceCertificate,
    case: proviso_model::ids::CaseId,
    code_hash: &[u8; 32],
    record_key: VerifyKey,
    request: &EnrolRequest,
    now: Timestamp,
) -> Result<EnrolResponse, DeviceRefusal> {
    let device = certificate.says.device;
    let file = ctx.store.case_get(case).await?.ok_or(DeviceRefusal::CodeWrong)?;
    if file.state != CaseState::Open {
        return Err(DeviceRefusal::NoAuthority("its case is closed".to_owned()));
    }
    let keys = ctx.case_keys(case)?;
    let order = policy::known_now(ctx, &keys).await?;
    let in_use = InUse::now(ctx).await?;
    let shield = shield::standing::<DeviceRefusal>(ctx, case).await?;
    let entered = ctx.store.device_act_list(case).await?;
    if let Some(kind) = device_acts::ended(&entered, now) {
        return Err(DeviceRefusal::NoAuthority(format!("the force has entered that {}", kind.in_words())));
    }
    // What an officer entered about the person is about this device too, from its first policy on.
    let entered = device_acts::also_about(&entered, device, now);
    let acts = device_acts::acts(&entered, device);
    let about = policy::About { device, acts: &acts, shield: &shield, other_adult: None };
    let made = policy::make(ctx, &in_use, &keys, &order, &about, 1)?;
    let facts = EnrolmentFacts {
        system: request.system.clone(),
        account: request.account.clone(),
        agent_version: request.agent_version.clone(),
    };
    let first = ChainLink::first(*ctx.keys.force.as_bytes(), *device.as_bytes(), 0);
    let row = DeviceRow {
        id: device,
        case,
        record_key: record_key.to_bytes(),
        certificate_sha256: certificate.says.sha256,
        certificate_from: certificate.says.from,
        state: DeviceState::Active,
        enrolled_at: now,
        revoked_at: None,
        seen_at: now,
        watching: false,
        policy_serial: 0,
        agent_version: plain_version(&request.agent_version),
        agent_version_at: now,
        epoch: first.epoch,
        next_seq: first.next_seq,
        previous: first.previous,
        sealed: ctx.seal_json(case, Purpose::Device, &facts)?,
    };
    match keep(ctx, &row, &made.row, &entered, code_hash).await {
        Ok(()) => {}
        Err(StoreError::Conflict(_)) => return Err(DeviceRefusal::CodeWrong),
        Err(other) => return Err(other.into()),
    }
    Ok(EnrolResponse {
        force: ctx.keys.force,
        device,
        certificate_pem: certificate.pem,
        policy: made.signed,
        keys: ctx.keys.statement.clone(),
        server_time: now,
        nonce: nonce::fresh(ctx, device),
    })
}

/// Keeps device, policy and entries in one. Each entry is in the log before, as whenever it is changed.
async fn keep(
    ctx: &AppContext,
    row: &DeviceRow,
    policy: &PolicyRow,
    entered: &[DeviceActRow],
    code_hash: &[u8; 32],
) -> Result<(), StoreError> {
    let mut begun = Vec::new();
    for act in entered.iter().filter(|act| act.device == row.id) {
        let objects = device_acts::objects(act, entered);
        let allowed = async { Ok::<(), StoreError>(()) };
        let actor = device_acts::BY_ENROLMENT;
        begun.push(ctx.begin(actor, "device-act", (row.case, Vec::new()), &objects, allowed).await?);
    }
    let done = ctx.store.device_add(row, policy, entered, code_hash, row.enrolled_at).await;
    for id in begun {
        ctx.end(id, done.is_ok()).await?;
    }
    done
}
