//! The page of an order on its way: all of it, what is wrong with it, and what its officer does next.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use proviso_model::ids::OrderDraftId;
use proviso_model::order::OrderEndKind;
use proviso_store::{OrderDraftKind, OrderDraftState};
use serde::Deserialize;

use super::shown::{Shown, day, head, or_missing, shown};
use super::{drafts_page, id_of, list, person, what};
use crate::app::officer::orders::drafts::{self, DraftView, Part};
use crate::app::officer::orders::enter;
use crate::app::orders::{Changed, Ending, Fault as OrderFault, Place, changes, order_of};
use crate::web::console::Console;
use crate::web::console::fault::Fault;
use crate::web::console::outside;
use crate::web::console::page::{Shell, Under, page, page_with};
use crate::web::console::signed_in::{Posted, SignedIn};
use crate::web::console::words::{self, When};

#[derive(Template)]
#[template(path = "console/orders/draft.html")]
pub struct DraftPage {
    shell: Shell,
    id: String,
    revision: u32,
    case: Option<String>,
    person: String,
    state: String,
    state_at: When,
    said: String,
    checker: String,
    is_author: bool,
    is_waiting: bool,
    is_checker: bool,
    is_end: bool,
    is_change: bool,
    is_new: bool,
    /// Label and what was typed.
    head: Vec<(&'static str, String)>,
    paragraphs: Vec<Shown>,
    /// From when and why a change applies.
    change: Vec<(&'static str, String)>,
    /// What ended, in a sentence, and why.
    end: Vec<(&'static str, String)>,
    /// What a change changes, or an end stops.
    changed: Vec<Difference>,
    devices: String,
    /// What is missing: where it is mended, and what.
    faults: Vec<(String, String)>,
    checkers: Vec<(String, String)>,
    asked: String,
    can_preview: bool,
    /// What stopped what was asked: field and words.
    problems: Vec<(String, String)>,
    /// Ticks and words of the check, as sent.
    ticks: BTreeMap<String, String>,
}

/// One difference.
struct Difference {
    what: String,
    was: String,
    is: String,
}

impl DraftPage {
    /// Whether a box was ticked before.
    fn is_ticked(&self, name: &str) -> bool {
        self.ticks.contains_key(name)
    }

    /// The same for a paragraph.
    fn is_same(&self, index: &usize) -> bool {
        self.is_ticked(&format!("same-{index}"))
    }

    /// What was typed as the reason for sending it back.
    fn typed_reason(&self) -> &str {
        self.ticks.get("reason").map_or("", String::as_str)
    }

    /// What is wrong at a field; empty where nothing.
    fn wrong(&self, name: &str) -> &str {
        self.problems.iter().find(|(field, _)| field == name).map_or("", |(_, words)| words)
    }

    /// The same for the box of a paragraph.
    fn wrong_same(&self, index: &usize) -> &str {
        self.wrong(&format!("same-{index}"))
    }
}

/// `GET /orders/{draft}`. The view is logged.
pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let view = drafts::view(&console.app, &signed_in.session.who, id_of(&id)?).await?;
    page(&draft_page(&signed_in, &view, Vec::new(), BTreeMap::new()))
}

/// The page, with what stopped what was asked.
pub fn draft_page(
    signed_in: &SignedIn,
    view: &DraftView,
    problems: Vec<(String, String)>,
    ticks: BTreeMap<String, String>,
) -> DraftPage {
    let (draft, row) = (&view.draft, &view.row);
    let is_end = row.kind == OrderDraftKind::End;
    let person = person(view);
    DraftPage {
        shell: Shell::new(&format!("{}: {person}", what(row.kind)), Under::People, signed_in),
        id: row.id.to_string(),
        revision: row.revision,
        case: (row.kind != OrderDraftKind::New || row.state == OrderDraftState::Live)
            .then(|| row.case.to_string()),
        state: state(view),
        state_at: words::when(
            row.checked_at.filter(|_| row.state == OrderDraftState::Live).unwrap_or(row.changed_at),
            &words::force_zone(),
        ),
        said: if row.state == OrderDraftState::SentBack { view.said.clone() } else { String::new() },
        checker: view.checker.clone().unwrap_or_default(),
        is_author: view.part == Part::Author,
        is_waiting: view.part == Part::Waiting,
        is_checker: view.part == Part::Checker,
        is_end,
        is_change: row.kind == OrderDraftKind::Change,
        is_new: row.kind == OrderDraftKind::New,
        head: if is_end { Vec::new() } else { head(draft) },
        paragraphs: if is_end { Vec::new() } else { shown(draft, &view.faults) },
        change: vec![
            ("Applies from", day(&draft.change.from)),
            ("The court’s reference, and who told", draft.change.reason.clone()),
        ],
        end: if is_end { end(view) } else { Vec::new() },
        changed: if row.state == OrderDraftState::Live { Vec::new() } else { changed(view) },
        devices: words::counted(view.devices, "device gets", "devices get"),
        faults: view.faults.iter().map(|fault| (mend(row.id, fault.place), fault.words.clone())).collect(),
        checkers: view.checkers.iter().map(|(id, name)| (id.to_string(), name.clone())).collect(),
        asked: ticks
            .get("checker")
            .cloned()
            .unwrap_or_else(|| row.checker.map(|id| id.to_string()).unwrap_or_default()),
        can_preview: view.preview.is_some(),
        problems,
        ticks,
        person,
    }
}

fn state(view: &DraftView) -> String {
    let checker = view.checker.as_deref().unwrap_or("nobody");
    let author = &view.author;
    match view.row.state {
        OrderDraftState::Begun => format!("Being entered by {author}; nothing of it is live. Last changed"),
        OrderDraftState::HandedIn => {
            format!("Entered by {author}, handed in to {checker}; nothing of it is live. Handed in")
        }
        OrderDraftState::SentBack => {
            format!("Sent back to {author} by {checker}; nothing of it is live. Last changed")
        }
        OrderDraftState::Live => format!(
            "Entered by {author}, compared with the court’s order and approved by {checker}. Live since"
        ),
        OrderDraftState::Discarded => "Given up".to_owned(),
    }
}

/// Where something is mended.
fn mend(id: OrderDraftId, place: Place) -> String {
    match place {
        Place::Head(field) => format!("/orders/{id}/order#{field}"),
        Place::Paragraph(index, field) => {
            let step = match field {
                "paragraph" | "text" | "from" | "until" => "words",
                "kind" => "kind",
                _ => "details",
            };
            format!("/orders/{id}/paragraphs/{index}/{step}#{field}")
        }
        Place::Change(field) => format!("/orders/{id}/change#{field}"),
        Place::End(field) => format!("/orders/{id}/end#{field}"),
        Place::Whole => format!("/orders/{id}#paragraphs"),
    }
}

fn end(view: &DraftView) -> Vec<(&'static str, String)> {
    let end = &view.draft.end;
    let what = match (end.read(), OrderEndKind::parse(&end.kind)) {
        (Ok(Ending::New(end)), _) => outside::ended(&end),
        (Ok(Ending::Correction(id, change)), _) => {
            let row = view.ends.iter().find(|row| row.id == id);
            row.map(|row| list::corrected(row, change)).unwrap_or_default()
        }
        (Err(_), Some(kind)) => format!("It {}", kind.in_words()),
        (Err(_), None) => String::new(),
    };
    vec![
        ("What happened", or_missing(what)),
        ("The court’s reference, and who told", or_missing(end.reason.clone())),
    ]
}

fn changed(view: &DraftView) -> Vec<Difference> {
    let Some(standing) = &view.standing else { return Vec::new() };
    if view.row.kind == OrderDraftKind::End {
        let Ok(Ending::New(end)) = view.draft.end.read() else { return Vec::new() };
        let stops = standing.conditions.iter().filter(|one| end.is_about(&one.paragraph));
        return stops
            .map(|one| Difference {
                what: format!("Paragraph {}: {}", one.paragraph, one.kind.in_words()),
                was: one.text.clone(),
                is: match end.until {
                    Some(until) => {
                        format!("Does not run {}, then runs again", words::window(end.from, until))
                    }
                    None => format!("Does not run from {} on", words::day(end.from)),
                },
            })
            .collect();
    }
    let Ok((order, _)) = order_of(&view.draft) else { return Vec::new() };
    changes(standing, &order).into_iter().map(difference).collect()
}

fn difference(one: Changed) -> Difference {
    match one {
        Changed::Added(is) => Difference {
            what: format!("Paragraph {} is new: {}", is.paragraph, is.kind.in_words()),
            was: String::new(),
            is: is.text,
        },
        Changed::Gone(was) => Difference {
            what: format!("Paragraph {} is gone: {}", was.paragraph, was.kind.in_words()),
            was: was.text,
            is: String::new(),
        },
        Changed::Other(was, is, what) => Difference {
            what: format!("Paragraph {} is changed: {}", is.paragraph, what.join(", ")),
            was: format!("{} ({})", was.text, was.kind.in_words()),
            is: format!("{} ({})", is.text, is.kind.in_words()),
        },
        Changed::Head(what, was, is) => Difference { what: what.to_owned(), was, is },
    }
}

/// What is done with a draft.
#[derive(Deserialize)]
pub struct Doing {
    #[serde(default)]
    does: String,
    #[serde(default)]
    checker: String,
}

/// `POST /orders/{draft}`: handed in, taken back, given up.
pub async fn act(
    State(console): State<Console>,
    Path(id): Path<String>,
    Posted { signed_in, form }: Posted<Doing>,
) -> Result<Response, Fault> {
    let id = id_of(&id)?;
    let who = &signed_in.session.who;
    match form.does.as_str() {
        "take-back" => enter::take_back(&console.app, who, id).await?,
        "discard" => {
            enter::discard(&console.app, who, id).await?;
            return Ok(Redirect::to("/orders").into_response());
        }
        "hand-in" => {
            let checker = form.checker.parse().ok();
            if let Err(found) = enter::hand_in(&console.app, who, id, checker).await? {
                let view = drafts::view(&console.app, who, id).await?;
                let problems = found.into_iter().map(|fault| (place_of(id, &fault), fault.words)).collect();
                let ticks = BTreeMap::from([("checker".to_owned(), form.checker)]);
                let shown = draft_page(&signed_in, &view, problems, ticks);
                return page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown);
            }
        }
        _ => return Err(Fault::bad_request("Choose what to do with this order.")),
    }
    Ok(Redirect::to(&drafts_page(id)).into_response())
}

/// The field on this page, or the page on which it is mended.
fn place_of(id: OrderDraftId, fault: &OrderFault) -> String {
    match fault.place {
        Place::Head("checker") => "checker".to_owned(),
        place => mend(id, place),
    }
}
