//! How long a case is kept: a review is due when its order has ended and on dated reviews after that, somebody decides, and the decision is
//! on record. Nothing is destroyed by a date alone, and nothing is kept without somebody having looked.

pub mod act;
mod rules;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use proviso_model::Timestamp;
use proviso_model::ids::CaseId;
use proviso_store::{CaseRow, CaseState, LegalHold, RetentionKind, RetentionRow};

use super::AppContext;
use super::late;
use super::officer::FORCE_ZONE;
use super::officer::error::ActError;
use crate::keys::case::Purpose;

pub use rules::{RetentionRules, RetentionRulesError};

/// Days for which a proposal to destroy a case waits for a second officer.
pub const PROPOSAL_DAYS: i64 = 14;

/// How a case stands.
#[derive(Debug, Clone)]
pub struct Review {
    /// The case.
    pub case: CaseRow,
    /// The last day on which a paragraph of its order runs; `None` where no day of it is left.
    pub order_until: Option<Date>,
    /// Whether that day is over.
    pub is_over: bool,
    /// The day on which somebody must have looked at it.
    pub due_on: Date,
    /// How soon that is.
    pub due: Due,
    /// What forbids destroying it.
    pub hold: Option<LegalHold>,
    /// The proposal to destroy it that waits for a second officer.
    pub proposal: Option<RetentionRow>,
    /// What was decided, oldest first.
    pub decided: Vec<RetentionRow>,
}

/// How soon a review is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Due {
    /// Its day is over, by so many days.
    Overdue(i64),
    /// Its day is today or comes soon, in so many days.
    Soon(i64),
    /// Its day comes later.
    Later,
}

impl Due {
    /// The word for programs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Overdue(_) => "overdue",
            Self::Soon(_) => "soon",
            Self::Later => "later",
        }
    }
}

/// The zone of days that belong to no order.
#[must_use]
pub fn zone() -> TimeZone {
    TimeZone::get(FORCE_ZONE).unwrap_or(TimeZone::UTC)
}

/// The civil day of an instant, where the force is.
#[must_use]
pub fn day_of(at: Timestamp) -> Date {
    let instant = jiff::Timestamp::from_microsecond(at.as_micros()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    zone().to_datetime(instant).date()
}

/// Whole days from one day to another.
fn days(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}

/// The proposal that waits still at `now`.
#[must_use]
pub fn waiting(rows: &[RetentionRow], now: Timestamp) -> Option<&RetentionRow> {
    let mut waiting = rows.iter().filter(|row| row.kind == RetentionKind::Destroy && row.ended.is_none());
    waiting.find(|row| now < row.decided_at.plus_days(PROPOSAL_DAYS))
}

/// The day on which a review is due: that of the last decision to keep it, or the first of a case that nobody reviewed; and in any
/// case the day after its order ended, unless somebody decided since.
fn due_on(rules: RetentionRules, opened: Date, order_until: Option<Date>, decided: &[RetentionRow]) -> Date {
    let kept = decided.iter().rev().find(|row| row.kind == RetentionKind::Keep);
    let until = kept.and_then(|row| row.keep_until.as_deref()?.parse::<Date>().ok());
    let planned = until.unwrap_or_else(|| rules::later(opened, rules.months_running));
    let decided_on = kept.map(|row| day_of(row.decided_at));
    match order_until.and_then(|last| last.tomorrow().ok()) {
        Some(end) if decided_on.is_none_or(|on| on < end) => planned.min(end),
        _ => planned,
    }
}

/// How one case stands, with what was decided about it.
///
/// # Errors
/// [`ActError`].
pub async fn of_case(
    ctx: &AppContext,
    case: CaseRow,
    decided: Vec<RetentionRow>,
) -> Result<Review, ActError> {
    let now = ctx.now();
    let known = late::known(ctx, &ctx.case_keys(case.id)?).await?;
    let runs = known.order.stretches().map_err(late::LateError::from)?;
    let order_until = runs.last().map(|(_, until)| known.order.day_of(until.plus_millis(-1)));
    let is_over = runs.last().is_none_or(|(_, until)| *until <= now);
    // Nothing of the order is left, as after it was quashed: it is over since it was said.
    let ended = order_until.or_else(|| is_over.then(|| day_of(case.created_at)));
    let due_on = due_on(ctx.retention, day_of(case.created_at), ended, &decided);
    let left = days(day_of(now), due_on);
    let due = match left {
        ..0 => Due::Overdue(-left),
        left if left <= i64::from(ctx.retention.soon_days) => Due::Soon(left),
        _ => Due::Later,
    };
    Ok(Review {
        order_until,
        is_over,
        due_on,
        due,
        hold: ctx.store.legal_hold(case.id).await?,
        proposal: waiting(&decided, now).cloned(),
        decided,
        case,
    })
}

/// How every case stands that `may` lets through, what waits longest first.
///
/// # Errors
/// [`ActError`].
pub async fn list(ctx: &AppContext, may: impl Fn(&CaseRow) -> bool) -> Result<Vec<Review>, ActError> {
    let every = ctx.store.retention_list(None).await?;
    let mut found = Vec::new();
    for case in ctx.store.case_list(None).await? {
        if case.state == CaseState::Destroyed || !may(&case) {
            continue;
        }
        let decided = every.iter().filter(|row| row.case == case.id).cloned().collect();
        found.push(of_case(ctx, case, decided).await?);
    }
    found.sort_by_key(|review| (review.due_on, review.case.created_at));
    Ok(found)
}

/// The reason of a decision.
///
/// # Errors
/// [`ActError`].
pub fn reason(ctx: &AppContext, case: CaseId, sealed: &[u8]) -> Result<String, ActError> {
    if sealed.is_empty() {
        return Ok(String::new());
    }
    let opened = ctx.unseal(case, Purpose::Retention, sealed)?;
    Ok(String::from_utf8_lossy(&opened).into_owned())
}

#[cfg(test)]
mod tests {
    use jiff::civil::Date;
    use proviso_model::Timestamp;
    use proviso_model::ids::{CaseId, RetentionId};
    use proviso_store::{RetentionKind, RetentionRow};

    use super::{RetentionRules, due_on};

    fn day(text: &str) -> Date {
        text.parse().expect("a day")
    }

    fn kept(on: &str, until: &str) -> RetentionRow {
        RetentionRow {
            id: RetentionId::random([1; 16]),
            case: CaseId::random([2; 16]),
            kind: RetentionKind::Keep,
            keep_until: Some(until.to_owned()),
            why: None,
            decided_at: Timestamp::parse(&format!("{on}T12:00:00Z")).expect("an instant"),
            decided_by: "officer:two".to_owned(),
            sealed: Vec::new(),
            ended: None,
        }
    }

    #[test]
    fn a_review_is_due_when_the_order_has_ended_and_on_the_day_that_was_decided() {
        let rules = RetentionRules::default();
        let opened = day("2026-03-02");
        for (why, until, decided, expected) in [
            ("nobody looked yet, the order runs long", Some("2031-03-01"), vec![], "2029-03-02"),
            ("its order ends before that", Some("2027-03-01"), vec![], "2027-03-02"),
            ("kept until a day", Some("2031-03-01"), vec![kept("2026-06-01", "2028-01-10")], "2028-01-10"),
            (
                "an end of the order comes first: it was not known what would be left",
                Some("2027-03-01"),
                vec![kept("2026-06-01", "2028-01-10")],
                "2027-03-02",
            ),
            (
                "decided after the end",
                Some("2027-03-01"),
                vec![kept("2026-06-01", "2028-01-10"), kept("2027-03-02", "2028-03-02")],
                "2028-03-02",
            ),
        ] {
            let found = due_on(rules, opened, until.map(day), &decided);
            assert_eq!(found, day(expected), "{why}");
        }
    }
}
