//! What may be given to a person who asks what is held of them: facts of their own. No name of an officer, nobody else's name, nothing that waits
//! for a decision or may be privileged, and no captured words: those may be about others too, and whoever answers adds them by hand.

use jiff::civil::Date;
use proviso_model::ids::CaseId;
use proviso_model::looked::Looked;
use proviso_model::order::Order;
use proviso_model::statement::Statement;
use proviso_model::{AlertState, Outcome, Timestamp};
use proviso_store::{AlertFilter, CaseRow, DeviceState, Permit, Stretch};

use super::{Asked, of, opened, reply, words};
use crate::app::AppContext;
use crate::app::device::looked;
use crate::app::officer::error::ActError;
use crate::app::officer::{people, received, sealed, statements};
use crate::app::{retention, transfer};

/// Alerts that one export lists at most: the newest.
const ALERTS_MAX: u32 = 1_000;

/// The facts.
#[derive(Debug, Clone)]
pub struct Export {
    /// The force.
    pub force: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// When the case was opened.
    pub opened_at: Timestamp,
    /// The order as last entered; its person is whom it is about.
    pub order: Order,
    /// Devices that are or were enrolled.
    pub devices: Vec<Device>,
    /// Minutes that devices watched and what they counted, from the beginning.
    pub counted: Counted,
    /// Alerts on which an officer decided.
    pub alerts: Vec<Decided>,
    /// What the person wrote.
    pub statements: Vec<Statement>,
    /// Times of visits: recorded ones, and looks at devices whose record was filed.
    pub visits: Vec<Timestamp>,
    /// When evidence bundles were made.
    pub bundles: Vec<Timestamp>,
    /// Which forces handed the case over to this one, and when.
    pub received: Vec<(String, Timestamp)>,
    /// When it was written out for another force.
    pub handed_over: Vec<Timestamp>,
    /// How often officers looked.
    pub looked: Looked,
    /// What the person asked on their page, and the reply.
    pub asked: Vec<(Asked, String, String)>,
    /// The day on which it is next reviewed how long the case is kept.
    pub review_on: Date,
}

/// A device.
#[derive(Debug, Clone)]
pub struct Device {
    /// As it described itself.
    pub system: String,
    /// The account.
    pub account: String,
    /// Since when.
    pub enrolled_at: Timestamp,
    /// Whether it is enrolled now.
    pub is_active: bool,
}

/// What devices counted.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counted {
    /// Evaluated.
    pub observed: u64,
    /// Of those, dropped because nothing matched.
    pub dropped: u64,
    /// Dropped because a contact is protected.
    pub shielded: u64,
}

/// An alert on which an officer decided.
#[derive(Debug, Clone)]
pub struct Decided {
    /// The paragraph.
    pub paragraph: String,
    /// How many findings.
    pub findings: u64,
    /// The first and the last observation.
    pub seen: (Timestamp, Timestamp),
    /// When it was decided, and what.
    pub decided: Option<(Timestamp, Outcome)>,
}

/// Gathers it. The caller has logged the act.
///
/// # Errors
/// [`ActError`].
pub async fn of_case(ctx: &AppContext, case: &Permit) -> Result<Export, ActError> {
    let now = ctx.now();
    let always = Stretch { from: Timestamp::from_micros(0), until: now.plus_days(1) };
    let mut counted = Counted::default();
    for row in ctx.store.watched_list(case.id, always).await? {
        counted.observed = counted.observed.saturating_add(row.observed);
        counted.dropped = counted.dropped.saturating_add(row.dropped);
        counted.shielded = counted.shielded.saturating_add(row.shielded);
    }
    let devices = people::devices(ctx, case).await?;
    let device = |one: people::EnrolledDevice| Device {
        system: one.facts.system,
        account: one.facts.account,
        enrolled_at: one.row.enrolled_at,
        is_active: one.row.state == DeviceState::Active,
    };
    let mut asked = Vec::new();
    for one in of(ctx, case).await?.into_iter().filter(Asked::is_from_the_page) {
        let text = words(ctx, &one.row).await?;
        let said = match reply(&one) {
            Some(act) => opened(ctx, case.id, &act.sealed)?,
            None => String::new(),
        };
        asked.push((one, text, said));
    }
    let decided = ctx.store.retention_list(Some(case.id)).await?;
    Ok(Export {
        force: ctx.force_name().to_owned(),
        made_at: now,
        opened_at: case.created_at,
        order: sealed::order(ctx, case).await?,
        devices: devices.into_iter().map(device).collect(),
        counted,
        alerts: alerts(ctx, case).await?,
        statements: statements::within(ctx, case, always).await?,
        visits: visits(ctx, case.id).await?,
        bundles: ctx.store.bundle_list(case.id).await?.iter().map(|row| row.made_at).collect(),
        received: received::of_case(ctx, case)
            .await?
            .into_iter()
            .map(|one| (one.from, one.row.received_at))
            .collect(),
        handed_over: transfer::handed_over_at(ctx, case.id).await?,
        looked: looked::of_case(ctx, case.id, false).await?,
        asked,
        review_on: retention::of_case(ctx, case.case().clone(), decided).await?.due_on,
    })
}

/// When officers visited, and when devices were looked at.
async fn visits(ctx: &AppContext, case: CaseId) -> Result<Vec<Timestamp>, ActError> {
    let looked = ctx.store.visit_record_list(case).await?.into_iter().map(|row| row.started_at);
    let recorded = ctx.store.visit_note_list(case).await?.into_iter().map(|row| row.visited_at);
    let mut all: Vec<Timestamp> = looked.chain(recorded).collect();
    all.sort_by_key(|at| std::cmp::Reverse(*at));
    Ok(all)
}

async fn alerts(ctx: &AppContext, case: &CaseRow) -> Result<Vec<Decided>, ActError> {
    let filter = AlertFilter {
        case: Some(case.id),
        state: Some(AlertState::Decided),
        limit: ALERTS_MAX,
        ..AlertFilter::default()
    };
    let mut found = Vec::new();
    for row in ctx.store.alert_list(filter).await? {
        // What an officer could see and lies outside the order is for its own review.
        if row.is_outside() {
            continue;
        }
        let decisions = ctx.store.decision_list(row.id).await?;
        found.push(Decided {
            decided: decisions.last().map(|one| (one.decided_at, one.outcome)),
            paragraph: row.paragraph,
            findings: row.findings,
            seen: (row.first_at, row.last_at),
        });
    }
    Ok(found)
}
