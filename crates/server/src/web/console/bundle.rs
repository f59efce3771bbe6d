//! Preparing an evidence bundle from an alert's page, with what is ticked left out.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use proviso_evidence::{Part, Shown};
use proviso_model::ids::AlertId;

use super::fault::Fault;
use super::signed_in::Posted;
use super::{Console, confirm_self};
use crate::app::officer::bundle;

/// The parts that the form offers to leave out. The others are technical; the command line leaves out those too.
const OFFERED: [Part; 9] = [
    Part::Passage,
    Part::Address,
    Part::Title,
    Part::Picture,
    Part::Account,
    Part::Times,
    Part::Attribution,
    Part::Findings,
    Part::Reasons,
];
/// The value that a ticked box posts under the name of its part.
const TICKED: &str = "leave-out";

/// A box of the form.
pub struct Box {
    /// Name of the field, and part of its id.
    pub name: &'static str,
    /// What it posts.
    pub value: &'static str,
    /// What it leaves out, in words.
    pub label: String,
}

/// The boxes of the form.
#[must_use]
pub fn boxes() -> Vec<Box> {
    let label = |part: Part| {
        let words = part.in_words();
        let (first, rest) = words.split_at(1);
        first.to_uppercase() + rest
    };
    OFFERED.into_iter().map(|part| Box { name: part.as_str(), value: TICKED, label: label(part) }).collect()
}

/// What is to be shown when these boxes are ticked.
fn shown(posted: &BTreeMap<String, String>) -> Result<Shown, Fault> {
    let mut closed = BTreeSet::new();
    for (name, value) in posted {
        match name.parse() {
            Ok(part) if value == TICKED => closed.insert(part),
            _ => return Err(Fault::bad_request("The form is not as the page made it.")),
        };
    }
    Ok(if closed.is_empty() { Shown::Everything } else { Shown::AllBut(closed) })
}

/// `POST /alerts/{id}/bundle`: the file itself. For an officer who showed lately who they are, since evidence leaves the
/// service. Logged before anything is opened.
pub async fn prepare(
    State(console): State<Console>,
    Path(id): Path<String>,
    Posted { signed_in, form }: Posted<BTreeMap<String, String>>,
) -> Result<Response, Fault> {
    let id = id.parse::<AlertId>().map_err(|_| Fault::not_found())?;
    if signed_in.session.must_be_fresh(console.app.now()).is_err() {
        return Ok(confirm_self::first(&format!("/alerts/{id}")));
    }
    let made = bundle::prepare(&console.app, &signed_in.session.who, id, &shown(&form)?).await?;
    let name = format!("attachment; filename=\"proviso-{}.zip\"", made.id);
    Ok((
        [(header::CONTENT_TYPE, "application/zip".to_owned()), (header::CONTENT_DISPOSITION, name)],
        made.bytes,
    )
        .into_response())
}
