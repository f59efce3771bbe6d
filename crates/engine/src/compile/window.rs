//! Civil days to instants: a condition runs from the first instant of its first day to the first instant after its last
//! day, in the order's time zone, also where a day has 23 or 25 hours.

use jiff::civil::Date;
use proviso_model::Timestamp;
use proviso_model::order::{Condition, Order};

use super::CompileError;

/// The first instant at which a condition runs and the first at which it no longer does.
pub(super) fn of(order: &Order, condition: &Condition) -> Result<(Timestamp, Timestamp), CompileError> {
    let first = condition.from.unwrap_or(order.made_on).max(order.made_on);
    // Nothing is captured on days before consent was signed.
    let first = order.authority.consent_signed_on.map_or(first, |signed| first.max(signed));
    let last = condition.until.unwrap_or(order.expires_on).min(order.expires_on);
    let after = last.tomorrow().map_err(|error| CompileError::Day(error.to_string()))?;
    Ok((start_of(first, &order.timezone)?, start_of(after, &order.timezone)?))
}

fn start_of(day: Date, zone: &str) -> Result<Timestamp, CompileError> {
    let zone = jiff::tz::db().get(zone).map_err(|error| CompileError::Day(error.to_string()))?;
    let start = day.to_zoned_datetime(zone).and_then(|first| first.start_of_day());
    let start = start.map_err(|error| CompileError::Day(error.to_string()))?;
    Ok(Timestamp::from_micros(start.timestamp().as_microsecond()))
}
