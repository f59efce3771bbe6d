//! Dated acts on devices: what officers entered that explains why nothing was watched.

use std::collections::BTreeMap;

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::device_act::DeviceAct;
use proviso_model::ids::{CaseId, DeviceActId, DeviceId};

use crate::device::PolicyRow;
use crate::error::Result;

/// A version of an act, about one device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceActRow {
    /// Id of the act; the same in each version, and for each device of the person where it is about the person.
    pub id: DeviceActId,
    /// 1 as first entered; each correction is one more.
    pub version: u32,
    /// The device.
    pub device: DeviceId,
    /// The case.
    pub case: CaseId,
    /// What happened, and when.
    pub act: DeviceAct,
    /// Whether this version takes it back: it was entered by mistake.
    pub withdrawn: bool,
    /// When this version was entered.
    pub entered_at: Timestamp,
    /// Who entered it, as in the log.
    pub entered_by: String,
    /// The reason, sealed.
    pub sealed: Vec<u8>,
}

impl DeviceActRow {
    /// Of all versions those that stand: the last of each act and device, unless it takes the act back. Earliest first.
    #[must_use]
    pub fn standing(rows: &[Self]) -> Vec<&Self> {
        let mut last: BTreeMap<(DeviceActId, DeviceId), &Self> = BTreeMap::new();
        for row in rows {
            let known = last.entry((row.id, row.device)).or_insert(row);
            if known.version < row.version {
                *known = row;
            }
        }
        let mut standing: Vec<&Self> = last.into_values().filter(|row| !row.withdrawn).collect();
        standing.sort_by_key(|row| (row.act.from, row.id, row.device));
        standing
    }
}

/// Verbs on dated acts.
#[async_trait]
pub trait DeviceActStore {
    /// Adds versions of acts, with the policies that follow.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] when one of the versions is there already, or a policy's serial does not rise; then
    /// nothing was added.
    async fn device_act_add(&self, rows: &[DeviceActRow], policies: &[PolicyRow]) -> Result<()>;

    /// Every version of every act on the devices of a case, in the order in which they were entered.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn device_act_list(&self, case: CaseId) -> Result<Vec<DeviceActRow>>;
}
