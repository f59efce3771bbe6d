//! How often officers looked at a case, for the person's own page: counts of whole days, nobody's name.

use std::collections::BTreeSet;

use proviso_model::Timestamp;
use proviso_model::data_request::{AskedRequest, DataRequestKind, DataRequestState, DataRequests};
use proviso_model::ids::CaseId;
use proviso_model::looked::{LOOKED_DAYS, Looked, Looks};
use proviso_store::{AuditTally, StoreError};

use crate::app::AppContext;
use crate::app::rights;

const DAY_MICROS: i64 = 86_400_000_000;

/// Requests that a device is told of at most: the newest.
const REQUESTS_MAX: usize = 20;

/// The counts up to the last midnight (UTC); with how requests about data stand, where the device asks for them.
///
/// # Errors
/// The store's.
pub async fn of_case(ctx: &AppContext, case: CaseId, with_requests: bool) -> Result<Looked, StoreError> {
    let until = midnight(ctx.now());
    let tally = async |from| ctx.store.audit_tally(case, from, until).await;
    Ok(Looked {
        until,
        all: looks(&tally(Timestamp::from_micros(0)).await?),
        lately: looks(&tally(until.plus_days(-LOOKED_DAYS)).await?),
        requests: match with_requests {
            true => Some(requests(ctx, case).await?),
            false => None,
        },
    })
}

/// How what the person asked on their own pages stands: kinds and days, no words.
async fn requests(ctx: &AppContext, case: CaseId) -> Result<DataRequests, StoreError> {
    let mut found = rights::of_own(ctx, case).await?;
    found.retain(rights::Asked::is_from_the_page);
    found.sort_by_key(|one| std::cmp::Reverse(one.row.entered_at));
    let told = found.iter().take(REQUESTS_MAX).filter_map(|one| {
        Some(AskedRequest {
            of: DataRequestKind::parse(one.row.kind.as_str())?,
            received_on: one.row.received_on.parse().ok()?,
            due_on: one.due_on,
            state: match one.state {
                rights::State::Open => DataRequestState::Open,
                rights::State::Answered => DataRequestState::Answered,
                rights::State::Refused => DataRequestState::Refused,
                rights::State::Withdrawn => DataRequestState::Withdrawn,
            },
        })
    });
    Ok(DataRequests { extension_months: ctx.rights.extension_months, asked: told.collect() })
}

fn midnight(now: Timestamp) -> Timestamp {
    Timestamp::from_micros(now.as_micros() - now.as_micros().rem_euclid(DAY_MICROS))
}

fn looks(tallies: &[AuditTally]) -> Looks {
    let mut looks = Looks::default();
    let mut officers = BTreeSet::new();
    for tally in tallies.iter().filter(|tally| tally.actor.starts_with("officer:")) {
        let sum = match tally.act.as_str() {
            "alert-view" | "case-view" | "coverage-view" | "received-view" => &mut looks.pages,
            "content-open" | "names-open" | "privilege-open" => &mut looks.content,
            "picture-preview" => &mut looks.previews,
            "picture-unveil" => &mut looks.pictures,
            "bundle-export" | "received-export" => &mut looks.bundles,
            _ => continue,
        };
        *sum += tally.count;
        officers.insert(tally.actor.as_str());
    }
    looks.officers = u32::try_from(officers.len()).unwrap_or(u32::MAX);
    looks
}
