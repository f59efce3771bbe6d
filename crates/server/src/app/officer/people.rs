//! The people an officer supervises: one line each.

use proviso_model::Timestamp;
use proviso_model::device_act::{DeviceAct, DeviceActKind};
use proviso_model::order::Order;
use proviso_model::record::EnrolmentFacts;
use proviso_store::{AlertFilter, AlertRow, CaseRow, DeviceRow, Permit};

use super::allowed::Action;
use super::error::ActError;
use super::history;
use super::sealed::{self, Person};
use super::who::Who;
use crate::app::AppContext;
use crate::app::device_acts;
use crate::app::other_adult;

/// A device that is not revoked.
#[derive(Debug, Clone)]
pub struct EnrolledDevice {
    /// The device.
    pub row: DeviceRow,
    /// As it described itself.
    pub facts: EnrolmentFacts,
    /// What officers entered about it and stands.
    pub acts: Vec<DeviceAct>,
    /// Whether another adult was approved on it in these days.
    pub other_adult: bool,
}

impl EnrolledDevice {
    /// What stands about it at `now`: where several do, the one that is named.
    #[must_use]
    pub fn act_at(&self, now: Timestamp) -> Option<DeviceActKind> {
        DeviceAct::named(&self.acts, now).map(|act| act.kind)
    }

    /// Whether its monitoring has ended for good.
    #[must_use]
    pub fn is_released(&self, now: Timestamp) -> bool {
        device_acts::released(&self.acts).is_some_and(|from| from <= now)
    }
}

/// One person's line.
#[derive(Debug, Clone)]
pub struct PersonLine {
    /// The case.
    pub case: CaseRow,
    /// The person.
    pub person: Person,
    /// The order.
    pub order: Order,
    /// Devices that are not revoked.
    pub devices: Vec<EnrolledDevice>,
    /// Undecided alerts, most urgent first.
    pub open: Vec<AlertRow>,
    /// The officer in charge.
    pub officer: String,
}

/// The list of people.
#[derive(Debug, Clone)]
pub struct People {
    /// Sorted by name.
    pub lines: Vec<PersonLine>,
    /// Now.
    pub now: Timestamp,
}

/// The people whose cases `who` may see.
///
/// # Errors
/// [`ActError`].
pub async fn people(ctx: &AppContext, who: &Who) -> Result<People, ActError> {
    who.require(Action::ViewEvidence)?;
    let mut lines = Vec::new();
    for case in who.cases(ctx, Action::ViewEvidence).await? {
        let filter = AlertFilter { undecided: true, ..AlertFilter::default() };
        let officer = history::in_charge(ctx, &case).await?;
        lines.push(PersonLine {
            person: sealed::person(ctx, &case)?,
            order: sealed::order(ctx, &case).await?,
            devices: devices(ctx, &case).await?,
            open: ctx.of(&case).alert_list(filter).await?,
            officer,
            case: case.case().clone(),
        });
    }
    lines.sort_by(|a, b| a.person.name.cmp(&b.person.name).then(a.case.id.cmp(&b.case.id)));
    Ok(People { lines, now: ctx.now() })
}

/// Devices of a case that are not revoked, oldest first.
///
/// # Errors
/// [`ActError`].
pub async fn devices(ctx: &AppContext, case: &Permit) -> Result<Vec<EnrolledDevice>, ActError> {
    let entered = ctx.of(case).device_act_list().await?;
    let approved = ctx.of(case).other_adult_list().await?;
    let columns = ctx.case_columns(case.id)?;
    let mut devices = Vec::new();
    for row in ctx.of(case).device_list().await? {
        if row.revoked_at.is_none() {
            let facts = sealed::device_in(&columns, &row)?;
            let (acts, other_adult) =
                (device_acts::acts(&entered, row.id), other_adult::is_lately(&approved, row.id, ctx.now()));
            devices.push(EnrolledDevice { acts, other_adult, row, facts });
        }
    }
    Ok(devices)
}
