//! One paragraph, in three steps: the court's words; what is watched for, with a suggestion; what that kind is asked besides.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use proviso_engine::suggest::suggest;
use proviso_model::ConditionKind;
use proviso_model::ids::OrderDraftId;
use serde::Deserialize;

use super::form::{Choice, Field, FormPage, beside};
use super::{Next, drafts_page, finish, form_page, id_of};
use crate::app::officer::orders::drafts::{self, DraftView};
use crate::app::officer::orders::enter;
use crate::app::orders::{Draft, PARAGRAPHS_MAX, Paragraph, Place, Takes, paragraph_faults, takes};
use crate::web::console::Console;
use crate::web::console::fault::Fault;
use crate::web::console::page::page;
use crate::web::console::signed_in::{Posted, SignedIn};

/// What a step of the entry asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Words,
    Kind,
    Details,
}

impl Step {
    fn parse(text: &str) -> Result<Self, Fault> {
        match text {
            "words" => Ok(Self::Words),
            "kind" => Ok(Self::Kind),
            "details" => Ok(Self::Details),
            _ => Err(Fault::not_found()),
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Words => "words",
            Self::Kind => "kind",
            Self::Details => "details",
        }
    }
}

fn choices() -> Vec<Choice> {
    let watched = |kind: &&ConditionKind| kind.is_watched();
    let each = ConditionKind::ALL.iter();
    let (yes, no): (Vec<_>, Vec<_>) = each.partition(watched);
    let choice = |kind: &ConditionKind| {
        let hint = match kind {
            ConditionKind::NotWatched => {
                "The paragraph stands in the order and in the notice, and is for visits."
            }
            kind if !kind.is_watched() => "No device watches for it in this version.",
            _ => "",
        };
        Choice::new(kind.as_str(), kind.in_words(), hint)
    };
    yes.into_iter().chain(no).map(choice).collect()
}

fn fields(step: Step, one: &Paragraph) -> Vec<Field> {
    match step {
        Step::Words => vec![
            Field::line(
                "paragraph",
                "Number",
                "As it stands on the order, such as 4 or 4(a).",
                &one.paragraph,
            )
            .short(),
            Field::area("text", "The court’s words", "Whole, word for word.", &one.text, 6),
            Field::day(
                "from",
                "First day",
                "Only where the paragraph begins later than the order.",
                &one.from,
            ),
            Field::day("until", "Last day", "Only where the paragraph ends before the order.", &one.until),
        ],
        Step::Kind => vec![Field::radios("kind", "What is watched for", "", &one.kind, choices())],
        Step::Details => details(one),
    }
}

fn details(one: &Paragraph) -> Vec<Field> {
    let takes = ConditionKind::parse(&one.kind).map(takes).unwrap_or_default();
    let mut fields = Vec::new();
    let names = match one.kind == ConditionKind::SpecifiedWords.as_str() {
        true => "One in a line.",
        false => "One in a line. Leave it empty where it names none.",
    };
    if takes.words {
        fields.push(Field::area("words", "Words and phrases that the order names", names, &one.words, 4));
        fields.push(Field::area(
            "offence_words",
            "Words that this order ties to the index offence",
            "One in a line. They are shown apart from the others.",
            &one.offence_words,
            3,
        ));
    }
    if takes.sites {
        fields.push(Field::area(
            "sites",
            "Sites that the order names",
            "One in a line, without https://.",
            &one.sites,
            3,
        ));
    }
    if takes.words {
        fields.push(Field::area(
            "except_sites",
            "Sites that the order leaves out",
            "One in a line, such as a clinic’s. Their sub-domains are included.",
            &one.except_sites,
            3,
        ));
        fields.push(Field::area(
            "except_words",
            "Words that the order leaves out",
            "One in a line.",
            &one.except_words,
            3,
        ));
    }
    fields.extend(figures_and_lists(one, takes));
    fields
}

/// Days, ages, what is declared, and people.
fn figures_and_lists(one: &Paragraph, takes: Takes) -> Vec<Field> {
    let mut fields = Vec::new();
    if takes.within_days {
        fields.push(
            Field::line(
                "within_days",
                "Days within which the police must be told",
                "In figures. Leave it empty where the order does not say.",
                &one.within_days,
            )
            .short(),
        );
    }
    if takes.under_age {
        let ages = vec![
            Choice::new("16", "16", ""),
            Choice::new("18", "18", ""),
            Choice::new("", "The order does not say", ""),
        ];
        fields.push(Field::radios(
            "under_age",
            "Contact is prohibited with people under",
            "",
            &one.under_age,
            ages,
        ));
    }
    if takes.declared {
        fields.push(Field::area(
            "declared",
            "What has been declared and is allowed",
            "One in a line, as it was declared: a name, a serial number, an employer’s connection.",
            &one.declared,
            4,
        ));
    }
    if takes.contacts {
        fields.push(Field::area("contacts", "People whom the order names", "One in a line: name; then what identifies them, each after a semicolon. An account as site and name (forum.example/lantern-7), an e-mail address, a telephone number. A name alone finds nothing.", &one.contacts, 4));
    }
    fields
}

/// Where a paragraph stands among the others: its number from 0, or after the last.
fn place(number: &str, draft: &Draft) -> Result<usize, Fault> {
    let count = draft.paragraphs.len();
    let index = match number {
        "new" => count,
        number => number.parse().map_err(|_| Fault::not_found())?,
    };
    if index > count || index >= PARAGRAPHS_MAX {
        return Err(Fault::not_found());
    }
    Ok(index)
}

/// `GET /orders/{draft}/paragraphs/{number}/{step}`.
pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    Path((id, number, step)): Path<(String, String, String)>,
) -> Result<Response, Fault> {
    let (id, step) = (id_of(&id)?, Step::parse(&step)?);
    let view = drafts::view(&console.app, &signed_in.session.who, id).await?;
    let index = place(&number, &view.draft)?;
    let one = view.draft.paragraphs.get(index).cloned().unwrap_or_default();
    page(&step_page(&signed_in, &view, (index, step), &one)?)
}

fn step_page(
    signed_in: &SignedIn,
    view: &DraftView,
    (index, step): (usize, Step),
    one: &Paragraph,
) -> Result<FormPage, Fault> {
    let number = one.paragraph.trim();
    let about = if number.is_empty() { "A paragraph".to_owned() } else { format!("Paragraph {number}") };
    let (title, quote) = match step {
        Step::Words => (format!("{about}: the court’s words"), String::new()),
        Step::Kind => (format!("{about}: what is watched for"), one.text.clone()),
        Step::Details => (format!("{about}: what it names"), one.text.clone()),
    };
    let suggested = match step {
        Step::Kind => Some(suggested(&one.text)?),
        _ => None,
    };
    let action = format!("/orders/{}/paragraphs/{index}/{}", view.row.id, step.as_str());
    Ok(FormPage { quote, suggested, ..form_page(signed_in, view, &title, (&action, fields(step, one))) })
}

/// What the words suggest, each with the words for which.
fn suggested(text: &str) -> Result<Vec<(String, String)>, Fault> {
    let found = suggest(text).map_err(|error| Fault::broken(error.to_string()))?;
    Ok(found
        .into_iter()
        .map(|one| {
            let because: Vec<String> = one.because.iter().map(|word| format!("“{word}”")).collect();
            (one.kind.in_words().to_owned(), because.join(" and "))
        })
        .collect())
}

/// A step as posted: what it does not ask stays as it was.
#[derive(Deserialize)]
pub struct StepForm {
    #[serde(flatten)]
    paragraph: Paragraph,
    #[serde(flatten)]
    next: Next,
}

fn put(step: Step, into: &mut Paragraph, typed: Paragraph) {
    match step {
        Step::Words => {
            let Paragraph { paragraph, text, from, until, .. } = typed;
            *into = Paragraph { paragraph, text, from, until, ..std::mem::take(into) };
        }
        Step::Kind => into.kind = typed.kind,
        Step::Details => {
            let Paragraph { paragraph, text, from, until, kind, .. } = std::mem::take(into);
            *into = Paragraph { paragraph, text, from, until, kind, ..typed };
        }
    }
}

/// `POST /orders/{draft}/paragraphs/{number}/{step}`.
pub async fn save(
    State(console): State<Console>,
    Path((id, number, step)): Path<(String, String, String)>,
    Posted { signed_in, form }: Posted<StepForm>,
) -> Result<Response, Fault> {
    let (id, step): (OrderDraftId, _) = (id_of(&id)?, Step::parse(&step)?);
    let StepForm { paragraph: typed, next } = form;
    let asked = if number == "new" { None } else { Some(number.parse().map_err(|_| Fault::not_found())?) };
    // The place is that of the draft as it is, so two windows that both add one do not meet.
    let (mut index, mut kind) = (asked.unwrap_or_default(), String::new());
    let posted = typed.clone();
    let saved = enter::save(&console.app, &signed_in.session.who, (id, next.revision()), |draft| {
        index = asked.unwrap_or(draft.paragraphs.len()).min(draft.paragraphs.len());
        if index == draft.paragraphs.len() && index < PARAGRAPHS_MAX {
            draft.paragraphs.push(Paragraph::default());
        }
        if let Some(one) = draft.paragraphs.get_mut(index) {
            put(step, one, posted);
            kind.clone_from(&one.kind);
        }
    })
    .await?;
    let more = ConditionKind::parse(&kind).map(takes).is_some_and(|takes| takes.anything());
    let on = match step {
        Step::Words => format!("/orders/{id}/paragraphs/{index}/kind"),
        Step::Kind if more => format!("/orders/{id}/paragraphs/{index}/details"),
        _ => format!("{}#paragraph-{index}", drafts_page(id)),
    };
    let mut broken = None;
    let answer = finish(&console, &signed_in, (id, saved), &next, on, |view| {
        let mut draft = view.draft.clone();
        if index >= draft.paragraphs.len() {
            draft.paragraphs.push(Paragraph::default());
        }
        let mut one = Paragraph::default();
        if let Some(kept) = draft.paragraphs.get_mut(index) {
            put(step, kept, typed.clone());
            one = kept.clone();
        }
        match step_page(&signed_in, view, (index, step), &one) {
            Ok(mut page) => {
                beside(&mut page.fields, &paragraph_faults(&draft, index), |place| match place {
                    Place::Paragraph(at, field) if at == index => Some(field),
                    _ => None,
                });
                page
            }
            Err(fault) => {
                broken = Some(fault);
                form_page(&signed_in, view, "", ("", Vec::new()))
            }
        }
    })
    .await?;
    broken.map_or(Ok(answer), Err)
}

/// `POST /orders/{draft}/paragraphs/{number}`: takes it out.
pub async fn remove(
    State(console): State<Console>,
    Path((id, number)): Path<(String, String)>,
    Posted { signed_in, form }: Posted<Next>,
) -> Result<Response, Fault> {
    let id = id_of(&id)?;
    let index: usize = number.parse().map_err(|_| Fault::not_found())?;
    enter::save(&console.app, &signed_in.session.who, (id, form.revision()), |draft| {
        if index < draft.paragraphs.len() {
            draft.paragraphs.remove(index);
        }
    })
    .await?;
    Ok(Redirect::to(&drafts_page(id)).into_response())
}
