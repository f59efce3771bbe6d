//! What a policy names by hash and a device fetches: which of it is ready, and why the rest is not. Its files lie in the state folder
//! under a prefix and that hash; one that comes in parts ends in `.part` until all of it is there and was compared.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use proviso_model::Digest;
use proviso_model::hash_set::{FileRef, HashSetFile, hash_set_part_path, hash_set_path};
use proviso_model::limits::SITE_LIST_BYTES_MAX;
use proviso_model::policy::PackRef;
use proviso_model::site_list::site_list_path;

use crate::state_dir::{StateDir, StateError};

/// Why something is not used.
#[derive(Debug, thiserror::Error)]
pub enum FetchedError {
    /// Not the bytes that were signed.
    #[error(
        "what came or lay there does not have the SHA-256 that the force signed; it is not used, and is fetched again"
    )]
    OtherHash,
    /// The right bytes, and nothing that this version reads.
    #[error("this version cannot read what the policy names: {0}; update the agent")]
    Unreadable(String),
    /// What the force says of it.
    #[error("what the server says of it is not signed by the force's pack key, or is of another list")]
    Signature,
    /// A file of the state folder.
    #[error(transparent)]
    State(#[from] StateError),
}

/// One that a policy names and that is not here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// What kind of list it is, in words.
    pub kind: &'static str,
    /// Which.
    pub list: PackRef,
    /// Why, where something went wrong; else it has not come yet.
    pub why: Option<String>,
}

impl Missing {
    /// In plain words.
    #[must_use]
    pub fn in_words(&self) -> String {
        let why = self.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        format!("{} {} version {} is not here yet{why}", self.kind, self.list.name, self.list.version)
    }
}

/// What the server is to be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needed {
    /// A list of sites.
    SiteList(Digest),
    /// What the force says of a hash set's files.
    Delivery(Digest),
    /// A file of a hash set.
    SetFile {
        /// The set.
        set: Digest,
        /// Which file.
        file: HashSetFile,
        /// What was signed of it.
        about: FileRef,
    },
}

impl Needed {
    /// The hash under which the policy names what it belongs to.
    #[must_use]
    pub fn named(&self) -> Digest {
        match self {
            Self::SiteList(named) | Self::Delivery(named) | Self::SetFile { set: named, .. } => *named,
        }
    }

    /// Where the server gives a part of it.
    #[must_use]
    pub fn path(&self, part: usize) -> String {
        match self {
            Self::SiteList(list) => site_list_path(list, part),
            Self::Delivery(set) => hash_set_path(set),
            Self::SetFile { set, file, .. } => hash_set_part_path(set, *file, part),
        }
    }

    /// How many bytes it may have at most, and whether it must have exactly so many.
    #[must_use]
    pub fn bytes_max(&self) -> (u64, bool) {
        match self {
            Self::SetFile { about, .. } => (about.bytes, true),
            Self::SiteList(_) | Self::Delivery(_) => (SITE_LIST_BYTES_MAX as u64, false),
        }
    }
}

/// What is ready of one kind, by hash; shared by the watch core (looks up) and the uplink (brings).
pub struct Fetched<T> {
    dir: StateDir,
    prefix: &'static str,
    kind: &'static str,
    held: Mutex<Held<T>>,
}

struct Held<T> {
    ready: BTreeMap<Digest, Arc<T>>,
    faults: BTreeMap<Digest, String>,
}

impl<T> Fetched<T> {
    /// Nothing is ready yet. `prefix` begins the names of its files; `kind` says in words what it is.
    #[must_use]
    pub fn new(dir: &StateDir, prefix: &'static str, kind: &'static str) -> Self {
        let held = Held { ready: BTreeMap::new(), faults: BTreeMap::new() };
        Self { dir: dir.clone(), prefix, kind, held: Mutex::new(held) }
    }

    /// The state folder.
    #[must_use]
    pub fn dir(&self) -> &StateDir {
        &self.dir
    }

    fn with<R>(&self, act: impl FnOnce(&mut Held<T>) -> R) -> R {
        act(&mut self.held.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// One that is ready.
    #[must_use]
    pub fn get(&self, named: &Digest) -> Option<Arc<T>> {
        self.with(|held| held.ready.get(named).map(Arc::clone))
    }

    /// Takes one into use.
    pub fn put(&self, named: Digest, ready: T) {
        self.with(|held| {
            held.faults.remove(&named);
            held.ready.insert(named, Arc::new(ready));
        });
    }

    /// Takes one out of use; its files stay.
    pub fn drop(&self, named: &Digest) {
        self.with(|held| held.ready.remove(named));
    }

    /// Takes what was read from the state folder at the start into use, where it is there and holds.
    pub fn load(&self, list: &PackRef, read: Result<Option<T>, FetchedError>) {
        match read {
            Ok(Some(ready)) => self.put(list.sha256, ready),
            Ok(None) => {}
            Err(error) => {
                tracing::warn!(list = %list.name, %error, "a kept {} is not used", self.kind);
                self.failed(&list.sha256, error.to_string());
            }
        }
    }

    /// Notes why one did not come.
    pub fn failed(&self, named: &Digest, why: String) {
        self.with(|held| held.faults.insert(*named, why));
    }

    /// Those of `named` that are not here.
    #[must_use]
    pub fn missing<'n>(&self, named: impl IntoIterator<Item = &'n PackRef>) -> Vec<Missing> {
        self.with(|held| {
            let gone = named.into_iter().filter(|list| !held.ready.contains_key(&list.sha256));
            gone.map(|list| Missing {
                kind: self.kind,
                list: list.clone(),
                why: held.faults.get(&list.sha256).cloned(),
            })
            .collect()
        })
    }

    /// Drops all but those named, from memory and disk.
    pub fn forget_others(&self, named: &[Digest]) {
        self.with(|held| {
            held.ready.retain(|sha256, _| named.contains(sha256));
            held.faults.retain(|sha256, _| named.contains(sha256));
        });
        if let Err(error) = forget_files(&self.dir, self.prefix, named) {
            tracing::warn!(%error, "a {} that is no longer named stays in the state folder", self.kind);
        }
    }
}

/// Deletes the files of one kind but those named, also what a power cut left half written.
///
/// # Errors
/// [`StateError`].
pub fn forget_files(dir: &StateDir, prefix: &str, named: &[Digest]) -> Result<(), StateError> {
    let root = dir.root();
    let failed = |source| StateError::Io { act: "list", path: root.to_owned(), source };
    for entry in std::fs::read_dir(root).map_err(failed)? {
        let file = entry.map_err(failed)?.file_name().to_string_lossy().into_owned();
        let Some(rest) = file.strip_prefix(prefix) else { continue };
        let of = rest.get(..2 * size_of::<Digest>()).and_then(Digest::parse);
        if of.is_none_or(|of| !named.contains(&of)) {
            dir.remove(&file)?;
        }
    }
    Ok(())
}
