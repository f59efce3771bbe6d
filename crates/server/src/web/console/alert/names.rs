//! Uncovering names and contact details of other people on an alert's page, for a reason that is logged first.

use axum::extract::{Path, State};
use axum::response::Response;
use proviso_model::ids::AlertId;
use serde::Deserialize;

use super::{Draft, alert_page};
use crate::app::officer::alert::{self, AlertView, NamesReason};
use crate::web::console::Console;
use crate::web::console::fault::Fault;
use crate::web::console::page::page;
use crate::web::console::signed_in::Posted;

/// What the template says of covered names.
pub struct NamesBox {
    /// Whether they are shown on this page.
    pub is_open: bool,
    /// Reasons to choose from: value and words.
    pub reasons: Vec<(&'static str, &'static str)>,
}

/// Nothing where content is not open, or nothing was covered.
pub fn shown(view: &AlertView, has_covered: bool) -> Option<NamesBox> {
    let is_said = view.content_open && (has_covered || view.names_open);
    let reasons = NamesReason::ALL.map(|reason| (reason.as_str(), reason.in_words()));
    is_said.then(|| NamesBox { is_open: view.names_open, reasons: reasons.to_vec() })
}

/// The reason as posted.
#[derive(Deserialize)]
pub struct Posting {
    #[serde(default)]
    reason: String,
}

/// `POST /alerts/{id}/names`: the page with its content and nothing covered, once the reason is in the log.
pub async fn open_names(
    State(console): State<Console>,
    Path(id): Path<String>,
    Posted { signed_in, form }: Posted<Posting>,
) -> Result<Response, Fault> {
    let id = id.parse::<AlertId>().map_err(|_| Fault::not_found())?;
    let reason = NamesReason::parse(&form.reason)
        .ok_or_else(|| Fault::bad_request("Choose why you need the names: go back and choose a reason."))?;
    let view = alert::open_names(&console.app, &signed_in.session.who, id, reason).await?;
    page(&alert_page(&signed_in, &view, Draft::default(), false))
}
