//! Facts of a case as plain text, to be pasted into a register of the force's (ViSOR, MAPPS). What officers did and what devices told;
//! nothing that was captured, and no score. Letters that old systems do not know are written with those that they do.

use std::fmt::Write as _;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use jiff::tz::TimeZone;
use proviso_engine::coverage::{Cause, cause_in_words};
use proviso_model::Timestamp;
use proviso_model::ids::CaseId;

use super::Console;
use super::fault::Fault;
use super::outside;
use super::page::{Shell, Under, page};
use super::people;
use super::signed_in::SignedIn;
use super::visit_pack::{action_line, span};
use super::words;
use crate::app::officer::clock;
use crate::app::officer::person::{self, PersonView, TIMELINE_DAYS};

#[derive(Template)]
#[template(path = "console/case_text.html")]
struct TextPage {
    shell: Shell,
    case: String,
    person: String,
    text: String,
    lines: usize,
    days: i64,
}

/// `GET /people/{case}/text`. Logged as a disclosure before anything is read.
pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let id = id.parse::<CaseId>().map_err(|_| Fault::not_found())?;
    let who = &signed_in.session.who;
    let view = person::as_text(&console.app, who, id).await?;
    let text = plain(&text(&view, &who.name));
    page(&TextPage {
        shell: Shell::new("Text for ViSOR or MAPPS", Under::People, &signed_in),
        case: id.to_string(),
        person: view.person.name,
        lines: text.lines().count().clamp(10, 30),
        text,
        days: TIMELINE_DAYS,
    })
}

/// A time, in UTC and in the order's zone.
fn both(at: Timestamp, zone: &TimeZone) -> String {
    let when = words::when(at, zone);
    let utc = when.utc.get(..16).unwrap_or(&when.utc);
    format!("{utc} UTC ({} {})", when.local, when.zone)
}

/// The text. Writing into a string does not fail.
fn text(view: &PersonView, by: &str) -> String {
    let zone = words::zone(&view.order.timezone);
    let today = clock::day_of(&view.order, view.now);
    let mut out = String::new();
    let mut say = |line: &str| {
        let _ = writeln!(out, "{line}");
    };
    say("PROVISO: FACTS OF A CASE");
    say(&format!(
        "Person: {}. Order: {}. Officer in charge: {}.",
        view.person.name, view.order.reference, view.officer
    ));
    say(&format!("Written {} by {by}. Covers the {TIMELINE_DAYS} days before.", both(view.now, &zone)));
    say("\nORDER");
    for one in &view.order.conditions {
        let state = clock::of(&view.order, one, &view.ends, today).in_words(today);
        say(&format!("- Paragraph {} ({}): {state}.", one.paragraph, one.kind.in_words()));
    }
    for end in view.ends.iter().filter(|row| row.withdrawn_at.is_none()) {
        say(&format!("- {}.", outside::ended(&end.end)));
    }
    say("\nDEVICES");
    devices(view, &zone, &mut say);
    say("\nALERTS AND DECISIONS");
    say(
        "What raised an alert is a rule's opinion on what was captured. It names an account on a device, never who used it.",
    );
    alerts(view, &zone, &mut say);
    say("\nVISITS");
    visits(view, &zone, &mut say);
    out
}

fn devices(view: &PersonView, zone: &TimeZone, say: &mut impl FnMut(&str)) {
    if view.devices.is_empty() {
        say("- No device is enrolled: nothing is watched.");
    }
    for (one, minutes) in view.devices.iter().zip(&view.coverage) {
        let line = people::device(one, view.now);
        say(&format!(
            "- {}, account {}: {}; last heard of {}.",
            line.name,
            one.facts.account,
            line.state,
            both(one.row.seen_at, zone)
        ));
        let ledger = &minutes.ledger;
        say(&format!(
            "  Last 7 days: {} under the order, {} watched, {} not watched.",
            span(ledger.minutes()),
            span(ledger.watched()),
            span(ledger.in_gaps())
        ));
        let mut causes: Vec<(Cause, u64)> = Vec::new();
        for entry in &ledger.entries {
            let Some(cause) = entry.gap else { continue };
            match causes.iter_mut().find(|(known, _)| *known == cause) {
                Some((_, minutes)) => *minutes += entry.minutes,
                None => causes.push((cause, entry.minutes)),
            }
        }
        causes.sort_by_key(|(cause, minutes)| (std::cmp::Reverse(*minutes), *cause));
        for (cause, minutes) in causes {
            say(&format!("  Not watched {}: {}.", span(minutes), cause_in_words(cause)));
        }
        for act in &one.acts {
            let until = act
                .until
                .map_or_else(|| "no end entered".to_owned(), |at| format!("until {}", both(at, zone)));
            say(&format!("  Entered: {}, from {}, {until}.", act.kind.in_words(), both(act.from, zone)));
        }
    }
}

fn alerts(view: &PersonView, zone: &TimeZone, say: &mut impl FnMut(&str)) {
    let older = view.open.iter().filter(|open| !view.alerts.iter().any(|alert| alert.id == open.id));
    let all: Vec<_> = view.alerts.iter().chain(older).filter(|alert| !alert.is_outside()).collect();
    if all.is_empty() {
        say("- None. That nothing was raised is no sign that nothing happened.");
    }
    for alert in all {
        let times = match alert.findings {
            0 | 1 => format!("seen once, {}", both(alert.first_at, zone)),
            count => format!(
                "seen {count} times, from {} to {}",
                both(alert.first_at, zone),
                both(alert.last_at, zone)
            ),
        };
        say(&format!("- Paragraph {} ({}): {times}.", alert.paragraph, alert.condition.in_words()));
        let mut decided = view.decisions.iter().filter(|(row, _)| row.alert == alert.id).peekable();
        if decided.peek().is_none() {
            say("  Not decided.");
        }
        for (row, officer) in decided {
            say(&format!(
                "  Decision, {} by {officer}: {}.",
                both(row.decided_at, zone),
                row.outcome.in_words()
            ));
        }
    }
}

fn visits(view: &PersonView, zone: &TimeZone, say: &mut impl FnMut(&str)) {
    let since = view.now.plus_days(-TIMELINE_DAYS);
    let today = clock::day_of(&view.order, view.now);
    let mut any = false;
    for note in view.recorded.iter().filter(|note| note.row.visited_at >= since) {
        any = true;
        say(&format!(
            "- {} by {}: {}.",
            both(note.row.visited_at, zone),
            note.officer,
            note.words.met.in_words()
        ));
        if !note.words.present.is_empty() {
            say(&format!("  Present: {}", note.words.present));
        }
        say(&format!("  Seen and said: {}", note.words.seen));
        for one in &note.words.devices {
            say(&format!("  {}: {}. {}", one.name, one.how.in_words(), one.note));
        }
        for one in &note.words.answers {
            say(&format!(
                "  Asked about {} from {} ({}): {}",
                one.name,
                both(one.from, zone),
                one.why,
                one.answer
            ));
        }
    }
    for visit in view.visits.iter().filter(|visit| visit.row.started_at >= since) {
        any = true;
        say(&format!(
            "- {}: a device was looked at; record {}.",
            both(visit.row.started_at, zone),
            visit.row.hash
        ));
    }
    if !any {
        say("- None on record.");
    }
    for one in view.agreed.iter().filter(|one| one.is_open()) {
        say(&format!("- To do: {}.", action_line(one, today, zone)));
    }
}

/// With the plain letters for quotation marks and dashes.
fn plain(text: &str) -> String {
    text.replace(['\u{2018}', '\u{2019}'], "'")
        .replace(['\u{201c}', '\u{201d}'], "\"")
        .replace(['\u{2013}', '\u{2014}'], "-")
        .replace('\u{a0}', " ")
}
