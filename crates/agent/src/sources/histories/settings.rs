//! What a profile's settings, and the device's policies for its browser, say of keeping the history; nothing else in them is told.

use std::path::Path;

use proviso_model::{HistorySetting, Timestamp};
use serde_json::Value;

use super::copy::{Unread, text};
use crate::profiles::{CHROMIUM_EPOCH_MICROS, Form, Make, SETTINGS_BYTES_MAX, setting};

/// Policies that are read of one browser.
const POLICIES_MAX: usize = 64;
/// Firefox's settings that clear the history at the end, by version; each counts unless it is off.
const CLEARED: [&str; 3] = [
    "privacy.clearOnShutdown.history",
    "privacy.clearOnShutdown_v2.historyFormDataAndDownloads",
    "privacy.clearOnShutdown_v2.browsingHistoryAndDownloads",
];
const CLEARS: &str = "privacy.sanitize.sanitizeOnShutdown";
/// Chromium's kin that can be set to clear their history, in settings that are not known here.
const MAY_CLEAR: [&str; 2] = ["Edge", "Opera"];
/// Vivaldi can be set to keep fewer days than these, after which no browser drops an entry unset.
const DAYS_KEPT: i64 = 55;

/// What they say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Settings {
    /// With which it forgets by itself.
    pub(super) forgets: Option<HistorySetting>,
    /// When its page for removing data was last used.
    pub(super) cleared_at: Option<Timestamp>,
}

/// Reads them.
pub(super) fn settings(make: &Make, profile: &Path, root: &Path) -> Result<Settings, Unread> {
    let by_policy = policies(make, root);
    let own = match make.form {
        Form::Chromium => {
            chromium(make.name, &text(&profile.join("Preferences"), SETTINGS_BYTES_MAX)?.unwrap_or_default())?
        }
        Form::Firefox => {
            let files = ["prefs.js", "user.js"].map(|name| text(&profile.join(name), SETTINGS_BYTES_MAX));
            let [own, over] = files;
            firefox(make.name, &[own?.unwrap_or_default(), over?.unwrap_or_default()])
        }
    };
    let clears = own.forgets.filter(|setting| *setting == HistorySetting::ClearsAtEnd);
    Ok(Settings { forgets: clears.or(by_policy).or(own.forgets), ..own })
}

fn chromium(make: &str, preferences: &str) -> Result<Settings, Unread> {
    let preferences = if preferences.is_empty() { "{}" } else { preferences };
    let said: Value = serde_json::from_str(preferences)
        .map_err(|_| Unread::Refused("its settings are damaged".to_owned()))?;
    let browser = said.get("browser");
    let clears =
        browser.and_then(|browser| browser.get("clear_data")?.get("browsing_history_on_exit")?.as_bool());
    let disabled = said.get("history").and_then(|history| history.get("saving_disabled")?.as_bool());
    let micros = browser
        .and_then(|browser| browser.get("last_clear_browsing_data_time")?.as_str()?.parse::<i64>().ok());
    let cleared_at = micros
        .filter(|micros| *micros > CHROMIUM_EPOCH_MICROS)
        .map(|micros| Timestamp::from_micros(micros - CHROMIUM_EPOCH_MICROS));
    let days = said.get("vivaldi").and_then(|own| own.get("history")?.get("days_to_keep_visits")?.as_i64());
    let may_clear = MAY_CLEAR.contains(&make) || days.is_some_and(|days| days < DAYS_KEPT);
    let forgets = match (clears, disabled) {
        (Some(true), _) => Some(HistorySetting::ClearsAtEnd),
        (_, Some(true)) => Some(HistorySetting::KeepsNone),
        _ => may_clear.then_some(HistorySetting::MayClear),
    };
    Ok(Settings { forgets, cleared_at })
}

/// The later file stands over the earlier.
fn firefox(browser: &str, files: &[String; 2]) -> Settings {
    let value = |wanted: &str| {
        let mut lines = files.iter().flat_map(|file| file.lines()).filter_map(setting);
        lines.rfind(|(name, _)| *name == wanted).map(|(_, value)| value == "true")
    };
    let clears = match value(CLEARS) {
        Some(true) if !CLEARED.iter().all(|name| value(name) == Some(false)) => {
            Some(HistorySetting::ClearsAtEnd)
        }
        // Its makers ship it so that it clears what they think best, in a file that is not the profile's.
        None if browser == "LibreWolf" => Some(HistorySetting::MayClear),
        _ => None,
    };
    let keeps_none = value("places.history.enabled") == Some(false)
        || value("browser.privatebrowsing.autostart") == Some(true);
    Settings { forgets: clears.or(keeps_none.then_some(HistorySetting::KeepsNone)), cleared_at: None }
}

/// What the device's own policies for a browser set.
fn policies(make: &Make, root: &Path) -> Option<HistorySetting> {
    if make.policies.is_empty() {
        return None;
    }
    let mut found = None;
    for entry in std::fs::read_dir(root.join(make.policies)).ok()?.flatten().take(POLICIES_MAX) {
        let said = text(&entry.path(), SETTINGS_BYTES_MAX).ok().flatten();
        let Some(said) = said.and_then(|said| serde_json::from_str::<Value>(&said).ok()) else { continue };
        match policy(&said) {
            Some(HistorySetting::ClearsAtEnd) => return Some(HistorySetting::ClearsAtEnd),
            other => found = other.or(found),
        }
    }
    found
}

/// What one file of policies sets, Chromium's or Firefox's.
fn policy(said: &Value) -> Option<HistorySetting> {
    let list = |name: &str| said.get(name).and_then(Value::as_array);
    let of_firefox = said.get("policies").and_then(|own| own.get("SanitizeOnShutdown"));
    let sanitizes = of_firefox
        .is_some_and(|value| value == true || value.get("History").is_some_and(|history| history == true));
    let clears = list("ClearBrowsingDataOnExitList");
    if sanitizes || clears.is_some_and(|list| list.iter().any(|one| one == "browsing_history")) {
        return Some(HistorySetting::ClearsAtEnd);
    }
    if said.get("SavingBrowserHistoryDisabled").is_some_and(|value| value == true) {
        return Some(HistorySetting::KeepsNone);
    }
    list("BrowsingDataLifetime").is_some_and(|list| !list.is_empty()).then_some(HistorySetting::MayClear)
}

#[cfg(test)]
mod tests {
    use proviso_model::HistorySetting::{ClearsAtEnd, KeepsNone, MayClear};

    use super::{chromium, firefox, policy};

    #[test]
    fn settings_with_which_a_browser_forgets_are_told_and_no_other() {
        let line = |name: &str, value: &str| format!("user_pref(\"{name}\", {value});\n");
        let clears = line("privacy.sanitize.sanitizeOnShutdown", "true");
        let keeps = [
            line("privacy.clearOnShutdown.history", "false"),
            line("privacy.clearOnShutdown_v2.historyFormDataAndDownloads", "false"),
            line("privacy.clearOnShutdown_v2.browsingHistoryAndDownloads", "false"),
        ]
        .concat();
        for (browser, own, over, expected) in [
            ("Firefox", String::new(), String::new(), None),
            ("Firefox", clears.clone(), String::new(), Some(ClearsAtEnd)),
            ("Firefox", clears.clone(), line("privacy.sanitize.sanitizeOnShutdown", "false"), None),
            ("Firefox", format!("{clears}{keeps}"), String::new(), None),
            ("Firefox", line("places.history.enabled", "false"), String::new(), Some(KeepsNone)),
            ("Firefox", line("browser.privatebrowsing.autostart", "true"), String::new(), Some(KeepsNone)),
            ("LibreWolf", String::new(), String::new(), Some(MayClear)),
            ("LibreWolf", line("privacy.sanitize.sanitizeOnShutdown", "false"), String::new(), None),
        ] {
            assert_eq!(firefox(browser, &[own.clone(), over]).forgets, expected, "{browser} {own}");
        }
        for (make, preferences, expected) in [
            ("Brave", "{}", Some(None)),
            (
                "Brave",
                r#"{"browser":{"clear_data":{"browsing_history_on_exit":true}}}"#,
                Some(Some(ClearsAtEnd)),
            ),
            ("Chromium", r#"{"history":{"saving_disabled":true}}"#, Some(Some(KeepsNone))),
            ("Chromium", r#"{"browser":{"clear_data":{"browsing_history":true}}}"#, Some(None)),
            ("Vivaldi", r#"{"vivaldi":{"history":{"days_to_keep_visits":1}}}"#, Some(Some(MayClear))),
            ("Vivaldi", r#"{"vivaldi":{"history":{"days_to_keep_visits":91}}}"#, Some(None)),
            ("Edge", "", Some(Some(MayClear))),
            ("Chromium", "{damaged", None),
        ] {
            let forgets = chromium(make, preferences).ok().map(|said| said.forgets);
            assert_eq!(forgets, expected, "{make} {preferences}");
        }
        for (said, expected) in [
            (r#"{"ClearBrowsingDataOnExitList":["browsing_history","download_history"]}"#, Some(ClearsAtEnd)),
            (r#"{"ClearBrowsingDataOnExitList":["download_history"]}"#, None),
            (r#"{"SavingBrowserHistoryDisabled":true}"#, Some(KeepsNone)),
            (r#"{"BrowsingDataLifetime":[{"time_to_live_in_hours":24}]}"#, Some(MayClear)),
            (r#"{"policies":{"SanitizeOnShutdown":true}}"#, Some(ClearsAtEnd)),
            (r#"{"policies":{"SanitizeOnShutdown":{"History":false}}}"#, None),
        ] {
            assert_eq!(policy(&serde_json::from_str(said).expect("JSON")), expected, "{said}");
        }
        let cleared = r#"{"browser":{"last_clear_browsing_data_time":"13400000000000000"}}"#;
        assert!(chromium("Chromium", cleared).is_ok_and(|said| said.cleared_at.is_some()));
    }
}
