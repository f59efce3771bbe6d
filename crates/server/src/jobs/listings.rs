//! What a device says that a list of sites holds is looked up again in the list that the force keeps: a finding rests on the
//! recorded look-up, and a device could have made that up.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use proviso_engine::sites::SiteList;
use proviso_model::{Digest, Fact, Observation};
use proviso_store::StoreError;

use crate::app::AppContext;
use crate::app::site_lists::{self, SiteListFault};

/// What became of the recorded look-ups of an observation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Listing {
    /// Each entry stands on its list, and is what the address leads to; or there are none.
    Holds,
    /// One does not.
    Wrong,
    /// A list is not held here, or its bytes cannot be read.
    Unchecked,
}

/// Lists by hash, read once per job.
#[derive(Default)]
pub(super) struct Lists(HashMap<Digest, Option<SiteList>>);

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
        let mut all = Listing::Holds;
        for listed in &captured.listed {
            let Some(list) = self.of(ctx, listed.list).await? else {
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

    async fn of(&mut self, ctx: &AppContext, sha256: Digest) -> Result<Option<&SiteList>, StoreError> {
        Ok(match self.0.entry(sha256) {
            Entry::Occupied(known) => known.into_mut().as_ref(),
            Entry::Vacant(unknown) => unknown.insert(read(ctx, sha256).await?).as_ref(),
        })
    }
}

async fn read(ctx: &AppContext, sha256: Digest) -> Result<Option<SiteList>, StoreError> {
    let rows = ctx.store.site_list_list().await?;
    let Some(row) = rows.iter().find(|row| row.sha256 == sha256) else {
        tracing::warn!(list = %sha256, "a record names a list of sites that this server does not know");
        return Ok(None);
    };
    match site_lists::whole(ctx, row).await {
        Ok(bytes) => Ok(SiteList::from_bytes(bytes).ok()),
        Err(SiteListFault::Store(error)) => Err(error),
        Err(fault) => {
            tracing::error!(%fault, "what a device says of a list of sites cannot be checked");
            Ok(None)
        }
    }
}
