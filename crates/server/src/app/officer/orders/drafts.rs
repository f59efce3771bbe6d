//! Opening an order on its way, and listing those that wait.

use proviso_model::ids::{OfficerId, OrderDraftId};
use proviso_model::order::Order;
use proviso_store::{
    Access, OfficerRole, OrderDraftKind, OrderDraftRow, OrderDraftState, OrderEndRow, Permit,
};

use super::failed;
use crate::app::AppContext;
use crate::app::officer::allowed::Action;
use crate::app::officer::error::ActError;
use crate::app::officer::history::Names;
use crate::app::officer::sealed;
use crate::app::officer::who::Who;
use crate::app::orders::preview::{Preview, preview};
use crate::app::orders::{Draft, Fault, faults, kept, order_of};

/// What an officer has to do with a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// They enter it, and it is with them.
    Author,
    /// They entered it, and it is with another officer.
    Waiting,
    /// They are asked to compare it with the court's order.
    Checker,
    /// They may read it.
    Reader,
}

/// A draft that this officer may see.
pub(super) struct Opened {
    pub row: OrderDraftRow,
    /// The case, where there is one already.
    pub case: Option<Permit>,
    pub part: Part,
}

/// A draft as its page shows it.
pub struct DraftView {
    /// As kept.
    pub row: OrderDraftRow,
    /// What was typed.
    pub draft: Draft,
    /// What this officer has to do with it.
    pub part: Part,
    /// Who enters it.
    pub author: String,
    /// Who is asked to check it, or did.
    pub checker: Option<String>,
    /// Why it was sent back; empty where it was not.
    pub said: String,
    /// What is wrong with it.
    pub faults: Vec<Fault>,
    /// The order of the case as it stands, where there is one.
    pub standing: Option<Order>,
    /// What ended it, or paragraphs of it, so far.
    pub ends: Vec<OrderEndRow>,
    /// Devices that would be given another policy.
    pub devices: usize,
    /// Who may be asked to check it.
    pub checkers: Vec<(OfficerId, String)>,
    /// What would be watched; `None` while the order cannot be read.
    pub preview: Option<Preview>,
}

/// A line of the list.
#[derive(Debug, Clone)]
pub struct DraftLine {
    /// As kept.
    pub row: OrderDraftRow,
    /// The person, as typed or of the case.
    pub person: String,
    /// The order's reference.
    pub reference: String,
    /// Who enters it.
    pub author: String,
    /// Who is asked to check it.
    pub checker: Option<String>,
    /// What this officer has to do with it.
    pub part: Part,
}

fn part(who: &Who, row: &OrderDraftRow) -> Part {
    let is_with_author = matches!(row.state, OrderDraftState::Begun | OrderDraftState::SentBack);
    match (row.entered_by == who.id, row.state) {
        (true, _) if is_with_author => Part::Author,
        (true, OrderDraftState::HandedIn) => Part::Waiting,
        (false, OrderDraftState::HandedIn) if row.checker == Some(who.id) => Part::Checker,
        _ => Part::Reader,
    }
}

/// A draft, for who may see it: of a case that is there, whoever may enter orders in it; of one that is not, who enters it and who is
/// asked to check it.
///
/// # Errors
/// As [`Who::case`].
pub(super) async fn open(ctx: &AppContext, who: &Who, id: OrderDraftId) -> Result<Opened, ActError> {
    who.require(Action::EnterOrders)?;
    let row = ctx.store.order_draft_get(id).await?.ok_or(ActError::NotFound)?;
    if row.state == OrderDraftState::Discarded {
        return Err(ActError::NotFound);
    }
    let part = part(who, &row);
    let has_case = row.kind != OrderDraftKind::New || row.state == OrderDraftState::Live;
    if has_case {
        let case = who.case(ctx, Action::EnterOrders, row.case).await?;
        return Ok(Opened { row, case: Some(case), part });
    }
    if part == Part::Reader {
        return Err(ActError::NotFound);
    }
    Ok(Opened { row, case: None, part })
}

/// The drafts that this officer has to do with, those that wait for their second look first.
///
/// # Errors
/// [`ActError`].
pub async fn list(ctx: &AppContext, who: &Who) -> Result<Vec<DraftLine>, ActError> {
    who.require(Action::EnterOrders)?;
    let cases = who.cases(ctx, Action::EnterOrders).await?;
    let names = Names::now(ctx).await?;
    let mut lines = Vec::new();
    for row in ctx.store.order_draft_list(None).await? {
        let part = part(who, &row);
        let may = match row.kind {
            OrderDraftKind::New => part != Part::Reader,
            // What is another's in a case that is theirs too stands on the person's page.
            _ => part != Part::Reader && cases.iter().any(|case| case.id == row.case),
        };
        // One that was given up comes back with a backup of the database, and its keys do not.
        if !may || !ctx.case_keys_held(row.case) {
            continue;
        }
        let draft = kept::typed(ctx, &row)?;
        let (mut person, mut reference) = (draft.head.person_name, draft.head.reference);
        if let Some(case) = cases.iter().find(|case| case.id == row.case) {
            person = sealed::person(ctx, case)?.name;
            if row.kind == OrderDraftKind::End {
                reference = sealed::order(ctx, case).await?.reference;
            }
        }
        lines.push(DraftLine {
            author: names.of(row.entered_by),
            checker: row.checker.map(|id| names.of(id)),
            person,
            reference,
            part,
            row,
        });
    }
    lines.sort_by_key(|line| line.part != Part::Checker);
    Ok(lines)
}

/// How many wait for this officer's second look. Counts only.
///
/// # Errors
/// [`ActError`].
pub async fn waiting(ctx: &AppContext, who: &Who) -> Result<usize, ActError> {
    let rows = ctx.store.order_draft_list(None).await?;
    Ok(rows.iter().filter(|row| part(who, row) == Part::Checker).count())
}

/// Views a draft. Logged before what was typed is read.
///
/// # Errors
/// As [`open`].
pub async fn view(ctx: &AppContext, who: &Who, id: OrderDraftId) -> Result<DraftView, ActError> {
    let opened = open(ctx, who, id).await?;
    let objects = id.to_string();
    match &opened.case {
        Some(case) => {
            let act = (Action::EnterOrders, "order-draft-view");
            who.does(ctx, act, case, &objects, looked(ctx, &opened)).await
        }
        None => {
            let work = looked(ctx, &opened);
            ctx.logged(&who.actor(), "order-draft-view", Some(opened.row.case), &objects, work).await
        }
    }
}

async fn looked(ctx: &AppContext, opened: &Opened) -> Result<DraftView, ActError> {
    let Opened { row, case, part } = opened;
    let draft = kept::typed(ctx, row)?;
    let names = Names::now(ctx).await?;
    let (mut standing, mut ends, mut devices) = (None, Vec::new(), 0);
    if let Some(case) = case {
        standing = Some(sealed::order(ctx, case).await?);
        ends = ctx.of(case).order_end_list().await?;
        let active = |one: &proviso_store::DeviceRow| one.state == proviso_store::DeviceState::Active;
        devices = ctx.of(case).device_list().await?.iter().filter(|one| active(one)).count();
    }
    let found = faults_of(row.kind, &draft);
    let order = match row.kind {
        OrderDraftKind::End => None,
        _ => order_of(&draft).ok().map(|(order, _)| order),
    };
    let preview = match order {
        Some(order) => Some(preview(ctx, &order).await.map_err(failed)?),
        None => None,
    };
    let checkers = if *part == Part::Author { checkers(ctx, row).await? } else { Vec::new() };
    Ok(DraftView {
        author: names.of(row.entered_by),
        checker: row.checker.map(|id| names.of(id)),
        said: kept::said(ctx, row)?,
        row: row.clone(),
        draft,
        part: *part,
        faults: found,
        standing,
        ends,
        devices,
        checkers,
        preview,
    })
}

/// Everything that is wrong with a draft of that kind.
pub(super) fn faults_of(kind: OrderDraftKind, draft: &Draft) -> Vec<Fault> {
    match kind {
        OrderDraftKind::New => faults(draft),
        OrderDraftKind::Change => draft.change_faults().into_iter().chain(faults(draft)).collect(),
        OrderDraftKind::End => draft.end.read().err().unwrap_or_default(),
    }
}

/// The officers who may be asked to check a draft: another than who enters it, who could enter such an order themselves.
///
/// # Errors
/// The store's.
pub(super) async fn checkers(
    ctx: &AppContext,
    row: &OrderDraftRow,
) -> Result<Vec<(OfficerId, String)>, ActError> {
    let mut checkers = Vec::new();
    for officer in ctx.store.officer_list().await? {
        let is_one = matches!(officer.role, OfficerRole::OffenderManager | OfficerRole::Supervisor);
        if !is_one || officer.disabled_at.is_some() || officer.id == row.entered_by {
            continue;
        }
        let other = Who::from(officer);
        let may = match row.kind {
            OrderDraftKind::New => true,
            _ => match ctx.store.case_access(other.id, row.case, ctx.now()).await? {
                Access::Permitted(case) => other.may_on(Action::EnterOrders, &case),
                Access::Refused { .. } | Access::Barred => false,
            },
        };
        if may {
            checkers.push((other.id, other.name));
        }
    }
    Ok(checkers)
}
