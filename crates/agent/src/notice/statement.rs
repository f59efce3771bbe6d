//! Where the supervised person may write: a fault, an accident, an explanation. Behind the PIN, sealed into the record, never needed.

use askama::Template;
use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use proviso_model::Timestamp;
use proviso_model::limits::STATEMENT_BYTES_MAX;
use proviso_model::statement::StatementKind;
use serde::Deserialize;

use super::answer::{html, problem, see_other};
use super::language::Say;
use super::page::{Page, Shared, ask_for_pin, no_policy, stale};
use super::visits::same;
use crate::daemon::core_thread::Ask;

const CHOOSE: &str = "Choose what it is.";
const EMPTY: &str = "Write something, or go back.";
const TOO_LONG: &str = "That is too long. Shorten it, or write it in two parts.";
const NOT_YET: &str = "That time has not come yet.";
const NO_TIME: &str = "That is no time. Choose a day and a time, or leave it empty.";
#[cfg(test)]
pub(super) const PROBLEMS: [&str; 5] = [CHOOSE, EMPTY, TOO_LONG, NOT_YET, NO_TIME];

#[derive(Template)]
#[template(path = "statement.html")]
struct StatementPage<'a> {
    form_token: &'a str,
    kinds: [(&'static str, &'static str, bool); 4],
    about: &'a str,
    text: &'a str,
    problem: &'static str,
    bytes_max: usize,
    say: Say,
}

#[derive(Deserialize, Default)]
pub(super) struct StatementForm {
    token: String,
    #[serde(default)]
    of: String,
    #[serde(default)]
    about: String,
    #[serde(default)]
    text: String,
}

fn form(page: &Page, say: Say, form: &StatementForm, wrong: &'static str) -> Response {
    let chosen = StatementKind::parse(&form.of).unwrap_or(StatementKind::Explanation);
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let filled = StatementPage {
        form_token: page.form_token(),
        kinds: StatementKind::ALL.map(|kind| (kind.as_str(), kind.in_words(), kind == chosen)),
        about: &form.about,
        text: &form.text,
        problem: wrong,
        bytes_max: STATEMENT_BYTES_MAX,
        say,
    };
    html(status, &filled)
}

/// `GET /details/statement`.
pub(super) async fn show(State(page): Shared, headers: HeaderMap) -> Response {
    if !page.is_open_to(&headers) {
        return ask_for_pin(&page, &headers);
    }
    form(&page, Say::asked(&headers), &StatementForm::default(), "")
}

/// `POST /details/statement`.
pub(super) async fn write(
    State(page): Shared,
    headers: HeaderMap,
    Form(said): Form<StatementForm>,
) -> Response {
    if !same(&said.token, page.form_token()) {
        return stale();
    }
    if !page.is_open_to(&headers) {
        return ask_for_pin(&page, &headers);
    }
    let Some(kept) = page.policy() else { return no_policy(&page) };
    let say = Say::asked(&headers);
    let Some(of) = StatementKind::parse(&said.of) else { return form(&page, say, &said, CHOOSE) };
    let text = said.text.trim().to_owned();
    if text.is_empty() {
        return form(&page, say, &said, EMPTY);
    }
    if text.len() > STATEMENT_BYTES_MAX {
        return form(&page, say, &said, TOO_LONG);
    }
    let about = match time(&said.about, &kept.policy.timezone) {
        Ok(about) => about,
        Err(wrong) => return form(&page, say, &said, wrong),
    };
    if about.is_some_and(|about| about > page.now()) {
        return form(&page, say, &said, NOT_YET);
    }
    match page.core().ask(|reply| Ask::Statement { of, about, text, reply }).await {
        Some(true) => see_other("/details/statement/kept"),
        _ => {
            let text = "It could not be put on record, so nothing of it is kept. The device may have no room left; tell the force.";
            problem(StatusCode::SERVICE_UNAVAILABLE, "Not recorded", text)
        }
    }
}

/// `GET /details/statement/kept`.
pub(super) async fn kept() -> Response {
    let text = "It is sealed into the record and will be sent to the force. Officers see it beside what was captured at that time. It cannot be changed; you may write again.";
    problem(StatusCode::OK, "It is on record", text)
}

/// A local time as a browser's field gives it, in the order's time zone; none for an empty field.
fn time(text: &str, timezone: &str) -> Result<Option<Timestamp>, &'static str> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let zone = TimeZone::get(timezone).unwrap_or(TimeZone::UTC);
    let local: DateTime = text.parse().map_err(|_| NO_TIME)?;
    let at = local.to_zoned_datetime(zone).map_err(|_| NO_TIME)?.timestamp();
    Ok(Some(Timestamp::from_micros(at.as_microsecond())))
}

#[cfg(test)]
mod tests {
    use proviso_model::Timestamp;

    use super::time;

    #[test]
    fn a_local_time_is_read_in_the_zone_of_the_order_and_none_where_the_field_is_empty() {
        let read = |text: &str| time(text, "Europe/London");
        let at = |text: &str| Ok(Some(Timestamp::parse(text).expect("an instant")));
        assert_eq!(read(""), Ok(None));
        assert_eq!(read("2026-07-03T21:00"), at("2026-07-03T20:00:00Z"));
        assert_eq!(read("2026-11-03T21:00"), at("2026-11-03T21:00:00Z"));
        assert!(read("yesterday").is_err() && read("9999999-01-01T00:00").is_err());
    }
}
