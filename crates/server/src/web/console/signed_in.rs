//! The session behind a request, and forms that only that session can have sent.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Form, FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::form_urlencoded::Serializer;

use super::fault::{Fault, is_fragment};
use super::{Console, passkeys, second_factor};
use crate::app::officer::session::{self, Session};

/// Cookie with the session's token. The prefix makes browsers insist on TLS, this host and path `/`.
pub const SESSION_COOKIE: &str = "__Host-proviso";
/// Cookie that ties a sign-in form to the browser that asked for it.
pub const FORM_COOKIE: &str = "__Host-proviso-form";

/// An officer with a session that is good now.
pub struct SignedIn {
    /// The session.
    pub session: Session,
    token: String,
}

impl SignedIn {
    /// The token that forms of this session carry.
    #[must_use]
    pub fn form_token(&self) -> String {
        session::form_token(&self.token)
    }

    /// The session's own token.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }
}

impl FromRequestParts<Console> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, console: &Console) -> Result<Self, Response> {
        let fragment = is_fragment(&parts.headers);
        if let Some(token) = cookie(&parts.headers, SESSION_COOKIE) {
            let found = session::current(&console.app, &token, !fragment).await;
            match found.map_err(|error| Fault::from(error).into_response())? {
                Some(session) => {
                    return if must_set_up(console, &session, parts.uri.path()).await? {
                        Err(Redirect::to(second_factor::PATH).into_response())
                    } else {
                        Ok(Self { session, token })
                    };
                }
                None => tracing::debug!("a session has ended"),
            }
        }
        if fragment {
            return Err(StatusCode::UNAUTHORIZED.into_response());
        }
        let next = match (parts.uri.path(), parts.uri.query()) {
            ("/", None) | ("/sign-out", _) => String::new(),
            (path, None) => format!("?next={path}"),
            // The exact view: a filter stands in the address.
            (path, Some(query)) => {
                let next = format!("{path}?{query}");
                format!("?{}", Serializer::new(String::new()).append_pair("next", &next).finish())
            }
        };
        Err(Redirect::to(&format!("/sign-in{next}")).into_response())
    }
}

/// Whether the officer has to set up a second factor before anything else.
async fn must_set_up(console: &Console, session: &Session, path: &str) -> Result<bool, Response> {
    let codes = [second_factor::PATH, second_factor::CODE_PATH, "/confirm", "/confirm/provider", "/sign-out"];
    let passkeys = [passkeys::PATH, passkeys::BEGIN_PATH, passkeys::ADD_PATH, passkeys::CONFIRM_PATH];
    if !console.app.require_second_factor || codes.contains(&path) || passkeys.contains(&path) {
        return Ok(false);
    }
    session.lacks_factor(&console.app).await.map_err(|error| Fault::from(error).into_response())
}

/// A form sent by a page of this session.
pub struct Posted<T> {
    /// Who sent it.
    pub signed_in: SignedIn,
    /// What it says.
    pub form: T,
}

#[derive(Deserialize)]
struct WithToken<T> {
    #[serde(default)]
    csrf: String,
    #[serde(flatten)]
    form: T,
}

impl<T: DeserializeOwned> FromRequest<Console> for Posted<T> {
    type Rejection = Response;

    async fn from_request(request: Request, console: &Console) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let signed_in = SignedIn::from_request_parts(&mut parts, console).await?;
        let (csrf, form) = read_form(Request::from_parts(parts, body)).await?;
        if !same(&csrf, &signed_in.form_token()) {
            return Err(Fault::stale_form().into_response());
        }
        Ok(Self { signed_in, form })
    }
}

/// Reads a form and its token, from our own pages only.
///
/// # Errors
/// The page that says why it was refused.
pub async fn read_form<T: DeserializeOwned>(request: Request) -> Result<(String, T), Response> {
    if request.headers().get("sec-fetch-site").is_some_and(|site| site != "same-origin") {
        return Err(Fault::stale_form().into_response());
    }
    match Form::<WithToken<T>>::from_request(request, &()).await {
        Ok(Form(WithToken { csrf, form })) => Ok((csrf, form)),
        Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            Err(Fault::bad_request("The form is longer than the limit.").into_response())
        }
        Err(_) => Err(Fault::bad_request("The form is not as the page made it.").into_response()),
    }
}

/// Compares two tokens in a time that does not depend on where they differ.
#[must_use]
pub fn same(left: &str, right: &str) -> bool {
    let differing = left.bytes().zip(right.bytes()).fold(0, |acc, (a, b)| acc | (a ^ b));
    !left.is_empty() && left.len() == right.len() && differing == 0
}

/// The value of a cookie.
#[must_use]
pub fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

/// A `Set-Cookie` value; an empty `value` removes the cookie.
#[must_use]
pub fn set_cookie(name: &str, value: &str) -> HeaderValue {
    let end = if value.is_empty() { "; Max-Age=0" } else { "" };
    HeaderValue::from_str(&format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Strict{end}"))
        .expect("names and tokens are plain ASCII")
}

/// The address that a request came from, for counting tries.
#[must_use]
pub fn address(parts: &axum::http::Extensions) -> String {
    parts
        .get::<ConnectInfo<SocketAddr>>()
        .map_or_else(|| "unknown".to_owned(), |info| info.0.ip().to_string())
}

#[cfg(test)]
mod tests {
    use super::{cookie, same, set_cookie};
    use axum::http::{HeaderMap, header};

    #[test]
    fn cookies_are_read_by_their_whole_name() {
        let mut headers = HeaderMap::new();
        headers
            .insert(header::COOKIE, "a=1; __Host-proviso-form=f; __Host-proviso=t".parse().expect("ascii"));
        assert_eq!(cookie(&headers, "__Host-proviso").as_deref(), Some("t"));
        assert_eq!(cookie(&headers, "proviso"), None);
        assert!(set_cookie("__Host-x", "").to_str().expect("ascii").contains("Max-Age=0"));
    }

    #[test]
    fn an_empty_token_is_never_the_same() {
        for (left, right, expected) in
            [("ab", "ab", true), ("ab", "ac", false), ("a", "ab", false), ("", "", false)]
        {
            assert_eq!(same(left, right), expected);
        }
    }
}
