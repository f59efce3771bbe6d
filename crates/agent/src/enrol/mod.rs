//! Enrolment: a one-time code and two keys made on the device become a certificate, a policy and the first records.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proviso_ledger::sign::SignKey;
use proviso_model::Timestamp;
use proviso_model::certificate::HEADER_RENEWS;
use proviso_model::record::{EnrolmentFacts, Notice, NoticeResponse, RecordBody};
use proviso_model::wire::{
    EnrolRequest, EnrolResponse, HEADER_PROTOCOL, Refusal, TrustFile, WIRE_PROTOCOL, enrol_proof,
};
use rand_core::CryptoRng;
use std::sync::Arc;

use crate::clock::{Clock, Fix};
use crate::identity::{DeviceKeys, Identity};
use crate::notice;
use crate::policy_keep::{PolicyError, PolicyKeep};
use crate::sources::health::system_in_words;
use crate::spool::{OnDisk, Room, Spool, SpoolError, SpoolLimits, note_of};
use crate::state_dir::{StateDir, StateError};
use crate::uplink::{
    HttpsError, NOTE_SERVER_TIME, Transport, TransportError, WireRequest, ask_for_certificate,
};
use crate::watch::{NOTE_NOTICE, NoticeNote};
use crate::writer::RecordWriter;

/// Why an enrolment did not happen. Nothing is then left in the state folder that a new try would stumble over.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// There is one already.
    #[error(
        "this device is already enrolled (device {0}); to enrol it anew, an officer revokes that device, and then the state folder is moved away (docs/agent.md, \"Enrol again\")"
    )]
    Already(String),
    /// The code.
    #[error(
        "the server did not take the code: it is wrong, was used already or has expired; ask the officer for a new one"
    )]
    Code,
    /// Too many tries.
    #[error("too many codes were tried from here; wait ten minutes and try again with a new code")]
    TooManyTries,
    /// The server refused for another reason.
    #[error("the server refused the enrolment ({status}): {message}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// In the server's words.
        message: String,
    },
    /// No answer, or a server that the trust file does not know.
    #[error(
        "{0}; check the address, and that the trust file is this force's: a server with another certificate is not trusted"
    )]
    Transport(#[from] TransportError),
    /// The client could not be made.
    #[error(transparent)]
    Https(#[from] HttpsError),
    /// The answer cannot be read.
    #[error("the server's answer cannot be read ({0}); are both of the same version?")]
    Answer(String),
    /// The answer is not for the force in the trust file.
    #[error("the server enrolled this device into another force than the trust file's; nothing was kept")]
    Force,
    /// Keys, policy or signatures.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// A key could not be made.
    #[error("the TLS key could not be made: {0}")]
    Key(#[from] rcgen::Error),
    /// The state folder.
    #[error(transparent)]
    State(#[from] StateError),
    /// The spool.
    #[error(transparent)]
    Spool(#[from] SpoolError),
}

/// What an enrolment needs.
pub struct EnrolParts<'a> {
    /// Where to keep it.
    pub dir: &'a StateDir,
    /// `https://HOST:PORT`.
    pub server: &'a str,
    /// The pinned root and authority.
    pub trust: &'a TrustFile,
    /// The code, as typed.
    pub code: &'a str,
    /// The supervised account.
    pub account: &'a str,
}

/// An enrolment that the server has granted and that is not on disk yet.
pub struct Granted {
    keys: DeviceKeys,
    response: EnrolResponse,
    identity: Identity,
}

/// Asks the server. On success the device's keys exist in memory only, until [`Granted::keep`].
///
/// # Errors
/// [`EnrolError`].
pub async fn ask<T: Transport>(
    parts: &EnrolParts<'_>,
    transport: &mut T,
    rng: &mut dyn CryptoRng,
) -> Result<Granted, EnrolError> {
    if let Ok(Some(known)) = parts.dir.read_json::<Identity>("identity.json") {
        return Err(EnrolError::Already(known.device.to_string()));
    }
    let record = SignKey::generate(rng);
    let (tls_pem, csr_pem) = ask_for_certificate()?;
    let code = parts.code.trim().to_owned();
    let request = EnrolRequest {
        record_key: record.public().to_hex(),
        proof: STANDARD.encode(record.sign(&enrol_proof(&code, &csr_pem))),
        code,
        csr_pem,
        system: system_in_words(),
        account: parts.account.to_owned(),
        agent_version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let body = serde_json::to_vec(&request).map_err(|error| EnrolError::Answer(error.to_string()))?;
    let answer = transport
        .request(WireRequest {
            method: "POST",
            path: "/v1/enrol".to_owned(),
            headers: vec![(HEADER_PROTOCOL, WIRE_PROTOCOL.to_string()), (HEADER_RENEWS, "1".to_owned())],
            body,
        })
        .await?;
    if answer.status != 200 {
        return Err(refused(answer.status, &answer.body));
    }
    let response: EnrolResponse =
        serde_json::from_slice(&answer.body).map_err(|error| EnrolError::Answer(error.to_string()))?;
    if response.force != parts.trust.force {
        return Err(EnrolError::Force);
    }
    let identity = Identity {
        force: response.force,
        device: response.device,
        account: parts.account.to_owned(),
        server: parts.server.to_owned(),
        certificate_pem: response.certificate_pem.clone(),
        record_key: record.public().to_hex(),
    };
    let keys = DeviceKeys { record, tls_pem };
    Ok(Granted { keys, response, identity })
}

fn refused(status: u16, body: &[u8]) -> EnrolError {
    let refusal: Option<Refusal> = serde_json::from_slice(body).ok();
    let code = refusal.as_ref().map_or("", |refusal| refusal.code.as_str());
    match (status, code) {
        (403, "code-wrong") => EnrolError::Code,
        (429, _) => EnrolError::TooManyTries,
        _ => EnrolError::Refused {
            status,
            message: refusal.map_or_else(|| "no reason was given".to_owned(), |refusal| refusal.message),
        },
    }
}

/// A device that is enrolled and whose notice waits to be shown.
pub struct Enrolled {
    /// Who it is.
    pub identity: Identity,
    /// Its policy.
    pub keep: PolicyKeep,
    writer: RecordWriter,
}

impl Granted {
    /// Checks everything that the server sent against the pinned root, writes it, and seals the first record.
    ///
    /// # Errors
    /// [`EnrolError`].
    pub fn keep(
        self,
        parts: &EnrolParts<'_>,
        limits: SpoolLimits,
        clock: &dyn Clock,
        rng: Box<dyn CryptoRng + Send>,
    ) -> Result<Enrolled, EnrolError> {
        let Self { keys, response, identity } = self;
        parts.dir.create()?;
        let keep =
            PolicyKeep::first(parts.dir, parts.trust, &response.keys, &response.policy, response.device)?;
        let file = Arc::new(OnDisk::new(parts.dir.spool()));
        let (spool, _) = Spool::open(file, limits, response.force, response.device)?;
        let server_time = Fix {
            at: response.server_time,
            wall: clock.wall(),
            boot_id: clock.boot_id(),
            since_boot_ms: clock.since_boot_ms(),
        };
        spool.keep(&[note_of(NOTE_SERVER_TIME, &server_time)?])?;
        let record = SignKey::from_seed(*keys.record.seed());
        let mut writer = RecordWriter::new(Arc::new(spool), record, rng);
        let enrolment = EnrolmentFacts {
            system: system_in_words(),
            account: identity.account.clone(),
            agent_version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        if let Some(kept) = keep.policy() {
            let body = RecordBody::Enrolment { enrolment };
            writer.write(&kept, response.server_time, body, Room::Reserve, &[])?;
        }
        // Last, so that a device counts as enrolled only when all else is there.
        identity.store(&keys, parts.dir)?;
        Ok(Enrolled { identity, keep, writer })
    }
}

impl Enrolled {
    /// Puts on record that the notice was shown in the terminal, and what was said to it.
    ///
    /// # Errors
    /// [`SpoolError`].
    pub fn notice(&mut self, at: Timestamp, response: NoticeResponse, by: &str) -> Result<(), SpoolError> {
        let Some(kept) = self.keep.policy() else { return Ok(()) };
        let text = notice::text(&kept.policy, &self.keep.trust().force_name);
        let text_sha256 = notice::text_sha256(&text);
        let note = NoticeNote { text_sha256, shown_at: at, response };
        let notice = Notice {
            shown_at: at,
            shown_on: "terminal".to_owned(),
            text_sha256,
            response,
            by: by.chars().take(200).collect(),
        };
        let body = RecordBody::Notice { notice };
        self.writer.write(&kept, at, body, Room::Reserve, &[note_of(NOTE_NOTICE, &note)?])?;
        Ok(())
    }
}
