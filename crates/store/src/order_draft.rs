//! Orders, and changes of them, as officers enter and check them in the console before they go live.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, OfficerId, OrderDraftId};

use crate::case::{CaseRow, OrderVersionRow};
use crate::error::Result;
use crate::words::words;

words! {
    /// What is entered.
    OrderDraftKind {
        /// An order that opens a case.
        New = "new",
        /// Another version of the order of a case.
        Change = "change",
        /// That the order of a case, or a paragraph of it, does not run any more, or for a time.
        End = "end",
    }
}

words! {
    /// How far it has come.
    OrderDraftState {
        /// Being entered.
        Begun = "begun",
        /// Another officer is to compare it with the court's order.
        HandedIn = "handed-in",
        /// That officer sent it back with a reason; whoever entered it goes on.
        SentBack = "sent-back",
        /// Checked and approved: the case has it.
        Live = "live",
        /// Given up. What was typed is gone.
        Discarded = "discarded",
    }
}

/// An order, or a change of one, on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderDraftRow {
    /// Id: also that of the version or the end that it becomes.
    pub id: OrderDraftId,
    /// The case that it is about, or will open.
    pub case: CaseId,
    /// What is entered.
    pub kind: OrderDraftKind,
    /// How far it has come.
    pub state: OrderDraftState,
    /// From 1, rises with every change: what was looked at is what is approved.
    pub revision: u32,
    /// Who enters it.
    pub entered_by: OfficerId,
    /// When it was begun.
    pub entered_at: Timestamp,
    /// When it was last changed in any way.
    pub changed_at: Timestamp,
    /// Who is asked to check it, or did.
    pub checker: Option<OfficerId>,
    /// When they last approved it or sent it back.
    pub checked_at: Option<Timestamp>,
    /// What was typed, sealed.
    pub sealed: Vec<u8>,
    /// What the checker wrote, sealed; empty where nothing.
    pub said_sealed: Vec<u8>,
}

/// Verbs on orders that are being entered.
#[async_trait]
pub trait OrderDraftStore {
    /// Keeps a new one.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn order_draft_add(&self, row: &OrderDraftRow) -> Result<()>;

    /// One of them.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn order_draft_get(&self, id: OrderDraftId) -> Result<Option<OrderDraftRow>>;

    /// Those of a case, or all that are neither live nor given up; newest first.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn order_draft_list(&self, case: Option<CaseId>) -> Result<Vec<OrderDraftRow>>;

    /// Puts `row` in the place of the revision before it, in that state.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] when somebody changed it meanwhile; then nothing was changed.
    async fn order_draft_put(&self, row: &OrderDraftRow, was: OrderDraftState) -> Result<()>;

    /// The same, and opens the case with its order in one transaction.
    ///
    /// # Errors
    /// As [`OrderDraftStore::order_draft_put`].
    async fn order_draft_open_case(
        &self,
        row: &OrderDraftRow,
        case: &CaseRow,
        order: &OrderVersionRow,
    ) -> Result<()>;
}
