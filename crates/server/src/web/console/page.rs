//! What every page has: title, bar, navigation; and turning a template into an answer.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use super::assets::{self, Addresses};
use super::fault::Fault;
use super::signed_in::SignedIn;
use crate::app::officer::allowed::Action;

/// The frame of a page.
pub struct Shell {
    /// Page title.
    pub title: String,
    /// Token for the page's forms; empty where nobody is signed in.
    pub csrf: String,
    /// Who is signed in.
    pub officer: Option<ShellOfficer>,
    /// Where style and script are.
    pub assets: &'static Addresses,
}

/// The part of the bar that belongs to an officer.
pub struct ShellOfficer {
    /// Name.
    pub name: String,
    /// What the role is offered.
    pub nav: Vec<NavItem>,
}

/// One entry of the navigation.
pub struct NavItem {
    /// Address.
    pub href: &'static str,
    /// Words.
    pub label: &'static str,
    /// Whether the page belongs under it.
    pub current: bool,
}

/// Which entry of the navigation a page belongs under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Under {
    /// The inbox and alerts.
    Inbox,
    /// People.
    People,
    /// Which visits are due.
    Planner,
    /// Reviews of what is outside an order.
    Quarantine,
    /// What people ask about their data.
    Rights,
    /// How long cases are kept.
    Retention,
    /// Shield lists.
    Shield,
    /// What may be privileged.
    Privilege,
    /// The work under a supervisor, with caseloads, conflicts of interest, cover and protected contacts.
    Workload,
    /// What decisions say of rules, for who has no page of a team.
    Rules,
    /// The audit log.
    Audit,
    /// Releases and versions of devices.
    Fleet,
    /// None of them.
    Nothing,
}

/// What a supervisor finds on the page of their team, and not in the bar.
const UNDER_TEAM: [Under; 2] = [Under::Shield, Under::Rules];

impl Shell {
    /// A page for nobody in particular.
    #[must_use]
    pub fn anonymous(title: &str) -> Self {
        Self { title: title.to_owned(), csrf: String::new(), officer: None, assets: assets::addresses() }
    }

    /// A page for the officer signed in.
    #[must_use]
    pub fn new(title: &str, under: Under, signed_in: &SignedIn) -> Self {
        let who = &signed_in.session.who;
        let has_team = who.may(Action::KeepCaseloads);
        // What the team's page leads to belongs under it.
        let under = if has_team && UNDER_TEAM.contains(&under) { Under::Workload } else { under };
        let nav = [
            (Under::Inbox, "/", "Inbox", Action::ViewEvidence),
            (Under::People, "/people", "People", Action::ViewEvidence),
            (Under::Planner, "/planner", "Visits", Action::Decide),
            (Under::Workload, "/workload", "Team", Action::KeepCaseloads),
            (Under::Quarantine, "/quarantine", "Quarantine", Action::ReviewQuarantine),
            (Under::Rights, "/rights", "People’s rights", Action::AnswerRights),
            (Under::Retention, "/retention", "Retention", Action::ReviewRetention),
            (Under::Shield, "/shield", "Protected contacts", Action::KeepShield),
            (Under::Privilege, "/privilege", "Privilege review", Action::ReviewPrivilege),
            (Under::Privilege, "/privilege", "Privilege review", Action::AppointReviewers),
            (Under::Audit, "/audit", "Audit log", Action::ReadAudit),
            (Under::Rules, "/rules", "Rules", Action::ReviewRules),
            (Under::Fleet, "/updates", "Updates", Action::ViewFleet),
        ]
        .into_iter()
        .filter(|(place, _, _, action)| who.may(*action) && !(has_team && UNDER_TEAM.contains(place)))
        .map(|(place, href, label, _)| NavItem { href, label, current: place == under })
        .collect();
        Self {
            csrf: signed_in.form_token(),
            officer: Some(ShellOfficer { name: who.name.clone(), nav }),
            ..Self::anonymous(title)
        }
    }
}

/// The answer that a template makes.
///
/// # Errors
/// A 500 page when the template cannot be rendered.
pub fn page(template: &impl Template) -> Result<Response, Fault> {
    page_with(StatusCode::OK, template)
}

/// As [`page`], with another status.
///
/// # Errors
/// As [`page`].
pub fn page_with(status: StatusCode, template: &impl Template) -> Result<Response, Fault> {
    let html =
        template.render().map_err(|error| Fault::broken(format!("a page could not be made: {error}")))?;
    Ok((status, Html(html)).into_response())
}
