//! The network of a run: requests reach the server's own handlers, or are lost, doubled, late or cut short.

use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, to_bytes};
use axum_server::tls::TlsInfo;
use proviso_agent::{Transport, TransportError, WireAnswer, WireRequest};
use proviso_model::limits::BATCH_BYTES_MAX;
use proviso_model::wire::Refusal;
use tower::util::ServiceExt;

use super::server::SimServer;
use crate::chance::Chance;
use crate::cut_short::cut_short;

/// Requests that wander through the network for longer than their sender waits.
const LATE_MAX: usize = 4;
/// Longest stretch without a line, in requests.
const PARTITION_MAX: u64 = 12;

/// A network between one device and the server.
#[derive(Clone)]
pub struct SimNetwork {
    server: Arc<Mutex<SimServer>>,
    late: Arc<Mutex<Vec<WireRequest>>>,
    certificate: Arc<Vec<u8>>,
    chance: Chance,
    faults: Arc<Mutex<Faults>>,
    /// Requests that still fail until the line is back.
    cut_off: Arc<Mutex<u64>>,
}

/// How often things go wrong, in a hundred.
#[derive(Debug, Clone, Copy, Default)]
pub struct Faults {
    /// A request never arrives.
    pub request_lost: u64,
    /// An answer never arrives.
    pub answer_lost: u64,
    /// A request arrives twice.
    pub doubled: u64,
    /// A request arrives a while later, out of order.
    pub late: u64,
    /// A request begins a stretch in which none arrives at all.
    pub partition: u64,
    /// The server is killed while it works on a request.
    pub server_killed: u64,
    /// The server says "taken" where it should say that the chain forks or breaks: a fault put there on purpose.
    pub forks_swallowed: bool,
}

impl SimNetwork {
    /// A network for the device with this certificate (DER).
    #[must_use]
    pub fn new(server: Arc<Mutex<SimServer>>, certificate: Vec<u8>, chance: Chance) -> Self {
        let (late, faults, cut_off) = (Arc::default(), Arc::default(), Arc::default());
        Self { server, late, certificate: Arc::new(certificate), chance, faults, cut_off }
    }

    /// Sets how often things go wrong from now on.
    pub fn set_faults(&self, faults: Faults) {
        *self.faults.lock().unwrap_or_else(PoisonError::into_inner) = faults;
        *self.cut_off.lock().unwrap_or_else(PoisonError::into_inner) = 0;
    }

    /// Delivers everything that is still under way.
    pub async fn settle(&self) {
        let late = std::mem::take(&mut *self.late.lock().unwrap_or_else(PoisonError::into_inner));
        for request in late {
            let _ = self.deliver(&request, None).await;
        }
    }

    /// Whether this request falls into a stretch without a line, which it may begin.
    fn is_cut_off(&self, faults: Faults) -> bool {
        let mut left = self.cut_off.lock().unwrap_or_else(PoisonError::into_inner);
        if *left == 0 && self.chance.percent(faults.partition) {
            *left = 1 + self.chance.below(PARTITION_MAX);
        }
        let cut_off = *left > 0;
        *left = left.saturating_sub(1);
        cut_off
    }

    async fn deliver(&self, request: &WireRequest, polls: Option<u64>) -> Result<WireAnswer, TransportError> {
        let (router, runtime) = self.server.lock().unwrap_or_else(PoisonError::into_inner).port();
        let request = self.http(request)?;
        let work = async move {
            let response =
                router.oneshot(request).await.map_err(|error| TransportError(error.to_string()))?;
            let nonce = response.headers().get("proviso-nonce").and_then(|nonce| nonce.to_str().ok());
            let (status, nonce) = (response.status().as_u16(), nonce.map(str::to_owned));
            let body = to_bytes(response.into_body(), BATCH_BYTES_MAX)
                .await
                .map_err(|error| TransportError(error.to_string()))?;
            Ok(WireAnswer { status, nonce, body: body.to_vec() })
        };
        let done = match polls {
            None => runtime.spawn(async { Some(work.await) }).await,
            Some(polls) => runtime.spawn(cut_short(work, polls)).await,
        };
        match done {
            Ok(Some(answer)) => answer,
            Ok(None) | Err(_) => Err(TransportError("the server went away".to_owned())),
        }
    }

    fn http(&self, request: &WireRequest) -> Result<axum::extract::Request, TransportError> {
        let mut builder = axum::http::Request::builder().method(request.method).uri(&request.path);
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
        }
        let mut http = builder
            .body(Body::from(request.body.clone()))
            .map_err(|error| TransportError(error.to_string()))?;
        let mut peer = TlsInfo::default();
        peer.peer_certificates = vec![self.certificate.to_vec()];
        http.extensions_mut().insert(Arc::new(peer));
        Ok(http)
    }
}

impl Transport for SimNetwork {
    async fn request(&mut self, request: WireRequest) -> Result<WireAnswer, TransportError> {
        let faults = *self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        let lost = || TransportError("no answer in time".to_owned());
        if self.is_cut_off(faults) || self.chance.percent(faults.request_lost) {
            return Err(lost());
        }
        let older = {
            let mut late = self.late.lock().unwrap_or_else(PoisonError::into_inner);
            if self.chance.percent(faults.late) && late.len() < LATE_MAX {
                late.push(request);
                return Err(lost());
            }
            if self.chance.percent(30) { late.pop() } else { None }
        };
        if let Some(older) = older {
            let _ = self.deliver(&older, None).await;
        }
        if self.chance.percent(faults.server_killed) {
            let polls = 1 + self.chance.below(12);
            let answer = self.deliver(&request, Some(polls)).await;
            self.server.lock().unwrap_or_else(PoisonError::into_inner).kill();
            return if self.chance.percent(50) { answer } else { Err(lost()) };
        }
        let mut answer = self.deliver(&request, None).await;
        if faults.forks_swallowed {
            answer = answer.map(swallow_fork);
        }
        if self.chance.percent(faults.doubled) {
            let _ = self.deliver(&request, None).await;
        }
        if self.chance.percent(faults.answer_lost) { Err(lost()) } else { answer }
    }
}

/// What a server without a fork check would answer.
fn swallow_fork(answer: WireAnswer) -> WireAnswer {
    let refusal =
        (answer.status == 409).then(|| serde_json::from_slice::<Refusal>(&answer.body).ok()).flatten();
    match refusal.and_then(|refusal| refusal.receipt) {
        Some(receipt) => {
            let body = serde_json::to_vec(&receipt).expect("a receipt is JSON");
            WireAnswer { status: 200, body, ..answer }
        }
        None => answer,
    }
}
