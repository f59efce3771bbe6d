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
    ("passkey-add", "registered a passkey"),
    ("passkey-remove", "removed a passkey"),
    ("passkey-went-back", "used a passkey whose count did not rise: there may be a copy of it"),
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
    ("officer-link", "linked an officer to the force’s sign-in service"),
    ("officer-unlink", "removed the link of an officer to the force’s sign-in service"),
    ("case-create", "opened a case"),
    ("case-assign", "put an officer in charge of a case"),
    ("case-let-in", "let a specialist into a case for a while"),
    ("case-let-out", "ended that a specialist sees a case"),
    ("case-move-plan", "entered that a case goes to another officer"),
    ("case-move-withdraw", "withdrew the entry that a case goes to another officer"),
    ("conflict-declare", "declared that an officer knows the person of a case"),
    ("conflict-end", "ended a conflict of interest"),
    ("conflict-barred", "asked for a case that is barred for them, and was refused"),
    ("withheld-from-reader", "did something on a case whose person you know"),
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
    ("rights-view", "viewed what was asked about a person’s data"),
    ("rights-enter", "entered what somebody asks about their data"),
    ("rights-owner", "gave a request about data to an officer"),
    ("rights-extend", "extended the time for an answer about data"),
    ("rights-answer", "answered a request about data"),
    ("rights-refuse", "refused a request about data, in part or whole"),
    ("rights-withdraw", "noted that a request about data was taken back"),
    ("rights-export", "made the document of what may be given to a person"),
    ("retention-view", "viewed how long a case is kept"),
    ("retention-keep", "decided until when a case is kept"),
    ("retention-propose", "proposed to destroy a case"),
    ("retention-withdraw", "withdrew the proposal to destroy a case"),
    ("retention-hold", "put a case under legal hold"),
    ("retention-hold-end", "ended the legal hold of a case"),
    ("legal-hold", "began a legal hold"),
    ("legal-hold-end", "ended a legal hold"),
    ("certificate-give", "gave out a certificate of erasure"),
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
    ("copy-blobs", "copied the blobs of a folder into a bucket"),
    ("job-retry", "let background work that was given up be tried again"),
    ("backup-check", "checked a backup"),
    ("backup-keys", "made a backup of the keys"),
    ("backup-prune", "removed a lapsed key backup"),
    ("master-key-change", "changed the master key"),
    ("restore", "put the server back from a backup"),
    ("alert-budget-set", "set how many alerts a day an officer is asked to decide"),
    ("forecast", "counted what changed packs would make of stored findings"),
    ("case-destroy", "destroyed a case"),
    ("record-destroy", "destroyed a record"),
    ("keys-install", "installed the force’s keys"),
    ("witness-export", "wrote out the log for a witness"),
    ("pack-import", "imported a pack"),
    ("pack-list", "listed the packs"),
    ("pack-show", "read a pack"),
    ("pack-remove", "retired a pack"),
    ("pack-trial-begin", "let devices try out a pack, counting only"),
    ("pack-trial-end", "ended the trial of a pack"),
    ("pack-trial-list", "read what devices counted of packs on trial"),
    ("site-list-import", "imported a list of sites"),
    ("site-list-list", "listed the lists of sites"),
    ("site-list-remove", "retired a list of sites"),
    ("hash-set-import", "imported a hash set"),
    ("hash-set-list", "listed the hash sets"),
    ("hash-set-check", "checked a hash set"),
    ("hash-set-remove", "retired a hash set"),
];

/// The acts that are said in words, in the order of the table.
pub fn acts() -> impl Iterator<Item = &'static str> {
    ACTS.iter().map(|(act, _)| *act)
}

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
