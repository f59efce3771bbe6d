//! How the work stands under a supervisor, and what officers' decisions say of the rules.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use proviso_model::Timestamp;

use super::Console;
use super::fault::Fault;
use super::page::{Shell, Under, page};
use super::signed_in::SignedIn;
use super::words::{self, When};
use crate::app::officer::allowed::Action;
use crate::app::officer::priority::{Due, due};
use crate::app::officer::rules::{self, DAYS, DECIDED_MIN, RuleLine};
use crate::app::officer::workload::{self, ForReview, OfficerLoad, WaitingAlert};

#[derive(Template)]
#[template(path = "console/workload.html")]
struct WorkloadPage {
    shell: Shell,
    summary: String,
    officers: Vec<OfficerRow>,
    longest: Vec<AlertLine>,
    reviews: Vec<ReviewLine>,
    /// Places that this page leads to, with what is done there.
    places: Vec<(&'static str, &'static str, &'static str)>,
    has_budget: bool,
}

struct OfficerRow {
    /// Where the officer's cases are; empty for nobody.
    href: String,
    name: String,
    cases: usize,
    open: usize,
    overdue: usize,
    oldest: String,
    today: String,
    cover: String,
}

struct AlertLine {
    id: String,
    person: String,
    kind: &'static str,
    paragraph: String,
    officer: String,
    raised: When,
    age: String,
    overdue: bool,
}

struct ReviewLine {
    href: &'static str,
    text: String,
}

/// `GET /workload`.
pub async fn show(State(console): State<Console>, signed_in: SignedIn) -> Result<Response, Fault> {
    let who = &signed_in.session.who;
    let view = workload::view(&console.app, who).await?;
    let (zone, now) = (words::force_zone(), view.now);
    let overdue: usize = view.officers.iter().map(|load| load.overdue).sum();
    let summary = match view.open {
        0 => "No alert waits for a decision.".to_owned(),
        open => format!(
            "{} for a decision, {overdue} of them overdue.",
            words::counted(open, "alert waits", "alerts wait")
        ),
    };
    let places = [
        ("/caseload", "Caseloads", "who is in charge of which case, and moving cases", Action::KeepCaseloads),
        ("/cover", "Cover", "who stands in for whom", Action::SetCover),
        ("/conflicts", "Conflicts of interest", "who knows which person", Action::KeepCaseloads),
        ("/shield", "Protected contacts", "whose messages are never captured", Action::KeepShield),
        (
            "/blind-reviews",
            "Second looks",
            "decisions drawn by lot, looked at without knowing what was decided",
            Action::ReviewDecisions,
        ),
        ("/rules", "Rules", "how often officers uphold what each rule finds", Action::ReviewRules),
    ];
    page(&WorkloadPage {
        shell: Shell::new("Team", Under::Workload, &signed_in),
        summary,
        officers: view.officers.iter().map(|load| officer_row(load, view.per_day, now)).collect(),
        longest: view.longest.iter().map(|one| alert_line(one, &zone, now)).collect(),
        reviews: reviews(view.for_review),
        places: places
            .into_iter()
            .filter(|(_, _, _, action)| who.may(*action))
            .map(|(href, label, hint, _)| (href, label, hint))
            .collect(),
        has_budget: view.per_day.is_some(),
    })
}

fn officer_row(load: &OfficerLoad, per_day: Option<u32>, now: Timestamp) -> OfficerRow {
    OfficerRow {
        href: load.officer.map_or_else(String::new, |id| format!("/caseload?officer={id}")),
        name: load.name.clone(),
        cases: load.cases,
        open: load.open,
        overdue: load.overdue,
        oldest: load.oldest.map_or_else(|| "nothing".to_owned(), |at| words::span(now.millis_since(at))),
        today: match per_day {
            Some(per_day) => format!("{} of {per_day}", load.decided_today),
            None => load.decided_today.to_string(),
        },
        cover: load.covered_by.join(", "),
    }
}

fn alert_line(one: &WaitingAlert, zone: &jiff::tz::TimeZone, now: Timestamp) -> AlertLine {
    AlertLine {
        id: one.alert.id.to_string(),
        person: one.person.name.clone(),
        kind: one.alert.condition.in_words(),
        paragraph: one.alert.paragraph.clone(),
        officer: one.officer.clone(),
        raised: words::when(one.alert.raised_at, zone),
        age: words::span(now.millis_since(one.alert.raised_at)),
        overdue: matches!(due(&one.alert, now), Due::Overdue(_)),
    }
}

fn reviews(found: ForReview) -> Vec<ReviewLine> {
    let lines = [
        ("/quarantine", found.quarantine, "case has", "cases have", "something held outside its order"),
        (
            "/retention",
            found.to_destroy,
            "case waits",
            "cases wait",
            "for a second officer before it is destroyed",
        ),
        ("/blind-reviews", found.second_looks, "decision waits", "decisions wait", "for a second look"),
        ("/rights", found.rights, "request", "requests", "of people about their data to answer"),
    ];
    let lines = lines.into_iter().filter(|(_, count, ..)| *count > 0);
    lines
        .map(|(href, count, one, many, rest)| ReviewLine {
            href,
            text: format!("{} {rest}", words::counted(count, one, many)),
        })
        .collect()
}

#[derive(Template)]
#[template(path = "console/rules.html")]
struct RulesPage {
    shell: Shell,
    since: When,
    days: i64,
    decided_min: u64,
    floor: String,
    lines: Vec<Line>,
}

struct Line {
    condition: &'static str,
    rule: String,
    pack: String,
    upheld: String,
    between: String,
    mistaken: u64,
    is_under_floor: bool,
}

/// `GET /rules`.
pub async fn rules(State(console): State<Console>, signed_in: SignedIn) -> Result<Response, Fault> {
    let view = rules::view(&console.app, &signed_in.session.who).await?;
    let is_supervisor = signed_in.session.who.may(Action::KeepCaseloads);
    page(&RulesPage {
        shell: Shell::new("Rules", if is_supervisor { Under::Workload } else { Under::Rules }, &signed_in),
        since: words::when(view.since, &words::force_zone()),
        days: DAYS,
        decided_min: DECIDED_MIN,
        floor: view.floor_percent.map_or_else(String::new, |percent| format!("{percent} %")),
        lines: view.lines.iter().map(line).collect(),
    })
}

fn line(line: &RuleLine) -> Line {
    let (low, high) = line.between_permille;
    Line {
        condition: line.condition.in_words(),
        rule: line.rule.clone(),
        pack: match &line.pack {
            Some((name, version)) => format!("{name} {version}"),
            None => "before versions were kept".to_owned(),
        },
        upheld: format!("{} of {}", line.upheld, line.decided),
        between: format!("{} to {} %", low / 10, high.div_ceil(10)),
        mistaken: line.mistaken,
        is_under_floor: line.is_under_floor,
    }
}
