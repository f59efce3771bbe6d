//! A share of all decisions comes back, to be looked at by a supervisor who is not in charge and is not told what was decided. Which ones,
//! nobody can tell beforehand: the draw is made with the case's key. What comes of it is kept beside the decision, and changes nothing of it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::slice::from_ref;

use proviso_model::ids::AlertId;
use proviso_model::{Outcome, Timestamp};
use proviso_store::{AlertRow, BlindReviewRow, DecisionRow, Permit};

use super::alert::DecisionForm;
use super::allowed::Action;
use super::error::ActError;
use super::history::{Names, officer_name};
use super::sealed::{self, Person};
use super::who::Who;
use crate::app::AppContext;
use crate::keys::case::CaseColumns;

/// For how long a decision may come back, in days.
pub const DAYS: i64 = 28;
/// The share of decisions that come back, in per cent, where the force set none.
pub const PERCENT: u32 = 5;
/// Where the force's own share is kept.
const SETTING: &str = "blind-review-percent";

/// A decision that waits to be looked at, without what was decided.
#[derive(Debug, Clone)]
pub struct Pending {
    /// The alert.
    pub alert: AlertRow,
    /// The person.
    pub person: Person,
    /// When it was decided.
    pub decided_at: Timestamp,
}

/// A decision that was looked at again.
#[derive(Debug, Clone)]
pub struct Reviewed {
    /// The alert.
    pub alert: AlertId,
    /// The person.
    pub person: Person,
    /// What was decided.
    pub decided: Outcome,
    /// By whom.
    pub decided_by: String,
    /// What the other officer came to; `None` when they asked to see the decision instead.
    pub outcome: Option<Outcome>,
    /// Who looked.
    pub reviewed_by: String,
    /// When.
    pub at: Timestamp,
}

impl Reviewed {
    /// Whether one saw a concern where the other saw none.
    #[must_use]
    pub fn is_apart(&self) -> bool {
        self.outcome.is_some_and(|outcome| outcome.upholds() != self.decided.upholds())
    }
}

/// What a second look at an alert's decision came to, for the alert's page.
#[derive(Debug, Clone)]
pub struct SecondLook {
    /// What the other officer came to; `None` when they asked to see the decision instead.
    pub outcome: Option<Outcome>,
    /// Why.
    pub reason: String,
    /// Who looked.
    pub officer: String,
    /// When.
    pub at: Timestamp,
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct BlindReviews {
    /// The longest decided first.
    pub pending: Vec<Pending>,
    /// Of the last [`DAYS`], newest first.
    pub reviewed: Vec<Reviewed>,
    /// The share that comes back, in per cent.
    pub percent: u32,
    /// Now.
    pub now: Timestamp,
}

/// The share of decisions that come back, in per cent.
///
/// # Errors
/// The store's.
pub async fn percent(ctx: &AppContext) -> Result<u32, ActError> {
    let kept = ctx.store.setting_get(SETTING).await?;
    Ok(kept.and_then(|kept| kept.parse().ok()).filter(|percent| *percent <= 100).unwrap_or(PERCENT))
}

/// Sets the share; 0 for none. Logged before it is done.
///
/// # Errors
/// [`ActError::Conflict`] for what is no share; the store's.
pub async fn set_percent(ctx: &AppContext, actor: &str, percent: u32) -> Result<(), ActError> {
    if percent > 100 {
        return Err(ActError::Conflict("a share is 0 to 100 per cent; 0 lets no decision come back"));
    }
    let said = percent.to_string();
    ctx.logged(actor, "blind-review-set", None, &said, async {
        Ok::<_, ActError>(ctx.store.setting_set(SETTING, &said).await?)
    })
    .await
}

/// Whether a decision comes back to somebody: drawn with the case's key, so that nobody who decides can tell.
fn is_drawn(columns: &CaseColumns, decision: &DecisionRow, percent: u32) -> bool {
    columns.draw(decision.id.as_bytes()) < percent
}

fn since(ctx: &AppContext) -> Timestamp {
    ctx.now().plus_days(-DAYS)
}

/// The decisions that wait for this officer, each beside its case.
async fn waiting<'c>(
    ctx: &AppContext,
    who: &Who,
    cases: &'c [Permit],
    percent: u32,
) -> Result<Vec<(&'c Permit, DecisionRow)>, ActError> {
    let caseload = ctx.of_all(cases);
    let reviewed = caseload.blind_reviews(since(ctx)).await?;
    let mut columns = HashMap::new();
    let mut found = Vec::new();
    for decision in caseload.decisions_since(since(ctx)).await? {
        let is_done = reviewed.iter().any(|one| one.decision == decision.id);
        let Some(case) = cases.iter().find(|case| case.id == decision.case) else { continue };
        if is_done || decision.officer == who.id {
            continue;
        }
        let columns = match columns.entry(case.id) {
            Entry::Occupied(held) => held.into_mut(),
            Entry::Vacant(vacant) => vacant.insert(ctx.case_columns(case.id)?),
        };
        if is_drawn(columns, &decision, percent) {
            found.push((case, decision));
        }
    }
    Ok(found)
}

/// How many decisions wait for this officer.
///
/// # Errors
/// [`ActError`].
pub async fn count(ctx: &AppContext, who: &Who) -> Result<usize, ActError> {
    let (cases, percent) = (who.cases(ctx, Action::ReviewDecisions).await?, percent(ctx).await?);
    Ok(waiting(ctx, who, &cases, percent).await?.len())
}

/// The page of this officer's second looks. Names, paragraphs and times only, so it is no view of evidence.
///
/// # Errors
/// [`ActError`].
pub async fn list(ctx: &AppContext, who: &Who) -> Result<BlindReviews, ActError> {
    who.require(Action::ReviewDecisions)?;
    let (cases, percent) = (who.cases(ctx, Action::ReviewDecisions).await?, percent(ctx).await?);
    let mut pending = Vec::new();
    for (case, decision) in waiting(ctx, who, &cases, percent).await? {
        let alert = ctx.of(case).alert_get(decision.alert).await?.ok_or(ActError::NotFound)?;
        pending.push(Pending { alert, person: sealed::person(ctx, case)?, decided_at: decision.decided_at });
    }
    let caseload = ctx.of_all(&cases);
    let (decisions, names) =
        (caseload.decisions_since(since(ctx).plus_days(-DAYS)).await?, Names::now(ctx).await?);
    let mut reviewed = Vec::new();
    for row in caseload.blind_reviews(since(ctx)).await? {
        let decision = decisions.iter().find(|one| one.id == row.decision);
        let case = cases.iter().find(|case| case.id == row.case);
        let Some((decision, case)) = decision.zip(case) else { continue };
        reviewed.push(Reviewed {
            alert: row.alert,
            person: sealed::person(ctx, case)?,
            decided: decision.outcome,
            decided_by: names.of(decision.officer),
            outcome: row.outcome,
            reviewed_by: names.of(row.officer),
            at: row.at,
        });
    }
    Ok(BlindReviews { pending, reviewed, percent, now: ctx.now() })
}

/// The decision on an alert that this officer is to look at without being told what was decided; nothing for anybody else.
///
/// # Errors
/// [`ActError`].
pub(super) async fn pending(
    ctx: &AppContext,
    who: &Who,
    case: &Permit,
    alert: AlertId,
) -> Result<Option<DecisionRow>, ActError> {
    if !who.may_on(Action::ReviewDecisions, case) {
        return Ok(None);
    }
    let mut decisions = ctx.of(case).decision_list(alert).await?;
    let Some(decision) = decisions.pop().filter(|one| one.officer != who.id && one.decided_at >= since(ctx))
    else {
        return Ok(None);
    };
    let done = ctx.of_all(from_ref(case)).blind_reviews(decision.decided_at).await?;
    let is_waiting = !done.iter().any(|one| one.decision == decision.id)
        && is_drawn(&ctx.case_columns(case.id)?, &decision, percent(ctx).await?);
    Ok(is_waiting.then_some(decision))
}

/// What second looks at an alert's decisions came to.
pub(super) async fn of_alert(
    ctx: &AppContext,
    case: &Permit,
    alert: &AlertRow,
) -> Result<Vec<SecondLook>, ActError> {
    let mut looks = Vec::new();
    for row in ctx.of_all(from_ref(case)).blind_reviews(alert.raised_at).await? {
        if row.alert != alert.id {
            continue;
        }
        let reason = match row.outcome {
            Some(_) => sealed::review_reason(ctx, case, &row)?,
            None => String::new(),
        };
        looks.push(SecondLook {
            outcome: row.outcome,
            reason,
            officer: officer_name(ctx, row.officer).await?,
            at: row.at,
        });
    }
    Ok(looks)
}

/// Records what this officer would have decided, or with nothing that they ask to see the decision instead. Logged before it is done.
///
/// # Errors
/// [`ActError::Conflict`] when nothing waits for them on this alert; [`ActError`].
pub async fn record(
    ctx: &AppContext,
    who: &Who,
    id: AlertId,
    form: Option<DecisionForm>,
) -> Result<(), ActError> {
    let (alert, case) = who.alert(ctx, Action::ReviewDecisions, id).await?;
    let decision = pending(ctx, who, &case, alert.id).await?;
    let decision =
        decision.ok_or(ActError::Conflict("no decision on this alert waits for a second look of yours"))?;
    let act = if form.is_some() { "blind-review" } else { "blind-review-decline" };
    let objects = format!("{id} {}", decision.id);
    who.does(ctx, (Action::ReviewDecisions, act), &case, &objects, async {
        let row = BlindReviewRow {
            decision: decision.id,
            alert: alert.id,
            case: case.id,
            officer: who.id,
            outcome: form.as_ref().map(|form| form.outcome),
            at: ctx.now(),
            sealed: match &form {
                Some(form) => sealed::review_words(ctx, &case, form)?,
                None => Vec::new(),
            },
        };
        Ok(ctx.of(&case).blind_review_add(&row).await?)
    })
    .await
}
