//! What a force settled about notifications, from its settings file.

use jiff::tz::TimeZone;
use proviso_store::Priority;

use crate::app::officer::FORCE_ZONE;

/// Who is told how, and how long each has to look.
#[derive(Debug, Clone)]
pub struct TellingRules {
    /// The time zone of quiet hours.
    pub zone: TimeZone,
    /// How officers' browsers reach the console, without a slash at its end.
    pub console_address: String,
    /// Whom a message names for those who cannot look; empty for nobody.
    pub turn_to: String,
    /// Whether e-mail can be sent.
    pub has_mail: bool,
    /// Whether the force's own programs are called.
    pub has_webhook: bool,
    /// E-mail addresses of the 24-hour contact.
    pub contact_emails: Vec<String>,
    /// Whether the 24-hour contact has a program that is called.
    pub has_contact_webhook: bool,
    /// Domains that officers' addresses must be of; any when empty.
    pub email_domains: Vec<String>,
    /// How long an e-mail waits for more alerts to tell of, in minutes.
    pub hold_minutes: u16,
    /// How long whoever was told has to look, in minutes outside quiet hours.
    pub look_minutes: u16,
    /// The same where harm may be imminent, at any hour.
    pub look_now_minutes: u16,
    /// When alerts of lower priority are told of, in minutes of the day.
    pub daily_at: u16,
}

/// How long an e-mail waits for more alerts, in minutes, unless told otherwise.
pub const HOLD_MINUTES: u16 = 5;
/// How long whoever was told has to look, in minutes, unless told otherwise.
pub const LOOK_MINUTES: u16 = 60;
/// The same where harm may be imminent.
pub const LOOK_NOW_MINUTES: u16 = 10;
/// When alerts of lower priority are told of, unless told otherwise.
pub const DAILY_AT: u16 = 8 * 60;

impl Default for TellingRules {
    fn default() -> Self {
        Self {
            zone: TimeZone::get(FORCE_ZONE).unwrap_or(TimeZone::UTC),
            console_address: String::new(),
            turn_to: String::new(),
            has_mail: false,
            has_webhook: false,
            contact_emails: Vec::new(),
            has_contact_webhook: false,
            email_domains: Vec::new(),
            hold_minutes: HOLD_MINUTES,
            look_minutes: LOOK_MINUTES,
            look_now_minutes: LOOK_NOW_MINUTES,
            daily_at: DAILY_AT,
        }
    }
}

impl TellingRules {
    /// How long an e-mail waits for more, in milliseconds.
    #[must_use]
    pub fn hold_millis(&self, priority: Priority) -> i64 {
        match priority {
            Priority::Now => 0,
            _ => i64::from(self.hold_minutes) * 60_000,
        }
    }

    /// How long whoever was told has to look, in milliseconds; nobody else is told of what can wait.
    #[must_use]
    pub fn look_millis(&self, priority: Priority) -> Option<i64> {
        match priority {
            Priority::Now => Some(i64::from(self.look_now_minutes) * 60_000),
            Priority::Today => Some(i64::from(self.look_minutes) * 60_000),
            Priority::ThisWeek | Priority::NextVisit => None,
        }
    }

    /// Whether somebody outside the console is there at any hour.
    #[must_use]
    pub fn has_contact(&self) -> bool {
        self.has_contact_webhook || (self.has_mail && !self.contact_emails.is_empty())
    }

    /// The address of a page of the console.
    #[must_use]
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.console_address)
    }
}
