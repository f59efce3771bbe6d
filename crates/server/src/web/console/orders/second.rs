//! The second look, as sent.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use proviso_store::OrderDraftKind;

use super::draft::draft_page;
use super::{drafts_page, id_of};
use crate::app::officer::orders::check::{approve, send_back};
use crate::app::officer::orders::drafts::{self, DraftView};
use crate::web::console::Console;
use crate::web::console::fault::Fault;
use crate::web::console::page::page_with;
use crate::web::console::signed_in::Posted;

/// `POST /orders/{draft}/check`. Approved only with every part compared.
pub async fn check(
    State(console): State<Console>,
    Path(id): Path<String>,
    Posted { signed_in, form }: Posted<BTreeMap<String, String>>,
) -> Result<Response, Fault> {
    let id = id_of(&id)?;
    let who = &signed_in.session.who;
    let field = |name: &str| form.get(name).map_or("", String::as_str);
    let seen = (id, field("revision").parse().unwrap_or_default());
    let problems = match field("says") {
        "send-back" => match send_back(&console.app, who, seen, field("reason")).await? {
            Ok(()) => return Ok(Redirect::to("/orders").into_response()),
            Err(why) => vec![("reason".to_owned(), sentence(&why))],
        },
        "approve" => {
            let view = drafts::view(&console.app, who, id).await?;
            let missing = missing(&view, &form);
            if missing.is_empty() {
                match approve(&console.app, who, seen).await? {
                    Ok(()) => return Ok(Redirect::to(&drafts_page(id)).into_response()),
                    Err(why) => vec![("check".to_owned(), sentence(&why))],
                }
            } else {
                missing
            }
        }
        _ => return Err(Fault::bad_request("Approve it or send it back.")),
    };
    let view = drafts::view(&console.app, who, id).await?;
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &draft_page(&signed_in, &view, problems, form))
}

fn sentence(why: &str) -> String {
    format!("Nothing was done: {why}")
}

/// The parts that nobody ticked.
fn missing(view: &DraftView, form: &BTreeMap<String, String>) -> Vec<(String, String)> {
    let mut parts = vec![("same-order".to_owned(), "the order".to_owned())];
    if view.row.kind != OrderDraftKind::End {
        let each = view.draft.paragraphs.iter().enumerate();
        parts.extend(
            each.map(|(index, one)| (format!("same-{index}"), format!("paragraph {}", one.paragraph))),
        );
    }
    let unticked = parts.into_iter().filter(|(name, _)| !form.contains_key(name));
    unticked
        .map(|(name, what)| {
            (name, format!("Compare {what} with the court’s order and tick it, or send it all back"))
        })
        .collect()
}
