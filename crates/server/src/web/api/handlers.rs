//! One handler for each request of the protocol.

use std::net::SocketAddr;

use axum::Json;
use axum::body::to_bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{ConnectInfo, Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use proviso_model::Digest;
use proviso_model::certificate::{CertificateAnswer, CertificateRequest, HEADER_RENEWS};
use proviso_model::hash_set::{HashSetAnswer, HashSetFile, HashSetQuestion, SignedHashSetDelivery};
use proviso_model::limits::{BATCH_BYTES_MAX, POLICY_BYTES_MAX, REQUEST_BYTES_MAX};
use proviso_model::looked::{Looked, WITH_REQUESTS};
use proviso_model::update::UpdateOffer;
use proviso_model::wire::{
    DeviceReturn, EnrolRequest, EnrolResponse, ForceKeys, HEADER_NONCE, HEADER_PROTOCOL, HEADER_SIGNATURE,
    LivenessAnswer, LivenessPing, Receipt, SignedPolicy,
};
use serde::de::DeserializeOwned;

use super::asked::{self, Asked, Ended, refuse, with_nonce};
use super::said::{Named, Refused, Signed, Spoken};
use crate::app::AppContext;
use crate::app::device::authenticate::Standing;
use crate::app::device::{
    DeviceRefusal, authenticate, certificate as certificates, enrol as enrolment, hash_set as hash_sets,
    ingest, liveness as ping, looked as looks, policy as policies, returned, site_list as site_lists,
};
use crate::app::updates;
use crate::keys::certificates::DeviceTerm;

/// Checks the request, does the work, and answers with a fresh nonce either way.
async fn answered<T: IntoResponse>(
    ctx: &AppContext,
    request: Request,
    bytes_max: usize,
    standing: Standing,
    work: impl AsyncFnOnce(&Asked) -> Result<T, DeviceRefusal>,
) -> Response {
    let asked = match asked::signed(ctx, request, bytes_max, (standing, Ended::Refused)).await {
        Ok(asked) => asked,
        Err((device, refusal)) => return refuse(ctx, device, &refusal),
    };
    let device = Some(asked.device.id);
    match work(&asked).await {
        Ok(answer) => with_nonce(ctx, device, answer.into_response()),
        Err(refusal) => refuse(ctx, device, &refusal),
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, DeviceRefusal> {
    serde_json::from_slice(body).map_err(|error| {
        // The position only: the message may quote what was sent.
        let (line, column) = (error.line(), error.column());
        DeviceRefusal::RequestBad(format!("its JSON is not as agreed at line {line}, column {column}"))
    })
}

/// `POST /v1/enrol`.
#[utoipa::path(post, path = "/v1/enrol", tag = "devices",
    params(Spoken),
    request_body(content = EnrolRequest, content_type = "application/json"),
    responses((status = 200, body = EnrolResponse, description = "Enrolled."), Refused))]
pub(super) async fn enrol(State(ctx): State<AppContext>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let address = parts
        .extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map_or_else(|| "unknown".to_owned(), |info| info.0.ip().to_string());
    let done = async {
        authenticate::protocol(asked::header(&parts, HEADER_PROTOCOL))?;
        let body = to_bytes(body, REQUEST_BYTES_MAX).await.map_err(|_| {
            DeviceRefusal::RequestBad(format!("its body is cut off or longer than {REQUEST_BYTES_MAX} bytes"))
        })?;
        // An older agent would be locked out by a certificate that ends.
        let term = asked::header(&parts, HEADER_RENEWS).map_or(DeviceTerm::Whole, |_| DeviceTerm::Renewed);
        enrolment::enrol(&ctx, (&address, term), &read::<EnrolRequest>(&body)?).await
    }
    .await;
    match done {
        Ok(answer) => Json(answer).into_response(),
        Err(refusal) => refuse(&ctx, None, &refusal),
    }
}

/// `GET /v1/nonce`.
#[utoipa::path(get, path = "/v1/nonce", tag = "devices",
    params(Named),
    responses((status = 204, description = "A nonce, in the header alone."), Refused))]
pub(super) async fn nonce(State(ctx): State<AppContext>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    match asked::known(&ctx, &parts).await {
        Ok(device) => with_nonce(&ctx, Some(device.id), StatusCode::NO_CONTENT.into_response()),
        // With a nonce, for a device of ours that a restored server no longer knows can come back.
        Err(DeviceRefusal::DeviceUnknown) => {
            let device = asked::certified(&parts).ok().map(|shown| shown.device);
            refuse(&ctx, device, &DeviceRefusal::DeviceUnknown)
        }
        Err(refusal) => refuse(&ctx, None, &refusal),
    }
}

/// `POST /v1/certificate`.
#[utoipa::path(post, path = "/v1/certificate", tag = "devices",
    params(Signed),
    request_body(content = CertificateRequest, content_type = "application/json"),
    responses((status = 200, body = CertificateAnswer, description = "The next certificate."), Refused))]
pub(super) async fn certificate(State(ctx): State<AppContext>, request: Request) -> Response {
    let standing = (Standing::Active, Ended::MayRenew);
    let asked = match asked::signed(&ctx, request, REQUEST_BYTES_MAX, standing).await {
        Ok(asked) => asked,
        Err((device, refusal)) => return refuse(&ctx, device, &refusal),
    };
    let device = Some(asked.device.id);
    let done = async { certificates::renew(&ctx, &asked.device, &read(&asked.body)?).await }.await;
    match done {
        Ok(answer) => with_nonce(&ctx, device, Json(answer).into_response()),
        Err(refusal) => refuse(&ctx, device, &refusal),
    }
}

/// `GET /v1/policy`.
#[utoipa::path(get, path = "/v1/policy", tag = "devices",
    params(Signed, ("if-none-match" = Option<String>, Header, description = "Serial of the policy held, in quotes.")),
    responses((status = 200, body = SignedPolicy, description = "The newest policy."), (status = 304, description = "The device has it."), Refused))]
pub(super) async fn policy(State(ctx): State<AppContext>, request: Request) -> Response {
    answered(&ctx, request, REQUEST_BYTES_MAX, Standing::Active, async |asked: &Asked| {
        let held = asked
            .parts
            .headers
            .get(header::IF_NONE_MATCH)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.trim_matches('"').parse().ok());
        Ok(match policies::current(&ctx, &asked.device, held).await? {
            Some(signed) => Json(signed).into_response(),
            None => StatusCode::NOT_MODIFIED.into_response(),
        })
    })
    .await
}

/// `POST /v1/policy`: a policy that a restored server no longer knows.
#[utoipa::path(post, path = "/v1/policy", tag = "devices",
    params(Signed),
    request_body(content = SignedPolicy, content_type = "application/json"),
    responses((status = 204, description = "Taken."), Refused))]
pub(super) async fn policy_return(State(ctx): State<AppContext>, request: Request) -> Response {
    answered(&ctx, request, 2 * POLICY_BYTES_MAX, Standing::OrRevoked, async |asked: &Asked| {
        let sent: SignedPolicy = read(&asked.body)?;
        returned::policy(&ctx, &asked.device, &sent).await?;
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}

/// `POST /v1/return`: a device that a restored server no longer knows.
#[utoipa::path(post, path = "/v1/return", tag = "devices",
    params(Signed),
    request_body(content = DeviceReturn, content_type = "application/json"),
    responses((status = 204, description = "Taken."), Refused))]
pub(super) async fn device_return(State(ctx): State<AppContext>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let shown = match asked::certified(&parts) {
        Ok(shown) => shown,
        Err(refusal) => return refuse(&ctx, None, &refusal),
    };
    let device = shown.device;
    let done = async {
        let body = to_bytes(body, 2 * POLICY_BYTES_MAX)
            .await
            .map_err(|_| DeviceRefusal::RequestBad("its body is cut off or too long".to_owned()))?;
        let signed = authenticate::Signed {
            method: parts.method.as_str(),
            path: parts.uri.path(),
            body: &body,
            nonce: asked::header(&parts, HEADER_NONCE).unwrap_or_default(),
            signature: asked::header(&parts, HEADER_SIGNATURE).unwrap_or_default(),
        };
        returned::device(&ctx, &shown, &signed, &read(&body)?).await
    }
    .await;
    match done {
        Ok(()) => with_nonce(&ctx, Some(device), StatusCode::NO_CONTENT.into_response()),
        Err(refusal) => refuse(&ctx, Some(device), &refusal),
    }
}

/// `GET /v1/keys`.
#[utoipa::path(get, path = "/v1/keys", tag = "devices",
    params(Signed),
    responses((status = 200, body = ForceKeys, description = "The keys in use."), Refused))]
pub(super) async fn keys(State(ctx): State<AppContext>, request: Request) -> Response {
    answered(&ctx, request, REQUEST_BYTES_MAX, Standing::Active, async |_: &Asked| {
        Ok(Json(ctx.keys.statement.clone()))
    })
    .await
}

/// `GET /v1/looked`.
#[utoipa::path(get, path = "/v1/looked", tag = "devices",
    params(Signed, ("with" = Option<String>, Query, description = "`requests`: how requests about data stand, too.")),
    responses((status = 200, body = Looked, description = "Counts."), Refused))]
pub(super) async fn looked(State(ctx): State<AppContext>, request: Request) -> Response {
    // Asked for by newer devices alone: an older one would not read the answer.
    let with_requests = request.uri().query() == Some(WITH_REQUESTS);
    answered(&ctx, request, REQUEST_BYTES_MAX, Standing::Active, async |asked: &Asked| {
        looks::of_case(&ctx, asked.device.case, with_requests).await.map(Json).map_err(DeviceRefusal::from)
    })
    .await
}

/// `GET /v1/site-lists/SHA256/PART`.
#[utoipa::path(get, path = "/v1/site-lists/{sha256}/{part}", tag = "devices",
    params(Signed, ("sha256" = Digest, Path, description = "Of the list."), ("part" = u32, Path, description = "From 0 on.")),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream", description = "Bytes of the part."), Refused))]
pub(super) async fn site_list(
    State(ctx): State<AppContext>,
    path: Result<Path<(String, String)>, PathRejection>,
    request: Request,
) -> Response {
    answered(&ctx, request, REQUEST_BYTES_MAX, Standing::Active, async |asked: &Asked| {
        let bad = || DeviceRefusal::RequestBad("its path is not /v1/site-lists/SHA-256/PART".to_owned());
        let Path((sha256, part)) = path.map_err(|_| bad())?;
        let (sha256, part) = (Digest::parse(&sha256).ok_or_else(bad)?, part.parse().map_err(|_| bad())?);
        let bytes = site_lists::part(&ctx, &asked.device, sha256, part).await?;
        Ok(([(header::CONTENT_TYPE, "application/octet-stream")], bytes))
    })
    .await
}

/// `GET /v1/update`.
#[utoipa::path(get, path = "/v1/update", tag = "devices",
    params(Signed),
    responses((status = 200, body = UpdateOffer, description = "What the force has published."), Refused))]
pub(super) async fn update(State(ctx): State<AppContext>, request: Request) -> Response {
    answered(&ctx, request, REQUEST_BYTES_MAX, Standing::Active, async |_: &Asked| {
        updates::offer(&ctx).await?.map(Json).ok_or(DeviceRefusal::NoUpdate)
    })
    .await
}

/// `GET /v1/update/SHA256/PART`.
#[utoipa::path(get, path = "/v1/update/{sha256}/{part}", tag = "devices",
    params(Signed, ("sha256" = Digest, Path, description = "Of the release's file."), ("part" = u32, Path, description = "From 0 on.")),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream", description = "Bytes of the part."), Refused))]
pub(super) async fn update_part(
    State(ctx): State<AppContext>,
    path: Result<Path<(String, String)>, PathRejection>,
    request: Request,
) -> Response {
    answered(&ctx, request, REQUEST_BYTES_MAX, Standing::Active, async |_: &Asked| {
        let bad = || DeviceRefusal::RequestBad("its path is not /v1/update/SHA-256/PART".to_owned());
        let Path((sha256, part)) = path.map_err(|_| bad())?;
        let (sha256, part) = (Digest::parse(&sha256).ok_or_else(bad)?, part.parse().map_err(|_| bad())?);
        let bytes = updates::archive::part(&ctx, &sha256, part).await?.ok_or(DeviceRefusal::NoUpdate)?;
        Ok(([(header::CONTENT_TYPE, "application/octet-stream")], bytes))
    })
    .await
}

/// `GET /v1/hash-sets/SHA256`.
#[utoipa::path(get, path = "/v1/hash-sets/{sha256}", tag = "devices",
    params(Signed, ("sha256" = Digest, Path, description = "Of the set.")),
    responses((status = 200, body = SignedHashSetDelivery, description = "What is fetched of the set, signed."), Refused))]
pub(super) async fn hash_set(
    State(ctx): State<AppContext>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    answered(&ctx, request, REQUEST_BYTES_MAX, Standing::Active, async |asked: &Asked| {
        let bad = || DeviceRefusal::RequestBad("its path is not /v1/hash-sets/SHA-256".to_owned());
        let Path(sha256) = path.map_err(|_| bad())?;
        let set = Digest::parse(&sha256).ok_or_else(bad)?;
        hash_sets::delivery(&ctx, &asked.device, set).await.map(Json)
    })
    .await
}

/// `GET /v1/hash-sets/SHA256/FILE/PART`.
#[utoipa::path(get, path = "/v1/hash-sets/{sha256}/{file}/{part}", tag = "devices",
    params(Signed, ("sha256" = Digest, Path, description = "Of the set."), ("file" = inline(HashSetFile), Path, description = "Which file."), ("part" = u32, Path, description = "From 0 on.")),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream", description = "Bytes of the part."), Refused))]
pub(super) async fn hash_set_part(
    State(ctx): State<AppContext>,
    path: Result<Path<(String, String, String)>, PathRejection>,
    request: Request,
) -> Response {
    answered(&ctx, request, REQUEST_BYTES_MAX, Standing::Active, async |asked: &Asked| {
        let bad = || DeviceRefusal::RequestBad("its path is not /v1/hash-sets/SHA-256/FILE/PART".to_owned());
        let Path((sha256, file, part)) = path.map_err(|_| bad())?;
        let file = match file.as_str() {
            "filter" => HashSetFile::Filter,
            "near" => HashSetFile::Near,
            _ => return Err(bad()),
        };
        let (set, part) = (Digest::parse(&sha256).ok_or_else(bad)?, part.parse().map_err(|_| bad())?);
        let bytes = hash_sets::part(&ctx, &asked.device, set, file, part).await?;
        Ok(([(header::CONTENT_TYPE, "application/octet-stream")], bytes))
    })
    .await
}

/// `POST /v1/hash-sets/ask`.
#[utoipa::path(post, path = "/v1/hash-sets/ask", tag = "devices",
    params(Signed),
    request_body(content = HashSetQuestion, content_type = "application/json"),
    responses((status = 200, body = HashSetAnswer, description = "Whether it is listed."), Refused))]
pub(super) async fn hash_set_ask(State(ctx): State<AppContext>, request: Request) -> Response {
    answered(&ctx, request, REQUEST_BYTES_MAX, Standing::Active, async |asked: &Asked| {
        hash_sets::ask(&ctx, &asked.device, &read(&asked.body)?).await.map(Json)
    })
    .await
}

/// `POST /v1/records`.
#[utoipa::path(post, path = "/v1/records", tag = "devices",
    params(Signed),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = Receipt, description = "Committed."), Refused))]
pub(super) async fn records(State(ctx): State<AppContext>, request: Request) -> Response {
    answered(&ctx, request, BATCH_BYTES_MAX, Standing::OrRevoked, async |asked: &Asked| {
        ingest::take(&ctx, asked.device.id, &asked.body, asked.accepted_size()?).await.map(Json)
    })
    .await
}

/// `POST /v1/liveness`.
#[utoipa::path(post, path = "/v1/liveness", tag = "devices",
    params(Signed),
    request_body(content = LivenessPing, content_type = "application/json"),
    responses((status = 200, body = LivenessAnswer, description = "The time, signed, and a receipt."), Refused))]
pub(super) async fn liveness(State(ctx): State<AppContext>, request: Request) -> Response {
    answered(&ctx, request, REQUEST_BYTES_MAX, Standing::Active, async |asked: &Asked| {
        let sent: LivenessPing = read(&asked.body)?;
        ping::ping(&ctx, &asked.device, asked.nonce(), &sent, asked.accepted_size()?).await.map(Json)
    })
    .await
}

/// Everything else.
pub(super) async fn no_such_place(State(ctx): State<AppContext>) -> Response {
    let refusal = DeviceRefusal::RequestBad("there is nothing at this address or for this method".to_owned());
    refuse(&ctx, None, &refusal)
}
