//! Dated acts on a device: what happened to it, or to its person, that explains why nothing was watched. An entry stops
//! capture for its time where somebody else may use the device, releases the device where it is gone for good, holds unseen
//! what was observed meanwhile, and explains gaps. It is in the log before it is made; a correction is another version, and
//! nothing is overwritten.

use proviso_model::Timestamp;
use proviso_model::device_act::{CaptureUnder, DeviceAct, DeviceActKind};
use proviso_model::ids::{CaseId, DeviceActId, DeviceId};
use proviso_store::{DeviceActRow, DeviceRow, DeviceState, PolicyRow, StoreError};

use super::AppContext;
use super::device::policy::About;
use super::force::ForceError;
use super::force::case::next_policy;
use super::in_use::InUse;
use super::late;
use super::late::order_end::{Effect, check_reason, spread};
use super::other_adult;
use super::shield;
use crate::keys::case::Purpose;

/// The acts of the log that say what stands about a device.
pub(in crate::app) const LOGGED: [&str; 2] = ["device-act", "device-act-change"];

/// Who enters that what is about the person is about a device that was enrolled since.
pub const BY_ENROLMENT: &str = "device";

/// What is changed of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It was made by mistake.
    Withdraw,
    /// Since when, and until when, it lasted.
    Times {
        /// Since when.
        from: Timestamp,
        /// Until when; `None` while it lasts.
        until: Option<Timestamp>,
    },
}

/// The acts on a device that stand, of all that was entered in its case.
#[must_use]
pub fn acts(rows: &[DeviceActRow], device: DeviceId) -> Vec<DeviceAct> {
    DeviceActRow::standing(rows).into_iter().filter(|row| row.device == device).map(|row| row.act).collect()
}

/// The same, read from the store.
///
/// # Errors
/// The store's.
pub async fn on_device(
    ctx: &AppContext,
    case: CaseId,
    device: DeviceId,
) -> Result<Vec<DeviceAct>, StoreError> {
    Ok(acts(&ctx.store.device_act_list(case).await?, device))
}

/// When acts end monitoring on their device for good.
#[must_use]
pub fn released(acts: &[DeviceAct]) -> Option<Timestamp> {
    let ends = acts.iter().filter(|act| act.kind.capture() == CaptureUnder::Ends);
    ends.map(|act| act.from).min()
}

/// That no device of this person is enrolled any more, and why: the person died, another force has the case, or it was the wrong person.
#[must_use]
pub fn ended(rows: &[DeviceActRow], now: Timestamp) -> Option<DeviceActKind> {
    let standing = DeviceActRow::standing(rows).into_iter().map(|row| row.act);
    let mut ends = standing.filter(|act| {
        let ends = act.kind.capture() == CaptureUnder::Ends || act.kind == DeviceActKind::WrongPerson;
        act.kind.is_about_the_person() && ends && act.covers(now)
    });
    ends.next().map(|act| act.kind)
}

/// What was entered about the person before a device of theirs is enrolled and is about that device too: another version of each
/// entry that lasts still or is to come, with a row for it.
#[must_use]
pub fn also_about(rows: &[DeviceActRow], device: DeviceId, now: Timestamp) -> Vec<DeviceActRow> {
    let lasts = |row: &&&DeviceActRow| {
        row.act.kind.is_about_the_person() && row.act.until.is_none_or(|until| now < until)
    };
    let standing = DeviceActRow::standing(rows);
    let mut next: Vec<DeviceActRow> = Vec::new();
    let mut seen = Vec::new();
    for row in standing.iter().filter(lasts) {
        let of_entry = standing.iter().filter(|one| one.id == row.id);
        let version = of_entry.map(|one| one.version).max().unwrap_or_default().saturating_add(1);
        let row =
            DeviceActRow { version, entered_at: now, entered_by: BY_ENROLMENT.to_owned(), ..(*row).clone() };
        if !seen.contains(&row.id) {
            seen.push(row.id);
            next.push(DeviceActRow { device, ..row.clone() });
        }
        next.push(row);
    }
    next
}

/// What the log says that an entry is about: act, kind, times, and every device. A reader of a bundle finds them there.
pub(in crate::app) fn objects(row: &DeviceActRow, among: &[DeviceActRow]) -> String {
    let until = row.act.until.map_or_else(|| "lasts".to_owned(), |until| until.to_string());
    let same = among.iter().filter(|one| (one.id, one.version) == (row.id, row.version));
    let mut devices: Vec<String> = same.map(|one| one.device.to_string()).collect();
    devices.sort_unstable();
    format!("{} {} {} {until} {}", row.id, row.act.kind.as_str(), row.act.from, devices.join(" "))
}

/// Enters an act; one about the person for each of the person's devices. Logged before it is done. The caller has checked
/// that the actor may.
///
/// # Errors
/// [`ForceError`]; then nothing was changed.
pub async fn enter(
    ctx: &AppContext,
    actor: &str,
    device: &DeviceRow,
    act: DeviceAct,
    reason: &str,
) -> Result<(DeviceActId, Effect), ForceError> {
    check_reason(reason)?;
    check(act)?;
    let known = ctx.store.device_act_list(device.case).await?;
    let overlaps = |one: &DeviceAct| {
        one.kind == act.kind
            && act.until.is_none_or(|until| one.from < until)
            && one.until.is_none_or(|until| act.from < until)
    };
    if acts(&known, device.id).iter().any(overlaps) {
        return refused("the same is entered about this device for that time already; correct that entry");
    }
    let now = ctx.now();
    let id = DeviceActId::new(now, ctx.random());
    let mut rows = Vec::new();
    for of_case in ctx.store.device_list(Some(device.case)).await? {
        let is_meant = of_case.id == device.id
            || (act.kind.is_about_the_person() && of_case.state == DeviceState::Active);
        if is_meant && !acts(&known, of_case.id).iter().any(overlaps) {
            rows.push(DeviceActRow {
                id,
                version: 1,
                device: of_case.id,
                case: device.case,
                act,
                withdrawn: false,
                entered_at: now,
                entered_by: actor.to_owned(),
                sealed: ctx.seal(device.case, Purpose::DeviceAct, reason.trim().as_bytes())?,
            });
        }
    }
    let effect = keep(ctx, actor, "device-act", known, &rows).await?;
    Ok((id, effect))
}

/// Says from when until when an act lasted, or withdraws it, on every device that it is about. Logged before it is done;
/// what was entered before stays.
///
/// # Errors
/// [`ForceError`]; then nothing was changed.
pub async fn change(
    ctx: &AppContext,
    actor: &str,
    device: &DeviceRow,
    id: DeviceActId,
    change: Change,
    reason: &str,
) -> Result<Effect, ForceError> {
    check_reason(reason)?;
    let known = ctx.store.device_act_list(device.case).await?;
    let mut rows: Vec<DeviceActRow> =
        DeviceActRow::standing(&known).into_iter().filter(|row| row.id == id).cloned().collect();
    if !rows.iter().any(|row| row.device == device.id) {
        return Err(StoreError::Missing("an entry about this device that stands").into());
    }
    for row in &mut rows {
        match change {
            Change::Withdraw => row.withdrawn = true,
            Change::Times { from, until } => {
                row.act = DeviceAct { kind: row.act.kind, from, until };
                check(row.act)?;
            }
        }
        row.version = row.version.saturating_add(1);
        row.entered_at = ctx.now();
        row.entered_by = actor.to_owned();
        row.sealed = ctx.seal(row.case, Purpose::DeviceAct, reason.trim().as_bytes())?;
    }
    let act = match change {
        Change::Withdraw => "device-act-withdraw",
        Change::Times { .. } => "device-act-change",
    };
    keep(ctx, actor, act, known, &rows).await
}

fn check(act: DeviceAct) -> Result<(), ForceError> {
    if act.until.is_some_and(|until| until <= act.from) {
        return refused("the end lies before the beginning");
    }
    if act.until.is_some() && act.kind.capture() == CaptureUnder::Ends {
        return refused("this ends monitoring of the device for good: leave the end empty");
    }
    Ok(())
}

fn refused<T>(why: &str) -> Result<T, ForceError> {
    Err(ForceError::Refused(why.to_owned()))
}

/// Keeps new versions with the policies that follow, and looks again at what was seen and what is held.
async fn keep(
    ctx: &AppContext,
    actor: &str,
    act: &str,
    known: Vec<DeviceActRow>,
    rows: &[DeviceActRow],
) -> Result<Effect, ForceError> {
    let Some(first) = rows.first() else {
        return Err(StoreError::Missing("a device that this is about").into());
    };
    ctx.logged(actor, act, Some(first.case), &objects(first, rows), async {
        let after: Vec<DeviceActRow> = known.into_iter().chain(rows.iter().cloned()).collect();
        let made = policies(ctx, first.case, &after, rows).await?;
        ctx.store.device_act_add(rows, &made).await?;
        spread(ctx, first.case, made.len()).await
    })
    .await
}

/// The policies that follow for the devices of `rows` that are still enrolled.
async fn policies(
    ctx: &AppContext,
    case: CaseId,
    entered: &[DeviceActRow],
    rows: &[DeviceActRow],
) -> Result<Vec<PolicyRow>, ForceError> {
    let keys = ctx.case_keys(case)?;
    let known = late::known(ctx, &keys).await?;
    let order = known.for_devices(ctx.now()).ok_or(StoreError::Missing("the order of this case"))?;
    let with = InUse::now(ctx).await?;
    let shield = shield::standing::<ForceError>(ctx, case).await?;
    let mut made = Vec::new();
    for row in rows {
        let device = ctx.store.device_get(row.device).await?.ok_or(StoreError::Missing("this device"))?;
        if device.state != DeviceState::Active {
            continue;
        }
        let acts = acts(entered, device.id);
        let other_adult = other_adult::on_device(ctx, case, device.id).await?;
        let about = About { device: device.id, acts: &acts, shield: &shield, other_adult };
        made.push(next_policy(ctx, &with, &keys, &order, &about, "the order of this case").await?);
    }
    Ok(made)
}
