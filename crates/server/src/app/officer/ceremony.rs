//! What is begun with a browser and answered once: its state lies sealed in the store, and the page holds a random token.

use proviso_ledger::hash::domain_hash;
use proviso_store::{CeremonyKind, CeremonyRow};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::ActError;
use super::session::new_token;
use crate::app::AppContext;

/// How long an answer counts, in milliseconds.
pub const CEREMONY_MILLIS: i64 = 5 * 60_000;

fn hash(token: &str) -> [u8; 32] {
    domain_hash("proviso/ceremony/v1", &[token.as_bytes()])
}

fn purpose(kind: CeremonyKind) -> String {
    format!("ceremony/{}", kind.as_str())
}

/// Keeps what was asked; gives the token under which its answer takes it.
pub(super) async fn begin(
    ctx: &AppContext,
    kind: CeremonyKind,
    asked: &impl Serialize,
) -> Result<String, ActError> {
    let token = new_token(ctx);
    begin_under(ctx, kind, &token, asked).await?;
    Ok(token)
}

/// As [`begin`], under a token that is made already.
pub(super) async fn begin_under(
    ctx: &AppContext,
    kind: CeremonyKind,
    token: &str,
    asked: &impl Serialize,
) -> Result<(), ActError> {
    let text = serde_json::to_vec(asked).map_err(|error| ActError::Broken(error.to_string()))?;
    let now = ctx.now();
    let row = CeremonyRow {
        token_hash: hash(token),
        kind,
        expires_at: now.plus_millis(CEREMONY_MILLIS),
        sealed: ctx.seal_for_force(&purpose(kind), &text),
    };
    Ok(ctx.store.ceremony_begin(&row, now).await?)
}

/// What was asked under a token; nobody gets it a second time.
pub(super) async fn take<T: DeserializeOwned>(
    ctx: &AppContext,
    kind: CeremonyKind,
    token: &str,
) -> Result<Option<T>, ActError> {
    let Some(sealed) = ctx.store.ceremony_take(&hash(token), kind, ctx.now()).await? else { return Ok(None) };
    let text = ctx.open_for_force(&purpose(kind), &sealed)?;
    serde_json::from_slice(&text).map(Some).map_err(|error| ActError::Broken(error.to_string()))
}
