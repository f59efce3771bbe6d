//! The force's lists of sites that the policy names: kept in the state folder, checked against the hash in the signed policy
//! every time they are read, looked up in memory. A list that is not here keeps nothing else from being watched; that it could
//! not be used is a gap in part, and said by `status` and `doctor`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use proviso_engine::sites::{SiteList, host_of_address};
use proviso_ledger::hash::sha256;
use proviso_model::observation::SiteListed;
use proviso_model::policy::{Policy, SiteListRef};
use proviso_model::{Digest, Fact, Timestamp};

use crate::state_dir::{Readers, StateDir, StateError};

/// `site-list-SHA256.fst`.
const PREFIX: &str = "site-list-";
const SUFFIX: &str = ".fst";

/// Why a list is not used.
#[derive(Debug, thiserror::Error)]
pub enum SiteListError {
    /// Not the bytes that the policy names.
    #[error(
        "what came or lay there does not have the SHA-256 that the signed policy names; it is not used, and is fetched again"
    )]
    OtherHash,
    /// The right bytes, and no list that this version reads.
    #[error("this version cannot read the list that the policy names: {0}; update the agent")]
    Unreadable(String),
    /// A file of the state folder.
    #[error(transparent)]
    State(#[from] StateError),
}

/// A list that the policy names and that is not here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingList {
    /// The list.
    pub list: SiteListRef,
    /// Why, where something went wrong; else it has not come yet.
    pub why: Option<String>,
}

impl MissingList {
    /// In plain words.
    #[must_use]
    pub fn in_words(&self) -> String {
        let pack = &self.list.list;
        let why = self.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        format!("list of sites {} version {} is not here yet{why}", pack.name, pack.version)
    }
}

/// Keeper of the lists; shared by the watch core (looks up) and the uplink (brings them).
pub struct SiteListKeep {
    dir: StateDir,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    ready: BTreeMap<Digest, Arc<SiteList>>,
    faults: BTreeMap<Digest, String>,
}

impl SiteListKeep {
    /// Reads the lists that a policy names. One that is damaged or torn is not used, and is written over when it was fetched again.
    #[must_use]
    pub fn load(dir: &StateDir, policy: Option<&Policy>) -> Self {
        let keep = Self { dir: dir.clone(), held: Mutex::default() };
        for list in policy.map(Policy::site_lists).unwrap_or_default() {
            let sha256 = list.list.sha256;
            match read(dir, &sha256) {
                Ok(Some(ready)) => {
                    keep.with(|held| held.ready.insert(sha256, ready));
                }
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(list = %list.list.name, %error, "a kept list of sites is not used");
                    keep.failed(&sha256, error.to_string());
                }
            }
        }
        keep
    }

    fn with<T>(&self, act: impl FnOnce(&mut Held) -> T) -> T {
        act(&mut self.held.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Drops what a policy does not name, from memory and disk; all of it without a policy.
    pub fn forget_others(&self, policy: Option<&Policy>) {
        let named: Vec<Digest> =
            policy.map(Policy::site_lists).unwrap_or_default().iter().map(|list| list.list.sha256).collect();
        self.with(|held| {
            held.ready.retain(|sha256, _| named.contains(sha256));
            held.faults.retain(|sha256, _| named.contains(sha256));
        });
        let keeps: Vec<String> = named.iter().map(name).collect();
        if let Err(error) = forget_files(&self.dir, &keeps) {
            tracing::warn!(%error, "a list of sites that is no longer named stays in the state folder");
        }
    }

    /// Takes the bytes of a list: checked, made durable, then used.
    ///
    /// # Errors
    /// [`SiteListError`]; nothing is kept then.
    pub fn offer(&self, sha256: &Digest, bytes: Vec<u8>) -> Result<(), SiteListError> {
        let ready = checked(sha256, bytes)?;
        self.dir.write(&name(sha256), Readers::Agent, ready.as_bytes())?;
        self.with(|held| {
            held.faults.remove(sha256);
            held.ready.insert(*sha256, ready);
        });
        Ok(())
    }

    /// Notes why a list did not come.
    pub fn failed(&self, sha256: &Digest, why: String) {
        self.with(|held| held.faults.insert(*sha256, why));
    }

    /// The lists that a policy names for `at` and that are not here.
    #[must_use]
    pub fn missing(&self, policy: &Policy, at: Timestamp) -> Vec<MissingList> {
        self.not_here(policy.site_lists_at(at))
    }

    /// The next list to fetch for a policy: one that did not fail before others, and the one that failed last after all, so that
    /// no list keeps the others out.
    #[must_use]
    pub fn wanted(&self, policy: &Policy, failed_last: Option<Digest>) -> Option<SiteListRef> {
        let order =
            |missing: &MissingList| (missing.why.is_some(), failed_last == Some(missing.list.list.sha256));
        self.not_here(policy.site_lists()).into_iter().min_by_key(order).map(|missing| missing.list)
    }

    fn not_here(&self, named: Vec<&SiteListRef>) -> Vec<MissingList> {
        self.with(|held| {
            let gone = named.into_iter().filter(|list| !held.ready.contains_key(&list.list.sha256));
            gone.map(|list| MissingList {
                list: list.clone(),
                why: held.faults.get(&list.list.sha256).cloned(),
            })
            .collect()
        })
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
            let ready = self.with(|held| held.ready.get(&sha256).map(Arc::clone))?;
            let entry = ready.entry_of_address(url)?;
            Some(SiteListed { list: sha256, host: site.host.clone(), entry })
        };
        named.into_iter().filter_map(found).collect()
    }
}

fn read(dir: &StateDir, sha256: &Digest) -> Result<Option<Arc<SiteList>>, SiteListError> {
    let path = dir.file(&name(sha256));
    match std::fs::read(&path) {
        Ok(bytes) => checked(sha256, bytes).map(Some),
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(StateError::Io { act: "read", path, source }.into()),
    }
}

/// Deletes every list of sites in a state folder.
///
/// # Errors
/// [`StateError`].
pub fn forget_all(dir: &StateDir) -> Result<(), StateError> {
    forget_files(dir, &[])
}

fn forget_files(dir: &StateDir, keeps: &[String]) -> Result<(), StateError> {
    let root = dir.root();
    let failed = |source| StateError::Io { act: "list", path: root.to_owned(), source };
    for entry in std::fs::read_dir(root).map_err(failed)? {
        let file = entry.map_err(failed)?.file_name().to_string_lossy().into_owned();
        // Also what a power cut left half written, `....fst.new`.
        if file.starts_with(PREFIX) && file.contains(SUFFIX) && !keeps.contains(&file) {
            dir.remove(&file)?;
        }
    }
    Ok(())
}

fn name(sha256: &Digest) -> String {
    format!("{PREFIX}{sha256}{SUFFIX}")
}

fn checked(sha: &Digest, bytes: Vec<u8>) -> Result<Arc<SiteList>, SiteListError> {
    if Digest(sha256(&bytes)) != *sha {
        return Err(SiteListError::OtherHash);
    }
    let list = SiteList::from_bytes(bytes).map_err(|error| SiteListError::Unreadable(error.to_string()))?;
    Ok(Arc::new(list))
}
