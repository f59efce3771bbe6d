//! Who entered the order of a case and each change of it, and who compared it with the court's.

use jiff::civil::Date;
use proviso_model::Timestamp;
use proviso_model::ids::OrderDraftId;
use proviso_store::{OrderDraftKind, OrderDraftRow, OrderDraftState, OrderEndRow, Permit};

use crate::app::AppContext;
use crate::app::late::order_end::Change;
use crate::app::officer::error::ActError;
use crate::app::officer::history::Names;
use crate::app::orders::{Ending, kept};

/// What was entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A version of the order, and from which day it applies.
    Version(u32, Option<Date>),
    /// That the order, or a paragraph, ended, in the store's terms.
    Ended(OrderEndRow),
    /// Another last day of such an end, or that it was a mistake.
    Corrected(OrderEndRow, Change),
}

/// An entry, with who did what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entered {
    /// What.
    pub what: What,
    /// When it went live.
    pub at: Timestamp,
    /// The draft, who entered it, who checked it; `None` for what did not come by way of the console's second look.
    pub by: Option<(OrderDraftId, String, String)>,
}

/// A draft of the case that is not live yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnItsWay {
    /// As kept.
    pub row: OrderDraftRow,
    /// Who enters it.
    pub author: String,
    /// Who is asked to check it.
    pub checker: Option<String>,
}

/// Everything that was entered of a case's order, and what is on its way.
#[derive(Debug, Clone, Default)]
pub struct OfOrder {
    /// Oldest first.
    pub entered: Vec<Entered>,
    /// Newest first.
    pub on_its_way: Vec<OnItsWay>,
}

/// Of one case. The caller has logged the view.
///
/// # Errors
/// The store's.
pub async fn of_case(
    ctx: &AppContext,
    case: &Permit,
    names: &Names,
    ends: &[OrderEndRow],
) -> Result<OfOrder, ActError> {
    let drafts = ctx.of(case).order_draft_list().await?;
    // What a draft became bears its number.
    let by = |id: &[u8; 16]| {
        let live = |row: &&OrderDraftRow| row.id.as_bytes() == id && row.state == OrderDraftState::Live;
        let row = drafts.iter().find(live)?;
        Some((row.id, names.of(row.entered_by), row.checker.map(|id| names.of(id))?))
    };
    let versions = ctx.of(case).order_list().await?;
    let mut entered: Vec<Entered> = versions
        .iter()
        .map(|row| Entered {
            what: What::Version(row.version, row.applies_from.as_ref().and_then(|day| day.parse().ok())),
            at: row.entered_at,
            by: by(row.id.as_bytes()),
        })
        .collect();
    let standing = ends.iter().filter(|row| row.withdrawn_at.is_none());
    entered.extend(standing.map(|row| Entered {
        what: What::Ended(row.clone()),
        at: row.entered_at,
        by: by(row.id.as_bytes()),
    }));
    for row in drafts.iter().filter(|row| {
        row.kind == OrderDraftKind::End && row.state == OrderDraftState::Live && row.checker.is_some()
    }) {
        if let Ok(Ending::Correction(id, change)) = kept::typed(ctx, row)?.end.read()
            && let Some(end) = ends.iter().find(|end| end.id == id)
        {
            let at = row.checked_at.unwrap_or(row.changed_at);
            entered.push(Entered {
                what: What::Corrected(end.clone(), change),
                at,
                by: by(row.id.as_bytes()),
            });
        }
    }
    entered.sort_by_key(|one| one.at);
    let is_on_its_way = |row: &&OrderDraftRow| {
        row.kind != OrderDraftKind::New
            && !matches!(row.state, OrderDraftState::Live | OrderDraftState::Discarded)
    };
    let on_its_way = drafts.iter().filter(is_on_its_way).map(|row| OnItsWay {
        author: names.of(row.entered_by),
        checker: row.checker.map(|id| names.of(id)),
        row: row.clone(),
    });
    Ok(OfOrder { on_its_way: on_its_way.collect(), entered })
}
