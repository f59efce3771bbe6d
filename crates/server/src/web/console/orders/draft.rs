//! The page of an order on its way: all of it, what is wrong with it, and what its officer does next.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use proviso_model::ConditionKind;
use proviso_model::ids::OrderDraftId;
use proviso_model::order::OrderEndKind;
use proviso_store::{OrderDraftKind, OrderDraftState};
use serde::Deserialize;

use super::head::KINDS;
use super::{drafts_page, id_of, person, what};
use crate::app::officer::orders::drafts::{self, DraftView, Part};
use crate::app::officer::orders::enter;
use crate::app::orders::{Changed, Draft, Fault as OrderFault, Paragraph, Place, changes, order_of, takes};
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

/// A paragraph as typed.
struct Shown {
    index: usize,
    number: String,
    kind: String,
    is_watched: bool,
    text: String,
    facts: Vec<(&'static str, String)>,
    faults: Vec<(String, String)>,
    has_details: bool,
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
        end: if is_end { end(draft) } else { Vec::new() },
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

/// A day as typed, in words where it is one.
fn day(text: &str) -> String {
    text.trim().parse().map_or_else(|_| text.to_owned(), words::day)
}

fn head(draft: &Draft) -> Vec<(&'static str, String)> {
    let head = &draft.head;
    let kind = KINDS.iter().find(|(word, _)| *word == head.kind).map_or("", |(_, words)| words);
    let rests = match head.basis.as_str() {
        "paragraph" => format!("Paragraph {}", head.authority_paragraph),
        "consent" if head.consent_withdrawn_on.is_empty() => {
            format!("Consent, signed on {}", day(&head.consent_signed_on))
        }
        "consent" => format!(
            "Consent, signed on {}, withdrawn on {}",
            day(&head.consent_signed_on),
            day(&head.consent_withdrawn_on)
        ),
        _ => String::new(),
    };
    let all = [
        ("The court’s reference", head.reference.clone()),
        ("Kind of order", kind.to_owned()),
        ("Made on", day(&head.made_on)),
        ("Last day", day(&head.expires_on)),
        ("Name", head.person_name.clone()),
        ("The force’s number", head.person_reference.clone()),
        ("Monitoring rests on", rests),
        ("Legal basis", head.legal_basis.clone()),
        ("Recorded by", format!("{} {}", head.recorded_by, day(&head.recorded_on)).trim().to_owned()),
        ("Time zone", head.timezone.clone()),
        ("Languages", head.languages.clone()),
        ("Treatment programme’s sites", head.treatment_sites.clone()),
        ("Treatment programme’s words", head.treatment_words.clone()),
    ];
    let must = [
        "The court’s reference",
        "Kind of order",
        "Made on",
        "Last day",
        "Name",
        "Monitoring rests on",
        "Legal basis",
    ];
    let kept = all.into_iter().filter(|(label, value)| !value.is_empty() || must.contains(label));
    kept.map(|(label, value)| (label, or_missing(value))).collect()
}

fn or_missing(value: String) -> String {
    if value.trim().is_empty() { "Not entered yet".to_owned() } else { value }
}

fn shown(draft: &Draft, faults: &[OrderFault]) -> Vec<Shown> {
    let one = |(index, one): (usize, &Paragraph)| {
        let kind = ConditionKind::parse(&one.kind);
        let of_it =
            faults.iter().filter(|fault| matches!(fault.place, Place::Paragraph(at, _) if at == index));
        Shown {
            index,
            number: or_missing(one.paragraph.clone()),
            kind: kind.map_or("Not decided yet", ConditionKind::in_words).to_owned(),
            is_watched: kind.is_none_or(ConditionKind::is_watched),
            text: or_missing(one.text.clone()),
            facts: facts(one, kind),
            faults: of_it.map(|fault| (String::new(), fault.words.clone())).collect(),
            has_details: kind.map(takes).is_some_and(|takes| takes.anything()),
        }
    };
    draft.paragraphs.iter().enumerate().map(one).collect()
}

fn facts(one: &Paragraph, kind: Option<ConditionKind>) -> Vec<(&'static str, String)> {
    let takes = kind.map(takes).unwrap_or_default();
    let all = [
        ("First day", day(&one.from), true),
        ("Last day", day(&one.until), true),
        ("Words that it names", one.words.clone(), takes.words),
        ("Words tied to the offence", one.offence_words.clone(), takes.words),
        ("Sites that it names", one.sites.clone(), takes.sites),
        ("Sites left out", one.except_sites.clone(), takes.words),
        ("Words left out", one.except_words.clone(), takes.words),
        ("Days to tell the police", one.within_days.clone(), takes.within_days),
        ("People under", one.under_age.clone(), takes.under_age),
        ("Declared and allowed", one.declared.clone(), takes.declared),
        ("People named", one.contacts.clone(), takes.contacts),
    ];
    let kept = all.into_iter().filter(|(_, value, applies)| *applies && !value.trim().is_empty());
    kept.map(|(label, value, _)| (label, value)).collect()
}

fn end(draft: &Draft) -> Vec<(&'static str, String)> {
    let end = &draft.end;
    let what = match (end.read(), OrderEndKind::parse(&end.kind)) {
        (Ok(end), _) => outside::ended(&end),
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
        let Ok(end) = view.draft.end.read() else { return Vec::new() };
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
