//! Keys of one case: a file of their own outside the database, so that destroying the file erases the case.

use std::path::{Path, PathBuf};

use proviso_ledger::hash::domain_hash;
use proviso_ledger::seal::{self, CasePublicKey, CaseSecretKey};
use proviso_model::ids::{CaseId, CaseKeyId};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{KeyError, MasterKey, files, sealed_box};

/// What a sealed column holds; binds the bytes to their place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The person of a case, as JSON.
    Case,
    /// An order file's text.
    Order,
    /// What a device said of itself, as JSON.
    Device,
    /// A policy's exact bytes.
    Policy,
    /// An observation, as JSON.
    Observation,
    /// A finding, as JSON.
    Finding,
    /// A gap's detail.
    Gap,
    /// A notice, as JSON.
    Notice,
    /// A supervised person's statement, as JSON.
    Statement,
    /// Who may use a device beside the person, why, and what the device told of it, as JSON; why that was withdrawn.
    OtherAdult,
    /// What a device said of the window of a finding, with its picture, as JSON.
    ContextPicture,
    /// A decision's reason and note, as JSON.
    Decision,
    /// The reason for which an end of the order was entered.
    OrderEnd,
    /// What was typed of an order on its way, as JSON, and what whoever checked it wrote.
    OrderDraft,
    /// The reason for which it was entered what happened to a device.
    DeviceAct,
    /// A contact that is never captured, with the reason, and the reason for taking it off.
    Shield,
    /// What a reviewer wrote of suspected privilege, and which part of a record stays sealed.
    Privilege,
    /// An officer's reason for which an alert rests.
    AlertRest,
    /// An officer's reason for marking a notice about a device as seen.
    DeviceNotice,
    /// The record of a visit, as JSON.
    Visit,
    /// The page and the log of a visit, as JSON.
    VisitFiles,
    /// A visit as an officer recorded it, as JSON.
    VisitNote,
    /// What was agreed at a visit.
    VisitAction,
    /// Something that the person must notify, as JSON.
    Duty,
    /// What another force handed over: the signed statement, and in parts the facts and the evidence.
    Received,
    /// The reason of a decision about how long a case is kept.
    Retention,
    /// What somebody asks about their data, and what is answered.
    Rights,
    /// The reason for which a conflict of interest was declared or ended.
    Conflict,
    /// The reason for which a specialist was let into a case.
    CaseGuest,
    /// The reason for which a case went to another officer.
    CaseMove,
    /// An audit entry's reason.
    Audit,
}

impl Purpose {
    /// Every purpose: for who has to try each.
    pub const ALL: [Self; 27] = [
        Self::Case,
        Self::Order,
        Self::Device,
        Self::Policy,
        Self::Observation,
        Self::Finding,
        Self::Gap,
        Self::Notice,
        Self::Statement,
        Self::OtherAdult,
        Self::ContextPicture,
        Self::Decision,
        Self::OrderEnd,
        Self::DeviceAct,
        Self::Shield,
        Self::Privilege,
        Self::AlertRest,
        Self::DeviceNotice,
        Self::Visit,
        Self::VisitFiles,
        Self::VisitNote,
        Self::VisitAction,
        Self::Duty,
        Self::Received,
        Self::Retention,
        Self::Rights,
        Self::Audit,
    ];
}

/// The keys of one case, open in memory.
pub struct CaseKeys {
    /// The case.
    pub case: CaseId,
    /// Id of the key pair that records are sealed to.
    pub id: CaseKeyId,
    /// The public half.
    pub public: CasePublicKey,
    /// The secret half.
    pub secret: CaseSecretKey,
    data_key: Zeroizing<[u8; 32]>,
}

/// Opens the columns of one case, and no record of it: read in a fraction of the time of all its keys.
pub struct CaseColumns {
    /// The case.
    pub case: CaseId,
    data_key: Zeroizing<[u8; 32]>,
}

impl CaseColumns {
    /// A number from 0 to 99 for an id, the same each time, which nobody without the case's key can tell.
    #[must_use]
    pub fn draw(&self, id: &[u8]) -> u32 {
        let hash = domain_hash("proviso/draw/v1", &[self.data_key.as_slice(), id]);
        let (first, _) = hash.split_first_chunk::<8>().unwrap_or((&[0; 8], &[]));
        u32::try_from(u64::from_be_bytes(*first) % 100).unwrap_or_default()
    }

    /// Opens a column.
    ///
    /// # Errors
    /// [`KeyError::Sealed`].
    pub fn open(&self, purpose: Purpose, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let place = place(self.case, purpose);
        sealed_box::open(&self.data_key, place.as_bytes(), sealed, &place)
    }
}

fn place(case: CaseId, purpose: Purpose) -> String {
    format!("proviso/column/v1 {case} {purpose:?}")
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseKeyFile {
    case: CaseId,
    id: CaseKeyId,
    /// Secret key and data key, 64 bytes, sealed under the master key; hexadecimal.
    sealed: String,
}

/// Id, secret key and data key of a file.
type FileOpened = (CaseKeyId, Zeroizing<[u8; 32]>, Zeroizing<[u8; 32]>);

/// Seals and opens what was made of one record.
pub struct RecordColumns {
    case: CaseId,
    key: Zeroizing<[u8; 32]>,
}

impl RecordColumns {
    fn place(&self, purpose: Purpose) -> String {
        format!("proviso/record-column/v1 {} {purpose:?}", self.case)
    }

    /// Seals a column.
    #[must_use]
    pub fn seal(&self, rng: &mut dyn CryptoRng, purpose: Purpose, plaintext: &[u8]) -> Vec<u8> {
        sealed_box::seal(&self.key, rng, self.place(purpose).as_bytes(), plaintext)
    }

    /// Opens a column.
    ///
    /// # Errors
    /// [`KeyError::Sealed`].
    pub fn open(&self, purpose: Purpose, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let place = self.place(purpose);
        sealed_box::open(&self.key, place.as_bytes(), sealed, &place)
    }
}

fn purpose(case: CaseId, id: CaseKeyId) -> String {
    format!("proviso/case-key/v1 {case} {id}")
}

impl CaseKeys {
    fn path(folder: &Path, case: CaseId) -> PathBuf {
        folder.join(format!("{case}.json"))
    }

    /// The files of the keys of every case, by name.
    ///
    /// # Errors
    /// [`KeyError::File`].
    pub fn paths(folder: &Path) -> Result<Vec<PathBuf>, KeyError> {
        let fault = |error| KeyError::File {
            path: folder.display().to_string(),
            error,
            advice: "mend the folder's permissions",
        };
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(fault)? {
            paths.push(entry.map_err(fault)?.path());
        }
        paths.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
        paths.sort();
        Ok(paths)
    }

    /// Whether the keys of a case are there.
    #[must_use]
    pub fn held(folder: &Path, case: CaseId) -> bool {
        Self::path(folder, case).exists()
    }

    /// Destroys the keys of a case: nothing sealed to them opens any more. Keys that are not there are no fault.
    ///
    /// # Errors
    /// [`KeyError::File`].
    pub fn destroy(folder: &Path, case: CaseId) -> Result<(), KeyError> {
        files::destroy(&Self::path(folder, case))
    }

    /// Makes the keys of a case and writes them to `folder`.
    ///
    /// # Errors
    /// [`KeyError::File`].
    pub fn create(
        folder: &Path,
        master: &MasterKey,
        rng: &mut dyn CryptoRng,
        case: CaseId,
        id: CaseKeyId,
    ) -> Result<Self, KeyError> {
        let (secret, public) = seal::generate(rng);
        let mut data_key = Zeroizing::new([0; 32]);
        rng.fill_bytes(data_key.as_mut());
        let both = Zeroizing::new([secret.to_bytes().as_slice(), data_key.as_slice()].concat());
        let sealed = hex::encode(master.seal(rng, &purpose(case, id), &both));
        let path = Self::path(folder, case);
        files::write_new(&path, &files::json(&path, &CaseKeyFile { case, id, sealed })?)?;
        Ok(Self { case, id, public, secret, data_key })
    }

    /// Wraps the keys of a case anew, which the master key before wrapped, in place of the old file. Says whether that was needed.
    ///
    /// # Errors
    /// [`KeyError`]; then the file is as it was.
    pub fn wrap_anew(path: &Path, master: &MasterKey, rng: &mut dyn CryptoRng) -> Result<bool, KeyError> {
        let file: CaseKeyFile = files::read_json(path)?;
        let sealed = hex::decode(&file.sealed).map_err(|error| files::malformed(path, error.to_string()))?;
        let Some(sealed) = master.seal_anew(rng, &purpose(file.case, file.id), &sealed)? else {
            return Ok(false);
        };
        files::replace(path, &files::json(path, &CaseKeyFile { sealed: hex::encode(sealed), ..file })?)?;
        Ok(true)
    }

    /// Reads the keys of a case.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn load(folder: &Path, master: &MasterKey, case: CaseId) -> Result<Self, KeyError> {
        let malformed = |what: String| files::malformed(&Self::path(folder, case), what);
        let (id, secret, data_key) = Self::read(folder, master, case)?;
        let secret = CaseSecretKey::from_bytes(*secret);
        let public = secret.public().map_err(|error| malformed(error.to_string()))?;
        Ok(Self { case, id, public, secret, data_key })
    }

    /// Reads what opens the columns of a case.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn columns(folder: &Path, master: &MasterKey, case: CaseId) -> Result<CaseColumns, KeyError> {
        let (_, _, data_key) = Self::read(folder, master, case)?;
        Ok(CaseColumns { case, data_key })
    }

    fn read(folder: &Path, master: &MasterKey, case: CaseId) -> Result<FileOpened, KeyError> {
        let path = Self::path(folder, case);
        let malformed = |what: String| files::malformed(&path, what);
        let file: CaseKeyFile = files::read_json(&path)?;
        if file.case != case {
            return Err(malformed("it belongs to another case".to_owned()));
        }
        let sealed = hex::decode(&file.sealed).map_err(|error| malformed(error.to_string()))?;
        let both = master.open(&purpose(case, file.id), &sealed)?;
        let (secret, data) =
            both.split_first_chunk::<32>().ok_or_else(|| malformed("its keys are too short".to_owned()))?;
        let data_key: [u8; 32] =
            data.try_into().map_err(|_| malformed("its keys are of the wrong length".to_owned()))?;
        Ok((file.id, Zeroizing::new(*secret), Zeroizing::new(data_key)))
    }

    /// A conversation by its name, so that its findings can be put together: who has not the case's key learns from it
    /// neither the name nor whether two cases share one.
    #[must_use]
    pub fn conversation(&self, name: &str) -> [u8; 32] {
        domain_hash("proviso/conversation/v1", &[self.data_key.as_slice(), name.as_bytes()])
    }

    /// The key of the columns made of one record, from the case's key and the record's own (`RECORD_KEY_BYTES` of
    /// `proviso-store`). Whoever destroys the record's key destroys these columns with it, in backups too.
    #[must_use]
    pub fn of_record(&self, record_key: &[u8]) -> RecordColumns {
        let key = domain_hash("proviso/record-column/v1", &[self.data_key.as_slice(), record_key]);
        RecordColumns { case: self.case, key: Zeroizing::new(key) }
    }

    /// Seals a column.
    #[must_use]
    pub fn seal(&self, rng: &mut dyn CryptoRng, purpose: Purpose, plaintext: &[u8]) -> Vec<u8> {
        sealed_box::seal(&self.data_key, rng, place(self.case, purpose).as_bytes(), plaintext)
    }

    /// Opens a column.
    ///
    /// # Errors
    /// [`KeyError::Sealed`].
    pub fn open(&self, purpose: Purpose, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let place = place(self.case, purpose);
        sealed_box::open(&self.data_key, place.as_bytes(), sealed, &place)
    }
}
