//! An alert's page: its paragraph, what was captured, what the machine makes of it, and the officer's decision.

mod blind;
mod browser_history;
mod context;
mod decide;
mod finding;
mod marks;
mod masks;
mod names;
mod picture;
mod talk;
mod thread;
mod unveil;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use proviso_model::ids::{AlertId, CertificateId};
use proviso_model::statement::Statement;
use proviso_model::{Act, Fact, Outcome};

use self::finding::FindingBox;
use self::masks::Masks;
use self::names::NamesBox;
use super::Console;
use super::bundle;
use super::fault::Fault;
use super::inbox::due_in_words;
use super::page::{Shell, Under, page};
use super::sign_in::Nothing;
use super::signed_in::{Posted, SignedIn};
use super::words::{self, When};
use crate::app::destruction::Why;
use crate::app::officer::alert::{self, AlertView};
use crate::app::officer::allowed::Action;
use crate::app::officer::priority::{Due, due};
use crate::notify::shown::Told;

pub use self::blind::{decline as decline_review, record as record_review};
pub use self::decide::{decide, decided};
pub use self::names::open_names;
pub use self::picture::own;
pub use self::thread::{decide as row_decide, open_content as row_content, show as row};
pub use self::unveil::{preview, unveil, unveiled, unveiled_picture};

#[derive(Template)]
#[template(path = "console/alert.html")]
struct AlertPage {
    shell: Shell,
    identity: Identity,
    alert: AlertHead,
    talk: Option<talk::Talk>,
    names: Option<NamesBox>,
    findings: Vec<FindingBox>,
    destroyed: Vec<DestroyedBox>,
    left_out: u64,
    statements: Vec<StatementBox>,
    decisions: Vec<DecisionBox>,
    is_blind: bool,
    looks: Vec<DecisionBox>,
    told: Vec<ToldLine>,
    history: Vec<Line>,
    form: Form,
    problem: Option<Problem>,
    just_decided: bool,
    leave_out: Vec<bundle::Box>,
}

/// Whom a page is about.
pub struct Identity {
    /// The case.
    pub case: String,
    /// The person.
    pub person: String,
    /// The order.
    pub order: String,
    /// Device and account; empty where the page is about several.
    pub device: String,
    /// Who is in charge.
    pub officer: String,
}

struct AlertHead {
    id: String,
    /// What stands over the page when some of it is outside the order; empty for most.
    note: String,
    happened: &'static str,
    seen: String,
    priority: &'static str,
    tone: &'static str,
    due: String,
    paragraph: String,
    kind: &'static str,
    court_words: String,
    window: String,
    can_decide: bool,
    can_export: bool,
}

/// What the person wrote.
struct StatementBox {
    kind: &'static str,
    text: String,
    written: When,
    about: Option<When>,
}

struct DestroyedBox {
    number: u64,
    at: When,
    why: String,
    certificate: String,
}

struct DecisionBox {
    outcome: &'static str,
    reason: String,
    officer: String,
    at: When,
}

struct Line {
    at: When,
    text: String,
}

/// Who was told of the alert, and what came of it.
struct ToldLine {
    at: When,
    text: String,
    then: String,
}

struct Form {
    choices: Vec<Choice>,
    reason: String,
    outcome_problem: bool,
    reason_problem: bool,
}

struct Choice {
    value: &'static str,
    label: &'static str,
    chosen: bool,
}

struct Problem {
    field: &'static str,
    text: &'static str,
}

/// What was wrong with a form, and what it said.
#[derive(Default)]
struct Draft {
    outcome: Option<Outcome>,
    reason: String,
    tried: bool,
}

/// `GET /alerts/{id}`: without content. The view is logged.
pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let id = id.parse::<AlertId>().map_err(|_| Fault::not_found())?;
    let view = alert::view(&console.app, &signed_in.session.who, id).await?;
    page(&alert_page(&signed_in, &view, Draft::default(), false))
}

/// `POST /alerts/{id}/content`: the same page with its content, once the opening is in the log.
pub async fn open_content(
    State(console): State<Console>,
    Path(id): Path<String>,
    Posted { signed_in, .. }: Posted<Nothing>,
) -> Result<Response, Fault> {
    let id = id.parse::<AlertId>().map_err(|_| Fault::not_found())?;
    let view = alert::open_content(&console.app, &signed_in.session.who, id).await?;
    page(&alert_page(&signed_in, &view, Draft::default(), false))
}

fn alert_page(signed_in: &SignedIn, view: &AlertView, draft: Draft, just_decided: bool) -> AlertPage {
    let zone = words::zone(&view.order.timezone);
    let masks = Masks::of(view);
    let findings: Vec<_> = view.findings.iter().map(|one| finding::shown(one, view, &zone, &masks)).collect();
    let talk = talk::shown(view, &zone, &masks);
    let act = view.findings.first().map_or(Act::Unknown, |one| one.captured.attribution.act);
    let are_pictures = view.findings.iter().all(|one| matches!(one.captured.fact, Fact::Picture(_)));
    let happened = match are_pictures && act == Act::Shown {
        // The inbox cannot tell: it opens nothing.
        true if !view.findings.is_empty() => "A picture was shown on screen",
        _ => words::happened(&view.alert, act),
    };
    let problem = match (draft.tried, draft.outcome.is_none(), draft.reason.trim().is_empty()) {
        (true, true, _) => Some(Problem { field: "outcome", text: "Choose an outcome" }),
        (true, false, true) => Some(Problem { field: "reason", text: "Write a reason" }),
        _ => None,
    };
    AlertPage {
        shell: Shell::new(happened, Under::Inbox, signed_in),
        identity: identity(view),
        left_out: view.alert.findings.saturating_sub((findings.len() + view.destroyed.len()) as u64),
        destroyed: view.destroyed.iter().map(|record| destroyed(record, view.now, &zone)).collect(),
        alert: head(signed_in, view, happened, &zone),
        talk,
        names: names::shown(view, masks.has_covered()),
        findings,
        statements: view.statements.iter().map(|one| statement(one, &zone)).collect(),
        decisions: view
            .decisions
            .iter()
            .map(|one| DecisionBox {
                outcome: one.outcome.in_words(),
                reason: one.reason.clone(),
                officer: one.officer.clone(),
                at: words::when(one.at, &zone),
            })
            .collect(),
        is_blind: view.is_blind,
        looks: view.looks.iter().map(|one| blind::look(one, &zone)).collect(),
        told: view.told.iter().map(|one| told(one, &zone)).collect(),
        history: view
            .history
            .iter()
            .map(|line| Line { at: words::when(line.at, &zone), text: line.text.clone() })
            .collect(),
        form: form(&draft),
        problem,
        just_decided,
        leave_out: bundle::boxes(),
    }
}

fn told(one: &Told, zone: &jiff::tz::TimeZone) -> ToldLine {
    ToldLine { at: words::when(one.at, zone), text: one.text.clone(), then: one.then.clone() }
}

fn statement(one: &Statement, zone: &jiff::tz::TimeZone) -> StatementBox {
    StatementBox {
        kind: one.of.in_words(),
        text: one.text.clone(),
        written: words::when(one.written_at, zone),
        about: one.about.map(|about| words::when(about, zone)),
    }
}

fn destroyed(
    record: &proviso_store::RecordRow,
    now: proviso_model::Timestamp,
    zone: &jiff::tz::TimeZone,
) -> DestroyedBox {
    DestroyedBox {
        number: record.seq,
        at: words::when(record.destroyed_at.unwrap_or(now), zone),
        why: Why::in_words(record.destroyed_why.as_deref().unwrap_or("for a reason that was not kept"))
            .to_owned(),
        certificate: record
            .certificate
            .map_or_else(|| "not kept".to_owned(), |id| CertificateId::from_bytes(id).to_string()),
    }
}

fn form(draft: &Draft) -> Form {
    Form {
        choices: Outcome::ALL
            .into_iter()
            .map(|outcome| Choice {
                value: outcome.as_str(),
                label: outcome.in_words(),
                chosen: draft.outcome == Some(outcome),
            })
            .collect(),
        reason: draft.reason.clone(),
        outcome_problem: draft.tried && draft.outcome.is_none(),
        reason_problem: draft.tried && draft.reason.trim().is_empty(),
    }
}

fn identity(view: &AlertView) -> Identity {
    Identity {
        case: view.case.id.to_string(),
        person: view.person.name.clone(),
        order: view.order.reference.clone(),
        device: device_words(&view.device.system, &view.device.account),
        officer: view.officer.clone(),
    }
}

fn device_words(system: &str, account: &str) -> String {
    let system = words::device(system);
    if account.is_empty() { system.to_owned() } else { format!("{system}, account {account}") }
}

fn head(
    signed_in: &SignedIn,
    view: &AlertView,
    happened: &'static str,
    zone: &jiff::tz::TimeZone,
) -> AlertHead {
    let alert = &view.alert;
    let who = &signed_in.session.who;
    let state = due(alert, view.now);
    let (due, overdue) = due_in_words(state);
    let (court_words, window) = match &view.condition {
        Some(one) => (
            one.text.clone(),
            words::window(one.from.unwrap_or(view.order.made_on), one.until.unwrap_or(view.order.expires_on)),
        ),
        None => (
            "The order as it is now no longer has this paragraph. The evidence bundle holds the order as it was.".to_owned(),
            "when the observation was made".to_owned(),
        ),
    };
    AlertHead {
        id: alert.id.to_string(),
        note: note(alert),
        happened,
        seen: words::seen(alert.findings, alert.first_at, alert.last_at, zone),
        priority: if alert.is_outside() { "After review" } else { alert.priority.in_words() },
        tone: match (state, overdue, alert.priority) {
            (Due::Settled, _, _) => "good",
            (Due::AfterReview, _, _) => "later",
            (_, true, _) | (_, _, proviso_store::Priority::Now | proviso_store::Priority::Today) => "first",
            (_, _, proviso_store::Priority::ThisWeek) => "soon",
            (_, _, proviso_store::Priority::NextVisit) => "later",
        },
        due,
        paragraph: alert.paragraph.clone(),
        kind: alert.condition.in_words(),
        court_words,
        window,
        can_decide: state != Due::Settled && who.may_on(Action::Decide, &view.case),
        can_export: who.may_on(Action::Export, &view.case),
    }
}

/// Whether all or some of an alert is outside the order as known now.
fn note(alert: &proviso_store::AlertRow) -> String {
    match (alert.outside, alert.is_outside()) {
        (0, _) => String::new(),
        (_, true) => format!(
            "The order as it is known now covers nothing of this alert. {}",
            super::outside::BEFORE_REVIEW
        ),
        (outside, false) => format!(
            "The order as it is known now does not cover {} of the {} findings of this alert. Each says so below.",
            outside, alert.findings
        ),
    }
}
