//! What another force handed over with a case: a page of its facts, and its evidence as a file. Captured words are in the file alone, for on
//! a page names of others would stand unmasked.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::tz::TimeZone;
use proviso_model::ids::{CaseId, DeviceId};
use proviso_model::statement::Statement;
use proviso_model::{Digest, Timestamp};
use proviso_store::RightsKind;

use super::alert::Identity;
use super::fault::Fault;
use super::page::{Shell, Under, page};
use super::signed_in::{Posted, SignedIn};
use super::words::{self, When};
use super::{Console, confirm_self};
use crate::app::officer::person::PersonView;
use crate::app::officer::received::{self, ReceivedView};
use crate::app::rights;
use crate::app::transfer::facts::{self, Alert, CaseFacts};

/// A received file on the person's page.
pub struct ReceivedLine {
    /// Its hash.
    pub hash: String,
    /// From which force.
    pub from: String,
    /// When it was received.
    pub at: When,
}

/// The lines of a person's page.
#[must_use]
pub fn lines(view: &PersonView, zone: &TimeZone) -> Vec<ReceivedLine> {
    let line = |one: &received::ReceivedLine| ReceivedLine {
        hash: one.row.statement.to_string(),
        from: one.from.clone(),
        at: words::when(one.row.received_at, zone),
    };
    view.received.iter().map(line).collect()
}

/// Something with a time, in words.
struct Dated {
    at: When,
    what: String,
    text: String,
}

struct AlertLine {
    paragraph: String,
    device: String,
    first: When,
    last: When,
    findings: String,
    state: &'static str,
    decisions: Vec<Dated>,
}

#[derive(Template)]
#[template(path = "console/received.html")]
struct ReceivedPage {
    shell: Shell,
    identity: Identity,
    from: String,
    case_there: String,
    officer_there: String,
    made: When,
    received: When,
    hash: String,
    has_evidence: bool,
    may_export: bool,
    orders: Vec<Dated>,
    devices: Vec<Dated>,
    acts: Vec<Dated>,
    alerts: Vec<AlertLine>,
    statements: Vec<Dated>,
    requests: Vec<(String, Vec<Dated>)>,
    kept: Vec<Dated>,
    hold: Option<(When, String)>,
    visits: Vec<When>,
    protected: String,
    stays: Option<String>,
}

fn device(facts: &CaseFacts, id: DeviceId) -> String {
    let known = facts.devices.iter().find(|device| device.id == id);
    known.map_or_else(
        || "a device that is not listed".to_owned(),
        |device| format!("{}, account {}", words::device(&device.facts.system), device.facts.account),
    )
}

fn alert(facts: &CaseFacts, alert: &Alert, zone: &TimeZone) -> AlertLine {
    AlertLine {
        paragraph: alert.paragraph.clone(),
        device: device(facts, alert.device),
        first: words::when(alert.first_at, zone),
        last: words::when(alert.last_at, zone),
        findings: words::counted(alert.records.len(), "record", "records"),
        state: match alert.state {
            proviso_model::AlertState::New => "Nobody had opened it",
            proviso_model::AlertState::Opened => "Opened, not decided",
            proviso_model::AlertState::Decided => "Decided",
        },
        decisions: alert
            .decisions
            .iter()
            .map(|one| Dated {
                at: words::when(one.at, zone),
                what: format!("{}: {}", one.officer, one.outcome.in_words()),
                text: one.reason.clone(),
            })
            .collect(),
    }
}

/// Facts in words.
struct Told<'a>(&'a CaseFacts, &'a TimeZone);

impl Told<'_> {
    fn dated(&self, at: Timestamp, what: String, text: &str) -> Dated {
        Dated { at: words::when(at, self.1), what, text: text.to_owned() }
    }

    fn orders(&self) -> Vec<Dated> {
        let versions = self.0.orders.iter().map(|one| {
            let from = match &one.applies_from {
                Some(day) => format!("Changed, from {day} on"),
                None => "First version".to_owned(),
            };
            self.dated(one.entered_at, from, &one.text)
        });
        let ends = self.0.ends.iter().map(|one| {
            let what = match &one.paragraph {
                Some(paragraph) => format!("paragraph {paragraph}"),
                None => "the order".to_owned(),
            };
            let taken = if one.withdrawn_at.is_some() { " (withdrawn)" } else { "" };
            let what = format!("{}: {what}, from {}{taken}", words::sentence(&one.kind), one.from);
            self.dated(one.entered_at, what, &one.reason)
        });
        versions.chain(ends).collect()
    }

    fn devices(&self) -> Vec<Dated> {
        let one = |one: &facts::Device| self.dated(one.enrolled_at, device(self.0, one.id), &one.state);
        self.0.devices.iter().map(one).collect()
    }

    fn acts(&self) -> Vec<Dated> {
        let one = |one: &facts::DeviceActFact| {
            let what = format!("{}: {}", device(self.0, one.device), one.act.kind.in_words());
            self.dated(one.act.from, what, &one.reason)
        };
        self.0.device_acts.iter().map(one).collect()
    }

    fn statements(&self) -> Vec<Dated> {
        let one = |one: &Statement| self.dated(one.written_at, one.of.in_words().to_owned(), &one.text);
        self.0.statements.iter().map(one).collect()
    }

    fn requests(&self) -> Vec<(String, Vec<Dated>)> {
        let one = |one: &facts::Request| {
            let kind = match RightsKind::parse(&one.kind) {
                Some(kind) => rights::in_words(kind),
                None => one.kind.as_str(),
            };
            let title = format!("{kind}, received {}, due {}: {}", one.received_on, one.due_on, one.text);
            let done = one.done.iter().map(|(kind, at, by, text)| {
                self.dated(*at, format!("{}, {by}", words::sentence(kind)), text)
            });
            (title, done.collect())
        };
        self.0.rights.iter().map(one).collect()
    }

    fn kept(&self) -> Vec<Dated> {
        let one = |one: &facts::Kept| {
            let until = one.until.as_ref().map_or_else(String::new, |day| format!(" until {day}"));
            self.dated(one.at, format!("{}{until}, {}", words::sentence(&one.kind), one.by), &one.reason)
        };
        self.0.retention.iter().map(one).collect()
    }
}

/// What was not handed over, in numbers.
fn stays(stays: facts::Stays) -> Option<String> {
    (stays.held + stays.privileged > 0).then(|| {
        format!(
            "{} held unseen as outside the order, and {} that may be privileged",
            words::counted(stays.held, "record", "records"),
            words::counted(stays.privileged, "item", "items")
        )
    })
}

fn shown(view: &ReceivedView, zone: &TimeZone, shell: Shell, identity: Identity) -> ReceivedPage {
    let facts = &view.facts;
    let told = Told(facts, zone);
    let hold = facts.legal_hold.as_ref();
    ReceivedPage {
        shell,
        identity,
        from: view.says.from_name.clone(),
        case_there: view.says.case.to_string(),
        officer_there: facts.officer.clone(),
        made: words::when(view.row.made_at, zone),
        received: words::when(view.row.received_at, zone),
        hash: view.row.statement.to_string(),
        has_evidence: view.row.bundle_bytes > 0,
        may_export: view.may_export,
        orders: told.orders(),
        devices: told.devices(),
        acts: told.acts(),
        alerts: facts.alerts.iter().map(|one| alert(facts, one, zone)).collect(),
        statements: told.statements(),
        requests: told.requests(),
        kept: told.kept(),
        hold: hold.map(|(since, reference)| (words::when(*since, zone), reference.clone())),
        visits: facts.visits.iter().map(|one| words::when(one.filed_at, zone)).collect(),
        protected: words::counted(facts.shield.len(), "contact is protected", "contacts are protected"),
        stays: stays(facts.stays),
    }
}

fn ids(case: &str, hash: &str) -> Result<(CaseId, Digest), Fault> {
    let case = case.parse().map_err(|_| Fault::not_found())?;
    Ok((case, Digest::parse(hash).ok_or_else(Fault::not_found)?))
}

/// `GET /people/{case}/received/{hash}`. The view is logged.
pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    Path((case, hash)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let (case, hash) = ids(&case, &hash)?;
    let view = received::view(&console.app, &signed_in.session.who, case, &hash).await?;
    let zone = words::zone(&view.order.timezone);
    let shell = Shell::new(&format!("Received from {}", view.says.from_name), Under::People, &signed_in);
    let identity = Identity {
        case: case.to_string(),
        person: view.person.name.clone(),
        order: view.order.reference.clone(),
        device: String::new(),
        officer: view.officer.clone(),
    };
    page(&shown(&view, &zone, shell, identity))
}

/// `POST /people/{case}/received/{hash}/bundle`: the evidence as it came. For an officer who showed lately who they are, since evidence
/// leaves the service. Logged before it is opened.
pub async fn bundle(
    State(console): State<Console>,
    Path((case, hash)): Path<(String, String)>,
    Posted { signed_in, .. }: Posted<std::collections::BTreeMap<String, String>>,
) -> Result<Response, Fault> {
    let (case, hash) = ids(&case, &hash)?;
    if signed_in.session.must_be_fresh(console.app.now()).is_err() {
        return Ok(confirm_self::first(&format!("/people/{case}/received/{hash}")));
    }
    let bytes = received::bundle(&console.app, &signed_in.session.who, case, &hash).await?;
    let name = format!("attachment; filename=\"received-{hash}.zip\"");
    Ok(([(header::CONTENT_TYPE, "application/zip".to_owned()), (header::CONTENT_DISPOSITION, name)], bytes)
        .into_response())
}
