//! Recording a visit, from a phone too and without scripts, and reading what was recorded.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, DeviceId, VisitActionId, VisitNoteId};

use super::Console;
use super::alert::Identity;
use super::fault::Fault;
use super::page::{Shell, Under, page, page_with};
use super::signed_in::{Posted, SignedIn};
use super::visit_pack::{STOP, action_line, gap_line, span};
use super::words::{self, When};
use crate::app::officer::clock;
use crate::app::officer::visit_note::{
    self, DeviceLooked, GapAnswer, Looked, Met, NewNote, NoteView, NoteWords, ShownAction,
};
use crate::app::officer::visit_pack::{self, For, VisitPack};

/// Lines of the form for what is agreed.
const AGREED_LINES: usize = 4;

/// A thing to choose.
struct Choice {
    value: &'static str,
    label: &'static str,
}

/// A device of the form.
struct DeviceBox {
    id: String,
    name: String,
    state: String,
}

/// A gap of the form.
struct GapBox {
    /// What is sent with the answer.
    value: String,
    why: String,
    line: String,
}

/// What was agreed and is open.
struct OpenBox {
    id: String,
    line: String,
}

#[derive(Template)]
#[template(path = "console/visit_form.html")]
struct FormPage {
    shell: Shell,
    identity: Identity,
    problem: Option<&'static str>,
    /// The field that it is about.
    field: &'static str,
    stop: &'static str,
    said: Said,
    zone: String,
    met: [Choice; 3],
    looked: [Choice; 3],
    devices: Vec<DeviceBox>,
    gaps: Vec<GapBox>,
    open: Vec<OpenBox>,
    agreed: std::ops::Range<usize>,
}

/// What a form says, by the names of its fields.
struct Said(BTreeMap<String, String>);

impl Said {
    /// The value of a field; empty where it is not there.
    fn of(&self, field: &str) -> &str {
        self.0.get(field).map_or("", String::as_str)
    }

    /// The value of a field of several of a kind.
    fn nth(&self, field: &str, which: &dyn std::fmt::Display) -> &str {
        self.of(&format!("{field}-{which}"))
    }

    /// The fields whose name begins so: what follows in the name, and the value.
    fn each<'s>(&'s self, field: &'s str) -> impl Iterator<Item = (&'s str, &'s str)> {
        let fields = self.0.iter().map(|(name, value)| (name.as_str(), value.trim()));
        fields.filter_map(move |(name, value)| Some((name.strip_prefix(field)?.strip_prefix('-')?, value)))
    }
}

/// `GET /people/{case}/visit-record`. Logged: it shows gaps, devices and what is open.
pub async fn form(
    State(console): State<Console>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let id = id.parse::<CaseId>().map_err(|_| Fault::not_found())?;
    let pack = visit_pack::view(&console.app, &signed_in.session.who, id, For::Form).await?;
    let now = field_of(pack.person.now, &words::zone(&pack.person.order.timezone));
    let said = Said(BTreeMap::from([("at".to_owned(), now)]));
    page(&form_page(&signed_in, &pack, said, None))
}

fn form_page(signed_in: &SignedIn, pack: &VisitPack, said: Said, problem: Option<&'static str>) -> FormPage {
    let view = &pack.person;
    let zone = words::zone(&view.order.timezone);
    let today = clock::day_of(&view.order, view.now);
    let open =
        |one: &ShownAction| OpenBox { id: one.row.id.to_string(), line: action_line(one, today, &zone) };
    FormPage {
        shell: Shell::new("Record a visit", Under::People, signed_in),
        identity: Identity {
            case: view.case.id.to_string(),
            person: view.person.name.clone(),
            order: view.order.reference.clone(),
            device: String::new(),
            officer: view.officer.clone(),
        },
        problem,
        field: problem.map_or("at", field_at_fault),
        stop: STOP,
        said,
        zone: words::when(view.now, &zone).zone,
        met: Met::ALL.map(|one| Choice { value: one.as_str(), label: one.in_words() }),
        looked: Looked::ALL.map(|one| Choice { value: one.as_str(), label: one.in_words() }),
        devices: view
            .devices
            .iter()
            .map(|one| {
                let line = super::people::device(one, view.now);
                let name = format!("{}, account {}", line.name, one.facts.account);
                DeviceBox {
                    id: line.id,
                    name,
                    state: format!("{}. {}", words::sentence(&line.state), line.seen),
                }
            })
            .collect(),
        gaps: pack
            .gaps
            .ask
            .iter()
            .map(|gap| GapBox {
                value: format!("{} {} {}", gap.device, gap.from.as_micros(), gap.minutes),
                why: gap.why.clone(),
                line: gap_line(gap, &zone),
            })
            .collect(),
        open: view.agreed.iter().filter(|one| one.is_open()).map(open).collect(),
        agreed: 0..AGREED_LINES,
    }
}

/// The field to which a problem leads.
fn field_at_fault(problem: &str) -> &'static str {
    match problem {
        _ if problem.starts_with("Choose whether") => "met-seen",
        _ if problem.starts_with("Write what was seen") => "seen",
        _ if problem.contains("by which it is due") => "agreed-0",
        _ => "at",
    }
}

/// An instant as a form has it.
fn field_of(at: Timestamp, zone: &TimeZone) -> String {
    let at = jiff::Timestamp::from_microsecond(at.as_micros()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    at.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%dT%H:%M").to_string()
}

/// `POST /people/{case}/visit-record`. Logged before it is done; what is wrong with the form leaves what was typed in it.
pub async fn enter(
    State(console): State<Console>,
    Path(id): Path<String>,
    Posted { signed_in, form }: Posted<BTreeMap<String, String>>,
) -> Result<Response, Fault> {
    let id = id.parse::<CaseId>().map_err(|_| Fault::not_found())?;
    let (app, who) = (&console.app, &signed_in.session.who);
    let zone = words::zone(&visit_note::timezone(app, who, id).await?);
    let said = Said(form);
    let problem = match parsed(&said, &zone) {
        Err(why) => why,
        Ok(new) => match visit_note::record(app, who, id, &new).await? {
            Ok(note) => {
                return Ok(Redirect::to(&format!("/people/{id}/visit-records/{note}")).into_response());
            }
            Err(why) => why,
        },
    };
    let pack = visit_pack::view(app, who, id, For::Form).await?;
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &form_page(&signed_in, &pack, said, Some(problem)))
}

const NOT_AS_MADE: &str = "The form is not as the page made it. Open it anew.";

/// Reads the form.
fn parsed(said: &Said, zone: &TimeZone) -> Result<NewNote, &'static str> {
    let visited_at = Timestamp::of_local(said.of("at"), zone)
        .ok_or("Give the day and the time of the visit, for example 2026-03-03 at 14:00.")?;
    let met = Met::ALL.into_iter().find(|one| one.as_str() == said.of("met"));
    let met = met.ok_or("Choose whether the person was met.")?;
    let mut devices = Vec::new();
    for (id, how) in said.each("how").filter(|(_, how)| !how.is_empty()) {
        devices.push(DeviceLooked {
            device: id.parse::<DeviceId>().map_err(|_| NOT_AS_MADE)?,
            name: String::new(),
            how: Looked::ALL.into_iter().find(|one| one.as_str() == how).ok_or(NOT_AS_MADE)?,
            note: said.nth("note", &id).trim().to_owned(),
        });
    }
    let mut answers = Vec::new();
    for (nth, answer) in said.each("answer").filter(|(_, answer)| !answer.is_empty()) {
        answers.push(gap_answer(said, nth, answer).ok_or(NOT_AS_MADE)?);
    }
    let is_alone = |(nth, due): (&str, &str)| !due.is_empty() && said.nth("agreed", &nth).trim().is_empty();
    if said.each("due").any(is_alone) {
        return Err("Write what was agreed beside the day by which it is due.");
    }
    let mut agreed = Vec::new();
    for (nth, text) in said.each("agreed").filter(|(_, text)| !text.is_empty()) {
        let due = match said.nth("due", &nth).trim() {
            "" => None,
            due => Some(due.parse::<Date>().map_err(|_| "Give the day by which it is due as 2026-03-03.")?),
        };
        agreed.push((text.to_owned(), due));
    }
    let settled = said.each("settled").map(|(id, _)| id.parse::<VisitActionId>());
    Ok(NewNote {
        visited_at,
        words: NoteWords {
            met,
            present: said.of("present").trim().to_owned(),
            seen: said.of("seen").trim().to_owned(),
            devices,
            answers,
        },
        agreed,
        settled: settled.collect::<Result<_, _>>().map_err(|_| NOT_AS_MADE)?,
    })
}

/// An answer with the gap that the page asked about.
fn gap_answer(said: &Said, nth: &str, answer: &str) -> Option<GapAnswer> {
    let mut gap = said.nth("gap", &nth).split(' ');
    Some(GapAnswer {
        device: gap.next()?.parse().ok()?,
        name: String::new(),
        from: Timestamp::from_micros(gap.next()?.parse().ok()?),
        minutes: gap.next()?.parse().ok()?,
        why: said.nth("why", &nth).to_owned(),
        answer: answer.to_owned(),
    })
}

/// An answer about a gap, as the page of a visit shows it.
struct AnswerLine {
    gap: String,
    answer: String,
}

#[derive(Template)]
#[template(path = "console/visit_recorded.html")]
struct NotePage {
    shell: Shell,
    identity: Identity,
    at: When,
    entered: When,
    by: String,
    met: &'static str,
    present: String,
    seen: String,
    devices: Vec<(String, &'static str, String)>,
    answers: Vec<AnswerLine>,
    /// Each with whether it is open.
    agreed: Vec<(String, bool)>,
    settled: Vec<String>,
}

/// `GET /people/{case}/visit-records/{entry}`. The view is logged.
pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    Path((case, entry)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let case = case.parse::<CaseId>().map_err(|_| Fault::not_found())?;
    let entry = entry.parse::<VisitNoteId>().map_err(|_| Fault::not_found())?;
    let view = visit_note::open(&console.app, &signed_in.session.who, case, entry).await?;
    let NoteView { note, agreed, settled, person, order, in_charge, now } = view;
    let zone = words::zone(&order.timezone);
    let today = clock::day_of(&order, now);
    let at = words::when(note.row.visited_at, &zone);
    let answer = |one: GapAnswer| {
        let from = words::when(one.from, &zone);
        let gap =
            format!("{} {}, for {}, {}: {}", from.local, from.zone, span(one.minutes), one.name, one.why);
        AnswerLine { gap, answer: one.answer }
    };
    page(&NotePage {
        shell: Shell::new(&format!("Visit on {}", at.day), Under::People, &signed_in),
        identity: Identity {
            case: case.to_string(),
            person: person.name,
            order: order.reference,
            device: String::new(),
            officer: in_charge,
        },
        at,
        entered: words::when(note.row.entered_at, &zone),
        by: note.officer,
        met: note.words.met.in_words(),
        present: note.words.present,
        seen: note.words.seen,
        devices: note.words.devices.into_iter().map(|one| (one.name, one.how.in_words(), one.note)).collect(),
        answers: note.words.answers.into_iter().map(answer).collect(),
        agreed: agreed.iter().map(|one| (action_line(one, today, &zone), one.is_open())).collect(),
        settled: settled.iter().map(|one| action_line(one, today, &zone)).collect(),
    })
}
