//! The visit to a personal page: begun with link and code, ended by the person, by time or with the link.

use proviso_ledger::hash::domain_hash;
use proviso_model::ids::PersonalLinkId;
use proviso_store::{CaseState, PersonalLinkRow, StoreError};

use super::link::{self, TRIES_MAX};
use crate::app::AppContext;
use crate::app::device::code;
use crate::app::officer::error::ActError;
use crate::app::officer::session;

/// A visit ends after so long in any case, in milliseconds.
pub const VISIT_MILLIS_MAX: i64 = 30 * 60_000;
/// Tries counted over so long, in milliseconds.
const TRIES_MILLIS: i64 = 10 * 60_000;
/// Tries from one address in that time, at whichever links.
const TRIES_PER_ADDRESS_MAX: u32 = 30;

/// What a try to open the page came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tried {
    /// It is open: the secret of the visit, for a cookie.
    Open(String),
    /// Link or code are wrong, or the link works no more: one answer for all.
    Wrong,
}

/// How an actor that is a link begins in the log.
pub const LINK_ACTOR: &str = "personal-link:";

/// Who a visit acts as in the log.
#[must_use]
pub fn actor(link: PersonalLinkId) -> String {
    format!("{LINK_ACTOR}{link}")
}

fn visit_hash(visit: &str) -> [u8; 32] {
    domain_hash("proviso/personal-visit/v1", &[visit.as_bytes()])
}

/// Opens the page with the secret of the link's address and the code as typed. Tries are counted before the code is looked at.
///
/// # Errors
/// [`ActError::TooManyTries`] from one address; [`ActError::Store`].
pub async fn open(ctx: &AppContext, token: &str, typed: &str, address: &str) -> Result<Tried, ActError> {
    let now = ctx.now();
    let key = domain_hash("proviso/personal-try/v1", &[address.as_bytes()]);
    let tries = ctx.store.enrolment_try_add(&key, now, now.plus_millis(-TRIES_MILLIS)).await?;
    if tries > TRIES_PER_ADDRESS_MAX {
        return Err(ActError::TooManyTries);
    }
    let found = ctx.store.personal_link_by_token(&link::token_hash(token)).await?;
    let Some(row) = found.filter(|row| link::works(row, now)) else { return Ok(Tried::Wrong) };
    if !is_open(ctx, &row).await? || !ctx.store.personal_link_try(row.id).await? {
        return Ok(Tried::Wrong);
    }
    // Hashes of a keyed function: comparing them tells nothing of the code.
    let right =
        code::normalise(typed).is_some_and(|code| link::code_hash(ctx, row.id, &code) == row.code_hash);
    if !right {
        ctx.note(&actor(row.id), "personal-page-refused", Some(row.case), &row.id.to_string()).await?;
        return Ok(Tried::Wrong);
    }
    ctx.logged(&actor(row.id), "personal-page-open", Some(row.case), &row.id.to_string(), async {
        let visit = session::new_token(ctx);
        let until = now.plus_millis(VISIT_MILLIS_MAX);
        ctx.store.personal_link_enter(row.id, TRIES_MAX, &visit_hash(&visit), now, until).await?;
        ctx.store.enrolment_try_forget(&key).await?;
        Ok(Tried::Open(visit))
    })
    .await
}

/// The link of a visit that is under way.
///
/// # Errors
/// [`StoreError`].
pub async fn current(ctx: &AppContext, visit: &str) -> Result<Option<PersonalLinkRow>, StoreError> {
    let now = ctx.now();
    match ctx.store.personal_link_by_visit(&visit_hash(visit), now).await? {
        Some(row) if link::works(&row, now) && is_open(ctx, &row).await? => Ok(Some(row)),
        _ => Ok(None),
    }
}

/// Ends a visit.
///
/// # Errors
/// [`StoreError`].
pub async fn leave(ctx: &AppContext, visit: &str) -> Result<(), StoreError> {
    ctx.store.personal_link_leave(&visit_hash(visit)).await
}

async fn is_open(ctx: &AppContext, row: &PersonalLinkRow) -> Result<bool, StoreError> {
    Ok(ctx.store.case_get(row.case).await?.is_some_and(|case| case.state == CaseState::Open))
}
