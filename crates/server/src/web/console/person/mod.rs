//! A person's page: order, devices, minutes of the last seven days, timeline.

mod histogram;
mod timeline;
mod to_do;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use proviso_engine::notice::language::Say;
use proviso_model::Timestamp;
use proviso_model::ids::CaseId;
use proviso_model::limits::ENROL_CODE_MINUTES;
use proviso_model::order::{AuthorityBasis, OrderKind};

use self::histogram::Histogram;
use self::timeline::TimelineDay;
use self::to_do::ToDo;
use super::Console;
use super::alert::Identity;
use super::device_notice::{self, NoticeBox};
use super::fault::Fault;
use super::inbox::DeviceLine;
use super::minutes::{self, Strip, last_days};
use super::orders::{OnPerson, on_person};
use super::page::{Shell, Under, page};
use super::people::device;
use super::personal_link::{self, LinkLine};
use super::received::{self, ReceivedLine};
use super::signed_in::SignedIn;
use super::visit::{self, VisitLine};
use super::waiting::{self, WaitBox};
use super::words::When;
use super::{coverage, outside, words};
use crate::app::coverage::DeviceCoverage;
use crate::app::device_tasks;
use crate::app::officer::clock;
use crate::app::officer::people::EnrolledDevice;
use crate::app::officer::person::{self, PersonView};
use crate::app::officer::visit_note::ShownNote;

/// Links that are shown.
const LINKS_MAX: usize = 5;
/// Recorded visits that are shown; of more the latest.
const VISITS_MAX: usize = 20;

#[derive(Template)]
#[template(path = "console/person.html")]
struct PersonPage {
    shell: Shell,
    identity: Identity,
    /// The last seven days of each device, by what it is called.
    weeks: Vec<(String, Strip)>,
    /// What waits.
    to_do: ToDo,
    histogram: Histogram,
    timeline: Vec<TimelineDay>,
    /// With nothing on it, what that is worth.
    nothing: String,
    /// Each with what to do about it.
    devices: Vec<(DeviceLine, Vec<coverage::TaskLine>)>,
    about_devices: Vec<NoticeBox>,
    can_mark: bool,
    order: OrderBox,
    /// What ended the order or paragraphs of it, in sentences.
    ends: Vec<String>,
    /// Who entered it and who checked it.
    of_order: OnPerson,
    can_change_order: bool,
    /// Records held unseen.
    held: usize,
    /// What may be privileged.
    waiting: Option<WaitBox>,
    protected: String,
    can_enrol: bool,
    /// Links to the person’s own page, newest first.
    links: Vec<LinkLine>,
    can_link: bool,
    /// Since when another force has the case, and when it said so.
    transferred: Option<(When, Option<When>)>,
    /// What other forces handed over.
    received: Vec<ReceivedLine>,
    /// Filed visits, newest first.
    visits: Vec<VisitLine>,
    /// Recorded visits, newest first.
    recorded: Vec<RecordedLine>,
    can_record: bool,
    code_minutes: i64,
}

/// A recorded visit.
struct RecordedLine {
    id: String,
    at: When,
    what: String,
}

struct OrderBox {
    kind: &'static str,
    reference: String,
    made_on: String,
    expires_on: String,
    authority: String,
    conditions: Vec<ConditionBox>,
}

struct ConditionBox {
    paragraph: String,
    kind: &'static str,
    text: String,
    window: String,
    clock: String,
    is_watched: bool,
}

/// `GET /people/{case}`. The view is logged.
pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let id = id.parse::<CaseId>().map_err(|_| Fault::not_found())?;
    let view = person::view(&console.app, &signed_in.session.who, id).await?;
    let zone = words::zone(&view.order.timezone);
    let today = clock::day_of(&view.order, view.now);
    let timeline = timeline::days(&view, &zone);
    page(&PersonPage {
        shell: Shell::new(&view.person.name, Under::People, &signed_in),
        identity: Identity {
            case: id.to_string(),
            person: view.person.name.clone(),
            order: view.order.reference.clone(),
            device: String::new(),
            officer: view.officer.clone(),
        },
        weeks: weeks(&view, &zone),
        ends: view
            .ends
            .iter()
            .filter(|row| row.withdrawn_at.is_none())
            .map(|row| format!("{}.", outside::ended(&row.end)))
            .collect(),
        of_order: on_person(&view.of_order, &zone),
        can_change_order: view.may_change_order,
        held: view.held,
        waiting: waiting::of_case(&view.privilege, view.now, &zone),
        protected: words::counted(view.shielded, "contact is protected", "contacts are protected"),
        to_do: to_do::of(&view, &zone),
        histogram: histogram::of(&timeline, today),
        nothing: to_do::quiet_or_silent(&view),
        timeline,
        recorded: view.recorded.iter().take(VISITS_MAX).map(|note| recorded(note, &zone)).collect(),
        can_record: view.may_mark,
        devices: view
            .devices
            .iter()
            .zip(&view.coverage)
            .map(|(one, minutes)| (device(one, view.now), tasks(minutes, one, view.now, &zone)))
            .collect(),
        about_devices: view
            .about_devices
            .iter()
            .map(|(notice, facts)| device_notice::shown(notice, words::device(&facts.system), &zone))
            .collect(),
        can_mark: view.may_mark,
        order: order(&view, today),
        can_enrol: view.may_enrol,
        links: view
            .links
            .iter()
            .take(LINKS_MAX)
            .map(|row| personal_link::line(row, view.now, &zone))
            .collect(),
        can_link: view.may_enrol && console.app.personal_address.is_some(),
        transferred: view
            .transferred
            .map(|over| (words::when(over.from, &zone), over.confirmed_at.map(|at| words::when(at, &zone)))),
        received: received::lines(&view, &zone),
        visits: visit::lines(&view, &zone),
        code_minutes: ENROL_CODE_MINUTES,
    })
}

fn recorded(note: &ShownNote, zone: &TimeZone) -> RecordedLine {
    RecordedLine {
        id: note.row.id.to_string(),
        at: words::when(note.row.visited_at, zone),
        what: format!("{}. Recorded by {}", note.words.met.in_words(), note.officer),
    }
}

fn order(view: &PersonView, today: Date) -> OrderBox {
    let order = &view.order;
    let authority = match (order.authority.basis, &order.authority.paragraph) {
        (AuthorityBasis::Paragraph, Some(paragraph)) => format!("paragraph {paragraph}"),
        (AuthorityBasis::Paragraph, None) => "a paragraph of the order".to_owned(),
        (AuthorityBasis::Consent, _) => "signed consent, which may be withdrawn".to_owned(),
    };
    OrderBox {
        kind: kind(order.kind),
        reference: order.reference.clone(),
        made_on: words::day(order.made_on),
        expires_on: words::day(order.expires_on),
        authority: format!("{authority}. Legal basis, in the force’s words: {}", order.authority.legal_basis),
        conditions: order
            .conditions
            .iter()
            .map(|one| ConditionBox {
                paragraph: one.paragraph.clone(),
                kind: one.kind.in_words(),
                text: one.text.clone(),
                is_watched: one.kind.is_watched(),
                clock: clock::of(order, one, &view.ends, today).in_words(today),
                window: format!(
                    "In force {}",
                    words::window(one.from.unwrap_or(order.made_on), one.until.unwrap_or(order.expires_on))
                ),
            })
            .collect(),
    }
}

fn kind(kind: OrderKind) -> &'static str {
    match kind {
        OrderKind::ShpoConviction => "Sexual Harm Prevention Order (on conviction)",
        OrderKind::ShpoApplication => "Sexual Harm Prevention Order (on application)",
        OrderKind::ShpoInterim => "Interim Sexual Harm Prevention Order",
        OrderKind::Sopo => "Sexual Offences Prevention Order",
        OrderKind::Sro => "Sexual Risk Order",
        OrderKind::Licence => "Licence conditions",
        OrderKind::NotificationOnly => "Notification requirements only: nothing is captured",
    }
}

/// The last seven days of each device, one revoked in them included: the newest day first.
fn weeks(view: &PersonView, zone: &TimeZone) -> Vec<(String, Strip)> {
    let days = last_days(view.now, zone);
    let enrolled = view.devices.iter().map(|one| (&one.facts, "")).zip(&view.coverage);
    let revoked = view.revoked.iter().map(|(facts, minutes)| ((facts, ", no longer enrolled"), minutes));
    let shown = enrolled.chain(revoked).enumerate().map(|(index, ((facts, state), minutes))| {
        let name = format!("{}, account {}{state}", words::device(&facts.system), facts.account);
        let id = index.to_string();
        (name, minutes::strip(minutes, (&id, "the last seven days"), &days, (zone, Say::ENGLISH)))
    });
    shown.collect()
}

/// What to look at on a device.
fn tasks(
    minutes: &DeviceCoverage,
    one: &EnrolledDevice,
    now: Timestamp,
    zone: &TimeZone,
) -> Vec<coverage::TaskLine> {
    let tasks = device_tasks::tasks(minutes, &one.acts, now);
    tasks.iter().map(|task| coverage::task_line(task, zone)).collect()
}
