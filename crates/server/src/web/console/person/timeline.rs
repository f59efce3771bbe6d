//! A person's timeline in words: alerts, decisions, gaps and notices, newest first, under day headings.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use proviso_model::Timestamp;
use proviso_store::GapRow;

use crate::app::officer::clock;
use crate::app::officer::people::EnrolledDevice;
use crate::app::officer::person::{PersonView, TIMELINE_DAYS};
use crate::web::console::device_notice;
use crate::web::console::words::{self, When};

/// A day of the timeline.
pub struct TimelineDay {
    pub date: Date,
    pub name: String,
    pub items: Vec<Item>,
}

impl TimelineDay {
    /// The day as its heading is linked to.
    pub fn key(&self) -> String {
        self.date.to_string()
    }
}

/// One line of it.
pub struct Item {
    pub class: &'static str,
    pub at: When,
    pub text: String,
    pub detail: String,
    pub link: Option<String>,
}

/// What is said of an alert of which the order as known now covers nothing.
const OUTSIDE_IN_WORDS: &str =
    "The order as it is known now covers nothing of it. Do not act on it before review";

/// Prepares the timeline.
pub fn days(view: &PersonView, zone: &TimeZone) -> Vec<TimelineDay> {
    let mut items: Vec<(Timestamp, Item)> = Vec::new();
    let mut add = |at: Timestamp, class, text: String, detail: String, link| {
        items.push((at, Item { class, at: words::when(at, zone), text, detail, link }));
    };
    for alert in &view.alerts {
        add(
            alert.last_at,
            "finding",
            format!("Paragraph {}: {}", alert.paragraph, alert.condition.in_words()),
            format!(
                "{}. {}",
                words::seen(alert.findings, alert.first_at, alert.last_at, zone),
                if alert.is_outside() { OUTSIDE_IN_WORDS } else { state(alert.state) }
            ),
            Some(format!("/alerts/{}", alert.id)),
        );
    }
    for (decision, officer) in &view.decisions {
        add(
            decision.decided_at,
            "decision",
            format!("Decision: {}", decision.outcome.in_words()),
            officer.clone(),
            Some(format!("/alerts/{}", decision.alert)),
        );
    }
    for gap in &view.gaps {
        let (text, length) = gap_in_words(view, gap);
        add(gap.from, "gap", text, length, None);
    }
    for (notice, facts) in &view.about_devices {
        let (row, device) = (&notice.row, words::device(&facts.system));
        let link = Some(format!("#notice-{}", row.id));
        add(row.at, "notice", format!("{device}: {}", device_notice::title(row.kind)), String::new(), link);
    }
    for notice in &view.notices {
        add(notice.shown_at, "notice", notice_in_words(&notice.response).to_owned(), String::new(), None);
    }
    for statement in &view.statements {
        add(
            statement.about.unwrap_or(statement.written_at),
            "notice",
            format!("Written on the person’s page: {}", statement.of.in_words()),
            statement.text.clone(),
            None,
        );
    }
    for EnrolledDevice { row: device, facts, .. } in &view.devices {
        add(
            device.enrolled_at,
            "notice",
            format!("{} was enrolled", words::device(&facts.system)),
            String::new(),
            None,
        );
    }
    items.extend(visits(view, zone));
    items.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let mut days: Vec<TimelineDay> = Vec::new();
    for (at, item) in items {
        let date = clock::day_of(&view.order, at);
        match days.last_mut() {
            Some(day) if day.date == date => day.items.push(item),
            _ => days.push(TimelineDay { date, name: item.at.day.clone(), items: vec![item] }),
        }
    }
    days
}

/// What became of a notice.
fn notice_in_words(response: &str) -> &'static str {
    match response {
        "acknowledged" => "The notice was shown and acknowledged",
        "refused" => "The notice was shown; the answer was a refusal. Monitoring under the order goes on",
        _ => "The notice was shown",
    }
}

/// Visits, recorded or filed.
fn visits(view: &PersonView, zone: &TimeZone) -> Vec<(Timestamp, Item)> {
    let item = |at, text, detail, link| {
        (at, Item { class: "notice", at: words::when(at, zone), text, detail, link: Some(link) })
    };
    let recorded = view.recorded.iter().map(|note| {
        let link = format!("/people/{}/visit-records/{}", view.case.id, note.row.id);
        let text = format!("Visit: {}", note.words.met.in_words());
        item(note.row.visited_at, text, note.officer.clone(), link)
    });
    let filed = view.visits.iter().map(|visit| {
        let link = format!("/people/{}/visits/{}", view.case.id, visit.row.hash);
        item(visit.row.started_at, "A device was looked at".to_owned(), String::new(), link)
    });
    let since = view.now.plus_days(-TIMELINE_DAYS);
    recorded.chain(filed).filter(|(at, _)| *at >= since).collect()
}

/// What a gap was, and how long it lasted.
fn gap_in_words(view: &PersonView, gap: &GapRow) -> (String, String) {
    let length = match gap.until {
        Some(until) => format!("Lasted {}", words::span(until.millis_since(gap.from))),
        None => format!("Still lasts, {} so far", words::span(view.now.millis_since(gap.from))),
    };
    let is_outside = view.under_the_order(gap.from, gap.until.unwrap_or(view.now)).is_empty();
    let outside = if is_outside { ". Not under the order, which did not run then" } else { "" };
    let watched = if gap.cause.is_partial() { "Watched in part" } else { "Not watched" };
    let text = format!("{watched} ({}): {}", words::source(gap.source), gap.cause.in_words());
    (text, format!("{length}{outside}"))
}

fn state(state: proviso_model::AlertState) -> &'static str {
    match state {
        proviso_model::AlertState::New => "Nobody has opened it",
        proviso_model::AlertState::Opened => "Opened, not decided",
        proviso_model::AlertState::Decided => "Decided",
    }
}
