//! The policy on disk, and the force's keys: checked against the pinned root every time they are read, obeyed offline,
//! replaced only by a higher serial. A policy whose signature does not hold is not obeyed and not stored (invariant 1).

mod past;
mod verify;

use std::sync::{Arc, Mutex, PoisonError};

use proviso_engine::Engine;
use proviso_ledger::seal::CasePublicKey;
use proviso_ledger::sign::VerifyKey;
use proviso_model::ids::DeviceId;
use proviso_model::policy::{Capture, Policy};
use proviso_model::wire::{ForceKeys, ForceKeysStatement, SignedPolicy, TrustFile};
use proviso_model::{Digest, Timestamp};

use crate::hash_sets::HashSetKeep;
use crate::release::{self, RELEASE_NOTE, Release};
use crate::site_lists::SiteListKeep;
use crate::state_dir::{Readers, StateDir, StateError};

pub(crate) use verify::decode_signature;
pub use verify::{verify_delivery, verify_keys, verify_pack, verify_policy};

const TRUST: &str = "trust.json";
const KEYS: &str = "force-keys.json";
const POLICY: &str = "policy.json";
/// The keys under which the policy on disk was taken, once the force has changed its keys since.
const POLICY_KEYS: &str = "policy-keys.json";

/// Why a policy or the force's keys are not obeyed.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// A signature does not hold.
    #[error(
        "the signature of {0} does not hold; nothing was changed. Tell the force: the server may be misconfigured or forged"
    )]
    Signature(&'static str),
    /// It is for somebody else.
    #[error("{0} is for another {1}; nothing was changed")]
    Stranger(&'static str, &'static str),
    /// An older one than is known.
    #[error("{what} has number {offered}, and {known} is already known; an older one is never taken")]
    Older {
        /// What.
        what: &'static str,
        /// Its number.
        offered: u64,
        /// The number known.
        known: u64,
    },
    /// Signed with keys that had lapsed.
    #[error(
        "the policy was made after the force's keys had lapsed; nothing was changed. The force must renew its keys"
    )]
    Lapsed,
    /// It cannot be read.
    #[error("{0} cannot be read: {1}")]
    Shape(&'static str, String),
    /// The engine refuses it.
    #[error("this version cannot obey the policy: {0}; update the agent")]
    Engine(String),
    /// A file of the state folder.
    #[error(transparent)]
    State(#[from] StateError),
    /// No trust file is kept.
    #[error(
        "the pinned trust file is missing from the state folder; enrol again (docs/agent.md, \"Enrol again\")"
    )]
    NoTrust,
}

/// The force's keys after their check.
pub struct CheckedKeys {
    /// What the root certified.
    pub statement: ForceKeysStatement,
    /// The root that certified it: the pinned one, or the one that it handed over to.
    pub root_key: VerifyKey,
    /// Signs policies.
    pub policy_key: VerifyKey,
    /// Signs checkpoints and the time.
    pub checkpoint_key: VerifyKey,
}

/// A policy after its check, ready to be obeyed.
pub struct KeptPolicy {
    /// The policy.
    pub policy: Policy,
    /// Hash of its exact bytes.
    pub hash: [u8; 32],
    /// The engine over it.
    pub engine: Engine,
    /// The engine over the same policy with words on trial.
    pub tried: Option<Engine>,
    /// What records are sealed to.
    pub case_key: CasePublicKey,
}

impl KeptPolicy {
    /// What may be captured at `at`. Nothing once the policy as a whole has run out.
    #[must_use]
    pub fn capture_at(&self, at: Timestamp) -> Capture {
        if at >= self.policy.expires_at { Capture::default() } else { self.policy.capture_at(at) }
    }

    /// Whether anything is to be watched at some time from `from` to `until`.
    #[must_use]
    pub fn asks_between(&self, from: Timestamp, until: Timestamp) -> bool {
        let until_max = until.min(self.policy.expires_at);
        let in_a_pause = self.policy.paused_at(from).is_some_and(|pause| pause.covers(until_max));
        if in_a_pause {
            return false;
        }
        self.policy
            .conditions
            .iter()
            .any(|condition| condition.valid_from <= until_max && from < condition.valid_until.min(until_max))
            || !self.capture_at(from).is_nothing()
    }

    /// The first instant after `from` and up to `until` at which something else than `capture` is to be watched.
    #[must_use]
    pub fn change_between(&self, from: Timestamp, until: Timestamp, capture: &Capture) -> Option<Timestamp> {
        let windows = self.policy.conditions.iter();
        let edges = windows.flat_map(|condition| [condition.valid_from, condition.valid_until]);
        let pauses = self.policy.pauses.iter();
        edges
            .chain(pauses.flat_map(|pause| [Some(pause.from), pause.until].into_iter().flatten()))
            .chain([self.policy.expires_at])
            .filter(|edge| from < *edge && *edge <= until && self.capture_at(*edge) != *capture)
            .min()
    }

    /// The hash as the model writes it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest(self.hash)
    }
}

struct Held {
    keys: Arc<CheckedKeys>,
    policy: Option<Arc<KeptPolicy>>,
    /// Why there is no policy, in words.
    fault: Option<String>,
    /// The order is over and the policy was given up for good.
    released: Option<Release>,
}

/// Keeper of the policy; shared by the watch core (obeys it) and the uplink (brings newer ones).
pub struct PolicyKeep {
    dir: StateDir,
    trust: TrustFile,
    device: DeviceId,
    lists: SiteListKeep,
    hash_sets: HashSetKeep,
    held: Mutex<Held>,
}

impl PolicyKeep {
    /// Reads and checks what is on disk. A policy that does not hold leaves the keep without one, which is a gap and not
    /// an error: the server can bring a good one.
    ///
    /// # Errors
    /// [`PolicyError`] when the trust file or the force's keys are missing or do not hold.
    pub fn load(dir: &StateDir, device: DeviceId) -> Result<Self, PolicyError> {
        let trust: TrustFile = dir.read_json(TRUST)?.ok_or(PolicyError::NoTrust)?;
        let keys: ForceKeys = dir.read_json(KEYS)?.ok_or(PolicyError::NoTrust)?;
        let keys = Arc::new(verify_keys(&trust, &keys)?);
        let released = release::released(dir)?;
        let (policy, fault) = match read_policy(dir, &trust, &keys, device) {
            _ if released.is_some() => (None, Some(RELEASE_NOTE.to_owned())),
            Ok(policy) => (Some(Arc::new(policy)), None),
            Err(error) => (None, Some(error.to_string())),
        };
        let named = policy.as_ref().map(|kept| &kept.policy);
        let lists = SiteListKeep::load(dir, named);
        let hash_sets = HashSetKeep::load(dir, named, &keys);
        let held = Mutex::new(Held { keys, policy, fault, released });
        Ok(Self { dir: dir.clone(), trust, device, lists, hash_sets, held })
    }

    /// Stores what enrolment brought, after its check.
    ///
    /// # Errors
    /// [`PolicyError`]; nothing is written unless all of it holds.
    pub fn first(
        dir: &StateDir,
        trust: &TrustFile,
        keys: &ForceKeys,
        signed: &SignedPolicy,
        device: DeviceId,
    ) -> Result<Self, PolicyError> {
        let checked = verify_keys(trust, keys)?;
        let policy = verify_policy(trust, &checked, signed, device)?;
        dir.write_json(TRUST, Readers::Agent, trust)?;
        dir.write_json(KEYS, Readers::Agent, keys)?;
        dir.write_json(POLICY, Readers::Agent, signed)?;
        Ok(Self {
            dir: dir.clone(),
            trust: trust.clone(),
            device,
            lists: SiteListKeep::load(dir, None),
            hash_sets: HashSetKeep::load(dir, None, &checked),
            held: Mutex::new(Held {
                keys: Arc::new(checked),
                policy: Some(Arc::new(policy)),
                fault: None,
                released: None,
            }),
        })
    }

    /// The policy to obey; `None` when none holds.
    #[must_use]
    pub fn policy(&self) -> Option<Arc<KeptPolicy>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).policy.clone()
    }

    /// Why there is no policy.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).fault.clone()
    }

    /// The force's keys.
    #[must_use]
    pub fn keys(&self) -> Arc<CheckedKeys> {
        Arc::clone(&self.held.lock().unwrap_or_else(PoisonError::into_inner).keys)
    }

    /// The lists of sites that the policy names.
    #[must_use]
    pub fn lists(&self) -> &SiteListKeep {
        &self.lists
    }

    /// The hash sets that the policy names.
    #[must_use]
    pub fn hash_sets(&self) -> &HashSetKeep {
        &self.hash_sets
    }

    /// Drops the lists and sets that the policy obeyed does not name, from memory and disk.
    pub fn forget_unnamed(&self) {
        let kept = self.policy();
        let policy = kept.as_ref().map(|kept| &kept.policy);
        self.lists.forget_others(policy);
        self.hash_sets.forget_others(policy);
    }

    /// The state folder.
    #[must_use]
    pub fn dir(&self) -> &StateDir {
        &self.dir
    }

    /// The pinned trust file.
    #[must_use]
    pub fn trust(&self) -> &TrustFile {
        &self.trust
    }

    /// Serial of the policy obeyed; 0 without one.
    #[must_use]
    pub fn serial(&self) -> u64 {
        self.policy().map_or(0, |kept| kept.policy.serial)
    }

    /// What was released, once the policy was given up for good.
    #[must_use]
    pub fn released(&self) -> Option<Release> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).released
    }

    /// Gives up the policy for good; nothing is obeyed again before a new enrolment.
    ///
    /// # Errors
    /// [`PolicyError::State`]; tried again, it goes on.
    pub fn release(&self, release: Release) -> Result<(), PolicyError> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        release::drop_policy(&self.dir, &release)?;
        held.policy = None;
        held.fault = Some(RELEASE_NOTE.to_owned());
        held.released = Some(release);
        Ok(())
    }

    /// Takes a newer policy: checked, made durable, then obeyed. `false` when it is the one already obeyed.
    ///
    /// # Errors
    /// [`PolicyError`]; the old policy then stays.
    pub fn offer(&self, signed: &SignedPolicy) -> Result<bool, PolicyError> {
        if self.released().is_some() {
            return Ok(false);
        }
        let keys = self.keys();
        let fresh = verify_policy(&self.trust, &keys, signed, self.device)?;
        if let Some(known) = self.policy() {
            if fresh.hash == known.hash {
                return Ok(false);
            }
            if fresh.policy.serial <= known.policy.serial {
                return Err(PolicyError::Older {
                    what: "the policy",
                    offered: fresh.policy.serial,
                    known: known.policy.serial,
                });
            }
        }
        self.keep_past()?;
        self.dir.write_json(POLICY, Readers::Agent, signed)?;
        {
            let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
            held.policy = Some(Arc::new(fresh));
            held.fault = None;
        }
        self.forget_unnamed();
        Ok(true)
    }

    /// Takes newer force keys, certified by the pinned root or the one that it handed over to. The policy obeyed stays in
    /// force until one signed with the new keys comes: a change of keys is no gap.
    ///
    /// # Errors
    /// [`PolicyError`]; the old keys then stay.
    pub fn offer_keys(&self, keys: &ForceKeys) -> Result<(), PolicyError> {
        let fresh = verify_keys(&self.trust, keys)?;
        let known = self.keys().statement.version;
        if fresh.statement.version < known {
            return Err(PolicyError::Older {
                what: "the force's key statement",
                offered: fresh.statement.version,
                known,
            });
        }
        let (signed, old): (Option<SignedPolicy>, Option<ForceKeys>) =
            (self.dir.read_json(POLICY)?, self.dir.read_json(KEYS)?);
        if let (Some(signed), Some(old)) = (signed, old)
            && verify_policy(&self.trust, &self.keys(), &signed, self.device).is_ok()
            && verify_policy(&self.trust, &fresh, &signed, self.device).is_err()
        {
            self.dir.write_json(POLICY_KEYS, Readers::Agent, &old)?;
        }
        self.dir.write_json(KEYS, Readers::Agent, keys)?;
        self.held.lock().unwrap_or_else(PoisonError::into_inner).keys = Arc::new(fresh);
        Ok(())
    }
}

fn read_policy(
    dir: &StateDir,
    trust: &TrustFile,
    keys: &CheckedKeys,
    device: DeviceId,
) -> Result<KeptPolicy, PolicyError> {
    let signed: Option<SignedPolicy> = dir.read_json(POLICY)?;
    let signed =
        signed.ok_or_else(|| PolicyError::Shape("the policy", "there is none on disk".to_owned()))?;
    match (verify_policy(trust, keys, &signed, device), dir.read_json::<ForceKeys>(POLICY_KEYS)?) {
        (Err(PolicyError::Signature(_)), Some(older)) => {
            verify_policy(trust, &verify_keys(trust, &older)?, &signed, device)
        }
        (checked, _) => checked,
    }
}
