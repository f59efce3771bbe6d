//! Civil days to instants: a condition runs from the first instant of its first day to the first instant after its last
//! day, in the order's time zone, also where a day has 23 or 25 hours.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use proviso_model::Timestamp;
use proviso_model::order::{Condition, Order};

use super::CompileError;

/// The first and the last day on which a condition runs, by the order alone.
pub(crate) fn days_in_force(order: &Order, condition: &Condition) -> (Date, Date) {
    let first = condition.from.unwrap_or(order.made_on).max(order.made_on);
    // Nothing is captured on days before consent was signed.
    let first = order.authority.consent_signed_on.map_or(first, |signed| first.max(signed));
    (first, condition.until.unwrap_or(order.expires_on).min(order.expires_on))
}

/// The first instant at which a condition runs and the first at which it no longer does.
pub(super) fn of(order: &Order, condition: &Condition) -> Result<(Timestamp, Timestamp), CompileError> {
    let (first, last) = days_in_force(order, condition);
    let after = last.tomorrow().map_err(|error| CompileError::Day(error.to_string()))?;
    let zone = jiff::tz::db().get(&order.timezone).map_err(|error| CompileError::Day(error.to_string()))?;
    Ok((start_of(first, &zone)?, start_of(after, &zone)?))
}

/// The first instant of a civil day.
pub(crate) fn start_of(day: Date, zone: &TimeZone) -> Result<Timestamp, CompileError> {
    let start = day.to_zoned_datetime(zone.clone()).and_then(|first| first.start_of_day());
    let start = start.map_err(|error| CompileError::Day(error.to_string()))?;
    Ok(Timestamp::from_micros(start.timestamp().as_microsecond()))
}
