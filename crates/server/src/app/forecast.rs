//! What changed packs, or a changed order, would make of findings that are stored: counted before they go live. Only what was kept can be asked;
//! what was never found, and so never kept, is no part of it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use proviso_engine::Engine;
use proviso_model::finding::Finding;
use proviso_model::ids::{CaseId, DeviceId};
use proviso_model::policy::Policy;
use proviso_model::record::RecordBody;
use proviso_model::{Observation, Order, Outcome, Timestamp};
use proviso_store::{AlertFilter, CaseState, DeviceState, FindingRow, Stretch};

use super::destruction::revoked;
use super::device::policy::{self, About};
use super::force::ForceError;
use super::in_use::InUse;
use super::{AppContext, device_acts, other_adult, shield};
use crate::keys::CaseKeys;

/// Most alerts of a case whose decisions are looked at.
const ALERTS_MAX: u32 = 10_000;
/// Most findings of one alert whose decision is known.
const FINDINGS_MAX: u32 = 10_000;

/// What would become of the findings of one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RuleForecast {
    /// Found again.
    pub stay: u64,
    /// Found with the packs in use, not with those proposed.
    pub fall_away: u64,
    /// Of those, on alerts that an officer upheld.
    pub fall_away_upheld: u64,
    /// Of those, on alerts that an officer decided otherwise.
    pub fall_away_not_upheld: u64,
    /// Not found with the packs in use either: policies or the program changed since.
    pub gone_already: u64,
    /// Found in stored passages by the packs proposed alone.
    pub also: u64,
}

/// The forecast.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Forecast {
    /// Cases whose findings were asked.
    pub cases: u64,
    /// Findings that could not be opened: destroyed, or of a device that gets no policy any more.
    pub unread: u64,
    /// By rule.
    pub rules: BTreeMap<String, RuleForecast>,
}

/// Asks the findings observed since `since` of every open case. Logged for each case before its findings are opened; says how many
/// cases are done to `told`.
///
/// # Errors
/// [`ForceError`].
pub async fn of_packs(
    ctx: &AppContext,
    actor: &str,
    (now, then): (&InUse, &InUse),
    since: Timestamp,
    told: &mut (dyn FnMut(u64) + Send),
) -> Result<Forecast, ForceError> {
    let mut made = Forecast::default();
    let change = Change { now, then, order: None };
    for case in ctx.store.case_list(None).await? {
        if case.state == CaseState::Open {
            asked(ctx, actor, case.id, &change, since, &mut made).await?;
            told(made.cases);
        }
    }
    Ok(made)
}

/// Asks the findings of one case observed since `since`, with the order changed to `order`.
///
/// # Errors
/// [`ForceError`].
pub async fn of_order(
    ctx: &AppContext,
    actor: &str,
    case: CaseId,
    order: &Order,
    since: Timestamp,
) -> Result<Forecast, ForceError> {
    let mut made = Forecast::default();
    let in_use = InUse::now(ctx).await?;
    let change = Change { now: &in_use, then: &in_use, order: Some(order) };
    asked(ctx, actor, case, &change, since, &mut made).await?;
    Ok(made)
}

/// What is compared: the packs in use and those proposed, and an order in the place of the one known.
struct Change<'c> {
    now: &'c InUse,
    then: &'c InUse,
    order: Option<&'c Order>,
}

async fn asked(
    ctx: &AppContext,
    actor: &str,
    case: CaseId,
    change: &Change<'_>,
    since: Timestamp,
    made: &mut Forecast,
) -> Result<(), ForceError> {
    let objects = case.to_string();
    ctx.logged(actor, "forecast", Some(case), &objects, of_case(ctx, case, change, since, made)).await?;
    made.cases += 1;
    Ok(())
}

/// The engines of a device: with the packs in use, and with those proposed.
struct Engines {
    now: Option<Engine>,
    then: Option<Engine>,
}

async fn of_case(
    ctx: &AppContext,
    case: CaseId,
    change: &Change<'_>,
    since: Timestamp,
    made: &mut Forecast,
) -> Result<(), ForceError> {
    let stretch = Stretch { from: since, until: ctx.now().plus_days(1) };
    let rows = ctx.store.finding_list(case, stretch).await?;
    if rows.is_empty() {
        return Ok(());
    }
    let keys = ctx.case_keys(case)?;
    let decided = decided(ctx, case).await?;
    let mut engines: HashMap<DeviceId, Engines> = HashMap::new();
    for device in ctx.store.device_list(Some(case)).await? {
        if device.state == DeviceState::Active {
            let both = Engines {
                now: engine(ctx, change.now, &keys, device.id, None).await?,
                then: engine(ctx, change.then, &keys, device.id, change.order).await?,
            };
            engines.insert(device.id, both);
        }
    }
    let records: BTreeSet<_> = rows.iter().map(|row| (row.record, row.device)).collect();
    for (record, device) in records {
        let kept = match ctx.store.record_get(&record).await? {
            Some(row) => revoked::content(&keys, &row),
            None => None,
        };
        let captured = kept.and_then(|content| match content.body {
            RecordBody::Finding { captured, .. } => Some(captured),
            _ => None,
        });
        let (Some(captured), Some(engines)) = (captured, engines.get(&device)) else {
            made.unread += rows.iter().filter(|row| row.record == record).count() as u64;
            continue;
        };
        compare(&rows, (&record, &captured), engines, decided.get(&record).copied(), &mut made.rules);
    }
    Ok(())
}

/// Counts what becomes of the findings of one record.
fn compare(
    rows: &[FindingRow],
    (record, captured): (&[u8; 32], &Observation),
    engines: &Engines,
    upheld: Option<bool>,
    rules: &mut BTreeMap<String, RuleForecast>,
) {
    let found =
        |engine: &Option<Engine>| engine.as_ref().map(|engine| engine.evaluate(captured)).unwrap_or_default();
    let (before, after) = (found(&engines.now), found(&engines.then));
    let says = |findings: &[Finding], paragraph: &str, rule: &str| {
        findings.iter().any(|one| one.paragraph == paragraph && one.rule == rule)
    };
    let of_record = || rows.iter().filter(|row| row.record == *record);
    for row in of_record() {
        let rule = rules.entry(row.rule.clone()).or_default();
        match (says(&before, &row.paragraph, &row.rule), says(&after, &row.paragraph, &row.rule)) {
            (_, true) => rule.stay += 1,
            (false, false) => rule.gone_already += 1,
            (true, false) => {
                rule.fall_away += 1;
                rule.fall_away_upheld += u64::from(upheld == Some(true));
                rule.fall_away_not_upheld += u64::from(upheld == Some(false));
            }
        }
    }
    for one in after.iter().filter(|one| !says(&before, &one.paragraph, &one.rule)) {
        if !of_record().any(|row| row.paragraph == one.paragraph && row.rule == one.rule) {
            rules.entry(one.rule.clone()).or_default().also += 1;
        }
    }
}

/// Whether an officer upheld what a record is part of; undecided ones are left out.
async fn decided(ctx: &AppContext, case: CaseId) -> Result<HashMap<[u8; 32], bool>, ForceError> {
    let filter = AlertFilter { case: Some(case), limit: ALERTS_MAX, ..AlertFilter::default() };
    let mut decided = HashMap::new();
    for alert in ctx.store.alert_list(filter).await?.into_iter().filter(|alert| alert.decided_at.is_some()) {
        let last = ctx.store.decision_list(alert.id).await?.into_iter().max_by_key(|row| row.decided_at);
        let Some(upheld) = last.map(|row| Outcome::upholds(row.outcome)) else { continue };
        for (finding, _) in ctx.store.alert_findings(alert.id, FINDINGS_MAX).await? {
            decided.insert(finding.record, upheld);
        }
    }
    Ok(decided)
}

/// The engine that a device would have with these packs; `None` where its order gives it no policy.
async fn engine(
    ctx: &AppContext,
    with: &InUse,
    keys: &CaseKeys,
    device: DeviceId,
    order: Option<&Order>,
) -> Result<Option<Engine>, ForceError> {
    let known = match order {
        Some(order) => Ok(order.clone()),
        None => policy::known_now(ctx, keys).await,
    };
    let Ok(order) = known else { return Ok(None) };
    let acts = device_acts::on_device(ctx, keys.case, device).await?;
    let shield = shield::standing::<ForceError>(ctx, keys.case).await?;
    let other_adult = other_adult::on_device(ctx, keys.case, device).await?;
    let about = About { device, acts: &acts, shield: &shield, other_adult };
    let Ok(made) = policy::make(ctx, with, keys, &order, &about, 0) else { return Ok(None) };
    let policy = serde_json::from_str::<Policy>(&made.signed.policy).ok();
    Ok(policy.and_then(|policy| Engine::new(&policy, made.row.hash).ok()))
}
