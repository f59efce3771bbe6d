//! Packs that devices try out, counting only, before the force takes them into use (decision 0059).

use std::collections::BTreeSet;
use std::sync::Arc;

use proviso_model::ids::TrialId;
use proviso_store::{StoreError, TrialRow, TrialSum};

use super::keys::{latecomers, policies_of_all};
use super::pack::{NewPack, Review, may_be_taken, review};
use super::{COMMAND_LINE, ForceError};
use crate::app::in_use::{InUse, OnTrial};
use crate::app::{AppContext, packs};

/// Longest trial, in days: long enough for what people do by the week, and no standing watch beside the one in force.
pub const DAYS_MAX: u16 = 28;

/// Gives every active device a policy with which it tries out a list, for so many days; the trial and how many devices. The devices
/// count under the conditions in force, and their people are told on the device's own page.
///
/// # Errors
/// [`ForceError`]; then nothing is changed.
pub async fn begin(
    ctx: &AppContext,
    new: &NewPack<'_>,
    leave_out_refused: bool,
    days: u16,
) -> Result<(Review, TrialId, usize), ForceError> {
    if !(1..=DAYS_MAX).contains(&days) {
        return Err(ForceError::Refused(format!("a trial lasts 1 to {DAYS_MAX} days")));
    }
    let review = review(ctx, new).await?;
    may_be_taken(&review.list, leave_out_refused)?;
    let now = ctx.now();
    let (id, until) = (TrialId::new(now, ctx.random()), now.plus_days(i64::from(days)));
    let objects = format!("{id} {} {}", new.name, review.version);
    let devices = ctx
        .logged(COMMAND_LINE, "pack-trial-begin", None, &objects, async {
            let trial = OnTrial { id, until, pack: Arc::new(review.pack.clone()) };
            let with = InUse { trial: Some(trial), ..InUse::now(ctx).await? };
            let policies = policies_of_all(ctx, &with, &BTreeSet::new()).await?;
            let sealed = ctx.seal_for_force(packs::TRIAL_PURPOSE, review.text.as_bytes());
            let row =
                TrialRow { id, name: new.name.to_owned(), begun_at: now, until, ended_at: None, sealed };
            ctx.store.trial_begin(&row, &policies).await?;
            Ok::<_, ForceError>(policies.len() + latecomers(ctx, &policies).await?)
        })
        .await
        .map_err(refused)?;
    Ok((review, id, devices))
}

/// Ends a trial before its time; how many devices get a policy without it. One that has run out needs no ending.
///
/// # Errors
/// [`ForceError`]; then nothing is changed.
pub async fn end(ctx: &AppContext, id: TrialId) -> Result<usize, ForceError> {
    let objects = id.to_string();
    let done = ctx.logged(COMMAND_LINE, "pack-trial-end", None, &objects, async {
        let with = InUse { trial: None, ..InUse::now(ctx).await? };
        let policies = policies_of_all(ctx, &with, &BTreeSet::new()).await?;
        ctx.store.trial_end(id, ctx.now(), &policies).await?;
        Ok::<_, ForceError>(policies.len() + latecomers(ctx, &policies).await?)
    });
    done.await.map_err(refused)
}

fn refused(error: ForceError) -> ForceError {
    match error {
        ForceError::Store(StoreError::Conflict(why)) => {
            ForceError::Refused(format!("{why}; see admin pack-trial list"))
        }
        other => other,
    }
}

/// Every trial, the newest first, with what was counted.
///
/// # Errors
/// [`ForceError`].
pub async fn list(ctx: &AppContext) -> Result<Vec<(TrialRow, TrialSum)>, ForceError> {
    ctx.note(COMMAND_LINE, "pack-trial-list", None, "").await?;
    let mut found = Vec::new();
    for row in ctx.store.trial_list().await? {
        let sum = ctx.store.trial_sum(row.id).await?;
        found.push((row, sum));
    }
    Ok(found)
}
