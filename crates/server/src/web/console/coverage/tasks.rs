//! What to look at on a device, in words. They say what to do; what anybody did is not in them.

use jiff::tz::TimeZone;
use proviso_model::GapCause;
use proviso_model::other_adult::input_in_words;

use crate::app::device_tasks::{Task, Trouble};
use crate::web::console::words;

/// Something to look at.
pub struct TaskLine {
    /// What is the matter, since when, for how long.
    pub what: String,
    /// What to do next.
    pub next: &'static str,
}

/// Prepares a task for a page.
pub fn line(task: &Task, zone: &TimeZone) -> TaskLine {
    let since = words::when(task.since, zone);
    let since = format!("{} {}", since.local, since.zone);
    let length = words::span(i64::try_from(task.minutes).unwrap_or(i64::MAX).saturating_mul(60_000));
    let often = match task.times {
        0 | 1 => String::new(),
        times => format!(" ({times} times)"),
    };
    match task.trouble {
        Trouble::Silent => TaskLine {
            what: format!("It has been silent since {since} or longer"),
            next: "ask at the next visit, and enter what happened if it is known; a flat battery, a repair or no network are as likely as anything else",
        },
        Trouble::Fault(cause) => TaskLine {
            what: format!("Since {since}, for {length}{often}, {}", cause.in_words()),
            next: what_to_do(cause),
        },
        Trouble::Partly(cause) => TaskLine {
            what: format!("Since {since}, while all else was watched, {}", cause.in_words()),
            next: what_to_do(cause),
        },
        Trouble::OtherAdult { input, is_all } => {
            let sessions = words::counted(task.times, "session", "sessions");
            let pressed = input_in_words(input, if is_all { "" } else { "see its page" });
            TaskLine {
                what: format!(
                    "Since {since} it was used by another adult, unwatched: {sessions}, {length} in all, {pressed}"
                ),
                next: "look at its page; ask that adult when they used it, if the times or the counts are not what you expect",
            }
        }
        Trouble::WrongPins(count) => TaskLine {
            what: format!(
                "Since {since} {} for another adult’s session",
                words::counted(count as usize, "wrong PIN was tried", "wrong PINs were tried")
            ),
            next: "ask that adult whether it was they; withdraw the approval if it was not",
        },
        Trouble::Open(kind) => TaskLine {
            what: format!("It is entered since {since}, without an end, that {}", kind.in_words()),
            next: "enter its end if it is over",
        },
    }
}

/// What an officer can do about a fault.
fn what_to_do(cause: GapCause) -> &'static str {
    match cause {
        GapCause::AgentStopped => {
            "look at the next visit whether it starts by itself, and run proviso-agent doctor"
        }
        GapCause::ExtensionStopped => {
            "look at the next visit whether the extension is switched on, and start the browser anew"
        }
        GapCause::ProtocolMismatch => "update the browser’s extension and the monitoring program",
        GapCause::NoticeNotShown => "show the notice on the device",
        GapCause::NoPolicy => "let it reach the server, which gives it its order",
        GapCause::SpoolFull => "free room on its disk, or bring it to where it can reach the server",
        GapCause::ClockLost => {
            "its clock battery may be empty; let it reach the server, which puts the time right"
        }
        GapCause::ClockJump => "let it reach the server, which puts the time right",
        GapCause::PrivateWindowsUnseen => "let the extension into private windows at the next visit",
        GapCause::SiteListMissing | GapCause::HashSetMissing => {
            "let it reach the server, from which it fetches the list"
        }
        GapCause::BrowserUnwatched => {
            "put the extension into that browser at the next visit, or take the browser off"
        }
        GapCause::SessionHelperAbsent => {
            "have the person log off and on; if it comes again, run proviso-agent doctor"
        }
        _ => "run proviso-agent doctor at the next visit",
    }
}
