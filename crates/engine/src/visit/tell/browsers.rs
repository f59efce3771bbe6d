//! Browsers, their profiles, settings and histories.

use proviso_model::ConditionKind;
use proviso_model::order::Condition;
use proviso_model::visit::{HistoryFacts, ProfileFacts};

use super::{Page, Told, is_declared};
use crate::visit::words::counted;

/// Settings with which a browser keeps no history, or removes it.
const NO_HISTORY: [(&str, &str); 5] = [
    ("places.history.enabled = false", "is set to keep no history"),
    ("privacy.sanitize.sanitizeOnShutdown = true", "is set to remove things when it closes"),
    ("browser.privatebrowsing.autostart = true", "always opens private windows, which keep no history"),
    ("policy SavingBrowserHistoryDisabled = true", "is set by a policy of the device to keep no history"),
    (
        "policy ClearBrowsingDataOnExitList = set",
        "is set by a policy of the device to remove things when it closes",
    ),
];
/// Settings that switch private windows off.
const NO_PRIVATE_WINDOWS: [&str; 2] =
    ["policy IncognitoModeAvailability = 1", "policy DisablePrivateBrowsing = true"];
/// Begins the setting that says when somebody last used a browser's own page for removing things.
const CLEARED: &str = "browser.last_clear_browsing_data_time = ";

impl Told<'_> {
    pub(super) fn browsers(&self, page: &mut Page, condition: &Condition) {
        let profiles = self.facts.profiles.as_deref().unwrap_or_default();
        if profiles.is_empty() {
            page.say("No browser profile was found in this account.");
        }
        for profile in profiles {
            match condition.kind {
                ConditionKind::MonitoringSoftware => extension(page, profile),
                ConditionKind::NoPrivateBrowsing => private_windows(page, profile),
                ConditionKind::DeclareNames => names(page, condition, profile),
                ConditionKind::KeepHistory | ConditionKind::NoHistoryDeletion => {
                    self.history(page, condition, profile)
                }
                _ => self.sites(page, condition, profile),
            }
        }
    }

    fn history(&self, page: &mut Page, condition: &Condition, profile: &ProfileFacts) {
        let name = named(profile);
        for (setting, words) in NO_HISTORY {
            if profile.settings.iter().any(|said| said == setting) {
                page.stop(format!("{name} {words}."));
            }
        }
        let cleared = profile.settings.iter().find_map(|said| said.strip_prefix(CLEARED));
        let cleared = cleared.and_then(|text| proviso_model::Timestamp::parse(text).ok());
        if let Some(at) = cleared.filter(|at| *at >= self.since) {
            let words = format!(
                "{name}: its page for removing browsing data was last used on {}. What was removed it does not say.",
                self.date(at)
            );
            if self.pauses.iter().any(|pause| pause.covers(&condition.paragraph, at)) {
                page.say(words);
            } else {
                page.stop(words);
            }
        }
        match &profile.history {
            Some(history) => self.entries(page, &name, history),
            None if profile.trouble.is_empty() => page.say(format!("{name} has no history file.")),
            None => page.say(format!("{name}: the history could not be read: {}.", profile.trouble)),
        }
    }

    fn entries(&self, page: &mut Page, name: &str, history: &HistoryFacts) {
        let HistoryFacts { entries, since, days, days_with, missing, highest, .. } = history;
        let Some((first, last)) = history.first_at.zip(history.last_at) else {
            if *highest > 0 {
                page.stop(format!(
                    "{name}: the history is empty, and {} had been written into it.",
                    counted(*highest, "entry", "entries")
                ));
            } else {
                page.say(format!("{name}: the history is empty."));
            }
            return;
        };
        page.say(format!(
            "{name}: {} from {} to {}; {since} of them since the time compared with, on {days_with} of {}.",
            counted(*entries, "entry", "entries"),
            self.date(first),
            self.date(last),
            counted(u64::from(*days), "day", "days"),
        ));
        for act in self.acts.iter().filter(|act| act.from < self.now) {
            let until =
                act.until.map_or_else(String::new, |until| format!(" to {}", self.date(until.min(self.now))));
            page.care(&format!(
                "The force has entered that {}, from {}{until}: days of that time without an entry are explained by it.",
                act.kind.in_words(),
                self.date(act.from)
            ));
        }
        if *missing > 0 {
            page.stop(format!(
                "{name}: {} since then by the numbers that the browser gives. Whether a person, a program or the browser removed \
                 them is not known.",
                counted(*missing, "entry is missing", "entries are missing")
            ));
        }
    }

    fn sites(&self, page: &mut Page, condition: &Condition, profile: &ProfileFacts) {
        let name = named(profile);
        let Some(history) = &profile.history else {
            if !profile.trouble.is_empty() {
                page.say(format!("{name}: the history could not be read: {}.", profile.trouble));
            }
            return;
        };
        let of: Vec<_> = history.sites.iter().filter(|site| site.paragraph == condition.paragraph).collect();
        if of.is_empty() {
            page.say(format!(
                "{name}: no entry of a site that the paragraph names since the time compared with."
            ));
        }
        for site in of {
            page.stop(format!(
                "{name}: {} of {} from {} to {}.",
                counted(site.entries, "entry", "entries"),
                site.site,
                self.date(site.first_at),
                self.date(site.last_at),
            ));
            page.care("An entry does not say who opened the page, nor whether it opened by itself.");
        }
    }
}

fn extension(page: &mut Page, profile: &ProfileFacts) {
    let name = named(profile);
    match profile.has_extension {
        Some(true) => page.say(format!("{name} has the monitoring program's extension.")),
        Some(false) => page
            .stop(format!("{name} does not have the monitoring program's extension, or it is switched off.")),
        None => {
            page.say(format!("{name}: whether it has the monitoring program's extension cannot be told."))
        }
    }
}

fn private_windows(page: &mut Page, profile: &ProfileFacts) {
    let name = named(profile);
    let has = |setting: &str| profile.settings.iter().any(|said| said == setting);
    if has("browser.privatebrowsing.autostart = true") {
        page.stop(format!("{name} always opens private windows."));
    } else if NO_PRIVATE_WINDOWS.into_iter().any(has) {
        page.say(format!("{name}: a policy of the device switches private windows off."));
    } else {
        page.say(format!("{name} can open private windows: no setting or policy switches them off."));
    }
}

fn names(page: &mut Page, condition: &Condition, profile: &ProfileFacts) {
    let place = named(profile);
    for name in &profile.names {
        if is_declared(condition, name) {
            page.say(format!("{place} knows the name \"{name}\", which is on the declared list."));
        } else {
            page.stop(format!("{place} knows the name \"{name}\", which is not on the declared list."));
        }
    }
    if profile.names.is_empty() {
        page.say(format!("{place} is signed in under no name."));
    }
}

fn named(profile: &ProfileFacts) -> String {
    format!("{} ({})", profile.browser, profile.folder)
}
