//! Visits as officers record them: sealed under the case, never overwritten. What was agreed is open until the record of a later visit
//! says that it was settled.

use std::collections::HashMap;

use jiff::civil::Date;
use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, DeviceId, VisitActionId, VisitNoteId};
use proviso_store::{Permit, VisitActionRow, VisitNoteRow};
use serde::{Deserialize, Serialize};

use super::allowed::Action;
use super::error::ActError;
use super::history::{self, Names};
use super::sealed::{self, Order, Person};
use super::who::Who;
use crate::app::AppContext;
use crate::keys::case::Purpose;

/// Longest text of one field, in bytes.
pub const TEXT_BYTES_MAX: usize = 16 * 1024;
/// How far ahead of the server's clock the time of a visit may lie, in minutes.
const AHEAD_MINUTES: i64 = 5;

/// Whether the person was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Met {
    /// They were.
    Seen,
    /// Nobody answered, or the person was not there.
    NotIn,
    /// The officer was not let in.
    NotLetIn,
}

impl Met {
    /// Every value, in the order of a form.
    pub const ALL: [Self; 3] = [Self::Seen, Self::NotIn, Self::NotLetIn];

    /// As a form has it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Seen => "seen",
            Self::NotIn => "not-in",
            Self::NotLetIn => "not-let-in",
        }
    }

    /// For a screen.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Seen => "The person was met",
            Self::NotIn => "The person was not in",
            Self::NotLetIn => "Nobody was let in",
        }
    }
}

/// What was found of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Looked {
    /// It was looked at, and the sign showed that it watches.
    Working,
    /// It was looked at, and something is the matter.
    Fault,
    /// It was asked for and not shown.
    NotShown,
}

impl Looked {
    /// Every value, in the order of a form.
    pub const ALL: [Self; 3] = [Self::Working, Self::Fault, Self::NotShown];

    /// As a form has it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Working => "working",
            Self::Fault => "fault",
            Self::NotShown => "not-shown",
        }
    }

    /// For a screen.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Working => "Looked at; its sign says that it is monitored",
            Self::Fault => "Looked at; something is the matter with it",
            Self::NotShown => "Asked for, and not shown",
        }
    }
}

/// A device that was asked about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceLooked {
    /// Which.
    pub device: DeviceId,
    /// What it is called.
    pub name: String,
    /// What was found.
    pub how: Looked,
    /// Anything else.
    #[serde(default)]
    pub note: String,
}

/// What was said of a gap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GapAnswer {
    /// Of which device.
    pub device: DeviceId,
    /// What it is called.
    pub name: String,
    /// Since when.
    pub from: Timestamp,
    /// For how long.
    pub minutes: u64,
    /// The cause, as it was known then.
    pub why: String,
    /// What was said.
    pub answer: String,
}

/// What is sealed of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoteWords {
    /// Whether the person was met.
    pub met: Met,
    /// Who was there.
    #[serde(default)]
    pub present: String,
    /// What was seen and said.
    pub seen: String,
    /// Devices that were asked about.
    #[serde(default)]
    pub devices: Vec<DeviceLooked>,
    /// What was said of gaps.
    #[serde(default)]
    pub answers: Vec<GapAnswer>,
}

/// A record as it is entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewNote {
    /// When the visit was.
    pub visited_at: Timestamp,
    /// What is sealed.
    pub words: NoteWords,
    /// What was agreed, each by which day.
    pub agreed: Vec<(String, Option<Date>)>,
    /// What was settled of earlier visits.
    pub settled: Vec<VisitActionId>,
}

/// A record as officers read it.
#[derive(Debug, Clone)]
pub struct ShownNote {
    /// As kept.
    pub row: VisitNoteRow,
    /// What was sealed.
    pub words: NoteWords,
    /// Who recorded it.
    pub officer: String,
}

/// What was agreed, as officers read it.
#[derive(Debug, Clone)]
pub struct ShownAction {
    /// As kept.
    pub row: VisitActionRow,
    /// What.
    pub text: String,
    /// When the visit was at which it was agreed.
    pub agreed_at: Timestamp,
    /// By which day.
    pub due_on: Option<Date>,
}

impl ShownAction {
    /// Whether it is still to be done.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.row.settled.is_none()
    }
}

/// Visits of a case, the newest first, and what was agreed at them. The caller has logged the view.
///
/// # Errors
/// [`ActError`].
pub(super) async fn of_case(
    ctx: &AppContext,
    case: &Permit,
    names: &Names,
) -> Result<(Vec<ShownNote>, Vec<ShownAction>), ActError> {
    let columns = ctx.case_columns(case.id)?;
    let mut notes = Vec::new();
    for row in ctx.of(case).visit_note_list().await? {
        let words = columns.open_json(Purpose::VisitNote, &row.sealed)?;
        let officer = names.of_actor(&row.entered_by);
        notes.push(ShownNote { words, officer, row });
    }
    let visited: HashMap<VisitNoteId, Timestamp> =
        notes.iter().map(|note| (note.row.id, note.row.visited_at)).collect();
    let mut agreed = Vec::new();
    for row in ctx.of(case).visit_action_list().await? {
        let text = columns.open(Purpose::VisitAction, &row.sealed)?;
        let broken = || ActError::Broken(format!("what was agreed at visit {} cannot be read", row.note));
        agreed.push(ShownAction {
            text: String::from_utf8_lossy(&text).into_owned(),
            agreed_at: visited.get(&row.note).copied().ok_or_else(broken)?,
            due_on: row.due_on.as_deref().map(str::parse).transpose().map_err(|_| broken())?,
            row,
        });
    }
    Ok((notes, agreed))
}

/// The order's time zone, in which the times of a visit are given.
///
/// # Errors
/// [`ActError`].
pub async fn timezone(ctx: &AppContext, who: &Who, case: CaseId) -> Result<String, ActError> {
    let case = who.case(ctx, Action::Decide, case).await?;
    Ok(sealed::order(ctx, &case).await?.timezone)
}

/// Puts the names of devices where the form has their ids; `None` where one is none of this case.
async fn named(ctx: &AppContext, case: &Permit, words: &NoteWords) -> Result<Option<NoteWords>, ActError> {
    let columns = ctx.case_columns(case.id)?;
    let mut names = HashMap::new();
    for row in ctx.of(case).device_list().await? {
        let facts = sealed::device_in(&columns, &row)?;
        names.insert(row.id, format!("{}, account {}", facts.system, facts.account));
    }
    let mut words = words.clone();
    let devices = words.devices.iter_mut().map(|one| (one.device, &mut one.name));
    for (device, name) in devices.chain(words.answers.iter_mut().map(|one| (one.device, &mut one.name))) {
        let Some(known) = names.get(&device) else { return Ok(None) };
        name.clone_from(known);
    }
    Ok(Some(words))
}

/// What is wrong with a record, in words for the form.
fn fault(new: &NewNote, now: Timestamp) -> Option<&'static str> {
    let words = &new.words;
    let texts = [&words.present, &words.seen].into_iter();
    let texts = texts.chain(words.answers.iter().map(|one| &one.answer));
    let texts = texts.chain(words.devices.iter().map(|one| &one.note));
    let mut texts = texts.chain(new.agreed.iter().map(|(text, _)| text));
    if new.visited_at > now.plus_millis(AHEAD_MINUTES * 60_000) {
        return Some("The visit lies in the future. Give the time at which it was.");
    }
    if words.seen.trim().is_empty() {
        return Some("Write what was seen and said, or that nobody was met.");
    }
    texts.any(|text| text.len() > TEXT_BYTES_MAX).then_some("One of the texts is longer than 16 KiB.")
}

/// Records a visit. The inner error is what is wrong with the form. Logged before it is done.
///
/// # Errors
/// [`ActError`].
pub async fn record(
    ctx: &AppContext,
    who: &Who,
    case: CaseId,
    new: &NewNote,
) -> Result<Result<VisitNoteId, &'static str>, ActError> {
    let case = who.case(ctx, Action::Decide, case).await?;
    let now = ctx.now();
    if let Some(fault) = fault(new, now) {
        return Ok(Err(fault));
    }
    let Some(words) = named(ctx, &case, &new.words).await? else {
        return Ok(Err("A device of the form is none of this person’s. Open the form anew."));
    };
    let id = VisitNoteId::new(now, ctx.random());
    who.does(ctx, (Action::Decide, "visit-record"), &case, &id.to_string(), async {
        let row = VisitNoteRow {
            id,
            case: case.id,
            visited_at: new.visited_at,
            was_seen: words.met == Met::Seen,
            entered_at: now,
            entered_by: who.actor(),
            sealed: ctx.seal_json(case.id, Purpose::VisitNote, &words)?,
        };
        let mut agreed = Vec::new();
        for (text, due_on) in &new.agreed {
            agreed.push(VisitActionRow {
                id: VisitActionId::new(now, ctx.random()),
                case: case.id,
                note: id,
                due_on: due_on.map(|day| day.to_string()),
                settled: None,
                sealed: ctx.seal(case.id, Purpose::VisitAction, text.as_bytes())?,
            });
        }
        ctx.of(&case).visit_note_add(&row, &agreed, &new.settled).await?;
        Ok(Ok(id))
    })
    .await
}

/// What the page of one recorded visit shows.
#[derive(Debug, Clone)]
pub struct NoteView {
    /// The visit.
    pub note: ShownNote,
    /// What was agreed at it.
    pub agreed: Vec<ShownAction>,
    /// What was settled at it.
    pub settled: Vec<ShownAction>,
    /// The person.
    pub person: Person,
    /// The order of the case as it is now.
    pub order: Order,
    /// The officer in charge.
    pub in_charge: String,
    /// When it was asked.
    pub now: Timestamp,
}

/// Opens one recorded visit. Logged before it is opened.
///
/// # Errors
/// [`ActError::NotFound`] where it is none of this case; [`ActError`].
pub async fn open(ctx: &AppContext, who: &Who, case: CaseId, id: VisitNoteId) -> Result<NoteView, ActError> {
    let case = who.case(ctx, Action::ViewEvidence, case).await?;
    if !ctx.of(&case).visit_note_list().await?.iter().any(|row| row.id == id) {
        return Err(ActError::NotFound);
    }
    who.does(ctx, (Action::ViewEvidence, "visit-record-view"), &case, &id.to_string(), async {
        let names = Names::now(ctx).await?;
        let (notes, actions) = of_case(ctx, &case, &names).await?;
        let note = notes.into_iter().find(|note| note.row.id == id).ok_or(ActError::NotFound)?;
        let settled_here = |one: &&ShownAction| one.row.settled.is_some_and(|(_, note)| note == id);
        Ok(NoteView {
            settled: actions.iter().filter(settled_here).cloned().collect(),
            agreed: actions.into_iter().filter(|one| one.row.note == id).collect(),
            note,
            person: sealed::person(ctx, &case)?,
            order: sealed::order(ctx, &case).await?,
            in_charge: history::in_charge(ctx, &case).await?,
            now: ctx.now(),
        })
    })
    .await
}
