//! `/healthz`, `/readyz` and `/metrics`.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use proviso_store::JobState;
use serde_json::json;

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

/// The routes of the port.
pub fn router(ctx: AppContext, measures: Measures) -> Router {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .with_state(Operations { ctx, measures })
}

/// The process answers. It is not asked for more, so that nobody starts a server anew because its database is away.
async fn healthz() -> Json<serde_json::Value> {
    Json(json!({ "alive": true, "version": env!("CARGO_PKG_VERSION") }))
}

/// Whether requests should be sent here: database and blobs can be read, and the server is not about to stop.
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
    let parts = [("database", store), ("blobs", blobs), ("server", server)];
    let is_ready = parts.iter().all(|(_, says)| *says == WORKS);
    let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let parts: serde_json::Map<_, _> =
        parts.into_iter().map(|(part, says)| (part.to_owned(), says.into())).collect();
    (status, Json(json!({ "ready": is_ready, "parts": parts }))).into_response()
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
