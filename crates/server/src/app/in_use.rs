//! What policies are made of beside the order: packs of words and lists of sites.

use std::sync::Arc;

use proviso_engine::Pack;
use proviso_model::policy::SiteListRef;

use super::packs::{self, PackFault};
use super::{AppContext, site_lists};

/// Packs and lists of sites, each checked.
#[derive(Default)]
pub struct InUse {
    /// Packs of words.
    pub packs: Vec<Arc<Pack>>,
    /// Lists of sites, by name, version and hash.
    pub site_lists: Vec<SiteListRef>,
}

impl InUse {
    /// What policies are made with now.
    ///
    /// # Errors
    /// [`PackFault`]; then no policy is made, for one without the force's own would look as if it had it.
    pub async fn now(ctx: &AppContext) -> Result<Self, PackFault> {
        Ok(Self { packs: packs::in_use(ctx, None).await?, site_lists: site_lists::in_use(ctx, None).await? })
    }

    /// What policies were ever made with: what a record may rest on.
    ///
    /// # Errors
    /// [`PackFault`].
    pub async fn ever(ctx: &AppContext) -> Result<Self, PackFault> {
        Ok(Self { packs: packs::ever(ctx).await?, site_lists: site_lists::ever(ctx).await? })
    }
}
