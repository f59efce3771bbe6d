//! The order as it is known now, applied to days that may lie before it was known: every version with the day from which
//! it applies, less what was quashed, varied, paused, struck or discharged. Days are civil, in the order's time zone.

use jiff::civil::Date;
use proviso_model::Timestamp;
use proviso_model::ids::OrderEndId;
use proviso_model::order::{Condition, ConditionKind, Order, OrderEnd, OrderKind};

use crate::CompileError;
use crate::compile::{days_in_force, start_of};

/// A version of the order as entered.
#[derive(Debug, Clone)]
pub struct OrderVersion {
    /// The first day on which it applies; `None` for the first version: from its own beginning.
    pub applies_from: Option<Date>,
    /// What it says.
    pub order: Order,
}

/// Why something is not covered by the order as known now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotInForce {
    /// Something ended the paragraph, or the order, on that day.
    Ended(OrderEndId),
    /// The version that applies on that day does not have the paragraph, or not on that day.
    NotCovered,
}

/// Whether a paragraph runs at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It runs, and says the same in every version that has it.
    InForce,
    /// It runs, but says other things in another version: whether it covers what was observed is for the engine to say.
    InForceChanged,
    /// It does not run.
    Outside(NotInForce),
}

/// A condition with the first and the last day of one unbroken run of it.
#[derive(Debug, Clone)]
struct Run {
    condition: Condition,
    first: Date,
    last: Date,
}

/// The order as known now.
#[derive(Debug, Clone)]
pub struct KnownOrder {
    versions: Vec<OrderVersion>,
    ends: Vec<(OrderEndId, OrderEnd)>,
    zone: jiff::tz::TimeZone,
    /// Without what ended.
    whole: Vec<Run>,
    /// What is left of it.
    left: Vec<Run>,
}

impl KnownOrder {
    /// Puts versions (oldest first) and ends together.
    ///
    /// # Errors
    /// [`CompileError::Day`] for a time zone that is not known here, [`CompileError::NoConditions`] without a version.
    pub fn new(versions: Vec<OrderVersion>, ends: Vec<(OrderEndId, OrderEnd)>) -> Result<Self, CompileError> {
        let newest = versions.last().ok_or_else(|| CompileError::NoConditions("of this case".to_owned()))?;
        let zone = jiff::tz::db()
            .get(&newest.order.timezone)
            .map_err(|error| CompileError::Day(error.to_string()))?;
        let mut whole = Vec::new();
        for (nth, version) in versions.iter().enumerate() {
            let later = versions.iter().skip(nth.saturating_add(1));
            let replaced_on = later.filter_map(|next| next.applies_from).min();
            whole.extend(runs_of(version, replaced_on));
        }
        let left = ends.iter().fold(whole.clone(), |runs, (_, end)| {
            runs.into_iter().flat_map(|run| without(run, end)).collect()
        });
        Ok(Self { versions, ends, zone, whole, left })
    }

    /// The newest version as entered.
    #[must_use]
    pub fn newest(&self) -> Option<&Order> {
        self.versions.last().map(|version| &version.order)
    }

    /// Whether any version has that paragraph.
    #[must_use]
    pub fn has_paragraph(&self, paragraph: &str) -> bool {
        self.conditions(paragraph).next().is_some()
    }

    /// The civil day of an instant in the order's time zone.
    #[must_use]
    pub fn day_of(&self, at: Timestamp) -> Date {
        let instant =
            jiff::Timestamp::from_microsecond(at.as_micros()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        instant.to_zoned_datetime(self.zone.clone()).date()
    }

    /// The instants that civil days of the order cover, first and last included.
    ///
    /// # Errors
    /// [`CompileError`] for a day that is no day in its zone.
    pub fn of_days(&self, first: Date, last: Date) -> Result<(Timestamp, Timestamp), CompileError> {
        Ok((start_of(first, &self.zone)?, start_of(day_after(last)?, &self.zone)?))
    }

    /// Whether a paragraph of that kind runs at `at`.
    #[must_use]
    pub fn standing(&self, paragraph: &str, kind: ConditionKind, at: Timestamp) -> Standing {
        let day = self.day_of(at);
        let is_run = |run: &&Run| {
            run.condition.paragraph == paragraph
                && run.condition.kind == kind
                && run.first <= day
                && day <= run.last
        };
        if let Some(run) = self.left.iter().find(is_run) {
            let same = |other: &Condition| says_the_same(other, &run.condition);
            return if self.conditions(paragraph).all(same) {
                Standing::InForce
            } else {
                Standing::InForceChanged
            };
        }
        let ended = self.ends.iter().rev().find(|(_, end)| end.is_about(paragraph) && end.is_on(day));
        Standing::Outside(match ended {
            Some((id, _)) if self.whole.iter().any(|run| is_run(&run)) => NotInForce::Ended(*id),
            _ => NotInForce::NotCovered,
        })
    }

    /// Whether any paragraph runs at `at`.
    ///
    /// # Errors
    /// [`NotInForce`]: why none does.
    pub fn anything_at(&self, at: Timestamp) -> Result<(), NotInForce> {
        let day = self.day_of(at);
        if self.left.iter().any(|run| run.first <= day && day <= run.last) {
            return Ok(());
        }
        let ended = self.ends.iter().rev().find(|(_, end)| end.is_on(day));
        Err(match ended {
            Some((id, _)) if self.whole.iter().any(|run| run.first <= day && day <= run.last) => {
                NotInForce::Ended(*id)
            }
            _ => NotInForce::NotCovered,
        })
    }

    /// The stretches in which any paragraph runs: first instant, and first instant after; in time order, not touching.
    ///
    /// # Errors
    /// [`CompileError::Day`].
    pub fn stretches(&self) -> Result<Vec<(Timestamp, Timestamp)>, CompileError> {
        let mut days: Vec<(Date, Date)> = self.left.iter().map(|run| (run.first, run.last)).collect();
        days.sort_unstable();
        let mut joined: Vec<(Timestamp, Timestamp)> = Vec::new();
        for (first, last) in days {
            let (from, until) = self.of_days(first, last)?;
            match joined.last_mut() {
                Some(before) if from <= before.1 => before.1 = before.1.max(until),
                _ => joined.push((from, until)),
            }
        }
        Ok(joined)
    }

    /// One order that says all of this by the first and last days of its conditions: what a device is given. With
    /// `today`, runs that are over are left out, so that a notice does not list them.
    #[must_use]
    pub fn effective(&self, today: Option<Date>) -> Option<Order> {
        let capturing =
            self.versions.iter().rev().find(|version| version.order.kind != OrderKind::NotificationOnly);
        let mut order = match today {
            // What captures nothing from now on must stay so.
            Some(_) => self.newest()?.clone(),
            None => capturing.map(|version| &version.order).or(self.newest())?.clone(),
        };
        let still = |run: &&Run| today.is_none_or(|today| run.last >= today);
        let mut runs: Vec<&Run> = self.left.iter().filter(still).collect();
        if runs.is_empty() {
            runs = self.left.iter().collect();
        }
        order.made_on = runs.iter().map(|run| run.first).chain([order.made_on]).min()?;
        order.expires_on = runs.iter().map(|run| run.last).chain([order.expires_on]).max()?;
        // The days of consent are in the runs already.
        order.authority.consent_withdrawn_on = None;
        order.conditions = runs
            .into_iter()
            .map(|run| Condition { from: Some(run.first), until: Some(run.last), ..run.condition.clone() })
            .collect();
        Some(order)
    }

    fn conditions(&self, paragraph: &str) -> impl Iterator<Item = &Condition> {
        self.versions
            .iter()
            .flat_map(|version| &version.order.conditions)
            .filter(move |condition| condition.paragraph == paragraph)
    }
}

fn says_the_same(one: &Condition, other: &Condition) -> bool {
    one.kind == other.kind
        && one.words == other.words
        && one.offence_words == other.offence_words
        && one.sites == other.sites
        && one.except == other.except
}

fn day_after(day: Date) -> Result<Date, CompileError> {
    day.tomorrow().map_err(|error| CompileError::Day(error.to_string()))
}

/// The runs of a version's conditions until it is replaced by another version.
fn runs_of(version: &OrderVersion, replaced_on: Option<Date>) -> Vec<Run> {
    let order = &version.order;
    if order.kind == OrderKind::NotificationOnly {
        return Vec::new();
    }
    let before_replaced = replaced_on.and_then(|day| day.yesterday().ok());
    let before_withdrawn = order.authority.consent_withdrawn_on.and_then(|day| day.yesterday().ok());
    order
        .conditions
        .iter()
        .map(|condition| {
            let (first, last) = days_in_force(order, condition);
            let first = version.applies_from.map_or(first, |from| first.max(from));
            let last = [before_replaced, before_withdrawn].into_iter().flatten().fold(last, Date::min);
            Run { condition: condition.clone(), first, last }
        })
        .filter(|run| run.first <= run.last)
        .collect()
}

/// What an end leaves of a run: nothing, one piece, or one on each side.
fn without(run: Run, end: &OrderEnd) -> Vec<Run> {
    if !end.is_about(&run.condition.paragraph) {
        return vec![run];
    }
    let before = end.from.yesterday().ok().map(|last| Run { last: run.last.min(last), ..run.clone() });
    let after = end
        .until
        .and_then(|last| last.tomorrow().ok())
        .map(|first| Run { first: run.first.max(first), ..run.clone() });
    before.into_iter().chain(after).filter(|run| run.first <= run.last).collect()
}
