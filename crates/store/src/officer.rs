//! Officers, their sessions, and settings of the force.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, OfficerId};

use crate::error::Result;
use crate::words::words;

words! {
    /// What an officer may do.
    OfficerRole {
        /// Supervises people: their own cases.
        OffenderManager = "offender-manager",
        /// Leads offender managers: the cases of their teams, or every case where there are none.
        Supervisor = "supervisor",
        /// Looks into devices.
        DigitalSpecialist = "digital-specialist",
        /// Runs the installation; sees no case.
        Administrator = "administrator",
        /// Answers for data protection.
        DataProtection = "data-protection-officer",
        /// Prepares disclosure.
        Disclosure = "disclosure-officer",
        /// Reads the audit log.
        Auditor = "auditor",
        /// Decides whether what may be privileged is; works on no case.
        PrivilegeReviewer = "privilege-reviewer",
    }
}

words! {
    /// How an officer showed who they are when a session began.
    SessionFactor {
        /// By password alone.
        Password = "password",
        /// By password, or at the provider, and a code of their phone.
        Code = "code",
        /// By a passkey.
        Passkey = "passkey",
        /// At the force's OpenID Connect provider.
        Provider = "provider",
        /// There, by two factors as the provider says.
        ProviderTwice = "provider-twice",
    }
}

/// A console user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficerRow {
    /// Id.
    pub id: OfficerId,
    /// Sign-in name, lower case.
    pub username: String,
    /// Name for screens.
    pub display_name: String,
    /// PHC string of the password's Argon2 hash.
    pub password_hash: String,
    /// Role.
    pub role: OfficerRole,
    /// When added.
    pub created_at: Timestamp,
    /// When switched off.
    pub disabled_at: Option<Timestamp>,
}

/// A signed-in session. The token itself is never stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Hash of the token in the cookie.
    pub token_hash: [u8; 32],
    /// Whose.
    pub officer: OfficerId,
    /// When signed in.
    pub created_at: Timestamp,
    /// How the officer showed who they are when it began.
    pub shown_by: SessionFactor,
    /// When the officer last showed who they are: at sign-in, or since.
    pub checked_at: Timestamp,
    /// Last request.
    pub seen_at: Timestamp,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
    /// Why the officer opened cases that are not theirs; the last one given for a case counts.
    pub case_reasons: Vec<(CaseId, String)>,
}

/// Verbs on officers.
#[async_trait]
pub trait OfficerStore {
    /// Adds an officer.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] when the sign-in name is taken.
    async fn officer_add(&self, officer: &OfficerRow) -> Result<()>;

    /// An officer by id.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn officer_get(&self, id: OfficerId) -> Result<Option<OfficerRow>>;

    /// An officer by sign-in name.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn officer_by_username(&self, username: &str) -> Result<Option<OfficerRow>>;

    /// Every officer, by sign-in name.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn officer_list(&self) -> Result<Vec<OfficerRow>>;

    /// Begins a session.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn session_add(&self, session: &SessionRow) -> Result<()>;

    /// A session that has not expired at `now`.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn session_get(&self, token_hash: &[u8; 32], now: Timestamp) -> Result<Option<SessionRow>>;

    /// Notes a request in a session.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn session_seen(&self, token_hash: &[u8; 32], now: Timestamp) -> Result<()>;

    /// Notes that the officer of a session showed again who they are.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn session_checked(&self, token_hash: &[u8; 32], now: Timestamp) -> Result<()>;

    /// Notes why the officer of a session opens a case that is not theirs; `reason` is one word, without spaces.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn session_reason(&self, token_hash: &[u8; 32], case: CaseId, reason: &str) -> Result<()>;

    /// Ends a session, and with it every session that expired before `now`.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn session_end(&self, token_hash: &[u8; 32], now: Timestamp) -> Result<()>;

    /// A setting of the force.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn setting_get(&self, name: &str) -> Result<Option<String>>;

    /// Sets a setting of the force.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn setting_set(&self, name: &str, value: &str) -> Result<()>;
}
