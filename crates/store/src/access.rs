//! Which officer may see which case, as the store itself decides, and the permit that it then gives.

use std::ops::Deref;

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, OfficerId};

use crate::case::{CaseRow, CaseState};
use crate::error::Result;
use crate::words::words;

words! {
    /// What an officer has to do with a case.
    Tie {
        /// They are in charge of it.
        InCharge = "in-charge",
        /// They stand in, now, for the officer in charge.
        StandsIn = "stands-in",
        /// A digital specialist or a disclosure officer who was let into it, now.
        LetIn = "let-in",
        /// A supervisor under whom it is: the officer in charge is in a team of theirs, or in none that anybody supervises; or nobody is
        /// in charge.
        Supervises = "supervises",
        /// Their role is for every case of the force: data protection, and who reviews what may be privileged.
        ForceWide = "force-wide",
        /// No officer: the server itself works on it.
        Server = "server",
    }
}

/// That somebody may work on one case. Only the store makes one, for an officer after it has asked itself; what an officer's act reads and
/// writes of a case goes through [`crate::Permitted`], which holds to the case of the permit.
///
/// It is the state of one moment: made for one request, and kept by nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permit {
    row: CaseRow,
    tie: Tie,
    holder: Holder,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Holder {
    Officer(OfficerId),
    Server(&'static str),
}

impl Permit {
    pub(crate) fn of_officer(row: CaseRow, tie: Tie, officer: OfficerId) -> Self {
        Self { row, tie, holder: Holder::Officer(officer) }
    }

    /// For work of the server that no officer asks for, or that the command line does: `why` says which. Nothing that answers an officer's
    /// request may use it; `xtask layers` looks.
    #[must_use]
    pub fn of_server(row: CaseRow, why: &'static str) -> Self {
        Self { row, tie: Tie::Server, holder: Holder::Server(why) }
    }

    /// The case.
    #[must_use]
    pub fn case(&self) -> &CaseRow {
        &self.row
    }

    /// What its holder has to do with it.
    #[must_use]
    pub fn tie(&self) -> Tie {
        self.tie
    }

    /// Which officer holds it; none for the server's own work.
    #[must_use]
    pub fn officer(&self) -> Option<OfficerId> {
        match self.holder {
            Holder::Officer(officer) => Some(officer),
            Holder::Server(_) => None,
        }
    }

    /// Why the server works on the case; none for an officer's.
    #[must_use]
    pub fn why(&self) -> Option<&'static str> {
        match self.holder {
            Holder::Officer(_) => None,
            Holder::Server(why) => Some(why),
        }
    }

    /// Whether the case was destroyed: only its number, its times and the log of acts are left.
    #[must_use]
    pub fn is_destroyed(&self) -> bool {
        self.row.state == CaseState::Destroyed
    }
}

/// A permit says all that the row of its case says.
impl Deref for Permit {
    type Target = CaseRow;

    fn deref(&self) -> &CaseRow {
        &self.row
    }
}

/// What the store answers to an officer who asks for a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// They may.
    Permitted(Box<Permit>),
    /// They have declared that they know the person: barred, whatever else holds.
    Barred,
    /// They have nothing to do with it; it was destroyed; their account is switched off; or there is no such case.
    Refused {
        /// Whether it was theirs, and was destroyed.
        is_destroyed: bool,
    },
}

/// Verbs that decide who may see which case. One rule, in one place.
#[async_trait]
pub trait AccessStore {
    /// Whether an officer may work on a case at `at`, in one question.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn case_access(&self, officer: OfficerId, case: CaseId, at: Timestamp) -> Result<Access>;

    /// Every case that an officer may work on at `at`, newest first.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn case_access_list(&self, officer: OfficerId, at: Timestamp) -> Result<Vec<Permit>>;

    /// The cases that an officer may not work on at `at`, but for those destroyed: of their entries in the log a supervisor reads nothing.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn case_hidden_list(&self, officer: OfficerId, at: Timestamp) -> Result<Vec<CaseId>>;

    /// The supervisors under whom a case is at `at`.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn case_supervisors(&self, case: CaseId, at: Timestamp) -> Result<Vec<OfficerId>>;

    /// The supervisors under whom the cases of an officer are at `at`, but for those who know the person of one.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn supervisors_of(&self, officer: OfficerId, at: Timestamp) -> Result<Vec<OfficerId>>;

    /// The officers whose cases are under a supervisor at `at`, by the same rule but for conflicts of interest, which are of single cases.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn officers_under(&self, supervisor: OfficerId, at: Timestamp) -> Result<Vec<OfficerId>>;
}
