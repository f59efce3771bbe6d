//! What an act of the log is in the words of the Data Protection Act 2018, section 62(1).

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

    /// The acts of this kind. Of [`ActKind::Administration`] those that no other kind names.
    #[must_use]
    pub const fn acts(self) -> &'static [&'static str] {
        match self {
            Self::Collection => COLLECTION,
            Self::Alteration => ALTERATION,
            Self::Consultation => CONSULTATION,
            Self::Disclosure => DISCLOSURE,
            Self::Combination => COMBINATION,
            Self::Erasure => ERASURE,
            Self::Administration => &[],
        }
    }

    /// The kind of an act.
    #[must_use]
    pub fn of(act: &str) -> Self {
        Self::ALL.into_iter().find(|kind| kind.acts().contains(&act)).unwrap_or(Self::Administration)
    }
}

const COLLECTION: &[&str] = &[
    "case-create",
    "device-enrol",
    "device-return",
    "enrolment-code",
    "personal-statement",
    "visit-file",
    "restore",
];
const ALTERATION: &[&str] = &[
    "alert-decide",
    "legal-hold",
    "legal-hold-end",
    "retention-hold",
    "retention-hold-end",
    "retention-keep",
    "retention-propose",
    "retention-withdraw",
    "rights-enter",
    "rights-extend",
    "rights-owner",
    "rights-refuse",
    "rights-withdraw",
    "case-assign",
    "case-let-in",
    "case-let-out",
    "case-move-plan",
    "case-move-withdraw",
    "conflict-declare",
    "conflict-end",
    "device-act",
    "device-act-change",
    "device-act-withdraw",
    "device-notice-seen",
    "device-release",
    "device-revoke",
    "order-change",
    "order-end",
    "order-end-change",
    "order-end-withdraw",
    "other-adult-approve",
    "other-adult-withdraw",
    "personal-link-end",
    "personal-link-make",
    "privilege-decide",
    "shield-add",
    "shield-end",
];
const CONSULTATION: &[&str] = &[
    "conflict-barred",
    "alert-view",
    "audit-read",
    "case-view",
    "content-open",
    "coverage-view",
    "names-open",
    "personal-page-open",
    "picture-preview",
    "picture-unveil",
    "privilege-open",
    "privilege-view",
    "quarantine-view",
    "retention-view",
    "rights-view",
    "shield-view",
    "visit-check",
    "visit-list",
    "visit-view",
];
const DISCLOSURE: &[&str] = &[
    "alert-escalate",
    "alert-tell",
    "audit-export",
    "backup",
    "bundle-export",
    "case-transferred",
    "certificate-give",
    "rights-answer",
    "rights-export",
    "visit-export",
    "witness-export",
];
const COMBINATION: &[&str] = &["forecast", "visit-prepare"];
const ERASURE: &[&str] =
    &["backup-prune", "case-destroy", "outside-erase", "quarantine-erase", "record-destroy"];
