//! The force's lists of sites that the policy names: kept in the state folder, checked against the hash in the signed policy
//! every time they are read, looked up in memory. A list that is not here keeps nothing else from being watched; that it could
//! not be used is a gap in part, and said by `status` and `doctor`.

use proviso_engine::sites::{SiteList, host_of_address};
use proviso_ledger::hash::sha256;
use proviso_model::observation::SiteListed;
use proviso_model::policy::{Policy, SiteListRef};
use proviso_model::{Digest, Fact, Timestamp};

use crate::fetched::{Fetched, FetchedError, Missing, forget_files};
use crate::state_dir::{Readers, StateDir, StateError, parts_name};

/// `site-list-SHA256.fst`.
const PREFIX: &str = "site-list-";
const SUFFIX: &str = ".fst";

/// Keeper of the lists; shared by the watch core (looks up) and the uplink (brings them).
pub struct SiteListKeep(Fetched<SiteList>);

impl SiteListKeep {
    /// Reads the lists that a policy names. One that is damaged or torn is not used, and is written over when it was fetched again.
    #[must_use]
    pub fn load(dir: &StateDir, policy: Option<&Policy>) -> Self {
        let keep = Fetched::new(dir, PREFIX, "list of sites");
        for list in policy.map(Policy::site_lists).unwrap_or_default() {
            let sha256 = list.list.sha256;
            let read = dir.read(&name(&sha256)).map_err(FetchedError::from);
            keep.load(
                &list.list,
                read.and_then(|bytes| bytes.map(|bytes| checked(&sha256, bytes)).transpose()),
            );
        }
        Self(keep)
    }

    /// Drops what a policy does not name, from memory and disk; all of it without a policy.
    pub fn forget_others(&self, policy: Option<&Policy>) {
        let named: Vec<Digest> =
            policy.map(Policy::site_lists).unwrap_or_default().iter().map(|list| list.list.sha256).collect();
        self.0.forget_others(&named);
    }

    /// Takes a list whose parts are all here: checked, made durable, then used.
    ///
    /// # Errors
    /// [`FetchedError`]; nothing is kept then.
    pub fn offer(&self, sha256: &Digest) -> Result<(), FetchedError> {
        let (dir, name) = (self.0.dir(), name(sha256));
        let bytes = dir.read(&parts_name(&name))?.unwrap_or_default();
        let ready = checked(sha256, bytes)?;
        dir.parts_whole(&name, Readers::Agent)?;
        self.0.put(*sha256, ready);
        Ok(())
    }

    /// Notes why a list did not come.
    pub fn failed(&self, sha256: &Digest, why: String) {
        self.0.failed(sha256, why);
    }

    /// The lists that a policy names for `at` and that are not here.
    #[must_use]
    pub fn missing(&self, policy: &Policy, at: Timestamp) -> Vec<Missing> {
        self.0.missing(policy.site_lists_at(at).into_iter().map(|list| &list.list))
    }

    /// The same at any time.
    #[must_use]
    pub fn missing_ever(&self, policy: &Policy) -> Vec<Missing> {
        self.0.missing(policy.site_lists().into_iter().map(|list| &list.list))
    }

    /// What the lists that a policy names say of a page's address: an entry for each on which one stands, else nothing.
    #[must_use]
    pub fn look_up(&self, policy: &Policy, at: Timestamp, fact: &Fact) -> Vec<SiteListed> {
        let Fact::Page { url, .. } = fact else { return Vec::new() };
        let named = policy.site_lists_at(at);
        if named.is_empty() {
            return Vec::new();
        }
        let Some(site) = host_of_address(url) else { return Vec::new() };
        let found = |list: &SiteListRef| {
            let sha256 = list.list.sha256;
            let entry = self.0.get(&sha256)?.entry_of_address(url)?;
            Some(SiteListed { list: sha256, host: site.host.clone(), entry })
        };
        named.into_iter().filter_map(found).collect()
    }
}

/// Deletes every list of sites in a state folder.
///
/// # Errors
/// [`StateError`].
pub fn forget_all(dir: &StateDir) -> Result<(), StateError> {
    forget_files(dir, PREFIX, &[])
}

/// Where a list lies.
pub(crate) fn name(sha256: &Digest) -> String {
    format!("{PREFIX}{sha256}{SUFFIX}")
}

fn checked(sha: &Digest, bytes: Vec<u8>) -> Result<SiteList, FetchedError> {
    if Digest(sha256(&bytes)) != *sha {
        return Err(FetchedError::OtherHash);
    }
    SiteList::from_bytes(bytes).map_err(|error| FetchedError::Unreadable(error.to_string()))
}
