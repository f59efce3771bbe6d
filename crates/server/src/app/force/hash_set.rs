//! A force's sets of hashes of known pictures: read, taken into use, shown, looked up, retired.

use std::collections::BTreeSet;
use std::io::{self, BufRead};

use jiff::civil::Date;
use proviso_engine::image::exact::ExactOptions;
use proviso_engine::image::lists::{self, ListError, ListFormat, ReadList};
use proviso_engine::image::set::{Digests, Listed, SetBuilder, SetCounts};
use proviso_model::hash_set::{HashSetStatement, SetDigests};
use proviso_store::{HashSetRow, StoreError};

use super::keys::{latecomers, policies_of_all};
use super::pack::{check_line, check_name};
use super::{COMMAND_LINE, ForceError};
use crate::app::hash_sets::files::keep;
use crate::app::hash_sets::for_devices::{self, Made};
use crate::app::hash_sets::stage::StagedFile;
use crate::app::in_use::{But, InUse};
use crate::app::{AppContext, hash_sets};
use crate::keys::files;

/// A list to be taken.
pub struct NewHashSet<'f> {
    /// Its name; importing under a name in use makes its next version.
    pub name: &'f str,
    /// How it is written.
    pub format: ListFormat,
    /// Where it comes from.
    pub source: &'f str,
    /// Under which licence or agreement.
    pub licence: &'f str,
    /// The day of the list.
    pub dated: Date,
    /// Whose categories its numbers follow.
    pub country: Option<&'f str>,
    /// Whether its pictures are known or suspected to show the abuse of children.
    pub child_abuse: bool,
    /// Whether its PDQ hashes may be kept on devices.
    pub device_ok: bool,
}

/// A list as read, and its set as written, not yet in its place.
pub struct Staged {
    /// What was read.
    pub list: ReadList,
    /// What the set has.
    pub counts: SetCounts,
    /// The set's file.
    pub file: StagedFile,
}

/// A set taken into use.
pub struct Taken {
    /// Its version.
    pub version: u32,
    /// Entries of the version in use before, if there was one.
    pub entries_before: Option<u64>,
    /// Devices that get a new policy.
    pub devices: usize,
}

/// Reads a list and writes its set beside its place. `told` hears how many bytes were read so far.
///
/// # Errors
/// [`ForceError::Refused`] with counts when there is no list in it.
pub fn read(
    ctx: &AppContext,
    new: &NewHashSet<'_>,
    from: impl BufRead,
    told: &mut dyn FnMut(u64),
) -> Result<Staged, ForceError> {
    check_new(ctx, new)?;
    let folder = ctx.hash_sets_dir();
    files::make_folder(folder)?;
    let unwritten = |error: io::Error| {
        let place = folder.display();
        ForceError::Refused(format!(
            "the set could not be written to {place}: {error}; make room, then import it again"
        ))
    };
    let mut builder =
        SetBuilder::new(ExactOptions::default(), || tempfile::tempfile_in(folder)).map_err(unwritten)?;
    let list = lists::read(from, new.format, new.country, &mut |entry| builder.push(&entry), told);
    let list = list.map_err(|error: ListError| ForceError::Refused(error.to_string()))?;
    let counts = &list.counts;
    if counts.taken == 0 || counts.malformed > counts.taken {
        return Err(ForceError::Refused(format!(
            "{} entries can be taken and {} cannot be read; is it another kind of list? Say --format. Nothing is imported.\n{}",
            counts.taken,
            counts.malformed,
            refusals(&list)
        )));
    }
    let (file, counts) = StagedFile::write(ctx, |out| builder.finish(out)).map_err(unwritten)?;
    Ok(Staged { list, counts, file })
}

fn check_new(ctx: &AppContext, new: &NewHashSet<'_>) -> Result<(), ForceError> {
    check_name(ctx, new.name, "hash set")?;
    check_line("source", new.source)?;
    check_line("licence", new.licence)?;
    let is_code = |code: &str| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase());
    match new.country {
        Some(code) if !is_code(code) => Err(ForceError::Refused(format!(
            "\"{}\" is no country as lists write it; write two capital letters, such as UK",
            code.escape_debug()
        ))),
        Some(code) if new.format == ListFormat::Caid && code != "UK" => Err(ForceError::Refused(format!(
            "CAID has the categories of UK, and --country says {code}; say --format vics if the list is not CAID"
        ))),
        _ => Ok(()),
    }
}

/// What was left out: how much for which reason, and the first of them.
#[must_use]
pub fn refusals(list: &ReadList) -> String {
    let counts = &list.counts;
    let mut words = format!(
        "{} of empty files, {} of files that are too small, {} that cannot be read, {} of categories of no interest, {} without a \
         digest, {} PDQ hashes of low quality",
        counts.empty_files,
        counts.tiny_files,
        counts.malformed,
        counts.of_no_interest,
        counts.without_digest,
        counts.poor_pdq
    );
    for refused in &list.refused {
        words.push_str(&format!(
            "\nentry {} (line {}) {}",
            refused.entry,
            refused.line,
            refused.problem.in_words()
        ));
    }
    words
}

/// Puts the set's file in its place and takes it into use. The version in use before is retired; its file stays.
///
/// # Errors
/// [`ForceError`]; then nothing is changed but that the file may be there.
pub async fn import(ctx: &AppContext, new: &NewHashSet<'_>, staged: Staged) -> Result<Taken, ForceError> {
    check_new(ctx, new)?;
    let rows = ctx.store.hash_set_list().await?;
    let mut own = rows.iter().filter(|row| row.name == new.name);
    let version = own.clone().map(|row| row.version).max().unwrap_or(0) + 1;
    let entries_before = own.find(|row| row.retired_at.is_none()).map(|row| row.entries);
    let (list, counts) = (&staged.list, &staged.counts);
    let says = HashSetStatement {
        force: ctx.keys.force,
        name: new.name.to_owned(),
        version,
        sha256: staged.file.about.sha256,
        bytes: staged.file.about.bytes,
        entries: list.counts.taken,
        digests: SetDigests {
            md5: counts.md5.entries,
            sha1: counts.sha1.entries,
            sha256: counts.sha256.entries,
            pdq: counts.pdq.entries,
        },
        tree: None,
        child_abuse: new.child_abuse,
        device_ok: new.device_ok,
        country: list.country.clone(),
        format: list.format.as_str().to_owned(),
        source: new.source.to_owned(),
        licence: new.licence.to_owned(),
        dated: new.dated,
        imported_at: ctx.now(),
    };
    let objects = format!("{} {version} {}", new.name, says.sha256);
    let devices = ctx
        .logged(COMMAND_LINE, "hash-set-import", None, &objects, async {
            staged.file.put(ctx).map_err(|error| unkept(ctx, &error))?;
            let Made { sealed_key, tree, files } =
                for_devices::make(ctx, &says.sha256, &rows).map_err(|error| unkept(ctx, &*error))?;
            // Before the row that names them is there.
            keep(ctx, &files).await.map_err(|error| unkept(ctx, &error))?;
            let says = HashSetStatement { tree: Some(tree), ..says };
            let row = hash_sets::row(ctx, &says, sealed_key)
                .map_err(|error| ForceError::Refused(format!("the set cannot be described: {error}")))?;
            let mut with = InUse::but(ctx, But { hash_set: Some(new.name), ..But::default() }).await?;
            with.hash_sets.push(hash_sets::reference(&says));
            with.hash_sets.sort_by_cached_key(|set| set.set.name.clone());
            let policies = policies_of_all(ctx, &with, &BTreeSet::new()).await?;
            ctx.store.hash_set_add(&row, &policies).await?;
            Ok::<_, ForceError>(policies.len() + latecomers(ctx, &policies).await?)
        })
        .await?;
    Ok(Taken { version, entries_before, devices })
}

fn unkept(ctx: &AppContext, error: &(dyn std::error::Error + Send + Sync)) -> ForceError {
    let place = ctx.hash_sets_dir().display();
    ForceError::Refused(format!(
        "the set could not be put in its place in {place}: {error}; mend the folder, then import it again"
    ))
}

/// Retires a set and gives every active device a policy made without it; how many. Records go on naming it, and its file is kept
/// to check what they say.
///
/// # Errors
/// [`ForceError`]; then nothing is changed.
pub async fn retire(ctx: &AppContext, name: &str) -> Result<usize, ForceError> {
    let rows = ctx.store.hash_set_list().await?;
    let row = rows.into_iter().find(|row| row.name == name && row.retired_at.is_none());
    let row = row.ok_or(StoreError::Missing("a hash set of this name in use"))?;
    let objects = format!("{} {} {}", row.name, row.version, row.sha256);
    ctx.logged(COMMAND_LINE, "hash-set-remove", None, &objects, async {
        let policies = policies_of_all(
            ctx,
            &InUse::but(ctx, But { hash_set: Some(name), ..But::default() }).await?,
            &BTreeSet::new(),
        )
        .await?;
        ctx.store.hash_set_retire(name, ctx.now(), &policies).await?;
        Ok(policies.len() + latecomers(ctx, &policies).await?)
    })
    .await
}

/// Every version of every set, with what the force says of it; `None` where that was changed since.
///
/// # Errors
/// [`ForceError`].
pub async fn list(ctx: &AppContext) -> Result<Vec<(HashSetRow, Option<HashSetStatement>)>, ForceError> {
    ctx.note(COMMAND_LINE, "hash-set-list", None, "").await?;
    let rows = ctx.store.hash_set_list().await?;
    Ok(rows.into_iter().map(|row| (row.clone(), hash_sets::one(ctx, &row).ok())).collect())
}

/// What a set says of a picture.
pub struct Found {
    /// The set.
    pub says: HashSetStatement,
    /// How the picture is the same as an entry of it.
    pub same: Listed,
}

/// Looks pictures up in every set in use; for each what was found, strongest first.
///
/// # Errors
/// [`ForceError`] when a set cannot be used: an answer without it would look as if it had been asked.
pub async fn check(ctx: &AppContext, pictures: &[Digests]) -> Result<Vec<Vec<Found>>, ForceError> {
    ctx.note(COMMAND_LINE, "hash-set-check", None, &format!("{} pictures", pictures.len())).await?;
    let mut sets = Vec::new();
    for row in ctx.store.hash_set_list().await?.iter().filter(|row| row.retired_at.is_none()) {
        let (says, row) = (hash_sets::one(ctx, row)?, row.clone());
        sets.push((says, hash_sets::apart(ctx, move |ctx| hash_sets::open(ctx, &row)).await?));
    }
    let look_up = |picture: &Digests| {
        let mut found = Vec::new();
        for (says, set) in &sets {
            found.extend(set.look_up(picture).into_iter().map(|same| Found { says: says.clone(), same }));
        }
        found.sort_by_key(|found| found.same);
        found
    };
    Ok(pictures.iter().map(look_up).collect())
}
