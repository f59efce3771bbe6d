//! One request, one answer, and what carries them.

use std::future::Future;

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WireRequest {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Path with query.
    pub path: String,
    /// Header names in lower case, and values.
    pub headers: Vec<(&'static str, String)>,
    /// Body.
    pub body: Vec<u8>,
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WireAnswer {
    /// HTTP status.
    pub status: u16,
    /// Header `proviso-nonce`.
    pub nonce: Option<String>,
    /// Body.
    pub body: Vec<u8>,
}

/// No answer came.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no answer from the server: {0}")]
pub struct TransportError(pub String);

/// Carries requests to the server. The real one is [`super::Https`]; a simulator calls the server's own code.
pub trait Transport: Send {
    /// Sends a request and waits for its answer.
    ///
    /// # Errors
    /// [`TransportError`] when no answer came; the server may or may not have acted.
    fn request(
        &mut self,
        request: WireRequest,
    ) -> impl Future<Output = Result<WireAnswer, TransportError>> + Send;

    /// Shows this client certificate, PEM with its key, from the next request on. A simulator has none to show.
    ///
    /// # Errors
    /// [`TransportError`] when it cannot be used; then the one before goes on being shown.
    fn show(&mut self, _identity_pem: &str) -> Result<(), TransportError> {
        Ok(())
    }
}
