//! After new keys were installed: noted in the log, and every device gets its policy anew.

use proviso_store::DeviceState;

use super::{COMMAND_LINE, ForceError, case};
use crate::app::AppContext;
use crate::app::device::policy;

/// Notes that keys were installed and makes every active device's policy anew, so that none rests on a key that was
/// retired. Gives how many.
///
/// # Errors
/// [`ForceError`]; done again it goes on.
pub async fn installed(ctx: &AppContext) -> Result<u64, ForceError> {
    let objects = proviso_ledger::hash::sha256(ctx.keys.statement.statement.as_bytes());
    ctx.logged(COMMAND_LINE, "keys-install", None, &hex::encode(objects), async {
        let mut made = 0;
        for device in ctx.store.device_list(None).await? {
            if device.state != DeviceState::Active {
                continue;
            }
            let keys = ctx.case_keys(device.case)?;
            let order = policy::known_now(ctx, &keys)
                .await
                .map_err(|refusal| ForceError::Refused(refusal.to_string()))?;
            let place = format!("the order of case {}", device.case);
            let next = case::next_policy(ctx, &keys, &order, device.id, &place).await?;
            ctx.store.policy_add(&next).await?;
            made += 1;
        }
        Ok(made)
    })
    .await
}
