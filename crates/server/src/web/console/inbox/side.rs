//! What an inbox shows beside its rows: what waits for a reviewer, devices to check, notices, and every device in a line.

use proviso_model::Timestamp;
use proviso_store::DeviceState;

use crate::app::officer::inbox::{DeviceCheck, Inbox, InboxDevice, InboxNotice, InboxWait};
use crate::app::officer::people::EnrolledDevice;
use crate::web::console::coverage::{TaskLine, task_line};
use crate::web::console::waiting::{self, WaitLine};
use crate::web::console::words::{self, When};
use crate::web::console::{device_notice, people};

/// A device that has not been heard of for so long is called silent, in milliseconds.
const SILENT_MILLIS: i64 = 15 * 60_000;

/// All of it.
#[derive(Default)]
pub(super) struct Side {
    pub waits: Vec<WaitRow>,
    pub checks: Vec<CheckLine>,
    pub notices: Vec<NoticeLine>,
    pub devices: Vec<DeviceLine>,
    pub devices_summary: String,
    pub need_another: usize,
}

/// What stands beside the rows of this inbox.
pub(super) fn side(inbox: &Inbox) -> Side {
    let now = inbox.now;
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
    Side {
        waits: inbox.waits.iter().map(|wait| wait_row(wait, now)).collect(),
        checks: inbox.checks.iter().map(|check| check_line(check, now)).collect(),
        notices: inbox.notices.iter().map(notice_line).collect(),
        devices: inbox.devices.iter().map(|device| device_line(device, now)).collect(),
        devices_summary,
        need_another: inbox.need_another,
    }
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
pub(super) struct WaitRow {
    pub case: String,
    pub person: String,
    pub device: String,
    pub line: WaitLine,
    pub has_reviewer: bool,
}

/// A device with something to look at.
pub(super) struct CheckLine {
    pub device: DeviceLine,
    pub tasks: Vec<TaskLine>,
}

/// A notice about a device in one line.
pub(super) struct NoticeLine {
    pub id: String,
    pub case: String,
    pub person: String,
    pub device: String,
    pub title: &'static str,
    pub text: String,
    pub at: When,
}

pub(super) struct Empty {
    pub title: &'static str,
    pub text: String,
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
pub(super) fn empty(devices: &[InboxDevice], now: Timestamp) -> Empty {
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

/// A filter may find nothing.
pub(super) fn nothing_of_the_filter() -> Empty {
    Empty {
        title: "Nothing is as the filter says",
        text: "The rest of your inbox is under “All”.".to_owned(),
    }
}
