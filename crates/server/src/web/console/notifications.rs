//! "Your notifications": how an officer is told of alerts, when not, and who is told when they cannot look.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::Console;
use super::fault::Fault;
use super::page::{Shell, Under, page, page_with};
use super::sign_in::Nothing;
use super::signed_in::{Posted, SignedIn};
use super::words;
use crate::app::AppContext;
use crate::app::officer::error::ActError;
use crate::app::officer::notifications::{
    self, CoverShown, NotificationView, Problem, Settings, SettingsForm,
};
use crate::notify::quiet::clock;

#[derive(Template)]
#[template(path = "console/notifications.html")]
struct NotificationsPage {
    shell: Shell,
    /// Whether this server sends e-mail.
    has_mail: bool,
    /// What was just done; empty for nothing.
    done: &'static str,
    email: String,
    by_email: bool,
    daily: bool,
    quiet_from: String,
    quiet_until: String,
    problem: Option<Problem>,
    email_wrong: bool,
    quiet_wrong: bool,
    zone: &'static str,
    daily_at: String,
    hold: String,
    look: String,
    look_now: String,
    /// Who stands in for the officer, one sentence each.
    covered_by: Vec<String>,
    /// For whom the officer stands in.
    covers: Vec<String>,
    supervisors: Vec<String>,
    has_contact: bool,
}

/// `GET /account/notifications`.
pub async fn show(State(console): State<Console>, signed_in: SignedIn) -> Result<Response, Fault> {
    let view = notifications::view(&console.app, &signed_in.session.who).await?;
    let form = form_of(&view.settings);
    page(&made(&console.app, &signed_in, &view, form, None, ""))
}

/// Settings as posted. A box that is not ticked is not sent.
#[derive(Default, Deserialize)]
pub struct Posting {
    #[serde(default)]
    email: String,
    #[serde(default)]
    by_email: Option<String>,
    #[serde(default)]
    daily: Option<String>,
    #[serde(default)]
    quiet_from: String,
    #[serde(default)]
    quiet_until: String,
}

/// `POST /account/notifications`.
pub async fn change(
    State(console): State<Console>,
    Posted { signed_in, form }: Posted<Posting>,
) -> Result<Response, Fault> {
    let (app, who) = (&console.app, &signed_in.session.who);
    let form = SettingsForm {
        email: form.email,
        by_email: form.by_email.is_some(),
        daily: form.daily.is_some(),
        quiet_from: form.quiet_from,
        quiet_until: form.quiet_until,
    };
    let changed = notifications::change(app, who, &form).await?;
    let view = notifications::view(app, who).await?;
    match changed {
        Ok(()) => {
            let form = form_of(&view.settings);
            page(&made(app, &signed_in, &view, form, None, "Your settings are kept."))
        }
        Err(problem) => {
            let shown = made(app, &signed_in, &view, form, Some(problem), "");
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
        }
    }
}

/// `POST /account/notifications/trial`.
pub async fn trial(
    State(console): State<Console>,
    Posted { signed_in, .. }: Posted<Nothing>,
) -> Result<Response, Fault> {
    let (app, who) = (&console.app, &signed_in.session.who);
    let done = match notifications::trial(app, &who.actor(), who.id).await {
        Ok(_) => "An e-mail is on its way. If none arrives in some minutes, tell your administrator.",
        Err(ActError::Conflict(_)) => return Ok(Redirect::to("/account/notifications").into_response()),
        Err(error) => return Err(error.into()),
    };
    let view = notifications::view(app, who).await?;
    let form = form_of(&view.settings);
    page(&made(app, &signed_in, &view, form, None, done))
}

fn form_of(settings: &Settings) -> SettingsForm {
    SettingsForm {
        email: settings.email.clone(),
        by_email: settings.by_email,
        daily: settings.daily,
        quiet_from: settings.quiet.map_or_else(String::new, |(from, _)| clock(from)),
        quiet_until: settings.quiet.map_or_else(String::new, |(_, until)| clock(until)),
    }
}

fn made(
    app: &AppContext,
    signed_in: &SignedIn,
    view: &NotificationView,
    form: SettingsForm,
    problem: Option<Problem>,
    done: &'static str,
) -> NotificationsPage {
    let rules = &app.telling;
    let is_wrong = |field: &str| problem.as_ref().is_some_and(|problem| problem.field.starts_with(field));
    let minutes = |minutes: u16| words::counted(usize::from(minutes), "minute", "minutes");
    NotificationsPage {
        shell: Shell::new("Your notifications", Under::Nothing, signed_in),
        has_mail: rules.has_mail,
        done,
        email: form.email,
        by_email: form.by_email,
        daily: form.daily,
        quiet_from: form.quiet_from,
        quiet_until: form.quiet_until,
        email_wrong: is_wrong("email"),
        quiet_wrong: is_wrong("quiet"),
        problem,
        zone: crate::app::officer::FORCE_ZONE,
        daily_at: clock(rules.daily_at),
        hold: minutes(rules.hold_minutes),
        look: minutes(rules.look_minutes),
        look_now: minutes(rules.look_now_minutes),
        covered_by: view
            .covered_by
            .iter()
            .map(|one| sentence(one, "stands in for you", "you are away"))
            .collect(),
        covers: view.covers.iter().map(|one| sentence(one, "is covered by you", "they are away")).collect(),
        supervisors: view.supervisors.clone(),
        has_contact: rules.has_contact(),
    }
}

fn sentence(cover: &CoverShown, does: &str, away: &str) -> String {
    let zone = words::force_zone();
    let (from, until) = (words::when(cover.row.from, &zone), words::when(cover.row.until, &zone));
    let told = match cover.row.is_away {
        true => format!("{away}, so the cover is told at once"),
        false => "the cover is told when an alert was not opened in time".to_owned(),
    };
    format!("{} {does} from {} until {}: {told}", cover.name, from.local, until.local)
}
