//! Who stands in for whom, and what officers set for notifications.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::{CoverId, OfficerId};

use crate::error::Result;

/// One officer stands in for another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoverRow {
    /// Id.
    pub id: CoverId,
    /// Who is covered.
    pub officer: OfficerId,
    /// Who covers them.
    pub covered_by: OfficerId,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// Whether the one covered is away: the cover is then told instead, not after them.
    pub is_away: bool,
    /// When it was entered.
    pub made_at: Timestamp,
    /// By whom, as in the audit log.
    pub made_by: String,
    /// When somebody ended it before its time.
    pub ended_at: Option<Timestamp>,
}

impl CoverRow {
    /// Whether it stands at `now`.
    #[must_use]
    pub fn stands(&self, now: Timestamp) -> bool {
        self.from <= now && now < self.until && self.ended_at.is_none_or(|ended| now < ended)
    }
}

/// What an officer set for notifications.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotificationSettingRow {
    /// Whose.
    pub officer: OfficerId,
    /// Whether e-mail is sent at all.
    pub by_email: bool,
    /// Whether one e-mail a day tells of alerts of lower priority.
    pub daily: bool,
    /// Begin and end of the quiet hours, in minutes of the civil day.
    pub quiet: Option<(u16, u16)>,
    /// Who is told when this officer's alerts are not opened; every supervisor when nobody is named.
    pub supervisor: Option<OfficerId>,
    /// When it was last changed.
    pub changed_at: Timestamp,
    /// The e-mail address, sealed under the master key.
    pub sealed: Vec<u8>,
}

/// Verbs on cover and settings.
#[async_trait]
pub trait CoverStore {
    /// Enters a cover.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn cover_add(&self, cover: &CoverRow) -> Result<()>;

    /// Ends a cover now.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] when it has ended already, or there is none.
    async fn cover_end(&self, id: CoverId, at: Timestamp) -> Result<()>;

    /// The covers that end after `at`, by their beginning.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn cover_list(&self, at: Timestamp) -> Result<Vec<CoverRow>>;

    /// What an officer set for notifications.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn notification_setting_get(&self, officer: OfficerId) -> Result<Option<NotificationSettingRow>>;

    /// Sets it.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn notification_setting_set(&self, row: &NotificationSettingRow) -> Result<()>;
}
