//! Opening and making the sealed columns that officers' acts need. Nothing else in this folder knows of keys.

use proviso_evidence::format::DecisionFacts;
use proviso_model::Observation;
use proviso_model::finding::Finding;
use proviso_model::ids::{DecisionId, OfficerId};
use proviso_model::observation::Act;
use proviso_model::record::EnrolmentFacts;
use proviso_store::{
    AlertRow, BlindReviewRow, CaseRow, DecisionRow, DeviceRow, FindingRow, ObservationRow, Permit,
};
use serde::{Deserialize, Serialize};

use super::alert::DecisionForm;
use super::error::ActError;
use crate::app::AppContext;
use crate::keys::KeyError;
use crate::keys::case::{CaseColumns, Purpose, RecordColumns};

pub use proviso_model::order::{Order, Person};

impl From<KeyError> for ActError {
    fn from(error: KeyError) -> Self {
        Self::Broken(error.to_string())
    }
}

/// What an officer wrote with a decision, as sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecisionWords {
    /// Why.
    pub reason: String,
    /// Anything else.
    #[serde(default)]
    pub note: String,
}

/// The person of a case.
///
/// # Errors
/// [`ActError::Broken`], here and below, when a column does not open or does not hold what it should.
pub fn person(ctx: &AppContext, case: &CaseRow) -> Result<Person, ActError> {
    Ok(ctx.unseal_json(case.id, Purpose::Case, &case.sealed)?)
}

/// The same where the case's columns are opened already.
///
/// # Errors
/// [`ActError`].
pub fn person_in(columns: &CaseColumns, case: &CaseRow) -> Result<Person, ActError> {
    Ok(columns.open_json(Purpose::Case, &case.sealed)?)
}

/// What a device said of itself at enrolment, where the case's columns are opened already.
///
/// # Errors
/// [`ActError`].
pub fn device_in(columns: &CaseColumns, row: &DeviceRow) -> Result<EnrolmentFacts, ActError> {
    Ok(columns.open_json(Purpose::Device, &row.sealed)?)
}

/// The order of a case as it is now.
///
/// # Errors
/// [`ActError`].
pub async fn order(ctx: &AppContext, case: &Permit) -> Result<Order, ActError> {
    let row = ctx.of(case).order_current().await?;
    let row = row.ok_or_else(|| ActError::Broken(format!("case {} has no order", case.id)))?;
    let text = ctx.unseal(case.id, Purpose::Order, &row.sealed)?;
    let text = String::from_utf8_lossy(&text);
    Order::from_toml(&text).map_err(|errors| {
        // Positions only: the file itself holds personal data.
        ActError::Broken(format!("the order of case {} no longer reads: {} faults", case.id, errors.len()))
    })
}

/// What a device said of itself at enrolment.
///
/// # Errors
/// [`ActError`].
pub fn device(ctx: &AppContext, row: &DeviceRow) -> Result<EnrolmentFacts, ActError> {
    Ok(ctx.unseal_json(row.case, Purpose::Device, &row.sealed)?)
}

/// A captured fact and one generated opinion on it, from a record whose own key is held.
///
/// # Errors
/// [`ActError`].
pub fn captured_and_generated(
    columns: &RecordColumns,
    observation: &ObservationRow,
    finding: &FindingRow,
) -> Result<(Observation, Finding), ActError> {
    let captured = columns.open(Purpose::Observation, &observation.sealed)?;
    let generated = columns.open(Purpose::Finding, &finding.sealed)?;
    let broken = |_| ActError::Broken("a finding that was kept can no longer be read".to_owned());
    Ok((
        serde_json::from_slice(&captured).map_err(broken)?,
        serde_json::from_slice(&generated).map_err(broken)?,
    ))
}

/// The reason of a decision.
///
/// # Errors
/// [`ActError`].
pub fn decision_reason(ctx: &AppContext, case: &CaseRow, row: &DecisionRow) -> Result<String, ActError> {
    let words: DecisionWords = ctx.unseal_json(case.id, Purpose::Decision, &row.sealed)?;
    Ok(words.reason)
}

/// What an officer wrote who looked at a decision again, ready for the store.
///
/// # Errors
/// [`ActError`].
pub fn review_words(ctx: &AppContext, case: &CaseRow, form: &DecisionForm) -> Result<Vec<u8>, ActError> {
    let words = DecisionWords { reason: form.reason.clone(), note: String::new() };
    Ok(ctx.seal_json(case.id, Purpose::Decision, &words)?)
}

/// The same, read back.
///
/// # Errors
/// [`ActError`].
pub fn review_reason(ctx: &AppContext, case: &CaseRow, row: &BlindReviewRow) -> Result<String, ActError> {
    let words: DecisionWords = ctx.unseal_json(case.id, Purpose::Decision, &row.sealed)?;
    Ok(words.reason)
}

/// The act as stored in the clear.
#[must_use]
pub fn act(word: &str) -> Act {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).unwrap_or(Act::Unknown)
}

/// A decision ready for the store: the words sealed, the hash over all of it.
///
/// # Errors
/// [`ActError`].
pub fn decision(
    ctx: &AppContext,
    case: &CaseRow,
    alert: &AlertRow,
    id: DecisionId,
    officer: OfficerId,
    form: &DecisionForm,
) -> Result<DecisionRow, ActError> {
    let words = DecisionWords { reason: form.reason.clone(), note: String::new() };
    let sealed = ctx.seal_json(case.id, Purpose::Decision, &words)?;
    let decided_at = ctx.now();
    let facts = DecisionFacts {
        id,
        alert: alert.id,
        case: case.id,
        officer,
        outcome: form.outcome,
        decided_at,
        sealed: &sealed,
    };
    let hash = facts.hash();
    Ok(DecisionRow {
        id,
        alert: alert.id,
        case: case.id,
        officer,
        outcome: form.outcome,
        decided_at,
        hash,
        leaf: 0,
        sealed,
    })
}
