//! What the plan is made of: a fixed number of questions, whatever the caseload.

use std::collections::HashMap;

use jiff::civil::Date;
use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, DeviceId};
use proviso_model::order::Order;
use proviso_store::{AlertRow, DeviceActRow, DeviceRow, OrderEndRow, OrderVersionRow, Permit};

use crate::app::AppContext;
use crate::app::coverage::{self, Asked, DeviceCoverage};
use crate::app::device_acts;
use crate::app::device_tasks;
use crate::app::late;
use crate::app::officer::error::ActError;
use crate::app::officer::people::EnrolledDevice;
use crate::app::officer::sealed;
use crate::keys::case::{CaseColumns, Purpose};

/// Alerts that are read at most.
const ALERTS_MAX: u32 = 5_000;

/// What the plan is made of, case by case.
pub(super) struct Known {
    pub(super) columns: HashMap<CaseId, CaseColumns>,
    pub(super) orders: HashMap<CaseId, Order>,
    pub(super) ends: HashMap<CaseId, Vec<OrderEndRow>>,
    pub(super) open: HashMap<CaseId, Vec<AlertRow>>,
    pub(super) devices: HashMap<CaseId, Vec<EnrolledDevice>>,
    pub(super) coverage: HashMap<DeviceId, DeviceCoverage>,
    pub(super) due: HashMap<CaseId, Vec<Date>>,
    pub(super) last_met: HashMap<CaseId, Timestamp>,
}

fn by_case<T>(rows: Vec<T>, case: impl Fn(&T) -> CaseId) -> HashMap<CaseId, Vec<T>> {
    let mut sorted: HashMap<CaseId, Vec<T>> = HashMap::new();
    for row in rows {
        sorted.entry(case(&row)).or_default().push(row);
    }
    sorted
}

pub(super) fn of<T>(sorted: &HashMap<CaseId, Vec<T>>, case: CaseId) -> &[T] {
    sorted.get(&case).map_or(&[], Vec::as_slice)
}

/// Reads all of it: the store is asked as often for many cases as for one.
pub(super) async fn read(ctx: &AppContext, cases: &[Permit], now: Timestamp) -> Result<Known, ActError> {
    let caseload = ctx.of_all(cases);
    let mut columns = HashMap::with_capacity(cases.len());
    for case in cases {
        columns.insert(case.id, ctx.case_columns(case.id)?);
    }
    let versions = by_case(caseload.orders().await?, |row| row.case);
    let ends = by_case(caseload.order_ends().await?, |row| row.case);
    let acts = by_case(caseload.device_acts().await?, |row| row.case);
    let mut devices: HashMap<CaseId, Vec<EnrolledDevice>> = HashMap::new();
    for row in caseload.devices().await?.into_iter().filter(|row| row.revoked_at.is_none()) {
        if let Some(columns) = columns.get(&row.case) {
            let device = enrolled(columns, row, &acts)?;
            if !device.is_released(now) {
                devices.entry(device.row.case).or_default().push(device);
            }
        }
    }
    let mut orders = HashMap::new();
    let mut in_force: HashMap<CaseId, Vec<(Timestamp, Timestamp)>> = HashMap::new();
    for (id, columns) in &columns {
        let versions = of(&versions, *id);
        in_force.insert(*id, late::in_force(columns, versions, of(&ends, *id))?);
        orders.insert(*id, current(columns, versions)?);
    }
    let gaps = by_case(caseload.gaps(device_tasks::week(now)).await?, |row| row.case);
    let may_be = |one: &&EnrolledDevice| device_tasks::may_be_the_matter(one, of(&gaps, one.row.case), now);
    let doubtful: Vec<&EnrolledDevice> = devices.values().flatten().filter(may_be).collect();
    let asked: Vec<Asked<'_>> = doubtful
        .iter()
        .map(|one| Asked { device: &one.row, acts: &one.acts, in_force: of(&in_force, one.row.case) })
        .collect();
    let week = device_tasks::week(now);
    let found = coverage::of_devices(ctx, &asked, week).await?;
    let coverage = doubtful.iter().map(|one| one.row.id).zip(found).collect();
    let mut due: HashMap<CaseId, Vec<Date>> = HashMap::new();
    for row in caseload.open_actions().await? {
        if let Some(day) = row.due_on.as_deref().and_then(|day| day.parse().ok()) {
            due.entry(row.case).or_default().push(day);
        }
    }
    Ok(Known {
        open: by_case(caseload.undecided(ALERTS_MAX).await?, |row| row.case),
        last_met: caseload.last_visits().await?.into_iter().collect(),
        columns,
        orders,
        ends,
        devices,
        coverage,
        due,
    })
}

fn enrolled(
    columns: &CaseColumns,
    row: DeviceRow,
    acts: &HashMap<CaseId, Vec<DeviceActRow>>,
) -> Result<EnrolledDevice, ActError> {
    let facts = sealed::device_in(columns, &row)?;
    let acts = device_acts::acts(of(acts, row.case), row.id);
    Ok(EnrolledDevice { facts, acts, other_adult: false, row })
}

/// The last version of an order.
fn current(columns: &CaseColumns, versions: &[OrderVersionRow]) -> Result<Order, ActError> {
    let last = versions.iter().max_by_key(|row| row.version);
    let last = last.ok_or_else(|| ActError::Broken("a case has no order".to_owned()))?;
    let text = columns.open(Purpose::Order, &last.sealed)?;
    Order::from_toml(&String::from_utf8_lossy(&text))
        .map_err(|errors| ActError::Broken(format!("an order no longer reads: {} faults", errors.len())))
}
