//! Orders: entered paragraph by paragraph, looked at ahead, checked by another officer. Every page works without scripts.

mod draft;
mod form;
mod head;
mod list;
mod paragraph;
mod preview;
mod second;
mod shown;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use proviso_model::ids::OrderDraftId;
use proviso_store::OrderDraftKind;
use serde::Deserialize;

pub use draft::{act, show};
pub use head::{change_save, change_show, end_save, end_show, save as head_save, show as head_show};
pub use list::{OnPerson, begin, begin_change, begin_end, list, on_person};
pub use paragraph::{remove as paragraph_remove, save as paragraph_save, show as paragraph_show};
pub use preview::show as preview;
pub use second::check;

use self::form::{Field, FormPage};
use super::Console;
use super::fault::Fault;
use super::page::{Shell, Under, page_with};
use super::signed_in::SignedIn;
use crate::app::officer::orders::drafts::{self, DraftView};
use crate::app::officer::orders::enter::Saved;

/// What every form of a draft sends besides: on which revision it was made, and where it leads.
#[derive(Deserialize)]
pub struct Next {
    #[serde(default)]
    revision: String,
    #[serde(default)]
    then: String,
}

impl Next {
    /// The revision; one that no draft has where it is not a number.
    fn revision(&self) -> u32 {
        self.revision.trim().parse().unwrap_or_default()
    }
}

fn id_of(text: &str) -> Result<OrderDraftId, Fault> {
    text.parse().map_err(|_| Fault::not_found())
}

/// The page of a draft.
fn drafts_page(id: OrderDraftId) -> String {
    format!("/orders/{id}")
}

/// Whose order it is, for titles: the person as typed, or that nobody is yet.
fn person(view: &DraftView) -> String {
    let typed = view.draft.head.person_name.trim();
    let of_case = view.standing.as_ref().map(|order| order.person.name.as_str());
    match of_case.unwrap_or(typed) {
        "" => "a new person".to_owned(),
        name => name.to_owned(),
    }
}

/// What a draft is, in words.
fn what(kind: OrderDraftKind) -> &'static str {
    match kind {
        OrderDraftKind::New => "New order",
        OrderDraftKind::Change => "Changed order",
        OrderDraftKind::End => "Suspension or end of an order",
    }
}

fn form_page(
    signed_in: &SignedIn,
    view: &DraftView,
    title: &str,
    (action, fields): (&str, Vec<Field>),
) -> FormPage {
    let id = view.row.id;
    FormPage {
        shell: Shell::new(title, Under::People, signed_in),
        back: (drafts_page(id), format!("Back to {}: {}", what(view.row.kind).to_lowercase(), person(view))),
        intro: Vec::new(),
        quote: String::new(),
        suggested: None,
        action: action.to_owned(),
        revision: view.row.revision,
        fields,
        problem: None,
        button: "Save and go on",
    }
}

/// After a form was sent: on, or the same page with what is wrong beside each field. Nothing typed is lost.
async fn finish(
    console: &Console,
    signed_in: &SignedIn,
    (id, saved): (OrderDraftId, Saved),
    next: &Next,
    on: String,
    make: impl FnOnce(&DraftView) -> FormPage,
) -> Result<Response, Fault> {
    if saved == Saved::Done && next.then == "later" {
        return Ok(Redirect::to(&drafts_page(id)).into_response());
    }
    let view = drafts::view(&console.app, &signed_in.session.who, id).await?;
    let mut page = make(&view);
    if let Saved::Stale(_) = saved {
        let words = "This order was changed in another window meanwhile, so nothing was saved. What you typed is below: compare it with what is there now, and save again.";
        page.problem = Some(words.to_owned());
        return page_with(StatusCode::CONFLICT, &page);
    }
    if page.is_wrong() {
        page.problem =
            Some("What you typed is saved. It cannot be handed in before this is mended:".to_owned());
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    Ok(Redirect::to(&on).into_response())
}
