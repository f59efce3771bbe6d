//! What an officer takes along to a visit: what waits, which gaps to ask about, which devices to check, what the last visit left to do.
//! Gathered from facts alone; the page, the paper and the form that records the visit are made of it.

use std::collections::HashMap;

use proviso_engine::coverage::{Cause, Entry, gap_in_words};
use proviso_model::ids::{AlertId, CaseId, DeviceId};
use proviso_model::observation::Act;
use proviso_model::{GapCause, Timestamp};
use proviso_store::Stretch;

use super::allowed::Action;
use super::error::ActError;
use super::people::EnrolledDevice;
use super::person::{self, PersonView};
use super::sealed;
use super::who::Who;
use crate::app::AppContext;
use crate::app::coverage::{self, Asked, DeviceCoverage, minute_of};

/// How far back gaps are asked about, at most, in days.
pub const BACK_DAYS: i64 = 31;
/// Gaps that are asked about one by one.
const ASKED_MAX: usize = 8;
/// Minutes below which a gap is not asked about by itself, and of one in which the device was off: nights are no question.
const ASK_MINUTES: u64 = 60;
const ASK_OFF_MINUTES: u64 = 36 * 60;

/// A gap to ask about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GapToAsk {
    /// The device.
    pub device: DeviceId,
    /// The system that it said it runs.
    pub system: String,
    /// The account.
    pub account: String,
    /// Since when.
    pub from: Timestamp,
    /// For how long.
    pub minutes: u64,
    /// Its cause, in words.
    pub why: String,
}

/// Gaps since the last visit.
#[derive(Debug, Clone, Default)]
pub struct Gaps {
    /// Those to ask about, the longest first.
    pub ask: Vec<GapToAsk>,
    /// How many others there are, and their minutes.
    pub others: (usize, u64),
    /// Minutes of gaps that an officer's entry explains.
    pub explained: u64,
    /// Minutes under the order, of all devices, and of those the watched ones.
    pub minutes: (u64, u64),
}

/// All of it.
#[derive(Debug, Clone)]
pub struct VisitPack {
    /// What the person's page knows.
    pub person: PersonView,
    /// When the person was last met, as far as it is on record.
    pub last_met: Option<Timestamp>,
    /// Since when gaps are asked about.
    pub since: Timestamp,
    /// What brought the newest observation of each open alert about.
    pub acts: HashMap<AlertId, Act>,
    /// Gaps since then.
    pub gaps: Gaps,
}

/// What it is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum For {
    /// To be read on a screen.
    Page,
    /// To be taken along.
    Paper,
    /// To record the visit.
    Form,
}

impl For {
    const fn act(self) -> (Action, &'static str) {
        match self {
            Self::Page => (Action::ViewEvidence, "visit-pack-view"),
            Self::Paper => (Action::ViewEvidence, "visit-pack-print"),
            Self::Form => (Action::Decide, "visit-form-view"),
        }
    }
}

/// Gathers it. Logged before anything is read.
///
/// # Errors
/// [`ActError`].
pub async fn view(ctx: &AppContext, who: &Who, id: CaseId, purpose: For) -> Result<VisitPack, ActError> {
    let (action, act) = purpose.act();
    let case = who.case(ctx, action, id).await?;
    who.does(ctx, (action, act), &case, &id.to_string(), async {
        let person = person::gather(ctx, who, &case).await?;
        let now = person.now;
        let last_met = last_met(&person);
        let back = now.plus_days(-BACK_DAYS);
        let since = minute_of(last_met.map_or(back, |met| met.max(back)));
        let asked: Vec<Asked<'_>> = person
            .devices
            .iter()
            .map(|one| Asked { device: &one.row, acts: &one.acts, in_force: &person.in_force })
            .collect();
        let stretch = Stretch { from: since, until: now.plus_days(1) };
        let minutes = coverage::of_devices(ctx, &asked, stretch).await?;
        let gaps = gaps(&person.devices, &minutes);
        let newest = ctx.of_all(std::slice::from_ref(&case)).newest(&person.open).await?;
        let acts = newest.into_iter().map(|one| (one.alert, sealed::act(&one.act))).collect();
        Ok(VisitPack { person, last_met, since, acts, gaps })
    })
    .await
}

/// When the person was last met: at a recorded visit, or when a device was looked at.
#[must_use]
pub fn last_met(person: &PersonView) -> Option<Timestamp> {
    let recorded = person.recorded.iter().filter(|note| note.row.was_seen).map(|note| note.row.visited_at);
    recorded.chain(person.visits.iter().map(|visit| visit.row.started_at)).max()
}

/// Sorts gaps into those to ask about and the others.
fn gaps(devices: &[EnrolledDevice], minutes: &[DeviceCoverage]) -> Gaps {
    let mut found = Gaps::default();
    let mut all: Vec<GapToAsk> = Vec::new();
    for (device, coverage) in devices.iter().zip(minutes) {
        found.minutes.0 += coverage.ledger.minutes();
        found.minutes.1 += coverage.ledger.watched();
        for entry in &coverage.ledger.entries {
            match entry.gap {
                None => {}
                Some(Cause::Act(_)) => found.explained += entry.minutes,
                Some(_) if is_asked_about(entry) => all.extend(to_ask(device, entry)),
                Some(_) => found.others = (found.others.0 + 1, found.others.1 + entry.minutes),
            }
        }
    }
    all.sort_by_key(|gap| (std::cmp::Reverse(gap.minutes), gap.from, gap.device));
    for gap in all.iter().skip(ASKED_MAX) {
        found.others = (found.others.0 + 1, found.others.1 + gap.minutes);
    }
    all.truncate(ASKED_MAX);
    Gaps { ask: all, ..found }
}

fn is_asked_about(entry: &Entry) -> bool {
    let enough = match entry.gap {
        Some(Cause::Device(GapCause::PowerOff)) => ASK_OFF_MINUTES,
        _ => ASK_MINUTES,
    };
    entry.minutes >= enough
}

fn to_ask(device: &EnrolledDevice, entry: &Entry) -> Option<GapToAsk> {
    Some(GapToAsk {
        device: device.row.id,
        system: device.facts.system.clone(),
        account: device.facts.account.clone(),
        from: entry.from,
        minutes: entry.minutes,
        why: gap_in_words(entry)?,
    })
}
