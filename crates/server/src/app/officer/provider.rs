//! Signing in at the force's own OpenID Connect provider: code flow with PKCE, state and nonce. Who somebody is there says a claim that an
//! administrator linked to an officer; nobody becomes an officer by signing in.

use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use openidconnect::core::{
    CoreAuthPrompt, CoreAuthenticationFlow, CoreClient, CoreIdTokenClaims, CoreProviderMetadata,
};
use openidconnect::{
    AsyncHttpClient, AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse,
    IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, TokenResponse as _, http,
};
use proviso_ledger::hash::domain_hash;
use proviso_model::Timestamp;
use proviso_model::ids::OfficerId;
use proviso_store::{CeremonyKind, OfficerRow, SessionFactor};
use serde::{Deserialize, Serialize};

use super::ceremony::{self, CEREMONY_MILLIS};
use super::error::ActError;
use super::passkeys;
use super::session::{self, Entered, Session, new_token};
use crate::app::AppContext;
use crate::config::oidc::{OidcConfig, SubjectClaim};

/// Where the provider sends officers back.
pub const BACK_PATH: &str = "/sign-in/provider/back";
/// Longest answer of the provider that is read, in bytes.
const ANSWER_BYTES_MAX: usize = 1 << 20;
/// How long the provider may take for an answer.
const ANSWER_TIME: Duration = Duration::from_secs(10);
/// How long what the provider says of itself, its keys among it, is used before it is asked again, in milliseconds.
const KNOWN_MILLIS: i64 = 60_000;
/// By how much its clock and ours may differ, in milliseconds.
const CLOCKS_MILLIS: i64 = 60_000;

/// The provider.
pub struct Provider {
    config: OidcConfig,
    secret: ClientSecret,
    back: RedirectUrl,
    http: Http,
    known: Mutex<Option<(Timestamp, Arc<CoreProviderMetadata>)>>,
}

struct Http(reqwest::Client);

/// What was the matter with a request to the provider.
#[derive(Debug, thiserror::Error)]
pub enum HttpFault {
    /// It could not be reached, or not trusted.
    #[error(transparent)]
    Request(#[from] reqwest::Error),
    /// Its answer cannot be made one.
    #[error(transparent)]
    Answer(#[from] http::Error),
    /// It said more than anybody reads.
    #[error("the provider's answer is longer than {ANSWER_BYTES_MAX} bytes")]
    Long,
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpFault;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpFault>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let mut answer = self.0.execute(request.try_into()?).await?;
            let mut made = http::Response::builder().status(answer.status());
            for (name, value) in answer.headers() {
                made = made.header(name, value);
            }
            let mut body = Vec::new();
            while let Some(part) = answer.chunk().await? {
                body.extend_from_slice(&part);
                if body.len() > ANSWER_BYTES_MAX {
                    return Err(HttpFault::Long);
                }
            }
            Ok(made.body(body)?)
        })
    }
}

/// What waits while somebody is at the provider.
#[derive(Serialize, Deserialize)]
struct Asked {
    verifier: String,
    nonce: String,
    next: String,
    began_at: Timestamp,
    /// Whose session asks again who it is.
    confirms: Option<(OfficerId, [u8; 32])>,
}

/// Where the browser goes, and what it keeps until it is back.
#[derive(Debug)]
pub struct Leaving {
    /// The provider's page.
    pub url: String,
    /// The state, which binds the answer to this browser.
    pub state: String,
}

/// What came of it.
#[derive(Debug)]
pub enum Back {
    /// A sign-in went on, and where the officer wanted to go.
    Entered(Entered, String),
    /// An officer showed again who they are, and where they wanted to go.
    Confirmed(String),
}

impl Provider {
    /// The provider of the settings.
    ///
    /// # Errors
    /// What cannot be used, and what to do.
    pub fn new(config: &OidcConfig, secret: String, console_address: &str) -> anyhow::Result<Self> {
        let is_plain = config.issuer.starts_with("http://");
        // A redirect would lead the server to somebody whom nobody chose.
        let mut http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(ANSWER_TIME)
            .https_only(!is_plain)
            .user_agent(concat!("proviso-server/", env!("CARGO_PKG_VERSION")));
        if let Some(path) = &config.ca_file {
            http = http.tls_certs_only(crate::notify::webhook::authorities(path)?);
        }
        Ok(Self {
            config: config.clone(),
            secret: ClientSecret::new(secret),
            back: RedirectUrl::new(format!("{}{BACK_PATH}", console_address.trim_end_matches('/')))?,
            http: Http(http.build()?),
            known: Mutex::default(),
        })
    }

    /// What the link on the sign-in page says.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.config.name
    }

    /// Which claim is linked.
    #[must_use]
    pub fn claim(&self) -> SubjectClaim {
        self.config.claim
    }

    /// The hash by which a value of the claim is kept.
    #[must_use]
    pub fn subject_hash(&self, value: &str) -> [u8; 32] {
        let parts = [self.config.issuer.as_bytes(), self.config.claim.as_str().as_bytes(), value.as_bytes()];
        domain_hash("proviso/oidc-subject/v1", &parts)
    }

    /// What the provider says of itself, asked again when it is a minute old.
    async fn metadata(&self, now: Timestamp) -> Result<Arc<CoreProviderMetadata>, ActError> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((at, known)) = known.filter(|(at, _)| now.millis_since(*at) < KNOWN_MILLIS) {
            tracing::trace!(%at, "the provider is known");
            return Ok(known);
        }
        let issuer = IssuerUrl::new(self.config.issuer.clone()).map_err(|error| refused(&error))?;
        let found = CoreProviderMetadata::discover_async(issuer, &self.http).await;
        let found = Arc::new(found.map_err(|error| refused(&error))?);
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, Arc::clone(&found)));
        Ok(found)
    }

    /// Who the claims say it is.
    fn subject(&self, claims: &CoreIdTokenClaims) -> Option<String> {
        match self.config.claim {
            SubjectClaim::Sub => Some(claims.subject().to_string()),
            SubjectClaim::PreferredUsername => claims.preferred_username().map(|name| name.to_string()),
            SubjectClaim::Email if claims.email_verified() == Some(true) => {
                claims.email().map(|email| email.as_str().to_lowercase())
            }
            SubjectClaim::Email => None,
        }
    }

    /// Whether the provider says that it asked for two factors, in words that the settings name.
    fn asked_twice(&self, claims: &CoreIdTokenClaims) -> bool {
        let acr = claims.auth_context_ref().map(|acr| acr.to_string());
        let amr: BTreeSet<String> =
            claims.auth_method_refs().into_iter().flatten().map(|amr| amr.to_string()).collect();
        acr.is_some_and(|acr| self.config.second_factor_acr.contains(&acr))
            || self.config.second_factor_amr.iter().any(|named| amr.contains(named))
    }
}

/// The details are for the log; a person reads one sentence.
fn refused(error: &dyn std::error::Error) -> ActError {
    let mut causes = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        causes.push_str(": ");
        causes.push_str(&cause.to_string());
        next = cause.source();
    }
    tracing::warn!(causes, "signing in at the provider failed");
    ActError::ProviderRefused
}

fn provider(ctx: &AppContext) -> Result<Arc<Provider>, ActError> {
    ctx.provider.clone().ok_or(ActError::NotFound)
}

/// Sends somebody to the provider, to sign in or, with a session, to show again who they are.
///
/// # Errors
/// [`ActError::NotFound`] where there is no provider; [`ActError::ProviderRefused`] when it cannot be asked;
/// [`ActError::TooManyTries`].
pub async fn leave(
    ctx: &AppContext,
    next: &str,
    address: &str,
    confirms: Option<&Session>,
) -> Result<Leaving, ActError> {
    let provider = provider(ctx)?;
    passkeys::count(ctx, address).await?;
    let metadata = provider.metadata(ctx.now()).await?;
    let client = CoreClient::from_provider_metadata(
        (*metadata).clone(),
        ClientId::new(provider.config.client_id.clone()),
        Some(provider.secret.clone()),
    )
    .set_redirect_uri(provider.back.clone());
    let verifier = PkceCodeVerifier::new(new_token(ctx));
    let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier);
    let (state, nonce) = (new_token(ctx), new_token(ctx));
    let asked = Asked {
        verifier: verifier.secret().clone(),
        nonce: nonce.clone(),
        next: next.to_owned(),
        began_at: ctx.now(),
        confirms: confirms.map(|session| (session.who.id, session.row.token_hash)),
    };
    let kind = if confirms.is_some() { CeremonyKind::ProviderConfirm } else { CeremonyKind::ProviderSignIn };
    ceremony::begin_under(ctx, kind, &state, &asked).await?;
    let (csrf, once) = (CsrfToken::new(state.clone()), Nonce::new(nonce));
    let mut request = client
        .authorize_url(CoreAuthenticationFlow::AuthorizationCode, move || csrf, move || once)
        .set_pkce_challenge(challenge);
    if confirms.is_some() {
        request = request.add_prompt(CoreAuthPrompt::Login).set_max_age(Duration::ZERO);
    }
    let scopes = match provider.config.claim {
        SubjectClaim::Sub => None,
        SubjectClaim::PreferredUsername => Some("profile"),
        SubjectClaim::Email => Some("email"),
    };
    if let Some(scope) = scopes {
        request = request.add_scope(openidconnect::Scope::new(scope.to_owned()));
    }
    let (url, _, _) = request.url();
    Ok(Leaving { url: url.to_string(), state })
}

/// Takes what the provider sent back with the browser. What is refused stands in the log.
///
/// # Errors
/// [`ActError::ProviderRefused`], for whatever is wrong with it; [`ActError::NotLinked`] when the provider vouches for somebody who is no
/// officer here.
pub async fn back(ctx: &AppContext, state: &str, code: &str) -> Result<Back, ActError> {
    let done = returned(ctx, state, code).await;
    if let Err(ActError::ProviderRefused | ActError::NotLinked) = &done {
        ctx.note("visitor", "sign-in-refused", None, "").await?;
    }
    done
}

async fn returned(ctx: &AppContext, state: &str, code: &str) -> Result<Back, ActError> {
    let provider = provider(ctx)?;
    let mut asked: Option<Asked> = ceremony::take(ctx, CeremonyKind::ProviderSignIn, state).await?;
    if asked.is_none() {
        asked = ceremony::take(ctx, CeremonyKind::ProviderConfirm, state).await?;
    }
    let asked = asked.ok_or(ActError::ProviderRefused)?;
    let (next, confirms, began_at) = (asked.next.clone(), asked.confirms, asked.began_at);
    let (officer, claims) = identified(ctx, &provider, asked, code).await?;
    match confirms {
        None => {
            let twice = provider.asked_twice(&claims);
            let entered = match twice {
                true => Entered::Session(session::begin(ctx, officer, SessionFactor::ProviderTwice).await?),
                false => session::on(ctx, officer, SessionFactor::Provider).await?,
            };
            Ok(Back::Entered(entered, next))
        }
        Some((who, session_hash)) => {
            let shown_at = claims.auth_time().map(|at| Timestamp::from_micros(at.timestamp_micros()));
            let is_new = shown_at.is_some_and(|at| {
                let after = at.millis_since(began_at);
                (-CLOCKS_MILLIS..=CEREMONY_MILLIS + CLOCKS_MILLIS).contains(&after)
            });
            if officer.id != who || !is_new {
                return Err(ActError::ProviderRefused);
            }
            session::confirmed_by_hash(ctx, who, &session_hash).await?;
            Ok(Back::Confirmed(next))
        }
    }
}

/// The officer whom the provider vouches for, and its words.
async fn identified(
    ctx: &AppContext,
    provider: &Provider,
    asked: Asked,
    code: &str,
) -> Result<(OfficerRow, CoreIdTokenClaims), ActError> {
    let metadata = provider.metadata(ctx.now()).await?;
    let client = CoreClient::from_provider_metadata(
        (*metadata).clone(),
        ClientId::new(provider.config.client_id.clone()),
        Some(provider.secret.clone()),
    )
    .set_redirect_uri(provider.back.clone());
    let answer = client
        .exchange_code(AuthorizationCode::new(code.to_owned()))
        .map_err(|error| refused(&error))?
        .set_pkce_verifier(PkceCodeVerifier::new(asked.verifier))
        .request_async(&provider.http)
        .await
        .map_err(|error| refused(&error))?;
    let token = answer.id_token().ok_or(ActError::ProviderRefused)?;
    let nonce = Nonce::new(asked.nonce);
    let claims = token.claims(&client.id_token_verifier(), &nonce).map_err(|error| refused(&error))?;
    let subject = provider.subject(claims).ok_or(ActError::NotLinked)?;
    let officer = ctx.store.subject_officer(&provider.subject_hash(&subject)).await?;
    let officer = officer.ok_or(ActError::NotLinked)?;
    let officer = ctx.store.officer_get(officer).await?.filter(|row| row.disabled_at.is_none());
    Ok((officer.ok_or(ActError::NotLinked)?, claims.clone()))
}
