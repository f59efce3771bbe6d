//! What a device says that a list holds is looked up again in the list that the force keeps: a finding rests on the recorded look-up, and
//! a device could have made that up.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use proviso_engine::image::set::{Digests, HashSet, Listed};
use proviso_engine::sites::SiteList;
use proviso_model::limits::PDQ_QUALITY_MIN;
use proviso_model::{Digest, Fact, Observation, Picture, PictureSeen};
use proviso_store::StoreError;

use crate::app::AppContext;
use crate::app::hash_sets::{self, HashSetFault, Mapped, stands};
use crate::app::site_lists::{self, SiteListFault};

/// What became of the recorded look-ups of an observation, the worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Listing {
    /// Each entry stands on its list, and is what the address or the picture leads to; or there are none.
    Holds,
    /// A list is not held here, or its bytes cannot be read.
    Unchecked,
    /// An entry does not stand there.
    Wrong,
}

/// Lists by hash, read or opened once per job.
#[derive(Default)]
pub(super) struct Lists {
    sites: HashMap<Digest, Option<SiteList>>,
    pictures: HashMap<Digest, Option<Arc<HashSet<Mapped>>>>,
}

impl Lists {
    /// Looks up again what was recorded.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(super) async fn check(
        &mut self,
        ctx: &AppContext,
        captured: &Observation,
    ) -> Result<Listing, StoreError> {
        let sites = self.check_sites(ctx, captured).await?;
        Ok(sites.max(self.check_pictures(ctx, captured).await?))
    }

    async fn check_sites(&mut self, ctx: &AppContext, captured: &Observation) -> Result<Listing, StoreError> {
        let mut all = Listing::Holds;
        for listed in &captured.listed {
            let list = match self.sites.entry(listed.list) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(unknown) => unknown.insert(read_sites(ctx, listed.list).await?),
            };
            let Some(list) = list else {
                all = Listing::Unchecked;
                continue;
            };
            let found = match &captured.fact {
                Fact::Page { url, .. } => list.entry_of_address(url),
                _ => None,
            };
            if found.as_deref() != Some(listed.entry.as_str()) {
                return Ok(Listing::Wrong);
            }
        }
        Ok(all)
    }

    async fn check_pictures(
        &mut self,
        ctx: &AppContext,
        captured: &Observation,
    ) -> Result<Listing, StoreError> {
        let Some(seen) = captured.picture.as_deref().filter(|seen| !seen.listed.is_empty()) else {
            return Ok(Listing::Holds);
        };
        let Fact::Picture(picture) = &captured.fact else { return Ok(Listing::Wrong) };
        let mut all = Listing::Holds;
        for listed in &seen.listed {
            let set = match self.pictures.entry(listed.set) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(unknown) => unknown.insert(open_pictures(ctx, listed.set).await?),
            };
            let found = match set {
                Some(set) => look_up(Arc::clone(set), picture, seen).await,
                None => None,
            };
            match found {
                Some(found) if found.iter().any(|found| stands(found, listed)) => {}
                Some(_) => return Ok(Listing::Wrong),
                None => all = Listing::Unchecked,
            }
        }
        Ok(all)
    }
}

async fn read_sites(ctx: &AppContext, sha256: Digest) -> Result<Option<SiteList>, StoreError> {
    let rows = ctx.store.site_list_list().await?;
    let Some(row) = rows.iter().find(|row| row.sha256 == sha256) else {
        return Ok(unknown(sha256));
    };
    match site_lists::whole(ctx, row).await {
        Ok(bytes) => Ok(SiteList::from_bytes(bytes).ok()),
        Err(SiteListFault::Store(error)) => Err(error),
        Err(fault) => Ok(unusable(&fault)),
    }
}

/// A version that is no longer in use is found too: its file is kept.
async fn open_pictures(ctx: &AppContext, sha256: Digest) -> Result<Option<Arc<HashSet<Mapped>>>, StoreError> {
    let rows = ctx.store.hash_set_list().await?;
    let Some(row) = rows.into_iter().find(|row| row.sha256 == sha256) else {
        return Ok(unknown(sha256));
    };
    match hash_sets::apart(ctx, move |ctx| hash_sets::open(ctx, &row)).await {
        Ok(set) => Ok(Some(set)),
        Err(HashSetFault::Store(error)) => Err(error),
        Err(fault) => Ok(unusable(&fault)),
    }
}

fn unknown<T>(list: Digest) -> Option<T> {
    tracing::warn!(%list, "a record names a list that this server does not know");
    None
}

fn unusable<T>(fault: &dyn std::error::Error) -> Option<T> {
    tracing::error!(%fault, "what a device says of a list cannot be checked");
    None
}

/// What the set says of the digests on record; nothing when the server is stopping. Of a file that the extension made they say nothing,
/// whatever they are.
async fn look_up(set: Arc<HashSet<Mapped>>, picture: &Picture, seen: &PictureSeen) -> Option<Vec<Listed>> {
    let is_a_file = picture.from.is_a_file();
    let digests = Digests {
        md5: is_a_file.then_some(picture.md5.0),
        sha1: None,
        sha256: is_a_file.then_some(picture.sha256.0),
        pdq: seen.pdq.filter(|_| seen.pdq_quality >= PDQ_QUALITY_MIN),
    };
    // Its pages come from the disk.
    tokio::task::spawn_blocking(move || set.look_up(&digests)).await.ok()
}
