//! Brings records to the server and policies back. A stepped machine: it does one request at a time, holds no clock and
//! no socket, and can be dropped and made again at any point without losing or doubling anything.

mod answer;
mod asked;
mod backoff;
mod certificate;
mod fetch;
mod https;
mod looked;
mod questions;
mod receipt;
mod returning;
mod shown_log;
mod transport;
mod update;

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proviso_ledger::hash::sha256;
use proviso_ledger::sign::SignKey;
use proviso_model::ids::DeviceId;
use proviso_model::limits::{BATCH_BYTES_MAX, BATCH_RECORDS_MAX};
use proviso_model::looked::Looked;
use proviso_model::record::EnrolmentFacts;
use proviso_model::wire::{self, LivenessPing, signed_request};
use proviso_model::{Digest, Timestamp};
use rand_core::CryptoRng;

use crate::client_certificate::ClientCertificate;
use crate::clock::TrueTime;
use crate::policy_keep::PolicyKeep;
use crate::spool::{Spool, SpoolError, Stored};
use crate::update::Updates;

pub use answer::NOTE_SERVER_TIME;
use asked::{Asked, Wanted};
use backoff::Backoff;
pub use certificate::ask_for_certificate;
use fetch::Fetch;
pub use https::{Https, HttpsError};
pub use looked::NOTE_LOOKED;
pub use receipt::is_unsent;
pub use shown_log::{Contradictions, NOTE_ACCEPTED, NOTE_CONTRADICTIONS};
pub use transport::{Transport, TransportError, WireAnswer, WireRequest};

/// Milliseconds between liveness pings.
pub const PING_EVERY_MS: i64 = 60_000;
/// Name of the note that holds why the server has revoked this device.
pub const NOTE_REVOKED: &str = "revoked";
/// Name of the note that says that the server takes nothing more from this device, not even what waits.
const NOTE_CLOSED: &str = "closed";

/// What to do after a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Step again at once: there is more to do.
    Again,
    /// Nothing to do before this instant, unless a record is spooled and `Wait` was not a back-off.
    Wait {
        /// When to step again.
        until: Timestamp,
        /// Whether the wait follows a failure: then a new record does not shorten it.
        backing_off: bool,
    },
    /// The server has revoked this device, and all that it still takes is delivered.
    Revoked,
}

/// What the uplink knows, for `status` and the page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UplinkState {
    /// Last answer from the server that could be used.
    pub last_contact: Option<Timestamp>,
    /// What went wrong last, in plain words; cleared by the next success.
    pub trouble: Option<String>,
    /// Why the server has revoked this device.
    pub revoked: Option<String>,
    /// In which way the server's log contradicts what it showed before.
    pub log: Option<String>,
    /// Where the server's record of this device ends.
    pub durable: Option<(u32, u64)>,
    /// How often officers looked, as the server said last.
    pub looked: Option<Looked>,
}

/// What an uplink is made from.
pub struct UplinkParts<T> {
    /// Carries requests.
    pub transport: T,
    /// Where records wait.
    pub spool: Arc<Spool>,
    /// Where policies go.
    pub keep: Arc<PolicyKeep>,
    /// Where the server's time goes.
    pub time: Arc<TrueTime>,
    /// This device.
    pub device: DeviceId,
    /// Signs requests.
    pub record_key: SignKey,
    /// What it said of itself at enrolment.
    pub facts: EnrolmentFacts,
    /// Hash of the id of the system that it runs on ([`crate::identity::machine_hash`]).
    pub machine: Option<Digest>,
    /// For the jitter of back-off, and the name of this run.
    pub rng: Box<dyn CryptoRng + Send>,
}

/// The uplink.
pub struct Uplink<T> {
    pub(crate) transport: T,
    pub(crate) spool: Arc<Spool>,
    pub(crate) keep: Arc<PolicyKeep>,
    pub(crate) fetch: Fetch,
    /// After a question that the server did not answer.
    pub(crate) asking: Backoff,
    pub(crate) time: Arc<TrueTime>,
    pub(crate) device: DeviceId,
    record_key: SignKey,
    facts: EnrolmentFacts,
    machine: Option<Digest>,
    run: String,
    pub(crate) rng: Box<dyn CryptoRng + Send>,
    pub(crate) backoff: Backoff,
    pub(crate) nonce: Option<String>,
    pub(crate) next_ping: Option<Timestamp>,
    next_looked: Option<Timestamp>,
    certificate: Option<ClientCertificate>,
    next_certificate: Option<Timestamp>,
    updates: Option<Arc<Updates>>,
    next_update: Option<Timestamp>,
    pub(crate) wanted: Wanted,
    pub(crate) batch_records_max: usize,
    pub(crate) sending_epoch: Option<u32>,
    pub(crate) stuck: u32,
    pub(crate) watching: bool,
    /// The server takes nothing more.
    pub(crate) closed: bool,
    pub(crate) state: UplinkState,
}

impl<T: Transport> Uplink<T> {
    /// An uplink that goes on from what the spool's notes say.
    ///
    /// # Errors
    /// [`SpoolError`] when the notes cannot be read.
    pub fn new(mut parts: UplinkParts<T>) -> Result<Self, SpoolError> {
        let mut run = [0; 16];
        parts.rng.fill_bytes(&mut run);
        let revoked: Option<String> = parts.spool.note(NOTE_REVOKED)?;
        let closed: Option<bool> = parts.spool.note(NOTE_CLOSED)?;
        let log = shown_log::contradictions(&parts.spool)?.in_words();
        let looked = parts.spool.note(NOTE_LOOKED)?;
        Ok(Self {
            transport: parts.transport,
            spool: parts.spool,
            wanted: Wanted {
                policy: parts.keep.policy().is_none() && parts.keep.released().is_none(),
                ..Wanted::default()
            },
            keep: parts.keep,
            fetch: Fetch::default(),
            asking: Backoff::default(),
            time: parts.time,
            device: parts.device,
            record_key: parts.record_key,
            facts: parts.facts,
            machine: parts.machine,
            run: hex::encode(run),
            rng: parts.rng,
            backoff: Backoff::default(),
            nonce: None,
            next_ping: None,
            next_looked: None,
            certificate: None,
            next_certificate: None,
            updates: None,
            next_update: None,
            batch_records_max: BATCH_RECORDS_MAX,
            sending_epoch: None,
            stuck: 0,
            watching: false,
            closed: closed.unwrap_or(false),
            state: UplinkState { revoked, log, looked, ..UplinkState::default() },
        })
    }

    /// What it knows.
    #[must_use]
    pub fn state(&self) -> &UplinkState {
        &self.state
    }

    /// Tells it whether the device watches now; the next ping says so.
    pub fn set_watching(&mut self, watching: bool) {
        self.watching = watching;
    }

    /// Serial of the policy that it last knew to be obeyed.
    #[must_use]
    pub fn policy_serial(&self) -> u64 {
        self.keep.serial()
    }

    /// The transport, for a simulator that changes its faults.
    pub fn transport_mut(&mut self) -> &mut T {
        &mut self.transport
    }

    /// Does the most urgent request, if there is one, and says what to do next. Everything that went wrong is in
    /// [`Uplink::state`] and leads to a back-off.
    pub async fn step(&mut self, now: Timestamp) -> Next {
        if self.closed {
            return Next::Revoked;
        }
        if let Some(until) = self.backoff.until(now) {
            return Next::Wait { until, backing_off: true };
        }
        match self.step_inner(now).await {
            Ok(next) => next,
            Err(trouble) => self.stumble(now, trouble),
        }
    }

    async fn step_inner(&mut self, now: Timestamp) -> Result<Next, String> {
        let Some((asked, request)) = self.next_request(now)? else {
            if self.state.revoked.is_some() {
                return Ok(Next::Revoked);
            }
            let until = self.next_ping.unwrap_or(now);
            let dues = [self.fetch.due(now), self.asking.until(now), self.next_looked, self.next_update];
            let until = dues.into_iter().flatten().fold(until, Timestamp::min);
            return Ok(Next::Wait { until, backing_off: false });
        };
        let answer = self.transport.request(request).await.map_err(|error| error.to_string())?;
        if let Some(nonce) = &answer.nonce {
            self.nonce = Some(nonce.clone());
        }
        self.take_answer(now, asked, &answer)
    }

    pub(crate) fn stumble(&mut self, now: Timestamp, trouble: String) -> Next {
        tracing::warn!(trouble = %trouble, "the uplink waits before it tries again");
        self.state.trouble = Some(trouble);
        Next::Wait { until: self.backoff.failed(now, &mut *self.rng), backing_off: true }
    }

    fn next_request(&mut self, now: Timestamp) -> Result<Option<(Asked, WireRequest)>, String> {
        // Before records, which the server takes only once it knows what they were sealed under.
        if let Some(nonce) = self.nonce.clone()
            && let Some(returning) = self.returning(&nonce)?
        {
            return Ok(Some(returning));
        }
        if let Some(nonce) = self.nonce.clone()
            && self.state.revoked.is_none()
            && let Some(renewal) = self.certificate_request(now, &nonce)?
        {
            return Ok(Some(renewal));
        }
        self.usual_request(now).map_err(|error| error.to_string())
    }

    fn usual_request(&mut self, now: Timestamp) -> Result<Option<(Asked, WireRequest)>, SpoolError> {
        let Some(nonce) = self.nonce.clone() else {
            let headers = self.headers(None);
            let request =
                WireRequest { method: "GET", path: "/v1/nonce".to_owned(), headers, body: Vec::new() };
            return Ok(Some((Asked::Nonce, request)));
        };
        // A revoked device is asked nothing and told nothing; what it sealed before is still taken.
        if self.state.revoked.is_some() {
            return self.records_request(&nonce);
        }
        if self.next_ping.is_none_or(|due| due <= now || due.millis_since(now) > PING_EVERY_MS) {
            let body = self.ping(now)?;
            let request = self.signed("POST", "/v1/liveness", &nonce, body, &self.accepted_size()?);
            return Ok(Some((Asked::Ping { nonce }, request)));
        }
        if self.wanted.keys {
            return Ok(Some((Asked::Keys, self.signed("GET", "/v1/keys", &nonce, Vec::new(), &[]))));
        }
        if self.wanted.policy {
            let known = [("if-none-match", format!("\"{}\"", self.keep.serial()))];
            return Ok(Some((Asked::Policy, self.signed("GET", "/v1/policy", &nonce, Vec::new(), &known))));
        }
        // A picture waits for the answer, and the server takes few questions in a minute.
        if let Some(question) = self.question_request(now, &nonce) {
            return Ok(Some(question));
        }
        // What was found goes before what may be found later.
        let records = self.records_request(&nonce)?;
        let request = records.or_else(|| self.fetch_request(now, &nonce));
        let request = request.or_else(|| self.looked_request(now, &nonce));
        Ok(request.or_else(|| self.update_request(now, &nonce)))
    }

    fn records_request(&mut self, nonce: &str) -> Result<Option<(Asked, WireRequest)>, SpoolError> {
        let batch = self.next_batch()?;
        if batch.is_empty() {
            return Ok(None);
        }
        let mut body = Vec::with_capacity(batch.iter().map(|record| record.envelope.len() + 4).sum());
        for record in &batch {
            let length = u32::try_from(record.envelope.len()).unwrap_or(u32::MAX);
            body.extend_from_slice(&length.to_be_bytes());
            body.extend_from_slice(&record.envelope);
        }
        let request = self.signed("POST", "/v1/records", nonce, body, &self.accepted_size()?);
        Ok(Some((Asked::Records(batch), request)))
    }

    fn next_batch(&mut self) -> Result<Vec<Stored>, SpoolError> {
        let aside = receipt::epochs_aside(&self.spool)?;
        for (epoch, _) in self.spool.epochs()? {
            if aside.contains(&epoch) {
                continue;
            }
            let after = match self.state.durable {
                Some((durable_epoch, seq)) if durable_epoch == epoch => Some(seq),
                _ => None,
            };
            let done_before = self.state.durable.is_some_and(|(durable_epoch, _)| durable_epoch > epoch);
            if done_before {
                continue;
            }
            let batch = self.spool.batch(epoch, after, self.batch_records_max, BATCH_BYTES_MAX)?;
            if !batch.is_empty() {
                self.sending_epoch = Some(epoch);
                return Ok(batch);
            }
        }
        Ok(Vec::new())
    }

    /// The header that asks for a proof that the log continues the one accepted.
    fn accepted_size(&self) -> Result<Vec<(&'static str, String)>, SpoolError> {
        let accepted = shown_log::accepted(&self.spool)?;
        Ok(accepted.map(|log| (wire::HEADER_CHECKPOINT_SIZE, log.size.to_string())).into_iter().collect())
    }

    fn ping(&self, now: Timestamp) -> Result<Vec<u8>, SpoolError> {
        let figures = self.spool.figures()?;
        let ping = LivenessPing {
            device_time: now,
            watching: self.watching,
            spooled_seq: figures.highest_seq,
            spool_bytes: figures.bytes,
            policy_serial: self.keep.serial(),
            agent_version: env!("CARGO_PKG_VERSION").to_owned(),
            run: Some(self.run.clone()),
            machine: self.machine,
        };
        serde_json::to_vec(&ping).map_err(|error| SpoolError::Note("ping".to_owned(), error))
    }

    fn headers(&self, nonce: Option<&str>) -> Vec<(&'static str, String)> {
        let mut headers = vec![
            (wire::HEADER_PROTOCOL, wire::WIRE_PROTOCOL.to_string()),
            (wire::HEADER_DEVICE, self.device.to_string()),
        ];
        if let Some(nonce) = nonce {
            headers.push((wire::HEADER_NONCE, nonce.to_owned()));
        }
        headers
    }

    fn signed(
        &self,
        method: &'static str,
        path: &str,
        nonce: &str,
        body: Vec<u8>,
        more: &[(&'static str, String)],
    ) -> WireRequest {
        let statement = signed_request(method, path, &Digest(sha256(&body)), nonce);
        let signature = STANDARD.encode(self.record_key.sign(&statement));
        let mut headers = self.headers(Some(nonce));
        headers.push((wire::HEADER_SIGNATURE, signature));
        headers.extend_from_slice(more);
        WireRequest { method, path: path.to_owned(), headers, body }
    }
}
