//! How often pictures were unveiled, by whom and when: told where pictures are shown, for the sake of those who look.

use jiff::ToSpan as _;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use proviso_model::Timestamp;
use proviso_store::AuditFilter;

use super::FORCE_ZONE;
use super::error::ActError;
use super::history;
use crate::app::AppContext;

/// The act of unveiling a picture.
pub const UNVEIL: &str = "picture-unveil";
/// Unveilings of one picture that are told one by one.
pub const SHOWN_MAX: u32 = 5;

/// Somebody unveiled a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unveiling {
    /// Who.
    pub officer: String,
    /// When.
    pub at: Timestamp,
}

/// How many pictures an officer unveiled; the days are those of the force's time zone, weeks begin on Monday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Unveiled {
    /// Since midnight.
    pub today: u64,
    /// Since Monday.
    pub this_week: u64,
}

/// The newest unveilings of a record's picture, and how many there are.
///
/// # Errors
/// The store's.
pub async fn of_picture(ctx: &AppContext, record: &[u8; 32]) -> Result<(Vec<Unveiling>, u64), ActError> {
    let filter = AuditFilter {
        act: UNVEIL.to_owned(),
        since: Timestamp::from_micros(0),
        actor: None,
        object: Some(hex::encode(record)),
    };
    let mut shown = Vec::new();
    for row in ctx.store.audit_of_act(&filter, SHOWN_MAX).await? {
        let officer = history::actor_name(ctx, &row.entry.actor).await?;
        shown.push(Unveiling { officer, at: row.entry.opened_at });
    }
    Ok((shown, ctx.store.audit_count(&filter).await?))
}

/// What an officer, by the name of the log, unveiled.
///
/// # Errors
/// The store's.
pub async fn of_officer(ctx: &AppContext, actor: &str) -> Result<Unveiled, ActError> {
    let (day, week) = begins(ctx.now());
    let count = async |since| {
        let filter =
            AuditFilter { act: UNVEIL.to_owned(), since, actor: Some(actor.to_owned()), object: None };
        ctx.store.audit_count(&filter).await
    };
    Ok(Unveiled { today: count(day).await?, this_week: count(week).await? })
}

/// When the day and the week of `now` began.
pub(super) fn begins(now: Timestamp) -> (Timestamp, Timestamp) {
    let zone = TimeZone::get(FORCE_ZONE).unwrap_or(TimeZone::UTC);
    let instant = jiff::Timestamp::from_microsecond(now.as_micros()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let today = instant.to_zoned_datetime(zone.clone()).date();
    let monday = today.saturating_sub(i64::from(today.weekday().since(Weekday::Monday)).days());
    // A day that has no midnight begins with its first instant.
    let start = |date: jiff::civil::Date| {
        let begin = zone.to_ambiguous_zoned_datetime(date.at(0, 0, 0, 0)).compatible();
        begin.map_or(now, |begin| Timestamp::from_micros(begin.timestamp().as_microsecond()))
    };
    (start(today), start(monday))
}

#[cfg(test)]
mod tests {
    use super::begins;
    use proviso_model::Timestamp;

    #[test]
    fn a_day_begins_at_midnight_and_a_week_on_monday_in_the_force_s_own_time() {
        let at = |text| Timestamp::parse(text).expect("an instant");
        for (now, day, week) in [
            // A Sunday and a Monday, half an hour apart, in summer time.
            ("2026-07-05T22:45:00Z", "2026-07-04T23:00:00Z", "2026-06-28T23:00:00Z"),
            ("2026-07-05T23:15:00Z", "2026-07-05T23:00:00Z", "2026-07-05T23:00:00Z"),
            // The Sunday on which summer time ends.
            ("2026-10-25T12:00:00Z", "2026-10-24T23:00:00Z", "2026-10-18T23:00:00Z"),
        ] {
            assert_eq!(begins(at(now)), (at(day), at(week)), "{now}");
        }
    }
}
