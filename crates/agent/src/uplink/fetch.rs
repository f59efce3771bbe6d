//! Fetches what the policy names by hash, one part at a time and only when nothing else waits: lists of sites, and the files of hash
//! sets. What does not come, or is not what was signed, waits by a back-off of its own: records and pings go on. Parts gather on
//! disk, so that a restart goes on where it was.

use proviso_model::hash_set::SignedHashSetDelivery;
use proviso_model::limits::SITE_LIST_PART_BYTES;
use proviso_model::{Digest, Timestamp};

use super::backoff::Backoff;
use super::{Asked, Transport, Uplink, WireRequest};
use crate::fetched::{FetchedError, Needed};
use crate::policy_keep::KeptPolicy;
use crate::{hash_sets, site_lists};

const PART_BYTES: u64 = SITE_LIST_PART_BYTES as u64;

/// What failed last, and until when to wait.
#[derive(Debug, Default)]
pub(crate) struct Fetch {
    failed_last: Option<Digest>,
    backoff: Backoff,
}

impl Fetch {
    /// When to try again, after a failure.
    pub(super) fn due(&self, now: Timestamp) -> Option<Timestamp> {
        self.backoff.until(now)
    }
}

impl<T: Transport> Uplink<T> {
    /// The request for the next part of what is not here.
    pub(super) fn fetch_request(&mut self, now: Timestamp, nonce: &str) -> Option<(Asked, WireRequest)> {
        let kept = self.keep.policy()?;
        // Each turn either asks for a part, or takes what is whole already and goes on to the next.
        while self.fetch.due(now).is_none() {
            let needed = self.needed(&kept)?;
            let here = self.parts_here(&needed);
            if needed.bytes_max() == (here, true) {
                self.take_whole(now, &kept, &needed);
                continue;
            }
            let path = needed.path(usize::try_from(here / PART_BYTES).unwrap_or(usize::MAX));
            let asked = Asked::Part(needed, here);
            return Some((asked, self.signed("GET", &path, nonce, Vec::new(), &[])));
        }
        None
    }

    /// What to fetch next: what did not fail before others, and what failed last after all, so that nothing keeps the rest out. What is
    /// here and cannot be used is no more to fetch.
    fn needed(&self, kept: &KeptPolicy) -> Option<Needed> {
        let (lists, sets) = (self.keep.lists(), self.keep.hash_sets());
        let lists = lists.missing_ever(&kept.policy).into_iter();
        let lists = lists.map(|missing| (missing.why.is_some(), Needed::SiteList(missing.list.sha256)));
        let sets = sets.missing_ever(&kept.policy).into_iter().filter_map(|missing| {
            Some((missing.why.is_some(), sets.needed(&kept.policy, &missing.list.sha256)?))
        });
        let order = |(has_failed, needed): &(bool, Needed)| {
            (*has_failed, self.fetch.failed_last == Some(needed.named()))
        };
        lists.chain(sets).min_by_key(order).map(|(_, needed)| needed)
    }

    /// How many bytes of whole parts are here.
    fn parts_here(&self, needed: &Needed) -> u64 {
        let Some(name) = name(needed) else { return 0 };
        let (here, (bytes_max, is_exact)) = (self.keep.dir().parts_bytes(&name), needed.bytes_max());
        if is_exact && here == bytes_max { here } else { here / PART_BYTES * PART_BYTES }
    }

    /// One part has come; the last one is shorter than the others, or ends where the force signed that the file does.
    pub(super) fn take_part(&mut self, now: Timestamp, needed: Needed, here: u64, part: &[u8]) {
        // Under the policy obeyed meanwhile it may be wanted no more.
        let Some(kept) = self.keep.policy().filter(|kept| self.needed(kept) == Some(needed)) else { return };
        let Some(name) = name(&needed) else {
            self.take_delivery(now, &kept, &needed, part);
            return;
        };
        let (bytes_max, is_exact) = needed.bytes_max();
        let length = part.len() as u64;
        let whole = here + length;
        let is_last = if is_exact { whole == bytes_max } else { length < PART_BYTES };
        if length > PART_BYTES || whole > bytes_max || (length < PART_BYTES && !is_last) {
            self.drop_parts(&needed);
            let why = "what the server gives is longer than it may be, or shorter than was signed";
            self.fetch_failed(now, &needed, why.to_owned());
            return;
        }
        if let Err(error) = self.keep.dir().parts_add(&name, here, part) {
            self.fetch_failed(now, &needed, error.to_string());
        } else if is_last {
            self.take_whole(now, &kept, &needed);
        }
    }

    fn take_delivery(&mut self, now: Timestamp, kept: &KeptPolicy, needed: &Needed, body: &[u8]) {
        let signed: Result<SignedHashSetDelivery, _> = serde_json::from_slice(body);
        let taken = signed.map_err(|_| FetchedError::Signature).and_then(|signed| {
            self.keep.hash_sets().offer(&kept.policy, &needed.named(), &signed, &self.keep.keys())
        });
        // Perhaps the pack key was changed: newer keys must be certified by the pinned root.
        self.wanted.keys |= matches!(taken, Err(FetchedError::Signature));
        self.took(now, needed, taken);
    }

    fn take_whole(&mut self, now: Timestamp, kept: &KeptPolicy, needed: &Needed) {
        let taken = match needed {
            Needed::SiteList(list) => self.keep.lists().offer(list),
            Needed::SetFile { set, file, about } => {
                self.keep.hash_sets().offer_file(&kept.policy, (set, *file, about))
            }
            Needed::Delivery(_) => return,
        };
        if taken.is_err() {
            self.drop_parts(needed);
        }
        self.took(now, needed, taken);
    }

    fn took(&mut self, now: Timestamp, needed: &Needed, taken: Result<(), FetchedError>) {
        match taken {
            Ok(()) => self.fetch.backoff.succeeded(),
            Err(error) => self.fetch_failed(now, needed, error.to_string()),
        }
    }

    fn drop_parts(&self, needed: &Needed) {
        if let Some(Err(error)) = name(needed).map(|name| self.keep.dir().parts_drop(&name)) {
            tracing::warn!(%error, "parts that are not used stay in the state folder");
        }
    }

    /// Something did not come: it is tried again after a wait, and until then `status` and `doctor` say so.
    pub(super) fn fetch_failed(&mut self, now: Timestamp, needed: &Needed, why: String) {
        let named = needed.named();
        tracing::warn!(list = %named, %why, "what the policy names did not come; it is fetched again");
        match needed {
            Needed::SiteList(_) => self.keep.lists().failed(&named, why),
            Needed::Delivery(_) | Needed::SetFile { .. } => self.keep.hash_sets().failed(&named, why),
        }
        self.fetch.failed_last = Some(named);
        self.fetch.backoff.failed(now, &mut *self.rng);
    }

    /// A newer policy is obeyed: what failed under the one before need not fail now.
    pub(super) fn follow_policy(&mut self) {
        self.fetch.backoff.succeeded();
        self.asking.succeeded();
    }
}

/// The file in which it is kept; none for what comes in one piece.
fn name(needed: &Needed) -> Option<String> {
    match needed {
        Needed::SiteList(list) => Some(site_lists::name(list)),
        Needed::SetFile { set, file, .. } => Some(hash_sets::file_name(set, *file)),
        Needed::Delivery(_) => None,
    }
}
