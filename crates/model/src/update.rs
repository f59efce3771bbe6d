//! Releases of the agent and of packs, as a force publishes them (`docs/updates.md`): what a release says of itself, and what a device
//! does about it. The signatures around it are The Update Framework's.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::hash::Digest;

/// Where a device asks what its force has published.
pub const UPDATE_PATH: &str = "/v1/update";
/// Bytes of a part of a release; the last one is shorter, or ends where the force signed that the file does.
pub const UPDATE_PART_BYTES: usize = 1024 * 1024;
/// Longest file of a release.
pub const UPDATE_BYTES_MAX: u64 = 96 * 1024 * 1024;
/// Under this name a release says of itself what follows, in what TUF calls `custom`.
pub const RELEASE_KEY: &str = "proviso";
/// All devices, in thousandths.
pub const STAGE_ALL: u16 = 1000;

/// Where a device fetches a part of a release's file.
#[must_use]
pub fn update_part_path(sha256: &Digest, part: usize) -> String {
    format!("{UPDATE_PATH}/{sha256}/{part}")
}

/// What a force has published: the metadata files of its repository, each as it was signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateOffer {
    /// `1.root.json` and those after it, in their order.
    pub roots: Vec<String>,
    /// `timestamp.json`.
    pub timestamp: String,
    /// `snapshot.json`.
    pub snapshot: String,
    /// `targets.json`.
    pub targets: String,
}

/// What is released.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReleaseKind {
    /// The agent's program.
    Agent,
    /// A pack of detection data, for whoever replays findings; devices get what they need of it in their policy.
    Pack,
}

/// What a release says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// What it is.
    pub kind: ReleaseKind,
    /// Its version, three numbers.
    pub version: String,
    /// Which machines it runs on, such as `linux-x86_64`; of a pack, `any`.
    pub platform: String,
    /// How many thousandths of the devices it is for.
    pub stage: u16,
    /// Which devices those are: new for each release, so that no device is always first. Hexadecimal.
    pub stage_key: Digest,
    /// Versions below this take it whatever the stage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<String>,
    /// Versions whose devices go back to this one. Empty unless the force has signed that they must.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub back_from: Vec<String>,
    /// The engine's semantics, which say with which program a finding can be replayed.
    pub engine_semantics: u32,
}

/// A version of three numbers, compared number by number. `None` for any other text.
#[must_use]
pub fn version_numbers(text: &str) -> Option<[u32; 3]> {
    let mut numbers = text.split('.').map(|part| part.parse().ok());
    let version = [numbers.next()??, numbers.next()??, numbers.next()??];
    numbers.next().is_none().then_some(version)
}

/// Whether one version is before, after or the other; nothing for what is no version.
#[must_use]
pub fn compare_versions(one: &str, other: &str) -> Option<Ordering> {
    Some(version_numbers(one)?.cmp(&version_numbers(other)?))
}

/// What is known of a device where it is decided whether a release is for it.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// The version that runs.
    pub running: &'a str,
    /// Its platform.
    pub platform: &'a str,
}

/// Which of the releases of the agent a device takes next, if any: the newest that is meant for it. One that is older than what runs is
/// refused, unless it says that it is what this version goes back to. `place` is the device's place among 1000 under a release's key.
#[must_use]
pub fn release_for<'r>(
    releases: impl IntoIterator<Item = &'r Release>,
    about: About<'_>,
    place: impl Fn(&Digest) -> u16,
) -> Option<&'r Release> {
    let fits = |release: &&Release| release.kind == ReleaseKind::Agent && release.platform == about.platform;
    let is_older = |one: &str, other: &str| compare_versions(one, other) == Some(Ordering::Less);
    let is_meant = |release: &&Release| {
        let must = release.minimum.as_ref().is_some_and(|minimum| is_older(about.running, minimum));
        must || place(&release.stage_key) < release.stage
    };
    let takes = |release: &&Release| {
        release.back_from.iter().any(|from| from == about.running)
            || is_older(about.running, &release.version)
    };
    let meant = releases.into_iter().filter(fits).filter(takes).filter(is_meant);
    // A way back comes before any way forward: it was signed because what runs does not work.
    meant.max_by_key(|release| {
        let goes_back = release.back_from.iter().any(|from| from == about.running);
        (goes_back, version_numbers(&release.version))
    })
}

#[cfg(test)]
mod tests {
    use super::{About, Release, ReleaseKind, release_for};
    use crate::hash::Digest;

    fn release(version: &str, stage: u16) -> Release {
        Release {
            kind: ReleaseKind::Agent,
            version: version.to_owned(),
            platform: "linux-x86_64".to_owned(),
            stage,
            stage_key: Digest([0; 32]),
            minimum: None,
            back_from: Vec::new(),
            engine_semantics: 1,
        }
    }

    #[test]
    fn a_device_takes_the_newest_release_that_is_meant_for_it_and_goes_back_only_where_the_force_signed_that()
    {
        let must = Release { minimum: Some("0.2.0".to_owned()), ..release("0.3.0", 0) };
        let back = Release { back_from: vec!["0.4.0".to_owned()], ..release("0.3.1", 1000) };
        let pack = Release { kind: ReleaseKind::Pack, ..release("9.0.0", 1000) };
        let other = Release { platform: "windows-x86_64".to_owned(), ..release("9.0.0", 1000) };
        let (two, ten, half) = (release("0.2.0", 1000), release("0.10.0", 100), release("0.4.0", 500));
        let odd = release("newest", 1000);
        for (releases, running, place, expected) in [
            (vec![&two], "0.1.0", 999, Some("0.2.0")),
            (vec![&two], "0.2.0", 0, None),
            (vec![&two], "0.3.0", 0, None),
            // Numbers, not letters.
            (vec![&two, &ten], "0.2.0", 99, Some("0.10.0")),
            (vec![&two, &ten], "0.1.0", 100, Some("0.2.0")),
            (vec![&half], "0.2.0", 499, Some("0.4.0")),
            (vec![&half], "0.2.0", 500, None),
            (vec![&must], "0.1.9", 999, Some("0.3.0")),
            (vec![&must], "0.2.0", 999, None),
            (vec![&half, &back], "0.4.0", 0, Some("0.3.1")),
            (vec![&half, &back], "0.4.1", 0, None),
            (vec![&ten, &back], "0.4.0", 0, Some("0.3.1")),
            (vec![&pack, &other, &odd], "0.1.0", 0, None),
        ] {
            let about = About { running, platform: "linux-x86_64" };
            let taken = release_for(releases.iter().copied(), about, |_| place);
            assert_eq!(taken.map(|release| release.version.as_str()), expected, "{running} at {place}");
        }
    }
}
