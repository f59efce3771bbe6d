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
            chromium(&text(&profile.join("Preferences"), SETTINGS_BYTES_MAX)?.unwrap_or_default())?
        }
        Form::Firefox => {
            let files = ["prefs.js", "user.js"].map(|name| text(&profile.join(name), SETTINGS_BYTES_MAX));
            let [own, over] = files;
            firefox(make.name, &[own?.unwrap_or_default(), over?.unwrap_or_default()])
        }
    };
    Ok(Settings { forgets: by_policy.or(own.forgets), ..own })
}

fn chromium(preferences: &str) -> Result<Settings, Unread> {
    if preferences.is_empty() {
        return Ok(Settings::default());
    }
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
    let forgets = match (clears, disabled) {
        (Some(true), _) => Some(HistorySetting::ClearsAtEnd),
        (_, Some(true)) => Some(HistorySetting::KeepsNone),
        _ => None,
    };
    Ok(Settings { forgets, cleared_at })
}

/// The later file stands over the earlier.
fn firefox(browser: &str, files: &[String; 2]) -> Settings {
    let value = |wanted: &str| {
        let lines = files.iter().flat_map(|file| file.lines()).filter_map(setting);
        lines.filter(|(name, _)| *name == wanted).last().map(|(_, value)| value == "true")
    };
    let clears = match value(CLEARS) {
        Some(true) if !CLEARED.iter().all(|name| value(name) == Some(false)) => {
            Some(HistorySetting::ClearsAtEnd)
        }
        // Its makers ship it so that it clears what they think best, in a file that is not the profile's.
        None if browser == "LibreWolf" => Some(HistorySetting::MayClearAtEnd),
        _ => None,
    };
    let keeps_none = value("places.history.enabled") == Some(false)
        || value("browser.privatebrowsing.autostart") == Some(true);
    Settings { forgets: clears.or(keeps_none.then_some(HistorySetting::KeepsNone)), cleared_at: None }
}

/// What the device's own policies set for Chromium and what is made of it.
fn policies(make: &Make, root: &Path) -> Option<HistorySetting> {
    if make.policies.is_empty() || make.form != Form::Chromium {
        return None;
    }
    let mut found = None;
    for entry in std::fs::read_dir(root.join(make.policies)).ok()?.flatten().take(POLICIES_MAX) {
        let said = text(&entry.path(), SETTINGS_BYTES_MAX).ok().flatten();
        let Some(said) = said.and_then(|said| serde_json::from_str::<Value>(&said).ok()) else { continue };
        let clears = said.get("ClearBrowsingDataOnExitList").and_then(Value::as_array);
        if clears.is_some_and(|list| list.iter().any(|one| one == "browsing_history")) {
            return Some(HistorySetting::ClearsAtEnd);
        }
        if said.get("SavingBrowserHistoryDisabled").is_some_and(|value| value == true) {
            found = Some(HistorySetting::KeepsNone);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proviso_model::HistorySetting::{ClearsAtEnd, KeepsNone, MayClearAtEnd};

    use super::{chromium, firefox};

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
            ("LibreWolf", String::new(), String::new(), Some(MayClearAtEnd)),
            ("LibreWolf", line("privacy.sanitize.sanitizeOnShutdown", "false"), String::new(), None),
        ] {
            assert_eq!(firefox(browser, &[own.clone(), over]).forgets, expected, "{browser} {own}");
        }
        for (preferences, expected) in [
            ("{}", Some(None)),
            (r#"{"browser":{"clear_data":{"browsing_history_on_exit":true}}}"#, Some(Some(ClearsAtEnd))),
            (r#"{"history":{"saving_disabled":true}}"#, Some(Some(KeepsNone))),
            (r#"{"browser":{"clear_data":{"browsing_history":true}}}"#, Some(None)),
            ("{damaged", None),
        ] {
            assert_eq!(chromium(preferences).ok().map(|said| said.forgets), expected, "{preferences}");
        }
        let cleared = r#"{"browser":{"last_clear_browsing_data_time":"13400000000000000"}}"#;
        assert!(chromium(cleared).is_ok_and(|said| said.cleared_at.is_some()));
    }
}
