//! How often officers looked at a case, for the person's own page: counts of whole days, nobody's name.

use std::collections::BTreeSet;

use proviso_model::Timestamp;
use proviso_model::ids::CaseId;
use proviso_model::looked::{LOOKED_DAYS, Looked, Looks};
use proviso_store::{AuditTally, StoreError};

use crate::app::AppContext;

const DAY_MICROS: i64 = 86_400_000_000;

/// The counts up to the last midnight (UTC).
///
/// # Errors
/// The store's.
pub async fn of_case(ctx: &AppContext, case: CaseId) -> Result<Looked, StoreError> {
    let until = midnight(ctx.now());
    let tally = async |from| ctx.store.audit_tally(case, from, until).await;
    Ok(Looked {
        until,
        all: looks(&tally(Timestamp::from_micros(0)).await?),
        lately: looks(&tally(until.plus_days(-LOOKED_DAYS)).await?),
    })
}

fn midnight(now: Timestamp) -> Timestamp {
    Timestamp::from_micros(now.as_micros() - now.as_micros().rem_euclid(DAY_MICROS))
}

fn looks(tallies: &[AuditTally]) -> Looks {
    let mut looks = Looks::default();
    let mut officers = BTreeSet::new();
    for tally in tallies.iter().filter(|tally| tally.actor.starts_with("officer:")) {
        let sum = match tally.act.as_str() {
            "alert-view" | "case-view" | "coverage-view" => &mut looks.pages,
            "content-open" | "names-open" | "privilege-open" => &mut looks.content,
            "picture-preview" => &mut looks.previews,
            "picture-unveil" => &mut looks.pictures,
            "bundle-export" => &mut looks.bundles,
            _ => continue,
        };
        *sum += tally.count;
        officers.insert(tally.actor.as_str());
    }
    looks.officers = u32::try_from(officers.len()).unwrap_or(u32::MAX);
    looks
}
