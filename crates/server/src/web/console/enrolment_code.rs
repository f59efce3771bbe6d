//! A one-time code that enrols a device, made by an officer at a visit and shown once; with it, for printing, what the officer does
//! and the notice that the person is handed.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use proviso_engine::notice::language::Say;
use proviso_engine::notice::paragraphs_in;
use proviso_model::ids::CaseId;
use serde::Deserialize;

use super::Console;
use super::fault::Fault;
use super::page::{Shell, Under, page};
use super::sign_in::Nothing;
use super::signed_in::{Posted, SignedIn};
use super::words::{self, When};
use crate::app::officer::enrolment::{self, Paper};

#[derive(Template)]
#[template(path = "console/enrolment_code.html")]
struct CodePage {
    shell: Shell,
    case: String,
    person: String,
    code: String,
    spelled: String,
    until: When,
    notices: Vec<Notice>,
    others: Vec<(&'static str, &'static str)>,
}

#[derive(Template)]
#[template(path = "console/paper_notice.html")]
struct NoticePage {
    shell: Shell,
    case: String,
    person: String,
    notices: Vec<Notice>,
    others: Vec<(&'static str, &'static str)>,
}

/// The notice in one language.
struct Notice {
    tag: &'static str,
    title: String,
    /// That it is a translation, and which text counts; empty in English.
    draft: String,
    before: Vec<String>,
    watched: Vec<String>,
    after: Vec<String>,
    /// Each paragraph's number, the court's words, its days, and what is said where it is not watched for.
    terms: Vec<Term>,
    terms_title: String,
    paragraph: String,
}

struct Term {
    number: String,
    text: String,
    from: String,
    until: String,
    unwatched: String,
}

/// The notice in a language, with the court's words; `None` where the order allows no monitoring.
fn notice_in(say: Say, paper: &Paper, force: &str) -> Option<Notice> {
    let lines = paragraphs_in(say, paper.policy.as_ref()?, force);
    let is_line = |line: &String| line.starts_with("- ");
    let first = lines.iter().position(is_line).unwrap_or(lines.len());
    let (before, rest) = lines.split_at(first);
    let (watched, after): (Vec<String>, Vec<String>) = rest.iter().cloned().partition(is_line);
    let order = &paper.order;
    let terms = order.conditions.iter().map(|one| Term {
        number: one.paragraph.clone(),
        text: one.text.clone(),
        from: say.date(one.from.unwrap_or(order.made_on)),
        until: say.date(one.until.unwrap_or(order.expires_on)),
        unwatched: match one.kind.is_watched() {
            true => String::new(),
            false => say.of("This program does not watch for this.").to_owned(),
        },
    });
    Some(Notice {
        tag: say.tag(),
        title: say.of("This account is monitored").to_owned(),
        draft: say.language().map(|_| say.draft()).unwrap_or_default(),
        before: before.to_vec(),
        watched: watched.iter().map(|line| line.trim_start_matches("- ").to_owned()).collect(),
        after,
        terms: terms.collect(),
        terms_title: say.of("The terms, in the court's words").to_owned(),
        paragraph: say.of("Paragraph").to_owned(),
    })
}

/// English, which counts, and the languages that the person reads, as far as there are translations; the others to choose.
fn notices(
    paper: &Paper,
    force: &str,
    asked: Option<&str>,
) -> (Vec<Notice>, Vec<(&'static str, &'static str)>) {
    let is_of_person = |say: &Say| match asked {
        Some(tag) => say.tag() == tag,
        None => paper.order.languages.iter().any(|tag| tag == say.tag()),
    };
    let (shown, others): (Vec<Say>, Vec<Say>) =
        Say::every().partition(|say| say.language().is_none() || is_of_person(say));
    let made = shown.into_iter().filter_map(|say| notice_in(say, paper, force)).collect();
    (made, others.into_iter().map(|say| (say.tag(), say.name())).collect())
}

/// `POST /people/{case}/enrolment-code`. Making the code is logged first.
pub async fn make(
    State(console): State<Console>,
    Path(id): Path<String>,
    Posted { signed_in, .. }: Posted<Nothing>,
) -> Result<Response, Fault> {
    let id = id.parse::<CaseId>().map_err(|_| Fault::not_found())?;
    let made = enrolment::make_code(&console.app, &signed_in.session.who, id).await?;
    let spelled: Vec<_> = made.code.chars().map(String::from).collect();
    let (notices, others) = notices(&made.paper, console.app.force_name(), None);
    page(&CodePage {
        shell: Shell::new("Enrolment code", Under::People, &signed_in),
        case: id.to_string(),
        person: made.paper.person.name,
        spelled: spelled.join(" "),
        code: made.code,
        until: words::when(made.expires_at, &words::force_zone()),
        notices,
        others,
    })
}

/// Which language is asked for.
#[derive(Deserialize)]
pub struct Asked {
    language: Option<String>,
}

/// `GET /people/{case}/notice`: the notice alone, also in a language that the order does not name. Logged.
pub async fn notice(
    State(console): State<Console>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    Query(Asked { language }): Query<Asked>,
) -> Result<Response, Fault> {
    let id = id.parse::<CaseId>().map_err(|_| Fault::not_found())?;
    let paper = enrolment::notice(&console.app, &signed_in.session.who, id).await?;
    let (notices, others) = notices(&paper, console.app.force_name(), language.as_deref());
    page(&NoticePage {
        shell: Shell::new("Notice for the person", Under::People, &signed_in),
        case: id.to_string(),
        person: paper.person.name,
        notices,
        others,
    })
}
