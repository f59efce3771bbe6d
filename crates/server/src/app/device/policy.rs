//! Policies: an order compiled for one device, signed, and kept with the case's other sealed columns.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proviso_engine::{CompileError, CompileInputs};
use proviso_ledger::hash::policy_hash;
use proviso_model::device_act::DeviceAct;
use proviso_model::hash::Digest;
use proviso_model::ids::{CaseId, DeviceId};
use proviso_model::limits::POLICY_BYTES_MAX;
use proviso_model::policy::{CaseKeyRef, Policy};
use proviso_model::wire::{SignedPolicy, signed_policy};
use proviso_model::{Order, OtherAdult};
use proviso_store::{DeviceRow, PolicyRow};

use super::DeviceRefusal;
use crate::app::AppContext;
use crate::app::in_use::InUse;
use crate::app::late::{self, LateError};
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

/// The order of a case as known now, less what was quashed, paused or struck out: what a device is given.
///
/// # Errors
/// [`DeviceRefusal::NoAuthority`] when there is none that can be applied.
pub async fn known_now(ctx: &AppContext, keys: &CaseKeys) -> Result<Order, DeviceRefusal> {
    let none = |why: String| DeviceRefusal::NoAuthority(why);
    let known = late::known(ctx, keys).await.map_err(|error| match error {
        LateError::Store(error) => error.into(),
        other => none(other.to_string()),
    })?;
    known.for_devices(ctx.now()).ok_or_else(|| none("the case has no order".to_owned()))
}

/// Why an order gives no policy.
#[derive(Debug, thiserror::Error)]
pub enum NoPolicy {
    /// It allows no monitoring any more, or never did: what runs must stop.
    #[error("{0}")]
    Stops(String),
    /// It cannot be compiled as it is.
    #[error("{0}")]
    Faulty(String),
}

impl From<NoPolicy> for DeviceRefusal {
    fn from(why: NoPolicy) -> Self {
        Self::NoAuthority(why.to_string())
    }
}

impl From<CompileError> for NoPolicy {
    fn from(error: CompileError) -> Self {
        match error {
            CompileError::CapturesNothing(_)
            | CompileError::NoConditions(_)
            | CompileError::ConsentWithdrawn(_)
            | CompileError::Ended(_) => Self::Stops(error.to_string()),
            _ => Self::Faulty(error.to_string()),
        }
    }
}

/// A device, and what is known of it and its case beside the order.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// Which.
    pub device: DeviceId,
    /// What officers entered about it.
    pub acts: &'a [DeviceAct],
    /// Contacts that are never captured.
    pub shield: &'a [String],
    /// That another adult may use it for a while.
    pub other_adult: Option<OtherAdult>,
}

/// Compiles an order with packs and lists of sites.
///
/// # Errors
/// [`NoPolicy`].
pub fn compile(with: &InUse, order: &Order, inputs: CompileInputs) -> Result<Policy, NoPolicy> {
    let (site_lists, hash_sets) = (with.site_lists.clone(), with.hash_sets.clone());
    let inputs = CompileInputs { site_lists, hash_sets, ..inputs };
    Ok(proviso_engine::compile_with(order, with.packs.iter().map(AsRef::as_ref), &inputs)?)
}

/// Compiles and signs a policy with these packs and lists, under what officers entered about the device.
///
/// # Errors
/// [`NoPolicy`] when the order does not allow it.
pub fn make(
    ctx: &AppContext,
    with: &InUse,
    keys: &CaseKeys,
    order: &Order,
    about: &About<'_>,
    serial: u64,
) -> Result<Made, NoPolicy> {
    let inputs = CompileInputs {
        serial,
        force: ctx.keys.force,
        case: keys.case,
        device: about.device,
        issued_at: ctx.now(),
        case_key: CaseKeyRef { id: keys.id, public: keys.public.to_hex() },
        shield: about.shield.to_vec(),
        site_lists: Vec::new(), // [`compile`] names those in use.
        hash_sets: Vec::new(),
        languages: ctx.languages.to_vec(),
    };
    let changed = inputs.clone();
    let mut policy =
        Policy { other_adult: about.other_adult, ..compile(with, order, inputs)?.under(about.acts) };
    if let Some(trial) = with.trial.as_ref().filter(|trial| ctx.now() < trial.until) {
        let packs = with.packs_with(&trial.pack);
        let (site_lists, hash_sets) = (with.site_lists.clone(), with.hash_sets.clone());
        let with = InUse { packs, site_lists, hash_sets, trial: None };
        let changed = compile(&with, order, changed)?.under(about.acts);
        policy.trial = policy.trial_of(&changed, trial.id, trial.until).map(Box::new);
        // A trial is never the reason why an order goes unwatched.
        if let Ok(made) = sign(ctx, keys, &policy) {
            return Ok(made);
        }
        policy.trial = None;
    }
    sign(ctx, keys, &policy)
}

/// A policy that ends monitoring on a device: its newest one without conditions, over from now on.
///
/// # Errors
/// [`DeviceRefusal::Busy`] when the newest one cannot be opened.
pub fn ending(ctx: &AppContext, keys: &CaseKeys, newest: &PolicyRow) -> Result<Made, DeviceRefusal> {
    let text = keys.open(Purpose::Policy, &newest.sealed)?;
    let mut policy: Policy = serde_json::from_slice(&text).map_err(|_| DeviceRefusal::Busy)?;
    policy.serial = newest.serial.saturating_add(1);
    policy.issued_at = ctx.now();
    policy.expires_at = policy.issued_at;
    policy.conditions.clear();
    policy.other_adult = None;
    policy.trial = None;
    Ok(sign(ctx, keys, &policy)?)
}

fn sign(ctx: &AppContext, keys: &CaseKeys, policy: &Policy) -> Result<Made, NoPolicy> {
    let text = serde_json::to_string(policy)
        .map_err(|error| NoPolicy::Faulty(format!("the policy cannot be written: {error}")))?;
    if text.len() > POLICY_BYTES_MAX {
        return Err(NoPolicy::Faulty(format!(
            "the policy would have {} bytes, and a device takes at most {POLICY_BYTES_MAX}; retire a pack, or name fewer words or languages",
            text.len()
        )));
    }
    let signature = ctx.keys.policy.sign(&signed_policy(&text));
    let row = row(ctx, keys, policy, text.as_bytes(), signature);
    Ok(Made { signed: SignedPolicy { policy: text, signature: STANDARD.encode(signature) }, row })
}

/// A policy as it is kept: its exact text sealed, and what may stand in the clear.
pub(super) fn row(
    ctx: &AppContext,
    keys: &CaseKeys,
    policy: &Policy,
    text: &[u8],
    signature: [u8; 64],
) -> PolicyRow {
    PolicyRow {
        hash: Digest(policy_hash(text)),
        device: policy.device,
        serial: policy.serial,
        issued_at: policy.issued_at,
        expires_at: policy.expires_at,
        engine_semantics: policy.engine_semantics,
        signature,
        sealed: ctx.with_rng(|rng| keys.seal(rng, Purpose::Policy, text)),
    }
}

/// A kept policy as sent, signed with the policy key in use: a key that was retired signs nothing any more, and records
/// name the policy by the hash of its text, which stays.
///
/// # Errors
/// [`DeviceRefusal::Busy`] when it cannot be opened.
pub fn signed(ctx: &AppContext, case: CaseId, row: &PolicyRow) -> Result<SignedPolicy, DeviceRefusal> {
    let text = ctx.unseal(case, Purpose::Policy, &row.sealed)?;
    let policy = String::from_utf8_lossy(&text).into_owned();
    let signature = STANDARD.encode(ctx.keys.policy.sign(&signed_policy(&policy)));
    Ok(SignedPolicy { policy, signature })
}

/// The newest policy of a device, read.
///
/// # Errors
/// [`DeviceRefusal`].
pub(super) async fn newest(ctx: &AppContext, device: &DeviceRow) -> Result<Policy, DeviceRefusal> {
    let newest = ctx.store.policy_current(device.id).await?.ok_or(DeviceRefusal::DeviceUnknown)?;
    let text = ctx.unseal(device.case, Purpose::Policy, &newest.sealed)?;
    serde_json::from_slice(&text).map_err(|_| DeviceRefusal::Busy)
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
