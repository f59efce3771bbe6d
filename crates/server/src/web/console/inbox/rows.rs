//! Rows of the inbox in words: who, what, under which paragraph, why now, whose, how often and until when.

use proviso_model::{AlertState, Timestamp};
use proviso_store::{OrderEndRow, Priority};

use crate::app::officer::inbox::Inbox;
use crate::app::officer::priority::Due;
use crate::app::officer::threads::{Back, Thread, ThreadOwner};
use crate::web::console::outside;
use crate::web::console::words;

/// A minute, in milliseconds.
const MINUTE_MILLIS: i64 = 60_000;

/// Rows of one urgency.
pub(super) struct Group {
    pub key: &'static str,
    pub title: &'static str,
    pub hint: String,
    pub rows: Vec<Row>,
}

/// One row.
pub(super) struct Row {
    /// The alert that names the row.
    pub id: String,
    /// Where it leads.
    pub href: String,
    /// Its alerts, with commas between them: what a form about the row is about.
    pub alerts: String,
    /// How many alerts.
    pub count: usize,
    pub person: String,
    pub device: String,
    pub account: String,
    pub happened: &'static str,
    pub paragraph: String,
    pub kind: &'static str,
    /// Colour and word of each mark.
    pub tags: Vec<(&'static str, String)>,
    /// Why it comes where it does, in a sentence.
    pub why: String,
    /// Whose it is; empty where it is nobody's.
    pub owner: String,
    pub is_mine: bool,
    pub rests: bool,
    pub is_urgent: bool,
    pub seen: String,
    pub due: String,
    pub overdue: bool,
    /// Why it is not to be acted on; empty for most.
    pub note: String,
}

/// Where a row stands in the inbox.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Of(Priority),
    OverBudget,
    Resting,
    Outside,
}

fn place(thread: &Thread) -> Place {
    match () {
        () if thread.is_outside() => Place::Outside,
        () if thread.rest.is_some() => Place::Resting,
        () if thread.is_over_budget() => Place::OverBudget,
        () => Place::Of(thread.priority()),
    }
}

/// The rows under their headings, those without rows left out.
pub(super) fn groups(inbox: &Inbox, now: Timestamp) -> Vec<Group> {
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
        (Place::Resting, "resting", "Put to rest for a while"),
        (Place::Outside, "outside", "Outside the order: wait for review"),
    ]
    .into_iter()
    .map(|(wanted, key, title)| {
        let mut threads: Vec<_> = inbox.threads.iter().filter(|thread| place(thread) == wanted).collect();
        threads.sort_by_key(|thread| thread.pressing(now));
        let alerts: usize = threads.iter().map(|thread| thread.rows.len()).sum();
        let rows: Vec<_> = threads.into_iter().filter_map(|one| row(one, &inbox.ends, now)).collect();
        let more = if wanted == Place::OverBudget { over.as_str() } else { "" };
        Group { key, title, hint: format!("{}{more}", counted(rows.len(), alerts)), rows }
    })
    .filter(|group| !group.rows.is_empty())
    .collect()
}

/// How many rows, and alerts where these are more.
pub(super) fn counted(rows: usize, alerts: usize) -> String {
    match rows == alerts {
        true => words::counted(alerts, "alert", "alerts"),
        false => {
            format!("{}, {}", words::counted(rows, "row", "rows"), words::counted(alerts, "alert", "alerts"))
        }
    }
}

fn row(thread: &Thread, ends: &[OrderEndRow], now: Timestamp) -> Option<Row> {
    let first = thread.rows.first()?;
    let (alert, zone) = (&first.alert, words::force_zone());
    let id = thread.id()?.to_string();
    let (due, overdue) = due_in_words(thread.due(now));
    let is_one_device = thread.rows.iter().all(|row| row.alert.device == alert.device);
    let ids: Vec<String> = thread.rows.iter().map(|row| row.alert.id.to_string()).collect();
    let findings = thread.rows.iter().map(|row| row.alert.findings).sum();
    let first_at = thread.rows.iter().map(|row| row.alert.first_at).min().unwrap_or(alert.first_at);
    let last_at = thread.rows.iter().map(|row| row.alert.last_at).max().unwrap_or(alert.last_at);
    let mut paragraphs: Vec<&str> = thread.rows.iter().map(|row| row.alert.paragraph.as_str()).collect();
    paragraphs.sort_unstable();
    paragraphs.dedup();
    Some(Row {
        href: if ids.len() > 1 { format!("/inbox/rows/{id}") } else { format!("/alerts/{id}") },
        count: ids.len(),
        alerts: ids.join(","),
        person: first.person.name.clone(),
        device: match is_one_device {
            true => words::device(&first.device.system).to_owned(),
            false => "Several devices".to_owned(),
        },
        account: if is_one_device { first.device.account.clone() } else { String::new() },
        happened: words::happened(alert, first.act),
        paragraph: paragraphs.join(" and "),
        kind: if paragraphs.len() > 1 {
            "put into one row by an officer"
        } else {
            alert.condition.in_words()
        },
        tags: tags(thread),
        why: why(thread, now),
        owner: thread.owner.as_ref().map_or_else(String::new, owner),
        is_mine: thread.owner.as_ref().is_some_and(|owner| owner.is_me && owner.has_all),
        rests: thread.rest.is_some(),
        is_urgent: thread.priority() == Priority::Now,
        seen: words::seen(findings, first_at, last_at, &zone),
        due,
        overdue,
        note: first
            .outside
            .map_or_else(String::new, |why| outside::note(why, ends, "this", alert.last_at, &zone)),
        id,
    })
}

fn tags(thread: &Thread) -> Vec<(&'static str, String)> {
    let has = |state| thread.rows.iter().any(|row| row.alert.state == state);
    let mut tags = Vec::new();
    if thread.rows.len() > 1 {
        tags.push(("several", format!("{} alerts", thread.rows.len())));
    }
    match (has(AlertState::New), has(AlertState::Opened)) {
        (true, true) => tags.push(("new", "New in part".to_owned())),
        (true, false) => tags.push(("new", "New".to_owned())),
        _ if has_grown(thread) => tags.push(("new", "Grew since it was opened".to_owned())),
        _ => tags.push(("opened", "Opened, not decided".to_owned())),
    }
    if thread.is_woken {
        tags.push(("soon", "Rested, and grew".to_owned()));
    }
    if thread.back.is_some() {
        tags.push(("soon", "Came back".to_owned()));
    }
    tags
}

/// Whether something was found after somebody had looked.
fn has_grown(thread: &Thread) -> bool {
    thread.rows.iter().any(|row| row.alert.opened_at.is_some_and(|opened| row.alert.last_at > opened))
}

/// Why it comes where it does: how often lately, for how long nobody answered, whether it had been decided on.
fn why(thread: &Thread, now: Timestamp) -> String {
    let zone = words::force_zone();
    let mut said = Vec::new();
    if thread.nth_time > 1 {
        said.push(format!("{} time in 7 days", words::sentence(&nth(thread.nth_time))));
    }
    let since = |state| {
        let of_it = thread.rows.iter().filter(move |row| row.alert.state == state);
        of_it.map(|row| row.alert.raised_at).min()
    };
    match (since(AlertState::New), since(AlertState::Opened)) {
        (Some(raised), _) if now.millis_since(raised) < MINUTE_MILLIS => {
            said.push("raised just now".to_owned())
        }
        (Some(raised), _) => {
            said.push(format!("nobody has looked for {}", words::span(now.millis_since(raised))))
        }
        (None, Some(raised)) => {
            said.push(format!("looked at, no answer for {}", words::span(now.millis_since(raised))));
        }
        (None, None) => {}
    }
    match thread.back {
        Some(Back::Decided(at)) => {
            said.push(format!("the same was decided on {}", words::when(at, &zone).short))
        }
        Some(Back::Conversation) => said.push("the conversation was decided on before".to_owned()),
        None => {}
    }
    if let Some(until) = thread.rest {
        said.push(format!(
            "rests until {}, or until something new is found",
            words::when(until, &zone).short
        ));
    }
    words::sentence(&said.join("; "))
}

/// `second`, `11th`.
fn nth(count: u64) -> String {
    const WORDS: [&str; 10] =
        ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];
    let word = usize::try_from(count).ok().and_then(|count| WORDS.get(count.checked_sub(1)?));
    match (word, count % 10, count % 100) {
        (Some(word), ..) => (*word).to_owned(),
        (None, _, 11..=13) => format!("{count}th"),
        (None, 1, _) => format!("{count}st"),
        (None, 2, _) => format!("{count}nd"),
        (None, 3, _) => format!("{count}rd"),
        _ => format!("{count}th"),
    }
}

fn owner(owner: &ThreadOwner) -> String {
    let since = words::when(owner.since, &words::force_zone()).short;
    let who = if owner.is_me { "You" } else { owner.name.as_str() };
    let part = if owner.has_all { "" } else { " in part" };
    match owner.may {
        true => format!("{who} took it{part}, {since}"),
        false => format!("{who} had taken it{part}, and may not open this case now: it is nobody’s"),
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

#[cfg(test)]
mod tests {
    use super::nth;

    #[test]
    fn times_are_said_as_people_say_them() {
        for (count, said) in [
            (1, "first"),
            (3, "third"),
            (10, "tenth"),
            (11, "11th"),
            (12, "12th"),
            (21, "21st"),
            (32, "32nd"),
            (113, "113th"),
        ] {
            assert_eq!(nth(count), said);
        }
    }
}
