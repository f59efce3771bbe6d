//! By when an alert should have been looked at, from its priority.

use proviso_model::{AlertState, Timestamp};
use proviso_store::{AlertRow, Priority};

const HOUR_MILLIS: i64 = 3_600_000;

/// How long an alert of a priority may wait for a decision, in milliseconds.
#[must_use]
pub fn may_wait_millis(priority: Priority) -> i64 {
    match priority {
        Priority::Now => HOUR_MILLIS,
        Priority::Today => 24 * HOUR_MILLIS,
        Priority::ThisWeek => 7 * 24 * HOUR_MILLIS,
        Priority::NextVisit => 28 * 24 * HOUR_MILLIS,
    }
}

/// Where an alert stands against its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// So many milliseconds are left.
    In(i64),
    /// It has been overdue for so many milliseconds.
    Overdue(i64),
    /// It is not to be acted on before review: the order as known now covers nothing of it.
    AfterReview,
    /// Decided.
    Settled,
}

/// Where `alert` stands at `now`.
#[must_use]
pub fn due(alert: &AlertRow, now: Timestamp) -> Due {
    if alert.state == AlertState::Decided {
        return Due::Settled;
    }
    if alert.is_outside() {
        return Due::AfterReview;
    }
    let left = alert.raised_at.plus_millis(may_wait_millis(alert.priority)).millis_since(now);
    if left >= 0 { Due::In(left) } else { Due::Overdue(-left) }
}
