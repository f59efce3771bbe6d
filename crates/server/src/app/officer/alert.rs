//! An alert: its page, the opening of captured content, and the decision on it. Each is logged before it is done.

use std::collections::BTreeMap;

use proviso_model::finding::Finding;
use proviso_model::ids::{AlertId, DecisionId};
use proviso_model::order::{Condition, Order};
use proviso_model::record::EnrolmentFacts;
use proviso_model::statement::Statement;
use proviso_model::{Observation, Outcome, Timestamp};
use proviso_store::{AlertRow, OrderEndRow, Outside, Permit, PrivilegeState, RecordRow};

use super::allowed::Action;
use super::blind_review::{self, SecondLook};
use super::context::{self, SeenContext};
use super::error::ActError;
use super::history::{self, HistoryLine};
use super::picture::{self, RecordHash, SeenPicture, Unveil};
use super::sealed::{self, Person};
use super::statements;
use super::unveilings::{self, Unveiled};
use super::who::Who;
use crate::app::AppContext;
use crate::app::destruction::revoked;
use crate::keys::case::Purpose;
use crate::notify::shown::{self, Told};

/// Most findings that one page shows.
pub const FINDINGS_MAX: u32 = 20;
/// Longest reason, in bytes.
pub const REASON_BYTES_MAX: usize = 16 * 1024;

/// A captured fact, the opinion on it, and the record that proves both.
#[derive(Debug, Clone)]
pub struct ShownFinding {
    /// The captured fact. The page shows its content only after an opening was logged.
    pub captured: Observation,
    /// The generated opinion.
    pub generated: Finding,
    /// The record.
    pub record: RecordRow,
    /// Why the order as known now does not cover it; `None` when it does.
    pub outside: Option<Outside>,
    /// Whether the record is of another branch of the device's chain and kept apart: it is in no log.
    pub from_branch: bool,
    /// What an independent reviewer decided of the record, where it may have been privileged.
    pub reviewed: Option<PrivilegeState>,
    /// Whether the device's clock was in doubt when it was observed, so that its time may be wrong.
    pub clock_in_doubt: bool,
}

/// A decision as shown.
#[derive(Debug, Clone)]
pub struct ShownDecision {
    /// What.
    pub outcome: Outcome,
    /// Why.
    pub reason: String,
    /// Who.
    pub officer: String,
    /// When.
    pub at: Timestamp,
}

/// Everything that an alert's page shows.
#[derive(Debug, Clone)]
pub struct AlertView {
    /// The alert.
    pub alert: AlertRow,
    /// The case.
    pub case: Permit,
    /// The person.
    pub person: Person,
    /// The order.
    pub order: Order,
    /// The paragraph, where the order as it is now still has it.
    pub condition: Option<Condition>,
    /// What ended the order or paragraphs of it, those withdrawn included.
    pub ends: Vec<OrderEndRow>,
    /// The officer in charge.
    pub officer: String,
    /// The device.
    pub device: EnrolmentFacts,
    /// Newest first, at most [`FINDINGS_MAX`].
    pub findings: Vec<ShownFinding>,
    /// Records of findings whose content was destroyed.
    pub destroyed: Vec<RecordRow>,
    /// What the person wrote about that time.
    pub statements: Vec<Statement>,
    /// Oldest first; none while the officer who asks is to look again without being told.
    pub decisions: Vec<ShownDecision>,
    /// Whether they are.
    pub is_blind: bool,
    /// What second looks at its decisions came to.
    pub looks: Vec<SecondLook>,
    /// Who was told of it outside the console, oldest first, and who is next.
    pub told: Vec<Told>,
    /// Newest first.
    pub history: Vec<HistoryLine>,
    /// Whether content may be rendered: an opening was logged just before.
    pub content_open: bool,
    /// Whether names and contact details of others are shown: a reason was logged just before.
    pub names_open: bool,
    /// What there is to see of its pictures, by the hash of their record; nothing until content is opened.
    pub pictures: BTreeMap<RecordHash, SeenPicture>,
    /// What was said of the windows in which its findings were raised, by the hash of the finding's record; nothing until content is opened.
    pub contexts: BTreeMap<RecordHash, SeenContext>,
    /// How many pictures the officer who asks unveiled.
    pub unveiled: Unveiled,
    /// Now.
    pub now: Timestamp,
}

/// Why an officer needs the names and contact details of other people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamesReason {
    /// To decide.
    Decide,
    /// To protect somebody.
    Protect,
    /// To write it down for others.
    Statement,
}

impl NamesReason {
    /// Every reason.
    pub const ALL: [Self; 3] = [Self::Decide, Self::Protect, Self::Statement];

    /// As a form and the log have it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Decide => "decide",
            Self::Protect => "protect",
            Self::Statement => "statement",
        }
    }

    /// For a screen.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Decide => "I cannot decide on this alert without them",
            Self::Protect => "To protect somebody who is named",
            Self::Statement => "For a statement or a file",
        }
    }

    /// Reads what a form says.
    #[must_use]
    pub fn parse(said: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == said)
    }
}

/// How far an alert is opened.
#[derive(Debug, Clone, Copy)]
enum Opening {
    /// Without content.
    Page,
    /// With its content, and one picture that an act in the log unveils.
    Content(Option<Unveil>),
    /// With its content, and names and contact details of others.
    Names(NamesReason),
}

/// Views an alert without its content. Logged; a new alert becomes opened.
///
/// # Errors
/// [`ActError`].
pub async fn view(ctx: &AppContext, who: &Who, id: AlertId) -> Result<AlertView, ActError> {
    show(ctx, who, id, Opening::Page).await
}

/// Opens the captured content of an alert. Logged before a byte of it is read.
///
/// # Errors
/// [`ActError`].
pub async fn open_content(ctx: &AppContext, who: &Who, id: AlertId) -> Result<AlertView, ActError> {
    show(ctx, who, id, Opening::Content(None)).await
}

/// As [`open_content`], with the names and contact details of other people. Logged with the reason before a byte of it is read.
///
/// # Errors
/// [`ActError`].
pub async fn open_names(
    ctx: &AppContext,
    who: &Who,
    id: AlertId,
    reason: NamesReason,
) -> Result<AlertView, ActError> {
    show(ctx, who, id, Opening::Names(reason)).await
}

/// As [`open_content`], with one picture that an act in the log unveils.
pub(super) async fn open_content_with(
    ctx: &AppContext,
    who: &Who,
    id: AlertId,
    unveil: Unveil,
) -> Result<AlertView, ActError> {
    show(ctx, who, id, Opening::Content(Some(unveil))).await
}

async fn show(ctx: &AppContext, who: &Who, id: AlertId, opening: Opening) -> Result<AlertView, ActError> {
    let (row, case) = who.alert(ctx, Action::ViewEvidence, id).await?;
    let (act, content_open, unveil, reason) = match opening {
        Opening::Page => ("alert-view", false, None, None),
        Opening::Content(unveil) => ("content-open", true, unveil, None),
        Opening::Names(reason) => ("names-open", true, None, Some(reason)),
    };
    let because = match reason {
        Some(reason) => ctx.seal(case.id, Purpose::Audit, reason.in_words().as_bytes())?,
        None => who.because(ctx, Action::ViewEvidence, &case)?,
    };
    ctx.logged_because(&who.actor(), act, Some(case.id), &id.to_string(), because, async {
        // Who only looks does not stop the clock of those who have to.
        let decides = who.may_on(Action::Decide, &case);
        let mut alert = match decides {
            true => ctx.of(&case).alert_open(&row, ctx.now()).await?,
            false => row.clone(),
        };
        if alert.is_conversation && !content_open && decides {
            // Only a conversation shows what is new. Content is opened from a page that has just been looked at: what was new there still is.
            alert = ctx.of(&case).alert_looked(&row, ctx.now()).await?;
        }
        ctx.hub.wake();
        let mut view = load(ctx, alert, case.clone(), content_open).await?;
        if blind_review::pending(ctx, who, &case, id).await?.is_some() {
            view.is_blind = true;
            view.decisions.clear();
        }
        if content_open {
            view.pictures = picture::of_page(ctx, &view.findings, unveil).await?;
            view.contexts = context::of_page(ctx, &view, unveil).await?;
            view.unveiled = unveilings::of_officer(ctx, &who.actor()).await?;
            view.names_open = reason.is_some();
        }
        Ok(view)
    })
    .await
}

async fn load(
    ctx: &AppContext,
    alert: AlertRow,
    case: Permit,
    content_open: bool,
) -> Result<AlertView, ActError> {
    let within = ctx.of(&case);
    let order = sealed::order(ctx, &case).await?;
    let device = within.device_get(alert.device).await?.ok_or(ActError::NotFound)?;
    let mut findings = Vec::new();
    let mut destroyed = Vec::new();
    let keys = ctx.case_keys(case.id)?;
    for (finding, observation) in within.alert_findings(alert.id, FINDINGS_MAX).await? {
        let (record, from_branch) = match within.record_get(&finding.record).await? {
            Some(record) => (record, false),
            None => {
                let apart = within.branch_record_get(&finding.record).await?;
                (apart.ok_or(ActError::NotFound)?, true)
            }
        };
        let Some(key) = within.record_key(&finding).await? else {
            destroyed.push(record);
            continue;
        };
        let columns = keys.of_record(&key);
        let (captured, generated) = sealed::captured_and_generated(&columns, &observation, &finding)?;
        let content = revoked::content(&keys, &record);
        findings.push(ShownFinding {
            reviewed: within.privilege_get(&finding.record).await?.map(|row| row.state),
            clock_in_doubt: content.is_some_and(|content| content.clock_in_doubt),
            captured,
            generated,
            record,
            outside: finding.outside,
            from_branch,
        });
    }
    let mut decisions = Vec::new();
    for row in within.decision_list(alert.id).await? {
        decisions.push(ShownDecision {
            outcome: row.outcome,
            reason: sealed::decision_reason(ctx, &case, &row)?,
            officer: history::officer_name(ctx, row.officer).await?,
            at: row.decided_at,
        });
    }
    let looks = blind_review::of_alert(ctx, &case, &alert).await?;
    let statements = statements::beside(ctx, &case, (alert.first_at, alert.last_at)).await?;
    let condition = order.conditions.iter().find(|one| one.paragraph == alert.paragraph).cloned();
    let officer = history::in_charge(ctx, &case).await?;
    Ok(AlertView {
        person: sealed::person(ctx, &case)?,
        device: sealed::device(ctx, &device)?,
        told: shown::of_alert(ctx, alert.id).await?,
        history: history::of_alert(ctx, &case, &alert).await?,
        ends: within.order_end_list().await?,
        now: ctx.now(),
        alert,
        case,
        order,
        condition,
        officer,
        findings,
        destroyed,
        statements,
        decisions,
        is_blind: false,
        looks,
        content_open,
        names_open: false,
        pictures: BTreeMap::new(),
        contexts: BTreeMap::new(),
        unveiled: Unveiled::default(),
    })
}

/// What the form of a decision says.
#[derive(Debug, Clone)]
pub struct DecisionForm {
    /// What.
    pub outcome: Outcome,
    /// Why; never empty.
    pub reason: String,
}

/// Records a decision. Logged before it is made.
///
/// # Errors
/// [`ActError::Conflict`] when the alert was never opened or is decided already.
pub async fn decide(ctx: &AppContext, who: &Who, id: AlertId, form: DecisionForm) -> Result<(), ActError> {
    let (alert, case) = who.alert(ctx, Action::Decide, id).await?;
    let decision = DecisionId::new(ctx.now(), ctx.random());
    let objects = format!("{id} {decision}");
    who.does(ctx, (Action::Decide, "alert-decide"), &case, &objects, async {
        let row = sealed::decision(ctx, &case, &alert, decision, who.id, &form)?;
        ctx.of(&case).decision_add(&row).await?;
        ctx.hub.wake();
        Ok(())
    })
    .await
}
