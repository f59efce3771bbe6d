//! Who may do what: one table, one function, one test.

use proviso_store::OfficerRole;

/// What can be asked of the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// See alerts, people, timelines and captured content.
    ViewEvidence,
    /// Record a decision on an alert.
    Decide,
    /// Prepare an evidence bundle.
    Export,
    /// Make a one-time code that enrols a device.
    EnrolDevice,
    /// Read the audit log.
    ReadAudit,
    /// Review what is held outside the order of a case: counts only.
    ReviewQuarantine,
    /// Keep the shield list of a case: contacts that are never captured.
    KeepShield,
    /// Decide whether what may be privileged is: the one who sees it before any officer of the case.
    ReviewPrivilege,
    /// See whether there is somebody who does: counts only.
    AppointReviewers,
    /// Enter that one officer stands in for another, which opens the other's cases to them.
    SetCover,
    /// Review how long a case is kept, hold it, and destroy it together with another officer.
    ReviewRetention,
    /// Enter what a person asks about their data, and see it.
    EnterRights,
    /// Answer it.
    AnswerRights,
    /// Say who is in charge of which case, and keep the declared conflicts of interest.
    KeepCaseloads,
    /// See which versions of the agent devices have: no case and no person.
    ViewFleet,
    /// See what officers' decisions say of each rule: counts, no case and no person.
    ReviewRules,
    /// Look again at a share of decisions, without being told what was decided.
    ReviewDecisions,
    /// Enter an order or a change of one, and check what another officer entered.
    EnterOrders,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 18] = [
        Self::ViewEvidence,
        Self::Decide,
        Self::Export,
        Self::EnrolDevice,
        Self::ReadAudit,
        Self::ReviewQuarantine,
        Self::KeepShield,
        Self::ReviewPrivilege,
        Self::AppointReviewers,
        Self::SetCover,
        Self::ReviewRetention,
        Self::EnterRights,
        Self::AnswerRights,
        Self::KeepCaseloads,
        Self::ViewFleet,
        Self::ReviewRules,
        Self::ReviewDecisions,
        Self::EnterOrders,
    ];
}

/// Whether `role` may do `action`; `own_case` says whether the case is assigned to that officer or, for a digital specialist or a
/// disclosure officer, whether they were let into it.
///
/// Who reviews what is outside an order or how long a case is kept, keeps a shield list, or decides on privilege is never the officer in
/// charge of the case; who decides on privilege has that role alone, and sees no other page of any case. Specialists look, and decide
/// nothing; a disclosure officer prepares bundles too.
#[must_use]
pub fn allowed(role: OfficerRole, action: Action, own_case: bool) -> bool {
    match (role, action) {
        (
            OfficerRole::DataProtection | OfficerRole::Supervisor,
            Action::ReviewQuarantine | Action::KeepShield | Action::ReviewRetention | Action::AnswerRights,
        )
        | (OfficerRole::Supervisor, Action::ReviewDecisions) => !own_case,
        (OfficerRole::DataProtection, Action::EnterRights) => true,
        (OfficerRole::PrivilegeReviewer, Action::ReviewPrivilege) => !own_case,
        (OfficerRole::Administrator, Action::AppointReviewers | Action::ViewFleet | Action::ReviewRules)
        | (OfficerRole::Auditor, Action::ReviewRules)
        | (OfficerRole::Supervisor, Action::SetCover | Action::KeepCaseloads | Action::ReviewRules) => true,
        (
            _,
            Action::ReviewQuarantine
            | Action::KeepShield
            | Action::ReviewPrivilege
            | Action::AppointReviewers
            | Action::SetCover
            | Action::ReviewRetention
            | Action::AnswerRights
            | Action::KeepCaseloads
            | Action::ViewFleet
            | Action::ReviewRules
            | Action::ReviewDecisions,
        ) => false,
        (OfficerRole::OffenderManager, Action::ReadAudit) => false,
        (OfficerRole::DigitalSpecialist | OfficerRole::Disclosure, Action::ViewEvidence)
        | (OfficerRole::Disclosure, Action::Export) => own_case,
        (OfficerRole::OffenderManager, _) => own_case,
        (OfficerRole::Supervisor, _) => true,
        (OfficerRole::Administrator | OfficerRole::Auditor, Action::ReadAudit) => true,
        _ => false,
    }
}

/// Whether `role` may do `action` on some case at all: decides which pages are offered.
#[must_use]
pub fn offered(role: OfficerRole, action: Action) -> bool {
    allowed(role, action, true) || allowed(role, action, false)
}

/// The role in words for a screen.
#[must_use]
pub fn role_in_words(role: OfficerRole) -> &'static str {
    match role {
        OfficerRole::OffenderManager => "Offender manager",
        OfficerRole::Supervisor => "Supervisor",
        OfficerRole::DigitalSpecialist => "Digital specialist",
        OfficerRole::Administrator => "Administrator",
        OfficerRole::DataProtection => "Data protection officer",
        OfficerRole::Disclosure => "Disclosure officer",
        OfficerRole::Auditor => "Auditor",
        OfficerRole::PrivilegeReviewer => "Privilege reviewer",
    }
}

#[cfg(test)]
mod tests {
    use super::{Action, allowed};
    use proviso_store::OfficerRole;

    #[test]
    fn the_role_table_is_as_agreed() {
        // One letter per action, in the order of Action::ALL: y = every case, o = own cases only, x = others' cases
        // only, n = never.
        let table = [
            (OfficerRole::OffenderManager, "oooonnnnnnnonnnnno"),
            (OfficerRole::Supervisor, "yyyyyxxnnyxyxynyxy"),
            (OfficerRole::DigitalSpecialist, "onnnnnnnnnnnnnnnnn"),
            (OfficerRole::Administrator, "nnnnynnnynnnnnyynn"),
            (OfficerRole::DataProtection, "nnnnnxxnnnxyxnnnnn"),
            (OfficerRole::Disclosure, "ononnnnnnnnnnnnnnn"),
            (OfficerRole::Auditor, "nnnnynnnnnnnnnnynn"),
            (OfficerRole::PrivilegeReviewer, "nnnnnnnxnnnnnnnnnn"),
        ];
        assert_eq!(table.map(|(role, _)| role).as_slice(), OfficerRole::ALL);
        for (role, letters) in table {
            for (action, letter) in Action::ALL.into_iter().zip(letters.chars()) {
                let expected = match letter {
                    'y' => (true, true),
                    'o' => (true, false),
                    'x' => (false, true),
                    _ => (false, false),
                };
                let found = (allowed(role, action, true), allowed(role, action, false));
                assert_eq!(found, expected, "{role:?} {action:?}");
            }
        }
    }
}
