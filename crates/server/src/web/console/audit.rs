//! The audit log as a list, newest first, and what is looked for in it.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use jiff::civil::{Date, Time};
use proviso_model::Timestamp;
use serde::Deserialize;
use url::form_urlencoded::Serializer;

use super::Console;
use super::fault::Fault;
use super::page::{Shell, Under, page};
use super::signed_in::SignedIn;
use super::words::{self, When};
use crate::app::AppContext;
use crate::app::officer::acts::{self, ActKind};
use crate::app::officer::audit_log::{self, LogPage, Looked, Reason, ShownEntry};
use crate::app::officer::history;

#[derive(Template)]
#[template(path = "console/audit.html")]
struct AuditPage {
    shell: Shell,
    state: &'static str,
    caption: String,
    form: Form,
    is_search: bool,
    rows: Vec<Row>,
    older: Option<String>,
    newest: Option<String>,
}

struct Row {
    seq: u64,
    at: When,
    who: String,
    act: String,
    kind: &'static str,
    reason: String,
    objects: String,
    ended: String,
    hash: String,
    hash_short: String,
}

struct Choice {
    word: String,
    says: String,
    chosen: bool,
}

struct Form {
    who: Vec<Choice>,
    kinds: Vec<Choice>,
    acts: Vec<Choice>,
    about: String,
    from: String,
    until: String,
}

/// What is looked for, as the form says it, and which page.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    who: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    act: String,
    #[serde(default)]
    about: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    until: String,
    #[serde(default)]
    before: Option<u64>,
}

impl Asked {
    /// Days are those of the force's time zone; the last one counts in.
    fn looked(&self) -> Result<Looked, Fault> {
        let some = |said: &str| Some(said.trim().to_owned()).filter(|said| !said.is_empty());
        let zone = words::force_zone();
        let midnight = |said: &str, days: i64| match some(said) {
            None => Ok(None),
            Some(said) => {
                let day: Option<Date> = said.parse().ok();
                let start = day.and_then(|day| {
                    let day = day.checked_add(jiff::Span::new().days(days)).ok()?;
                    let at = zone.to_timestamp(day.to_datetime(Time::midnight())).ok()?;
                    Some(Timestamp::from_micros(at.as_microsecond()))
                });
                start.map(Some).ok_or_else(|| Fault::bad_request("A day is written as 2026-03-03."))
            }
        };
        Ok(Looked {
            actor: some(&self.who),
            kind: ActKind::parse(&self.kind),
            act: some(&self.act),
            about: some(&self.about),
            from: midnight(&self.from, 0)?,
            until: midnight(&self.until, 1)?,
        })
    }

    /// The same search from another place of the log on; from the newest entry where there is none.
    fn link(&self, before: Option<u64>) -> String {
        let before = before.map(|seq| seq.to_string()).unwrap_or_default();
        let said = [
            ("who", &self.who),
            ("kind", &self.kind),
            ("act", &self.act),
            ("about", &self.about),
            ("from", &self.from),
            ("until", &self.until),
            ("before", &before),
        ];
        let said = said.into_iter().filter(|(_, value)| !value.is_empty());
        let query = Serializer::new(String::new()).extend_pairs(said).finish();
        if query.is_empty() { "/audit".to_owned() } else { format!("/audit?{query}") }
    }
}

/// `GET /audit`.
pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response, Fault> {
    let looked = asked.looked()?;
    let log = audit_log::page(&console.app, &signed_in.session.who, &looked, asked.before).await?;
    let is_search = looked != Looked::default();
    let zone = words::force_zone();
    let rows: Vec<_> = log.entries.iter().map(|entry| row(entry, &zone)).collect();
    let last = rows.last().map_or(0, |row| row.seq);
    page(&AuditPage {
        shell: Shell::new("Audit log", Under::Audit, &signed_in),
        state: match log.chained {
            Some(true) => "The entries on this page are chained as they should be.",
            Some(false) => {
                "The entries on this page are NOT chained as they should be: tell the force administrator now."
            }
            None => {
                "A search leaves entries out, so this page does not check the chain; proviso-server admin audit verify does."
            }
        },
        caption: caption(&log, is_search, &rows),
        form: form(&console.app, &asked).await?,
        is_search,
        older: log.has_older.then(|| asked.link(Some(last))),
        newest: asked.before.is_some().then(|| asked.link(None)),
        rows,
    })
}

fn caption(log: &LogPage, is_search: bool, rows: &[Row]) -> String {
    match (rows.first(), rows.last(), is_search) {
        (Some(newest), Some(oldest), false) => {
            format!("Entries {} to {} of {}", oldest.seq, newest.seq, log.last_seq)
        }
        (Some(newest), Some(oldest), true) => format!(
            "{} found, between {} and {} of {} entries{}",
            words::counted(rows.len(), "entry", "entries"),
            oldest.seq,
            newest.seq,
            log.last_seq,
            if log.has_older { "; there are older ones" } else { "" }
        ),
        _ => "No entry was found".to_owned(),
    }
}

fn row(entry: &ShownEntry, zone: &jiff::tz::TimeZone) -> Row {
    let row = &entry.row;
    let hash = hex::encode(row.hash);
    Row {
        seq: row.seq,
        at: words::when(row.entry.opened_at, zone),
        who: entry.who.clone(),
        act: acts::in_words(&row.entry.act).to_owned(),
        kind: entry.kind.in_words(),
        reason: match &entry.reason {
            Reason::NotAsked => "none is asked".to_owned(),
            Reason::Said(words) => words.clone(),
            Reason::Sealed => "kept sealed".to_owned(),
        },
        objects: row.entry.objects.clone(),
        ended: row.completed.as_ref().map_or_else(|| "not completed".to_owned(), |end| end.1.clone()),
        hash_short: hash.get(..12).unwrap_or(&hash).to_owned(),
        hash,
    }
}

async fn form(app: &AppContext, asked: &Asked) -> Result<Form, Fault> {
    let choice = |word: &str, says: &str, chosen: &str| Choice {
        word: word.to_owned(),
        says: says.to_owned(),
        chosen: word == chosen,
    };
    let mut who = Vec::new();
    for officer in app.store.officer_list().await? {
        who.push(choice(&format!("officer:{}", officer.id), &officer.display_name, &asked.who));
    }
    for actor in ["command-line", "worker", "device", "visitor"] {
        who.push(choice(actor, &history::actor_name(app, actor).await?, &asked.who));
    }
    let mut acts: Vec<_> = acts::all().map(|act| choice(act, acts::in_words(act), &asked.act)).collect();
    acts.sort_by(|left, right| left.says.cmp(&right.says));
    Ok(Form {
        who,
        kinds: ActKind::ALL.iter().map(|kind| choice(kind.as_str(), kind.in_words(), &asked.kind)).collect(),
        acts,
        about: asked.about.clone(),
        from: asked.from.clone(),
        until: asked.until.clone(),
    })
}
