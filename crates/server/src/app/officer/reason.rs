//! Why an officer looks into a case: by their task, or in one tap where the case is another's. The log keeps it with each act
//! (Data Protection Act 2018, section 62(3): the justification for consulting).

use proviso_model::ids::CaseId;
use proviso_store::{OfficerRole, Permit, StoreError, Tie};

use super::allowed::Action;
use super::error::ActError;
use super::history;
use super::sealed::{self, Person};
use super::who::Who;
use crate::app::AppContext;
use crate::keys::case::Purpose;

/// Why an officer opens a case that is not theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseReason {
    /// Checking a colleague's work.
    Supervision,
    /// Nobody in charge can be reached.
    Urgent,
    /// The person asked or complained.
    Request,
    /// A court or a prosecutor asked, or will.
    Court,
    /// The case is going to another officer.
    Handover,
}

impl CaseReason {
    /// Every reason, in the order of the page.
    pub const ALL: [Self; 5] = [Self::Supervision, Self::Urgent, Self::Request, Self::Court, Self::Handover];

    /// As forms and sessions have it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Supervision => "supervision",
            Self::Urgent => "urgent",
            Self::Request => "request",
            Self::Court => "court",
            Self::Handover => "handover",
        }
    }

    /// For a button, and for the log.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Supervision => "I am supervising or checking the work on this case",
            Self::Urgent => "It cannot wait and the officer in charge cannot be reached",
            Self::Request => "The person asked or complained about something",
            Self::Court => "For a court, a prosecutor or disclosure",
            Self::Handover => "The case is being handed over",
        }
    }

    /// Reads what a form or a session says.
    #[must_use]
    pub fn parse(said: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == said)
    }
}

impl Who {
    /// Why this officer looks into that case, for the log; `None` where they have to say so first.
    #[must_use]
    pub fn reason_on(&self, action: Action, case: &Permit) -> Option<&'static str> {
        match (case.tie(), self.role) {
            (Tie::InCharge, _) => Some("In charge of the case"),
            (Tie::StandsIn, _) => Some("Stands in for the officer in charge"),
            (_, OfficerRole::OffenderManager | OfficerRole::Supervisor)
                if matches!(
                    action,
                    Action::ViewEvidence | Action::Decide | Action::Export | Action::EnrolDevice
                ) =>
            {
                let given = self.given.iter().rev().find(|(id, _)| *id == case.id);
                given.map(|(_, reason)| reason.in_words())
            }
            _ => Some("The task of this role"),
        }
    }

    /// Does an act on a case of this officer's, logged before it is done with who, what and why.
    ///
    /// # Errors
    /// [`ActError::SayWhy`]; the act's own, or the log's.
    pub async fn does<T, E: From<ActError> + From<StoreError>>(
        &self,
        ctx: &AppContext,
        (action, act): (Action, &str),
        case: &Permit,
        objects: &str,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let because = self.because(ctx, action, case)?;
        ctx.logged_because(&self.actor(), act, Some(case.id), objects, because, work).await
    }

    /// The same reason, sealed under the case.
    ///
    /// # Errors
    /// [`ActError::SayWhy`]; [`ActError::Broken`] when the case has no key.
    pub fn because(&self, ctx: &AppContext, action: Action, case: &Permit) -> Result<Vec<u8>, ActError> {
        let reason = self.reason_on(action, case).ok_or(ActError::SayWhy(case.id))?;
        Ok(ctx.seal(case.id, Purpose::Audit, reason.as_bytes())?)
    }
}

/// Whose case it is that an officer is asked about: the person, and who is in charge. What lists show, and no more.
///
/// # Errors
/// As [`Who::case`], but for [`ActError::SayWhy`].
pub async fn asked_about(ctx: &AppContext, who: &Who, id: CaseId) -> Result<(Person, String), ActError> {
    let case = who.case_unasked(ctx, Action::ViewEvidence, id).await?;
    let officer = history::in_charge(ctx, &case).await?;
    Ok((sealed::person(ctx, &case)?, officer))
}
