//! The force's repository as The Update Framework checks it: nothing is believed that the pinned root has not signed, nothing older than
//! what was seen before, nothing that has expired.

use std::path::PathBuf;

use proviso_model::Digest;
use proviso_model::update::{RELEASE_KEY, Release, UPDATE_BYTES_MAX, UpdateOffer};
use serde::Deserialize;
use serde_json::Value;
use tough::schema::{Root, Signed};
use tough::{FilesystemTransport, IntoVec as _, RepositoryLoader, TargetName};
use url::Url;

use super::WantedUpdate;
use super::kept::is_version;
use crate::state_dir::{StateDir, StateError};

/// Root files in an offer at most.
const ROOTS_MAX: usize = 256;

/// Why an update is not taken.
#[derive(Debug, thiserror::Error)]
pub enum UpdateFault {
    /// The library's word.
    #[error("what the server offers as an update is not taken: {0}")]
    Tuf(String),
    /// The pinned root has not signed it.
    #[error("what the server offers as an update was not signed by this force's root; it is not taken")]
    Root,
    /// The clock.
    #[error("the clock of this device is not right by the server's word, so updates wait")]
    Clock,
    /// The state folder.
    #[error(transparent)]
    State(#[from] StateError),
    /// A file.
    #[error("a file of the update could not be written: {0}")]
    File(#[from] std::io::Error),
}

impl From<tough::error::Error> for UpdateFault {
    fn from(error: tough::error::Error) -> Self {
        Self::Tuf(error.to_string())
    }
}

/// A repository that was checked.
pub struct Repository {
    checked: tough::Repository,
    /// Version of its root.
    pub root_version: u64,
}

fn folder(dir: &StateDir, name: &str) -> Result<PathBuf, std::io::Error> {
    let folder = dir.file("updates").join(name);
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

fn url(folder: &std::path::Path) -> Result<Url, UpdateFault> {
    Url::from_directory_path(std::path::absolute(folder)?)
        .map_err(|()| UpdateFault::Tuf("the state folder has no address".to_owned()))
}

/// The newest root file that the force's root key of today has signed as the only one to do so.
fn anchor<'o>(offer: &'o UpdateOffer, root_key: &str) -> Result<(&'o str, u64), UpdateFault> {
    let is_ours = |root: &Root| {
        let Some(role) = root.roles.get(&tough::schema::RoleType::Root) else { return false };
        let [id] = role.keyids.as_slice() else { return false };
        let key = root.keys.get(id).and_then(|key| serde_json::to_value(key).ok());
        let public = key.as_ref().and_then(|key| key.pointer("/keyval/public")).and_then(Value::as_str);
        public.is_some_and(|public| public.eq_ignore_ascii_case(root_key))
    };
    let roots = offer.roots.iter().rev().take(ROOTS_MAX);
    for text in roots {
        let Ok(root) = serde_json::from_str::<Signed<Root>>(text) else { continue };
        if is_ours(&root.signed) {
            return Ok((text, root.signed.version.get()));
        }
    }
    Err(UpdateFault::Root)
}

impl Repository {
    /// Checks what the server offers. `root_key` is the force's root of today (hexadecimal), `root_version` the highest version of a root
    /// file that was accepted before.
    ///
    /// # Errors
    /// [`UpdateFault`].
    pub async fn check(
        dir: &StateDir,
        offer: &UpdateOffer,
        (root_key, root_version): (&str, u64),
    ) -> Result<Self, UpdateFault> {
        let (root, version) = anchor(offer, root_key)?;
        if version < root_version {
            return Err(UpdateFault::Tuf(format!(
                "its root is version {version}, and {root_version} was seen"
            )));
        }
        let (metadata, targets) = (folder(dir, "metadata")?, folder(dir, "targets")?);
        let datastore = folder(dir, "seen")?;
        for (name, text) in [
            ("timestamp.json", &offer.timestamp),
            ("snapshot.json", &offer.snapshot),
            ("targets.json", &offer.targets),
        ] {
            std::fs::write(metadata.join(name), text)?;
        }
        let loader = RepositoryLoader::new(&root, url(&metadata)?, url(&targets)?);
        let checked = loader.transport(FilesystemTransport).datastore(datastore).load().await?;
        Ok(Self { checked, root_version: version })
    }

    /// What is released, with what each release says of itself. What says nothing that this version reads is left out.
    #[must_use]
    pub fn releases(&self) -> Vec<WantedUpdate> {
        #[derive(Deserialize)]
        struct About {
            length: u64,
            hashes: Hashes,
            custom: serde_json::Map<String, Value>,
        }
        #[derive(Deserialize)]
        struct Hashes {
            sha256: Digest,
        }
        let read = |name: &TargetName, about: Value| {
            let about: About = serde_json::from_value(about).ok()?;
            let says: Release = serde_json::from_value(about.custom.get(RELEASE_KEY)?.clone()).ok()?;
            let fits = about.length > 0 && about.length <= UPDATE_BYTES_MAX && is_version(&says.version);
            let (sha256, bytes) = (about.hashes.sha256, about.length);
            fits.then(|| WantedUpdate { name: name.raw().to_owned(), sha256, bytes, says })
        };
        let all = self.checked.all_targets();
        all.filter_map(|(name, target)| read(name, serde_json::to_value(target).ok()?)).collect()
    }

    /// The file of a release, which lies at `fetched`, checked against what was signed.
    ///
    /// # Errors
    /// [`UpdateFault`].
    pub async fn file(
        &self,
        dir: &StateDir,
        wanted: &WantedUpdate,
        fetched: &std::path::Path,
    ) -> Result<Vec<u8>, UpdateFault> {
        let name = TargetName::new(&wanted.name)?;
        if name.resolved() != wanted.name || wanted.name.contains('/') {
            return Err(UpdateFault::Tuf("the name of a release is a path".to_owned()));
        }
        let place = folder(dir, "targets")?.join(&wanted.name);
        std::fs::rename(fetched, &place)?;
        let read = async {
            let stream = self.checked.read_target(&name).await?;
            let stream =
                stream.ok_or_else(|| UpdateFault::Tuf("the release is not in the list".to_owned()))?;
            Ok::<_, UpdateFault>(stream.into_vec().await?)
        };
        let bytes = read.await;
        std::fs::remove_file(&place)?;
        bytes
    }
}
