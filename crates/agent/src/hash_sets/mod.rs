//! The force's hash sets that the policy names, as a device has them: a key, a filter over digests keyed with it, and the index of PDQ
//! hashes where the force lets that lie on devices. Where the filter says "perhaps" the server is asked with the keyed digest; until it
//! has answered the picture waits. A set that is not here keeps nothing else from being watched; it is a gap in part.

mod device_set;
mod questions;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::sync::{Mutex, PoisonError};

use proviso_ledger::hash::sha256_of;
use proviso_model::hash_set::{FileRef, HashSetDelivery, HashSetFile, SignedHashSetDelivery};
use proviso_model::observation::{ListedHow, PictureListed};
use proviso_model::policy::{HashSetRef, PackRef, Policy};
use proviso_model::{Digest, Fact, Observation, PictureSeen, Timestamp};

use crate::fetched::{Fetched, FetchedError, Missing, Needed, forget_files};
use crate::policy_keep::{CheckedKeys, KeptPolicy, verify_delivery};
use crate::state_dir::{Readers, StateDir, StateError, parts_name};

use device_set::{DeviceSet, Look};
pub use questions::{Answer, Questions};

/// `hash-set-SHA256.json`, `.filter` and `.near`; the hash is that of the set's file on the server.
const PREFIX: &str = "hash-set-";

/// Keeper of the sets; shared by whoever looks pictures up and the uplink, which brings them and asks.
pub struct HashSetKeep {
    sets: Fetched<DeviceSet>,
    /// What the force says of the files of each set, its signature checked.
    deliveries: Mutex<BTreeMap<Digest, HashSetDelivery>>,
    /// Files that lie in the state folder and are not what was signed: fetched again, and put in their place then.
    damaged: Mutex<BTreeSet<String>>,
    questions: Questions,
}

/// What is known of a picture after a look into the sets that are here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LookedUp {
    /// Entries that are the same, or alike.
    pub listed: Vec<PictureListed>,
    /// What the server must be asked before more is known.
    pub asks: Vec<proviso_model::hash_set::HashSetQuestion>,
    /// A set of which a condition speaks has the very file.
    pub has_the_file: bool,
}

impl HashSetKeep {
    /// Makes the sets that a policy names ready, as far as their files are here and hold. Each file is read whole, to compare its hash.
    #[must_use]
    pub fn load(dir: &StateDir, policy: Option<&Policy>, keys: &CheckedKeys) -> Self {
        let keep = Self {
            sets: Fetched::new(dir, PREFIX, "list of pictures"),
            deliveries: Mutex::default(),
            damaged: Mutex::default(),
            questions: Questions::default(),
        };
        for set in policy.map(Policy::hash_sets).unwrap_or_default() {
            keep.sets.load(&set.set, keep.read(set, keys));
        }
        keep
    }

    fn read(&self, set: &HashSetRef, keys: &CheckedKeys) -> Result<Option<DeviceSet>, FetchedError> {
        let (dir, sha256) = (self.sets.dir(), set.set.sha256);
        let signed: Option<SignedHashSetDelivery> = match dir.read_json(&json_name(&sha256)) {
            // A torn one is fetched again.
            Err(StateError::Damaged { .. }) => None,
            read => read?,
        };
        let Some(signed) = signed else { return Ok(None) };
        let delivery = verify_delivery(keys, &sha256, &signed)?;
        if self.take_delivery(set, delivery)? { self.open(set) } else { Err(FetchedError::OtherHash) }
    }

    /// Files that lie here already are compared with what was signed. `false` where one is another: it is fetched again.
    fn take_delivery(&self, set: &HashSetRef, delivery: HashSetDelivery) -> Result<bool, StateError> {
        let (dir, sha256) = (self.sets.dir(), set.set.sha256);
        let files = files(&delivery, set);
        self.with(|deliveries| deliveries.insert(sha256, delivery));
        let mut all_hold = true;
        for (file, about) in files {
            let name = file_name(&sha256, file);
            if dir.file(&name).exists() && !has_hash(dir, &name, &about)? {
                all_hold = false;
                self.with_damaged(|damaged| damaged.insert(name));
            }
        }
        Ok(all_hold)
    }

    fn with<R>(&self, act: impl FnOnce(&mut BTreeMap<Digest, HashSetDelivery>) -> R) -> R {
        act(&mut self.deliveries.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn with_damaged<R>(&self, act: impl FnOnce(&mut BTreeSet<String>) -> R) -> R {
        act(&mut self.damaged.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether a file is here, and not known to be another.
    fn is_here(&self, set: &Digest, file: HashSetFile) -> bool {
        let name = file_name(set, file);
        self.sets.dir().file(&name).exists() && !self.with_damaged(|damaged| damaged.contains(&name))
    }

    fn delivery(&self, set: &Digest) -> Option<HashSetDelivery> {
        self.with(|deliveries| deliveries.get(set).cloned())
    }

    /// The set, once all its files are here.
    fn open(&self, set: &HashSetRef) -> Result<Option<DeviceSet>, FetchedError> {
        let sha256 = set.set.sha256;
        let Some(delivery) = self.delivery(&sha256) else { return Ok(None) };
        let (dir, files) = (self.sets.dir(), files(&delivery, set));
        let path = |file| dir.file(&file_name(&sha256, file));
        if files.iter().any(|(file, _)| !self.is_here(&sha256, *file)) {
            return Ok(None);
        }
        let near = (files.len() > 1).then(|| path(HashSetFile::Near));
        let filter = path(HashSetFile::Filter);
        DeviceSet::open(delivery.key.0, set.device_ok, &filter, near.as_deref()).map(Some)
    }

    /// What is to be fetched of a set before it can be used.
    #[must_use]
    pub fn needed(&self, policy: &Policy, set: &Digest) -> Option<Needed> {
        let named = named(policy, set)?;
        let Some(delivery) = self.delivery(set) else { return Some(Needed::Delivery(*set)) };
        let file = files(&delivery, named).into_iter().find(|(file, _)| !self.is_here(set, *file));
        file.map(|(file, about)| Needed::SetFile { set: *set, file, about })
    }

    /// Takes what the force says of a set's files: checked, made durable, then the files are fetched. A set without any is ready.
    ///
    /// # Errors
    /// [`FetchedError`]; nothing is kept then.
    pub fn offer(
        &self,
        policy: &Policy,
        set: &Digest,
        signed: &SignedHashSetDelivery,
        keys: &CheckedKeys,
    ) -> Result<(), FetchedError> {
        let delivery = verify_delivery(keys, set, signed)?;
        self.sets.dir().write_json(&json_name(set), Readers::Agent, signed)?;
        if let Some(named) = named(policy, set) {
            self.take_delivery(named, delivery)?;
        }
        self.use_if_whole(policy, set)
    }

    /// Takes a file of a set whose parts are all here: checked, made durable, and the set is used once all its files are.
    ///
    /// # Errors
    /// [`FetchedError`]; the file is not kept then.
    pub fn offer_file(
        &self,
        policy: &Policy,
        (set, file, about): (&Digest, HashSetFile, &FileRef),
    ) -> Result<(), FetchedError> {
        let (dir, name) = (self.sets.dir(), file_name(set, file));
        if !has_hash(dir, &parts_name(&name), about)? {
            return Err(FetchedError::OtherHash);
        }
        dir.parts_whole(&name, Readers::Agent)?;
        self.with_damaged(|damaged| damaged.remove(&name));
        self.use_if_whole(policy, set)
    }

    fn use_if_whole(&self, policy: &Policy, set: &Digest) -> Result<(), FetchedError> {
        let ready = named(policy, set).map(|named| self.open(named)).transpose()?.flatten();
        let Some(ready) = ready else { return Ok(()) };
        self.sets.put(*set, ready);
        self.questions.wake();
        Ok(())
    }

    /// Drops what a policy does not name, from memory and disk; all of it without a policy. Whoever waits looks again.
    pub fn forget_others(&self, policy: Option<&Policy>) {
        let sets = policy.map(Policy::hash_sets).unwrap_or_default();
        let named: Vec<Digest> = sets.iter().map(|set| set.set.sha256).collect();
        self.sets.forget_others(&named);
        self.with(|deliveries| deliveries.retain(|set, _| named.contains(set)));
        sets.into_iter().for_each(|set| self.follow(set));
        self.questions.forget_others(&named);
    }

    /// The force has decided anew whether PDQ hashes of a set may lie on devices: what it says of the files is fetched again.
    fn follow(&self, set: &HashSetRef) {
        let sha256 = set.set.sha256;
        if self.sets.get(&sha256).is_none_or(|ready| ready.device_ok == set.device_ok) {
            return;
        }
        self.sets.drop(&sha256);
        self.with(|deliveries| deliveries.remove(&sha256));
        for name in [json_name(&sha256), file_name(&sha256, HashSetFile::Near)] {
            if let Err(error) = self.sets.dir().remove(&name) {
                tracing::warn!(%error, "PDQ hashes of a list stay in the state folder");
            }
        }
    }

    /// Notes why a set did not come.
    pub fn failed(&self, set: &Digest, why: String) {
        self.sets.failed(set, why);
    }

    /// The sets that a policy names for `at` and that are not here.
    #[must_use]
    pub fn missing(&self, policy: &Policy, at: Timestamp) -> Vec<Missing> {
        self.sets.missing(packs(&policy.hash_sets_at(at)))
    }

    /// The same at any time.
    #[must_use]
    pub fn missing_ever(&self, policy: &Policy) -> Vec<Missing> {
        self.sets.missing(packs(&policy.hash_sets()))
    }

    /// What the server is to be asked, and what it answered.
    #[must_use]
    pub fn questions(&self) -> &Questions {
        &self.questions
    }

    /// Looks a picture up in the sets that a policy names for when it was shown and that are here; not at all where no condition may
    /// say anything of it, so that nobody is asked about what is shielded or allowed. May read from the disk.
    #[must_use]
    pub fn look_up(&self, kept: &KeptPolicy, shown: &Observation, seen: &PictureSeen) -> LookedUp {
        let mut found = LookedUp::default();
        let Fact::Picture(picture) = &shown.fact else { return found };
        if !kept.engine.may_speak(shown) {
            return found;
        }
        for named in kept.policy.hash_sets_at(shown.observed_at) {
            let set = named.set.sha256;
            let Some(ready) = self.sets.get(&set) else { continue };
            match ready.look_up(set, picture, seen, &self.questions) {
                Look::Listed(listed) => {
                    let is_the_file = matches!(listed.how, ListedHow::Sha256 | ListedHow::Md5);
                    found.has_the_file |= is_the_file && kept.engine.speaks_of(shown, &set);
                    found.listed.push(listed);
                }
                Look::Asks(question) => found.asks.push(question),
                Look::Nothing => {}
            }
        }
        found
    }
}

/// Deletes everything of hash sets in a state folder.
///
/// # Errors
/// [`StateError`].
pub fn forget_all(dir: &StateDir) -> Result<(), StateError> {
    forget_files(dir, PREFIX, &[])
}

fn named<'p>(policy: &'p Policy, set: &Digest) -> Option<&'p HashSetRef> {
    policy.hash_sets().into_iter().find(|named| named.set.sha256 == *set)
}

fn packs<'p>(sets: &[&'p HashSetRef]) -> Vec<&'p PackRef> {
    sets.iter().map(|set| &set.set).collect()
}

/// The files of a set that a device has. PDQ hashes only where the signed policy says so too.
fn files(delivery: &HashSetDelivery, set: &HashSetRef) -> Vec<(HashSetFile, FileRef)> {
    let near = delivery.near.filter(|_| set.device_ok).map(|about| (HashSetFile::Near, about));
    std::iter::once((HashSetFile::Filter, delivery.filter)).chain(near).collect()
}

fn json_name(set: &Digest) -> String {
    format!("{PREFIX}{set}.json")
}

/// Where a file of a set lies.
pub(crate) fn file_name(set: &Digest, file: HashSetFile) -> String {
    let end = match file {
        HashSetFile::Filter => "filter",
        HashSetFile::Near => "near",
    };
    format!("{PREFIX}{set}.{end}")
}

/// Whether a file of the state folder is the one that was signed. Reads it whole.
fn has_hash(dir: &StateDir, name: &str, about: &FileRef) -> Result<bool, StateError> {
    let path = dir.file(name);
    let hash = || sha256_of(&mut File::open(&path)?);
    let found = hash().map_err(|source| StateError::Io { act: "read", path: path.clone(), source })?;
    Ok(Digest(found) == about.sha256)
}
