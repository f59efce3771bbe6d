//! Policies: an order compiled for one device, signed, and kept with the case's other sealed columns.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proviso_engine::{CompileInputs, Pack};
use proviso_ledger::hash::policy_hash;
use proviso_model::Order;
use proviso_model::hash::Digest;
use proviso_model::ids::{CaseId, DeviceId};
use proviso_model::policy::{CaseKeyRef, Policy};
use proviso_model::wire::SignedPolicy;
use proviso_store::{DeviceRow, PolicyRow};

use super::DeviceRefusal;
use crate::app::AppContext;
use crate::keys::CaseKeys;
use crate::keys::case::Purpose;

/// A policy ready to be kept and sent.
pub struct Made {
    /// As sent.
    pub signed: SignedPolicy,
    /// As kept.
    pub row: PolicyRow,
}

/// The order of a case as last entered.
///
/// # Errors
/// [`DeviceRefusal::NoAuthority`] when there is none that can be read.
pub async fn order(ctx: &AppContext, keys: &CaseKeys) -> Result<Order, DeviceRefusal> {
    let row = ctx
        .store
        .order_current(keys.case)
        .await?
        .ok_or_else(|| DeviceRefusal::NoAuthority("the case has no order".to_owned()))?;
    let text = keys.open(Purpose::Order, &row.sealed)?;
    Order::from_toml(&String::from_utf8_lossy(&text))
        .map_err(|_| DeviceRefusal::NoAuthority("its order can no longer be read".to_owned()))
}

/// Compiles and signs a policy.
///
/// # Errors
/// [`DeviceRefusal::NoAuthority`] when the order does not allow it.
pub fn make(
    ctx: &AppContext,
    keys: &CaseKeys,
    order: &Order,
    device: DeviceId,
    serial: u64,
) -> Result<Made, DeviceRefusal> {
    let packs: Vec<Pack> = ctx
        .packs
        .iter()
        .map(|text| Pack::from_toml(text))
        .collect::<Result<_, _>>()
        .map_err(|error| DeviceRefusal::NoAuthority(format!("a pack cannot be read: {error}")))?;
    let inputs = CompileInputs {
        serial,
        force: ctx.keys.force,
        case: keys.case,
        device,
        issued_at: ctx.now(),
        case_key: CaseKeyRef { id: keys.id, public: keys.public.to_hex() },
        shield: Vec::new(),
    };
    let policy: Policy = proviso_engine::compile(order, &packs, &inputs)
        .map_err(|error| DeviceRefusal::NoAuthority(error.to_string()))?;
    let text = serde_json::to_string(&policy)
        .map_err(|error| DeviceRefusal::NoAuthority(format!("the policy cannot be written: {error}")))?;
    let signature = ctx.keys.policy.sign(text.as_bytes());
    let row = PolicyRow {
        hash: Digest(policy_hash(text.as_bytes())),
        device,
        serial,
        issued_at: policy.issued_at,
        expires_at: policy.expires_at,
        engine_semantics: policy.engine_semantics,
        signature,
        sealed: ctx.with_rng(|rng| keys.seal(rng, Purpose::Policy, text.as_bytes())),
    };
    Ok(Made { signed: SignedPolicy { policy: text, signature: STANDARD.encode(signature) }, row })
}

/// A kept policy as sent.
///
/// # Errors
/// [`DeviceRefusal::Busy`] when it cannot be opened.
pub fn signed(ctx: &AppContext, case: CaseId, row: &PolicyRow) -> Result<SignedPolicy, DeviceRefusal> {
    let text = ctx.unseal(case, Purpose::Policy, &row.sealed)?;
    Ok(SignedPolicy {
        policy: String::from_utf8_lossy(&text).into_owned(),
        signature: STANDARD.encode(row.signature),
    })
}

/// The newest policy of a device; `None` when the device has it already.
///
/// # Errors
/// [`DeviceRefusal`].
pub async fn current(
    ctx: &AppContext,
    device: &DeviceRow,
    held_serial: Option<u64>,
) -> Result<Option<SignedPolicy>, DeviceRefusal> {
    let row = ctx.store.policy_current(device.id).await?.ok_or(DeviceRefusal::DeviceUnknown)?;
    if held_serial == Some(row.serial) {
        return Ok(None);
    }
    signed(ctx, device.case, &row).map(Some)
}
