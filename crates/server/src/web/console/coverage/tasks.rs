//! Gaps that are a fault of a machine, as something to do. They say what to look at; what anybody did is not in them.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use proviso_engine::coverage::Cause;
use proviso_model::GapCause;

use crate::app::coverage::DeviceCoverage;
use crate::web::console::words;

/// Minutes of silence after which an officer is to ask.
const SILENT_MINUTES: u64 = 24 * 60;
/// Minutes of a fault, within the days that are looked at, after which an officer is to look.
const FAULT_MINUTES: u64 = 60;

/// What to do about a device, from its last days; nothing where an officer's entry explains the gap.
pub fn tasks(found: &DeviceCoverage, zone: &TimeZone) -> Vec<String> {
    let mut tasks = Vec::new();
    if let Some(last) = found.ledger.entries.last()
        && last.gap == Some(Cause::NOTHING)
        && last.until() == found.as_of
        && last.minutes >= SILENT_MINUTES
    {
        let since = words::when(last.from, zone);
        tasks.push(format!(
            "It has been silent since {} {} or longer: ask at the next visit. A flat battery, a repair or no network are as \
             likely as anything else.",
            since.local, since.zone
        ));
    }
    let mut by_cause: BTreeMap<GapCause, u64> = BTreeMap::new();
    for entry in &found.ledger.entries {
        if let Some(Cause::Device(cause)) = entry.gap {
            *by_cause.entry(cause).or_default() += entry.minutes;
        }
    }
    for (cause, minutes) in by_cause {
        if minutes >= FAULT_MINUTES
            && let Some(what) = what_to_do(cause)
        {
            let length = words::span(i64::try_from(minutes).unwrap_or(i64::MAX).saturating_mul(60_000));
            tasks.push(format!("In the last seven days, for {length}, {}: {what}.", cause.in_words()));
        }
    }
    tasks
}

/// What an officer can do about a fault; `None` for what is none, such as a device that is off.
fn what_to_do(cause: GapCause) -> Option<&'static str> {
    Some(match cause {
        GapCause::AgentStopped => {
            "look at the next visit whether it starts by itself, and run proviso-agent doctor"
        }
        GapCause::ExtensionStopped => {
            "look at the next visit whether the extension is switched on, and start the browser anew"
        }
        GapCause::ProtocolMismatch => "update the browser’s extension and the monitoring program",
        GapCause::NoticeNotShown => "show the notice on the device",
        GapCause::SpoolFull => "free room on its disk, or bring it to where it can reach the server",
        GapCause::ClockLost => {
            "its clock battery may be empty; let it reach the server, which puts the time right"
        }
        GapCause::ClockJump => "let it reach the server, which puts the time right",
        GapCause::SourceUnavailable | GapCause::SpoolDamaged | GapCause::Unknown => {
            "run proviso-agent doctor at the next visit"
        }
        _ => return None,
    })
}
