//! `/healthz`, `/readyz`, `/metrics` and `/openapi.json`.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use proviso_store::JobState;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::measures::{self, Measures};
use crate::app::AppContext;
use crate::blobs;

/// What a part says when it can do its work.
const WORKS: &str = "works";

#[derive(Clone)]
struct Operations {
    ctx: AppContext,
    measures: Measures,
}

/// Every route of the port but those that do not speak JSON, with what the OpenAPI document says of it.
fn routes() -> OpenApiRouter<Operations> {
    OpenApiRouter::new().routes(routes!(healthz)).routes(routes!(readyz)).routes(routes!(openapi))
}

/// The routes of the port.
pub fn router(ctx: AppContext, measures: Measures) -> Router {
    let (router, _) = routes().split_for_parts();
    router.route("/metrics", get(metrics)).with_state(Operations { ctx, measures })
}

/// What the OpenAPI document says of the port.
pub(super) fn document() -> OpenApi {
    routes().split_for_parts().1
}

/// That the process answers.
#[derive(Serialize, ToSchema)]
struct Alive {
    /// Always.
    alive: bool,
    /// Which version runs.
    version: &'static str,
}

/// Whether requests can be sent here.
#[derive(Serialize, ToSchema)]
struct Ready {
    /// Whether every part works.
    ready: bool,
    /// Each part, and `works` or what is wrong with it.
    parts: BTreeMap<&'static str, &'static str>,
}

/// The process answers. It is not asked for more, so that nobody starts a server anew because its database is away.
#[utoipa::path(get, path = "/healthz", tag = "operations",
    responses((status = 200, body = Alive, description = "It lives.")))]
async fn healthz() -> Json<Alive> {
    Json(Alive { alive: true, version: env!("CARGO_PKG_VERSION") })
}

/// Whether requests should be sent here: database and blobs can be read, and the server is not about to stop.
#[utoipa::path(get, path = "/readyz", tag = "operations",
    responses((status = 200, body = Ready, description = "It can work."), (status = 503, body = Ready, description = "It cannot.")))]
async fn readyz(State(Operations { ctx, .. }): State<Operations>) -> Response {
    let store = match ctx.store.job_count(JobState::Dead).await {
        Ok(_) => WORKS,
        Err(error) => {
            tracing::error!(%error, "not ready: the database cannot be read");
            "cannot be read; see the log"
        }
    };
    let blobs = match blobs::readable(&*ctx.blobs).await {
        Ok(()) => WORKS,
        Err(error) => {
            tracing::error!(%error, "not ready: the blobs cannot be read");
            "cannot be read; see the log"
        }
    };
    let server = if ctx.hub.is_closed() { "is stopping" } else { WORKS };
    let parts = BTreeMap::from([("database", store), ("blobs", blobs), ("server", server)]);
    let ready = parts.values().all(|says| *says == WORKS);
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Ready { ready, parts })).into_response()
}

/// This document.
#[utoipa::path(get, path = "/openapi.json", tag = "operations",
    responses((status = 200, content_type = "application/json", description = "An OpenAPI 3.1 document.")))]
async fn openapi() -> Json<OpenApi> {
    Json(super::openapi::document())
}

async fn metrics(State(Operations { ctx, measures }): State<Operations>) -> Response {
    for state in [JobState::Ready, JobState::Dead] {
        match ctx.store.job_count(state).await {
            Ok(count) => measures::jobs(state, count),
            Err(error) => {
                tracing::error!(%error, "jobs could not be counted");
                return StatusCode::SERVICE_UNAVAILABLE.into_response();
            }
        }
    }
    match ctx.store.delivery_tally().await {
        Ok(tally) => measures::deliveries(&tally),
        Err(error) => {
            tracing::error!(%error, "deliveries could not be counted");
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], measures.text()).into_response()
}
