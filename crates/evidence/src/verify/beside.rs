//! What others were shown of the force's log, beside the log of the bundle: a log that was rewritten since cannot continue it.

use proviso_ledger::{Checkpoint, VerifyKey, merkle};
use proviso_model::Digest;
use proviso_model::wire::{ForceKeysStatement, TrustFile};

use super::facts::{Facts, Keys, found};
use super::signed::{count, keys_of};
use super::{Check, CheckState, Found, Trouble, log, signed};
use crate::container::{Contents, Source};
use crate::format::{EarlierLog, WITNESS_FORMAT, WitnessHeader, WitnessLine};

const EARLIER: &str = "earlier";
const WITNESS: &str = "witness";

/// Something from elsewhere that holds a signed state of the force's log.
#[derive(Clone, Copy)]
pub enum Beside<'a> {
    /// A bundle of the same force, made at another time.
    Bundle {
        /// For sentences.
        name: &'a str,
        /// The file.
        source: &'a dyn Source,
    },
    /// A witness file (`docs/witness-format.md`).
    Witness {
        /// For sentences.
        name: &'a str,
        /// The file.
        bytes: &'a [u8],
    },
}

impl Beside<'_> {
    pub(super) fn check(&self) -> &'static str {
        match self {
            Self::Bundle { .. } => EARLIER,
            Self::Witness { .. } => WITNESS,
        }
    }
}

/// Whether a check of this kind was asked for and could not be made.
pub(super) fn is_undecided(check: &Check) -> bool {
    [EARLIER, WITNESS].contains(&check.name) && check.state == CheckState::NotDone
}

/// A state of the log: size and root.
type State = (u64, [u8; 32]);

/// Compares the bundle's log with what the other one shows of it.
pub(super) fn compare(facts: &Facts<'_>, other: &Beside<'_>) -> Found {
    let ours = Ours {
        trust: facts.trust.as_ref(),
        keys: found(&facts.keys, "force-keys")?,
        root: found(&facts.root, "trust")?,
        checkpoint: found(&facts.checkpoint, "checkpoint")?,
        earlier: found(&facts.earlier, "consistency")?,
    };
    match *other {
        Beside::Bundle { name, source } => ours.with_bundle(facts, name, source),
        Beside::Witness { name, bytes } => ours.with_witness(name, bytes),
    }
}

struct Ours<'a> {
    trust: Option<&'a TrustFile>,
    keys: &'a Keys,
    root: &'a VerifyKey,
    checkpoint: &'a Checkpoint,
    earlier: &'a [EarlierLog],
}

impl Ours<'_> {
    fn with_bundle(&self, facts: &Facts<'_>, name: &str, source: &dyn Source) -> Found {
        let unusable = |why: String| Trouble::Undecided(format!("{name} cannot be compared with: {why}"));
        let contents = Contents::open(source).map_err(|error| unusable(error.to_string()))?;
        let mut theirs = Facts::new(contents, facts.trust.clone());
        for check in [signed::root, signed::force_keys, log::checkpoint, log::consistency] {
            check(&mut theirs).map_err(|trouble| match trouble {
                Trouble::Fails(says) | Trouble::Undecided(says) => unusable(says),
                Trouble::NotReached(check) => unusable(format!("its check \"{check}\" fails.")),
            })?;
        }
        let keys = found(&theirs.keys, "force-keys")?;
        // With a key file both were held against it, each through the hand-overs of the root that it brings.
        let same_root = self.trust.is_some() || theirs.root.as_ref() == Some(self.root);
        self.same_log(name, same_root, &keys.statement)?;
        let their = found(&theirs.checkpoint, "checkpoint")?;
        let (size, their_size) = (self.checkpoint.size, their.size);
        let proof_from = |size: u64| move |earlier: &&EarlierLog| earlier.size == size;
        // The later of the two names the earlier state that it continues.
        let decided = if their_size < size {
            let named = self.earlier.iter().find(proof_from(their_size)).map(|named| named.root.0);
            named.map(|root| (their_size, root == their.root))
        } else if their_size > size {
            let earlier = found(&theirs.earlier, "consistency")?;
            let named = earlier.iter().find(proof_from(size)).map(|named| named.root.0);
            named.map(|root| (size, root == self.checkpoint.root))
        } else {
            Some((size, their.root == self.checkpoint.root))
        };
        match decided {
            Some((_, true)) => Ok(format!("One log with {name}, which shows it with {their_size} entries.")),
            Some((at, false)) => Err(rewritten(name, at)),
            None => Err(Trouble::Undecided(format!(
                "{name} shows the log with {their_size} entries and this bundle with {size}, and neither proves that it continues \
                 the other. Ask the force for this bundle with --prove-from {their_size}."
            ))),
        }
    }

    fn with_witness(&self, name: &str, bytes: &[u8]) -> Found {
        let states = self.witnessed(name, bytes)?;
        let (size, root) = (self.checkpoint.size, self.checkpoint.root);
        let named = |at: u64| {
            let own = (at == size).then_some(root);
            own.or_else(|| {
                self.earlier.iter().find(|earlier| earlier.size == at).map(|earlier| earlier.root.0)
            })
        };
        if let Some((at, _)) = states.iter().find(|(at, seen)| named(*at).is_some_and(|root| root != *seen)) {
            return Err(rewritten(name, *at));
        }
        // The witness's own states continue each other, so the largest one that is compared stands for those before it.
        let compared = states.iter().rposition(|(at, _)| named(*at).is_some());
        let own = states.iter().any(|(at, _)| *at == size);
        let below = states.iter().filter(|(at, _)| *at < size).count();
        let decided = if own { states.len() } else { compared.map_or(0, |place| place + 1) };
        if decided == states.len() {
            return Ok(format!(
                "One log with {name}, which holds {} of it.",
                count(states.len(), "signed state", "signed states")
            ));
        }
        let sizes = states.get(decided..below).unwrap_or_default().last().or(states.last());
        let (at, _) = sizes.copied().unwrap_or_default();
        Err(Trouble::Undecided(if at < size {
            format!(
                "{name} holds the log with {at} entries, and this bundle does not prove that its log of {size} continues it. \
                 Ask the force for this bundle with --prove-from {at}."
            )
        } else {
            format!(
                "{name} holds the log with up to {at} entries and not with {size}, as this bundle shows it. Ask the witness for a \
                 file that begins before {size}."
            )
        }))
    }

    /// The signed states of a witness file, each shown to continue the one before.
    fn witnessed(&self, name: &str, bytes: &[u8]) -> Result<Vec<State>, Trouble> {
        let unusable =
            |why: String| Trouble::Undecided(format!("{name} is no witness file to compare with: {why}"));
        let text = std::str::from_utf8(bytes).map_err(|_| unusable("it is not text.".to_owned()))?;
        let mut lines = text.lines();
        let header: WitnessHeader = serde_json::from_str(lines.next().unwrap_or_default())
            .map_err(|error| unusable(format!("its first line cannot be read: {error}.")))?;
        if header.format != WITNESS_FORMAT || header.force != self.keys.statement.force {
            return Err(unusable("it is of another force or another format.".to_owned()));
        }
        let mut keys = Vec::new();
        for certified in &header.keys {
            let theirs = signed::handed_over(self.trust, self.root, &certified.rotations)
                .and_then(|root| keys_of(&root, certified))
                .map_err(|_| unusable("its keys are not certified by the force's root.".to_owned()))?;
            self.same_log(name, true, &theirs.statement)?;
            keys.push(theirs.checkpoint);
        }
        let mut states: Vec<State> = Vec::new();
        for (line, number) in lines.zip(2_u64..) {
            let broken = |why: &str| unusable(format!("line {number}: {why}"));
            let line: WitnessLine = serde_json::from_str(line).map_err(|error| broken(&error.to_string()))?;
            let checkpoint = keys
                .iter()
                .find_map(|key| Checkpoint::parse_and_verify(&line.checkpoint, key).ok())
                .filter(|checkpoint| checkpoint.origin == self.checkpoint.origin)
                .ok_or_else(|| broken("no checkpoint of this log that the force signed."))?;
            let state = (checkpoint.size, checkpoint.root);
            if let Some((before, root)) = states.last() {
                let hashes: Vec<[u8; 32]> = line.hashes.iter().map(|Digest(hash)| *hash).collect();
                merkle::verify_consistency(*before, root, state.0, &state.1, &hashes)
                    .map_err(|error| broken(&error.to_string()))?;
            }
            states.push(state);
        }
        if states.is_empty() { Err(unusable("it holds no checkpoint.".to_owned())) } else { Ok(states) }
    }

    fn same_log(&self, name: &str, same_root: bool, statement: &ForceKeysStatement) -> Result<(), Trouble> {
        let own = &self.keys.statement;
        let same =
            same_root && statement.force == own.force && statement.checkpoint_origin == own.checkpoint_origin;
        let says = || format!("{name} cannot be compared with: it is of another force, root key or log.");
        if same { Ok(()) } else { Err(Trouble::Undecided(says())) }
    }
}

fn rewritten(name: &str, size: u64) -> Trouble {
    Trouble::Fails(format!(
        "The force's log was rewritten: {name} and this bundle show different logs for the first {size} entries, and the force \
         signed both. Keep both files."
    ))
}
