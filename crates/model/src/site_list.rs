//! A force's own list of sites on its way from the force to a device.

use serde::{Deserialize, Serialize};

use crate::hash::Digest;
use crate::ids::ForceId;
use crate::time::Timestamp;

/// What a force says of one version of a list of sites.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteListStatement {
    /// The force.
    pub force: ForceId,
    /// Name.
    pub name: String,
    /// Version under this name.
    pub version: u32,
    /// The category that the force gave it.
    pub category: String,
    /// Whether it is known to hold ordinary sites too.
    pub coarse: bool,
    /// SHA-256 of the compact form.
    pub sha256: Digest,
    /// Bytes of the compact form.
    pub bytes: u64,
    /// Its entries, exceptions counted in.
    pub entries: u64,
    /// Where the list comes from, as whoever imported it said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Under which licence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// The day of the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dated: Option<jiff::civil::Date>,
    /// When it was imported.
    pub imported_at: Timestamp,
}

/// The bytes that the pack key signs for a [`SiteListStatement`] as JSON.
#[must_use]
pub fn signed_site_list(statement: &str) -> Vec<u8> {
    format!("proviso/site-list/v1\n{statement}").into_bytes()
}

/// Path at which a device fetches a part of a list of sites that its policy names: from part 0 on, until one is shorter
/// than [`crate::limits::SITE_LIST_PART_BYTES`].
#[must_use]
pub fn site_list_path(sha256: &Digest, part: usize) -> String {
    format!("/v1/site-lists/{sha256}/{part}")
}
