//! Sealing anew, under another master key, everything that the one before sealed: files of keys, keys of cases, what the database and the
//! blob folder hold of the force. Each value is replaced by itself, whole or not at all, so that a change that was cut short goes on.

use object_store::ObjectStoreExt as _;
use proviso_model::Digest;
use proviso_model::ids::OfficerId;
use proviso_model::limits::SITE_LIST_PART_BYTES;
use proviso_store::{MasterSealedIn, MasterSealedRow};

use super::force::{COMMAND_LINE, ForceError};
use super::hash_sets::for_devices;
use super::officer::{notifications, passkeys, second_factor};
use super::{AppContext, hash_sets, name_index, packs, site_lists};
use crate::config::Config;
use crate::keys::{KeyError, sealed_file};

/// How much was sealed anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Anew {
    /// Files of keys of the force.
    pub key_files: usize,
    /// Cases.
    pub cases: usize,
    /// Values in the database.
    pub values: usize,
    /// Parts of lists in the blob folder.
    pub parts: usize,
}

/// Asked after each value: whether to go on. A stop is as a kill there.
pub type GoesOn<'a> = &'a mut (dyn FnMut() -> bool + Send);

/// Seals everything anew that is not under the key in use yet, then looks at all of it once more. Logged before it is done. The
/// context was opened with both keys, and nothing else uses the data folder.
///
/// # Errors
/// [`ForceError`]; done again it goes on where it stopped.
pub async fn seal_everything_anew(
    ctx: &AppContext,
    config: &Config,
    goes_on: GoesOn<'_>,
) -> Result<Anew, ForceError> {
    let to = ctx.master_key_id();
    ctx.logged(COMMAND_LINE, "master-key-change", None, &to, async {
        let done = round(ctx, config, goes_on).await?;
        // Whatever was missed would be lost with the old key.
        match round(ctx, config, &mut || true).await? {
            left if left == Anew::default() => Ok(done),
            _ => Err(ForceError::Refused(
                "something was sealed under the old key meanwhile; stop whatever uses the data folder and run it again"
                    .to_owned(),
            )),
        }
    })
    .await
}

async fn round(ctx: &AppContext, config: &Config, goes_on: GoesOn<'_>) -> Result<Anew, ForceError> {
    let mut anew = Anew::default();
    let counted = |count: &mut usize, is_new: bool, goes_on: &mut (dyn FnMut() -> bool + Send)| {
        if is_new {
            *count += 1;
            if !goes_on() {
                return Err(stopped());
            }
        }
        Ok(())
    };
    for name in key_files(config)? {
        let is_new = ctx.key_file_anew(&config.data_dir, &name)?;
        counted(&mut anew.key_files, is_new, goes_on)?;
    }
    for is_new in ctx.case_key_paths()?.iter().map(|path| ctx.case_keys_anew(path)) {
        counted(&mut anew.cases, is_new?, goes_on)?;
    }
    for row in ctx.store.master_sealed_list().await? {
        let sealed = ctx.seal_anew_for_force(&purpose(&row)?, &row.sealed)?;
        if let Some(sealed) = &sealed {
            ctx.store.master_sealed_replace(&row, sealed).await?;
        }
        counted(&mut anew.values, sealed.is_some(), goes_on)?;
    }
    for list in ctx.store.site_list_list().await? {
        let parts = usize::try_from(list.bytes).unwrap_or(usize::MAX).div_ceil(SITE_LIST_PART_BYTES);
        for part in 0..parts {
            let place = site_lists::place(&list, part);
            let sealed = match ctx.blobs.get(&place).await {
                Ok(found) => found.bytes().await.map_err(|error| unread(&error))?,
                // Of a list that was removed.
                Err(object_store::Error::NotFound { .. }) => break,
                Err(error) => return Err(unread(&error)),
            };
            let next = ctx.seal_anew_for_force(&site_lists::purpose(&list.sha256, part), &sealed)?;
            let is_new = next.is_some();
            if let Some(next) = next {
                ctx.blobs.put(&place, next.into()).await.map_err(|error| unread(&error))?;
            }
            counted(&mut anew.parts, is_new, goes_on)?;
        }
    }
    Ok(anew)
}

/// That somebody stopped it.
pub(crate) fn stopped() -> ForceError {
    ForceError::Refused(
        "the change was stopped before its end; run admin keys-rotate again, with both keys".to_owned(),
    )
}

fn unread(error: &object_store::Error) -> ForceError {
    ForceError::Refused(format!("a part of a list of sites could not be read or written: {error}"))
}

/// Names of the files of keys that are sealed under the master key.
fn key_files(config: &Config) -> Result<Vec<String>, KeyError> {
    let folder = sealed_file::folder(&config.data_dir);
    let fault = |error| KeyError::File {
        path: folder.display().to_string(),
        error,
        advice: "mend the folder's permissions",
    };
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(fault)? {
        let name = entry.map_err(fault)?.file_name().to_string_lossy().into_owned();
        let is_master = config.master_key_file.as_deref() == Some(folder.join(&name).as_path());
        if name.ends_with(".key") && name != "master.key" && !is_master {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// What a value in the database is sealed for.
fn purpose(row: &MasterSealedRow) -> Result<String, ForceError> {
    let unread = || ForceError::Refused(format!("a {} in the database cannot be read", row.place.as_str()));
    Ok(match row.place {
        MasterSealedIn::Pack => packs::PURPOSE.to_owned(),
        MasterSealedIn::SiteList => site_lists::PURPOSE.to_owned(),
        MasterSealedIn::HashSet => hash_sets::PURPOSE.to_owned(),
        MasterSealedIn::HashSetKey => {
            let sha256 = row.of.as_slice().try_into().map_err(|_| unread())?;
            for_devices::purpose(&Digest(sha256))
        }
        MasterSealedIn::SecondFactor => {
            let officer = row.of.as_slice().try_into().map_err(|_| unread())?;
            second_factor::purpose(OfficerId::from_bytes(officer))
        }
        MasterSealedIn::Notification => notifications::PURPOSE.to_owned(),
        MasterSealedIn::Passkey => {
            let officer = row.of.as_slice().try_into().map_err(|_| unread())?;
            passkeys::purpose(OfficerId::from_bytes(officer))
        }
        MasterSealedIn::NameKey => name_index::PURPOSE.to_owned(),
        MasterSealedIn::PackTrial => packs::TRIAL_PURPOSE.to_owned(),
    })
}
