//! The pages' templates and what fills them.

use askama::Template;
use jiff::tz::TimeZone;
use proviso_model::looked::Looked;
use proviso_model::policy::{PackRef, Policy};
use proviso_model::{Timestamp, gap::GapCause};

use super::language::Say;
use crate::daemon::core_thread::CoreView;
use crate::uplink::UplinkState;
use crate::watch::{OtherAdultView, Totals};

/// `/`: the sign, and no more.
#[derive(Template)]
#[template(path = "sign.html")]
pub(super) struct SignPage<'a> {
    pub sign: &'a str,
    pub say: Say,
    /// Whether another adult is approved: then the way to their page stands below.
    pub other_adult: bool,
}

/// `/notice`.
#[derive(Template)]
#[template(path = "notice.html")]
pub(super) struct NoticePage<'a> {
    pub paragraphs: Vec<&'a str>,
    pub watched: Vec<&'a str>,
    pub form_token: &'a str,
    pub answered: &'static str,
    /// The same paragraphs in the language that the browser asks for; none in English.
    pub translated: Vec<String>,
    pub say: Say,
}

/// `/details` without a PIN session.
#[derive(Template)]
#[template(path = "pin.html")]
pub(super) struct PinPage<'a> {
    pub form_token: &'a str,
    pub problem: &'a str,
    pub say: Say,
}

/// `/details`.
#[derive(Template)]
#[template(path = "details.html")]
pub(super) struct DetailsPage<'a> {
    pub state: String,
    /// Why nothing is captured although the order runs; empty where that is not so.
    pub pause: String,
    /// What is approved for another adult; empty where nothing is.
    pub other_adult: String,
    pub order_reference: &'a str,
    pub authority: String,
    pub conditions: Vec<ConditionView<'a>>,
    pub site_lists: Vec<String>,
    pub hash_sets: Vec<String>,
    /// That words are on trial; empty where none are.
    pub trial: String,
    pub last_contact: String,
    /// Version of this program, and since when it runs.
    pub program: String,
    pub trouble: String,
    pub spooled: u64,
    pub totals: String,
    pub looked: Option<LookedView>,
    pub gaps: Vec<String>,
    pub answer: &'static str,
    pub form_token: &'a str,
    pub say: Say,
}

/// That the monitoring has ended.
#[derive(Template)]
#[template(path = "ended.html")]
pub(super) struct EndedPage {
    pub text: &'static str,
    pub say: Say,
}

/// Anything that went wrong.
#[derive(Template)]
#[template(path = "problem.html")]
pub(super) struct ProblemPage<'a> {
    pub title: &'a str,
    pub text: &'a str,
}

/// One paragraph in the court's words.
pub(super) struct ConditionView<'a> {
    pub paragraph: &'a str,
    pub text: &'a str,
    pub window: String,
    /// Whether this program watches for it.
    pub watched: bool,
}

/// An instant in the order's time zone, to the minute.
pub(super) fn in_words(at: Timestamp, timezone: &str) -> String {
    let zone = TimeZone::get(timezone).unwrap_or(TimeZone::UTC);
    match jiff::Timestamp::from_microsecond(at.as_micros()) {
        Ok(at) => at.to_zoned_datetime(zone).strftime("%-d %B %Y, %H:%M (%Z)").to_string(),
        Err(_) => at.to_string(),
    }
}

/// The time of day of an instant in the order's time zone.
pub(super) fn clock(at: Timestamp, timezone: &str) -> String {
    let zone = TimeZone::get(timezone).unwrap_or(TimeZone::UTC);
    let at = jiff::Timestamp::from_microsecond(at.as_micros()).unwrap_or_default();
    at.to_zoned_datetime(zone).strftime("%H:%M").to_string()
}

/// Until when, as a court writes it: a day is inclusive where the instant is the midnight after it.
pub(super) fn until_in_words(until: Timestamp, timezone: &str) -> String {
    let zone = TimeZone::get(timezone).unwrap_or(TimeZone::UTC);
    let last = jiff::Timestamp::from_microsecond(until.as_micros())
        .map(|at| at.to_zoned_datetime(zone))
        .ok()
        .filter(|at| at.time() == jiff::civil::Time::midnight())
        .and_then(|at| at.date().yesterday().ok());
    match last {
        Some(day) => format!("the end of {}", day.strftime("%-d %B %Y")),
        None => in_words(until, timezone),
    }
}

pub(super) fn conditions(policy: &Policy, now: Timestamp) -> Vec<ConditionView<'_>> {
    let zone = policy.timezone.as_str();
    let view = |condition: &'_ proviso_model::PolicyCondition| {
        if now < condition.valid_from {
            format!("from {}", in_words(condition.valid_from, zone))
        } else if now < condition.valid_until {
            format!("in force until {}", until_in_words(condition.valid_until, zone))
        } else {
            format!("ended at {}", until_in_words(condition.valid_until, zone))
        }
    };
    policy
        .conditions
        .iter()
        .map(|condition| ConditionView {
            paragraph: &condition.paragraph,
            text: &condition.text,
            window: view(condition),
            watched: !condition.rules.is_empty(),
        })
        .collect()
}

/// The lists of sites that pages are compared with, by name and version; never what stands in them.
pub(super) fn site_lists(policy: &Policy) -> Vec<String> {
    policy.site_lists().into_iter().map(|list| versioned(&list.list)).collect()
}

/// The same of lists of pictures.
pub(super) fn hash_sets(policy: &Policy) -> Vec<String> {
    policy.hash_sets().into_iter().map(|set| versioned(&set.set)).collect()
}

fn versioned(list: &PackRef) -> String {
    format!("{} version {}", list.name, list.version)
}

/// How often officers looked.
pub(super) struct LookedView {
    pub until: String,
    pub lately: String,
    pub all: String,
}

pub(super) fn looked(looked: &Looked, timezone: &str, say: Say) -> LookedView {
    let (lately, all) = (say.looks(&looked.lately), say.looks(&looked.all));
    LookedView { until: in_words(looked.until, timezone), lately, all }
}

/// Why nothing is captured on this device at `now` although the order runs: what an officer entered about it.
pub(super) fn pause_in_words(policy: &Policy, now: Timestamp) -> Option<String> {
    let pause = policy.paused_at(now)?;
    let zone = policy.timezone.as_str();
    let until = match pause.until {
        Some(until) => format!("until {}", in_words(until, zone)),
        None => "until an officer enters its end".to_owned(),
    };
    Some(format!(
        "Nothing is captured on this device from {} {until}: the force has entered that {}. If that is not so, tell your \
         officer or write it below.",
        in_words(pause.from, zone),
        pause.because.in_words()
    ))
}

/// How often a day.
pub(super) fn a_day(times: u32) -> String {
    match times {
        1 => "once a day".to_owned(),
        2 => "twice a day".to_owned(),
        times => format!("{times} times a day"),
    }
}

/// What an officer has approved for another adult, for the person to read; who that is does not stand on the device.
pub(super) fn other_adult_in_words(view: &OtherAdultView, timezone: &str) -> Option<String> {
    let approval = view.approval?;
    let now = match view.until {
        Some(until) => format!(" One lasts now, until {} at the latest.", clock(until, timezone)),
        None => String::new(),
    };
    Some(format!(
        "What is not watched: an officer has approved that another adult may use this account unwatched, at most {} minutes at \
         a time and {}, until {}.{now} It is not for you: in such a session your own use is not seen, and the force \
         is told when there was one and how much was typed and clicked in it, never what.",
        approval.longest_ms() / 60_000,
        a_day(approval.sessions_a_day()),
        until_in_words(approval.until, timezone)
    ))
}

const REVOKED: &str = "The force has ended this device's enrolment.";
const WATCHING: &str = "The program is watching this account now.";
const RELEASED: &str = "Monitoring on this device has ended; nothing is watched any more.";
pub(super) const NOTHING: &str = "Nothing is being watched now.";
const BECAUSE: &str = "Nothing is being watched now: {why}.";
const SINCE: &str = "since {when}: {why}";
const COUNTED: &str = "looked at {looked_at} times: {dropped} dropped at once because nothing matched, {shielded} dropped unread because of the protected list, {kept} put on record";
const TRIAL: &str = "Until {until}, words that the force is trying out are looked for too. Only how often they would have been found is counted and told to the force; nothing is kept because of them.";
/// All that is said by itself of how the device is.
#[cfg(test)]
pub(super) const STATES: [&str; 8] = [REVOKED, WATCHING, RELEASED, NOTHING, BECAUSE, SINCE, COUNTED, TRIAL];

/// Whether the device watches, in plain words.
pub(super) fn state_in_words(view: &CoreView, uplink: &UplinkState, say: Say) -> String {
    if uplink.revoked.is_some() {
        return say.of(REVOKED).to_owned();
    }
    if view.standing.watching {
        return say.of(WATCHING).to_owned();
    }
    if view.release.is_some() {
        return say.of(RELEASED).to_owned();
    }
    let why = view.standing.why_not.unwrap_or(GapCause::Unknown).in_words();
    say.filled(BECAUSE, &[("why", say.of(why))])
}

/// That words are on trial; empty where none are.
pub(super) fn trial(policy: &Policy, now: Timestamp, say: Say) -> String {
    match policy.trial.as_deref().filter(|trial| now < trial.until) {
        Some(trial) => say.filled(TRIAL, &[("until", &in_words(trial.until, &policy.timezone))]),
        None => String::new(),
    }
}

/// A gap that lasts.
pub(super) fn gap(from: Timestamp, cause: GapCause, timezone: &str, say: Say) -> String {
    say.filled(SINCE, &[("when", &in_words(from, timezone)), ("why", say.of(cause.in_words()))])
}

/// What became of what was looked at.
pub(super) fn totals(totals: Totals, say: Say) -> String {
    let counts =
        [totals.looked_at, totals.dropped, totals.shielded, totals.kept].map(|count| count.to_string());
    let [looked_at, dropped, shielded, kept] = &counts;
    let places = [("looked_at", looked_at), ("dropped", dropped), ("shielded", shielded), ("kept", kept)];
    say.filled(COUNTED, &places.map(|(place, count)| (place, count.as_str())))
}
