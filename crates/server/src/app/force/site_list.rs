//! A force's own lists of sites: read, looked at, taken into use, shown, retired. Devices get a new policy each time and fetch
//! the list by its hash.

use std::collections::BTreeSet;
use std::io::BufRead;

use jiff::civil::Date;
use proviso_engine::compile::{LOWERING_CATEGORIES, SITES_CATEGORY};
use proviso_engine::lines::next_line;
use proviso_engine::sites::{Counts, ImportError, Importer, ListFormat, RefusedLine, SiteList};
use proviso_ledger::hash::sha256;
use proviso_model::Digest;
use proviso_model::limits::{SITE_LIST_BYTES_MAX, SITE_LIST_IMPORT_BYTES_MAX, SITE_LIST_LINE_BYTES_MAX};
use proviso_model::site_list::SiteListStatement;
use proviso_store::{SiteListRow, StoreError};

use super::keys::{latecomers, policies_of_all};
use super::pack::{check_line, check_name};
use super::{COMMAND_LINE, ForceError};
use crate::app::in_use::{But, InUse};
use crate::app::{AppContext, site_lists};

/// A list as read from its file.
pub struct ReadList {
    /// In its compact form.
    pub list: SiteList,
    /// What was read and what was left out.
    pub counts: Counts,
    /// The first lines that gave no entry.
    pub refused: Vec<RefusedLine>,
}

/// A list to be taken.
pub struct NewSiteList<'f> {
    /// Its name; importing under a name in use makes its next version.
    pub name: &'f str,
    /// What its sites are: one of [`categories`].
    pub category: &'f str,
    /// Whether it is known to hold ordinary sites too.
    pub coarse: bool,
    /// Where it comes from.
    pub source: Option<&'f str>,
    /// Under which licence.
    pub licence: Option<&'f str>,
    /// The day of the list.
    pub dated: Option<Date>,
    /// What was read.
    pub read: &'f ReadList,
}

/// What is known of a list before it is taken.
pub struct Review {
    /// The version that it would be.
    pub version: u32,
    /// SHA-256 of its compact form.
    pub sha256: Digest,
    /// Bytes of its compact form.
    pub bytes: u64,
    /// Entries of the version in use, if there is one.
    pub entries_before: Option<u64>,
}

/// Categories that a list may have.
#[must_use]
pub fn categories() -> Vec<&'static str> {
    std::iter::once(SITES_CATEGORY).chain(LOWERING_CATEGORIES).collect()
}

/// Reads a list line by line. `told` hears how many bytes were read so far.
///
/// # Errors
/// [`ForceError::Refused`] with counts when there is no list in it, or one beyond the limits.
pub fn read(
    mut lines: impl BufRead,
    format: ListFormat,
    mut told: impl FnMut(u64),
) -> Result<ReadList, ForceError> {
    let refused = |why: String| ForceError::Refused(why);
    let mut importer = Importer::new(format);
    let (mut line, mut total) = (Vec::new(), 0_u64);
    loop {
        let length = next_line(&mut lines, &mut line, SITE_LIST_LINE_BYTES_MAX)
            .map_err(|error| refused(format!("the list cannot be read: {error}")))?;
        if length == 0 {
            break;
        }
        total = total.saturating_add(length);
        if total > SITE_LIST_IMPORT_BYTES_MAX {
            return Err(refused(format!(
                "the list has more than {SITE_LIST_IMPORT_BYTES_MAX} bytes; split it into several lists"
            )));
        }
        importer.line(&line).map_err(|error| refused(error.to_string()))?;
        told(total);
    }
    let (kept, counts) = (importer.refused().to_vec(), importer.counts());
    match importer.finish() {
        Ok((list, counts)) if list.as_bytes().len() <= SITE_LIST_BYTES_MAX => {
            Ok(ReadList { list, counts, refused: kept })
        }
        Ok((list, _)) => Err(refused(format!(
            "the list has {} bytes in its compact form, and a device takes at most {SITE_LIST_BYTES_MAX}; split it into several lists",
            list.as_bytes().len()
        ))),
        Err(error @ ImportError::Empty) => Err(refused(format!("{error}\n{}", refusals(&counts, &kept)))),
        Err(other) => Err(refused(other.to_string())),
    }
}

/// Lines that were refused: how many for which reason, and the first of them.
#[must_use]
pub fn refusals(counts: &Counts, refused: &[RefusedLine]) -> String {
    let mut words = format!(
        "{} lines name no site, {} are public suffixes, {} are rules about parts of pages, {} cannot be read",
        counts.not_hosts, counts.public_suffixes, counts.not_whole_sites, counts.unreadable
    );
    for refused in refused {
        words.push_str(&format!("\nline {} {}", refused.line, refused.problem.in_words()));
    }
    let all = counts.not_hosts + counts.public_suffixes + counts.not_whole_sites + counts.unreadable;
    if let Some(more) = all.checked_sub(refused.len()).filter(|more| *more > 0) {
        words.push_str(&format!("\nand {more} more"));
    }
    words
}

/// Whether more lines make no sense than do: then the file is probably no list of sites, or of another format. Rules of Adblock
/// lists about parts of pages do make sense, and are left out as such.
#[must_use]
pub fn is_junk(counts: &Counts) -> bool {
    counts.not_hosts + counts.public_suffixes + counts.unreadable > counts.entries + counts.twice
}

/// Looks at a list; nothing is kept.
///
/// # Errors
/// [`ForceError::Refused`] with what to do.
pub async fn review(ctx: &AppContext, new: &NewSiteList<'_>) -> Result<Review, ForceError> {
    check_name(ctx, new.name, "list of sites")?;
    if !categories().contains(&new.category) {
        return Err(ForceError::Refused(format!(
            "\"{}\" is no category of sites; choose one of {}",
            new.category,
            categories().join(", ")
        )));
    }
    for (what, words) in [("source", new.source), ("licence", new.licence)] {
        words.map_or(Ok(()), |words| check_line(what, words))?;
    }
    let rows = ctx.store.site_list_list().await?;
    let mut own = rows.iter().filter(|row| row.name == new.name);
    Ok(Review {
        version: own.clone().map(|row| row.version).max().unwrap_or(0) + 1,
        sha256: Digest(sha256(new.read.list.as_bytes())),
        bytes: new.read.list.as_bytes().len() as u64,
        entries_before: own.find(|row| row.retired_at.is_none()).map(|row| row.entries),
    })
}

/// Takes a list into use and gives every active device a policy made with it; how many. The version in use before is retired.
/// With `leave_out_refused`, also one of whose lines most are no sites.
///
/// # Errors
/// [`ForceError`]; then nothing is changed.
pub async fn import(
    ctx: &AppContext,
    new: &NewSiteList<'_>,
    leave_out_refused: bool,
) -> Result<(Review, usize), ForceError> {
    let review = review(ctx, new).await?;
    if is_junk(&new.read.counts) && !leave_out_refused {
        return Err(ForceError::Refused(format!(
            "more lines were refused than taken ({}); is it another kind of file? Mend it, say --format, or take the rest with \
             --leave-out-refused. Nothing is imported.\n{}",
            new.read.counts.entries,
            refusals(&new.read.counts, &new.read.refused)
        )));
    }
    let says = SiteListStatement {
        force: ctx.keys.force,
        name: new.name.to_owned(),
        version: review.version,
        category: new.category.to_owned(),
        coarse: new.coarse,
        sha256: review.sha256,
        bytes: review.bytes,
        entries: new.read.counts.entries as u64,
        source: new.source.map(str::to_owned),
        licence: new.licence.map(str::to_owned),
        dated: new.dated,
        imported_at: ctx.now(),
    };
    let objects = format!("{} {} {}", new.name, review.version, review.sha256);
    let devices = ctx
        .logged(COMMAND_LINE, "site-list-import", None, &objects, async {
            let row = site_lists::row(ctx, &says)
                .map_err(|error| ForceError::Refused(format!("the list cannot be described: {error}")))?;
            site_lists::keep(ctx, &row, new.read.list.as_bytes()).await?;
            let mut with = InUse::but(ctx, But { site_list: Some(new.name), ..But::default() }).await?;
            with.site_lists.push(site_lists::reference(&says));
            with.site_lists.sort_by_cached_key(|list| list.list.name.clone());
            let policies = policies_of_all(ctx, &with, &BTreeSet::new()).await?;
            ctx.store.site_list_add(&row, &policies).await?;
            Ok::<_, ForceError>(policies.len() + latecomers(ctx, &policies).await?)
        })
        .await?;
    Ok((review, devices))
}

/// Retires a list and gives every active device a policy made without it; how many. Records go on naming it, and its bytes are
/// kept to check what they say.
///
/// # Errors
/// [`ForceError`]; then nothing is changed.
pub async fn retire(ctx: &AppContext, name: &str) -> Result<usize, ForceError> {
    let rows = ctx.store.site_list_list().await?;
    let row = rows.into_iter().find(|row| row.name == name && row.retired_at.is_none());
    let row = row.ok_or(StoreError::Missing("a list of sites of this name in use"))?;
    let objects = format!("{} {} {}", row.name, row.version, row.sha256);
    ctx.logged(COMMAND_LINE, "site-list-remove", None, &objects, async {
        let policies = policies_of_all(
            ctx,
            &InUse::but(ctx, But { site_list: Some(name), ..But::default() }).await?,
            &BTreeSet::new(),
        )
        .await?;
        ctx.store.site_list_retire(name, ctx.now(), &policies).await?;
        Ok(policies.len() + latecomers(ctx, &policies).await?)
    })
    .await
}

/// Every version of every list, with what the force says of it; `None` where that was changed since.
///
/// # Errors
/// [`ForceError`].
pub async fn list(ctx: &AppContext) -> Result<Vec<(SiteListRow, Option<SiteListStatement>)>, ForceError> {
    ctx.note(COMMAND_LINE, "site-list-list", None, "").await?;
    let rows = ctx.store.site_list_list().await?;
    Ok(rows.into_iter().map(|row| (row.clone(), site_lists::one(ctx, &row).ok())).collect())
}
