//! Policies that were obeyed before. A server that was put back from a backup may know neither them nor the records sealed
//! under them; the device brings them back, as the force signed them.

use proviso_ledger::hash::policy_hash;
use proviso_model::Digest;
use proviso_model::wire::SignedPolicy;

use super::{POLICY, PolicyError, PolicyKeep};
use crate::state_dir::{Readers, StateError};

/// `policy-SERIAL-HASH.json`.
const PREFIX: &str = "policy-";
const SUFFIX: &str = ".json";

fn name(serial: u64, hash: &[u8; 32]) -> String {
    format!("{PREFIX}{serial}-{}{SUFFIX}", Digest(*hash))
}

impl PolicyKeep {
    /// Keeps the policy obeyed up to now beside the one that takes its place.
    pub(super) fn keep_past(&self) -> Result<(), PolicyError> {
        let (Some(kept), Some(signed)) = (self.policy(), self.current_signed()?) else { return Ok(()) };
        if policy_hash(signed.policy.as_bytes()) == kept.hash {
            self.dir.write_json(&name(kept.policy.serial, &kept.hash), Readers::Agent, &signed)?;
        }
        Ok(())
    }

    /// The policy obeyed now, as it was signed.
    ///
    /// # Errors
    /// [`PolicyError::State`].
    pub fn current_signed(&self) -> Result<Option<SignedPolicy>, PolicyError> {
        Ok(self.dir.read_json(POLICY)?)
    }

    /// A policy that is or was obeyed, as it was signed; `None` when it is not kept any more.
    ///
    /// # Errors
    /// [`PolicyError::State`].
    pub fn signed(&self, hash: &[u8; 32]) -> Result<Option<SignedPolicy>, PolicyError> {
        if let Some(signed) = self.current_signed()?
            && policy_hash(signed.policy.as_bytes()) == *hash
        {
            return Ok(Some(signed));
        }
        let past = self.past()?;
        let found = past.iter().find(|(_, known, _)| known == hash);
        Ok(match found {
            Some((_, _, file)) => self.dir.read_json(file)?,
            None => None,
        })
    }

    /// Forgets those older than `hash`, the policy of the oldest record that is still held; all when nothing is held.
    ///
    /// # Errors
    /// [`PolicyError::State`].
    pub fn forget_past(&self, oldest: Option<&[u8; 32]>) -> Result<(), PolicyError> {
        let past = self.past()?;
        let needed = match oldest {
            None => u64::MAX,
            Some(hash) => {
                past.iter().find(|(_, known, _)| known == hash).map_or(u64::MAX, |(serial, _, _)| *serial)
            }
        };
        for (serial, _, file) in past {
            if serial < needed {
                let path = self.dir.file(&file);
                std::fs::remove_file(&path)
                    .map_err(|source| PolicyError::State(StateError::Io { act: "remove", path, source }))?;
            }
        }
        Ok(())
    }

    /// Serial, hash and file of each.
    fn past(&self) -> Result<Vec<(u64, [u8; 32], String)>, PolicyError> {
        let root = self.dir.root();
        let failed =
            |source| PolicyError::State(StateError::Io { act: "list", path: root.to_owned(), source });
        let mut found = Vec::new();
        for entry in std::fs::read_dir(root).map_err(failed)? {
            let file = entry.map_err(failed)?.file_name().to_string_lossy().into_owned();
            let parts = file
                .strip_prefix(PREFIX)
                .and_then(|rest| rest.strip_suffix(SUFFIX))
                .and_then(|rest| rest.split_once('-'));
            let Some((serial, hash)) = parts else { continue };
            let mut known = [0; 32];
            if let (Ok(serial), Ok(())) = (serial.parse(), hex::decode_to_slice(hash, &mut known)) {
                found.push((serial, known, file.clone()));
            }
        }
        Ok(found)
    }
}
