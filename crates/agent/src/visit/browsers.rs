//! Browsers by the profiles that they keep in the account, with their settings about history and private windows.

use std::path::{Path, PathBuf};

use proviso_model::Timestamp;
use proviso_model::visit::ProfileFacts;
use serde_json::Value;

use super::VisitError;
use super::eyes::Eyes;
use crate::profiles::{CHROMIUM_EPOCH_MICROS, Form, MAKES, Make, PROFILES_MAX, SETTINGS_BYTES_MAX, setting};

/// The extension, by its id in Chromium and in Firefox.
const EXTENSION_CHROMIUM: &str = "kjkmlijedkihachckcgdeddpoehopaad";
const EXTENSION_FIREFOX: &str = "extension@proviso.example";
/// Settings of Firefox that are looked for; all others are passed over.
const FIREFOX_SETTINGS: [&str; 3] =
    ["places.history.enabled", "privacy.sanitize.sanitizeOnShutdown", "browser.privatebrowsing.autostart"];
const FIREFOX_NAME: &str = "services.sync.username";

/// What of a profile is asked for, with the paragraphs that ask.
pub(super) struct Asked<'w> {
    pub(super) browsers: &'w [String],
    pub(super) names: Option<&'w [String]>,
    /// Settings about history or private windows.
    pub(super) settings: Option<&'w [String]>,
    pub(super) extension: bool,
}

/// A profile, and where its history is.
pub(super) struct Profile {
    pub(super) facts: ProfileFacts,
    pub(super) form: Form,
    pub(super) history: PathBuf,
}

/// Every profile of the account.
pub(super) fn profiles(eyes: &mut Eyes<'_>, asked: &Asked<'_>) -> Result<Vec<Profile>, VisitError> {
    let mut found = Vec::new();
    for make in &MAKES {
        let folder = eyes.home(make.folder);
        if !eyes.has(&folder) {
            continue;
        }
        let policies = match asked.settings {
            Some(why) => policies(eyes, make, why)?,
            None => Vec::new(),
        };
        let names = match asked.names {
            Some(why) if make.form == Form::Chromium => chromium_names(eyes, &folder, why)?,
            _ => Vec::new(),
        };
        let entries = eyes.list(&folder, asked.browsers)?;
        // Opera keeps its profile in the folder itself.
        let places = std::iter::once(String::new())
            .chain(entries.into_iter().filter(|entry| entry.is_folder).map(|entry| entry.name));
        let kept = make.form.profile_files();
        let places: Vec<String> = places
            .filter(|place| kept.iter().any(|file| eyes.has(&folder.join(place).join(file))))
            .take(PROFILES_MAX)
            .collect();
        for place in places {
            let at = folder.join(&place);
            let shown = Path::new(make.folder).join(&place).to_string_lossy().into_owned();
            let mut facts =
                ProfileFacts { browser: make.name.to_owned(), folder: shown, ..ProfileFacts::default() };
            facts.settings.clone_from(&policies);
            match make.form {
                Form::Chromium => chromium(eyes, &at, asked, &mut facts)?,
                Form::Firefox => firefox(eyes, &at, asked, &mut facts)?,
            }
            let own = names.iter().filter(|(at, _)| *at == place).map(|(_, name)| name.clone());
            facts.names.extend(own);
            found.push(Profile { facts, form: make.form, history: at.join(make.form.history_file()) });
        }
    }
    Ok(found)
}

/// What stands under a name; nothing where there is none.
fn of<'v>(value: &'v Value, name: &str) -> &'v Value {
    value.get(name).unwrap_or(&Value::Null)
}

fn json(eyes: &mut Eyes<'_>, path: &Path, why: &[String]) -> Result<Option<Value>, VisitError> {
    let Some(bytes) = eyes.read(path, SETTINGS_BYTES_MAX, why)? else { return Ok(None) };
    match serde_json::from_slice(&bytes) {
        Ok(value) => Ok(Some(value)),
        Err(error) => {
            // The place alone: the message may quote what stands there.
            let words = format!("it is damaged (line {}, column {})", error.line(), error.column());
            eyes.unread(path, why, super::eyes::Unread::Refused(words)).map(|()| None)
        }
    }
}

fn chromium(
    eyes: &mut Eyes<'_>,
    at: &Path,
    asked: &Asked<'_>,
    facts: &mut ProfileFacts,
) -> Result<(), VisitError> {
    if !asked.extension && asked.settings.is_none() {
        return Ok(());
    }
    let why = asked.settings.unwrap_or(asked.browsers);
    let preferences = json(eyes, &at.join("Preferences"), why)?;
    if asked.extension {
        let secure = json(eyes, &at.join("Secure Preferences"), asked.browsers)?;
        let files = [&preferences, &secure];
        let mut entries = files.into_iter().flatten();
        facts.has_extension = preferences.is_some().then(|| {
            entries.any(|file| {
                let entry = of(of(of(file, "extensions"), "settings"), EXTENSION_CHROMIUM);
                let reasons = of(entry, "disable_reasons");
                let is_on =
                    reasons.as_array().map_or_else(|| reasons.as_u64().unwrap_or(0) == 0, Vec::is_empty);
                entry.is_object() && is_on && of(entry, "state").as_u64() != Some(0)
            })
        });
    }
    if asked.settings.is_some() {
        let cleared =
            preferences.as_ref().map(|file| of(of(file, "browser"), "last_clear_browsing_data_time"));
        let micros = cleared.and_then(|text| text.as_str()?.parse::<i64>().ok());
        if let Some(micros) = micros.filter(|micros| *micros > CHROMIUM_EPOCH_MICROS) {
            let at = Timestamp::from_micros(micros - CHROMIUM_EPOCH_MICROS);
            facts.settings.push(format!("browser.last_clear_browsing_data_time = {at}"));
        }
    }
    Ok(())
}

/// Folder and name of whoever is signed in, and names that the person has given to profiles.
fn chromium_names(
    eyes: &mut Eyes<'_>,
    folder: &Path,
    why: &[String],
) -> Result<Vec<(String, String)>, VisitError> {
    let Some(state) = json(eyes, &folder.join("Local State"), why)? else { return Ok(Vec::new()) };
    let Some(profiles) = of(of(&state, "profile"), "info_cache").as_object() else { return Ok(Vec::new()) };
    let mut names = Vec::new();
    for (at, profile) in profiles.iter().take(PROFILES_MAX) {
        let given =
            (of(profile, "is_using_default_name").as_bool() == Some(false)).then_some(of(profile, "name"));
        for name in
            [Some(of(profile, "user_name")), Some(of(profile, "gaia_name")), given].into_iter().flatten()
        {
            if let Some(name) = name.as_str().filter(|name| !name.is_empty()) {
                names.push((at.clone(), name.to_owned()));
            }
        }
    }
    Ok(names)
}

fn firefox(
    eyes: &mut Eyes<'_>,
    at: &Path,
    asked: &Asked<'_>,
    facts: &mut ProfileFacts,
) -> Result<(), VisitError> {
    if asked.extension {
        let add_ons = json(eyes, &at.join("extensions.json"), asked.browsers)?;
        facts.has_extension = add_ons.map(|file| {
            let add_ons = of(&file, "addons").as_array().cloned().unwrap_or_default();
            add_ons.iter().any(|one| of(one, "id") == EXTENSION_FIREFOX && of(one, "active") == true)
        });
    }
    let Some(why) = asked.settings.or(asked.names) else { return Ok(()) };
    for file in ["prefs.js", "user.js"] {
        let bytes = eyes.read(&at.join(file), SETTINGS_BYTES_MAX, why)?.unwrap_or_default();
        for line in String::from_utf8_lossy(&bytes).lines() {
            let Some((name, value)) = setting(line) else { continue };
            if asked.names.is_some() && name == FIREFOX_NAME {
                facts.names.push(value.trim_matches('"').to_owned());
            }
            if asked.settings.is_some() && FIREFOX_SETTINGS.contains(&name) {
                // The later file stands over the earlier.
                facts.settings.retain(|said| !said.starts_with(&format!("{name} = ")));
                facts.settings.push(format!("{name} = {value}"));
            }
        }
    }
    Ok(())
}

/// What the device's own policies for a browser say of history and private windows.
fn policies(eyes: &mut Eyes<'_>, make: &Make, why: &[String]) -> Result<Vec<String>, VisitError> {
    let mut said = Vec::new();
    if make.policies.is_empty() {
        return Ok(said);
    }
    let folder = eyes.system(make.policies);
    for entry in eyes.list(&folder, why)?.into_iter().filter(|entry| entry.name.ends_with(".json")) {
        let Some(file) = json(eyes, &folder.join(&entry.name), why)? else { continue };
        if let Some(mode) = of(&file, "IncognitoModeAvailability").as_u64() {
            said.push(format!("policy IncognitoModeAvailability = {mode}"));
        }
        if of(&file, "SavingBrowserHistoryDisabled") == true {
            said.push("policy SavingBrowserHistoryDisabled = true".to_owned());
        }
        if of(&file, "ClearBrowsingDataOnExitList").as_array().is_some_and(|list| !list.is_empty()) {
            said.push("policy ClearBrowsingDataOnExitList = set".to_owned());
        }
        if of(of(&file, "policies"), "DisablePrivateBrowsing") == true {
            said.push("policy DisablePrivateBrowsing = true".to_owned());
        }
    }
    Ok(said)
}
