//! What is sealed under the master key and under the keys of cases.

use std::path::{Path, PathBuf};

use proviso_model::ids::{CaseId, CaseKeyId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use super::{AppContext, malformed};
use crate::app::destruction::Journal;
use crate::keys::case::{CaseColumns, Purpose};
use crate::keys::{CaseKeys, KeyError, sealed_file};

impl AppContext {
    /// Seals what belongs to the force and to no case.
    pub(in crate::app) fn seal_for_force(&self, purpose: &str, plaintext: &[u8]) -> Vec<u8> {
        self.with_rng(|rng| self.master.seal(rng, purpose, plaintext))
    }

    /// Opens what [`AppContext::seal_for_force`] sealed.
    pub(in crate::app) fn open_for_force(
        &self,
        purpose: &str,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        self.master.open(purpose, sealed)
    }

    /// What tells the master key in use from others.
    pub(in crate::app) fn master_key_id(&self) -> String {
        self.master.id()
    }

    /// Seals anew what the master key before sealed; `None` for what is under the one in use.
    pub(in crate::app) fn seal_anew_for_force(
        &self,
        purpose: &str,
        sealed: &[u8],
    ) -> Result<Option<Vec<u8>>, KeyError> {
        self.with_rng(|rng| self.master.seal_anew(rng, purpose, sealed))
    }

    /// The same for a file of keys of the force.
    pub(in crate::app) fn key_file_anew(&self, data_dir: &Path, name: &str) -> Result<bool, KeyError> {
        self.with_rng(|rng| sealed_file::seal_anew(data_dir, &self.master, rng, name))
    }

    /// Reads a secret of the force from its file.
    pub(in crate::app) fn key_file_read(
        &self,
        data_dir: &Path,
        name: &str,
    ) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        sealed_file::read(data_dir, &self.master, name)
    }

    /// Writes one, in the place of the one before.
    pub(in crate::app) fn key_file_write(
        &self,
        data_dir: &Path,
        name: &str,
        secret: &[u8],
    ) -> Result<(), KeyError> {
        self.with_rng(|rng| sealed_file::replace(data_dir, &self.master, rng, name, secret))
    }

    /// The same for the keys of a case.
    pub(in crate::app) fn case_keys_anew(&self, path: &Path) -> Result<bool, KeyError> {
        self.with_rng(|rng| CaseKeys::wrap_anew(path, &self.master, rng))
    }

    /// The files of the keys of every case.
    pub(in crate::app) fn case_key_paths(&self) -> Result<Vec<PathBuf>, KeyError> {
        CaseKeys::paths(&self.case_keys_dir)
    }

    /// Opens the keys of a case.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn case_keys(&self, case: CaseId) -> Result<CaseKeys, KeyError> {
        CaseKeys::load(&self.case_keys_dir, &self.master, case)
    }

    /// Reads what opens the columns of a case: for who opens several of them.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn case_columns(&self, case: CaseId) -> Result<CaseColumns, KeyError> {
        CaseKeys::columns(&self.case_keys_dir, &self.master, case)
    }

    /// Makes the keys of a new case.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn case_keys_create(&self, case: CaseId) -> Result<CaseKeys, KeyError> {
        let id = CaseKeyId::random(self.random());
        self.with_rng(|rng| CaseKeys::create(&self.case_keys_dir, &self.master, rng, case, id))
    }

    /// Whether the keys of a case are there.
    #[must_use]
    pub fn case_keys_held(&self, case: CaseId) -> bool {
        CaseKeys::held(&self.case_keys_dir, case)
    }

    /// Destroys the keys of a case. Only `destruction` does so, after it has written the journal.
    ///
    /// # Errors
    /// [`KeyError`].
    pub(in crate::app) fn case_keys_destroy(&self, case: CaseId) -> Result<(), KeyError> {
        CaseKeys::destroy(&self.case_keys_dir, case)
    }

    /// The destruction journal.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Seals a column of a case.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn seal(&self, case: CaseId, purpose: Purpose, plaintext: &[u8]) -> Result<Vec<u8>, KeyError> {
        let keys = self.case_keys(case)?;
        Ok(self.with_rng(|rng| keys.seal(rng, purpose, plaintext)))
    }

    /// Opens a column of a case.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn unseal(
        &self,
        case: CaseId,
        purpose: Purpose,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        self.case_columns(case)?.open(purpose, sealed)
    }

    /// Seals a value as JSON.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn seal_json<T: Serialize>(
        &self,
        case: CaseId,
        purpose: Purpose,
        value: &T,
    ) -> Result<Vec<u8>, KeyError> {
        let json = Zeroizing::new(serde_json::to_vec(value).map_err(|error| malformed(purpose, &error))?);
        self.seal(case, purpose, &json)
    }

    /// Opens a value sealed as JSON.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn unseal_json<T: DeserializeOwned>(
        &self,
        case: CaseId,
        purpose: Purpose,
        sealed: &[u8],
    ) -> Result<T, KeyError> {
        self.case_columns(case)?.open_json(purpose, sealed)
    }
}

impl CaseColumns {
    /// Opens a value sealed as JSON.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn open_json<T: DeserializeOwned>(&self, purpose: Purpose, sealed: &[u8]) -> Result<T, KeyError> {
        let json = self.open(purpose, sealed)?;
        serde_json::from_slice(&json).map_err(|error| malformed(purpose, &error))
    }
}
