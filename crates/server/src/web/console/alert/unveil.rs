//! Pictures as an alert's page asks for them: previews, and one at a time unveiled. An unveiling is a form of its own that leads to
//! a page which shows the picture once; loading that page again leads back to the alert, where it is veiled.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use proviso_model::ids::{AlertId, AuditId};

use super::{Draft, alert_page, picture as words};
use crate::app::officer::picture::{self, RecordHash};
use crate::web::console::Console;
use crate::web::console::fault::Fault;
use crate::web::console::page::page;
use crate::web::console::sign_in::Nothing;
use crate::web::console::signed_in::{Posted, SignedIn};

/// `GET /alerts/{id}/pictures/{record}`: the veiled preview. The view is logged.
pub async fn preview(
    State(console): State<Console>,
    signed_in: SignedIn,
    Path((id, record)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let (id, record) = (alert(&id)?, hash(&record)?);
    let png = picture::preview(&console.app, &signed_in.session.who, id, record).await?;
    Ok(image(png))
}

/// `POST /alerts/{id}/pictures/{record}/unveil`: logs the unveiling, then leads to the page that shows the picture.
pub async fn unveil(
    State(console): State<Console>,
    Path((id, record)): Path<(String, String)>,
    Posted { signed_in, .. }: Posted<Nothing>,
) -> Result<Response, Fault> {
    let (alert, hash) = (alert(&id)?, hash(&record)?);
    let act = picture::unveil(&console.app, &signed_in.session.who, alert, hash).await?;
    let place = words::place(&record);
    Ok(Redirect::to(&format!("/alerts/{alert}/unveiled/{act}#{place}")).into_response())
}

/// `GET /alerts/{id}/unveiled/{act}`: the alert's page with one picture unveiled; once it was shown, the alert's page without.
pub async fn unveiled(
    State(console): State<Console>,
    signed_in: SignedIn,
    Path((id, act)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let (alert, act) = (alert(&id)?, unveiling(&act)?);
    match picture::page_with_unveiled(&console.app, &signed_in.session.who, alert, act).await? {
        Some(view) => page(&alert_page(&signed_in, &view, Draft::default(), false)),
        None => Ok(Redirect::to(&format!("/alerts/{alert}")).into_response()),
    }
}

/// `GET /alerts/{id}/unveiled/{act}/picture`: the picture, once.
pub async fn unveiled_picture(
    State(console): State<Console>,
    signed_in: SignedIn,
    Path((id, act)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let (alert, act) = (alert(&id)?, unveiling(&act)?);
    Ok(image(picture::unveiled(&console.app, &signed_in.session.who, alert, act).await?))
}

/// Kept by nobody: `headers::secure` says so of every answer that does not say otherwise.
fn image(png: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, "image/png")], png).into_response()
}

fn alert(id: &str) -> Result<AlertId, Fault> {
    id.parse().map_err(|_| Fault::not_found())
}

fn unveiling(id: &str) -> Result<AuditId, Fault> {
    id.parse().map_err(|_| Fault::not_found())
}

fn hash(digits: &str) -> Result<RecordHash, Fault> {
    let mut hash = [0; 32];
    hex::decode_to_slice(digits, &mut hash).map_err(|_| Fault::not_found())?;
    Ok(hash)
}
