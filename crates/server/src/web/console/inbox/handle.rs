//! Taking rows, giving them to a colleague, putting them to rest, together and apart: a page that says who and what is touched, and the act.

use std::collections::{BTreeSet, HashMap};

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::ToSpan;
use jiff::civil::{Time, Weekday};
use proviso_model::Timestamp;
use proviso_model::ids::{AlertId, CaseId};
use url::form_urlencoded::Serializer;

use crate::app::AppContext;
use crate::app::officer::allowed::Action;
use crate::app::officer::error::ActError;
use crate::app::officer::handle::{self, Handling, Kind, Preview, Touched};
use crate::app::officer::history::Names;
use crate::web::console::Console;
use crate::web::console::fault::Fault;
use crate::web::console::page::{Shell, Under, page_with};
use crate::web::console::signed_in::{Posted, SignedIn};
use crate::web::console::words;

/// The beginning of the name of an alert's field.
const ALERT: &str = "alert-";
/// At which hour what rests comes back.
const MORNING: Time = Time::constant(8, 0, 0, 0);

#[derive(Template)]
#[template(path = "console/handle.html")]
struct HandlePage {
    shell: Shell,
    kind: &'static str,
    title: &'static str,
    button: &'static str,
    /// What it does, in a sentence.
    means: &'static str,
    people: Vec<Person>,
    ids: Vec<String>,
    /// What is left out; empty for most.
    left: Vec<String>,
    /// Id and name of those who can be given it.
    colleagues: Vec<(String, String)>,
    asks_for_colleague: bool,
    /// Value and words of times.
    times: Vec<(String, String)>,
    until: String,
    reason: String,
    problem: Option<(&'static str, &'static str)>,
}

struct Person {
    case: String,
    name: String,
    alerts: Vec<Line>,
}

struct Line {
    href: String,
    text: String,
    /// Whose it is, and why it rests.
    notes: Vec<String>,
}

/// What a form says.
type Fields = HashMap<String, String>;

/// `GET /inbox/handle`: who and what would be touched.
pub async fn preview(
    State(console): State<Console>,
    signed_in: SignedIn,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let said = |name: &str| asked.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let kind = said("do").and_then(Kind::parse).unwrap_or(Kind::Take);
    let rows = asked.iter().filter(|(key, _)| key == "row").map(|(_, value)| value.as_str());
    let ids = ids(rows.flat_map(|row| row.split(',')))?;
    shown(&console.app, &signed_in, (kind, &ids), &Fields::new(), None).await
}

/// `POST /inbox/handle`: does it.
pub async fn handle(
    State(console): State<Console>,
    Posted { signed_in, form }: Posted<Fields>,
) -> Result<Response, Fault> {
    signed_in.session.who.require(Action::Decide)?;
    let said = |name: &str| form.get(name).map_or("", String::as_str);
    let kind = Kind::parse(said("do"));
    let kind = kind.ok_or_else(|| Fault::bad_request("The form does not say what is to be done."))?;
    let ticked = form.iter().filter(|(_, value)| value.as_str() == "on").map(|(name, _)| name.as_str());
    let row = said("row").split(',').filter(|one| !one.is_empty());
    let ids = ids(ticked.filter_map(|name| name.strip_prefix(ALERT)).chain(row))?;
    let handling = Handling {
        kind,
        to: said("to").parse().ok(),
        until: said("until").parse::<i64>().ok().map(Timestamp::from_micros),
        reason: said("reason").trim().to_owned(),
    };
    match handle::handle(&console.app, &signed_in.session.who, &ids, &handling).await {
        Ok(handled) => {
            let (done, left) = (handled.done.to_string(), handled.left.to_string());
            let mut to = Serializer::new(String::new());
            if !said("q").is_empty() {
                to.append_pair("q", said("q"));
            }
            to.append_pair("did", kind.as_str()).append_pair("n", &done).append_pair("left", &left);
            Ok(Redirect::to(&format!("/?{}", to.finish())).into_response())
        }
        Err(ActError::Conflict(why)) if !ids.is_empty() => {
            shown(&console.app, &signed_in, (kind, &ids), &form, Some(why)).await
        }
        Err(error) => Err(error.into()),
    }
}

fn ids<'a>(said: impl Iterator<Item = &'a str>) -> Result<BTreeSet<AlertId>, Fault> {
    let read: Result<BTreeSet<AlertId>, _> = said.map(str::parse).collect();
    read.map_err(|_| Fault::bad_request("The address is not as the page made it."))
}

async fn shown(
    ctx: &AppContext,
    signed_in: &SignedIn,
    (kind, ids): (Kind, &BTreeSet<AlertId>),
    form: &Fields,
    problem: Option<&'static str>,
) -> Result<Response, Fault> {
    let who = &signed_in.session.who;
    let preview = handle::preview(ctx, who, ids, kind).await?;
    let cases: BTreeSet<CaseId> = preview.people.iter().map(|one| one.case.id).collect();
    let colleagues = match kind {
        Kind::Assign => handle::colleagues(ctx, who, &cases).await?,
        _ => Vec::new(),
    };
    let names = Names::now(ctx).await?;
    let mut people = Vec::with_capacity(preview.people.len());
    for touched in &preview.people {
        people.push(person(ctx, touched, &names)?);
    }
    let said = |name: &str| form.get(name).cloned().unwrap_or_default();
    let (title, button, means) = in_words(kind);
    let field = if kind == Kind::Assign {
        "to"
    } else if kind == Kind::Rest {
        "reason"
    } else {
        "touched"
    };
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    page_with(
        status,
        &HandlePage {
            shell: Shell::new(title, Under::Inbox, signed_in),
            kind: kind.as_str(),
            title,
            button,
            means,
            ids: preview
                .people
                .iter()
                .flat_map(|one| &one.alerts)
                .map(|alert| alert.id.to_string())
                .collect(),
            left: left(&preview),
            people,
            asks_for_colleague: kind == Kind::Assign,
            colleagues: colleagues.into_iter().map(|(id, name)| (id.to_string(), name)).collect(),
            times: if kind == Kind::Rest { times(ctx.now()) } else { Vec::new() },
            until: said("until"),
            reason: said("reason"),
            problem: problem.map(|text| (field, text)),
        },
    )
}

fn person(ctx: &AppContext, touched: &Touched, names: &Names) -> Result<Person, Fault> {
    let zone = words::force_zone();
    let mut alerts = Vec::with_capacity(touched.alerts.len());
    for alert in &touched.alerts {
        let mut notes = Vec::new();
        if let Some((owner, since)) = alert.care.owner {
            notes.push(format!("{} has it since {}", names.of(owner), words::when(since, &zone).short));
        }
        if let Some(rest) = alert.resting(ctx.now()) {
            let reason = handle::rest_reason(ctx, &touched.case, rest)?;
            let (until, by) = (words::when(rest.until, &zone).short, names.of(rest.by));
            notes.push(format!("{by} put it to rest until {until}: {reason}"));
        }
        let seen = words::seen(alert.findings, alert.first_at, alert.last_at, &zone);
        alerts.push(Line {
            href: format!("/alerts/{}", alert.id),
            text: format!("Paragraph {}: {}. {seen}", alert.paragraph, alert.condition.in_words()),
            notes,
        });
    }
    Ok(Person { case: touched.case.id.to_string(), name: touched.person.name.clone(), alerts })
}

fn left(preview: &Preview) -> Vec<String> {
    let mut left = Vec::new();
    if preview.urgent > 0 {
        let urgent = words::counted(preview.urgent, "alert is", "alerts are");
        left.push(format!("{urgent} left out: they are to be looked at now, one by one."));
    }
    if preview.decided > 0 {
        let decided = words::counted(preview.decided, "alert has", "alerts have");
        left.push(format!("{decided} been decided since, and stay as they are."));
    }
    left
}

/// Title, button, and what it does.
fn in_words(kind: Kind) -> (&'static str, &'static str, &'static str) {
    match kind {
        Kind::Take => (
            "Take these alerts",
            "Take them",
            "Colleagues see that they are yours. The time that they may wait runs on.",
        ),
        Kind::GiveBack => (
            "Give these alerts back",
            "Give them back",
            "They are nobody’s then. The time that they may wait runs on.",
        ),
        Kind::Assign => (
            "Give these alerts to a colleague",
            "Give them",
            "Only colleagues are listed who may decide on all of these cases now. They see it in their inbox; no message is sent.",
        ),
        Kind::Rest => (
            "Put these alerts to rest",
            "Put them to rest",
            "They leave the inbox until the time that you choose, and come back at once when something new is found. The time that they may wait runs on, and your supervisor still sees them.",
        ),
        Kind::Wake => ("Bring these alerts back", "Bring them back", "They stand in the inbox again."),
        Kind::Together => (
            "Put these alerts into one row",
            "Put them into one row",
            "It changes how the inbox lists them and nothing else: each alert keeps its own findings, decision and log.",
        ),
        Kind::Apart => (
            "Put these alerts into a row apart",
            "Put them apart",
            "It changes how the inbox lists them and nothing else: each alert keeps its own findings, decision and log.",
        ),
        Kind::AsFolded => (
            "Let the inbox place these alerts",
            "Let the inbox place them",
            "They stand again with what was found on the same person under the same paragraph within a day.",
        ),
    }
}

/// Mornings to come, as a form and as an officer say them.
fn times(now: Timestamp) -> Vec<(String, String)> {
    let zone = words::force_zone();
    let instant = jiff::Timestamp::from_microsecond(now.as_micros()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let today = instant.to_zoned_datetime(zone.clone()).date();
    let monday = today.nth_weekday(1, Weekday::Monday).unwrap_or(today);
    let days = [
        Ok(today),
        today.checked_add(1.day()),
        Ok(monday),
        today.checked_add(7.days()),
        today.checked_add(27.days()),
    ];
    let mut times: Vec<(String, String)> = Vec::new();
    for day in days.into_iter().flatten() {
        let Ok(at) = zone.to_timestamp(day.to_datetime(MORNING)) else { continue };
        let at = Timestamp::from_micros(at.as_microsecond());
        let said = words::when(at, &zone);
        let one = (at.as_micros().to_string(), format!("{}, {}", said.day, said.clock));
        if at > now && !times.contains(&one) {
            times.push(one);
        }
    }
    times
}

#[cfg(test)]
mod tests {
    use super::times;
    use crate::app::officer::handle::REST_MILLIS_MAX;
    use proviso_model::Timestamp;

    #[test]
    fn mornings_to_come_are_within_what_an_alert_may_rest() {
        for now in
            ["2026-11-24T02:00:00Z", "2026-11-30T09:00:00Z", "2026-10-24T23:30:00Z", "2026-03-28T12:00:00Z"]
        {
            let now = Timestamp::parse(now).expect("an instant");
            let found = times(now);
            assert!((3..=5).contains(&found.len()), "{found:?}");
            for (micros, said) in found {
                let at = Timestamp::from_micros(micros.parse().expect("a number"));
                assert!(at > now && at.millis_since(now) <= REST_MILLIS_MAX, "{said}");
                assert!(said.ends_with("08:00"), "{said}");
            }
        }
    }
}
