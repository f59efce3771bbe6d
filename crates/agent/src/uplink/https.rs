//! The real transport: HTTPS to one server whose certificate chains to the pinned authority, and to no other.

use std::time::Duration;

use proviso_model::limits::POLICY_BYTES_MAX;
use proviso_model::wire::HEADER_NONCE;
use reqwest::{Certificate, Client, Identity, Method, redirect};
use url::Url;

use super::{Transport, TransportError, WireAnswer, WireRequest};

/// Longest wait for one answer.
const ANSWER_SECONDS_MAX: u64 = 60;
/// Longest wait for a connection.
const CONNECT_SECONDS_MAX: u64 = 15;

/// A transport that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum HttpsError {
    /// Not an address of a server.
    #[error("\"{0}\" is not a server address; write it as https://HOST:PORT")]
    Address(String),
    /// A certificate or key is unreadable.
    #[error("the {what} cannot be used: {source}")]
    Pem {
        /// Which.
        what: &'static str,
        /// Why not.
        source: reqwest::Error,
    },
    /// The TLS client cannot be made.
    #[error("the TLS client could not be made: {0}")]
    Client(#[source] reqwest::Error),
}

/// HTTPS to the force's device port.
pub struct Https {
    client: Client,
    base: Url,
    authorities: Vec<Certificate>,
}

impl Https {
    /// A client that trusts `authorities_pem` and nothing else; with `identity_pem` (certificate and key) it also says
    /// who it is.
    ///
    /// # Errors
    /// [`HttpsError`].
    pub fn new(
        server: &str,
        authorities_pem: &[&str],
        identity_pem: Option<&str>,
    ) -> Result<Self, HttpsError> {
        let address = || HttpsError::Address(server.to_owned());
        let base = Url::parse(server).map_err(|_| address())?;
        let plain = base.path() == "/" && base.query().is_none() && base.fragment().is_none();
        if base.scheme() != "https" || base.host_str().is_none() || !plain {
            return Err(address());
        }
        let mut authorities = Vec::new();
        for pem in authorities_pem {
            let read = Certificate::from_pem_bundle(pem.as_bytes());
            authorities.extend(read.map_err(|source| HttpsError::Pem { what: "pinned authority", source })?);
        }
        let client = client(&authorities, identity_pem)?;
        Ok(Self { client, base, authorities })
    }
}

fn client(authorities: &[Certificate], identity_pem: Option<&str>) -> Result<Client, HttpsError> {
    let mut builder = Client::builder()
        .tls_certs_only(authorities.iter().cloned())
        .https_only(true)
        // The same on the wire whatever is compiled beside it: whether the client can do HTTP/2 is decided by others.
        .http1_only()
        .no_proxy()
        .redirect(redirect::Policy::none())
        .connect_timeout(Duration::from_secs(CONNECT_SECONDS_MAX))
        .timeout(Duration::from_secs(ANSWER_SECONDS_MAX))
        .pool_max_idle_per_host(1);
    if let Some(pem) = identity_pem {
        let identity = Identity::from_pem(pem.as_bytes())
            .map_err(|source| HttpsError::Pem { what: "client certificate or key", source })?;
        builder = builder.identity(identity);
    }
    builder.build().map_err(HttpsError::Client)
}

impl Transport for Https {
    async fn request(&mut self, request: WireRequest) -> Result<WireAnswer, TransportError> {
        let failed = |error: reqwest::Error| TransportError(plain(&error));
        let url = self.base.join(&request.path).map_err(|error| TransportError(error.to_string()))?;
        let method = if request.method == "GET" { Method::GET } else { Method::POST };
        let records = request.path == "/v1/records";
        let mut builder = self.client.request(method, url);
        if request.method == "POST" {
            let kind = if records { "application/octet-stream" } else { "application/json" };
            builder = builder.header("content-type", kind).body(request.body);
        }
        for (name, value) in request.headers {
            builder = builder.header(name, value);
        }
        let mut response = builder.send().await.map_err(failed)?;
        let nonce = response.headers().get(HEADER_NONCE).and_then(|value| value.to_str().ok());
        let nonce = nonce.map(str::to_owned);
        let status = response.status().as_u16();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            // A policy is the longest answer; JSON may double it.
            if body.len() + chunk.len() > 2 * POLICY_BYTES_MAX {
                return Err(TransportError(
                    "its answer is longer than any that the protocol knows".to_owned(),
                ));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(WireAnswer { status, nonce, body })
    }

    fn show(&mut self, identity_pem: &str) -> Result<(), TransportError> {
        self.client = client(&self.authorities, Some(identity_pem))
            .map_err(|error| TransportError(error.to_string()))?;
        Ok(())
    }
}

/// The innermost cause: the outer ones only say that a request failed.
fn plain(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    let what = if error.is_timeout() {
        "it took too long"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the exchange broke off"
    };
    format!("{what} ({cause})")
}
