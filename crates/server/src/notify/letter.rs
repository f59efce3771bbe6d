//! What a message says: that something waits, where, who is next, and whom to turn to. Never what it is about: no name, no
//! paragraph, no word that was captured.

use jiff::tz::TimeZone;
use proviso_model::Timestamp;
use proviso_store::{Channel, ClaimedDelivery, DeliveryKind, Priority, TellingStep};
use serde_json::json;

use super::carrier::{Call, Letter};
use super::rules::TellingRules;

/// `10:35 on Tuesday 24 November 2026 (GMT)`.
fn hour(at: Timestamp, zone: &TimeZone) -> String {
    let instant = jiff::Timestamp::from_microsecond(at.as_micros()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    instant.to_zoned_datetime(zone.clone()).strftime("%H:%M on %A %-d %B %Y (%Z)").to_string()
}

/// The e-mail of a delivery to an address.
#[must_use]
pub fn letter(rules: &TellingRules, claimed: &ClaimedDelivery, to: String, now: Timestamp) -> Letter {
    let row = &claimed.row;
    let (subject, first) = match row.kind {
        DeliveryKind::Trial => (
            "Proviso: this e-mail arrives".to_owned(),
            "You asked whether notifications arrive. This one did; no alert goes with it.\n\n".to_owned(),
        ),
        DeliveryKind::Rights => (
            "Proviso: a request about somebody's data is waiting".to_owned(),
            format!(
                "Somebody asked the force something about the data that it holds of them. The time in which it is to be answered runs.\n\n{}\n\n",
                rules.link("/rights")
            ),
        ),
        _ => waiting(rules, claimed),
    };
    let mut text = first;
    if !matches!(row.kind, DeliveryKind::Trial | DeliveryKind::Rights) {
        text.push_str(&next(rules, claimed));
    }
    if !rules.turn_to.is_empty() {
        text.push_str(&format!(
            "If you cannot look, or the link does not open, turn to: {}\n\n",
            rules.turn_to
        ));
    }
    text.push_str("This message says no more on purpose: what it is about is behind the sign-in. Nobody reads replies to it.\n");
    if row.step != TellingStep::Contact {
        text.push_str(&format!("What is sent to you, and when: {}\n", rules.link("/account/notifications")));
    }
    Letter {
        id: row.id,
        to,
        subject,
        text: wrapped(&text),
        at: now,
        is_urgent: row.priority == Priority::Now,
    }
}

/// Longest line of an e-mail, in characters, but for addresses: so none has to be encoded.
const LINE_CHARS_MAX: usize = 72;

/// The text in lines that every mail program shows as they are.
fn wrapped(text: &str) -> String {
    let mut lines = String::new();
    for line in text.lines() {
        let mut length = 0;
        for word in line.split(' ') {
            let breaks = length > 0 && length + 1 + word.chars().count() > LINE_CHARS_MAX;
            if breaks {
                (length, lines) = (0, lines + "\n");
            } else if length > 0 {
                (length, lines) = (length + 1, lines + " ");
            }
            length += word.chars().count();
            lines.push_str(word);
        }
        lines.push('\n');
    }
    lines
}

/// Subject and first lines: how many wait, of which urgency, and where.
fn waiting(rules: &TellingRules, claimed: &ClaimedDelivery) -> (String, String) {
    let row = &claimed.row;
    let (count, link) = match claimed.unseen.as_slice() {
        [one] => (1, rules.link(&format!("/alerts/{one}"))),
        several => (several.len(), rules.link("/")),
    };
    let (one, many) = match row.priority {
        Priority::Now => {
            ("an alert that may be about imminent harm", "alerts that may be about imminent harm")
        }
        Priority::Today => ("an alert of high priority", "alerts of high priority"),
        Priority::ThisWeek | Priority::NextVisit => ("an alert that can wait", "alerts that can wait"),
    };
    let (what, is) = match count {
        1 => (one.to_owned(), "is"),
        count => (format!("{count} {many}"), "are"),
    };
    let subject = format!("Proviso: {what} {is} waiting");
    let whose = match (row.kind, row.step) {
        (DeliveryKind::Raised, TellingStep::Cover) => " in the cases of a colleague for whom you stand in",
        (DeliveryKind::Escalated, TellingStep::Cover) => {
            " that a colleague for whom you stand in has not opened"
        }
        (DeliveryKind::Escalated, _) => " that nobody who was told before you has opened",
        _ => "",
    };
    (subject, format!("There {is} {what} waiting{whose}:\n\n{link}\n\n"))
}

/// What happens if nobody looks.
fn next(rules: &TellingRules, claimed: &ClaimedDelivery) -> String {
    let row = &claimed.row;
    let by = claimed.next_at.map(|at| hour(at, &rules.zone));
    match (row.step, row.priority, by) {
        (TellingStep::Contact, _, _) => "It was raised by a machine, whose opinion may be wrong: somebody has to look at once. If you cannot sign in, reach the officer in charge or a supervisor by telephone; those who are in charge have been told too.\n\n".to_owned(),
        (_, Priority::ThisWeek | Priority::NextVisit, _) => {
            "Nobody else is told of these. You get this once a day because you asked for it.\n\n".to_owned()
        }
        (TellingStep::Officer, _, Some(by)) => {
            format!("If nobody has looked by {by}, your cover or a supervisor is told.\n\n")
        }
        (_, _, Some(by)) => format!("If nobody has looked by {by}, a supervisor is told.\n\n"),
        (_, _, None) => "Nobody else is told after you: please open it, or see that somebody does.\n\n".to_owned(),
    }
}

/// The call of a delivery: one alert each, the same words at each attempt.
#[must_use]
pub fn call(rules: &TellingRules, claimed: &ClaimedDelivery, now: Timestamp) -> Option<Call> {
    let row = &claimed.row;
    debug_assert_eq!(row.channel, Channel::Webhook);
    let (alert, raised_at) = claimed.alerts.first()?;
    let body = json!({
        "kind": row.kind.as_str(),
        "alert": alert.to_string(),
        "priority": row.priority.as_str(),
        "step": row.step.as_str(),
        "raised_at": raised_at.to_string(),
        "time": row.made_at.to_string(),
        "link": rules.link(&format!("/alerts/{alert}")),
    });
    Some(Call { id: row.id, body: body.to_string(), at: now })
}
