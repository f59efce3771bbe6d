//! Signing in and out, and the session in between.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proviso_ledger::hash::domain_hash;
use proviso_model::Timestamp;
use proviso_store::SessionRow;

use super::error::ActError;
use super::password;
use super::who::Who;
use crate::app::AppContext;

/// A session ends after so long without use, in milliseconds.
pub const IDLE_MILLIS_MAX: i64 = 30 * 60_000;
/// A session ends after so long in any case, in milliseconds.
pub const SESSION_MILLIS_MAX: i64 = 12 * 3_600_000;
/// Tries counted over so long, in milliseconds.
const TRIES_MILLIS: i64 = 10 * 60_000;
/// Tries for one user name in that time.
const TRIES_PER_NAME_MAX: u32 = 10;
/// Tries from one address in that time: a station shares one address.
const TRIES_PER_ADDRESS_MAX: u32 = 100;
/// Use is noted at most this often, so that reading pages does not write each time.
const NOTE_MILLIS: i64 = 60_000;

/// A sign-in as typed.
pub struct Credentials {
    /// User name.
    pub username: String,
    /// Password.
    pub password: String,
    /// Where from, for counting tries only.
    pub address: String,
}

/// A session that is good now.
#[derive(Debug, Clone)]
pub struct Session {
    /// Who.
    pub who: Who,
    /// Since when, until when.
    pub row: SessionRow,
}

fn token_hash(token: &str) -> [u8; 32] {
    domain_hash("proviso/session/v1", &[token.as_bytes()])
}

/// The token that a form of this session must carry.
#[must_use]
pub fn form_token(token: &str) -> String {
    hex::encode(domain_hash("proviso/form/v1", &[token.as_bytes()]))
}

/// A new random token, 256 bits.
#[must_use]
pub fn new_token(ctx: &AppContext) -> String {
    URL_SAFE_NO_PAD.encode(ctx.random::<32>())
}

/// Signs in and gives the session's token; only its hash is kept.
///
/// # Errors
/// [`ActError::TooManyTries`]; [`ActError::WrongNameOrPassword`] for either, and for an officer switched off.
pub async fn sign_in(ctx: &AppContext, credentials: Credentials) -> Result<String, ActError> {
    let now = ctx.now();
    let username = credentials.username.trim().to_lowercase();
    let since = now.plus_millis(-TRIES_MILLIS);
    let key =
        |what: &str, value: &str| domain_hash("proviso/sign-in-try/v1", &[what.as_bytes(), value.as_bytes()]);
    let by_name = key("name", &username);
    let by_address = key("address", &credentials.address);
    // Counted before the password is looked at, so that many tries at once gain nothing.
    for (key, tries_max) in [(by_name, TRIES_PER_NAME_MAX), (by_address, TRIES_PER_ADDRESS_MAX)] {
        if ctx.store.enrolment_try_add(&key, now, since).await? > tries_max {
            return Err(ActError::TooManyTries);
        }
    }
    let officer = ctx.store.officer_by_username(&username).await?.filter(|row| row.disabled_at.is_none());
    let phc = officer.as_ref().map(|row| row.password_hash.clone());
    let right = password::verify(credentials.password, phc).await?;
    let Some(officer) = officer.filter(|_| right) else {
        ctx.note("visitor", "sign-in-refused", None, "").await?;
        return Err(ActError::WrongNameOrPassword);
    };
    ctx.store.enrolment_try_forget(&by_name).await?;
    let who = Who::from(officer);
    ctx.note(&who.actor(), "sign-in", None, "").await?;
    let token = new_token(ctx);
    let row = SessionRow {
        token_hash: token_hash(&token),
        officer: who.id,
        created_at: now,
        seen_at: now,
        expires_at: now.plus_millis(SESSION_MILLIS_MAX),
    };
    ctx.store.session_add(&row).await?;
    Ok(token)
}

/// The session of a token, if it is good now. `used` says that a person asked, not a page by itself: only that keeps
/// an idle session alive.
///
/// # Errors
/// [`ActError::Store`].
pub async fn current(ctx: &AppContext, token: &str, used: bool) -> Result<Option<Session>, ActError> {
    let now = ctx.now();
    let hash = token_hash(token);
    let Some(row) = ctx.store.session_get(&hash, now).await? else { return Ok(None) };
    if idle(&row, now) > IDLE_MILLIS_MAX {
        ctx.store.session_end(&hash, now).await?;
        return Ok(None);
    }
    let Some(officer) = ctx.store.officer_get(row.officer).await?.filter(|row| row.disabled_at.is_none())
    else {
        return Ok(None);
    };
    if used && idle(&row, now) > NOTE_MILLIS {
        ctx.store.session_seen(&hash, now).await?;
    }
    let covers = ctx.store.cover_list(now).await?;
    let covers = covers.iter().filter(|cover| cover.covered_by == officer.id && cover.stands(now));
    let covers = covers.map(|cover| cover.officer).collect();
    Ok(Some(Session { who: Who { covers, ..Who::from(officer) }, row }))
}

fn idle(row: &SessionRow, now: Timestamp) -> i64 {
    now.millis_since(row.seen_at)
}

/// Ends a session.
///
/// # Errors
/// [`ActError::Store`].
pub async fn sign_out(ctx: &AppContext, who: &Who, token: &str) -> Result<(), ActError> {
    ctx.note(&who.actor(), "sign-out", None, "").await?;
    Ok(ctx.store.session_end(&token_hash(token), ctx.now()).await?)
}
