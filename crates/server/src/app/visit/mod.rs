//! A visit to a device: the pass that an officer takes along, the check of the record that comes back, and its filing.

mod check;
mod filed;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::tz::TimeZone;
use proviso_engine::coverage::{Cause, Entry, gap_in_words};
use proviso_engine::visit::order_for_visit;
use proviso_ledger::SignKey;
use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, DeviceId, VisitId};
use proviso_model::order::OrderEndKind;
use proviso_model::visit::{
    KnownDevice, KnownGap, KnownPause, SignedVisitPass, VISIT_FORMAT, VisitPass, signed_visit_pass,
};
use proviso_store::{CaseState, DeviceRow, DeviceState, StoreError, Stretch};

pub use check::{Beside, Check, Read, check, read};
pub use filed::{
    Exported, Filed, FiledFiles, NewFiled, SHOWN_MAX, ShownVisit, VisitView, export, file, list, open, shown,
};

use super::AppContext;
use super::coverage::of_device;
use super::device_acts;
use super::force::{COMMAND_LINE, ForceError};
use super::late::{self, Known};
use super::officer::sealed;

/// Gaps of a device that a pass names.
const GAPS_MAX: usize = 20;
/// Days for which a pass is good at most.
pub const DAYS_MAX: i64 = 31;

/// A visit to be prepared.
pub struct NewVisit<'a> {
    /// The case.
    pub case: CaseId,
    /// Sign-in name of the officer who goes.
    pub officer: &'a str,
    /// Days for which the pass is good.
    pub days: i64,
    /// What the visit compares with; without it, the last filed visit to the device, else the beginning of the order.
    pub since: Option<Timestamp>,
    /// The device that will be looked at; where the case has one alone, it is that one.
    pub device: Option<DeviceId>,
}

/// What the officer takes along.
pub struct Prepared {
    /// The pass.
    pub pass: VisitPass,
    /// As it is written.
    pub signed: SignedVisitPass,
    /// Signs the record: the secret half of [`VisitPass::record_key`]. It is kept nowhere here.
    pub key: SignKey,
}

/// Prepares a visit. Logged before it is done.
///
/// # Errors
/// [`ForceError`]; where nothing may be read under the order, with why.
pub async fn prepare(ctx: &AppContext, new: &NewVisit<'_>) -> Result<Prepared, ForceError> {
    if !(1..=DAYS_MAX).contains(&new.days) {
        return Err(ForceError::Refused(format!("a pass is good for 1 to {DAYS_MAX} days")));
    }
    let case = ctx.store.case_get(new.case).await?.ok_or(StoreError::Missing("the case"))?;
    if case.state != CaseState::Open {
        return Err(ForceError::Refused("the case is not open: no visit is prepared".to_owned()));
    }
    let officer = new.officer.trim().to_lowercase();
    let officer = ctx.store.officer_by_username(&officer).await?.ok_or(StoreError::Missing("the officer"))?;
    if officer.disabled_at.is_some() {
        return Err(ForceError::Refused(format!("officer {} is disabled", officer.username)));
    }
    let now = ctx.now();
    let visit = VisitId::new(now, ctx.random());
    ctx.logged(COMMAND_LINE, "visit-prepare", Some(new.case), &format!("{visit} {}", officer.id), async {
        let known = late::known(ctx, &ctx.case_keys(new.case)?).await?;
        let order = known.for_devices(now).ok_or(StoreError::Missing("the order of this case"))?;
        let today = known.order.day_of(now);
        let order = order_for_visit(&order, today).map_err(|error| ForceError::Refused(error.to_string()))?;
        let zone = TimeZone::get(&order.timezone).unwrap_or(TimeZone::UTC);
        let made = order
            .made_on
            .to_zoned_datetime(zone)
            .map_or(now, |at| Timestamp::from_micros(at.timestamp().as_microsecond()));
        let rows = ctx.store.device_list(Some(new.case)).await?;
        let last = last_visit(ctx, new, &rows).await?;
        let since = new.since.or(last.map(|(_, at)| at)).unwrap_or(made);
        let in_force = known.order.stretches().map_err(late::LateError::from)?;
        let mut devices = Vec::new();
        for row in rows {
            devices.push(device(ctx, &in_force, &row, Stretch { from: since, until: now }).await?);
        }
        let pauses = pauses(&known, Stretch { from: since, until: now.plus_days(new.days) })?;
        let key = ctx.with_rng(|rng| SignKey::generate(rng));
        let pass = VisitPass {
            format: VISIT_FORMAT,
            visit,
            force: ctx.keys.force,
            force_name: ctx.force_name().to_owned(),
            case: new.case,
            officer: officer.username.clone(),
            issued_at: now,
            expires_at: now.plus_days(new.days),
            since: new.since.or(last.map(|(_, at)| at)),
            since_of: last.map(|(device, _)| device),
            order,
            pauses,
            devices,
            record_key: key.public().to_hex(),
        };
        let text = serde_json::to_string(&pass)
            .map_err(|error| ForceError::Refused(format!("the pass cannot be written: {error}")))?;
        let signature = STANDARD.encode(ctx.keys.policy.sign(&signed_visit_pass(&text)));
        let signed = SignedVisitPass { pass: text, signature, keys: ctx.keys.statement.clone() };
        Ok(Prepared { pass, signed, key })
    })
    .await
}

/// The last filed visit to the device that will be looked at, where no other time was given to compare with.
async fn last_visit(
    ctx: &AppContext,
    new: &NewVisit<'_>,
    rows: &[DeviceRow],
) -> Result<Option<(DeviceId, Timestamp)>, ForceError> {
    let entered = ctx.store.device_act_list(new.case).await?;
    let is_enrolled = |row: &&DeviceRow| {
        row.state == DeviceState::Active
            && device_acts::released(&device_acts::acts(&entered, row.id)).is_none()
    };
    let device = match (new.device, rows.iter().filter(is_enrolled).collect::<Vec<_>>().as_slice()) {
        (Some(device), _) if !rows.iter().any(|row| row.id == device) => {
            return Err(StoreError::Missing("such a device in this case").into());
        }
        (Some(device), _) => device,
        (None, [alone]) => alone.id,
        (None, _) => return Ok(None),
    };
    if new.since.is_some() {
        return Ok(None);
    }
    let filed = ctx.store.visit_record_list(new.case).await?;
    let last = filed.iter().filter(|row| row.device == Some(device)).map(|row| row.started_at).max();
    Ok(last.map(|at| (device, at)))
}

/// When a court had paused the order or a paragraph of it within a stretch.
fn pauses(known: &Known, within: Stretch) -> Result<Vec<KnownPause>, ForceError> {
    let mut pauses = Vec::new();
    for row in known.ends.iter().filter(|row| row.withdrawn_at.is_none()) {
        let (OrderEndKind::Paused, Some(last)) = (row.end.kind, row.end.until) else { continue };
        let (from, until) = known.order.of_days(row.end.from, last).map_err(late::LateError::from)?;
        if from < within.until && within.from < until {
            pauses.push(KnownPause { paragraph: row.end.paragraph.clone(), from, until });
        }
    }
    Ok(pauses)
}

/// What the gap ledger says of a device: what an officer's entry explains apart from all other gaps.
async fn device(
    ctx: &AppContext,
    in_force: &[(Timestamp, Timestamp)],
    row: &DeviceRow,
    stretch: Stretch,
) -> Result<KnownDevice, ForceError> {
    let facts = sealed::device(ctx, row)?;
    let ledger = of_device(ctx, in_force, row, stretch).await?.ledger;
    let known = |entry: &Entry| {
        Some(KnownGap { from: entry.from, minutes: entry.minutes, why: gap_in_words(entry)? })
    };
    let is_planned = |entry: &&Entry| matches!(entry.gap, Some(Cause::Act(_)));
    let mut because: Vec<KnownGap> = ledger.entries.iter().filter(is_planned).filter_map(known).collect();
    let others = ledger.entries.iter().filter(|entry| !is_planned(entry));
    let mut gaps: Vec<KnownGap> = others.filter_map(known).collect();
    let (planned, gaps_in_all) = (because.iter().map(|gap| gap.minutes).sum(), gaps.len() as u64);
    for gaps in [&mut because, &mut gaps] {
        gaps.sort_by_key(|gap| (std::cmp::Reverse(gap.minutes), gap.from));
        gaps.truncate(GAPS_MAX);
    }
    let mut acts = device_acts::on_device(ctx, row.case, row.id).await?;
    acts.retain(|act| act.until.is_none_or(|until| stretch.from < until));
    Ok(KnownDevice {
        device: row.id,
        account: facts.account,
        system: facts.system,
        enrolled_at: row.enrolled_at,
        minutes: ledger.minutes(),
        watched: ledger.watched(),
        planned,
        because,
        gaps,
        gaps_in_all,
        acts,
    })
}
