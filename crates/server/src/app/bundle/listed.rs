//! What only the force can repeat: look-ups in its lists, which are in no bundle.

use std::collections::BTreeSet;

use proviso_evidence::format::ListsFile;
use proviso_model::Digest;
use proviso_model::observation::{PictureListed, SiteListed};

use super::BundleError;
use crate::app::AppContext;

/// Lists that records name, by the SHA-256 of their files.
#[derive(Default)]
pub(super) struct Listed {
    sites: BTreeSet<Digest>,
    pictures: BTreeSet<Digest>,
}

impl Listed {
    /// Notes the lists that a field of a record names, if it does.
    pub(super) fn add(&mut self, field: &str, text: &str) {
        match field {
            "body.captured.listed" => {
                let found: Vec<SiteListed> = serde_json::from_str(text).unwrap_or_default();
                self.sites.extend(found.iter().map(|found| found.list));
            }
            "body.captured.picture.listed" => {
                let found: Vec<PictureListed> = serde_json::from_str(text).unwrap_or_default();
                self.pictures.extend(found.iter().map(|found| found.set));
            }
            _ => {}
        }
    }

    /// A sentence for each; `lists` has what is proven of them.
    pub(super) async fn in_words(
        &self,
        ctx: &AppContext,
        lists: &[ListsFile],
    ) -> Result<Vec<String>, BundleError> {
        let mut known = Vec::new();
        if !self.sites.is_empty() {
            let rows = ctx.store.site_list_list().await?.into_iter();
            known.extend(rows.map(|row| (row.sha256, row.name, row.version)));
        }
        if !self.pictures.is_empty() {
            let rows = ctx.store.hash_set_list().await?.into_iter();
            known.extend(rows.map(|row| (row.sha256, row.name, row.version)));
        }
        let entries = || lists.iter().flat_map(|file| &file.entries);
        let is_proven = |set: &Digest| entries().any(|entry| entry.set == *set && entry.proof.is_some());
        let sentence = |(what, kind, with): (&str, &str, &str), sha256: &Digest| {
            let list = known.iter().find(|(known, ..)| known == sha256).map_or_else(
                || format!("a {kind}"),
                |(_, name, version)| format!("{kind} {name} version {version}"),
            );
            let proven =
                if is_proven(sha256) { " That the entry found stood in it is proven in lists/." } else { "" };
            format!(
                "Looking {what} up in {list} (SHA-256 {sha256}): the force holds the list. What the look-up found is recorded with the {with}, \
                 and the findings replay from that.{proven}"
            )
        };
        let sites = self.sites.iter().map(|list| sentence(("addresses", "list of sites", "page"), list));
        let pictures = self.pictures.iter().map(|set| sentence(("pictures", "hash set", "picture"), set));
        Ok(sites.chain(pictures).collect())
    }
}
