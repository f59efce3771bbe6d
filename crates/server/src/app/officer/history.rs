//! Lines of the audit log in words, and names of officers.

use proviso_model::Timestamp;
use proviso_model::ids::OfficerId;
use proviso_store::{AlertRow, AuditRow};

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
    Ok(ctx
        .store
        .officer_get(id)
        .await?
        .map_or_else(|| "an officer who was removed".to_owned(), |row| row.display_name))
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

/// Acts of the log, and how each is said of whoever did it.
const ACTS: &[(&str, &str)] = &[
    ("sign-in", "signed in"),
    ("sign-in-refused", "tried to sign in and was refused"),
    ("second-factor-begin", "began to set up codes for signing in"),
    ("second-factor-set", "set up codes for signing in"),
    ("second-factor-remove", "removed an officer’s codes for signing in"),
    ("confirm", "confirmed who they are"),
    ("confirm-refused", "tried to confirm who they are and was refused"),
    ("sign-out", "signed out"),
    ("alert-view", "viewed the alert"),
    ("alert-tell", "told who is first to look at the alert"),
    ("alert-escalate", "told who is next, for nobody had opened the alert"),
    ("notification-change", "changed how an officer is notified"),
    ("notification-trial", "sent an e-mail to see whether it arrives"),
    ("delivery-retry", "tried a notification again that had been given up"),
    ("cover-add", "entered that one officer stands in for another"),
    ("cover-end", "ended that one officer stands in for another"),
    ("names-open", "opened names and contact details of other people, with a reason"),
    ("content-open", "opened the captured content"),
    ("picture-preview", "was shown the veiled preview of a picture"),
    ("picture-unveil", "unveiled a picture"),
    ("alert-decide", "recorded a decision"),
    ("case-view", "viewed the person’s page"),
    ("device-act", "entered what happened to a device"),
    ("device-act-change", "corrected what was entered about a device"),
    ("device-act-withdraw", "withdrew what was entered about a device"),
    ("coverage-view", "viewed which minutes of a device were watched"),
    ("visit-prepare", "prepared a visit"),
    ("visit-check", "checked the record of a visit"),
    ("visit-file", "filed the record of a visit"),
    ("visit-view", "read the record of a visit"),
    ("visit-list", "listed the filed visits"),
    ("visit-export", "wrote out a filed visit"),
    ("enrolment-code", "made an enrolment code"),
    ("bundle-export", "prepared an evidence bundle"),
    ("audit-verify", "checked that the audit log is as it was written"),
    ("audit-export", "wrote the audit log to a file"),
    ("audit-read", "read the audit log"),
    ("officer-add", "added an officer"),
    ("case-create", "opened a case"),
    ("case-assign", "put an officer in charge of a case"),
    ("order-change", "entered a changed order"),
    ("order-end", "entered that the order, or a paragraph, ended"),
    ("order-end-change", "changed until when the order, or a paragraph, does not run"),
    ("order-end-withdraw", "withdrew the entry that the order, or a paragraph, ended"),
    ("shield-view", "viewed the shield list"),
    ("shield-add", "put a contact on the shield list"),
    ("shield-end", "took a contact off the shield list"),
    ("other-adult-approve", "approved another adult on a device"),
    ("other-adult-withdraw", "withdrew the approval of another adult"),
    ("personal-link-make", "made a link to the person’s own page"),
    ("personal-link-end", "ended a link to the person’s own page"),
    ("personal-page-open", "opened the person’s own page"),
    ("personal-page-refused", "gave a wrong code for the person’s own page"),
    ("personal-statement", "wrote on the person’s own page"),
    ("privilege-view", "viewed an item that may be privileged, without its content"),
    ("privilege-open", "opened what was captured of an item that may be privileged"),
    ("privilege-decide", "decided whether an item is privileged"),
    ("quarantine-view", "viewed the counts of what is outside the order"),
    ("quarantine-erase", "erased what was held outside the order"),
    ("outside-erase", "erased what was seen before it was known to be outside the order"),
    ("device-notice-seen", "marked a notice about a device as seen"),
    ("device-enrol", "was enrolled"),
    ("device-release", "ended the enrolment of a device that is gone and has given up its keys"),
    ("case-transferred", "entered that the receiving force has the case"),
    ("server-certificate", "made a new TLS key and certificate of the server"),
    ("update-root", "made a root of the repository of updates"),
    ("update-publish", "published a release for devices"),
    ("updates-view", "viewed which versions devices have"),
    ("device-certificate", "was given its next certificate"),
    ("device-certificate-change", "used its next certificate, which replaced the one before"),
    ("device-return", "came back after a restore"),
    ("device-revoke", "revoked a device"),
    ("checkpoint", "signed a checkpoint of the log"),
    ("backup", "made a backup of database and blobs"),
    ("job-retry", "let background work that was given up be tried again"),
    ("backup-check", "checked a backup"),
    ("backup-keys", "made a backup of the keys"),
    ("backup-prune", "removed a lapsed key backup"),
    ("restore", "put the server back from a backup"),
];

/// An act of the log, in words; its own name where there are none for it.
#[must_use]
pub fn act_in_words(act: &str) -> &str {
    ACTS.iter().find(|(name, _)| *name == act).map_or(act, |(_, words)| words)
}

/// The history of an alert, newest first: when it was raised, and every act on it in the log.
///
/// # Errors
/// The store's.
pub async fn of_alert(ctx: &AppContext, alert: &AlertRow) -> Result<Vec<HistoryLine>, ActError> {
    let mut lines = Vec::new();
    for row in ctx.store.audit_about(alert.case, &alert.id.to_string(), LINES_MAX).await? {
        let who = actor_name(ctx, &row.entry.actor).await?;
        let text = format!("{who} {}{}", act_in_words(&row.entry.act), ending(&row));
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
