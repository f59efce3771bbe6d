//! Lines of the audit log in words, and names of officers.

use std::collections::HashMap;

use proviso_model::Timestamp;
use proviso_model::ids::OfficerId;
use proviso_store::{AlertRow, AuditRow, CaseRow, Permit};

use super::acts;
use super::error::ActError;
use crate::app::AppContext;
use crate::app::personal::enter::LINK_ACTOR;

/// Most lines of one history.
const LINES_MAX: u32 = 100;

/// One line of history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryLine {
    /// When.
    pub at: Timestamp,
    /// Who did what.
    pub text: String,
}

/// The name of an officer for screens.
///
/// # Errors
/// The store's.
pub async fn officer_name(ctx: &AppContext, id: OfficerId) -> Result<String, ActError> {
    Ok(ctx.store.officer_get(id).await?.map_or_else(removed, |row| row.display_name))
}

/// The names of every officer, for who needs several.
pub struct Names(HashMap<OfficerId, String>);

impl Names {
    /// As they are now.
    ///
    /// # Errors
    /// The store's.
    pub async fn now(ctx: &AppContext) -> Result<Self, ActError> {
        let officers = ctx.store.officer_list().await?;
        Ok(Self(officers.into_iter().map(|row| (row.id, row.display_name)).collect()))
    }

    /// The name of an officer for screens.
    #[must_use]
    pub fn of(&self, id: OfficerId) -> String {
        self.0.get(&id).map_or_else(removed, Clone::clone)
    }

    /// The name of who did something, as the log has them.
    #[must_use]
    pub fn of_actor(&self, actor: &str) -> String {
        let id = actor.strip_prefix("officer:").and_then(|id| id.parse().ok());
        id.map_or_else(|| actor.to_owned(), |id| self.of(id))
    }

    /// The name of who is in charge of a case.
    #[must_use]
    pub fn in_charge(&self, case: &CaseRow) -> String {
        case.officer.map_or_else(nobody, |id| self.of(id))
    }
}

fn removed() -> String {
    "an officer who was removed".to_owned()
}

fn nobody() -> String {
    "nobody yet".to_owned()
}

/// The name of the officer in charge of a case.
///
/// # Errors
/// The store's.
pub async fn in_charge(ctx: &AppContext, case: &CaseRow) -> Result<String, ActError> {
    match case.officer {
        Some(id) => officer_name(ctx, id).await,
        None => Ok(nobody()),
    }
}

/// Who an actor of the log is, in words.
///
/// # Errors
/// The store's.
pub async fn actor_name(ctx: &AppContext, actor: &str) -> Result<String, ActError> {
    match actor.strip_prefix("officer:").and_then(|id| id.parse().ok()) {
        Some(id) => officer_name(ctx, id).await,
        None => Ok(match actor {
            "command-line" => "The command line".to_owned(),
            "device" => "A device".to_owned(),
            "worker" => "The server".to_owned(),
            "visitor" => "Somebody not signed in".to_owned(),
            link if link.starts_with(LINK_ACTOR) => "Whoever has the person’s link".to_owned(),
            other => other.to_owned(),
        }),
    }
}

/// The history of an alert, newest first: when it was raised, and every act on it in the log.
///
/// # Errors
/// The store's.
pub async fn of_alert(
    ctx: &AppContext,
    case: &Permit,
    alert: &AlertRow,
) -> Result<Vec<HistoryLine>, ActError> {
    let mut lines = Vec::new();
    for row in ctx.of(case).audit_about(&alert.id.to_string(), LINES_MAX).await? {
        let who = actor_name(ctx, &row.entry.actor).await?;
        let text = format!("{who} {}{}", acts::in_words(&row.entry.act), ending(&row));
        lines.push(HistoryLine { at: row.entry.opened_at, text });
    }
    lines.push(HistoryLine { at: alert.raised_at, text: "The alert was raised".to_owned() });
    Ok(lines)
}

fn ending(row: &AuditRow) -> &'static str {
    match row.completed.as_ref().map(|(_, outcome, _, _)| outcome.as_str()) {
        Some("refused") => " (refused)",
        Some("failed") => " (failed)",
        _ => "",
    }
}
