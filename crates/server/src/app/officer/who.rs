//! Who is asking, and whether a case is theirs.

use proviso_model::ids::{AlertId, CaseId, DeviceId, OfficerId};
use proviso_store::{AlertRow, CaseRow, CaseState, DeviceRow, OfficerRole, OfficerRow};

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
    /// For whom they stand in now: their cases are this officer's too.
    pub covers: Vec<OfficerId>,
    /// Why they opened cases that are not theirs, in this session.
    pub given: Vec<(CaseId, CaseReason)>,
    /// Cases that a digital specialist or a disclosure officer was let into, now.
    pub guest_in: Vec<CaseId>,
    /// Cases whose person, or household, they have declared that they know: barred for them.
    pub conflicts: Vec<CaseId>,
}

impl From<OfficerRow> for Who {
    fn from(row: OfficerRow) -> Self {
        let (covers, guest_in, conflicts) = (Vec::new(), Vec::new(), Vec::new());
        Self {
            id: row.id,
            username: row.username,
            name: row.display_name,
            role: row.role,
            covers,
            guest_in,
            conflicts,
            given: Vec::new(),
        }
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

    /// Whether this officer may do `action` on that case.
    #[must_use]
    pub fn may_on(&self, action: Action, case: &CaseRow) -> bool {
        let is_own = match is_guest(self.role) {
            true => self.guest_in.contains(&case.id),
            false => case.officer.is_some_and(|officer| self.is_own(officer)),
        };
        !self.conflicts.contains(&case.id) && allowed(self.role, action, is_own)
    }

    /// Refuses an act that the role never includes.
    ///
    /// # Errors
    /// [`ActError::NotYourRole`].
    pub fn require(&self, action: Action) -> Result<(), ActError> {
        if self.may(action) { Ok(()) } else { Err(ActError::NotYourRole) }
    }

    /// Whether the cases of that officer are this one's: their own, and of those for whom they stand in.
    fn is_own(&self, officer: OfficerId) -> bool {
        officer == self.id || self.covers.contains(&officer)
    }

    /// The officers whose cases lists are narrowed to, one after the other; `None` alone for those who see all.
    #[must_use]
    pub fn whose_cases(&self) -> Vec<Option<OfficerId>> {
        match allowed(self.role, Action::ViewEvidence, false) {
            true => vec![None],
            false if is_guest(self.role) => Vec::new(),
            false => std::iter::once(self.id).chain(self.covers.iter().copied()).map(Some).collect(),
        }
    }

    /// The cases that lists show this officer.
    ///
    /// # Errors
    /// The store's.
    pub async fn cases(&self, ctx: &AppContext) -> Result<Vec<CaseRow>, ActError> {
        let mut cases = Vec::new();
        for officer in self.whose_cases() {
            cases.extend(ctx.store.case_list(officer).await?);
        }
        for id in &self.guest_in {
            cases.extend(ctx.store.case_get(*id).await?.filter(|case| case.state != CaseState::Destroyed));
        }
        cases.retain(|case| !self.conflicts.contains(&case.id));
        Ok(cases)
    }

    /// A case that this officer may do `action` on.
    ///
    /// # Errors
    /// [`ActError::NotYourRole`] for a role that never may, [`ActError::Barred`] where a conflict of interest is declared, which is
    /// logged, [`ActError::NotFound`] for another officer's case and for one that does not exist, [`ActError::Conflict`] for one that
    /// was destroyed, [`ActError::SayWhy`] for one that is another's until they have said why.
    pub async fn case(&self, ctx: &AppContext, action: Action, id: CaseId) -> Result<CaseRow, ActError> {
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
    ) -> Result<CaseRow, ActError> {
        self.require(action)?;
        let case = ctx.store.case_get(id).await?.ok_or(ActError::NotFound)?;
        // Asked anew: what was read with the session may be of before.
        if ctx.store.conflict_stands(self.id, id).await? {
            ctx.note(&self.actor(), "conflict-barred", Some(id), &id.to_string()).await?;
            return Err(ActError::Barred);
        }
        match case.state {
            _ if !self.may_on(action, &case) => Err(ActError::NotFound),
            CaseState::Destroyed => Err(ActError::Conflict(
                "this case was destroyed; only its number and the log of acts are left",
            )),
            _ => Ok(case),
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
    ) -> Result<(DeviceRow, CaseRow), ActError> {
        let case = self.case(ctx, action, case).await?;
        let row = ctx.store.device_get(device).await?.filter(|row| row.case == case.id);
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
    ) -> Result<(AlertRow, CaseRow), ActError> {
        self.require(action)?;
        let alert = ctx.store.alert_get(id).await?.ok_or(ActError::NotFound)?;
        let case = self.case(ctx, action, alert.case).await?;
        Ok((alert, case))
    }
}
