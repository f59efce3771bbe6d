//! Passkeys (WebAuthn): registered, named and removed by their officer, signed in with, and asked for again before what leaves the
//! service. The authenticator verifies the person by PIN, finger or face each time, so a passkey is both factors at once.

use proviso_ledger::hash::domain_hash;
use proviso_model::Timestamp;
use proviso_model::ids::OfficerId;
use proviso_store::{CeremonyKind, OfficerRow, PasskeyRow, SessionFactor};
use serde::{Deserialize, Serialize};
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey, PasskeyAuthentication, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Url, Uuid, WebauthnError,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};

use super::ceremony;
use super::error::ActError;
use super::session::{self, Session, TRIES_MILLIS, TRIES_PER_ADDRESS_MAX};
use super::who::Who;
use crate::app::AppContext;

/// Most passkeys of one officer.
const PASSKEYS_MAX: usize = 10;
/// Longest name of one, in characters.
const NAME_CHARS_MAX: usize = 60;

/// The console as authenticators know it.
pub struct Passkeys(Webauthn);

impl Passkeys {
    /// For the console at this address, `https://proviso.force.example`; nothing where passkeys cannot be had: without an address, or
    /// with one that is no name.
    #[must_use]
    pub fn of(console_address: &str) -> Option<Self> {
        let origin = Url::parse(console_address).ok()?;
        let host = origin.domain()?.to_owned();
        let builder = WebauthnBuilder::new(&host, &origin).ok()?;
        builder.rp_name("Proviso").build().ok().map(Self)
    }
}

/// A ceremony to be shown.
#[derive(Debug)]
pub struct Begun {
    /// What the browser is asked, as JSON.
    pub options: String,
    /// Under which its answer is taken.
    pub token: String,
}

/// A passkey as its officer sees it.
#[derive(Debug, Clone)]
pub struct ShownPasskey {
    /// Its id, in hexadecimal.
    pub id: String,
    /// Its name.
    pub name: String,
    /// When it was registered, and last used.
    pub times: (Timestamp, Option<Timestamp>),
}

/// What stands sealed in a row.
#[derive(Serialize, Deserialize)]
struct Held {
    name: String,
    passkey: Passkey,
}

/// What waits while an officer's authenticator is asked.
#[derive(Serialize, Deserialize)]
struct Asked<T> {
    officer: OfficerId,
    state: T,
}

pub(in crate::app) fn purpose(officer: OfficerId) -> String {
    format!("passkey/{officer}")
}

fn id_of(credential: &[u8]) -> [u8; 32] {
    domain_hash("proviso/passkey/v1", &[credential])
}

fn opened(ctx: &AppContext, row: &PasskeyRow) -> Result<Held, ActError> {
    let text = ctx.open_for_force(&purpose(row.officer), &row.sealed)?;
    serde_json::from_slice(&text)
        .map_err(|error| ActError::Broken(format!("a passkey does not read: {error}")))
}

fn sealed(ctx: &AppContext, officer: OfficerId, held: &Held) -> Result<Vec<u8>, ActError> {
    let text = serde_json::to_vec(held).map_err(|error| ActError::Broken(error.to_string()))?;
    Ok(ctx.seal_for_force(&purpose(officer), &text))
}

fn webauthn(ctx: &AppContext) -> Result<&Webauthn, ActError> {
    let passkeys = ctx.passkeys.as_deref();
    passkeys.map(|one| &one.0).ok_or(ActError::Conflict(
        "passkeys cannot be used: the administrator has to set console_address to the console’s name",
    ))
}

fn broken(error: &WebauthnError) -> ActError {
    ActError::Broken(format!("a passkey ceremony could not be begun: {error}"))
}

fn json(value: &impl Serialize) -> Result<String, ActError> {
    serde_json::to_string(value).map_err(|error| ActError::Broken(error.to_string()))
}

/// Whether officers can have passkeys here.
#[must_use]
pub fn are_offered(ctx: &AppContext) -> bool {
    ctx.passkeys.is_some()
}

/// Whether an officer has one.
///
/// # Errors
/// [`ActError::Store`].
pub async fn has_any(ctx: &AppContext, officer: OfficerId) -> Result<bool, ActError> {
    Ok(!ctx.store.passkey_list(officer).await?.is_empty())
}

/// An officer's own.
///
/// # Errors
/// [`ActError`].
pub async fn list(ctx: &AppContext, officer: OfficerId) -> Result<Vec<ShownPasskey>, ActError> {
    let rows = ctx.store.passkey_list(officer).await?;
    let shown = rows.iter().map(|row| {
        let name = opened(ctx, row)?.name;
        Ok(ShownPasskey { id: hex::encode(row.id), name, times: (row.made_at, row.used_at) })
    });
    shown.collect()
}

/// Asks the officer's authenticator for a new passkey, which it keeps so that no user name is needed to sign in.
///
/// # Errors
/// [`ActError::Conflict`] where there are none here, or the officer has as many as may be.
pub async fn begin_add(ctx: &AppContext, who: &Who) -> Result<Begun, ActError> {
    let mut known = Vec::new();
    for row in ctx.store.passkey_list(who.id).await? {
        known.push(opened(ctx, &row)?.passkey.cred_id().clone());
    }
    if known.len() >= PASSKEYS_MAX {
        return Err(ActError::Conflict("you have ten passkeys; remove one first"));
    }
    let id = Uuid::from_bytes(*who.id.as_bytes());
    let (asked, state) = webauthn(ctx)?
        .start_passkey_registration(id, &who.username, &who.name, Some(known))
        .map_err(|error| broken(&error))?;
    let mut asked = serde_json::to_value(&asked).map_err(|error| ActError::Broken(error.to_string()))?;
    if let Some(selection) = asked.pointer_mut("/publicKey/authenticatorSelection") {
        let kept = serde_json::json!({"residentKey": "required", "requireResidentKey": true});
        if let (Some(selection), Some(kept)) = (selection.as_object_mut(), kept.as_object()) {
            selection.extend(kept.clone());
        }
    }
    let state = Asked { officer: who.id, state };
    let token = ceremony::begin(ctx, CeremonyKind::PasskeyAdd, &state).await?;
    Ok(Begun { options: json(&asked)?, token })
}

/// Takes the new passkey. Logged before it is kept.
///
/// # Errors
/// [`ActError::PasskeyRefused`]; [`ActError::Conflict`] when it is registered already, or has no name.
pub async fn finish_add(
    ctx: &AppContext,
    who: &Who,
    token: &str,
    name: &str,
    answer: &str,
) -> Result<(), ActError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX {
        return Err(ActError::Conflict("a passkey has a name of at most 60 characters"));
    }
    let asked: Option<Asked<PasskeyRegistration>> =
        ceremony::take(ctx, CeremonyKind::PasskeyAdd, token).await?;
    let asked = asked.filter(|asked| asked.officer == who.id).ok_or(ActError::PasskeyRefused)?;
    let answer: RegisterPublicKeyCredential =
        serde_json::from_str(answer).map_err(|_| ActError::PasskeyRefused)?;
    let made = webauthn(ctx)?.finish_passkey_registration(&answer, &asked.state);
    let passkey = made.map_err(|error| refused(&error))?;
    let id = id_of(passkey.cred_id());
    let held = Held { name: name.to_owned(), passkey };
    let row = PasskeyRow {
        id,
        officer: who.id,
        made_at: ctx.now(),
        used_at: None,
        counter: 0,
        sealed: sealed(ctx, who.id, &held)?,
    };
    ctx.logged(&who.actor(), "passkey-add", None, &hex::encode(id), async {
        Ok(ctx.store.passkey_add(&row).await?)
    })
    .await
}

/// Removes one of the officer's own. Logged before it is done.
///
/// # Errors
/// [`ActError::NotFound`].
pub async fn remove(ctx: &AppContext, who: &Who, id: &str) -> Result<(), ActError> {
    let bytes = hex::decode(id).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    let bytes = bytes.ok_or(ActError::NotFound)?;
    let removed = ctx
        .logged(&who.actor(), "passkey-remove", None, id, async {
            Ok::<_, ActError>(ctx.store.passkey_remove(who.id, &bytes).await?)
        })
        .await?;
    if removed { Ok(()) } else { Err(ActError::NotFound) }
}

fn refused(error: &WebauthnError) -> ActError {
    tracing::info!(%error, "a passkey was refused");
    ActError::PasskeyRefused
}

/// Counts a try from an address, before anything is looked at.
pub(super) async fn count(ctx: &AppContext, address: &str) -> Result<(), ActError> {
    let key = domain_hash("proviso/passkey-try/v1", &[address.as_bytes()]);
    let now = ctx.now();
    match ctx.store.enrolment_try_add(&key, now, now.plus_millis(-TRIES_MILLIS)).await?
        > TRIES_PER_ADDRESS_MAX
    {
        true => Err(ActError::TooManyTries),
        false => Ok(()),
    }
}

/// Asks whatever authenticator is there for one of its passkeys.
///
/// # Errors
/// [`ActError::TooManyTries`]; [`ActError::Conflict`] where there are none here.
pub async fn begin_sign_in(ctx: &AppContext, address: &str) -> Result<Begun, ActError> {
    count(ctx, address).await?;
    let (mut asked, state) =
        webauthn(ctx)?.start_discoverable_authentication().map_err(|error| broken(&error))?;
    // A button asks, not the field of a form.
    asked.mediation = None;
    let token = ceremony::begin(ctx, CeremonyKind::PasskeySignIn, &state).await?;
    Ok(Begun { options: json(&asked)?, token })
}

/// Takes the answer, and gives the session's token. One that is refused stands in the log.
///
/// # Errors
/// [`ActError::PasskeyRefused`], for whatever reason; [`ActError::TooManyTries`].
pub async fn finish_sign_in(
    ctx: &AppContext,
    token: &str,
    answer: &str,
    address: &str,
) -> Result<String, ActError> {
    count(ctx, address).await?;
    match signed_in(ctx, token, answer).await {
        Ok(officer) => session::begin(ctx, officer, SessionFactor::Passkey).await,
        Err(ActError::PasskeyRefused) => {
            ctx.note("visitor", "sign-in-refused", None, "").await?;
            Err(ActError::PasskeyRefused)
        }
        Err(error) => Err(error),
    }
}

async fn signed_in(ctx: &AppContext, token: &str, answer: &str) -> Result<OfficerRow, ActError> {
    let state: Option<DiscoverableAuthentication> =
        ceremony::take(ctx, CeremonyKind::PasskeySignIn, token).await?;
    let state = state.ok_or(ActError::PasskeyRefused)?;
    let answer: PublicKeyCredential = serde_json::from_str(answer).map_err(|_| ActError::PasskeyRefused)?;
    let webauthn = webauthn(ctx)?;
    let (of, credential) =
        webauthn.identify_discoverable_authentication(&answer).map_err(|error| refused(&error))?;
    let row = ctx.store.passkey_get(&id_of(credential)).await?;
    let row = row.filter(|row| row.officer.as_bytes() == of.as_bytes()).ok_or(ActError::PasskeyRefused)?;
    let held = opened(ctx, &row)?;
    let done = webauthn.finish_discoverable_authentication_v2(&answer, state, &held.passkey);
    take_use(ctx, row.clone(), held, done).await?;
    let officer = ctx.store.officer_get(row.officer).await?.filter(|row| row.disabled_at.is_none());
    officer.ok_or(ActError::PasskeyRefused)
}

/// Keeps what the authenticator told. A count that does not rise says that there may be a copy: refused, and in the log.
async fn take_use(
    ctx: &AppContext,
    row: PasskeyRow,
    mut held: Held,
    done: Result<webauthn_rs::prelude::AuthenticationResult, WebauthnError>,
) -> Result<(), ActError> {
    let went_back = async || {
        let actor = format!("officer:{}", row.officer);
        ctx.note(&actor, "passkey-went-back", None, &hex::encode(row.id)).await?;
        Err(ActError::PasskeyRefused)
    };
    let result = match done {
        Ok(result) if result.user_verified() => result,
        Ok(_) => return Err(ActError::PasskeyRefused),
        Err(WebauthnError::CredentialPossibleCompromise) => return went_back().await,
        Err(error) => return Err(refused(&error)),
    };
    held.passkey.update_credential(&result);
    let sealed = sealed(ctx, row.officer, &held)?;
    match ctx.store.passkey_used(&row.id, result.counter(), &sealed, ctx.now()).await? {
        true => Ok(()),
        false => went_back().await,
    }
}

/// Asks for one of the officer's own passkeys, to show again who they are.
///
/// # Errors
/// [`ActError::Conflict`] when they have none.
pub async fn begin_confirm(ctx: &AppContext, who: &Who) -> Result<Begun, ActError> {
    let mut known = Vec::new();
    for row in ctx.store.passkey_list(who.id).await? {
        known.push(opened(ctx, &row)?.passkey);
    }
    if known.is_empty() {
        return Err(ActError::Conflict("you have no passkey"));
    }
    let (asked, state) =
        webauthn(ctx)?.start_passkey_authentication(&known).map_err(|error| broken(&error))?;
    let state = Asked { officer: who.id, state };
    let token = ceremony::begin(ctx, CeremonyKind::PasskeyConfirm, &state).await?;
    Ok(Begun { options: json(&asked)?, token })
}

/// Takes the answer: the officer showed again who they are.
///
/// # Errors
/// [`ActError::PasskeyRefused`].
pub async fn finish_confirm(
    ctx: &AppContext,
    session: &Session,
    session_token: &str,
    token: &str,
    answer: &str,
) -> Result<(), ActError> {
    let who = &session.who;
    match confirmed(ctx, who, token, answer).await {
        Ok(()) => session::confirmed(ctx, who, session_token).await,
        Err(ActError::PasskeyRefused) => {
            ctx.note(&who.actor(), "confirm-refused", None, "").await?;
            Err(ActError::PasskeyRefused)
        }
        Err(error) => Err(error),
    }
}

async fn confirmed(ctx: &AppContext, who: &Who, token: &str, answer: &str) -> Result<(), ActError> {
    let asked: Option<Asked<PasskeyAuthentication>> =
        ceremony::take(ctx, CeremonyKind::PasskeyConfirm, token).await?;
    let asked = asked.filter(|asked| asked.officer == who.id).ok_or(ActError::PasskeyRefused)?;
    let answer: PublicKeyCredential = serde_json::from_str(answer).map_err(|_| ActError::PasskeyRefused)?;
    let row = ctx.store.passkey_get(&id_of(answer.get_credential_id())).await?;
    let row = row.filter(|row| row.officer == who.id).ok_or(ActError::PasskeyRefused)?;
    let held = opened(ctx, &row)?;
    let done = webauthn(ctx)?.finish_passkey_authentication(&answer, &asked.state);
    take_use(ctx, row, held, done).await
}
