//! What the checks have found out so far, for the checks that come after.

use std::collections::{BTreeMap, BTreeSet};

use proviso_ledger::{Checkpoint, Header, VerifyKey};
use proviso_model::ids::DeviceId;
use proviso_model::wire::{ForceKeysStatement, TrustFile};
use proviso_model::{Digest, Policy};
use serde::de::DeserializeOwned;

use super::Trouble;
use super::exhibits::Exhibits;
use crate::container::Contents;
use crate::format::{CustodyEntry, EarlierLog, LeafWord, Manifest};

/// Grows as checks pass; a check that needs what is missing says which check it waits for.
#[derive(Default)]
pub(super) struct Facts<'a> {
    pub contents: Option<Contents<'a>>,
    pub trust: Option<TrustFile>,
    pub root: Option<VerifyKey>,
    /// Without its list of files.
    pub manifest: Option<Manifest>,
    pub keys: Option<Keys>,
    pub policies: Option<BTreeMap<Digest, Policy>>,
    pub devices: Option<BTreeMap<DeviceId, VerifyKey>>,
    /// Header and signature of every record that is whole and signed by its device.
    pub records: Option<BTreeMap<Digest, Signed>>,
    /// Every header in a chain.
    pub links: Option<BTreeMap<Digest, Header>>,
    pub exhibits: Option<Exhibits>,
    pub checkpoint: Option<Checkpoint>,
    /// Earlier states of the log that the checkpoint continues.
    pub earlier: Option<Vec<EarlierLog>>,
    pub proven: Option<BTreeSet<(LeafWord, Digest)>>,
    pub custody: Option<Vec<CustodyEntry>>,
    pub destroyed: Option<BTreeSet<Digest>>,
}

/// A header and the device's signature on it.
pub(super) type Signed = (Header, [u8; 64]);

/// The force's keys.
pub(super) struct Keys {
    pub statement: ForceKeysStatement,
    pub policy: VerifyKey,
    pub checkpoint: VerifyKey,
}

impl<'a> Facts<'a> {
    pub fn new(contents: Contents<'a>, trust: Option<TrustFile>) -> Self {
        Self { contents: Some(contents), trust, ..Self::default() }
    }

    /// A file's bytes.
    pub fn file(&self, path: &str) -> Result<Vec<u8>, Trouble> {
        let contents = found(&self.contents, "container")?;
        let file =
            contents.read(path).map_err(|error| format!("The file {path} cannot be read: {error}."))?;
        file.ok_or_else(|| format!("The file {path} is missing.").into())
    }

    /// A file's text.
    pub fn text(&self, path: &str) -> Result<String, Trouble> {
        String::from_utf8(self.file(path)?).map_err(|_| format!("The file {path} is not text.").into())
    }

    /// A file's JSON.
    pub fn json<T: DeserializeOwned>(&self, path: &str) -> Result<T, Trouble> {
        parse(path, &self.file(path)?)
    }

    /// All paths, in order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.contents.iter().flat_map(Contents::paths)
    }

    /// Paths in a folder, in order.
    pub fn under(&self, folder: &str) -> impl Iterator<Item = &str> {
        self.contents.iter().flat_map(move |contents| contents.under(folder))
    }
}

/// JSON of a known shape.
pub(super) fn parse<T: DeserializeOwned>(path: &str, bytes: &[u8]) -> Result<T, Trouble> {
    serde_json::from_slice(bytes).map_err(|error| format!("The file {path} cannot be read: {error}.").into())
}

/// A fact that an earlier check should have found.
pub(super) fn found<'a, T>(fact: &'a Option<T>, check: &'static str) -> Result<&'a T, Trouble> {
    fact.as_ref().ok_or(Trouble::NotReached(check))
}
