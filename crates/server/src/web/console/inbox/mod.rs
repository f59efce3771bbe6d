//! The inbox, as a page and as the fragment that the live view swaps in.

mod export;
mod handle;
mod keys;
mod rows;
mod side;

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use url::form_urlencoded::Serializer;

use self::rows::Group;
use self::side::{Empty, Side};
use super::Console;
use super::fault::Fault;
use super::page::{Shell, Under, page};
use super::signed_in::SignedIn;
use super::words::{self, When};
use crate::app::AppContext;
use crate::app::officer::allowed::Action;
use crate::app::officer::find::{self, Found};
use crate::app::officer::inbox::{self, Inbox};
use crate::app::officer::inbox_filters::{self, Likes};
use crate::app::officer::inbox_query::{InboxQuery, NotRead};
use crate::app::officer::privilege;
use crate::app::officer::who::Who;

pub use self::export::export;
pub use self::handle::{handle, preview};
pub use self::keys::{change as keys_change, forget, save, show as keys};
pub use self::rows::due_in_words;
pub use self::side::{DeviceLine, device_state};

#[derive(Template)]
#[template(path = "console/inbox.html")]
struct InboxPage {
    shell: Shell,
    after: i64,
    view: View,
}

/// The rows alone, for swapping.
#[derive(Template)]
#[template(path = "console/inbox.html", block = "rows")]
struct InboxRows {
    view: View,
}

/// What both show.
struct View {
    csrf: String,
    /// The words of the filter; empty for none.
    query: String,
    /// What stands in the field: what was typed, also where it could not be read.
    typed: String,
    /// Where the fragment of the same view is.
    fragment: String,
    now: When,
    summary: String,
    /// What was just done; empty for most.
    said: String,
    /// What of the filter could not be read; empty for most.
    problem: String,
    tabs: Vec<Tab>,
    groups: Vec<Group>,
    side: Side,
    empty: Empty,
    may_decide: bool,
    may_export: bool,
    /// Whether single keys do something.
    keys: &'static str,
    can_save: bool,
}

/// A filter to choose.
struct Tab {
    label: String,
    href: String,
    is_current: bool,
}

/// What is asked for.
#[derive(Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
    /// What was just done, and with how many.
    #[serde(default)]
    did: String,
    #[serde(default)]
    n: usize,
    #[serde(default)]
    left: usize,
}

/// The address of a view of the inbox.
fn address(path: &str, query: &str) -> String {
    match query {
        "" => path.to_owned(),
        query => format!("{path}?{}", Serializer::new(String::new()).append_pair("q", query).finish()),
    }
}

/// `GET /`: the start page. For a role without an inbox it is the page that the role has.
pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response, Fault> {
    let who = &signed_in.session.who;
    if !who.may(Action::ViewEvidence) {
        let is_stuck = who.may(Action::AppointReviewers) && privilege::is_stuck(&console.app).await?;
        let to = match () {
            () if who.may(Action::ReviewQuarantine) => "/quarantine",
            () if who.may(Action::ReviewPrivilege) || is_stuck => "/privilege",
            () if who.may(Action::ReadAudit) => "/audit",
            () => "/account",
        };
        return Ok(Redirect::to(to).into_response());
    }
    let (query, problem) = read(&asked.q);
    let (query, problem) = match (query.person(), problem) {
        (name, problem) if name.is_empty() => (query, problem),
        (name, _) => match look_up(&console.app, who, &name).await? {
            Ok(cases) => {
                let to = address("/", &query.of_cases(cases).to_string());
                return Ok(Redirect::to(&to).into_response());
            }
            Err(problem) => (InboxQuery::default(), problem.to_owned()),
        },
    };
    let inbox = inbox::inbox(&console.app, who, &query).await?;
    let likes = inbox_filters::likes(&console.app, who).await?;
    let after = inbox.after;
    let mut view = view(&signed_in, &inbox, &query, &likes);
    if !problem.is_empty() {
        (view.problem, view.typed) = (problem, asked.q.clone());
    }
    view.said = said(&asked);
    page(&InboxPage { shell: Shell::new("Inbox", Under::Inbox, &signed_in), after, view })
}

/// `GET /inbox`: the rows alone.
pub async fn fragment(
    State(console): State<Console>,
    signed_in: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response, Fault> {
    let who = &signed_in.session.who;
    let (query, problem) = read(&asked.q);
    let inbox = inbox::inbox(&console.app, who, &query).await?;
    let likes = inbox_filters::likes(&console.app, who).await?;
    page(&InboxRows { view: View { problem, ..view(&signed_in, &inbox, &query, &likes) } })
}

/// The filter, or none and what is the matter with it.
fn read(typed: &str) -> (InboxQuery, String) {
    match InboxQuery::parse(typed) {
        Ok(query) => (query, String::new()),
        Err(NotRead(word)) => (InboxQuery::default(), format!("The filter does not know “{word}”")),
    }
}

/// The cases of a name, among those of the officer. In the log, as every look for a person.
async fn look_up(
    ctx: &AppContext,
    who: &Who,
    name: &str,
) -> Result<Result<Vec<proviso_model::ids::CaseId>, &'static str>, Fault> {
    Ok(match find::find(ctx, who, name).await? {
        Found::People { people, .. } if people.is_empty() => {
            Err("Nobody of that name was found in your cases")
        }
        Found::People { more: true, .. } => Err("Too many people have that name; write more of it"),
        Found::People { people, .. } => Ok(people.into_iter().map(|one| one.case).collect()),
        Found::TooLong => Err("Write a shorter name"),
        Found::NothingTyped | Found::TooShort => Err("Write at least 2 letters of the name"),
    })
}

fn view(signed_in: &SignedIn, inbox: &Inbox, query: &InboxQuery, likes: &Likes) -> View {
    let now = inbox.now;
    let said = query.to_string();
    View {
        csrf: signed_in.form_token(),
        fragment: address("/inbox", &said),
        now: words::when(now, &words::force_zone()),
        summary: summary(inbox, query),
        typed: said.clone(),
        said: String::new(),
        problem: String::new(),
        tabs: tabs(inbox, &said, likes),
        groups: rows::groups(inbox, now),
        side: if query.is_empty() { side::side(inbox) } else { Side::default() },
        empty: if query.is_empty() {
            side::empty(&inbox.devices, now)
        } else {
            side::nothing_of_the_filter()
        },
        may_export: signed_in.session.who.may(Action::Export),
        may_decide: signed_in.session.who.may(Action::Decide),
        keys: if likes.single_keys { "on" } else { "off" },
        can_save: !query.is_empty()
            && query.cases().is_none()
            && likes.filters.iter().all(|filter| filter.query != said),
        query: said,
    }
}

fn summary(inbox: &Inbox, query: &InboxQuery) -> String {
    let rows = inbox.threads.len();
    let alerts: usize = inbox.threads.iter().map(|thread| thread.rows.len()).sum();
    let overdue = inbox.threads.iter().filter(|thread| thread.is_overdue).count();
    let waiting = match rows == alerts {
        true => words::counted(alerts, "alert waits", "alerts wait"),
        false => format!("{}, with {alerts} alerts,", words::counted(rows, "row waits", "rows wait")),
    };
    let said = match (rows, overdue, query.is_empty()) {
        (0, _, true) => "Nothing waits for a decision.".to_owned(),
        (0, _, false) => "Nothing in your inbox is as the filter says.".to_owned(),
        (_, 0, true) => format!("{waiting} for a decision; none is overdue."),
        (_, overdue, true) => format!("{waiting} for a decision; {overdue} overdue."),
        (_, overdue, false) => {
            let counted = rows::counted(rows, alerts);
            format!("{} as the filter says; {overdue} overdue.", words::sentence(&counted))
        }
    };
    if inbox.more { format!("At least: {said} Only the most urgent were looked through.") } else { said }
}

fn tabs(inbox: &Inbox, current: &str, likes: &Likes) -> Vec<Tab> {
    let all = &inbox.all;
    let tab =
        |label: String, query: &str| Tab { label, href: address("/", query), is_current: query == current };
    let mut tabs = vec![
        tab("All".to_owned(), ""),
        tab(format!("Mine ({})", all.mine), "assigned:me"),
        tab(format!("New ({})", all.new), "is:new"),
        tab(format!("Late ({})", all.overdue), "is:overdue"),
        tab(format!("Resting ({})", all.resting), "is:resting"),
    ];
    if current.contains("case:") {
        // The counts would be of one person, and the tabs are not.
        tabs = [
            ("All", ""),
            ("Mine", "assigned:me"),
            ("New", "is:new"),
            ("Late", "is:overdue"),
            ("Resting", "is:resting"),
        ]
        .map(|(label, query)| tab(label.to_owned(), query))
        .into();
    }
    let mut seen = BTreeSet::new();
    let saved = likes.filters.iter().map(|filter| filter.query.as_str()).filter(|query| seen.insert(*query));
    tabs.extend(saved.map(|query| tab(query.to_owned(), query)));
    tabs
}

/// What was just done, in a sentence. Only words of ours come of an address.
fn said(asked: &Asked) -> String {
    let done = match asked.did.as_str() {
        "take" => "taken: it says so in every colleague’s inbox",
        "give-back" => "given back: nobody’s now",
        "assign" => "given to a colleague",
        "rest" => "put to rest: back at its time, or when something new is found",
        "wake" => "back in the inbox",
        "together" => "put into one row",
        "apart" => "put into a row apart",
        "as-folded" => "back where the inbox puts it",
        "decided" => "decided, each with an entry of its own in the log",
        _ => return String::new(),
    };
    let left = match asked.left {
        0 => String::new(),
        left => format!(
            " {} left as it was: urgent, or decided meanwhile.",
            words::counted(left, "alert", "alerts")
        ),
    };
    format!("{} {done}.{left}", words::counted(asked.n, "alert", "alerts"))
}
