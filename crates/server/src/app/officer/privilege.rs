//! What waits for an independent reviewer: the queue, one item, and the decision on it. Each is logged before it is shown or done. The
//! reviewer has a role of their own, sees no other page of a case, and is never in charge of the case.

use proviso_model::finding::Finding;
use proviso_model::ids::JobId;
use proviso_model::order::Order;
use proviso_model::record::{EnrolmentFacts, RecordBody};
use proviso_model::{Digest, Observation, Timestamp};
use proviso_store::{
    AuditFilter, CaseRow, Permit, PrivilegeDecision, PrivilegeRow, PrivilegeState, RecordRow, StoreError,
};

use super::allowed::Action;
use super::error::ActError;
use super::history;
use super::priority::may_wait_millis;
use super::sealed::{self, Person};
use super::who::Who;
use crate::app::AppContext;
use crate::app::destruction::revoked;
use crate::app::late::order_end::REASON_BYTES_MAX;
use crate::app::privilege::part::{Piece, Withheld, pieces};
use crate::app::privilege::{self, Counts, PrivilegeWords};
use crate::keys::case::Purpose;

/// Opening what was captured of an item.
const OPEN: &str = "privilege-open";

/// An item of the queue: nothing of what was captured.
#[derive(Debug, Clone)]
pub struct Item {
    /// The row.
    pub row: PrivilegeRow,
    /// The person.
    pub person: Person,
    /// The device, as it described itself.
    pub device: EnrolmentFacts,
    /// By when somebody should have decided.
    pub due_at: Timestamp,
}

/// What the page of the queue shows.
#[derive(Debug, Clone)]
pub struct Queue {
    /// What waits and this officer may decide on, most urgent first.
    pub waiting: Vec<Item>,
    /// What was decided, the latest first.
    pub decided: Vec<Item>,
    /// Of every case.
    pub counts: Counts,
    /// What waits in cases that no reviewer may decide on, for nobody has the role or only who is in charge of the case has it.
    pub without_reviewer: usize,
    /// Whether this officer decides; an administrator only learns of the counts.
    pub may_review: bool,
    /// Now.
    pub now: Timestamp,
}

/// The queue. Lists show ids, times and names only, so listing is no view of evidence.
///
/// # Errors
/// [`ActError`].
pub async fn queue(ctx: &AppContext, who: &Who) -> Result<Queue, ActError> {
    let may_review = who.may(Action::ReviewPrivilege);
    if !may_review {
        who.require(Action::AppointReviewers)?;
    }
    let rows = privilege::rows(ctx, None).await?;
    let (mut waiting, mut decided) = (Vec::new(), Vec::new());
    for case in who.cases(ctx, Action::ReviewPrivilege).await? {
        for row in rows.iter().filter(|row| row.case == case.id) {
            let item = item(ctx, &case, row).await?;
            if row.state == PrivilegeState::Held { waiting.push(item) } else { decided.push(item) }
        }
    }
    waiting.sort_by_key(|item| (item.due_at, item.row.held_at, item.row.record));
    decided.sort_by_key(|item| std::cmp::Reverse(item.row.decided.clone()));
    Ok(Queue {
        waiting,
        decided,
        counts: Counts::of(&rows),
        without_reviewer: without_reviewer(ctx, &rows).await?,
        may_review,
        now: ctx.now(),
    })
}

async fn item(ctx: &AppContext, case: &Permit, row: &PrivilegeRow) -> Result<Item, ActError> {
    let device = ctx.of(case).device_get(row.device).await?.ok_or(ActError::NotFound)?;
    Ok(Item {
        person: sealed::person(ctx, case)?,
        device: sealed::device(ctx, &device)?,
        due_at: row.held_at.plus_millis(may_wait_millis(row.priority)),
        row: row.clone(),
    })
}

/// How much waits that nobody may decide on.
async fn without_reviewer(ctx: &AppContext, rows: &[PrivilegeRow]) -> Result<usize, StoreError> {
    let mut count = 0;
    for row in rows.iter().filter(|row| row.state == PrivilegeState::Held) {
        count += usize::from(!privilege::has_reviewer(ctx, Some(row.case)).await?);
    }
    Ok(count)
}

/// Whether anything waits that nobody may decide on: an administrator is told first.
///
/// # Errors
/// The store's.
pub async fn is_stuck(ctx: &AppContext) -> Result<bool, ActError> {
    let rows = privilege::rows(ctx, None).await?;
    Ok(without_reviewer(ctx, &rows).await? > 0)
}

/// What the page of one item shows.
#[derive(Debug, Clone)]
pub struct ItemView {
    /// Row, person and device.
    pub item: Item,
    /// The case.
    pub case: CaseRow,
    /// The order.
    pub order: Order,
    /// What was captured and found; only after its opening was logged.
    pub content: Option<Content>,
    /// Who decided, and why.
    pub decided: Option<(String, PrivilegeWords)>,
    /// Now.
    pub now: Timestamp,
}

/// What was captured and found.
#[derive(Debug, Clone)]
pub struct Content {
    /// The captured fact.
    pub captured: Observation,
    /// The opinions on it.
    pub findings: Vec<Finding>,
    /// Why it may be privileged.
    pub reasons: Vec<String>,
    /// What can be released or withheld by itself.
    pub pieces: Vec<Piece>,
}

/// Views an item without its content. Logged.
///
/// # Errors
/// [`ActError`].
pub async fn view(ctx: &AppContext, who: &Who, record: [u8; 32]) -> Result<ItemView, ActError> {
    show(ctx, who, record, "privilege-view").await
}

/// Opens what was captured of an item. Logged before a byte of it is read.
///
/// # Errors
/// [`ActError`].
pub async fn open(ctx: &AppContext, who: &Who, record: [u8; 32]) -> Result<ItemView, ActError> {
    show(ctx, who, record, OPEN).await
}

async fn show(ctx: &AppContext, who: &Who, record: [u8; 32], act: &str) -> Result<ItemView, ActError> {
    let (row, case) = of(ctx, who, record).await?;
    who.does(ctx, (Action::ReviewPrivilege, act), &case, &Digest(record).to_string(), async {
        let decided = match &row.decided {
            Some((_, by)) if !row.sealed.is_empty() => {
                Some((history::actor_name(ctx, by).await?, privilege::words(ctx, &row)?))
            }
            _ => None,
        };
        Ok(ItemView {
            item: item(ctx, &case, &row).await?,
            order: sealed::order(ctx, &case).await?,
            content: if act == OPEN { Some(content(ctx, &case, record).await?) } else { None },
            decided,
            now: ctx.now(),
            case: case.case().clone(),
        })
    })
    .await
}

/// The item and its case, where this officer may decide on it.
async fn of(ctx: &AppContext, who: &Who, record: [u8; 32]) -> Result<(PrivilegeRow, Permit), ActError> {
    who.require(Action::ReviewPrivilege)?;
    let row = ctx.store.privilege_get(&record).await?.ok_or(ActError::NotFound)?;
    let case = who.case(ctx, Action::ReviewPrivilege, row.case).await?;
    Ok((row, case))
}

async fn record(ctx: &AppContext, case: &Permit, hash: &[u8; 32]) -> Result<RecordRow, ActError> {
    if let Some(row) = ctx.of(case).record_get(hash).await? {
        return Ok(row);
    }
    ctx.of(case).branch_record_get(hash).await?.ok_or(ActError::NotFound)
}

async fn content(ctx: &AppContext, case: &Permit, hash: [u8; 32]) -> Result<Content, ActError> {
    let row = record(ctx, case, &hash).await?;
    let keys = ctx.case_keys(case.id)?;
    let opened = revoked::content(&keys, &row);
    let Some(RecordBody::Finding { captured, generated }) = opened.map(|content| content.body) else {
        return Err(ActError::Conflict("the content of this record was destroyed, or cannot be opened"));
    };
    let findings = generated.findings;
    let test = privilege::test(ctx)?;
    let reasons = privilege::reasons(&test, &captured, &findings);
    Ok(Content { pieces: pieces(&captured), reasons, captured, findings })
}

/// What a reviewer's form says.
#[derive(Debug, Clone)]
pub struct ReviewForm {
    /// What; never [`PrivilegeState::Held`].
    pub state: PrivilegeState,
    /// Why.
    pub reason: String,
    /// Numbers of the pieces that are privileged, where only a part is released.
    pub withheld: Vec<usize>,
}

/// Records a decision. Logged before it is made. The inner error is what is wrong with the form, in words.
///
/// # Errors
/// [`ActError::Conflict`] when it was never opened by this officer, or is decided already.
pub async fn decide(
    ctx: &AppContext,
    who: &Who,
    hash: [u8; 32],
    form: &ReviewForm,
) -> Result<Result<(), String>, ActError> {
    let (row, case) = of(ctx, who, hash).await?;
    let reason = form.reason.trim();
    if reason.is_empty() || reason.len() > REASON_BYTES_MAX {
        return Ok(Err("Write a reason, of 16 KiB at most".to_owned()));
    }
    if row.state != PrivilegeState::Held {
        return Err(ActError::Conflict("somebody has decided on this already"));
    }
    let digest = Digest(hash).to_string();
    let looked = AuditFilter {
        act: OPEN.to_owned(),
        since: Timestamp::from_micros(0),
        actor: Some(who.actor()),
        object: Some(digest.clone()),
    };
    if ctx.store.audit_count(&looked).await? == 0 {
        return Err(ActError::Conflict("open what was captured first: the decision is about it"));
    }
    let objects = format!("{digest} {}", form.state.as_str());
    let because = ctx.seal(case.id, Purpose::Privilege, reason.as_bytes())?;
    let (actor, id) = (who.actor(), case.id);
    let withheld = match form.state {
        PrivilegeState::Partly => match withheld(ctx, &case, hash, &form.withheld).await? {
            Ok(withheld) => withheld,
            Err(why) => return Ok(Err(why)),
        },
        _ => Withheld::default(),
    };
    ctx.logged_because(&actor, "privilege-decide", Some(id), &objects, because, async {
        let words = PrivilegeWords { reason: reason.to_owned(), withheld };
        let decision = PrivilegeDecision {
            record: hash,
            state: form.state,
            at: ctx.now(),
            by: actor.clone(),
            sealed: ctx.seal_json(id, Purpose::Privilege, &words)?,
            job: JobId::new(ctx.now(), ctx.random()),
        };
        ctx.of(&case).privilege_decide(&row, &decision).await?;
        ctx.work.notify_one();
        ctx.hub.wake();
        Ok(Ok(()))
    })
    .await
}

/// What stays sealed, where something is left that a finding rests on.
async fn withheld(
    ctx: &AppContext,
    case: &Permit,
    hash: [u8; 32],
    chosen: &[usize],
) -> Result<Result<Withheld, String>, ActError> {
    let content = content(ctx, case, hash).await?;
    let withheld = Withheld::of(&content.pieces, chosen);
    if withheld == Withheld::default() {
        return Ok(Err("Mark which parts are privileged, or decide that none is".to_owned()));
    }
    if !content.findings.iter().any(|finding| withheld.left_of(finding).is_some()) {
        return Ok(Err(
            "Every finding rests on a part that you marked, so nothing would be put before the officers. Mark fewer parts, or decide that \
             it is privileged"
                .to_owned(),
        ));
    }
    Ok(Ok(withheld))
}

/// What the officers of a case learn: that something waits, since when and under which paragraph, and what was decided.
#[derive(Debug, Clone)]
pub struct OfCase {
    /// What waits.
    pub waiting: Vec<PrivilegeRow>,
    /// All of it.
    pub counts: Counts,
    /// Whether there is a reviewer who may decide.
    pub has_reviewer: bool,
}

/// The same for one case. The caller has checked that the officer may see it.
///
/// # Errors
/// The store's.
pub async fn of_case(ctx: &AppContext, case: &Permit) -> Result<OfCase, ActError> {
    let rows = privilege::of(ctx, case).await?;
    let counts = Counts::of(&rows);
    let mut waiting = rows;
    waiting.retain(|row| row.state == PrivilegeState::Held);
    let has_reviewer = waiting.is_empty() || privilege::has_reviewer(ctx, Some(case.id)).await?;
    Ok(OfCase { waiting, counts, has_reviewer })
}
