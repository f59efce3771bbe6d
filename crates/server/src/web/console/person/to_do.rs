//! What comes first on a person's page: what waits, and with nothing waiting whether that is quiet or silence.

use jiff::tz::TimeZone;

use crate::app::officer::clock;
use crate::app::officer::person::PersonView;
use crate::app::officer::priority::due;
use crate::web::console::inbox::due_in_words;
use crate::web::console::visit_pack::{action_line, span};
use crate::web::console::words;

/// Alerts that are listed; the inbox has the others.
const ALERTS_MAX: usize = 5;
/// A device that has not been heard of for so long is called silent, in milliseconds.
const SILENT_MILLIS: i64 = 15 * 60_000;

/// An alert that waits.
pub struct OpenLine {
    pub id: String,
    pub what: String,
    pub seen: String,
    pub due: String,
    pub overdue: bool,
}

/// The section.
pub struct ToDo {
    pub open: Vec<OpenLine>,
    /// How many more there are.
    pub more: usize,
    /// With nothing open, what that is worth.
    pub nothing: String,
    /// What was agreed at visits and is open.
    pub agreed: Vec<String>,
}

/// Prepares the section.
pub fn of(view: &PersonView, zone: &TimeZone) -> ToDo {
    let today = clock::day_of(&view.order, view.now);
    let open = view.open.iter().map(|alert| {
        let (due, overdue) = due_in_words(due(alert, view.now));
        OpenLine {
            id: alert.id.to_string(),
            what: format!("Paragraph {}: {}", alert.paragraph, alert.condition.in_words()),
            seen: words::seen(alert.findings, alert.first_at, alert.last_at, zone),
            due,
            overdue,
        }
    });
    ToDo {
        open: open.take(ALERTS_MAX).collect(),
        more: view.open.len().saturating_sub(ALERTS_MAX),
        nothing: format!("No alert waits for a decision. {}", quiet_or_silent(view)),
        agreed: view
            .agreed
            .iter()
            .filter(|one| one.is_open())
            .map(|one| action_line(one, today, zone))
            .collect(),
    }
}

/// What it is worth that nothing is there: silence is never quiet.
pub fn quiet_or_silent(view: &PersonView) -> String {
    if view.devices.is_empty() {
        return "No device is enrolled, so nothing is watched: this says nothing.".to_owned();
    }
    let is_heard = |at: &proviso_model::Timestamp| view.now.millis_since(*at) < SILENT_MILLIS;
    let watching = view.devices.iter().filter(|one| one.row.watching && is_heard(&one.row.seen_at)).count();
    let (under, watched) = view
        .coverage
        .iter()
        .fold((0, 0), |(under, watched), one| (under + one.ledger.minutes(), watched + one.ledger.watched()));
    let week = match under {
        0 => String::new(),
        _ => format!(
            " In the last seven days {} of {} under the order were watched; what happened in the rest is not known.",
            span(watched),
            span(under)
        ),
    };
    let all = view.devices.len();
    match (watching, watched) {
        (0, 0) => "No device is heard of and watching, and none was in the last seven days: this is silence, and says nothing.".to_owned(),
        (0, _) => format!("No device is heard of and watching now: this is silence.{week}"),
        _ if watching < all => format!(
            "{watching} of {} watch now; of the others silence says nothing.{week}",
            words::counted(all, "device", "devices")
        ),
        _ => format!("Every device is heard of and watches.{week}"),
    }
}
