//! Declared conflicts of interest, and cases that go from one officer to another.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, CaseMoveId, ConflictId, OfficerId};

use crate::error::Result;

/// That an officer knows a supervised person, or somebody of the household.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConflictRow {
    /// Id.
    pub id: ConflictId,
    /// Who knows them.
    pub officer: OfficerId,
    /// The case that is barred for that officer.
    pub case: CaseId,
    /// When it was declared.
    pub declared_at: Timestamp,
    /// By whom, as in the audit log: the officer, or somebody for them.
    pub declared_by: String,
    /// The reason, sealed.
    pub sealed: Vec<u8>,
    /// That it was ended; `None` while it stands.
    pub ended: Option<ConflictEnd>,
}

/// That a conflict was ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConflictEnd {
    /// When.
    pub at: Timestamp,
    /// By whom, as in the audit log.
    pub by: String,
    /// The reason, sealed.
    pub sealed: Vec<u8>,
}

/// Which conflicts to list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ConflictFilter {
    /// Of one officer.
    pub officer: Option<OfficerId>,
    /// Of one case.
    pub case: Option<CaseId>,
    /// Those that were ended too.
    pub with_ended: bool,
}

/// A case that goes from one officer to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseMoveRow {
    /// Id.
    pub id: CaseMoveId,
    /// The case.
    pub case: CaseId,
    /// Who was in charge when it was entered.
    pub from: Option<OfficerId>,
    /// Who is in charge after it.
    pub to: OfficerId,
    /// From when.
    pub from_at: Timestamp,
    /// When it was entered.
    pub made_at: Timestamp,
    /// By whom, as in the audit log.
    pub made_by: String,
    /// The reason, sealed.
    pub sealed: Vec<u8>,
    /// When the case went.
    pub done_at: Option<Timestamp>,
    /// When it was withdrawn, and by whom: an officer, or the worker that could not do it.
    pub withdrawn: Option<(Timestamp, String)>,
}

/// Verbs on conflicts of interest and on who is in charge.
#[async_trait]
pub trait ConflictStore {
    /// Enters a conflict.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] when one stands between this officer and this case already.
    async fn conflict_add(&self, row: &ConflictRow) -> Result<()>;

    /// Ends a conflict.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] when it has ended already, or there is none.
    async fn conflict_end(&self, id: ConflictId, end: &ConflictEnd) -> Result<()>;

    /// Conflicts, in the order in which they were declared.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn conflict_list(&self, filter: ConflictFilter) -> Result<Vec<ConflictRow>>;

    /// Whether a case is barred for an officer now.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn conflict_stands(&self, officer: OfficerId, case: CaseId) -> Result<bool>;

    /// Enters moves, all or none. Those that have `done_at` put the new officer in charge in the same transaction, and the clocks of
    /// alerts that nobody has opened begin anew with them.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] when one cannot be done: another officer is in charge by now, or it is barred for the new one.
    async fn case_move_add(&self, moves: &[CaseMoveRow]) -> Result<()>;

    /// Moves that wait and whose time has come.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn case_move_due(&self, at: Timestamp) -> Result<Vec<CaseMoveRow>>;

    /// Does a move that waits.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] as in [`ConflictStore::case_move_add`], and when it does not wait any more.
    async fn case_move_do(&self, id: CaseMoveId, at: Timestamp) -> Result<()>;

    /// Withdraws a move that waits.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] when it does not wait any more.
    async fn case_move_withdraw(&self, id: CaseMoveId, at: Timestamp, by: &str) -> Result<()>;

    /// Moves that wait, and those withdrawn since `since`, by the time from which they count.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn case_move_list(&self, since: Timestamp) -> Result<Vec<CaseMoveRow>>;
}
