//! The gap ledger of a bundle: of which minutes, and the records that it is reckoned from.

use std::collections::{BTreeMap, BTreeSet};

use proviso_evidence::Part;
use proviso_evidence::format::{AskedStretch, CoverageAsked, EnteredAct};
use proviso_model::Timestamp;
use proviso_model::claim::Said;
use proviso_model::device_act::DeviceAct;
use proviso_model::ids::DeviceId;
use proviso_store::{DeviceActRow, RecordRow, Stretch, ToldRow};

use super::BundleError;
use super::gather::{Asked, may_be_shown};
use crate::app::AppContext;
use crate::app::coverage::{minute_of, under_the_order};
use crate::app::device_acts;
use crate::app::late;
use crate::keys::CaseKeys;

/// An alert's bundle has the minutes around each record behind it: so many milliseconds to either side.
const AROUND_MS: i64 = 30 * 60_000;
/// Entries of the log that are read about one act.
const ENTRIES_MAX: u32 = 1_000;
/// What the ledger rests on: without these nothing can be reckoned from the bundle.
const NEEDED: [Part; 4] = [Part::Times, Part::Gaps, Part::Watched, Part::Kind];

/// The minutes that the ledger is about. To an alert's records it adds those that tell of these minutes.
pub(super) async fn of_bundle(
    ctx: &AppContext,
    keys: &CaseKeys,
    asked: &Asked<'_>,
    records: &mut Vec<RecordRow>,
) -> Result<Vec<CoverageAsked>, BundleError> {
    if NEEDED.into_iter().any(|part| asked.shown.leaves_out(part)) {
        return Ok(Vec::new());
    }
    let broken = |error: &dyn std::fmt::Display| BundleError::Broken(error.to_string());
    let known = late::known(ctx, keys).await.map_err(|error| broken(&error))?;
    let in_force = known.order.stretches().map_err(|error| broken(&error))?;
    let as_of = minute_of(ctx.now());
    let rows = ctx.store.device_act_list(keys.case).await?;
    let mut by_device: BTreeMap<DeviceId, Vec<Timestamp>> = BTreeMap::new();
    for record in records.iter() {
        by_device.entry(record.device).or_default();
    }
    if asked.alert.is_some() {
        for (device, at) in observed(ctx, asked).await? {
            by_device.entry(device).or_default().push(at);
        }
    }
    let (mut found, mut wanted) = (Vec::new(), BTreeSet::new());
    for (id, times) in by_device {
        let device = ctx.store.device_get(id).await?;
        let device = device.ok_or_else(|| BundleError::Broken(format!("device {id} is not kept")))?;
        let acts = device_acts::acts(&rows, id);
        let mut stretches = Vec::new();
        for stretch in windows(asked.alert.is_some().then_some(times)) {
            stretches.extend(under_the_order(&in_force, (&device, &acts), stretch, as_of));
            if asked.alert.is_some() {
                let told = ctx.store.told_list(id, stretch).await?;
                wanted.extend(deciding(&told));
                let of_others = ctx.store.other_adult_told_list(id, stretch).await?;
                wanted.extend(of_others.into_iter().map(|row| row.record));
            }
        }
        let stretches = stretches.into_iter().map(|(from, until)| AskedStretch { from, until });
        let acts = in_the_log(ctx, &rows, id).await?;
        found.push(CoverageAsked { device: id, stretches: stretches.collect(), acts });
    }
    for record in records.iter() {
        wanted.remove(&record.hash);
    }
    for hash in wanted {
        records.extend(ctx.store.record_get(&hash).await?.filter(may_be_shown));
    }
    records.sort_by_key(|record| record.leaf);
    Ok(found)
}

/// What officers entered about a device, each with the act of the log that says so as it stands.
async fn in_the_log(
    ctx: &AppContext,
    rows: &[DeviceActRow],
    device: DeviceId,
) -> Result<Vec<EnteredAct>, BundleError> {
    let mut found = Vec::new();
    for row in DeviceActRow::standing(rows).into_iter().filter(|row| row.device == device) {
        let about = ctx.store.audit_about(row.case, &row.id.to_string(), ENTRIES_MAX).await?;
        let says = about.iter().filter(|entry| device_acts::LOGGED.contains(&entry.entry.act.as_str()));
        let done = says.filter(|entry| {
            entry.completed.is_some() && entry.entry.objects == device_acts::objects(row, rows)
        });
        let entry = done.max_by_key(|entry| entry.seq);
        let entry =
            entry.ok_or_else(|| BundleError::Broken(format!("entry {} is not in the log", row.id)))?;
        let DeviceAct { kind, from, until } = row.act;
        found.push(EnteredAct { kind, from, until, entered_at: row.entered_at, act: entry.entry.id });
    }
    Ok(found)
}

/// When the findings of the alert were observed, and on which device.
async fn observed(ctx: &AppContext, asked: &Asked<'_>) -> Result<Vec<(DeviceId, Timestamp)>, BundleError> {
    let Some(alert) = asked.alert else { return Ok(Vec::new()) };
    let rows = ctx.store.alert_findings(alert, super::gather::ROWS_MAX).await?;
    Ok(rows.into_iter().map(|(finding, _)| (finding.device, finding.observed_at)).collect())
}

/// The records that decide over these minutes: what tells of them; where a gap lasts, the device's last word; and what
/// makes something of it void. No other, for a bundle holds every header up to the last of its records.
fn deciding(told: &[ToldRow]) -> Vec<[u8; 32]> {
    let claims = || told.iter().map(|row| &row.claim);
    let reach = claims().filter_map(|claim| match &claim.said {
        Said::Watched { until, .. } => Some(*until),
        Said::Gap { until, .. } => *until,
        Said::Nothing => None,
    });
    let reach = reach.max();
    let first = claims().filter(|claim| claim.said != Said::Nothing).map(|claim| claim.place).min();
    let last = claims().map(|claim| claim.place).max();
    let lasts = claims().any(|claim| matches!(claim.said, Said::Gap { until: None, .. }));
    let decides = |row: &&ToldRow| {
        let (claim, place) = (&row.claim, Some(row.claim.place));
        claim.said != Said::Nothing
            || (lasts && place == last)
            || (place > first && claim.recorded_at < reach)
    };
    told.iter().filter(decides).map(|row| row.record).collect()
}

/// The stretches around these times, apart and in whole minutes; all of time without any.
fn windows(times: Option<Vec<Timestamp>>) -> Vec<Stretch> {
    let Some(mut times) = times else {
        let all = Stretch { from: Timestamp::from_micros(i64::MIN), until: Timestamp::from_micros(i64::MAX) };
        return vec![all];
    };
    times.sort_unstable();
    let mut windows: Vec<Stretch> = Vec::new();
    for at in times {
        let (from, until) = (minute_of(at.plus_millis(-AROUND_MS)), minute_of(at.plus_millis(AROUND_MS)));
        match windows.last_mut() {
            Some(last) if from <= last.until => last.until = until,
            _ => windows.push(Stretch { from, until }),
        }
    }
    windows
}
