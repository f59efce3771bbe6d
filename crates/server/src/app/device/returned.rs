//! After this server was put back from a backup: policies signed and devices enrolled since then come back from the
//! devices themselves, on the force's own signature. `docs/decisions/0013-after-a-restore.md` says why that is enough.

use proviso_ledger::chain::ChainLink;
use proviso_ledger::sign::VerifyKey;
use proviso_model::ids::{CaseId, DeviceId};
use proviso_model::policy::Policy;
use proviso_model::wire::{DeviceReturn, SignedPolicy, signed_policy};
use proviso_store::{
    CaseState, DeviceNoticeKind, DeviceRow, DeviceState, NewDeviceNotice, PolicyRow, StoreError,
};

use super::policy::{self, NoPolicy};
use super::{DeviceRefusal, authenticate};
use crate::app::AppContext;
use crate::app::device_acts;
use crate::app::in_use::InUse;
use crate::app::other_adult;
use crate::app::shield;
use crate::keys::CaseKeys;
use crate::keys::case::Purpose;
use crate::keys::certificates::Shown;

/// A policy that the force has signed for this device, with its row.
fn checked(
    ctx: &AppContext,
    device: DeviceId,
    signed: &SignedPolicy,
) -> Result<(Policy, [u8; 64]), DeviceRefusal> {
    let bad = |what: &str| DeviceRefusal::RequestBad(format!("the policy that the device brings {what}"));
    let signature =
        proviso_evidence::signature_of(&signed.signature).ok_or_else(|| bad("has no signature"))?;
    ctx.keys
        .policy
        .public()
        .verify(&signed_policy(&signed.policy), &signature)
        .map_err(|_| bad("was not signed by this force"))?;
    let policy: Policy = serde_json::from_str(&signed.policy).map_err(|_| bad("cannot be read"))?;
    if policy.device != device || policy.force != ctx.keys.force {
        return Err(bad("is for another device"));
    }
    Ok((policy, signature))
}

/// Takes back a policy that this server gave the device and no longer knows.
///
/// # Errors
/// [`DeviceRefusal::RequestBad`] when the force did not sign it for this device and case.
pub async fn policy(
    ctx: &AppContext,
    device: &DeviceRow,
    signed: &SignedPolicy,
) -> Result<(), DeviceRefusal> {
    let (policy, signature) = checked(ctx, device.id, signed)?;
    if policy.case != device.case {
        return Err(DeviceRefusal::RequestBad(
            "the policy that the device brings is of another case".to_owned(),
        ));
    }
    let keys = ctx.case_keys(device.case)?;
    let row = policy::row(ctx, &keys, &policy, signed.policy.as_bytes(), signature);
    let own = ctx.store.policy_current(device.id).await?;
    if !ctx.store.policy_return(&row, ctx.now()).await? {
        return Ok(());
    }
    tell(ctx, device.id, DeviceNoticeKind::PolicyReturned, row.hash.0).await?;
    // What an officer has entered since the restore is newer than what came back, though its number is not.
    if let Some(own) = own
        && own.serial <= row.serial
        && own.issued_at > row.issued_at
    {
        renew(ctx, &keys, device, &own, row.serial).await?;
    }
    Ok(())
}

async fn renew(
    ctx: &AppContext,
    keys: &CaseKeys,
    device: &DeviceRow,
    own: &PolicyRow,
    above: u64,
) -> Result<(), DeviceRefusal> {
    let order = policy::known_now(ctx, keys).await?;
    let acts = device_acts::on_device(ctx, device.case, device.id).await?;
    let shield = shield::standing::<DeviceRefusal>(ctx, device.case).await?;
    let other_adult = other_adult::on_device(ctx, device.case, device.id).await?;
    let about = policy::About { device: device.id, acts: &acts, shield: &shield, other_adult };
    let next = match policy::make(ctx, &InUse::now(ctx).await?, keys, &order, &about, above.saturating_add(1))
    {
        Ok(next) => next,
        Err(NoPolicy::Stops(_)) => policy::ending(ctx, keys, &PolicyRow { serial: above, ..own.clone() })?,
        Err(error @ NoPolicy::Faulty(_)) => return Err(error.into()),
    };
    Ok(ctx.store.policy_add(&next.row).await?)
}

async fn tell(
    ctx: &AppContext,
    device: DeviceId,
    kind: DeviceNoticeKind,
    mark: [u8; 32],
) -> Result<(), StoreError> {
    let notice = NewDeviceNotice { device, kind, at: ctx.now(), epoch: None, seq: None, mark };
    if ctx.store.device_notice_add(notice).await? {
        ctx.hub.wake();
    }
    Ok(())
}

/// Takes back a device that was enrolled after the backup. Its certificate, which the TLS handshake has checked, and its
/// policy, which names it and its case, are the force's own word for it; the request's signature shows that it holds the
/// record key that it names.
///
/// # Errors
/// [`DeviceRefusal`].
pub async fn device(
    ctx: &AppContext,
    certificate: &Shown,
    request: &authenticate::Signed<'_>,
    sent: &DeviceReturn,
) -> Result<(), DeviceRefusal> {
    let device = certificate.device;
    let key = VerifyKey::from_hex(&sent.record_key)
        .map_err(|_| DeviceRefusal::RequestBad("the record key is not one".to_owned()))?;
    authenticate::signed_with(ctx, device, &key, request)?;
    let (policy, signature) = checked(ctx, device, &sent.policy)?;
    let case = known_case(ctx, &policy).await?;
    let keys = ctx.case_keys(case)?;
    let now = ctx.now();
    let first = ChainLink::first(*ctx.keys.force.as_bytes(), *device.as_bytes(), 0);
    let returned = DeviceRow {
        id: device,
        case,
        record_key: key.to_bytes(),
        certificate_sha256: certificate.sha256,
        certificate_from: certificate.from,
        state: DeviceState::Active,
        enrolled_at: now,
        revoked_at: None,
        seen_at: now,
        watching: false,
        policy_serial: policy.serial,
        agent_version: String::new(),
        agent_version_at: now,
        epoch: first.epoch,
        next_seq: first.next_seq,
        previous: first.previous,
        sealed: ctx.seal_json(case, Purpose::Device, &sent.facts)?,
    };
    let row = policy::row(ctx, &keys, &policy, sent.policy.policy.as_bytes(), signature);
    ctx.logged("device", "device-return", Some(case), &device.to_string(), async {
        match ctx.store.device_return(&returned, &row, now).await {
            // Known already: this request came twice.
            Err(StoreError::Conflict(_)) => Ok(()),
            Err(other) => Err(DeviceRefusal::from(other)),
            Ok(()) => Ok(tell(ctx, device, DeviceNoticeKind::DeviceReturned, row.hash.0).await?),
        }
    })
    .await
}

async fn known_case(ctx: &AppContext, policy: &Policy) -> Result<CaseId, DeviceRefusal> {
    let case = ctx.store.case_get(policy.case).await?.ok_or(DeviceRefusal::CaseUnknown)?;
    let same_key = case.case_key == policy.case_key.id;
    if case.state == CaseState::Open && same_key { Ok(case.id) } else { Err(DeviceRefusal::CaseUnknown) }
}
