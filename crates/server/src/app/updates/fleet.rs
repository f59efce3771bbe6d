//! How far devices have come: versions and counts, no case and no person.

use std::collections::BTreeMap;

use proviso_ledger::hash::domain_hash;
use proviso_model::Timestamp;
use proviso_model::hash::Digest;
use proviso_model::ids::DeviceId;
use proviso_model::update::{About, STAGE_ALL, release_for};
use proviso_store::{DeviceRow, DeviceState};

use super::UpdateError;
use super::archive::{self, Listed};
use crate::app::AppContext;

/// The platform of every device so far.
const PLATFORM: &str = "linux-x86_64";
/// Devices that fell behind and are named.
const NAMED_MAX: usize = 50;
/// A device that is meant and has not taken a release after so long is behind: it asks every 6 hours while it is on.
const BEHIND_MILLIS: i64 = 2 * 86_400_000;

/// All devices that are in use.
#[derive(Debug, Clone, Default)]
pub struct Fleet {
    /// What was published.
    pub releases: Vec<Listed>,
    /// Each version that a device told, newest first.
    pub versions: Vec<VersionRow>,
    /// Devices that are meant by a release and have spoken since without taking it, longest first; at most 50.
    pub behind: Vec<Behind>,
    /// How many there are in all.
    pub behind_count: usize,
}

/// A version in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRow {
    /// As devices tell it; `unknown` of those that have not yet.
    pub version: String,
    /// How many.
    pub devices: usize,
    /// Of those, how many are meant by a newer release.
    pub behind: usize,
}

/// A device that has not taken a release which is for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Behind {
    /// The device.
    pub device: DeviceId,
    /// Which version it tells.
    pub version: String,
    /// Since when.
    pub since: Timestamp,
    /// Which it is to take.
    pub wanted: String,
    /// When it spoke last.
    pub seen_at: Timestamp,
}

/// The device's place among 1000 under a release's key. The device works it out likewise.
#[must_use]
pub fn place(key: &Digest, device: DeviceId) -> u16 {
    let hash = domain_hash("proviso/update-stage/v1", &[&key.0, device.as_bytes()]);
    let first = hash.first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes));
    u16::try_from(first % u64::from(STAGE_ALL)).unwrap_or_default()
}

/// Looks at every device in use.
///
/// # Errors
/// [`UpdateError`].
pub async fn of(ctx: &AppContext) -> Result<Fleet, UpdateError> {
    let releases = archive::list(ctx).await?;
    let mut versions: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut behind = Vec::new();
    let devices = ctx.store.device_list(None).await?;
    for device in devices.into_iter().filter(|device| device.state == DeviceState::Active) {
        let version = if device.agent_version.is_empty() { "unknown" } else { &device.agent_version };
        let wanted = wanted(&releases, &device);
        let counted = versions.entry(version.to_owned()).or_default();
        counted.0 += 1;
        let Some(wanted) = wanted else { continue };
        counted.1 += 1;
        // One that has not spoken since is off, or away: others see to that.
        if device.seen_at.millis_since(device.agent_version_at) >= BEHIND_MILLIS {
            behind.push(Behind {
                device: device.id,
                version: version.to_owned(),
                since: device.agent_version_at,
                wanted,
                seen_at: device.seen_at,
            });
        }
    }
    behind.sort_by_key(|one| one.since);
    let behind_count = behind.len();
    behind.truncate(NAMED_MAX);
    let mut versions: Vec<VersionRow> = versions
        .into_iter()
        .map(|(version, (devices, behind))| VersionRow { version, devices, behind })
        .collect();
    versions.sort_by_key(|row| {
        std::cmp::Reverse((proviso_model::update::version_numbers(&row.version), row.version.clone()))
    });
    Ok(Fleet { releases, versions, behind, behind_count })
}

fn wanted(releases: &[Listed], device: &DeviceRow) -> Option<String> {
    let about = About { running: &device.agent_version, platform: PLATFORM };
    let says = releases.iter().map(|one| &one.says);
    release_for(says, about, |key| place(key, device.id)).map(|release| release.version.clone())
}
