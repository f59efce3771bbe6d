//! Fetches the lists of sites that the policy names, one part at a time and only when nothing else waits. A list that does not
//! come, or is not the one named, waits by a back-off of its own: records and pings go on.

use proviso_model::limits::{SITE_LIST_BYTES_MAX, SITE_LIST_PART_BYTES};
use proviso_model::site_list::site_list_path;
use proviso_model::{Digest, Timestamp};

use super::backoff::Backoff;
use super::{Asked, Transport, Uplink, WireRequest};

/// A list on its way.
#[derive(Debug, Default)]
pub(crate) struct Fetch {
    of: Option<Digest>,
    bytes: Vec<u8>,
    failed_last: Option<Digest>,
    backoff: Backoff,
}

impl Fetch {
    /// When to try again, after a failure.
    pub(super) fn due(&self, now: Timestamp) -> Option<Timestamp> {
        self.backoff.until(now)
    }

    fn forget(&mut self) {
        (self.of, self.bytes) = (None, Vec::new());
    }
}

impl<T: Transport> Uplink<T> {
    /// The request for the next part of a list that is not here.
    pub(super) fn site_list_request(&mut self, now: Timestamp, nonce: &str) -> Option<(Asked, WireRequest)> {
        let kept = self.keep.policy()?;
        let Some(wanted) = self.keep.lists().wanted(&kept.policy, self.fetch.failed_last) else {
            self.fetch.forget();
            return None;
        };
        if self.fetch.due(now).is_some() {
            return None;
        }
        let sha256 = wanted.list.sha256;
        if self.fetch.of != Some(sha256) {
            self.fetch.forget();
            self.fetch.of = Some(sha256);
        }
        let path = site_list_path(&sha256, self.fetch.bytes.len() / SITE_LIST_PART_BYTES);
        Some((Asked::SiteListPart(sha256), self.signed("GET", &path, nonce, Vec::new(), &[])))
    }

    /// One part has come; the last one is shorter than the others.
    pub(super) fn take_site_list_part(&mut self, now: Timestamp, sha256: Digest, part: &[u8]) {
        if self.fetch.of != Some(sha256) {
            return;
        }
        if part.len() > SITE_LIST_PART_BYTES || self.fetch.bytes.len() + part.len() > SITE_LIST_BYTES_MAX {
            self.site_list_failed(
                now,
                sha256,
                "what the server gives is longer than a list may be".to_owned(),
            );
            return;
        }
        self.fetch.bytes.extend_from_slice(part);
        if part.len() == SITE_LIST_PART_BYTES {
            return;
        }
        let bytes = std::mem::take(&mut self.fetch.bytes);
        match self.keep.lists().offer(&sha256, bytes) {
            Ok(()) => {
                self.fetch.forget();
                self.fetch.backoff.succeeded();
            }
            Err(error) => self.site_list_failed(now, sha256, error.to_string()),
        }
    }

    /// A list did not come: it is begun again after a wait, and until then `status` and `doctor` say so.
    pub(super) fn site_list_failed(&mut self, now: Timestamp, sha256: Digest, why: String) {
        tracing::warn!(list = %sha256, %why, "a list of sites did not come; it is fetched again");
        self.keep.lists().failed(&sha256, why);
        self.fetch.forget();
        self.fetch.failed_last = Some(sha256);
        self.fetch.backoff.failed(now, &mut *self.rng);
    }

    /// A newer policy is obeyed: a list that failed under the one before need not fail now.
    pub(super) fn follow_policy(&mut self) {
        self.fetch.backoff.succeeded();
    }
}
