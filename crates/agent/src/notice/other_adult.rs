//! The page of the other adult whom an officer has approved: to choose a PIN with the one-time code, to begin a session, to end it.

use askama::Template;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::Response;
use proviso_model::{OtherAdult, Timestamp};
use serde::Deserialize;

use super::answer::{html, problem, see_other};
use super::page::{Page, Shared, stale};
use super::pages::{a_day, clock, in_words, until_in_words};
use super::visits::same;
use crate::daemon::core_thread::Ask;
use crate::daemon::other_adult::OtherAdultAsk;
use crate::other_adult::{OtherAdultKeep, SetPinError};
use crate::pin::{PinAnswer, PinError};
use crate::watch::OtherAdultView;

#[derive(Template)]
#[template(path = "other_adult.html")]
struct OtherAdultPage<'a> {
    form_token: &'a str,
    problem: String,
    /// Why there is nothing to do here; empty where there is.
    nothing: &'static str,
    /// Until when a session lasts; empty where none does.
    lasts_until: String,
    is_set: bool,
    is_watching: bool,
    minutes_max: u64,
    a_day: String,
    left_today: u32,
    until: String,
    code_until: String,
}

const NOBODY: &str = "No other adult is approved on this device. The person whose account this is can ask their officer. The first advice is an account of your own on this device: it is not watched at all.";

impl Page {
    fn adult(&self) -> OtherAdultKeep {
        OtherAdultKeep::new(self.policy_keep().dir().clone())
    }

    fn other_adult(&self) -> OtherAdultView {
        self.core().view().borrow().other_adult.clone()
    }

    fn zone(&self) -> String {
        self.policy().map_or_else(|| "UTC".to_owned(), |kept| kept.policy.timezone.clone())
    }
}

fn page(page: &Page, status: StatusCode, wrong: String) -> Response {
    let view = page.other_adult();
    let zone = page.zone();
    let in_words = |at: Option<Timestamp>| at.map(|at| in_words(at, &zone)).unwrap_or_default();
    let approval = view.approval;
    let is_set = approval.is_some_and(|approval| page.adult().is_set(approval.id).unwrap_or(false));
    let is_over = |approval: &OtherAdult| !is_set && page.now() >= approval.code_until;
    let nothing = match &approval {
        None if view.until.is_none() => NOBODY,
        Some(approval) if is_over(approval) => {
            "The one-time code that belongs to this approval is too old. Ask the officer for another approval."
        }
        _ => "",
    };
    let shown = OtherAdultPage {
        form_token: page.form_token(),
        problem: wrong,
        nothing,
        lasts_until: view.until.map(|until| clock(until, &zone)).unwrap_or_default(),
        is_set,
        is_watching: page.core().view().borrow().standing.watching,
        minutes_max: approval.map_or(0, |approval| approval.longest_ms() / 60_000),
        a_day: a_day(approval.map_or(0, |approval| approval.sessions_a_day())),
        left_today: view.left_today,
        until: approval.map(|approval| until_in_words(approval.until, &zone)).unwrap_or_default(),
        code_until: in_words(approval.map(|approval| approval.code_until)),
    };
    html(status, &shown)
}

/// `GET /other-adult`.
pub(super) async fn show(State(shared): Shared) -> Response {
    page(&shared, StatusCode::OK, String::new())
}

fn again(shared: &Page, wrong: impl Into<String>) -> Response {
    page(shared, StatusCode::UNPROCESSABLE_ENTITY, wrong.into())
}

fn fault(error: &PinError) -> Response {
    problem(StatusCode::SERVICE_UNAVAILABLE, "It cannot be done now", &format!("{error}."))
}

#[derive(Deserialize)]
pub(super) struct SetPinForm {
    token: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    pin: String,
    #[serde(default)]
    again: String,
}

/// `POST /other-adult/pin`.
pub(super) async fn set_pin(State(shared): Shared, Form(form): Form<SetPinForm>) -> Response {
    if !same(&form.token, shared.form_token()) {
        return stale();
    }
    let Some(approval) = shared.other_adult().approval else { return see_other("/other-adult") };
    if form.pin != form.again {
        return again(&shared, "The two PINs are not the same. Type the new PIN twice.");
    }
    let (keep, now, id) = (shared.adult(), shared.now(), approval.id);
    let salt = shared.salt();
    // Slow on purpose, so it has a thread of its own.
    let set = tokio::task::spawn_blocking(move || keep.set(&approval, (&form.code, &form.pin), now, salt));
    match set.await {
        Ok(Ok(())) => {
            shared.core().ask(|reply| Ask::OtherAdult(OtherAdultAsk::PinSet(id, reply))).await;
            see_other("/other-adult")
        }
        Ok(Err(SetPinError::Pin(error @ (PinError::State(_) | PinError::Hash(_))))) => fault(&error),
        Ok(Err(wrong)) => again(&shared, sentence(&wrong.to_string())),
        Err(_) => again(&shared, "The PIN could not be set. Try again."),
    }
}

#[derive(Deserialize)]
pub(super) struct BeginForm {
    token: String,
    #[serde(default)]
    pin: String,
}

/// `POST /other-adult/begin`.
pub(super) async fn begin(State(shared): Shared, Form(form): Form<BeginForm>) -> Response {
    if !same(&form.token, shared.form_token()) {
        return stale();
    }
    let Some(approval) = shared.other_adult().approval else { return see_other("/other-adult") };
    let (keep, now, id) = (shared.adult(), shared.now(), approval.id);
    let checked = tokio::task::spawn_blocking(move || keep.check(id, &form.pin, now)).await;
    let (wrong, is_paused) = match checked {
        Ok(Ok(PinAnswer::Right)) => {
            let begun = shared.core().ask(|reply| Ask::OtherAdult(OtherAdultAsk::Begin(id, reply))).await;
            return match begun {
                Some(Ok(_)) => see_other("/other-adult"),
                Some(Err(refused)) => again(&shared, sentence(&refused.to_string())),
                None => again(&shared, "The program is ending. Try again in a moment."),
            };
        }
        Ok(Ok(PinAnswer::Wrong { tries_left })) => (
            format!("That PIN is not right. {tries_left} more tries before a pause. The force is told."),
            false,
        ),
        Ok(Ok(PinAnswer::Paused { until })) => {
            let seconds = until.millis_since(now).max(0) / 1_000 + 1;
            (format!("Too many wrong PINs. Try again in {seconds} seconds. The force is told."), true)
        }
        Ok(Err(PinError::None)) => return again(&shared, "Choose a PIN first."),
        Ok(Err(error)) => return fault(&error),
        Err(_) => return again(&shared, "The PIN could not be checked. Try again."),
    };
    shared.core().tell(Ask::OtherAdult(OtherAdultAsk::PinWrong { approval: id, is_paused })).await;
    again(&shared, wrong)
}

#[derive(Deserialize)]
pub(super) struct EndForm {
    token: String,
}

/// `POST /other-adult/end`. Anybody at the device may: it only goes back to watching.
pub(super) async fn end(State(shared): Shared, Form(form): Form<EndForm>) -> Response {
    if !same(&form.token, shared.form_token()) {
        return stale();
    }
    shared.core().ask(|reply| Ask::OtherAdult(OtherAdultAsk::End(reply))).await;
    see_other("/other-adult")
}

/// As it stands alone on a page.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase).into_iter().flatten();
    first.chain(letters).chain(['.']).collect()
}
