//! What the checks have found out so far, for the checks that come after.

use std::collections::{BTreeMap, BTreeSet};

use proviso_ledger::{Checkpoint, Envelope, Header, OpenedField, VerifyKey};
use proviso_model::ids::DeviceId;
use proviso_model::wire::{ForceKeysStatement, TrustFile};
use proviso_model::{Digest, Policy};
use serde::de::DeserializeOwned;

use super::Trouble;
use crate::container::Files;
use crate::format::{CustodyEntry, LeafWord, Manifest};

/// Grows as checks pass; a check that needs what is missing says which check it waits for.
#[derive(Default)]
pub(super) struct Facts {
    pub files: Files,
    pub trust: Option<TrustFile>,
    pub root: Option<VerifyKey>,
    pub manifest: Option<Manifest>,
    pub keys: Option<Keys>,
    pub policies: Option<BTreeMap<Digest, Policy>>,
    pub devices: Option<BTreeMap<DeviceId, VerifyKey>>,
    pub records: Option<BTreeMap<Digest, Envelope>>,
    /// Every header in a chain.
    pub links: Option<BTreeMap<Digest, Header>>,
    pub exhibits: Option<BTreeMap<Digest, OpenRecord>>,
    pub checkpoint: Option<Checkpoint>,
    pub proven: Option<BTreeSet<(LeafWord, Digest)>>,
    pub custody: Option<Vec<CustodyEntry>>,
    pub destroyed: Option<BTreeSet<Digest>>,
}

/// The force's keys.
pub(super) struct Keys {
    pub statement: ForceKeysStatement,
    pub policy: VerifyKey,
    pub checkpoint: VerifyKey,
}

/// What is shown of a record.
pub(super) struct OpenRecord {
    pub header: Header,
    /// How many fields the record has.
    pub fields: usize,
    /// Those that are shown, captured and generated together.
    pub opened: Vec<OpenedField>,
}

impl Facts {
    pub fn new(files: Files, trust: Option<TrustFile>) -> Self {
        Self { files, trust, ..Self::default() }
    }

    /// A file's bytes.
    pub fn file(&self, path: &str) -> Result<&[u8], Trouble> {
        let file = self.files.get(path).map(Vec::as_slice);
        file.ok_or_else(|| format!("The file {path} is missing.").into())
    }

    /// A file's text.
    pub fn text(&self, path: &str) -> Result<&str, Trouble> {
        std::str::from_utf8(self.file(path)?).map_err(|_| format!("The file {path} is not text.").into())
    }

    /// A file's JSON.
    pub fn json<T: DeserializeOwned>(&self, path: &str) -> Result<T, Trouble> {
        parse(path, self.file(path)?)
    }

    /// Files in a folder, by path.
    pub fn under(&self, folder: &str) -> impl Iterator<Item = (&String, &Vec<u8>)> {
        let folder = folder.to_owned();
        self.files.range(folder.clone()..).take_while(move |(path, _)| path.starts_with(&folder))
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
