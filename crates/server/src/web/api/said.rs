//! What is the same of every request in the OpenAPI document: its headers, and how it may be refused.

// What stands here is read by the macros alone.
#![expect(dead_code, reason = "shapes of the document, of which no value is made")]

use proviso_model::ids::DeviceId;
use proviso_model::wire::Refusal;
use utoipa::{IntoParams, IntoResponses};

/// Headers of an enrolment.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
pub(super) struct Spoken {
    /// The protocol that the device speaks: 1.
    #[param(rename = "proviso-protocol")]
    protocol: String,
    /// Sent by an agent that renews its certificate.
    #[param(rename = "proviso-renews")]
    renews: Option<String>,
}

/// Headers of a request with a client certificate, not signed.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
pub(super) struct Named {
    /// The protocol that the device speaks: 1.
    #[param(rename = "proviso-protocol")]
    protocol: String,
    /// The device that the certificate names.
    #[param(rename = "proviso-device")]
    device: DeviceId,
}

/// Headers of a signed request with a client certificate.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
pub(super) struct Signed {
    /// The protocol that the device speaks: 1.
    #[param(rename = "proviso-protocol")]
    protocol: String,
    /// The device that the certificate names.
    #[param(rename = "proviso-device")]
    device: DeviceId,
    /// A nonce of this server.
    #[param(rename = "proviso-nonce")]
    nonce: String,
    /// The record key's signature over method, path, body and nonce, base64 (`docs/protocol.md`).
    #[param(rename = "proviso-signature")]
    signature: String,
    /// Size of the last checkpoint accepted, with records and liveness.
    #[param(rename = "proviso-checkpoint-size")]
    checkpoint_size: Option<u64>,
}

/// How a request may be refused; `code` says which refusal it is (`docs/protocol.md`).
#[derive(IntoResponses)]
pub(super) enum Refused {
    /// It cannot be read, or there is nothing at this address.
    #[response(status = 400)]
    Bad(Refusal),
    /// Not this device's certificate, nonce or signature, or a device that is not known.
    #[response(status = 401)]
    Unknown(Refusal),
    /// Not allowed: revoked, a wrong code, a list that the policy does not name.
    #[response(status = 403)]
    Forbidden(Refusal),
    /// The server does not hold what the policy names.
    #[response(status = 404)]
    Missing(Refusal),
    /// It does not continue what is on record.
    #[response(status = 409)]
    Conflict(Refusal),
    /// Too much at once.
    #[response(status = 413)]
    TooLarge(Refusal),
    /// Another protocol.
    #[response(status = 426)]
    Protocol(Refusal),
    /// Too often.
    #[response(status = 429)]
    TooOften(Refusal),
    /// Not now; nothing was taken.
    #[response(status = 503)]
    Busy(Refusal),
    /// No room left; nothing was taken.
    #[response(status = 507)]
    Full(Refusal),
}
