//! A force's own lists of words: looked at, taken into use, shown, retired. Devices get a new policy each time.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use proviso_engine::Pack;
use proviso_engine::import::{Defaults, Format, List, Trial, pack_text, read};
use proviso_engine::text::normalise_term;
use proviso_ledger::hash::sha256;
use proviso_model::language::is_language_tag;
use proviso_model::limits::SITE_LIST_WORDS_BYTES_MAX;
use proviso_model::wire::SignedPack;
use proviso_model::{Digest, Timestamp};
use proviso_store::{PackRow, StoreError};

use super::keys::{latecomers, policies_of_all};
use super::{COMMAND_LINE, ForceError};
use crate::app::forecast::{self, Forecast};
use crate::app::in_use::{But, InUse};
use crate::app::{AppContext, packs};

/// Categories that a list may serve.
pub const CATEGORIES: [&str; 3] = ["sexual", "solicitation", "minor-reference"];
/// A pack's name.
const NAME_CHARS_MAX: usize = 60;
/// Lines named in a refusal; the rest is counted.
const LINES_SHOWN_MAX: usize = 20;

/// A list to be taken.
pub struct NewPack<'f> {
    /// Name of the pack; importing under a name in use makes its next version.
    pub name: &'f str,
    /// What its terms are about.
    pub category: &'f str,
    /// How it is written.
    pub format: Format,
    /// What holds where an entry does not say otherwise.
    pub defaults: Defaults,
    /// The file.
    pub file: &'f [u8],
}

/// What a reviewer is shown of a list before it is taken.
pub struct Review {
    /// The version that it would be.
    pub version: u32,
    /// What the file holds.
    pub list: List,
    /// Lines of terms that a pack in use has in this category, with its name.
    pub known: Vec<(u64, String)>,
    /// Terms that the version in use does not have.
    pub added: usize,
    /// Terms of the version in use that the list does not have.
    pub dropped: usize,
    /// What the pack alone says of ordinary text.
    pub trial: Trial,
    pub(super) text: String,
    pub(super) pack: Pack,
}

/// Looks at a list; nothing is kept.
///
/// # Errors
/// [`ForceError::Refused`] with what to do.
pub async fn review(ctx: &AppContext, new: &NewPack<'_>) -> Result<Review, ForceError> {
    let refused = ForceError::Refused;
    check_name(ctx, new.name, "pack")?;
    if !CATEGORIES.contains(&new.category) {
        return Err(refused(format!(
            "\"{}\" is no category; choose one of {}",
            new.category,
            CATEGORIES.join(", ")
        )));
    }
    if !(1..=1000).contains(&new.defaults.weight_permille) {
        return Err(refused(format!("weight {} is not within 1 to 1000", new.defaults.weight_permille)));
    }
    if let Some(tag) = new.defaults.language.as_ref().filter(|tag| !is_language_tag(tag)) {
        return Err(refused(format!("\"{tag}\" is not a language tag; write BCP 47, such as pl or pa-Guru")));
    }
    let list = read(new.file, new.format, &new.defaults).map_err(|error| refused(error.to_string()))?;
    let rows = ctx.store.pack_list().await?;
    let version =
        rows.iter().filter(|row| row.name == new.name).map(|row| row.version).max().unwrap_or(0) + 1;
    let text =
        pack_text(new.name, &version.to_string(), "A list of the force's own.", new.category, &list.entries);
    let pack = Pack::from_toml(&text).map_err(|error| refused(error.to_string()))?;
    let trial = Trial::of(&pack).map_err(|error| refused(error.to_string()))?;

    let mut others: HashMap<String, &str> = HashMap::new();
    let mut own: BTreeSet<String> = BTreeSet::new();
    let in_use = packs::in_use(ctx, None).await?;
    for pack in &in_use {
        for term in pack.category(new.category).into_iter().flat_map(|category| &category.terms) {
            let normal = normalise_term(&term.text);
            if pack.name == new.name {
                own.insert(normal);
            } else {
                others.insert(normal, &pack.name);
            }
        }
    }
    let terms: BTreeSet<String> = list.entries.iter().map(|entry| normalise_term(&entry.term)).collect();
    let known = list
        .entries
        .iter()
        .filter_map(|entry| Some((entry.line, (*others.get(&normalise_term(&entry.term))?).to_owned())))
        .collect();
    let (added, dropped) = (terms.difference(&own).count(), own.difference(&terms).count());
    Ok(Review { version, list, known, added, dropped, trial, text, pack })
}

/// Whether a name is one for what a force imports, and not that of something else.
pub(super) fn check_name(ctx: &AppContext, name: &str, what: &str) -> Result<(), ForceError> {
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || name.len() > NAME_CHARS_MAX || !name.chars().all(is_word) || name.starts_with('-') {
        return Err(ForceError::Refused(format!(
            "\"{}\" is no name for a {what}; write small letters, digits and hyphens, at most {NAME_CHARS_MAX}",
            name.escape_debug()
        )));
    }
    let is_taken = ["order", "engine"].contains(&name) || ctx.packs.iter().any(|pack| pack.name == name);
    if is_taken {
        return Err(ForceError::Refused(format!(
            "\"{name}\" is the name of a pack that comes with the program; choose another"
        )));
    }
    Ok(())
}

/// Whether words of a source or a licence are one short line.
pub(super) fn check_line(what: &str, words: &str) -> Result<(), ForceError> {
    if words.len() > SITE_LIST_WORDS_BYTES_MAX || words.chars().any(char::is_control) {
        return Err(ForceError::Refused(format!(
            "the {what} is longer than {SITE_LIST_WORDS_BYTES_MAX} bytes or not one line; say it in fewer words"
        )));
    }
    Ok(())
}

/// What the list, once taken, would make of findings stored since `since`. Nothing is changed.
///
/// # Errors
/// [`ForceError`].
pub async fn forecast(
    ctx: &AppContext,
    review: &Review,
    since: Timestamp,
    told: &mut (dyn FnMut(u64) + Send),
) -> Result<Forecast, ForceError> {
    let now = InUse::now(ctx).await?;
    let mut then = InUse::now(ctx).await?;
    then.packs = then.packs_with(&Arc::new(review.pack.clone()));
    forecast::of_packs(ctx, COMMAND_LINE, (&now, &then), since, told).await
}

/// What policies without a pack would make of findings stored since `since`. Nothing is changed.
///
/// # Errors
/// [`ForceError`].
pub async fn forecast_without(
    ctx: &AppContext,
    name: &str,
    since: Timestamp,
    told: &mut (dyn FnMut(u64) + Send),
) -> Result<Forecast, ForceError> {
    row(ctx, name, None).await?;
    let now = InUse::now(ctx).await?;
    let then = InUse::but(ctx, But { pack: Some(name), ..But::default() }).await?;
    forecast::of_packs(ctx, COMMAND_LINE, (&now, &then), since, told).await
}

/// Takes a list into use and gives every active device a policy made with it; how many. The version in use before is retired.
/// With `leave_out_refused`, entries that cannot be terms are left out; else they keep the whole list out.
///
/// # Errors
/// [`ForceError`]; then nothing is changed.
pub async fn import(
    ctx: &AppContext,
    new: &NewPack<'_>,
    leave_out_refused: bool,
) -> Result<(Review, usize), ForceError> {
    let review = review(ctx, new).await?;
    may_be_taken(&review.list, leave_out_refused)?;
    let digest = Digest(sha256(review.text.as_bytes()));
    let objects = format!("{} {} {digest}", new.name, review.version);
    let devices = ctx
        .logged(COMMAND_LINE, "pack-import", None, &objects, async {
            let mut in_use = InUse::now(ctx).await?;
            in_use.packs = in_use.packs_with(&Arc::new(review.pack.clone()));
            let policies = policies_of_all(ctx, &in_use, &BTreeSet::new()).await?;
            let (signature, sealed) = packs::sign_and_seal(ctx, &review.text);
            let row = PackRow {
                name: new.name.to_owned(),
                version: review.version,
                category: new.category.to_owned(),
                terms: review.list.entries.len() as u64,
                sha256: digest,
                imported_at: ctx.now(),
                retired_at: None,
                signature,
                sealed,
            };
            ctx.store.pack_add(&row, &policies).await?;
            Ok::<_, ForceError>(policies.len() + latecomers(ctx, &policies).await?)
        })
        .await?;
    Ok((review, devices))
}

/// Whether a list can be a pack as it is.
pub(super) fn may_be_taken(list: &List, leave_out_refused: bool) -> Result<(), ForceError> {
    if !list.refused.is_empty() && !leave_out_refused {
        return Err(ForceError::Refused(refusals(list)));
    }
    match list.entries.is_empty() {
        true => {
            Err(ForceError::Refused("no entry of the list can be a term; nothing is imported".to_owned()))
        }
        false => Ok(()),
    }
}

/// Retires a pack and gives every active device a policy made without it; how many. Records go on naming it.
///
/// # Errors
/// [`ForceError`]; then nothing is changed.
pub async fn retire(ctx: &AppContext, name: &str) -> Result<usize, ForceError> {
    let row = row(ctx, name, None).await?;
    let objects = format!("{} {} {}", row.name, row.version, row.sha256);
    ctx.logged(COMMAND_LINE, "pack-remove", None, &objects, async {
        // One that was changed and cannot be loaded any more can be retired all the same.
        let with = InUse::but(ctx, But { pack: Some(name), ..But::default() }).await?;
        let policies = policies_of_all(ctx, &with, &BTreeSet::new()).await?;
        ctx.store.pack_retire(name, ctx.now(), &policies).await?;
        Ok(policies.len() + latecomers(ctx, &policies).await?)
    })
    .await
}

/// Every version of every pack of the force.
///
/// # Errors
/// [`ForceError`].
pub async fn list(ctx: &AppContext) -> Result<Vec<PackRow>, ForceError> {
    ctx.note(COMMAND_LINE, "pack-list", None, "").await?;
    Ok(ctx.store.pack_list().await?)
}

/// A pack as handed out, with its row: a version, or the one in use.
///
/// # Errors
/// [`ForceError`].
pub async fn show(
    ctx: &AppContext,
    name: &str,
    version: Option<u32>,
) -> Result<(PackRow, SignedPack), ForceError> {
    let row = row(ctx, name, version).await?;
    ctx.note(COMMAND_LINE, "pack-show", None, &format!("{} {}", row.name, row.version)).await?;
    let signed = packs::signed(ctx, &row)?;
    Ok((row, signed))
}

async fn row(ctx: &AppContext, name: &str, version: Option<u32>) -> Result<PackRow, ForceError> {
    let wanted = |row: &PackRow| match version {
        Some(version) => row.version == version,
        None => row.retired_at.is_none(),
    };
    let rows = ctx.store.pack_list().await?;
    let found = rows.into_iter().find(|row| row.name == name && wanted(row));
    Ok(found.ok_or(StoreError::Missing("a pack of this name in use, or this version of it"))?)
}

/// Entries that were refused, a line each.
#[must_use]
pub fn refusals(list: &List) -> String {
    let mut lines: Vec<String> = list
        .refused
        .iter()
        .take(LINES_SHOWN_MAX)
        .map(|refused| format!("line {}: {}", refused.line, refused.problem))
        .collect();
    if let Some(more) = list.refused.len().checked_sub(LINES_SHOWN_MAX).filter(|more| *more > 0) {
        lines.push(format!("and {more} more"));
    }
    format!(
        "{} of {} entries cannot be taken; mend them, or leave them out with --leave-out-refused. Nothing is imported.\n{}",
        list.refused.len(),
        list.entries.len() + list.doubled.len() + list.refused.len(),
        lines.join("\n")
    )
}
