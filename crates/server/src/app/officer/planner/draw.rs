//! The draw of a week: who is visited by chance.

use proviso_ledger::hash::domain_hash;
use proviso_model::Timestamp;
use proviso_model::ids::CaseId;
use proviso_store::VisitDrawRow;

use crate::app::AppContext;
use crate::app::officer::FORCE_ZONE;
use crate::app::officer::error::ActError;
use crate::app::officer::who::Who;

/// One of so many people is drawn in a week: each about once in a quarter.
pub const ONE_IN: u64 = 13;
/// For so many days a draw holds for who was not met since.
pub const DRAW_DAYS: i64 = 28;

/// The draws that hold, the one of this week first: it is made where it is not there yet.
pub(super) async fn draws(
    ctx: &AppContext,
    who: &Who,
    now: Timestamp,
) -> Result<Vec<VisitDrawRow>, ActError> {
    let week = week_of(now);
    let mut draws = ctx.store.visit_draw_list(now.plus_days(-DRAW_DAYS)).await?;
    if !draws.iter().any(|draw| draw.week == week) {
        let row = VisitDrawRow { week: week.clone(), seed: ctx.random(), one_in: ONE_IN, drawn_at: now };
        let kept =
            ctx.logged(&who.actor(), "visit-draw", None, &week, ctx.store.visit_draw_keep(&row)).await?;
        draws.insert(0, kept);
    }
    draws.sort_by_key(|draw| std::cmp::Reverse(draw.week == week));
    Ok(draws)
}

/// The week of an instant, as ISO 8601 writes it.
#[must_use]
pub fn week_of(at: Timestamp) -> String {
    let zone = jiff::tz::TimeZone::get(FORCE_ZONE).unwrap_or(jiff::tz::TimeZone::UTC);
    let instant = jiff::Timestamp::from_microsecond(at.as_micros()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let week = instant.to_zoned_datetime(zone).date().iso_week_date();
    format!("{:04}-W{:02}", week.year(), week.week())
}

/// Whether a draw names a case: by its seed and the number of the case alone, so that anybody can draw again.
#[must_use]
pub fn is_drawn(draw: &VisitDrawRow, case: CaseId) -> bool {
    let lot = domain_hash("proviso/visit-draw/v1", &[&draw.seed, case.as_bytes()]);
    let first = lot.iter().take(8).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    first.checked_rem(draw.one_in) == Some(0)
}

#[cfg(test)]
mod tests {
    use proviso_model::Timestamp;
    use proviso_model::ids::CaseId;
    use proviso_store::VisitDrawRow;

    use super::{ONE_IN, is_drawn, week_of};

    #[test]
    fn a_draw_names_the_same_people_again_and_about_one_in_thirteen() {
        let at = Timestamp::parse("2027-01-03T12:00:00Z").expect("an instant");
        assert_eq!(week_of(at), "2026-W53");
        let draw = |seed| VisitDrawRow { week: week_of(at), seed: [seed; 32], one_in: ONE_IN, drawn_at: at };
        let cases: Vec<CaseId> = (0..13_000_u32)
            .map(|nth| {
                let mut bytes = [0; 16];
                bytes.iter_mut().zip(nth.to_be_bytes()).for_each(|(place, byte)| *place = byte);
                CaseId::from_bytes(bytes)
            })
            .collect();
        let named = |seed| cases.iter().filter(|case| is_drawn(&draw(seed), **case)).count();
        assert_eq!(named(1), named(1));
        // Of 13,000 a thousand; five standard deviations are 152.
        assert!(
            (848..1_152).contains(&named(1)) && (848..1_152).contains(&named(2)),
            "{} {}",
            named(1),
            named(2)
        );
        let both =
            cases.iter().filter(|case| is_drawn(&draw(1), **case) && is_drawn(&draw(2), **case)).count();
        assert!(both < 150, "another week names others: {both}");
        assert!(!cases.iter().any(|case| is_drawn(&VisitDrawRow { one_in: 0, ..draw(1) }, *case)));
    }
}
