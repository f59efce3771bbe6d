//! Which visits are due, with the reasons in words.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use proviso_model::Timestamp;

use super::Console;
use super::fault::Fault;
use super::page::{Shell, Under, page};
use super::signed_in::SignedIn;
use super::visit_pack::span;
use super::words::{self, When};
use crate::app::officer::planner::{self, NOT_MET_DAYS, ONE_IN, Planned, Reason, Soon};

/// A person of the plan.
struct Line {
    case: String,
    person: String,
    order: String,
    officer: String,
    met: String,
    tone: &'static str,
    reasons: Vec<String>,
}

/// Those whose reasons ask equally soon.
struct Group {
    title: &'static str,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "console/planner.html")]
struct PlannerPage {
    shell: Shell,
    summary: String,
    groups: Vec<Group>,
    others: Vec<Line>,
    week: String,
    drawn: When,
    seed: String,
    one_in: u64,
    not_met: i32,
}

/// `GET /planner`.
pub async fn show(State(console): State<Console>, signed_in: SignedIn) -> Result<Response, Fault> {
    let plan = planner::plan(&console.app, &signed_in.session.who).await?;
    let groups = [(Soon::First, "First"), (Soon::Soon, "Soon"), (Soon::Arranged, "When it can be arranged")];
    let groups = groups.map(|(soon, title)| {
        let of_it = plan.due.iter().filter(|one| one.reasons.first().map(Reason::soon) == Some(soon));
        Group { title, lines: of_it.map(|one| line(one, plan.now)).collect() }
    });
    let summary = match (plan.due.len(), plan.others.len()) {
        (0, 0) => "No case is yours to visit.".to_owned(),
        (due, others) => format!(
            "{} due; nothing asks for a visit to {} this week.",
            match due {
                0 => "No visit is".to_owned(),
                due => words::counted(due, "visit is", "visits are"),
            },
            words::counted(others, "other person", "other people")
        ),
    };
    page(&PlannerPage {
        shell: Shell::new("Visits that are due", Under::Planner, &signed_in),
        summary,
        groups: groups.into_iter().filter(|group| !group.lines.is_empty()).collect(),
        others: plan.others.iter().map(|one| line(one, plan.now)).collect(),
        week: plan.draw.week.clone(),
        drawn: words::when(plan.draw.drawn_at, &words::force_zone()),
        seed: hex::encode(plan.draw.seed),
        one_in: ONE_IN,
        not_met: NOT_MET_DAYS,
    })
}

fn line(one: &Planned, now: Timestamp) -> Line {
    let zone = words::zone(&one.order.timezone);
    let met = match one.last_met {
        Some(at) => format!("Last met on {}", words::when(at, &zone).date),
        None => "No visit is on record".to_owned(),
    };
    Line {
        case: one.case.id.to_string(),
        person: one.person.name.clone(),
        order: one.order.reference.clone(),
        officer: format!("In charge: {}", one.officer),
        met,
        tone: match one.reasons.first().map(Reason::soon) {
            Some(Soon::First) => "first",
            Some(Soon::Soon) => "soon",
            Some(Soon::Arranged) | None => "later",
        },
        reasons: one.reasons.iter().map(|reason| in_words(reason, one, now)).collect(),
    }
}

/// A reason in a sentence.
fn in_words(reason: &Reason, of: &Planned, now: Timestamp) -> String {
    let zone = words::zone(&of.order.timezone);
    match reason {
        Reason::Alerts { count, oldest, paragraphs, .. } => format!(
            "{} a decision, the oldest for {} ({} {}).",
            words::counted(*count, "alert waits for", "alerts wait for"),
            words::span(now.millis_since(*oldest)),
            if paragraphs.len() == 1 { "paragraph" } else { "paragraphs" },
            paragraphs.join(", ")
        ),
        Reason::Silent { system, since } => {
            let since = words::when(*since, &zone);
            format!("{} is silent since {} {} or longer.", words::device(system), since.local, since.zone)
        }
        Reason::Faults { count, system } => match count {
            1 => format!("Something is to be looked at on {}.", words::device(system)),
            count => format!(
                "{count} things are to be looked at on devices, the first on {}.",
                words::device(system)
            ),
        },
        Reason::Gaps { minutes } => {
            format!("{} of the last seven days were not watched, and no entry says why.", span(*minutes))
        }
        Reason::NoDevice => {
            "The order asks for monitoring, and no device is enrolled: nothing is watched.".to_owned()
        }
        Reason::Overdue { count, since } => format!(
            "{} overdue, the first since {}.",
            words::counted(*count, "thing that was agreed is", "things that were agreed are"),
            words::day(*since)
        ),
        Reason::NotMet => {
            format!("Nobody has met the person for more than {NOT_MET_DAYS} days, as far as it is on record.")
        }
        Reason::Change { what } => format!("{}.", words::sentence(what)),
        Reason::Drawn { week } => format!("Drawn by chance in week {week}."),
    }
}
