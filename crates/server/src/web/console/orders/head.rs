//! The order but for its paragraphs; of a change, from when it applies; and what ended an order or a paragraph.

use axum::extract::{Path, State};
use axum::response::Response;
use proviso_model::ids::OrderDraftId;
use proviso_model::order::Order;
use serde::Deserialize;

use super::form::{Choice, Field, FormPage, beside};
use super::{Next, drafts_page, finish, form_page, id_of};
use crate::app::officer::orders::drafts::{self, DraftView};
use crate::app::officer::orders::enter;
use crate::app::orders::{Change, End, Head, Place, head_alone};
use crate::web::console::Console;
use crate::web::console::fault::Fault;
use crate::web::console::outside;
use crate::web::console::page::page;
use crate::web::console::signed_in::{Posted, SignedIn};

/// The kinds of order, as an order file and as people say.
pub const KINDS: [(&str, &str); 7] = [
    ("shpo-conviction", "Sexual Harm Prevention Order, made on conviction"),
    ("shpo-application", "Sexual Harm Prevention Order, made on application"),
    ("shpo-interim", "Interim Sexual Harm Prevention Order"),
    ("sopo", "Sexual Offences Prevention Order (before March 2015)"),
    ("sro", "Sexual Risk Order"),
    ("licence", "Licence conditions"),
    ("notification-only", "Notification requirements only: nothing is captured"),
];

fn fields(head: &Head) -> Vec<Field> {
    let kinds = KINDS.iter().map(|(value, label)| Choice::new(value, label, "")).collect();
    let basis = vec![
        Choice::new("paragraph", "A paragraph of the order requires it", ""),
        Choice::new("consent", "Signed consent, which may be withdrawn", ""),
    ];
    let mut fields = vec![
        Field::line("reference", "The court’s reference", "As it stands on the order.", &head.reference),
        Field::radios("kind", "Kind of order", "", &head.kind, kinds),
        Field::day("made_on", "Made on", "", &head.made_on),
        Field::day("expires_on", "Last day on which it runs", "", &head.expires_on),
        Field::line("person_name", "Name", "As it stands on the order.", &head.person_name)
            .under("The person"),
        Field::line(
            "person_reference",
            "The force’s own number for the person, if there is one",
            "",
            &head.person_reference,
        ),
        Field::radios(
            "basis",
            "What monitoring rests on",
            "A prohibition alone does not allow monitoring.",
            &head.basis,
            basis,
        )
        .under("Authority to monitor"),
        Field::line(
            "authority_paragraph",
            "The paragraph that requires monitoring",
            "Where a paragraph requires it: its number.",
            &head.authority_paragraph,
        )
        .short(),
        Field::day(
            "consent_signed_on",
            "Consent signed on",
            "Where it rests on consent.",
            &head.consent_signed_on,
        ),
        Field::day(
            "consent_withdrawn_on",
            "Consent withdrawn on",
            "Only where it was withdrawn: monitoring stops.",
            &head.consent_withdrawn_on,
        ),
        Field::area(
            "legal_basis",
            "Legal basis",
            "The force’s, in its own words. Your name and today’s date are recorded with it.",
            &head.legal_basis,
            3,
        ),
    ];
    fields.extend(watching(head));
    fields
}

/// What helps to watch rightly.
fn watching(head: &Head) -> Vec<Field> {
    vec![
        Field::line(
            "timezone",
            "Time zone of the order’s days",
            "Europe/London for courts in England and Wales.",
            &head.timezone,
        )
        .under("For watching rightly")
        .short(),
        Field::line(
            "languages",
            "Languages that the person is likely to write",
            "Tags with commas, such as pl, ro. English always belongs to them.",
            &head.languages,
        )
        .short(),
        Field::area(
            "treatment_sites",
            "Sites of the person’s treatment programme",
            "One in a line, without https://. What is done there is an innocent setting.",
            &head.treatment_sites,
            2,
        ),
        Field::area("treatment_words", "Words of that programme", "One in a line.", &head.treatment_words, 2),
    ]
}

fn head_place(place: Place) -> Option<&'static str> {
    match place {
        Place::Head(field) => Some(field),
        _ => None,
    }
}

/// `GET /orders/{draft}/order`.
pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let view = drafts::view(&console.app, &signed_in.session.who, id_of(&id)?).await?;
    page(&head_page(&signed_in, &view, &view.draft.head))
}

fn head_page(signed_in: &SignedIn, view: &DraftView, head: &Head) -> FormPage {
    let id = view.row.id;
    FormPage {
        intro: vec![
            "Copy it from the court’s order. Days count whole, the first and the last included.".to_owned(),
        ],
        ..form_page(signed_in, view, "The order", (&format!("/orders/{id}/order"), fields(head)))
    }
}

/// The order as posted.
#[derive(Deserialize)]
pub struct HeadForm {
    #[serde(flatten)]
    head: Head,
    #[serde(flatten)]
    next: Next,
}

/// `POST /orders/{draft}/order`. Kept first, whole or not.
pub async fn save(
    State(console): State<Console>,
    Path(id): Path<String>,
    Posted { signed_in, form }: Posted<HeadForm>,
) -> Result<Response, Fault> {
    let id: OrderDraftId = id_of(&id)?;
    let head = form.head.clone();
    let saved = enter::save(&console.app, &signed_in.session.who, (id, form.next.revision()), |draft| {
        draft.head = head;
    })
    .await?;
    finish(&console, &signed_in, (id, saved), &form.next, drafts_page(id), |view| {
        let mut page = head_page(&signed_in, view, &form.head);
        let mut typed = view.draft.clone();
        // Who recorded the legal basis, and when, is no field of the form.
        let (recorded_by, recorded_on) = (typed.head.recorded_by, typed.head.recorded_on);
        typed.head = Head { recorded_by, recorded_on, ..form.head.clone() };
        beside(&mut page.fields, &head_alone(&typed), head_place);
        page
    })
    .await
}

/// `GET /orders/{draft}/change`: from which day a changed order applies.
pub async fn change_show(
    State(console): State<Console>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let view = drafts::view(&console.app, &signed_in.session.who, id_of(&id)?).await?;
    page(&change_page(&signed_in, &view, &view.draft.change))
}

fn change_page(signed_in: &SignedIn, view: &DraftView, change: &Change) -> FormPage {
    let fields = vec![
        Field::day(
            "from",
            "First day on which the change applies",
            "It may lie in the past: what was observed from that day on and is no longer covered is then held unseen.",
            &change.from,
        ),
        Field::area(
            "reason",
            "The court’s reference of the change, and who told you",
            "Sealed under the case. It may be disclosed.",
            &change.reason,
            3,
        ),
    ];
    form_page(
        signed_in,
        view,
        "When the change applies",
        (&format!("/orders/{}/change", view.row.id), fields),
    )
}

/// From when, as posted.
#[derive(Deserialize)]
pub struct ChangeForm {
    #[serde(flatten)]
    change: Change,
    #[serde(flatten)]
    next: Next,
}

/// `POST /orders/{draft}/change`.
pub async fn change_save(
    State(console): State<Console>,
    Path(id): Path<String>,
    Posted { signed_in, form }: Posted<ChangeForm>,
) -> Result<Response, Fault> {
    let id = id_of(&id)?;
    let change = form.change.clone();
    let saved = enter::save(&console.app, &signed_in.session.who, (id, form.next.revision()), |draft| {
        draft.change = change;
    })
    .await?;
    finish(&console, &signed_in, (id, saved), &form.next, drafts_page(id), |view| {
        let mut page = change_page(&signed_in, view, &form.change);
        let mut typed = view.draft.clone();
        typed.change = form.change.clone();
        beside(&mut page.fields, &typed.change_faults(), |place| match place {
            Place::Change(field) => Some(field),
            _ => None,
        });
        page
    })
    .await
}

/// What may have happened, in the order in which it does.
pub const ENDS: [(&str, &str, &str); 5] = [
    (
        "paused",
        "It is suspended",
        "For a time, such as until an appeal is heard. It runs again after the last day.",
    ),
    ("quashed", "It was quashed on appeal", ""),
    ("discharged", "It was discharged", "A court ended it before its last day."),
    ("struck", "A paragraph was struck out", "The rest of the order runs on."),
    (
        "varied",
        "It was varied, and the new words are not here yet",
        "Enter the varied order as a change as soon as you have it.",
    ),
];

/// `GET /orders/{draft}/end`.
pub async fn end_show(
    State(console): State<Console>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let view = drafts::view(&console.app, &signed_in.session.who, id_of(&id)?).await?;
    page(&end_page(&signed_in, &view, &view.draft.end))
}

fn paragraphs(order: Option<&Order>) -> Vec<Choice> {
    let conditions = order.map_or(&[][..], |order| &order.conditions);
    let each = conditions.iter().map(|one| {
        let hint: String = one.text.chars().take(120).collect();
        Choice::new(&one.paragraph, &format!("Paragraph {}", one.paragraph), &hint)
    });
    std::iter::once(Choice::new("", "The whole order", "")).chain(each).collect()
}

fn end_page(signed_in: &SignedIn, view: &DraftView, end: &End) -> FormPage {
    let action = format!("/orders/{}/end", view.row.id);
    if !end.corrects.is_empty() {
        return correction_page(signed_in, view, (&action, end));
    }
    let kinds = ENDS.iter().map(|(value, label, hint)| Choice::new(value, label, hint)).collect();
    let fields = vec![
        Field::radios("kind", "What happened", "", &end.kind, kinds),
        Field::radios("paragraph", "To what", "", &end.paragraph, paragraphs(view.standing.as_ref())),
        Field::day("from", "First day on which it does not run", "It may lie in the past.", &end.from),
        Field::day(
            "until",
            "Last day on which it does not run",
            "A suspension needs one. For the others leave it empty: for good.",
            &end.until,
        ),
        Field::area(
            "reason",
            "The court’s reference, and who told you",
            "Sealed under the case. It may be disclosed.",
            &end.reason,
            3,
        ),
    ];
    FormPage {
        intro: vec![
            "An order ends by itself after its last day, also on a device that is offline: nothing has to be entered for that.".to_owned(),
        ],
        ..form_page(signed_in, view, "What happened to the order", (&action, fields))
    }
}

/// Another last day of what was entered before, or that it was a mistake.
fn correction_page(signed_in: &SignedIn, view: &DraftView, (action, end): (&str, &End)) -> FormPage {
    let which = vec![
        Choice::new("", "Its last day is another", ""),
        Choice::new(
            "yes",
            "It was entered by mistake: take it back",
            "What was held because of it is looked at again.",
        ),
    ];
    let fields = vec![
        Field::radios("takes_back", "What is to be corrected", "", &end.takes_back, which),
        Field::day(
            "until",
            "Last day on which it does not run",
            "It runs again on the day after.",
            &end.until,
        ),
        Field::area(
            "reason",
            "Why, and who told you",
            "Sealed under the case. It may be disclosed.",
            &end.reason,
            3,
        ),
    ];
    let row = view.ends.iter().find(|row| row.id.to_string() == end.corrects);
    FormPage {
        intro: row.map(|row| format!("{}.", outside::ended(&row.end))).into_iter().collect(),
        ..form_page(signed_in, view, "Correct a suspension or an end", (action, fields))
    }
}

/// An end as posted.
#[derive(Deserialize)]
pub struct EndForm {
    #[serde(flatten)]
    end: End,
    #[serde(flatten)]
    next: Next,
}

/// `POST /orders/{draft}/end`.
pub async fn end_save(
    State(console): State<Console>,
    Path(id): Path<String>,
    Posted { signed_in, form }: Posted<EndForm>,
) -> Result<Response, Fault> {
    let id = id_of(&id)?;
    let end = form.end.clone();
    let saved = enter::save(&console.app, &signed_in.session.who, (id, form.next.revision()), |draft| {
        let corrects = std::mem::take(&mut draft.end.corrects);
        draft.end = End { corrects, ..end };
    })
    .await?;
    finish(&console, &signed_in, (id, saved), &form.next, drafts_page(id), |view| {
        let typed = End { corrects: view.draft.end.corrects.clone(), ..form.end.clone() };
        let mut page = end_page(&signed_in, view, &typed);
        let found = typed.read().err().unwrap_or_default();
        beside(&mut page.fields, &found, |place| match place {
            Place::End(field) => Some(field),
            _ => None,
        });
        page
    })
    .await
}
