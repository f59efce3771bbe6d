//! Recording a decision. A suspected breach is asked about once more before it is recorded, for it cannot be undone.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use proviso_model::Outcome;
use proviso_model::ids::AlertId;
use serde::Deserialize;

use super::{Draft, alert_page};
use crate::app::officer::alert::{self, DecisionForm, REASON_BYTES_MAX};
use crate::web::console::Console;
use crate::web::console::fault::Fault;
use crate::web::console::page::{Shell, Under, page, page_with};
use crate::web::console::signed_in::{Posted, SignedIn};

#[derive(Template)]
#[template(path = "console/confirm.html")]
struct ConfirmPage {
    shell: Shell,
    alert: String,
    person: String,
    paragraph: String,
    outcome: &'static str,
    outcome_value: &'static str,
    reason: String,
}

/// A decision as posted.
#[derive(Deserialize)]
pub struct Posting {
    #[serde(default)]
    outcome: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    confirmed: String,
}

/// What a form gave.
pub(super) enum Given {
    /// All that is needed.
    Whole(DecisionForm),
    /// Some of it.
    Draft {
        /// The outcome, where one was chosen.
        outcome: Option<Outcome>,
        /// The reason as written.
        reason: String,
    },
}

/// Reads a form of an outcome and a reason.
pub(super) fn given(form: &Posting) -> Result<Given, Fault> {
    let outcome = Outcome::parse(&form.outcome);
    let reason = form.reason.trim().to_owned();
    if reason.len() > REASON_BYTES_MAX {
        return Err(Fault::bad_request(
            "The reason is longer than 16 KiB; shorten it and name where the rest is kept.",
        ));
    }
    Ok(match outcome {
        Some(outcome) if !reason.is_empty() => Given::Whole(DecisionForm { outcome, reason }),
        outcome => Given::Draft { outcome, reason },
    })
}

/// `POST /alerts/{id}/decision`.
pub async fn decide(
    State(console): State<Console>,
    Path(id): Path<String>,
    Posted { signed_in, form }: Posted<Posting>,
) -> Result<Response, Fault> {
    let id = id.parse::<AlertId>().map_err(|_| Fault::not_found())?;
    let who = &signed_in.session.who;
    let DecisionForm { outcome, reason } = match given(&form)? {
        Given::Whole(decision) => decision,
        Given::Draft { outcome, reason } => {
            let view = alert::view(&console.app, who, id).await?;
            let draft = Draft { outcome, reason, tried: true };
            return page_with(StatusCode::UNPROCESSABLE_ENTITY, &alert_page(&signed_in, &view, draft, false));
        }
    };
    if outcome == Outcome::SuspectedBreach && form.confirmed != "yes" {
        let view = alert::view(&console.app, who, id).await?;
        return page(&ConfirmPage {
            shell: Shell::new("Check before you record", Under::Inbox, &signed_in),
            alert: id.to_string(),
            person: view.person.name,
            paragraph: view.alert.paragraph,
            outcome: outcome.in_words(),
            outcome_value: outcome.as_str(),
            reason,
        });
    }
    alert::decide(&console.app, who, id, DecisionForm { outcome, reason }).await?;
    Ok(Redirect::to(&format!("/alerts/{id}/decided")).into_response())
}

/// `GET /alerts/{id}/decided`: the alert's page with the word that the decision is recorded.
pub async fn decided(
    State(console): State<Console>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let id = id.parse::<AlertId>().map_err(|_| Fault::not_found())?;
    let view = alert::view(&console.app, &signed_in.session.who, id).await?;
    let recorded = !view.decisions.is_empty();
    page(&alert_page(&signed_in, &view, Draft::default(), recorded))
}
