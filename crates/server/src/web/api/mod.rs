//! The device port: carries requests of devices to `app::device` and their answers back. `docs/protocol.md` part 2.

mod asked;
mod handlers;

use axum::Router;
use axum::routing::{get, post};
use proviso_model::hash_set::HASH_SET_ASK_PATH;
use proviso_model::looked::LOOKED_PATH;

use crate::app::AppContext;

/// The device port's routes.
pub fn router(ctx: AppContext) -> Router {
    Router::new()
        .route("/v1/enrol", post(handlers::enrol))
        .route("/v1/nonce", get(handlers::nonce))
        .route("/v1/policy", get(handlers::policy).post(handlers::policy_return))
        .route("/v1/return", post(handlers::device_return))
        .route("/v1/keys", get(handlers::keys))
        .route(LOOKED_PATH, get(handlers::looked))
        .route("/v1/site-lists/{sha256}/{part}", get(handlers::site_list))
        .route(HASH_SET_ASK_PATH, post(handlers::hash_set_ask))
        .route("/v1/hash-sets/{sha256}", get(handlers::hash_set))
        .route("/v1/hash-sets/{sha256}/{file}/{part}", get(handlers::hash_set_part))
        .route("/v1/records", post(handlers::records))
        .route("/v1/liveness", post(handlers::liveness))
        .fallback(handlers::no_such_place)
        .method_not_allowed_fallback(handlers::no_such_place)
        .with_state(ctx)
}
