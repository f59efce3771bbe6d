//! Another adult's use of a supervised account: what an officer approves for one device, which the device's signed policy carries without a
//! name, and what the device told of it. It is in the log before it is done; a withdrawal is its own entry, and nothing is overwritten.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use proviso_engine::coverage::{Cause, Entry as MinutesEntry};
use proviso_ledger::hash::domain_hash;
use proviso_model::code;
use proviso_model::ids::{CaseId, DeviceId, OtherAdultId};
use proviso_model::other_adult::{
    OTHER_ADULT_CODE_CHARS, OTHER_ADULT_CODE_DOMAIN, OTHER_ADULT_CODE_HOURS, OTHER_ADULT_DAYS_MAX,
    OTHER_ADULT_MINUTES_MAX, OTHER_ADULT_SESSIONS_MAX, input_in_words,
};
use proviso_model::{Digest, GapCause, OtherAdult, OtherAdultTold, Timestamp};
use proviso_store::{
    DeviceRow, DeviceState, OtherAdultRow, OtherAdultWithdrawn, PolicyRow, StoreError, Stretch,
};
use serde::{Deserialize, Serialize};

use super::AppContext;
use super::device::policy::About;
use super::device_acts;
use super::device_tasks::WEEK_DAYS;
use super::force::ForceError;
use super::force::case::next_policy;
use super::in_use::InUse;
use super::late;
use super::late::order_end::check_reason;
use super::shield;
use crate::keys::case::Purpose;
use crate::keys::{CaseKeys, KeyError};

/// Longest name, in bytes.
pub const NAME_BYTES_MAX: usize = 200;

/// What is sealed of an approval: it never leaves the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Adult {
    /// Who may use the device, as officers call that adult in the case.
    pub name: String,
    /// Why it was approved, and on what basis.
    pub reason: String,
}

/// What an officer approves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// Longest session, minutes.
    pub minutes_max: u16,
    /// Most sessions a day.
    pub sessions_per_day_max: u8,
    /// The first instant at which it no longer holds.
    pub until: Timestamp,
}

/// An approval that was made, with its one-time code, which is shown once and kept nowhere.
#[derive(Debug, Clone)]
pub struct Approved {
    /// The approval.
    pub id: OtherAdultId,
    /// The code, in groups.
    pub code: String,
    /// The first instant at which the code no longer works.
    pub code_until: Timestamp,
}

/// What stands for a device at `now`, of all that was approved in its case.
#[must_use]
pub fn standing(rows: &[OtherAdultRow], device: DeviceId, now: Timestamp) -> Option<OtherAdult> {
    let of = |row: &&OtherAdultRow| row.device == device && row.withdrawn.is_none() && row.terms.holds(now);
    rows.iter().rfind(of).map(|row| row.terms)
}

/// The same, read from the store.
///
/// # Errors
/// The store's.
pub async fn on_device(
    ctx: &AppContext,
    case: CaseId,
    device: DeviceId,
) -> Result<Option<OtherAdult>, StoreError> {
    Ok(standing(&ctx.store.other_adult_list(case).await?, device, ctx.now()))
}

/// Whether somebody was approved on a device in the days in which tasks are looked for.
#[must_use]
pub fn is_lately(rows: &[OtherAdultRow], device: DeviceId, now: Timestamp) -> bool {
    let from = now.plus_days(-WEEK_DAYS);
    let ended = |row: &OtherAdultRow| {
        let withdrawn = row.withdrawn.as_ref().map(|withdrawn| withdrawn.at);
        withdrawn.map_or(row.terms.until, |at| at.min(row.terms.until))
    };
    rows.iter().any(|row| row.device == device && ended(row) > from)
}

/// Whether an approval stood for a device at `at`: what a device tells of a session is its own word.
#[must_use]
pub fn was_approved(rows: &[OtherAdultRow], device: DeviceId, id: OtherAdultId, at: Timestamp) -> bool {
    let stood = |row: &OtherAdultRow| {
        row.device == device
            && row.terms.id == id
            && row.approved_at <= at
            && row.terms.holds(at)
            && row.withdrawn.as_ref().is_none_or(|withdrawn| at < withdrawn.at)
    };
    rows.iter().any(stood)
}

/// What a device told that touches a stretch, in time order.
///
/// # Errors
/// [`StoreError`]; [`StoreError::Missing`] where what it told cannot be opened.
pub async fn told(
    ctx: &AppContext,
    device: &DeviceRow,
    stretch: Stretch,
) -> Result<Vec<OtherAdultTold>, StoreError> {
    Ok(told_on(ctx, &[device], stretch).await?.remove(&device.id).unwrap_or_default())
}

/// The same for several devices, asked of the store at once.
///
/// # Errors
/// As [`told`].
pub async fn told_on(
    ctx: &AppContext,
    devices: &[&DeviceRow],
    stretch: Stretch,
) -> Result<HashMap<DeviceId, Vec<OtherAdultTold>>, StoreError> {
    let ids: Vec<DeviceId> = devices.iter().map(|device| device.id).collect();
    let mut told: HashMap<DeviceId, Vec<OtherAdultTold>> = HashMap::new();
    let rows = ctx.store.devices_other_adult_told(&ids, stretch).await?;
    if rows.is_empty() {
        return Ok(told);
    }
    let broken = || StoreError::Missing("a key to what a device told of another adult's session");
    let records: Vec<[u8; 32]> = rows.iter().map(|row| row.record).collect();
    let record_keys = ctx.store.record_keys(&records).await?;
    let mut keys: HashMap<CaseId, CaseKeys> = HashMap::new();
    for row in rows {
        let Some(key) = record_keys.get(&row.record) else { continue };
        let keys = match keys.entry(row.case) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(ctx.case_keys(row.case).map_err(|_| broken())?),
        };
        let json = keys.of_record(key).open(Purpose::OtherAdult, &row.sealed).map_err(|_| broken())?;
        let one = serde_json::from_slice(&json).map_err(|error| StoreError::Damaged(error.to_string()))?;
        told.entry(row.device).or_default().push(one);
    }
    Ok(told)
}

/// What is said of the sessions that minutes in a row belong to: how much input was counted. Nothing where they are of something
/// else.
#[must_use]
pub fn within(entry: &MinutesEntry, told: &[OtherAdultTold]) -> Option<String> {
    let of_session = GapCause::OtherAdult;
    if entry.gap != Some(Cause::Device(of_session)) && entry.told != Some(of_session) {
        return None;
    }
    let of = |one: &OtherAdultTold| match one {
        OtherAdultTold::Session { from, until, input, uncounted, .. }
            if *from < entry.until() && entry.from <= *until =>
        {
            Some(input_in_words(*input, uncounted))
        }
        _ => None,
    };
    let sessions: Vec<String> = told.iter().filter_map(of).collect();
    Some(match sessions.as_slice() {
        [] => "the device has not told yet how much input there was".to_owned(),
        [one] => format!("in the whole session {one}"),
        more => format!("in {} sessions: {}", more.len(), more.join("; ")),
    })
}

/// Name and reason of an approval.
///
/// # Errors
/// Keys that cannot be used.
pub fn opened(ctx: &AppContext, row: &OtherAdultRow) -> Result<Adult, KeyError> {
    ctx.unseal_json(row.case, Purpose::OtherAdult, &row.sealed)
}

fn refused<T>(why: impl Into<String>) -> Result<T, ForceError> {
    Err(ForceError::Refused(why.into()))
}

fn check(terms: &Terms, name: &str, now: Timestamp) -> Result<(), ForceError> {
    if !(1..=OTHER_ADULT_MINUTES_MAX).contains(&terms.minutes_max) {
        return refused(format!("a session lasts 1 to {OTHER_ADULT_MINUTES_MAX} minutes"));
    }
    if !(1..=OTHER_ADULT_SESSIONS_MAX).contains(&terms.sessions_per_day_max) {
        return refused(format!("there may be 1 to {OTHER_ADULT_SESSIONS_MAX} sessions a day"));
    }
    if terms.until <= now || terms.until > now.plus_days(OTHER_ADULT_DAYS_MAX) {
        return refused(format!(
            "give a last day that has not passed, at most {OTHER_ADULT_DAYS_MAX} days away"
        ));
    }
    if name.trim().is_empty() || name.len() > NAME_BYTES_MAX {
        return refused("write who the other adult is, in at most 200 bytes");
    }
    Ok(())
}

/// Approves another adult for one device and gives it a policy that says so. Logged before it is done. The caller has checked that
/// the actor may.
///
/// # Errors
/// [`ForceError`]; then nothing was changed.
pub async fn approve(
    ctx: &AppContext,
    actor: &str,
    device: &DeviceRow,
    terms: Terms,
    adult: &Adult,
) -> Result<Approved, ForceError> {
    check_reason(&adult.reason)?;
    let now = ctx.now();
    check(&terms, &adult.name, now)?;
    if device.state != DeviceState::Active {
        return refused("this device is not enrolled any more");
    }
    let rows = ctx.store.other_adult_list(device.case).await?;
    if standing(&rows, device.id, now).is_some() {
        return refused("another adult is approved on this device already; withdraw that approval first");
    }
    let id = OtherAdultId::new(now, ctx.random());
    let code = code::letters(&ctx.random::<OTHER_ADULT_CODE_CHARS>());
    let code_hash =
        Digest(domain_hash(OTHER_ADULT_CODE_DOMAIN, &[id.as_bytes().as_slice(), code.as_bytes()]));
    let code_until = now.plus_millis(OTHER_ADULT_CODE_HOURS * 3_600_000).min(terms.until);
    let Terms { minutes_max, sessions_per_day_max, until } = terms;
    let terms = OtherAdult { id, minutes_max, sessions_per_day_max, until, code_hash, code_until };
    let objects = format!("{id} {} {minutes_max} {sessions_per_day_max} {until}", device.id);
    ctx.logged(actor, "other-adult-approve", Some(device.case), &objects, async {
        let adult = Adult { name: adult.name.trim().to_owned(), reason: adult.reason.trim().to_owned() };
        let json = serde_json::to_vec(&adult).map_err(|error| ForceError::Refused(error.to_string()))?;
        let row = OtherAdultRow {
            device: device.id,
            case: device.case,
            terms,
            approved_at: now,
            approved_by: actor.to_owned(),
            sealed: ctx.seal(device.case, Purpose::OtherAdult, &json)?,
            withdrawn: None,
        };
        let policy = policy(ctx, device, Some(terms)).await?;
        ctx.store.other_adult_add(&row, &[policy]).await?;
        Ok(Approved { id, code: code::grouped(&code, 4), code_until })
    })
    .await
}

/// Withdraws an approval, at once as far as the server goes: the device obeys when it next speaks, and ends a session that lasts.
/// Logged before it is done.
///
/// # Errors
/// [`ForceError`]; then nothing was changed.
pub async fn withdraw(
    ctx: &AppContext,
    actor: &str,
    device: &DeviceRow,
    id: OtherAdultId,
    reason: &str,
) -> Result<(), ForceError> {
    check_reason(reason)?;
    let rows = ctx.store.other_adult_list(device.case).await?;
    let is_it =
        |row: &OtherAdultRow| row.terms.id == id && row.device == device.id && row.withdrawn.is_none();
    if !rows.iter().any(is_it) {
        return Err(StoreError::Missing("an approval on this device that stands").into());
    }
    ctx.logged(actor, "other-adult-withdraw", Some(device.case), &format!("{id} {}", device.id), async {
        let sealed = ctx.seal(device.case, Purpose::OtherAdult, reason.trim().as_bytes())?;
        let withdrawn = OtherAdultWithdrawn { at: ctx.now(), by: actor.to_owned(), sealed };
        let policies = match device.state {
            DeviceState::Active => vec![policy(ctx, device, None).await?],
            _ => Vec::new(),
        };
        Ok(ctx.store.other_adult_withdraw(id, &withdrawn, &policies).await?)
    })
    .await
}

/// The policy that follows for the device, with this approval or none.
async fn policy(
    ctx: &AppContext,
    device: &DeviceRow,
    other_adult: Option<OtherAdult>,
) -> Result<PolicyRow, ForceError> {
    let keys = ctx.case_keys(device.case)?;
    let known = late::known(ctx, &keys).await?;
    let order = known.for_devices(ctx.now()).ok_or(StoreError::Missing("the order of this case"))?;
    let with = InUse::now(ctx).await?;
    let shield = shield::standing::<ForceError>(ctx, device.case).await?;
    let acts = device_acts::on_device(ctx, device.case, device.id).await?;
    let about = About { device: device.id, acts: &acts, shield: &shield, other_adult };
    next_policy(ctx, &with, &keys, &order, &about, "the order of this case").await
}
