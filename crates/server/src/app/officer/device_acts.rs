//! What officers enter about a device: shown on its page with every correction, entered and corrected there. Each is logged
//! before it is done; reasons are sealed.

use proviso_model::device_act::DeviceAct;
use proviso_model::ids::{CaseId, DeviceActId, DeviceId};
use proviso_store::{DeviceActRow, Permit};

use super::allowed::Action;
use super::error::ActError;
use super::history;
use super::sealed;
use super::who::Who;
use crate::app::AppContext;
use crate::app::device_acts::{self, Change};
use crate::app::force::ForceError;
use crate::keys::case::Purpose;

/// A version of an entry, with who entered it and why.
#[derive(Debug, Clone)]
pub struct ShownVersion {
    /// As kept.
    pub row: DeviceActRow,
    /// Name of the officer.
    pub officer: String,
    /// The reason given.
    pub reason: String,
}

/// An entry about a device.
#[derive(Debug, Clone)]
pub struct ShownAct {
    /// As it stands.
    pub last: ShownVersion,
    /// What was entered before, newest first.
    pub before: Vec<ShownVersion>,
}

/// The entries about a device, newest first, those withdrawn included. The caller has logged the view.
///
/// # Errors
/// [`ActError`].
pub(super) async fn of_device(
    ctx: &AppContext,
    case: &Permit,
    device: DeviceId,
) -> Result<Vec<ShownAct>, ActError> {
    let mut shown: Vec<ShownAct> = Vec::new();
    for row in ctx.of(case).device_act_list().await?.into_iter().filter(|row| row.device == device) {
        let reason = ctx.unseal(case.id, Purpose::DeviceAct, &row.sealed)?;
        let reason = String::from_utf8_lossy(&reason).into_owned();
        let version = ShownVersion { officer: history::actor_name(ctx, &row.entered_by).await?, reason, row };
        match shown.iter_mut().find(|act| act.last.row.id == version.row.id) {
            Some(act) => act.before.insert(0, std::mem::replace(&mut act.last, version)),
            None => shown.push(ShownAct { last: version, before: Vec::new() }),
        }
    }
    shown.sort_by_key(|act| std::cmp::Reverse(act.last.row.act.from));
    Ok(shown)
}

/// The time zone in which times about a device are entered.
///
/// # Errors
/// [`ActError`].
pub async fn timezone(ctx: &AppContext, who: &Who, case: CaseId) -> Result<String, ActError> {
    let case = who.case(ctx, Action::EnrolDevice, case).await?;
    Ok(sealed::order(ctx, &case).await?.timezone)
}

/// Enters what happened to a device.
///
/// # Errors
/// [`ActError::Conflict`] when it does not go with what is entered already; [`ActError`].
pub async fn enter(
    ctx: &AppContext,
    who: &Who,
    about: (CaseId, DeviceId),
    act: DeviceAct,
    reason: &str,
) -> Result<DeviceActId, ActError> {
    let (device, _) = who.device(ctx, Action::EnrolDevice, about).await?;
    let entered = device_acts::enter(ctx, &who.actor(), &device, act, reason).await;
    Ok(entered.map_err(said_no)?.0)
}

/// Corrects an entry, or takes it back.
///
/// # Errors
/// As [`enter`].
pub async fn change(
    ctx: &AppContext,
    who: &Who,
    about: (CaseId, DeviceId),
    (id, change): (DeviceActId, Change),
    reason: &str,
) -> Result<(), ActError> {
    let (device, _) = who.device(ctx, Action::EnrolDevice, about).await?;
    device_acts::change(ctx, &who.actor(), &device, id, change, reason).await.map_err(said_no)?;
    Ok(())
}

fn said_no(error: ForceError) -> ActError {
    let refused = "this does not go with what is entered already, or its end lies before its beginning; read the page again";
    ActError::of_force(error, refused)
}
