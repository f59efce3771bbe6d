//! A second look at a decision, without being told what was decided.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::tz::TimeZone;
use proviso_model::ids::AlertId;

use super::decide::{Given, Posting, given};
use super::{DecisionBox, Draft, alert_page};
use crate::app::officer::alert;
use crate::app::officer::blind_review::{self, SecondLook};
use crate::web::console::Console;
use crate::web::console::fault::Fault;
use crate::web::console::page::page_with;
use crate::web::console::sign_in::Nothing;
use crate::web::console::signed_in::Posted;
use crate::web::console::words;

/// What a second look came to, as the page shows it.
pub(super) fn look(one: &SecondLook, zone: &TimeZone) -> DecisionBox {
    DecisionBox {
        outcome: one.outcome.map_or("Not looked at again", proviso_model::Outcome::in_words),
        reason: match one.outcome {
            Some(_) => one.reason.clone(),
            None => "They asked to see the decision instead.".to_owned(),
        },
        officer: one.officer.clone(),
        at: words::when(one.at, zone),
    }
}

/// `POST /alerts/{id}/blind-review`.
pub async fn record(
    State(console): State<Console>,
    Path(id): Path<String>,
    Posted { signed_in, form }: Posted<Posting>,
) -> Result<Response, Fault> {
    let id = id.parse::<AlertId>().map_err(|_| Fault::not_found())?;
    let who = &signed_in.session.who;
    match given(&form)? {
        Given::Whole(decision) => {
            blind_review::record(&console.app, who, id, Some(decision)).await?;
            Ok(Redirect::to(&format!("/alerts/{id}")).into_response())
        }
        Given::Draft { outcome, reason } => {
            let view = alert::view(&console.app, who, id).await?;
            let draft = Draft { outcome, reason, tried: true };
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &alert_page(&signed_in, &view, draft, false))
        }
    }
}

/// `POST /alerts/{id}/blind-review/decline`: the decision is shown, and no second look is taken.
pub async fn decline(
    State(console): State<Console>,
    Path(id): Path<String>,
    Posted { signed_in, .. }: Posted<Nothing>,
) -> Result<Response, Fault> {
    let id = id.parse::<AlertId>().map_err(|_| Fault::not_found())?;
    blind_review::record(&console.app, &signed_in.session.who, id, None).await?;
    Ok(Redirect::to(&format!("/alerts/{id}")).into_response())
}
