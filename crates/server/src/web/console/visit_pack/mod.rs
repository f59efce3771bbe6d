//! What an officer takes along to a visit, as one page for a screen or a printer and as a tagged PDF. Both are made of the same document,
//! so that they say the same.

mod paper;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use proviso_model::ids::CaseId;
use proviso_report::{Block, Document, ReportError};

pub use self::paper::{STOP, action_line, gap_line, span};
use super::Console;
use super::fault::Fault;
use super::page::{Shell, Under, page};
use super::signed_in::SignedIn;
use super::words;
use crate::app::officer::visit_pack::{self, For};

#[derive(Template)]
#[template(path = "console/visit_pack.html")]
struct PackPage {
    shell: Shell,
    case: String,
    document: Document,
    may_record: bool,
}

/// `GET /people/{case}/visit-pack`. Logged before anything is read.
pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let id = id.parse::<CaseId>().map_err(|_| Fault::not_found())?;
    let pack = visit_pack::view(&console.app, &signed_in.session.who, id, For::Page).await?;
    let document = paper::document(&pack);
    page(&PackPage {
        shell: Shell::new(&document.title, Under::People, &signed_in),
        case: id.to_string(),
        may_record: pack.person.may_mark,
        document,
    })
}

/// `GET /people/{case}/visit-pack.pdf`: the same on paper. Logged as a disclosure before anything is read.
pub async fn print(
    State(console): State<Console>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let id = id.parse::<CaseId>().map_err(|_| Fault::not_found())?;
    let pack = visit_pack::view(&console.app, &signed_in.session.who, id, For::Paper).await?;
    let bytes = proviso_report::pdf(&paper::document(&pack)).map_err(|error| match error {
        ReportError::Letters(letters) => Fault::bad_request(&format!(
            "Some letters are not in the fonts of the PDF ({letters}), and nothing is left out of it. The page has them: print it from the browser."
        )),
        error @ ReportError::Pdf(_) => Fault::broken(error.to_string()),
    })?;
    let day = words::when(pack.person.now, &words::zone(&pack.person.order.timezone));
    let day = day.iso.split('T').next().unwrap_or_default().to_owned();
    let name = format!("attachment; filename=\"visit-pack-{day}.pdf\"");
    Ok(([(header::CONTENT_TYPE, "application/pdf".to_owned()), (header::CONTENT_DISPOSITION, name)], bytes)
        .into_response())
}
