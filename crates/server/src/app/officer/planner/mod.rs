//! Which visits are due, and why in words: by what waits, what is silent, how long nobody was met, what of the order changes; and some by
//! chance, so that a person about whom nothing is known is visited too. There is no score: reasons stand beside one another.

mod draw;
mod read;

use std::collections::HashMap;

use jiff::civil::Date;
use proviso_engine::coverage::Cause;
use proviso_model::ids::DeviceId;
use proviso_model::order::Order;
use proviso_model::{GapCause, Timestamp};
use proviso_store::{AlertRow, CaseRow, Permit, Priority, VisitDrawRow};

pub use self::draw::{ONE_IN, is_drawn, week_of};
use self::read::{Known, of};
use super::allowed::Action;
use super::clock;
use super::error::ActError;
use super::history::Names;
use super::people::EnrolledDevice;
use super::sealed::{self, Person};
use super::who::Who;
use crate::app::AppContext;
use crate::app::coverage::DeviceCoverage;
use crate::app::device_tasks::{self, Task, Trouble};

/// After so many days without a meeting a visit is due.
pub const NOT_MET_DAYS: i32 = 90;
/// A change of the order is a reason from so many days before it.
pub const CHANGE_DAYS: i32 = 30;
/// Minutes of gaps in a week, beyond nights, from which they are a reason.
const GAP_MINUTES: u64 = 12 * 60;

/// Why a visit is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// Alerts wait for a decision.
    Alerts {
        /// How many.
        count: usize,
        /// When the oldest was raised.
        oldest: Timestamp,
        /// Whether one should be looked at today or now.
        is_urgent: bool,
        /// Under which paragraphs.
        paragraphs: Vec<String>,
    },
    /// A device is silent.
    Silent {
        /// The system that it said it runs.
        system: String,
        /// Since when, within the last days.
        since: Timestamp,
    },
    /// Something else is the matter with devices.
    Faults {
        /// With how many things.
        count: usize,
        /// The system of the first.
        system: String,
    },
    /// Much was not watched in the last days, and no officer's entry says why.
    Gaps {
        /// Minutes.
        minutes: u64,
    },
    /// The order asks for monitoring, and no device is enrolled.
    NoDevice,
    /// What was agreed is overdue.
    Overdue {
        /// How many things.
        count: usize,
        /// The first day that has passed.
        since: Date,
    },
    /// Nobody has met the person for long.
    NotMet,
    /// The order changes.
    Change {
        /// What, as a sentence goes on.
        what: String,
    },
    /// Chance.
    Drawn {
        /// In which week.
        week: String,
    },
}

/// How soon a reason asks for a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Soon {
    /// First.
    First,
    /// Soon.
    Soon,
    /// When it can be arranged.
    Arranged,
}

impl Reason {
    /// How soon it asks for a visit.
    #[must_use]
    pub const fn soon(&self) -> Soon {
        match self {
            Self::Alerts { is_urgent: true, .. } => Soon::First,
            Self::Alerts { .. }
            | Self::Silent { .. }
            | Self::NoDevice
            | Self::Overdue { .. }
            | Self::NotMet => Soon::Soon,
            Self::Faults { .. } | Self::Gaps { .. } | Self::Change { .. } | Self::Drawn { .. } => {
                Soon::Arranged
            }
        }
    }
}

/// A person of the plan.
#[derive(Debug, Clone)]
pub struct Planned {
    /// The case.
    pub case: CaseRow,
    /// The person.
    pub person: Person,
    /// The officer in charge.
    pub officer: String,
    /// The order.
    pub order: Order,
    /// When the person was last met, as far as it is on record.
    pub last_met: Option<Timestamp>,
    /// Why a visit is due, what asks soonest first; empty where none is.
    pub reasons: Vec<Reason>,
}

/// The plan.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Those to be visited, what asks soonest first, then who was not met longest.
    pub due: Vec<Planned>,
    /// The others, who was not met longest first.
    pub others: Vec<Planned>,
    /// The draw of this week.
    pub draw: VisitDrawRow,
    /// Now.
    pub now: Timestamp,
}

/// The plan of the cases that `who` may record visits of. As an inbox it shows names, kinds, counts and times only, so listing is no view
/// of evidence. The draw of a week is logged before it is made.
///
/// # Errors
/// [`ActError`].
pub async fn plan(ctx: &AppContext, who: &Who) -> Result<Plan, ActError> {
    who.require(Action::Decide)?;
    let now = ctx.now();
    let draws = draw::draws(ctx, who, now).await?;
    let cases = who.cases(ctx, Action::Decide).await?;
    let known = read::read(ctx, &cases, now).await?;
    let names = Names::now(ctx).await?;
    let (mut due, mut others) = (Vec::new(), Vec::new());
    for case in &cases {
        let planned = planned(case, &known, (&draws, &names), now)?;
        if planned.reasons.is_empty() { others.push(planned) } else { due.push(planned) }
    }
    due.sort_by_key(|one| (one.reasons.first().map(Reason::soon), one.last_met, one.case.id));
    others.sort_by_key(|one| (one.last_met, one.case.id));
    let draw = draws.into_iter().next().ok_or_else(|| ActError::Broken("no draw was kept".to_owned()))?;
    Ok(Plan { due, others, draw, now })
}

fn planned(
    case: &Permit,
    known: &Known,
    (draws, names): (&[VisitDrawRow], &Names),
    now: Timestamp,
) -> Result<Planned, ActError> {
    let missing = || ActError::Broken(format!("the keys of case {} were not read", case.id));
    let columns = known.columns.get(&case.id).ok_or_else(missing)?;
    let order = known.orders.get(&case.id).ok_or_else(missing)?.clone();
    let last_met = known.last_met.get(&case.id).copied();
    let today = clock::day_of(&order, now);
    let mut reasons: Vec<Reason> = alerts(of(&known.open, case.id)).into_iter().collect();
    let devices = of(&known.devices, case.id);
    let asks_for_devices = order.conditions.iter().any(|one| one.kind.is_watched());
    if devices.is_empty() && asks_for_devices {
        reasons.push(Reason::NoDevice);
    }
    reasons.extend(troubles(devices, &known.coverage, now));
    let overdue: Vec<Date> = of(&known.due, case.id).iter().copied().filter(|day| *day < today).collect();
    if let Some(since) = overdue.iter().min() {
        reasons.push(Reason::Overdue { count: overdue.len(), since: *since });
    }
    // Of a case that was opened lately nobody need have met the person yet.
    let since = last_met.unwrap_or(case.created_at);
    if clock::days_between(clock::day_of(&order, since), today) > NOT_MET_DAYS {
        reasons.push(Reason::NotMet);
    }
    let coming = clock::coming(&order, of(&known.ends, case.id), today, CHANGE_DAYS);
    reasons.extend(coming.into_iter().map(|(_, what)| Reason::Change { what }));
    let drawn =
        draws.iter().find(|draw| is_drawn(draw, case.id) && last_met.is_none_or(|met| met < draw.drawn_at));
    reasons.extend(drawn.map(|draw| Reason::Drawn { week: draw.week.clone() }));
    reasons.sort_by_key(Reason::soon);
    Ok(Planned {
        person: sealed::person_in(columns, case)?,
        officer: names.in_charge(case),
        case: case.case().clone(),
        order,
        last_met,
        reasons,
    })
}

fn alerts(open: &[AlertRow]) -> Option<Reason> {
    let open: Vec<&AlertRow> = open.iter().filter(|alert| !alert.is_outside()).collect();
    let oldest = open.iter().map(|alert| alert.raised_at).min()?;
    let mut paragraphs: Vec<String> = open.iter().map(|alert| alert.paragraph.clone()).collect();
    paragraphs.sort();
    paragraphs.dedup();
    let is_urgent = open.iter().any(|alert| alert.priority >= Priority::Today);
    Some(Reason::Alerts { count: open.len(), oldest, is_urgent, paragraphs })
}

/// What is the matter with the devices of a person.
fn troubles(
    devices: &[EnrolledDevice],
    coverage: &HashMap<DeviceId, DeviceCoverage>,
    now: Timestamp,
) -> Vec<Reason> {
    let (mut reasons, mut faults, mut minutes) = (Vec::new(), Vec::<&str>::new(), 0);
    for device in devices {
        let Some(found) = coverage.get(&device.row.id) else { continue };
        let system = &device.facts.system;
        for Task { trouble, since, .. } in device_tasks::tasks(found, &device.acts, now) {
            match trouble {
                Trouble::Silent => reasons.push(Reason::Silent { system: system.clone(), since }),
                _ => faults.push(system),
            }
        }
        minutes += unexplained(found);
    }
    if let Some(system) = faults.first() {
        reasons.push(Reason::Faults { count: faults.len(), system: (*system).to_owned() });
    }
    if minutes >= GAP_MINUTES && !reasons.iter().any(|one| matches!(one, Reason::Silent { .. })) {
        reasons.push(Reason::Gaps { minutes });
    }
    reasons
}

/// Minutes in gaps of which neither an officer's entry nor a device that was off is the cause.
fn unexplained(found: &DeviceCoverage) -> u64 {
    let is_one =
        |gap: Option<Cause>| !matches!(gap, None | Some(Cause::Act(_) | Cause::Device(GapCause::PowerOff)));
    found.ledger.entries.iter().filter(|entry| is_one(entry.gap)).map(|entry| entry.minutes).sum()
}
