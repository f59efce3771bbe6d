//! A device's page: every minute of a month, and the answer to "was it watching then, and what could it not see?". Logged
//! before anything is read.

use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, DeviceId};
use proviso_model::record::EnrolmentFacts;
use proviso_store::{DeviceRow, Stretch};

use super::allowed::Action;
use super::device_acts::{self, ShownAct};
use super::error::ActError;
use super::history;
use super::other_adult::{self, OtherAdultOnDevice};
use super::sealed::{self, Order, Person};
use super::who::Who;
use crate::app::AppContext;
use crate::app::coverage::{self, DeviceCoverage};
use crate::app::late::{self, LateError};

/// What a device's page shows.
#[derive(Debug, Clone)]
pub struct DeviceView {
    /// The person.
    pub person: Person,
    /// The order as last entered.
    pub order: Order,
    /// The officer in charge.
    pub officer: String,
    /// The device.
    pub device: DeviceRow,
    /// What it said of itself.
    pub facts: EnrolmentFacts,
    /// Its minutes in the stretch that the page is about.
    pub coverage: DeviceCoverage,
    /// Its minutes in the stretch that was asked about.
    pub answer: Option<DeviceCoverage>,
    /// What officers entered about it, newest first.
    pub entered: Vec<ShownAct>,
    /// Another adult on it: approvals, and what it told in the stretch that the page is about.
    pub other_adult: OtherAdultOnDevice,
    /// Now.
    pub now: Timestamp,
    /// Whether this officer may enter more.
    pub may_enter: bool,
}

/// Views a device's page over a stretch that follows from the order's time zone, with the answer about another.
///
/// # Errors
/// [`ActError`].
pub async fn view(
    ctx: &AppContext,
    who: &Who,
    (case, device): (CaseId, DeviceId),
    asked: impl FnOnce(&Order) -> (Stretch, Option<Stretch>),
) -> Result<DeviceView, ActError> {
    let (row, case) = who.device(ctx, Action::ViewEvidence, (case, device)).await?;
    let order = sealed::order(ctx, &case).await?;
    let (stretch, question) = asked(&order);
    let about = question.unwrap_or(stretch);
    let objects = format!("{device} from {} until {}", about.from, about.until);
    who.does(ctx, (Action::ViewEvidence, "coverage-view"), &case, &objects, async {
        let officer = history::in_charge(ctx, &case).await?;
        let known = late::known(ctx, &ctx.case_keys(case.id)?).await?;
        let in_force = known.order.stretches().map_err(LateError::from)?;
        let answer = match question {
            Some(question) => Some(coverage::of_device(ctx, &in_force, &row, question).await?),
            None => None,
        };
        Ok(DeviceView {
            other_adult: other_adult::of_device(ctx, &case, &row, stretch).await?,
            now: ctx.now(),
            entered: device_acts::of_device(ctx, &case, device).await?,
            may_enter: who.may_on(Action::EnrolDevice, &case),
            person: sealed::person(ctx, &case)?,
            facts: sealed::device(ctx, &row)?,
            coverage: coverage::of_device(ctx, &in_force, &row, stretch).await?,
            device: row,
            order,
            officer,
            answer,
        })
    })
    .await
}
