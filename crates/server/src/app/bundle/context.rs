//! Pictures of windows go into a bundle with the findings that they are of, and never without.

use std::collections::{BTreeMap, BTreeSet};

use proviso_model::ids::CaseId;
use proviso_store::RecordRow;

use super::BundleError;
use super::gather::may_be_shown;
use crate::app::AppContext;

/// Of a case: the record of each picture with that of its finding.
pub(super) struct Contexts(BTreeMap<[u8; 32], [u8; 32]>);

impl Contexts {
    pub(super) async fn of_case(ctx: &AppContext, case: CaseId) -> Result<Self, BundleError> {
        Ok(Self(ctx.store.context_picture_links(case).await?.into_iter().collect()))
    }

    /// Adds those whose findings are among the records, and takes out those whose finding is not, or was destroyed.
    pub(super) async fn follow(
        &self,
        ctx: &AppContext,
        records: &mut Vec<RecordRow>,
    ) -> Result<(), BundleError> {
        let is_whole = |record: &&RecordRow| record.destroyed_at.is_none();
        let findings: BTreeSet<[u8; 32]> =
            records.iter().filter(is_whole).map(|record| record.hash).collect();
        let follows = |hash: &[u8; 32]| self.0.get(hash).is_some_and(|finding| findings.contains(finding));
        records.retain(|record| {
            !self.0.contains_key(&record.hash) || record.destroyed_at.is_some() || follows(&record.hash)
        });
        let here: BTreeSet<[u8; 32]> = records.iter().map(|record| record.hash).collect();
        for hash in self.0.keys().filter(|hash| follows(hash) && !here.contains(*hash)) {
            records.extend(ctx.store.record_get(hash).await?.filter(may_be_shown));
        }
        records.sort_by_key(|record| record.leaf);
        Ok(())
    }
}
