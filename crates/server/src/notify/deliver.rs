//! Sends what is due: claimed with a lease, tried again with longer and longer pauses, given up in the open.
//!
//! A worker that is killed between sending and noting leaves the lease to run out, and the delivery is sent once more under the
//! same number: twice at most for each such kill, never not at all.

use proviso_model::Timestamp;
use proviso_store::{Channel, ClaimedDelivery, DeliveryEnd, DeliveryKind};
use tokio::task::JoinSet;

use super::carrier::{Callee, Failed};
use super::clock::{CONTACT, CONTACT_WEBHOOK};
use super::letter;
use super::people::{self, officer_of};
use crate::app::AppContext;
use crate::app::officer::error::ActError;
use crate::app::officer::notifications;

/// Deliveries under way at a time in one process.
const AT_ONCE_MAX: usize = 8;
/// How long a claim holds, in milliseconds: longer than an e-mail and a call may take.
pub const LEASE_MILLIS: i64 = 180_000;
/// The pause after the first attempt, in milliseconds; it doubles with each.
const PAUSE_MILLIS: i64 = 30_000;
/// The longest pause, in milliseconds.
const PAUSE_MILLIS_MAX: i64 = 3_600_000;
/// Attempts before a delivery is given up: about a day.
pub const ATTEMPTS_MAX: u32 = 30;

/// Sends what is due. Says how many were tried.
///
/// # Errors
/// [`ActError`] when the store cannot be read or written.
pub async fn turn(ctx: &AppContext) -> Result<usize, ActError> {
    let (mut under_way, mut tried) = (JoinSet::new(), 0);
    loop {
        while under_way.len() < AT_ONCE_MAX {
            let now = ctx.now();
            let Some(claimed) = ctx.store.delivery_claim(now, now.plus_millis(LEASE_MILLIS)).await? else {
                break;
            };
            let ctx = ctx.clone();
            under_way.spawn(async move { attempt(&ctx, claimed).await });
        }
        match under_way.join_next().await {
            // What ended early by a fault of ours comes back when its lease runs out.
            Some(Err(error)) => tracing::error!(%error, "a delivery broke off"),
            Some(Ok(done)) => {
                done?;
                tried += 1;
            }
            None => return Ok(tried),
        }
    }
}

async fn attempt(ctx: &AppContext, claimed: ClaimedDelivery) -> Result<(), ActError> {
    let row = &claimed.row;
    let end = match send(ctx, &claimed).await? {
        Ok(true) => DeliveryEnd::Sent,
        Ok(false) => DeliveryEnd::Withdrawn,
        Err(failed) => {
            let end = after_failure(ctx, row.attempts, failed);
            let (dead, fault) = match &end {
                DeliveryEnd::Dead { fault } => (true, fault.as_str()),
                DeliveryEnd::Retry { fault, .. } => (false, fault.as_str()),
                DeliveryEnd::Sent | DeliveryEnd::Withdrawn => (false, ""),
            };
            tracing::warn!(delivery = %row.id, channel = row.channel.as_str(), attempts = row.attempts, dead, fault, "not delivered");
            end
        }
    };
    Ok(ctx.store.delivery_end(row.id, row.attempts, &end, ctx.now()).await?)
}

/// When and whether to try again.
fn after_failure(ctx: &AppContext, attempts: u32, failed: Failed) -> DeliveryEnd {
    let Failed { fault, is_final, untaken } = failed;
    if is_final || attempts >= ATTEMPTS_MAX {
        return DeliveryEnd::Dead { fault };
    }
    let [chance] = ctx.random::<1>();
    DeliveryEnd::Retry { at: ctx.now().plus_millis(pause_millis(attempts, chance)), fault, untaken }
}

/// The pause after so many attempts: doubled each time, and up to a fifth longer or shorter by `chance`, so that what failed
/// together does not come back together.
#[must_use]
pub fn pause_millis(attempts: u32, chance: u8) -> i64 {
    let doubled = PAUSE_MILLIS.saturating_mul(1 << attempts.saturating_sub(1).min(20));
    let pause = doubled.min(PAUSE_MILLIS_MAX);
    pause - pause / 5 + pause * 2 / 5 * i64::from(chance) / 255
}

/// Sends one. `false` when it is no longer needed.
async fn send(ctx: &AppContext, claimed: &ClaimedDelivery) -> Result<Result<bool, Failed>, ActError> {
    let (row, now) = (&claimed.row, ctx.now());
    Ok(match row.channel {
        Channel::Console => Ok(false),
        Channel::Webhook => call(ctx, claimed, now).await,
        // Whoever has looked already needs no e-mail, nor does who has nothing to do with the case any more.
        Channel::Email if is_of_alerts(row.kind) && !is_needed(ctx, claimed).await? => Ok(false),
        Channel::Email => match address(ctx, &row.recipient).await? {
            Ok(to) => {
                let letter = letter::letter(&ctx.telling, claimed, to, now);
                ctx.carrier.mail(&letter).await.map(|()| true)
            }
            Err(fault) => Err(Failed { fault: fault.to_owned(), is_final: true, untaken: true }),
        },
    })
}

/// Whether a delivery tells of alerts, which somebody may have looked at meanwhile.
fn is_of_alerts(kind: DeliveryKind) -> bool {
    !matches!(kind, DeliveryKind::Trial | DeliveryKind::Rights)
}

/// Whether somebody still has to look, and the recipient is who may.
async fn is_needed(ctx: &AppContext, claimed: &ClaimedDelivery) -> Result<bool, ActError> {
    let Some(officer) = officer_of(&claimed.row.recipient) else { return Ok(!claimed.unseen.is_empty()) };
    for alert in &claimed.unseen {
        if people::concerns(ctx, officer, *alert).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn call(ctx: &AppContext, claimed: &ClaimedDelivery, now: Timestamp) -> Result<bool, Failed> {
    let callee = if claimed.row.recipient == CONTACT_WEBHOOK { Callee::Contact } else { Callee::Force };
    let Some(call) = letter::call(&ctx.telling, claimed, now) else { return Ok(false) };
    ctx.carrier.call(callee, &call).await.map(|()| true)
}

/// Where an e-mail goes, by the settings as they are now; or why nowhere.
async fn address(ctx: &AppContext, recipient: &str) -> Result<Result<String, &'static str>, ActError> {
    if let Some(number) = recipient.strip_prefix(CONTACT) {
        let contact = number.parse().ok().and_then(|at: usize| ctx.telling.contact_emails.get(at));
        return Ok(contact.cloned().ok_or("the settings no longer name this address of the 24-hour contact"));
    }
    let Some(officer) = officer_of(recipient) else { return Ok(Err("the recipient is no officer")) };
    let enabled = ctx.store.officer_get(officer).await?.is_some_and(|row| row.disabled_at.is_none());
    if !enabled {
        return Ok(Err("the officer's account is switched off"));
    }
    let address = notifications::address(ctx, officer).await?;
    Ok(address.ok_or("the officer has no e-mail address, or switched e-mail off; set one on their page or with admin officer-notifications"))
}

#[cfg(test)]
mod tests {
    use super::{ATTEMPTS_MAX, pause_millis};

    #[test]
    fn pauses_double_to_an_hour_and_what_failed_together_comes_back_apart() {
        for (attempts, chance, millis) in [
            (1, 0, 24_000),
            (1, 255, 36_000),
            (2, 0, 48_000),
            (5, 0, 384_000),
            (9, 255, 4_320_000),
            (30, 0, 2_880_000),
        ] {
            assert_eq!(pause_millis(attempts, chance), millis, "after attempt {attempts}");
        }
        let whole: i64 = (1..ATTEMPTS_MAX).map(|attempts| pause_millis(attempts, 127)).sum();
        assert!((20..28).contains(&(whole / 3_600_000)), "about a day: {whole} ms");
    }
}
