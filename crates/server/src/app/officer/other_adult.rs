//! Another adult on a device, as officers approve and withdraw it there, and what the device told of each. Logged before it is done.

use proviso_model::OtherAdultTold;
use proviso_model::ids::{CaseId, DeviceId, OtherAdultId};
use proviso_store::{DeviceRow, OtherAdultRow, Permit, Stretch};

use super::allowed::Action;
use super::error::ActError;
use super::history;
use super::who::Who;
use crate::app::AppContext;
use crate::app::force::ForceError;
use crate::app::other_adult::{self, Adult, Approved, Terms};
use crate::keys::case::Purpose;

/// What is told that one page lists; of more the latest.
pub const TOLD_MAX: usize = 60;

/// An approval as a page shows it.
#[derive(Debug, Clone)]
pub struct ShownApproval {
    /// As kept.
    pub row: OtherAdultRow,
    /// Name and reason.
    pub adult: Adult,
    /// Name of the officer.
    pub officer: String,
    /// Who withdrew it, and why.
    pub withdrawn: Option<(String, String)>,
}

/// What a device told, and whether the approval that it names stood then.
#[derive(Debug, Clone)]
pub struct ShownTold {
    /// What.
    pub told: OtherAdultTold,
    /// Whether the approval stood when it began.
    pub was_approved: bool,
}

/// Another adult on a device.
#[derive(Debug, Clone, Default)]
pub struct OtherAdultOnDevice {
    /// Approvals, newest first.
    pub approvals: Vec<ShownApproval>,
    /// What the device told within the stretch of the page, newest first.
    pub told: Vec<ShownTold>,
}

/// What a device's page shows. The caller has logged the view.
///
/// # Errors
/// [`ActError`].
pub(super) async fn of_device(
    ctx: &AppContext,
    case: &Permit,
    device: &DeviceRow,
    stretch: Stretch,
) -> Result<OtherAdultOnDevice, ActError> {
    let rows = ctx.of(case).other_adult_list().await?;
    let mut told: Vec<ShownTold> = other_adult::told(ctx, device, stretch)
        .await?
        .into_iter()
        .map(|told| {
            let was_approved = other_adult::was_approved(&rows, device.id, told.approval(), told.from());
            ShownTold { told, was_approved }
        })
        .collect();
    told.reverse();
    told.truncate(TOLD_MAX);
    let mut approvals = Vec::new();
    for row in rows.into_iter().rev().filter(|row| row.device == device.id) {
        let withdrawn = match &row.withdrawn {
            Some(withdrawn) => {
                let reason = ctx.unseal(row.case, Purpose::OtherAdult, &withdrawn.sealed)?;
                let reason = String::from_utf8_lossy(&reason).into_owned();
                Some((history::actor_name(ctx, &withdrawn.by).await?, reason))
            }
            None => None,
        };
        let officer = history::actor_name(ctx, &row.approved_by).await?;
        approvals.push(ShownApproval { adult: other_adult::opened(ctx, &row)?, officer, withdrawn, row });
    }
    Ok(OtherAdultOnDevice { approvals, told })
}

/// Approves another adult for a device. The inner error is what is wrong with the form, in words.
///
/// # Errors
/// [`ActError`].
pub async fn approve(
    ctx: &AppContext,
    who: &Who,
    about: (CaseId, DeviceId),
    terms: Terms,
    adult: &Adult,
) -> Result<Result<Approved, String>, ActError> {
    let (device, _) = who.device(ctx, Action::EnrolDevice, about).await?;
    match other_adult::approve(ctx, &who.actor(), &device, terms, adult).await {
        Ok(approved) => Ok(Ok(approved)),
        Err(ForceError::Refused(why) | ForceError::Order(why)) => Ok(Err(why)),
        Err(error) => Err(ActError::of_force(error, "nobody can be approved as things are")),
    }
}

/// Withdraws an approval.
///
/// # Errors
/// [`ActError::Conflict`] when it was withdrawn meanwhile; [`ActError`].
pub async fn withdraw(
    ctx: &AppContext,
    who: &Who,
    about: (CaseId, DeviceId),
    id: OtherAdultId,
    reason: &str,
) -> Result<(), ActError> {
    let (device, _) = who.device(ctx, Action::EnrolDevice, about).await?;
    let done = other_adult::withdraw(ctx, &who.actor(), &device, id, reason).await;
    done.map_err(|error| ActError::of_force(error, "this approval cannot be withdrawn as things are"))
}
