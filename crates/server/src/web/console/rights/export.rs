//! The document with what may be given to a person who asks what is held of them: plain HTML that opens anywhere and prints.

use askama::Template;
use jiff::tz::TimeZone;
use proviso_model::Timestamp;

use super::super::fault::Fault;
use super::super::words;
use crate::app::rights::export::Export;
use crate::app::rights::in_words;

#[derive(Template)]
#[template(path = "console/rights_export.html")]
struct Document<'e> {
    made: &'e Export,
    made_at: String,
    opened_at: String,
    made_on: String,
    expires_on: String,
    review_on: String,
    devices: Vec<String>,
    alerts: Vec<String>,
    statements: Vec<(String, String)>,
    visits: Vec<String>,
    bundles: Vec<String>,
    /// From which force, and when.
    received: Vec<(String, String)>,
    handed_over: Vec<String>,
    asked: Vec<(String, String, String)>,
    looked: String,
}

/// The document.
///
/// # Errors
/// When it cannot be rendered.
pub fn document(made: &Export) -> Result<String, Fault> {
    let zone = words::zone(&made.order.timezone);
    let day = |at: Timestamp| words::when(at, &zone).date;
    let document = Document {
        made_at: words::when(made.made_at, &zone).local,
        opened_at: day(made.opened_at),
        made_on: words::day(made.order.made_on),
        expires_on: words::day(made.order.expires_on),
        review_on: words::day(made.review_on),
        devices: devices(made, &zone),
        alerts: alerts(made, &zone),
        statements: made
            .statements
            .iter()
            .map(|one| (words::when(one.written_at, &zone).local, one.text.clone()))
            .collect(),
        visits: made.visits.iter().map(|at| day(*at)).collect(),
        bundles: made.bundles.iter().map(|at| day(*at)).collect(),
        received: made.received.iter().map(|(from, at)| (from.clone(), day(*at))).collect(),
        handed_over: made.handed_over.iter().map(|at| day(*at)).collect(),
        asked: made
            .asked
            .iter()
            .map(|(asked, text, reply)| {
                let head = format!("{}, received {}", in_words(asked.row.kind), asked.row.received_on);
                (head, text.clone(), reply.clone())
            })
            .collect(),
        looked: made.looked.all.in_words(),
        made,
    };
    document.render().map_err(|error| Fault::broken(format!("the document could not be made: {error}")))
}

fn devices(made: &Export, zone: &TimeZone) -> Vec<String> {
    let line = |one: &crate::app::rights::export::Device| {
        let state = if one.is_active { "enrolled" } else { "no longer enrolled" };
        let since = words::when(one.enrolled_at, zone).local;
        format!("{}, account {}: {state}; enrolled {since}", one.system, one.account)
    };
    made.devices.iter().map(line).collect()
}

fn alerts(made: &Export, zone: &TimeZone) -> Vec<String> {
    let line = |one: &crate::app::rights::export::Decided| {
        let (first, last) = (words::when(one.seen.0, zone).local, words::when(one.seen.1, zone).local);
        let seen = if first == last { first } else { format!("{first} to {last}") };
        let decided = one.decided.map_or_else(String::new, |(at, outcome)| {
            format!(" An officer decided on {}: {}.", words::when(at, zone).date, outcome.in_words())
        });
        let findings = words::counted(usize::try_from(one.findings).unwrap_or(0), "finding", "findings");
        format!("Paragraph {}: {findings}, observed {seen}.{decided}", one.paragraph)
    };
    made.alerts.iter().map(line).collect()
}
