//! What is kept of updates: which program came up last, which is being tried, which did not.

use proviso_model::update::{compare_versions, version_numbers};
use proviso_model::{Digest, Timestamp};
use serde::{Deserialize, Serialize};

use crate::state_dir::{Readers, StateDir, StateError};

/// The file that says so.
pub const STATE_FILE: &str = "updates.json";
/// Starts that a new program has to come up in.
const STARTS_MAX: u32 = 3;
/// Failures after which a version is left alone.
const FAILURES_MAX: usize = 3;
/// Between two tries of a version that failed.
const AGAIN_MILLIS: i64 = 86_400_000;

/// A program that was checked and lies in the state folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installed {
    /// Its version.
    pub version: String,
    /// SHA-256 of its file.
    pub sha256: Digest,
    /// Versions for which the force has signed that they go back to this one.
    #[serde(default)]
    pub back_from: Vec<String>,
    /// When it was installed.
    pub at: Timestamp,
}

/// A program that has not come up yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trying {
    /// Which.
    pub installed: Installed,
    /// How often it was started.
    pub starts: u32,
}

/// A program that did not come up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failed {
    /// Its version.
    pub version: String,
    /// When it was given up.
    pub at: Timestamp,
}

/// What is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The last one that came up; none while it is the package's own.
    #[serde(default)]
    pub good: Option<Installed>,
    /// The one that is tried.
    #[serde(default)]
    pub trying: Option<Trying>,
    /// Those that did not come up.
    #[serde(default)]
    pub failed: Vec<Failed>,
    /// The version that ran last, and when it first ran.
    #[serde(default)]
    pub runs: Option<(String, Timestamp)>,
    /// The highest version of the repository's root that was accepted.
    #[serde(default)]
    pub root_version: u64,
}

/// The program's file in the state folder.
#[must_use]
pub fn program_name(sha256: &Digest) -> String {
    format!("agent-{sha256}")
}

impl Installed {
    /// Whether it is to run in the place of a program of this version.
    #[must_use]
    pub fn replaces(&self, version: &str) -> bool {
        self.back_from.iter().any(|from| from == version)
            || compare_versions(version, &self.version) == Some(std::cmp::Ordering::Less)
    }
}

impl Kept {
    /// Reads it.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn load(dir: &StateDir) -> Result<Self, StateError> {
        Ok(dir.read_json(STATE_FILE)?.unwrap_or_default())
    }

    /// Writes it.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn store(&self, dir: &StateDir) -> Result<(), StateError> {
        dir.write_json(STATE_FILE, Readers::Agent, self)
    }

    /// Which program is to run, where the package's own is of `version`; counts the start of one that is tried, and gives it up after
    /// three. None for the package's own.
    pub fn choose(&mut self, version: &str, now: Timestamp) -> Option<Installed> {
        if let Some(mut trying) = self.trying.take() {
            if !trying.installed.replaces(version) {
                // The package has come further by itself.
            } else if trying.starts < STARTS_MAX {
                trying.starts += 1;
                self.trying = Some(trying.clone());
                return Some(trying.installed);
            } else {
                self.failed.push(Failed { version: trying.installed.version, at: now });
            }
        }
        self.good.clone().filter(|good| good.replaces(version))
    }

    /// A program cannot be started: its file is gone or was changed.
    pub fn give_up(&mut self, sha256: &Digest, now: Timestamp) {
        let trying = self.trying.take_if(|trying| trying.installed.sha256 == *sha256);
        let good = self.good.take_if(|good| good.sha256 == *sha256);
        let version = trying.map(|trying| trying.installed.version).or(good.map(|good| good.version));
        self.failed.extend(version.map(|version| Failed { version, at: now }));
    }

    /// What runs has come up: it reached its server.
    pub fn came_up(&mut self) {
        if let Some(trying) = self.trying.take() {
            self.failed.retain(|failed| failed.version != trying.installed.version);
            self.good = Some(trying.installed);
        }
    }

    /// Whether a version may be tried now: it did not fail, or a day ago and not for good.
    #[must_use]
    pub fn may_try(&self, version: &str, now: Timestamp) -> bool {
        let failures: Vec<_> = self.failed.iter().filter(|failed| failed.version == version).collect();
        failures.len() < FAILURES_MAX
            && failures.iter().all(|failed| now.millis_since(failed.at) >= AGAIN_MILLIS)
    }

    /// Since when this version runs; notes it where it did not run before.
    pub fn runs_since(&mut self, version: &str, now: Timestamp) -> Timestamp {
        match &self.runs {
            Some((known, since)) if known == version => *since,
            _ => {
                self.runs = Some((version.to_owned(), now));
                now
            }
        }
    }

    /// Digests of the programs that are still needed.
    #[must_use]
    pub fn needed(&self) -> Vec<Digest> {
        let trying = self.trying.iter().map(|trying| trying.installed.sha256);
        trying.chain(self.good.iter().map(|good| good.sha256)).collect()
    }
}

/// Whether a text is a version at all, as a release must name one.
#[must_use]
pub(super) fn is_version(text: &str) -> bool {
    version_numbers(text).is_some()
}

#[cfg(test)]
mod tests {
    use proviso_model::{Digest, Timestamp};

    use super::{Installed, Kept, Trying};

    fn installed(version: &str) -> Installed {
        let at = Timestamp::from_micros(0);
        Installed { version: version.to_owned(), sha256: Digest([1; 32]), back_from: Vec::new(), at }
    }

    #[test]
    fn a_program_that_does_not_come_up_in_three_starts_is_left_for_the_last_that_did() {
        let now = Timestamp::from_micros(0);
        let mut kept = Kept { good: Some(installed("0.2.0")), ..Kept::default() };
        kept.trying = Some(Trying { installed: installed("0.3.0"), starts: 0 });
        let runs = |kept: &mut Kept| kept.choose("0.1.0", now).map(|one| one.version);
        for _ in 0..3 {
            assert_eq!(runs(&mut kept).as_deref(), Some("0.3.0"));
        }
        assert_eq!(runs(&mut kept).as_deref(), Some("0.2.0"), "back by itself");
        assert_eq!(runs(&mut kept).as_deref(), Some("0.2.0"));
        assert!(!kept.may_try("0.3.0", now) && kept.may_try("0.3.1", now));
        let day = now.plus_millis(86_400_000);
        assert!(kept.may_try("0.3.0", day), "once a day");
        kept.trying = Some(Trying { installed: installed("0.3.0"), starts: 0 });
        assert_eq!(runs(&mut kept).as_deref(), Some("0.3.0"));
        kept.came_up();
        assert_eq!(
            (kept.good.as_ref().map(|one| one.version.as_str()), kept.failed.len()),
            (Some("0.3.0"), 0)
        );
        // A package that is newer by itself runs itself; one that is older does not.
        assert_eq!(kept.choose("0.3.0", now), None);
        assert_eq!(kept.choose("0.4.0", now), None);
        let back = Installed { back_from: vec!["0.4.0".to_owned()], ..installed("0.3.0") };
        kept.good = Some(back);
        assert_eq!(kept.choose("0.4.0", now).map(|one| one.version).as_deref(), Some("0.3.0"), "as signed");
        assert_eq!(kept.runs_since("0.3.0", day), day);
        assert_eq!(kept.runs_since("0.3.0", now), day);
    }
}
