//! Who is asking. Whether a case is theirs, the store says.

use proviso_model::ids::{AlertId, CaseId, DeviceId, OfficerId};
use proviso_store::{Access, AlertRow, DeviceRow, OfficerRole, OfficerRow, Permit, Tie};

use super::allowed::{Action, allowed, offered};
use super::error::ActError;
use super::reason::CaseReason;
use crate::app::AppContext;

/// The officer who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// Id.
    pub id: OfficerId,
    /// Sign-in name.
    pub username: String,
    /// Name for screens.
    pub name: String,
    /// Role.
    pub role: OfficerRole,
    /// Why they opened cases that are not theirs, in this session.
    pub given: Vec<(CaseId, CaseReason)>,
}

impl From<OfficerRow> for Who {
    fn from(row: OfficerRow) -> Self {
        Self { id: row.id, username: row.username, name: row.display_name, role: row.role, given: Vec::new() }
    }
}

/// Whether a role works in cases that it was let into, and is in charge of none.
#[must_use]
pub fn is_guest(role: OfficerRole) -> bool {
    matches!(role, OfficerRole::DigitalSpecialist | OfficerRole::Disclosure)
}

impl Who {
    /// As written in the audit log.
    #[must_use]
    pub fn actor(&self) -> String {
        format!("officer:{}", self.id)
    }

    /// Whether a page for `action` is offered at all.
    #[must_use]
    pub fn may(&self, action: Action) -> bool {
        offered(self.role, action)
    }

    /// Whether this officer may do `action` on the case of a permit of theirs.
    #[must_use]
    pub fn may_on(&self, action: Action, case: &Permit) -> bool {
        let is_own = matches!(case.tie(), Tie::InCharge | Tie::StandsIn | Tie::LetIn);
        case.officer() == Some(self.id) && allowed(self.role, action, is_own)
    }

    /// Refuses an act that the role never includes.
    ///
    /// # Errors
    /// [`ActError::NotYourRole`].
    pub fn require(&self, action: Action) -> Result<(), ActError> {
        if self.may(action) { Ok(()) } else { Err(ActError::NotYourRole) }
    }

    /// Whether the role sees cases that are others'.
    #[must_use]
    pub fn sees_others(&self) -> bool {
        allowed(self.role, Action::ViewEvidence, false)
    }

    /// The cases that this officer may do `action` on, newest first: what every list over cases is made from.
    ///
    /// # Errors
    /// The store's.
    pub async fn cases(&self, ctx: &AppContext, action: Action) -> Result<Vec<Permit>, ActError> {
        let mut cases = ctx.store.case_access_list(self.id, ctx.now()).await?;
        cases.retain(|case| self.may_on(action, case));
        Ok(cases)
    }

    /// Whether they may do `action` on that case: for what is not shown rather than refused.
    ///
    /// # Errors
    /// The store's.
    pub async fn sees(&self, ctx: &AppContext, action: Action, id: CaseId) -> Result<bool, ActError> {
        let access = ctx.store.case_access(self.id, id, ctx.now()).await?;
        Ok(matches!(access, Access::Permitted(case) if self.may_on(action, &case)))
    }

    /// A case that this officer may do `action` on.
    ///
    /// # Errors
    /// [`ActError::NotYourRole`] for a role that never may, [`ActError::Barred`] where a conflict of interest is declared, which is
    /// logged, [`ActError::NotFound`] for another officer's case and for one that does not exist, [`ActError::Conflict`] for one that
    /// was destroyed, [`ActError::SayWhy`] for one that is another's until they have said why.
    pub async fn case(&self, ctx: &AppContext, action: Action, id: CaseId) -> Result<Permit, ActError> {
        let case = self.case_unasked(ctx, action, id).await?;
        match self.reason_on(action, &case) {
            Some(_) => Ok(case),
            None => Err(ActError::SayWhy(id)),
        }
    }

    /// As [`Who::case`], before they have said why.
    pub(super) async fn case_unasked(
        &self,
        ctx: &AppContext,
        action: Action,
        id: CaseId,
    ) -> Result<Permit, ActError> {
        self.require(action)?;
        match ctx.store.case_access(self.id, id, ctx.now()).await? {
            Access::Permitted(case) if self.may_on(action, &case) => Ok(*case),
            Access::Permitted(_) | Access::Refused { is_destroyed: false } => Err(ActError::NotFound),
            Access::Refused { is_destroyed: true } => Err(ActError::Conflict(
                "this case was destroyed; only its number and the log of acts are left",
            )),
            Access::Barred => {
                ctx.note(&self.actor(), "conflict-barred", Some(id), &id.to_string()).await?;
                Err(ActError::Barred)
            }
        }
    }

    /// A device, with its case, that this officer may do `action` on.
    ///
    /// # Errors
    /// As [`Who::case`].
    pub async fn device(
        &self,
        ctx: &AppContext,
        action: Action,
        (case, device): (CaseId, DeviceId),
    ) -> Result<(DeviceRow, Permit), ActError> {
        let case = self.case(ctx, action, case).await?;
        let row = ctx.of(&case).device_get(device).await?;
        Ok((row.ok_or(ActError::NotFound)?, case))
    }

    /// An alert, with its case, that this officer may do `action` on.
    ///
    /// # Errors
    /// As [`Who::case`].
    pub async fn alert(
        &self,
        ctx: &AppContext,
        action: Action,
        id: AlertId,
    ) -> Result<(AlertRow, Permit), ActError> {
        self.require(action)?;
        let alert = ctx.store.alert_get(id).await?.ok_or(ActError::NotFound)?;
        let case = self.case(ctx, action, alert.case).await?;
        Ok((alert, case))
    }
}
