//! Words on trial: what they would say of an observation beside those in force. Only how often is kept (decision 0059).

use proviso_model::finding::Finding;
use proviso_model::policy::TrialCount;
use proviso_model::{Observation, Timestamp};

use crate::policy_keep::KeptPolicy;

/// Counts of one observation; `None` where no trial runs at `now` or ran when it was made.
pub(super) fn compare(
    kept: &KeptPolicy,
    now: Timestamp,
    observation: &Observation,
    found: &[Finding],
) -> Option<TrialCount> {
    let (trial, engine) = (kept.policy.trial.as_deref()?, kept.tried.as_ref()?);
    if now.max(observation.observed_at) >= trial.until {
        return None;
    }
    let tried = engine.evaluate(observation);
    let only = |these: &[Finding], those: &[Finding]| {
        let says = |one: &Finding| {
            those.iter().any(|other| other.paragraph == one.paragraph && other.rule == one.rule)
        };
        these.iter().filter(|one| !says(one)).count() as u64
    };
    Some(TrialCount { trial: trial.id, observed: 1, also: only(&tried, found), gone: only(found, &tried) })
}

/// Adds counts to those of a stretch. What an earlier trial counted in it is given up: a count belongs to one trial.
pub(super) fn add(sum: &mut Option<TrialCount>, more: Option<TrialCount>) {
    let Some(more) = more else { return };
    *sum = Some(match sum.filter(|sum| sum.trial == more.trial) {
        Some(sum) => TrialCount {
            trial: sum.trial,
            observed: sum.observed.saturating_add(more.observed),
            also: sum.also.saturating_add(more.also),
            gone: sum.gone.saturating_add(more.gone),
        },
        None => more,
    });
}
