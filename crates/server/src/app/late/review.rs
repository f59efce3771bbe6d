//! Reviewing what is outside the order: erase it for ever, or say that the end was entered by mistake and release it.

use std::collections::{BTreeMap, BTreeSet};

use proviso_model::ids::CaseId;
use proviso_store::Permit;

use super::LateError;
use super::assess::ALWAYS;
use super::order_end::{self, Change, Effect, check_reason};
use super::quarantine::{self, About};
use crate::app::AppContext;
use crate::app::destruction::{self, Certificate, DestructionError, Grounds, Why};
use crate::app::force::ForceError;
use crate::keys::case::Purpose;

/// Which of what is outside the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// What is held unseen.
    Held,
    /// What an officer could see before it was known.
    Seen,
}

/// Erases every record of one cause: key, body and what was made of it; headers stay in the chain and in the log. A
/// record that an officer could see is erased only when no finding of it is covered. Logged, with the reason, before it is
/// done, and each record once more by its own destruction. Gives the certificates.
///
/// # Errors
/// [`ForceError::Refused`] when there is nothing to erase or a legal hold forbids it; [`ForceError`].
pub async fn erase(
    ctx: &AppContext,
    actor: &str,
    permit: &Permit,
    about: About,
    which: Which,
    reason: &str,
) -> Result<Vec<Certificate>, ForceError> {
    let case = permit.id;
    check_reason(reason)?;
    if let Some(hold) = ctx.store.legal_hold(case).await? {
        return Err(refused(&destruction::held(case, hold)));
    }
    let records = match which {
        Which::Held => held(ctx, case, about).await?,
        Which::Seen => seen(ctx, case, about).await?,
    };
    if records.is_empty() {
        return Err(ForceError::Refused(
            "nothing with this cause waits for review; list what does with admin quarantine-list".to_owned(),
        ));
    }
    let because = ctx.seal(case, Purpose::Audit, reason.trim().as_bytes())?;
    let act = match which {
        Which::Held => "quarantine-erase",
        Which::Seen => "outside-erase",
    };
    ctx.logged_because(actor, act, Some(case), &about.word(), because, async {
        let mut made = Vec::new();
        for record in &records {
            made.extend(erase_body(ctx, *record, about, actor).await?);
        }
        let records: Vec<_> = records.into_iter().collect();
        ctx.store.quarantine_erased(&records, ctx.now()).await?;
        ctx.hub.wake();
        Ok(made)
    })
    .await
}

/// Destroys one record that is outside the order; `None` when it was destroyed before.
async fn erase_body(
    ctx: &AppContext,
    record: [u8; 32],
    about: About,
    actor: &str,
) -> Result<Option<Certificate>, ForceError> {
    let grounds = Grounds {
        why: Why::OutsideOrder,
        reference: format!("quarantine review: {}", about.word()),
        actor: actor.to_owned(),
    };
    match destruction::record(ctx, record, &grounds).await {
        Ok(made) => Ok(Some(made)),
        Err(DestructionError::Already(_)) => Ok(None),
        Err(DestructionError::Store(error)) => Err(error.into()),
        Err(DestructionError::Key(error)) => Err(error.into()),
        Err(other) => Err(refused(&other)),
    }
}

/// Releases everything that one end put outside the order, by withdrawing the end: it was entered by mistake. What is then
/// covered is put before the officer. Logged, with the reason, before it is done.
///
/// # Errors
/// [`ForceError`].
pub async fn release(
    ctx: &AppContext,
    actor: &str,
    permit: &Permit,
    about: About,
    reason: &str,
) -> Result<Effect, ForceError> {
    let case = permit.id;
    let refused = |text: &str| Err(ForceError::Refused(text.to_owned()));
    let id = match about {
        About::End(id) => id,
        About::NotCovered => {
            return refused(
                "the order as entered does not cover this; if the entry is wrong, enter the order again with admin \
                 order-change and its right first day: what is then covered is released by itself",
            );
        }
        About::DeviceAct => {
            return refused(
                "what was entered about the device does not allow this; if the entry is wrong, correct it on the device's \
                 page or with admin device-act-change: what is then covered is released by itself",
            );
        }
    };
    let end = ctx.store.order_end_get(id).await?;
    if end.is_none_or(|row| row.case != case) {
        return Err(ForceError::Refused("this case has no such end of its order".to_owned()));
    }
    order_end::change(ctx, actor, id, Change::Withdraw, reason).await
}

fn refused(error: &DestructionError) -> ForceError {
    ForceError::Refused(error.to_string())
}

async fn held(ctx: &AppContext, case: CaseId, about: About) -> Result<BTreeSet<[u8; 32]>, LateError> {
    let groups = quarantine::of_case(ctx, case).await?.held;
    let of_cause = groups.into_iter().filter(|group| About::of(group.outside) == Some(about));
    Ok(of_cause.flat_map(|group| group.records).collect())
}

/// Records of which no finding is covered, and one is outside for that cause.
async fn seen(ctx: &AppContext, case: CaseId, about: About) -> Result<BTreeSet<[u8; 32]>, LateError> {
    let mut records: BTreeMap<[u8; 32], (bool, bool)> = BTreeMap::new();
    for row in ctx.store.finding_list(case, ALWAYS).await?.into_iter().filter(|row| !row.sealed.is_empty()) {
        let (covered, of_cause) = records.entry(row.record).or_default();
        *covered |= row.outside.is_none();
        *of_cause |= row.outside.and_then(About::of) == Some(about);
    }
    let erasable = records.into_iter().filter(|(_, (covered, of_cause))| *of_cause && !*covered);
    Ok(erasable.map(|(record, _)| record).collect())
}
