//! What policies are made of beside the order: packs of words, lists of sites, hash sets.

use std::sync::Arc;

use proviso_engine::Pack;
use proviso_model::Timestamp;
use proviso_model::ids::TrialId;
use proviso_model::policy::{HashSetRef, SiteListRef};

use super::packs::{self, PackFault};
use super::{AppContext, hash_sets, site_lists};

/// Packs, lists of sites and hash sets, each checked.
#[derive(Default)]
pub struct InUse {
    /// Packs of words.
    pub packs: Vec<Arc<Pack>>,
    /// Lists of sites, by name, version and hash.
    pub site_lists: Vec<SiteListRef>,
    /// Hash sets, by name, version and hash.
    pub hash_sets: Vec<HashSetRef>,
    /// A pack that devices try out.
    pub trial: Option<OnTrial>,
}

/// A pack that devices try out beside those in use, counting only.
#[derive(Clone)]
pub struct OnTrial {
    /// Which trial.
    pub id: TrialId,
    /// The first instant at which it no longer runs.
    pub until: Timestamp,
    /// The pack.
    pub pack: Arc<Pack>,
}

/// What is left out, by name.
#[derive(Default)]
pub struct But<'n> {
    /// A pack.
    pub pack: Option<&'n str>,
    /// A list of sites.
    pub site_list: Option<&'n str>,
    /// A hash set.
    pub hash_set: Option<&'n str>,
}

impl InUse {
    /// What policies are made with now.
    ///
    /// # Errors
    /// [`PackFault`]; then no policy is made, for one without the force's own would look as if it had it.
    pub async fn now(ctx: &AppContext) -> Result<Self, PackFault> {
        Self::but(ctx, But::default()).await
    }

    /// The same but for one: that one may have been changed, and can be replaced or retired all the same.
    ///
    /// # Errors
    /// As [`InUse::now`].
    pub async fn but(ctx: &AppContext, but: But<'_>) -> Result<Self, PackFault> {
        Ok(Self {
            packs: packs::in_use(ctx, but.pack).await?,
            site_lists: site_lists::in_use(ctx, but.site_list).await?,
            hash_sets: hash_sets::in_use(ctx, but.hash_set).await?,
            trial: packs::on_trial(ctx).await?,
        })
    }

    /// What policies were ever made with: what a record may rest on.
    ///
    /// # Errors
    /// [`PackFault`].
    pub async fn ever(ctx: &AppContext) -> Result<Self, PackFault> {
        Ok(Self {
            packs: packs::ever(ctx).await?,
            site_lists: site_lists::ever(ctx).await?,
            hash_sets: hash_sets::ever(ctx).await?,
            trial: None,
        })
    }

    /// The packs as they would be with `pack`: in the place of the one of its name, or beside the others.
    #[must_use]
    pub fn packs_with(&self, pack: &Arc<Pack>) -> Vec<Arc<Pack>> {
        let others = self.packs.iter().filter(|one| one.name != pack.name).cloned();
        others.chain([Arc::clone(pack)]).collect()
    }
}
