//! The inbox, as a page and as the fragment that the live view swaps in.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use proviso_model::{AlertState, Timestamp};
use proviso_store::{DeviceState, OrderEndRow, Priority};

use super::coverage::{TaskLine, task_line};
use super::fault::Fault;
use super::outside;
use super::page::{Shell, Under, page};
use super::signed_in::SignedIn;
use super::waiting::{self, WaitLine};
use super::words::{self, When};
use super::{Console, device_notice, people};
use crate::app::officer::allowed::Action;
use crate::app::officer::inbox::{self, DeviceCheck, Inbox, InboxDevice, InboxNotice, InboxRow, InboxWait};
use crate::app::officer::people::EnrolledDevice;
use crate::app::officer::priority::{Due, due};
use crate::app::officer::privilege;

/// A device that has not been heard of for so long is called silent, in milliseconds.
const SILENT_MILLIS: i64 = 15 * 60_000;

#[derive(Template)]
#[template(path = "console/inbox.html")]
struct InboxPage {
    shell: Shell,
    after: i64,
    now: When,
    summary: String,
    groups: Vec<Group>,
    waits: Vec<WaitRow>,
    checks: Vec<CheckLine>,
    notices: Vec<NoticeLine>,
    devices: Vec<DeviceLine>,
    devices_summary: String,
    empty: Empty,
    need_another: usize,
}

/// The rows alone, for swapping.
#[derive(Template)]
#[template(path = "console/inbox.html", block = "rows")]
struct InboxRows {
    now: When,
    summary: String,
    groups: Vec<Group>,
    waits: Vec<WaitRow>,
    checks: Vec<CheckLine>,
    notices: Vec<NoticeLine>,
    devices: Vec<DeviceLine>,
    devices_summary: String,
    empty: Empty,
    need_another: usize,
}

struct Group {
    key: &'static str,
    title: &'static str,
    hint: String,
    rows: Vec<Row>,
}

struct Row {
    id: String,
    person: String,
    device: String,
    account: String,
    happened: &'static str,
    paragraph: String,
    kind: &'static str,
    is_new: bool,
    seen: String,
    due: String,
    overdue: bool,
    /// Why it is not to be acted on; empty for most.
    note: String,
}

/// A device in one line, for the inbox and for the list of people.
pub struct DeviceLine {
    /// The device.
    pub id: String,
    /// The case.
    pub case: String,
    /// The person.
    pub person: String,
    /// What the device calls its system.
    pub name: String,
    /// Whether it watches.
    pub state: String,
    /// When it was last heard of.
    pub seen: String,
    /// `later` when all is well, `soon` when not.
    pub tone: &'static str,
}

/// Something that waits for an independent reviewer.
struct WaitRow {
    case: String,
    person: String,
    device: String,
    line: WaitLine,
    has_reviewer: bool,
}

/// A device with something to look at.
struct CheckLine {
    device: DeviceLine,
    tasks: Vec<TaskLine>,
}

/// A notice about a device in one line.
struct NoticeLine {
    id: String,
    case: String,
    person: String,
    device: String,
    title: &'static str,
    text: String,
    at: When,
}

struct Empty {
    title: &'static str,
    text: String,
}

/// `GET /`: the start page. For a role without an inbox it is the page that the role has.
pub async fn show(State(console): State<Console>, signed_in: SignedIn) -> Result<Response, Fault> {
    let who = &signed_in.session.who;
    if !who.may(Action::ViewEvidence) {
        let is_stuck = who.may(Action::AppointReviewers) && privilege::is_stuck(&console.app).await?;
        let to = match () {
            () if who.may(Action::ReviewQuarantine) => "/quarantine",
            () if who.may(Action::ReviewPrivilege) || is_stuck => "/privilege",
            () if who.may(Action::ReadAudit) => "/audit",
            () => "/account",
        };
        return Ok(axum::response::IntoResponse::into_response(axum::response::Redirect::to(to)));
    }
    let inbox = inbox::inbox(&console.app, who).await?;
    let shell = Shell::new("Inbox", Under::Inbox, &signed_in);
    let after = inbox.after;
    let need_another = inbox.need_another;
    let InboxRows { now, summary, groups, waits, checks, notices, devices, devices_summary, empty, .. } =
        rows(inbox);
    page(&InboxPage {
        shell,
        after,
        now,
        summary,
        groups,
        waits,
        checks,
        notices,
        devices,
        devices_summary,
        empty,
        need_another,
    })
}

/// `GET /inbox`: the rows alone.
pub async fn fragment(State(console): State<Console>, signed_in: SignedIn) -> Result<Response, Fault> {
    page(&rows(inbox::inbox(&console.app, &signed_in.session.who).await?))
}

fn rows(inbox: Inbox) -> InboxRows {
    let now = inbox.now;
    let overdue = inbox.rows.iter().filter(|row| matches!(due(&row.alert, now), Due::Overdue(_))).count();
    let waiting = words::counted(inbox.rows.len(), "alert waits", "alerts wait");
    let summary = match (inbox.rows.len(), overdue) {
        (0, _) => "Nothing waits for a decision.".to_owned(),
        (_, 0) => format!("{waiting} for a decision; none is overdue."),
        (_, overdue) => format!("{waiting} for a decision; {overdue} overdue."),
    };
    let summary =
        if inbox.more { format!("At least {summary} Only the most urgent are listed.") } else { summary };
    let empty = empty(&inbox.devices, now);
    let silent = inbox.devices.iter().filter(|one| !well(&one.device, now)).count();
    let devices_summary = match (inbox.devices.len(), silent) {
        (all, 0) if explained(&inbox.devices, now) == 0 => {
            format!("{} enrolled, heard of and watching", words::counted(all, "device", "devices"))
        }
        (all, 0) => {
            let all = words::counted(all, "device", "devices");
            format!("{all} enrolled, watching or with an entry that says why not")
        }
        (all, silent) => format!("{silent} of {all} silent or not watching"),
    };
    let devices = inbox.devices.iter().map(|device| device_line(device, now)).collect();
    let groups = groups(&inbox, now);
    InboxRows {
        now: words::when(now, &words::force_zone()),
        summary,
        groups,
        waits: inbox.waits.iter().map(|wait| wait_row(wait, now)).collect(),
        checks: inbox.checks.iter().map(|check| check_line(check, now)).collect(),
        notices: inbox.notices.iter().map(notice_line).collect(),
        devices,
        devices_summary,
        empty,
        need_another: inbox.need_another,
    }
}

/// Where a row stands in the inbox.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Of(Priority),
    OverBudget,
    Outside,
}

fn groups(inbox: &Inbox, now: Timestamp) -> Vec<Group> {
    let place = |row: &InboxRow| match row.outside {
        Some(_) => Place::Outside,
        None if row.is_over_budget => Place::OverBudget,
        None => Place::Of(row.alert.priority),
    };
    let over = inbox.budget.map_or_else(String::new, |budget| {
        format!(
            "; the force asks for {} a day, and {} decided today. They move up when they are due",
            budget.per_day,
            words::counted(budget.decided_today as usize, "was", "were")
        )
    });
    [
        (Place::Of(Priority::Now), "now", "Now: may be about imminent harm"),
        (Place::Of(Priority::Today), "first", "Today"),
        (Place::Of(Priority::ThisWeek), "soon", "This week"),
        (Place::Of(Priority::NextVisit), "later", "Next visit"),
        (Place::OverBudget, "over", "More than today’s work"),
        (Place::Outside, "outside", "Outside the order: wait for review"),
    ]
    .into_iter()
    .map(|(wanted, key, title)| {
        let rows = inbox.rows.iter().filter(|row| place(row) == wanted);
        let rows: Vec<_> = rows.map(|one| row(one, &inbox.ends, now)).collect();
        let more = if wanted == Place::OverBudget { over.as_str() } else { "" };
        Group { key, title, hint: format!("{}{more}", words::counted(rows.len(), "alert", "alerts")), rows }
    })
    .filter(|group| !group.rows.is_empty())
    .collect()
}

fn wait_row(wait: &InboxWait, now: Timestamp) -> WaitRow {
    WaitRow {
        case: wait.row.case.to_string(),
        person: wait.person.name.clone(),
        device: words::device(&wait.device.system).to_owned(),
        line: waiting::line(&wait.row, now, &words::force_zone()),
        has_reviewer: wait.has_reviewer,
    }
}

fn check_line(check: &DeviceCheck, now: Timestamp) -> CheckLine {
    let zone = words::force_zone();
    CheckLine {
        device: device_line(&check.device, now),
        tasks: check.tasks.iter().map(|task| task_line(task, &zone)).collect(),
    }
}

fn notice_line(notice: &InboxNotice) -> NoticeLine {
    let (row, device) = (&notice.row, words::device(&notice.device.system));
    NoticeLine {
        id: row.id.to_string(),
        case: row.case.to_string(),
        person: notice.person.name.clone(),
        device: device.to_owned(),
        title: device_notice::title(row.kind),
        text: device_notice::in_words(row, device, &words::force_zone()),
        at: words::when(row.at, &words::force_zone()),
    }
}

fn row(row: &InboxRow, ends: &[OrderEndRow], now: Timestamp) -> Row {
    let alert = &row.alert;
    let (due, overdue) = due_in_words(due(alert, now));
    Row {
        id: alert.id.to_string(),
        person: row.person.name.clone(),
        device: words::device(&row.device.system).to_owned(),
        account: row.device.account.clone(),
        happened: words::happened(alert, row.act),
        paragraph: alert.paragraph.clone(),
        kind: alert.condition.in_words(),
        is_new: alert.state == AlertState::New,
        seen: words::seen(alert.findings, alert.first_at, alert.last_at, &words::force_zone()),
        due,
        overdue,
        note: row.outside.map_or_else(String::new, |why| {
            outside::note(why, ends, "this", alert.last_at, &words::force_zone())
        }),
    }
}

/// The time that an alert has left, in words, and whether it is overdue.
pub fn due_in_words(due: Due) -> (String, bool) {
    match due {
        Due::In(millis) => (format!("{} left", words::span(millis)), false),
        Due::Overdue(millis) => (format!("Overdue by {}", words::span(millis)), true),
        Due::AfterReview => ("Waits for review".to_owned(), false),
        Due::Settled => ("Decided".to_owned(), false),
    }
}

/// Whether it watches and was heard of, or an officer's entry says why not.
fn well(one: &EnrolledDevice, now: Timestamp) -> bool {
    one.act_at(now).is_some() || (one.row.watching && now.millis_since(one.row.seen_at) < SILENT_MILLIS)
}

/// How many devices an officer's entry speaks of now.
fn explained(devices: &[InboxDevice], now: Timestamp) -> usize {
    devices.iter().filter(|one| one.device.act_at(now).is_some()).count()
}

/// The state of a device and when it was last heard of, in words.
pub fn device_state(one: &EnrolledDevice, now: Timestamp) -> (String, String, &'static str) {
    let row = &one.row;
    let ago = now.millis_since(row.seen_at);
    let seen = if ago < 60_000 {
        "Heard of just now".to_owned()
    } else {
        format!("Last heard of {} ago", words::span(ago))
    };
    let state = match (row.watching, ago < SILENT_MILLIS) {
        (true, true) => "watching",
        (false, true) => "on, but not watching now",
        (true, false) => "silent; it was watching when last heard of",
        (false, false) => "silent; it was not watching when last heard of",
    };
    match one.act_at(now) {
        Some(kind) if one.is_released(now) => {
            let keys = match row.state {
                DeviceState::Active => "it has not said yet that it gave up its keys",
                _ => "it has given up its keys",
            };
            (format!("released; entered: {}; {keys}", kind.in_words()), seen, "later")
        }
        Some(kind) => (format!("{state}; entered: {}", kind.in_words()), seen, "later"),
        None => (state.to_owned(), seen, if state == "watching" { "later" } else { "soon" }),
    }
}

fn device_line(one: &InboxDevice, now: Timestamp) -> DeviceLine {
    DeviceLine { person: one.person.name.clone(), ..people::device(&one.device, now) }
}

/// An empty inbox says whether devices are quiet or silent: silence is never compliance.
fn empty(devices: &[InboxDevice], now: Timestamp) -> Empty {
    let silent = devices.iter().filter(|one| !well(&one.device, now)).count();
    match (devices.len(), silent) {
        (0, _) => Empty {
            title: "No device is enrolled",
            text: "So nothing is watched. Open a person’s page and make an enrolment code at the next visit.".to_owned(),
        },
        (_, 0) if explained(devices, now) > 0 => Empty {
            title: "All quiet",
            text: "Every device is watching, or an officer has entered why not; nothing waits for you.".to_owned(),
        },
        (_, 0) => Empty {
            title: "All quiet",
            text: "Every device has been heard of in the last 15 minutes and is watching; nothing waits for you.".to_owned(),
        },
        (all, silent) => Empty {
            title: "Nothing waits, but not every device can be heard",
            text: format!(
                "{} silent or not watching. Silence is not a sign that all is well; the list below says which.",
                match (silent, all) {
                    (1, 1) => "The only device is".to_owned(),
                    (1, all) => format!("1 of {all} devices is"),
                    (silent, all) => format!("{silent} of {all} devices are"),
                }
            ),
        },
    }
}
