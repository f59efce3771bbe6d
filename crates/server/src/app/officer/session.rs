//! Signing in and out, and the session in between.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proviso_ledger::hash::domain_hash;
use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, OfficerId};
use proviso_store::{OfficerRow, SessionFactor, SessionRow};
use serde::{Deserialize, Serialize};

use super::allowed::Action;
use super::error::ActError;
use super::reason::CaseReason;
use super::who::Who;
use super::{passkeys, password, second_factor};
use crate::app::AppContext;

/// A session ends after so long without use, in milliseconds.
pub const IDLE_MILLIS_MAX: i64 = 30 * 60_000;
/// A session ends after so long in any case, in milliseconds.
pub const SESSION_MILLIS_MAX: i64 = 12 * 3_600_000;
/// Tries counted over so long, in milliseconds.
pub(super) const TRIES_MILLIS: i64 = 10 * 60_000;
/// Tries for one user name in that time.
const TRIES_PER_NAME_MAX: u32 = 10;
/// Tries from one address in that time: a station shares one address.
pub(super) const TRIES_PER_ADDRESS_MAX: u32 = 100;
/// Use is noted at most this often, so that reading pages does not write each time.
const NOTE_MILLIS: i64 = 60_000;

/// How long a right password counts until the code comes, in milliseconds.
const PROOF_MILLIS: i64 = 5 * 60_000;
/// What a proof is sealed for.
const PROOF: &str = "sign-in-code";
/// How long it counts that an officer showed who they are, before what leaves the service, in milliseconds.
pub const CHECKED_MILLIS_MAX: i64 = 10 * 60_000;

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

/// What a right password leads to.
#[derive(Debug)]
pub enum Entered {
    /// The session's token.
    Session(String),
    /// A proof to come back with, and a code of the officer's phone.
    Code(String),
    /// The officer has passkeys and no codes: the password alone is not enough.
    Passkey,
}

/// What stands sealed in a proof: whose password was right, and until when that counts.
#[derive(Serialize, Deserialize)]
struct PasswordProof {
    officer: OfficerId,
    until: Timestamp,
}

/// Takes a user name and a password. Gives the session's token, of which only the hash is kept, or a proof where the officer's
/// sign-in asks for a code too.
///
/// # Errors
/// [`ActError::TooManyTries`]; [`ActError::WrongNameOrPassword`] for either, and for an officer switched off.
pub async fn sign_in(ctx: &AppContext, credentials: Credentials) -> Result<Entered, ActError> {
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
    on(ctx, officer, SessionFactor::Password).await
}

/// On from one factor: to the code, or to the passkey, where the officer has one; else the session begins.
pub(super) async fn on(
    ctx: &AppContext,
    officer: OfficerRow,
    shown_by: SessionFactor,
) -> Result<Entered, ActError> {
    if second_factor::used_since(ctx, officer.id).await?.is_some() {
        let proof = PasswordProof { officer: officer.id, until: ctx.now().plus_millis(PROOF_MILLIS) };
        let text = serde_json::to_vec(&proof).map_err(|error| ActError::Broken(error.to_string()))?;
        return Ok(Entered::Code(URL_SAFE_NO_PAD.encode(ctx.seal_for_force(PROOF, &text))));
    }
    if passkeys::has_any(ctx, officer.id).await? {
        return Ok(Entered::Passkey);
    }
    begin(ctx, officer, shown_by).await.map(Entered::Session)
}

/// Takes a proof of [`sign_in`] and a code, and gives the session's token.
///
/// # Errors
/// [`ActError::WrongCode`]; [`ActError::TooManyTries`]; [`ActError::WrongNameOrPassword`] when the proof is none or has run out, so
/// that the officer begins anew.
pub async fn enter_code(ctx: &AppContext, proof: &str, code: &str) -> Result<String, ActError> {
    let sealed = URL_SAFE_NO_PAD.decode(proof).map_err(|_| ActError::WrongNameOrPassword)?;
    let text = ctx.open_for_force(PROOF, &sealed).map_err(|_| ActError::WrongNameOrPassword)?;
    let proof: PasswordProof = serde_json::from_slice(&text).map_err(|_| ActError::WrongNameOrPassword)?;
    let officer = ctx.store.officer_get(proof.officer).await?.filter(|row| row.disabled_at.is_none());
    let officer = officer.filter(|_| ctx.now() < proof.until).ok_or(ActError::WrongNameOrPassword)?;
    refused_or(ctx, second_factor::check(ctx, &officer, code).await).await?;
    begin(ctx, officer, SessionFactor::Code).await
}

/// Begins a session. Whoever calls has seen that it is the officer.
pub(super) async fn begin(
    ctx: &AppContext,
    officer: OfficerRow,
    shown_by: SessionFactor,
) -> Result<String, ActError> {
    let now = ctx.now();
    let who = Who::from(officer);
    ctx.note(&who.actor(), "sign-in", None, "").await?;
    let token = new_token(ctx);
    let row = SessionRow {
        token_hash: token_hash(&token),
        officer: who.id,
        created_at: now,
        shown_by,
        checked_at: now,
        seen_at: now,
        expires_at: now.plus_millis(SESSION_MILLIS_MAX),
        case_reasons: Vec::new(),
    };
    ctx.store.session_add(&row).await?;
    Ok(token)
}

/// A wrong code stands in the log as a refused sign-in.
async fn refused_or(ctx: &AppContext, checked: Result<(), ActError>) -> Result<(), ActError> {
    if let Err(ActError::WrongCode) = checked {
        ctx.note("visitor", "sign-in-refused", None, "").await?;
    }
    checked
}

/// The officer of a session shows again who they are, by password and, where sign-in asks for one, by code.
///
/// # Errors
/// [`ActError::WrongNameOrPassword`]; [`ActError::WrongCode`]; [`ActError::PasskeyAsked`] for who has passkeys and no codes;
/// [`ActError::TooManyTries`].
pub async fn confirm(
    ctx: &AppContext,
    session: &Session,
    token: &str,
    password: String,
    code: &str,
) -> Result<(), ActError> {
    let now = ctx.now();
    let key = domain_hash("proviso/confirm-try/v1", &[session.who.id.as_bytes()]);
    let since = now.plus_millis(-TRIES_MILLIS);
    if ctx.store.enrolment_try_add(&key, now, since).await? > TRIES_PER_NAME_MAX {
        return Err(ActError::TooManyTries);
    }
    let officer = ctx.store.officer_get(session.who.id).await?.ok_or(ActError::WrongNameOrPassword)?;
    if !password::verify(password, Some(officer.password_hash.clone())).await? {
        ctx.note(&session.who.actor(), "confirm-refused", None, "").await?;
        return Err(ActError::WrongNameOrPassword);
    }
    if second_factor::used_since(ctx, officer.id).await?.is_some() {
        refused_or(ctx, second_factor::check(ctx, &officer, code).await).await?;
    } else if passkeys::has_any(ctx, officer.id).await? {
        return Err(ActError::PasskeyAsked);
    }
    ctx.store.enrolment_try_forget(&key).await?;
    confirmed(ctx, &session.who, token).await
}

/// Notes that the officer of a session showed again who they are. Whoever calls has seen it.
pub(super) async fn confirmed(ctx: &AppContext, who: &Who, token: &str) -> Result<(), ActError> {
    ctx.note(&who.actor(), "confirm", None, "").await?;
    Ok(ctx.store.session_checked(&token_hash(token), ctx.now()).await?)
}

/// As [`confirmed`], by the hash of the session's token.
pub(super) async fn confirmed_by_hash(
    ctx: &AppContext,
    who: OfficerId,
    token_hash: &[u8; 32],
) -> Result<(), ActError> {
    ctx.note(&format!("officer:{who}"), "confirm", None, "").await?;
    Ok(ctx.store.session_checked(token_hash, ctx.now()).await?)
}

impl Session {
    /// Whether the officer has to set up a second factor before anything else, where the force asks for one: there is none of theirs,
    /// and the provider at which they signed in did not say that it asked for two.
    ///
    /// # Errors
    /// [`ActError::Store`].
    pub async fn lacks_factor(&self, ctx: &AppContext) -> Result<bool, ActError> {
        let is_set_up = self.row.shown_by == SessionFactor::ProviderTwice
            || second_factor::used_since(ctx, self.who.id).await?.is_some()
            || passkeys::has_any(ctx, self.who.id).await?;
        Ok(!is_set_up)
    }

    /// Refuses what leaves the service, or switches off what protects it, unless the officer showed lately who they are.
    ///
    /// # Errors
    /// [`ActError::ConfirmFirst`].
    pub fn must_be_fresh(&self, now: Timestamp) -> Result<(), ActError> {
        match now.millis_since(self.row.checked_at) <= CHECKED_MILLIS_MAX {
            true => Ok(()),
            false => Err(ActError::ConfirmFirst),
        }
    }
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
    let given = row.case_reasons.iter().filter_map(|(case, said)| Some((*case, CaseReason::parse(said)?)));
    let given = given.collect();
    Ok(Some(Session { who: Who { given, ..Who::from(officer) }, row }))
}

fn idle(row: &SessionRow, now: Timestamp) -> i64 {
    now.millis_since(row.seen_at)
}

/// Notes for the session why the officer opens a case that is not theirs. What they then do there is logged with it. `false` where they
/// gave no reason; whether they may open it at all is asked first.
///
/// # Errors
/// As [`Who::case`].
pub async fn give_reason(
    ctx: &AppContext,
    session: &Session,
    case: CaseId,
    reason: Option<CaseReason>,
) -> Result<bool, ActError> {
    let case = session.who.case_unasked(ctx, Action::ViewEvidence, case).await?;
    let Some(reason) = reason else { return Ok(false) };
    ctx.store.session_reason(&session.row.token_hash, case.id, reason.as_str()).await?;
    Ok(true)
}

/// Ends a session.
///
/// # Errors
/// [`ActError::Store`].
pub async fn sign_out(ctx: &AppContext, who: &Who, token: &str) -> Result<(), ActError> {
    ctx.note(&who.actor(), "sign-out", None, "").await?;
    Ok(ctx.store.session_end(&token_hash(token), ctx.now()).await?)
}
