//! After new keys were installed: noted in the log, and every device gets its policy anew.

use std::collections::BTreeSet;

use proviso_model::ids::DeviceId;
use proviso_store::{DeviceState, PolicyRow};

use super::{COMMAND_LINE, ForceError, case};
use crate::app::AppContext;
use crate::app::device::policy;
use crate::app::device_acts;
use crate::app::in_use::InUse;
use crate::app::other_adult;
use crate::app::shield;

/// Notes that keys were installed and makes every active device's policy anew, so that none rests on a key that was
/// retired. Gives how many.
///
/// # Errors
/// [`ForceError`]; done again it goes on.
pub async fn installed(ctx: &AppContext) -> Result<u64, ForceError> {
    let objects = proviso_ledger::hash::sha256(ctx.keys.statement.statement.as_bytes());
    ctx.logged(COMMAND_LINE, "keys-install", None, &hex::encode(objects), async {
        let in_use = InUse::now(ctx).await?;
        let mut made = 0;
        for next in policies_of_all(ctx, &in_use, &BTreeSet::new()).await? {
            ctx.store.policy_add(&next).await?;
            made += 1;
        }
        Ok(made)
    })
    .await
}

/// The next policy of every active device, made with these packs and lists from the orders as known now; of none of `but`.
pub(super) async fn policies_of_all(
    ctx: &AppContext,
    with: &InUse,
    but: &BTreeSet<DeviceId>,
) -> Result<Vec<PolicyRow>, ForceError> {
    let mut made = Vec::new();
    for device in ctx.store.device_list(None).await? {
        if device.state != DeviceState::Active || but.contains(&device.id) {
            continue;
        }
        let keys = ctx.case_keys(device.case)?;
        let order = policy::known_now(ctx, &keys)
            .await
            .map_err(|refusal| ForceError::Refused(refusal.to_string()))?;
        let place = format!("the order of case {}", device.case);
        let acts = device_acts::on_device(ctx, device.case, device.id).await?;
        let shield = shield::standing::<ForceError>(ctx, device.case).await?;
        let other_adult = other_adult::on_device(ctx, device.case, device.id).await?;
        let about = policy::About { device: device.id, acts: &acts, shield: &shield, other_adult };
        made.push(case::next_policy(ctx, with, &keys, &order, &about, &place).await?);
    }
    Ok(made)
}

/// Devices that were enrolled while policies were made get theirs made again; how many.
pub(super) async fn latecomers(ctx: &AppContext, given: &[PolicyRow]) -> Result<usize, ForceError> {
    let given = given.iter().map(|policy| policy.device).collect();
    let late = policies_of_all(ctx, &InUse::now(ctx).await?, &given).await?;
    for policy in &late {
        ctx.store.policy_add(policy).await?;
    }
    Ok(late.len())
}
