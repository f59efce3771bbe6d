//! Filters that an officer saved, and whether single keys do something in their inbox.

use proviso_store::InboxFilterRow;

use super::allowed::Action;
use super::error::ActError;
use super::inbox_query::InboxQuery;
use super::who::Who;
use crate::app::AppContext;

/// Most filters of one officer.
const FILTERS_MAX: usize = 30;

/// How an officer likes the inbox.
#[derive(Debug, Clone)]
pub struct Likes {
    /// Their filters and those that colleagues of their role share.
    pub filters: Vec<InboxFilterRow>,
    /// Whether single keys do something.
    pub single_keys: bool,
}

/// How `who` likes it.
///
/// # Errors
/// [`ActError::NotYourRole`], or the store's.
pub async fn likes(ctx: &AppContext, who: &Who) -> Result<Likes, ActError> {
    who.require(Action::ViewEvidence)?;
    let filters = ctx.store.inbox_filter_list(who.id).await?;
    Ok(Likes { filters, single_keys: ctx.store.inbox_single_keys(who.id).await? })
}

/// Saves a filter.
///
/// # Errors
/// [`ActError::Conflict`] for one that cannot be read, says nothing or names somebody, or one too many.
pub async fn save(ctx: &AppContext, who: &Who, typed: &str, shared: bool) -> Result<String, ActError> {
    who.require(Action::ViewEvidence)?;
    let query = InboxQuery::parse(typed)
        .ok()
        .filter(|query| !query.is_empty())
        .ok_or(ActError::Conflict("write a filter first; the page of help says how"))?;
    if !query.person().is_empty() || query.cases().is_some() {
        return Err(ActError::Conflict("a saved filter is about no single person: leave the name out"));
    }
    let query = query.to_string();
    let own = ctx.store.inbox_filter_list(who.id).await?;
    let own: Vec<_> = own.iter().filter(|row| row.officer == who.id).collect();
    if own.len() >= FILTERS_MAX && own.iter().all(|row| row.query != query) {
        return Err(ActError::Conflict("you have 30 filters; forget one first"));
    }
    let row = InboxFilterRow { officer: who.id, query: query.clone(), shared, made_at: ctx.now() };
    ctx.logged(&who.actor(), "inbox-filter-save", None, &query, async {
        Ok::<_, ActError>(ctx.store.inbox_filter_set(&row).await?)
    })
    .await?;
    Ok(query)
}

/// Forgets a filter of the officer's own.
///
/// # Errors
/// The store's.
pub async fn forget(ctx: &AppContext, who: &Who, query: &str) -> Result<(), ActError> {
    who.require(Action::ViewEvidence)?;
    let query = InboxQuery::parse(query).map_err(|_| ActError::NotFound)?.to_string();
    ctx.logged(&who.actor(), "inbox-filter-forget", None, &query, async {
        Ok::<_, ActError>(ctx.store.inbox_filter_remove(who.id, &query).await?)
    })
    .await
}

/// Says whether single keys do something.
///
/// # Errors
/// [`ActError::NotYourRole`], or the store's.
pub async fn set_single_keys(ctx: &AppContext, who: &Who, on: bool) -> Result<(), ActError> {
    who.require(Action::ViewEvidence)?;
    let said = if on { "on" } else { "off" };
    ctx.logged(&who.actor(), "inbox-keys", None, said, async {
        Ok::<_, ActError>(ctx.store.inbox_single_keys_set(who.id, on).await?)
    })
    .await
}
