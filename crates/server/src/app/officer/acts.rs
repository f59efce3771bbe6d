//! The acts of the log: each in words, and what it is in those of the Data Protection Act 2018, section 62(1).

use ActKind::{Administration, Alteration, Collection, Combination, Consultation, Disclosure, Erasure};

/// Which operation on personal data an act is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActKind {
    /// Data come in.
    Collection,
    /// Data are changed or added by an officer.
    Alteration,
    /// Data are looked at.
    Consultation,
    /// Data leave.
    Disclosure,
    /// Data about one person are brought together.
    Combination,
    /// Data are destroyed.
    Erasure,
    /// None of them: signing in, keys, settings, the log itself.
    Administration,
}

impl ActKind {
    /// Every kind, in the order of the statute.
    pub const ALL: [Self; 7] = [
        Self::Collection,
        Self::Alteration,
        Self::Consultation,
        Self::Disclosure,
        Self::Combination,
        Self::Erasure,
        Self::Administration,
    ];

    /// As forms and exports have it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Collection => "collection",
            Self::Alteration => "alteration",
            Self::Consultation => "consultation",
            Self::Disclosure => "disclosure",
            Self::Combination => "combination",
            Self::Erasure => "erasure",
            Self::Administration => "administration",
        }
    }

    /// For a screen.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Collection => "Collection",
            Self::Alteration => "Alteration",
            Self::Consultation => "Consultation",
            Self::Disclosure => "Disclosure",
            Self::Combination => "Combination",
            Self::Erasure => "Erasure",
            Self::Administration => "Running the service",
        }
    }

    /// Reads what a form says.
    #[must_use]
    pub fn parse(said: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == said)
    }

    /// The kind of an act; of one that the table does not know, [`ActKind::Administration`].
    #[must_use]
    pub fn of(act: &str) -> Self {
        ACTS.iter().find(|(name, ..)| *name == act).map_or(Self::Administration, |(.., kind)| *kind)
    }

    /// The acts of this kind.
    pub fn acts(self) -> impl Iterator<Item = &'static str> {
        ACTS.iter().filter(move |(.., kind)| *kind == self).map(|(act, ..)| *act)
    }
}

/// The acts that are said in words, in the order of the table.
pub fn all() -> impl Iterator<Item = &'static str> {
    ACTS.iter().map(|(act, ..)| *act)
}

/// An act of the log, in words; its own name where there are none for it.
#[must_use]
pub fn in_words(act: &str) -> &str {
    ACTS.iter().find(|(name, ..)| *name == act).map_or(act, |(_, words, _)| words)
}

/// Acts of the log, how each is said of whoever did it, and which operation it is.
const ACTS: &[(&str, &str, ActKind)] = &[
    ("sign-in", "signed in", Administration),
    ("sign-in-refused", "tried to sign in and was refused", Administration),
    ("second-factor-begin", "began to set up codes for signing in", Administration),
    ("second-factor-set", "set up codes for signing in", Administration),
    ("second-factor-remove", "removed an officer’s codes for signing in", Administration),
    ("passkey-add", "registered a passkey", Administration),
    ("passkey-remove", "removed a passkey", Administration),
    (
        "passkey-went-back",
        "used a passkey whose count did not rise: there may be a copy of it",
        Administration,
    ),
    ("confirm", "confirmed who they are", Administration),
    ("confirm-refused", "tried to confirm who they are and was refused", Administration),
    ("sign-out", "signed out", Administration),
    ("alert-view", "viewed the alert", Consultation),
    ("alert-take", "took the alert", Alteration),
    ("alert-give-back", "gave the alert back: it was nobody’s then", Alteration),
    ("alert-assign", "gave the alert to a colleague", Alteration),
    ("alert-rest", "put the alert to rest for a while, with a reason", Alteration),
    ("alert-wake", "ended the rest of the alert", Alteration),
    ("alert-together", "put alerts into one row of the inbox", Alteration),
    ("alert-apart", "put alerts into a row of the inbox apart", Alteration),
    ("alert-as-folded", "let the inbox place the alert again", Alteration),
    ("inbox-export", "took a view of the inbox out as a file, with a reason", Disclosure),
    ("inbox-filter-save", "saved a filter of the inbox", Administration),
    ("inbox-filter-forget", "removed a saved filter of the inbox", Administration),
    ("inbox-keys", "said whether single keys do something in their inbox", Administration),
    ("alert-tell", "told who is first to look at the alert", Disclosure),
    ("alert-escalate", "told who is next, for nobody had opened the alert", Disclosure),
    ("notification-change", "changed how an officer is notified", Administration),
    ("notification-trial", "sent an e-mail to see whether it arrives", Administration),
    ("delivery-retry", "tried a notification again that had been given up", Administration),
    ("team-add", "made a team", Administration),
    ("team-end", "ended a team", Administration),
    ("team-join", "put an officer into a team, or made them its supervisor", Administration),
    ("team-leave", "ended that an officer is in a team, or supervises it", Administration),
    ("cover-add", "entered that one officer stands in for another", Administration),
    ("cover-end", "ended that one officer stands in for another", Administration),
    ("names-open", "opened names and contact details of other people, with a reason", Consultation),
    ("content-open", "opened the captured content", Consultation),
    ("picture-preview", "was shown the veiled preview of a picture", Consultation),
    ("picture-unveil", "unveiled a picture", Consultation),
    ("alert-decide", "recorded a decision", Alteration),
    ("person-find", "looked for people by name or number", Consultation),
    ("name-index", "put names into the index by which people are found", Administration),
    ("case-view", "viewed the person’s page", Consultation),
    ("device-act", "entered what happened to a device", Alteration),
    ("device-act-change", "corrected what was entered about a device", Alteration),
    ("device-act-withdraw", "withdrew what was entered about a device", Alteration),
    ("coverage-view", "viewed which minutes of a device were watched", Consultation),
    ("visit-prepare", "prepared a visit", Combination),
    ("visit-check", "checked the record of a visit", Consultation),
    ("visit-file", "filed the record of a visit", Collection),
    ("visit-view", "read the record of a visit", Consultation),
    ("visit-list", "listed the filed visits", Consultation),
    ("visit-export", "wrote out a filed visit", Disclosure),
    ("visit-pack-view", "viewed what to take along to a visit", Combination),
    ("visit-pack-print", "wrote out what to take along to a visit", Disclosure),
    ("visit-form-view", "opened the form that records a visit", Consultation),
    ("visit-record", "recorded a visit", Collection),
    ("visit-record-view", "read what was recorded of a visit", Consultation),
    ("visit-draw", "drew the people who are visited by chance this week", Administration),
    ("case-text", "wrote out facts of a case as text for another register", Disclosure),
    ("duty-view", "read what the person must notify", Consultation),
    ("duty-enter", "entered something that the person must notify", Alteration),
    ("duty-change", "changed what is entered of something that the person must notify", Alteration),
    ("enrolment-code", "made an enrolment code", Collection),
    ("bundle-export", "prepared an evidence bundle", Disclosure),
    ("audit-verify", "checked that the audit log is as it was written", Administration),
    ("audit-export", "wrote the audit log to a file", Disclosure),
    ("audit-read", "read the audit log", Consultation),
    ("officer-add", "added an officer", Administration),
    ("officer-link", "linked an officer to the force’s sign-in service", Administration),
    ("officer-unlink", "removed the link of an officer to the force’s sign-in service", Administration),
    ("case-create", "opened a case", Collection),
    ("case-assign", "put an officer in charge of a case", Alteration),
    ("case-let-in", "let a specialist into a case for a while", Alteration),
    ("case-let-out", "ended that a specialist sees a case", Alteration),
    ("case-move-plan", "entered that a case goes to another officer", Alteration),
    ("case-move-withdraw", "withdrew the entry that a case goes to another officer", Alteration),
    ("conflict-declare", "declared that an officer knows the person of a case", Alteration),
    ("conflict-view", "read the declared conflicts of interest", Consultation),
    ("conflict-end", "ended a conflict of interest", Alteration),
    ("conflict-barred", "asked for a case that is barred for them, and was refused", Consultation),
    ("withheld-from-reader", "did something on a case that is not shown to you", Administration),
    ("notice-print", "printed the notice for the person", Disclosure),
    ("order-draft-begin", "began to enter an order, or a change of one", Collection),
    ("order-draft-view", "viewed an order on its way", Consultation),
    ("order-draft-save", "changed what is entered of an order", Alteration),
    ("order-draft-hand-in", "handed an order in for another officer to check", Alteration),
    ("order-draft-take-back", "took an order back that was handed in", Alteration),
    ("order-draft-send-back", "compared an order with the court’s and sent it back", Alteration),
    ("order-draft-approve", "compared an order with the court’s and approved it", Alteration),
    ("order-draft-discard", "gave up an order that was being entered", Erasure),
    ("order-change", "entered a changed order", Alteration),
    ("order-end", "entered that the order, or a paragraph, ended", Alteration),
    ("order-end-change", "changed until when the order, or a paragraph, does not run", Alteration),
    ("order-end-withdraw", "withdrew the entry that the order, or a paragraph, ended", Alteration),
    ("shield-view", "viewed the shield list", Consultation),
    ("shield-add", "put a contact on the shield list", Alteration),
    ("shield-end", "took a contact off the shield list", Alteration),
    ("other-adult-approve", "approved another adult on a device", Alteration),
    ("other-adult-withdraw", "withdrew the approval of another adult", Alteration),
    ("personal-link-make", "made a link to the person’s own page", Alteration),
    ("personal-link-end", "ended a link to the person’s own page", Alteration),
    ("personal-page-open", "opened the person’s own page", Consultation),
    ("personal-page-refused", "gave a wrong code for the person’s own page", Administration),
    ("personal-statement", "wrote on the person’s own page", Collection),
    ("privilege-view", "viewed an item that may be privileged, without its content", Consultation),
    ("privilege-open", "opened what was captured of an item that may be privileged", Consultation),
    ("privilege-decide", "decided whether an item is privileged", Alteration),
    ("rights-view", "viewed what was asked about a person’s data", Consultation),
    ("rights-enter", "entered what somebody asks about their data", Alteration),
    ("rights-owner", "gave a request about data to an officer", Alteration),
    ("rights-extend", "extended the time for an answer about data", Alteration),
    ("rights-answer", "answered a request about data", Disclosure),
    ("rights-refuse", "refused a request about data, in part or whole", Alteration),
    ("rights-withdraw", "noted that a request about data was taken back", Alteration),
    ("rights-export", "made the document of what may be given to a person", Disclosure),
    ("retention-view", "viewed how long a case is kept", Consultation),
    ("retention-keep", "decided until when a case is kept", Alteration),
    ("retention-propose", "proposed to destroy a case", Alteration),
    ("retention-withdraw", "withdrew the proposal to destroy a case", Alteration),
    ("retention-hold", "put a case under legal hold", Alteration),
    ("retention-hold-end", "ended the legal hold of a case", Alteration),
    ("legal-hold", "began a legal hold", Alteration),
    ("legal-hold-end", "ended a legal hold", Alteration),
    ("certificate-give", "gave out a certificate of erasure", Disclosure),
    ("quarantine-view", "viewed the counts of what is outside the order", Consultation),
    ("quarantine-erase", "erased what was held outside the order", Erasure),
    ("outside-erase", "erased what was seen before it was known to be outside the order", Erasure),
    ("device-notice-seen", "marked a notice about a device as seen", Alteration),
    ("device-enrol", "was enrolled", Collection),
    ("device-release", "ended the enrolment of a device that is gone and has given up its keys", Alteration),
    ("case-transferred", "entered that the receiving force has the case", Disclosure),
    ("transfer-key", "wrote the certificate with which other forces hand cases over", Administration),
    ("case-hand-over", "wrote a case out for another force, sealed to it", Disclosure),
    ("case-handed-over", "signed what another force is given of a case", Disclosure),
    ("case-receive-check", "checked the file of a case from another force", Consultation),
    ("case-receive", "received a case from another force", Collection),
    ("received-view", "read what another force handed over", Consultation),
    ("received-export", "gave out evidence that another force handed over", Disclosure),
    ("server-certificate", "made a new TLS key and certificate of the server", Administration),
    ("update-root", "made a root of the repository of updates", Administration),
    ("update-publish", "published a release for devices", Administration),
    ("updates-view", "viewed which versions devices have", Administration),
    ("device-certificate", "was given its next certificate", Administration),
    ("device-certificate-change", "used its next certificate, which replaced the one before", Administration),
    ("device-return", "came back after a restore", Collection),
    ("device-revoke", "revoked a device", Alteration),
    ("checkpoint", "signed a checkpoint of the log", Administration),
    ("backup", "made a backup of database and blobs", Disclosure),
    ("copy-blobs", "copied the blobs of a folder into a bucket", Administration),
    ("job-retry", "let background work that was given up be tried again", Administration),
    ("backup-check", "checked a backup", Administration),
    ("backup-keys", "made a backup of the keys", Administration),
    ("backup-prune", "removed a lapsed key backup", Erasure),
    ("master-key-change", "changed the master key", Administration),
    ("restore", "put the server back from a backup", Collection),
    ("alert-budget-set", "set how many alerts a day an officer is asked to decide", Administration),
    (
        "rule-floor-set",
        "set under which share of upheld alerts a rule is proposed for review",
        Administration,
    ),
    ("blind-review-set", "set how many decisions come back to be looked at again", Administration),
    ("blind-review", "looked at a decision again without being told what it was", Alteration),
    ("blind-review-decline", "asked to see a decision instead of looking at it again", Alteration),
    ("rules-view", "viewed what officers’ decisions say of the rules", Administration),
    ("forecast", "counted what changed packs would make of stored findings", Combination),
    ("case-destroy", "destroyed a case", Erasure),
    ("record-destroy", "destroyed a record", Erasure),
    ("keys-install", "installed the force’s keys", Administration),
    ("witness-export", "wrote out the log for a witness", Disclosure),
    ("pack-import", "imported a pack", Administration),
    ("pack-list", "listed the packs", Administration),
    ("pack-show", "read a pack", Administration),
    ("pack-remove", "retired a pack", Administration),
    ("pack-trial-begin", "let devices try out a pack, counting only", Administration),
    ("pack-trial-end", "ended the trial of a pack", Administration),
    ("pack-trial-list", "read what devices counted of packs on trial", Administration),
    ("site-list-import", "imported a list of sites", Administration),
    ("site-list-list", "listed the lists of sites", Administration),
    ("site-list-remove", "retired a list of sites", Administration),
    ("hash-set-import", "imported a hash set", Administration),
    ("hash-set-list", "listed the hash sets", Administration),
    ("hash-set-check", "checked a hash set", Administration),
    ("hash-set-remove", "retired a hash set", Administration),
];
