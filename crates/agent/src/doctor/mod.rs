//! What could keep the agent from working, each with what to do. Needs no running agent.

mod checks;

use std::path::PathBuf;

use proviso_model::Timestamp;
use serde::Serialize;

use crate::release::{self, RELEASE_NOTE};
use crate::state_dir::StateDir;

/// One thing looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What.
    pub name: &'static str,
    /// Whether it is as it should be.
    pub good: bool,
    /// What was found.
    pub found: String,
    /// What to do; empty when nothing is to be done.
    pub advice: String,
}

impl Check {
    fn good(name: &'static str, found: impl Into<String>) -> Self {
        Self { name, good: true, found: found.into(), advice: String::new() }
    }

    fn bad(name: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { name, good: false, found: found.into(), advice: advice.into() }
    }
}

/// What `doctor` looks at.
pub struct DoctorParts {
    /// The state folder.
    pub dir: StateDir,
    /// By the wall clock.
    pub now: Timestamp,
    /// Where browsers look for host manifests: (browser, file).
    pub manifests: Vec<(&'static str, PathBuf)>,
}

/// Where Chromium and Firefox look on Debian.
#[must_use]
pub fn usual_manifests() -> Vec<(&'static str, PathBuf)> {
    [
        ("Chromium", "/etc/chromium/native-messaging-hosts/org.proviso.agent.json"),
        ("Firefox", "/usr/lib/mozilla/native-messaging-hosts/org.proviso.agent.json"),
    ]
    .map(|(browser, path)| (browser, PathBuf::from(path)))
    .to_vec()
}

/// Looks at everything.
pub async fn examine(parts: &DoctorParts) -> Vec<Check> {
    let mut found = vec![checks::state_folder(&parts.dir)];
    if let Ok(Some(release)) = release::released(&parts.dir)
        && release::is_complete(&parts.dir)
    {
        found.push(Check::good("order", format!("{RELEASE_NOTE} ({})", release.grounds.in_words())));
        return found;
    }
    found.push(checks::secret_files(&parts.dir));
    let identity = checks::identity(&parts.dir, &mut found);
    if let Some(identity) = &identity {
        let keep = checks::policy(&parts.dir, identity, parts.now, &mut found);
        if let Some(keep) = keep {
            found.extend(checks::site_lists(&keep, parts.now));
            found.extend(checks::hash_sets(&keep, parts.now));
            let server_time = checks::server(&parts.dir, identity, &keep, &mut found).await;
            found.push(checks::clock(parts.now, server_time));
        }
    }
    found.push(checks::socket(&parts.dir));
    found.extend(checks::desktop(&parts.dir));
    found.extend(checks::session(&parts.dir));
    found.extend(checks::accessibility(&parts.dir));
    found.extend(checks::histories(&parts.dir));
    found.push(checks::spool(&parts.dir));
    found.push(checks::log(&parts.dir));
    for (browser, path) in &parts.manifests {
        found.push(checks::manifest(browser, path));
    }
    found
}
