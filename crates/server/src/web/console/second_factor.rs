//! An officer's codes for signing in: setting them up with an app on a phone.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::fault::Fault;
use super::page::{Shell, Under, page, page_with};
use super::sign_in::Nothing;
use super::signed_in::{Posted, SignedIn};
use super::words::{self, When};
use super::{Console, confirm_self};
use crate::app::officer::error::ActError;
use crate::app::officer::second_factor::{self, Shown};

/// Where the page is.
pub const PATH: &str = "/second-factor";
/// Where its first code is sent.
pub const CODE_PATH: &str = "/second-factor/code";

#[derive(Template)]
#[template(path = "console/second_factor.html")]
struct SecondFactorPage {
    shell: Shell,
    /// Since when sign-in asks for codes.
    since: Option<When>,
    /// Whether the force lets nobody work without.
    is_required: bool,
}

#[derive(Template)]
#[template(path = "console/second_factor_begun.html")]
struct BegunPage {
    shell: Shell,
    shown: Shown,
    problem: Option<&'static str>,
}

/// `GET /second-factor`.
pub async fn show(State(console): State<Console>, signed_in: SignedIn) -> Result<Response, Fault> {
    let since = second_factor::used_since(&console.app, signed_in.session.who.id).await?;
    page(&SecondFactorPage {
        shell: Shell::new("Codes for signing in", Under::Nothing, &signed_in),
        since: since.map(|since| words::when(since, &words::force_zone())),
        is_required: console.app.require_second_factor,
    })
}

/// `POST /second-factor`: makes a secret and shows it.
pub async fn begin(
    State(console): State<Console>,
    Posted { signed_in, .. }: Posted<Nothing>,
) -> Result<Response, Fault> {
    if signed_in.session.must_be_fresh(console.app.now()).is_err() {
        return Ok(confirm_self::first(PATH));
    }
    let shown = second_factor::begin(&console.app, &signed_in.session.who).await?;
    begun(&signed_in, StatusCode::OK, shown, None)
}

fn begun(
    signed_in: &SignedIn,
    status: StatusCode,
    shown: Shown,
    problem: Option<&'static str>,
) -> Result<Response, Fault> {
    let shell = Shell::new("Set up codes for signing in", Under::Nothing, signed_in);
    page_with(status, &BegunPage { shell, shown, problem })
}

/// The first code of an app.
#[derive(Deserialize)]
pub struct Code {
    #[serde(default)]
    code: String,
}

/// `POST /second-factor/code`.
pub async fn confirm(
    State(console): State<Console>,
    Posted { signed_in, form: Code { code } }: Posted<Code>,
) -> Result<Response, Fault> {
    let (app, who) = (&console.app, &signed_in.session.who);
    match second_factor::confirm(app, who, &code).await {
        Ok(()) => Ok(Redirect::to(PATH).into_response()),
        Err(ActError::WrongCode) => {
            let problem =
                "This is not the code that the app should show now. Check that the phone’s clock is right";
            begun(&signed_in, StatusCode::FORBIDDEN, second_factor::waiting(app, who).await?, Some(problem))
        }
        Err(error) => Err(error.into()),
    }
}
