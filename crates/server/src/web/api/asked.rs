//! A device's request on its way in and its answer on the way out.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::{Bytes, to_bytes};
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum_server::tls::TlsInfo;
use proviso_model::ids::DeviceId;
use proviso_model::limits::BATCH_BYTES_MAX;
use proviso_model::wire::{
    HEADER_CHECKPOINT_SIZE, HEADER_DEVICE, HEADER_NONCE, HEADER_PROTOCOL, HEADER_SIGNATURE,
};
use proviso_store::{DeviceRow, DeviceState};

use crate::app::AppContext;
use crate::app::device::authenticate::Standing;
use crate::app::device::{DeviceRefusal, authenticate, certificate, nonce, status_of};
use crate::keys::certificates::{self, Shown};

/// How long the body of a request may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(120);

/// A request that is the device's own.
pub(super) struct Asked {
    /// The device.
    pub device: DeviceRow,
    /// Method, path and headers.
    pub parts: Parts,
    /// Body.
    pub body: Bytes,
}

impl Asked {
    /// The nonce that the request's signature covers.
    pub(super) fn nonce(&self) -> &str {
        header(&self.parts, HEADER_NONCE).unwrap_or_default()
    }

    /// Size of the last checkpoint that the device accepted, if it names one.
    pub(super) fn accepted_size(&self) -> Result<Option<u64>, DeviceRefusal> {
        let size = header(&self.parts, HEADER_CHECKPOINT_SIZE).map(str::parse).transpose();
        size.map_err(|_| {
            DeviceRefusal::RequestBad(format!("header {HEADER_CHECKPOINT_SIZE} is not a number"))
        })
    }
}

pub(super) fn header<'p>(parts: &'p Parts, name: &str) -> Option<&'p str> {
    parts.headers.get(name).and_then(|value| value.to_str().ok())
}

/// What the certificate says, whose device the header names too. The handshake has checked that it is ours.
pub(super) fn certified(parts: &Parts) -> Result<Shown, DeviceRefusal> {
    authenticate::protocol(header(parts, HEADER_PROTOCOL))?;
    let certificate = parts
        .extensions
        .get::<Arc<TlsInfo>>()
        .and_then(|info| info.peer_certificates.first())
        .ok_or(DeviceRefusal::CertificateMissing)?;
    let shown = certificates::shown(certificate).ok_or(DeviceRefusal::CertificateMissing)?;
    let claimed: Option<DeviceId> = header(parts, HEADER_DEVICE).and_then(|id| id.parse().ok());
    if claimed != Some(shown.device) {
        return Err(DeviceRefusal::CertificateMissing);
    }
    Ok(shown)
}

/// What a certificate that has ended is still good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// Nothing, but that a device which is revoked may deliver what it had sealed: it gets no other certificate.
    Refused,
    /// To ask for the next one.
    MayRenew,
}

/// The device of the certificate. Nothing of the body is read before.
pub(super) async fn known(ctx: &AppContext, parts: &Parts) -> Result<DeviceRow, DeviceRefusal> {
    let shown = certified(parts)?;
    let device = authenticate::standing(ctx, shown.device, Standing::OrRevoked).await?;
    certificate::used(ctx, &device, &shown).await?;
    Ok(device)
}

/// The whole check of a signed request: certificate, size, signature, nonce, state. A revoked device learns that it is
/// revoked with a nonce, so that it can still deliver what it holds.
pub(super) async fn signed(
    ctx: &AppContext,
    request: Request,
    bytes_max: usize,
    (standing, ended): (Standing, Ended),
) -> Result<Asked, (Option<DeviceId>, DeviceRefusal)> {
    let (parts, body) = request.into_parts();
    let device = known(ctx, &parts).await.map_err(|refusal| (None, refusal))?;
    let id = device.id;
    let refuse = |refusal| (Some(id), refusal);
    let body = tokio::time::timeout(BODY_TIME, to_bytes(body, bytes_max))
        .await
        .map_err(|_| refuse(DeviceRefusal::RequestBad("its body took too long to arrive".to_owned())))?
        .map_err(|_| refuse(too_large(bytes_max)))?;
    let asked = Asked { device, parts, body };
    let path = asked.parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let statement = authenticate::Signed {
        method: asked.parts.method.as_str(),
        path,
        body: &asked.body,
        nonce: asked.nonce(),
        signature: header(&asked.parts, HEADER_SIGNATURE).unwrap_or_default(),
    };
    authenticate::signed(ctx, &asked.device, &statement).map_err(refuse)?;
    let is_active = asked.device.state == DeviceState::Active;
    if !is_active && standing == Standing::Active {
        return Err(refuse(DeviceRefusal::Revoked));
    }
    // Of our own clock, which may differ from the one that the handshake read.
    let has_ended = certified(&asked.parts).map_err(refuse)?.until < ctx.now();
    if has_ended && is_active && ended == Ended::Refused {
        return Err(refuse(DeviceRefusal::CertificateEnded));
    }
    Ok(asked)
}

fn too_large(bytes_max: usize) -> DeviceRefusal {
    if bytes_max == BATCH_BYTES_MAX {
        DeviceRefusal::BatchTooLarge
    } else {
        DeviceRefusal::RequestBad(format!("its body is cut off or longer than {bytes_max} bytes"))
    }
}

/// A refusal as a response; with a fresh nonce where the device is known.
pub(super) fn refuse(ctx: &AppContext, device: Option<DeviceId>, refusal: &DeviceRefusal) -> Response {
    let status = StatusCode::from_u16(status_of(refusal.code())).unwrap_or(StatusCode::BAD_REQUEST);
    tracing::info!(
        code = refusal.code(),
        device = device.map(|id| id.to_string()),
        "refused a device's request"
    );
    with_nonce(ctx, device, (status, Json(refusal.to_wire())).into_response())
}

/// Adds a fresh nonce for the device's next request.
pub(super) fn with_nonce(ctx: &AppContext, device: Option<DeviceId>, mut response: Response) -> Response {
    if let Some(value) = device.and_then(|device| HeaderValue::from_str(&nonce::fresh(ctx, device)).ok()) {
        response.headers_mut().insert(HEADER_NONCE, value);
    }
    response
}
