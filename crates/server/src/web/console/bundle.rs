//! Preparing an evidence bundle from an alert's page.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use proviso_model::ids::AlertId;

use super::Console;
use super::fault::Fault;
use super::sign_in::Nothing;
use super::signed_in::Posted;
use crate::app::officer::bundle;

/// `POST /alerts/{id}/bundle`: the file itself. Logged before anything is opened.
pub async fn prepare(
    State(console): State<Console>,
    Path(id): Path<String>,
    Posted { signed_in, .. }: Posted<Nothing>,
) -> Result<Response, Fault> {
    let id = id.parse::<AlertId>().map_err(|_| Fault::not_found())?;
    let made = bundle::prepare(&console.app, &signed_in.session.who, id).await?;
    let name = format!("attachment; filename=\"proviso-{}.zip\"", made.id);
    Ok((
        [(header::CONTENT_TYPE, "application/zip".to_owned()), (header::CONTENT_DISPOSITION, name)],
        made.bytes,
    )
        .into_response())
}
