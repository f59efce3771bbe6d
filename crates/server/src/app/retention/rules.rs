//! How often a case is looked at: settings of the force, and nothing that a date does by itself.

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::Deserialize;

/// Longest time between two reviews, in months: ten years, as national guidance has for the longest kept.
pub const MONTHS_MAX: u16 = 120;

/// How often a case is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RetentionRules {
    /// Months after which a case is reviewed while its order runs.
    pub months_running: u16,
    /// Months for which a case may be kept on at most, once its order has ended, until it is reviewed again.
    pub months_ended: u16,
    /// A review is listed as due soon so many days before its day.
    pub soon_days: u16,
}

impl Default for RetentionRules {
    fn default() -> Self {
        Self { months_running: 36, months_ended: 12, soon_days: 30 }
    }
}

/// Settings that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "retention: months_running {} and months_ended {} must be from 1 to {MONTHS_MAX}, and soon_days {} at most 365: nothing is kept \
     without a review to come", .0.months_running, .0.months_ended, .0.soon_days
)]
pub struct RetentionRulesError(RetentionRules);

impl RetentionRules {
    /// Whether the settings can be used.
    ///
    /// # Errors
    /// [`RetentionRulesError`].
    pub fn check(self) -> Result<(), RetentionRulesError> {
        let months = 1..=MONTHS_MAX;
        let good = months.contains(&self.months_running)
            && months.contains(&self.months_ended)
            && self.soon_days <= 365;
        if good { Ok(()) } else { Err(RetentionRulesError(self)) }
    }

    /// The last day until which somebody may decide, today, to keep a case.
    #[must_use]
    pub fn keep_until_max(self, today: Date, is_over: bool) -> Date {
        later(today, if is_over { self.months_ended } else { self.months_running })
    }
}

/// So many months after a day.
pub(super) fn later(day: Date, months: u16) -> Date {
    day.checked_add(i32::from(months).months()).unwrap_or(Date::MAX)
}

#[cfg(test)]
mod tests {
    use super::RetentionRules;

    #[test]
    fn settings_that_would_keep_a_case_without_a_review_to_come_are_refused() {
        for (text, good) in [
            ("", true),
            ("months_running = 120\nmonths_ended = 1\nsoon_days = 0", true),
            ("months_ended = 0", false),
            ("months_running = 121", false),
            ("soon_days = 366", false),
        ] {
            let rules: RetentionRules = toml::from_str(text).expect("read");
            assert_eq!(rules.check().is_ok(), good, "{text}");
        }
        let said = toml::from_str::<RetentionRules>("months_for_ever = 1").expect_err("no such setting");
        assert!(said.to_string().contains("months_for_ever"), "{said}");
    }
}
