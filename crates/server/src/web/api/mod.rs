//! The device port: carries requests of devices to `app::device` and their answers back. `docs/protocol.md` part 2.

mod asked;
mod handlers;
mod said;

use axum::Router;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::AppContext;

/// Every route of the port, with what the OpenAPI document says of it.
fn routes() -> OpenApiRouter<AppContext> {
    OpenApiRouter::new()
        .routes(routes!(handlers::enrol))
        .routes(routes!(handlers::nonce))
        .routes(routes!(handlers::certificate))
        .routes(routes!(handlers::policy, handlers::policy_return))
        .routes(routes!(handlers::device_return))
        .routes(routes!(handlers::keys))
        .routes(routes!(handlers::looked))
        .routes(routes!(handlers::update))
        .routes(routes!(handlers::update_part))
        .routes(routes!(handlers::site_list))
        .routes(routes!(handlers::hash_set_ask))
        .routes(routes!(handlers::hash_set))
        .routes(routes!(handlers::hash_set_part))
        .routes(routes!(handlers::records))
        .routes(routes!(handlers::liveness))
}

/// The device port's routes.
pub fn router(ctx: AppContext) -> Router {
    let (router, _) = routes().split_for_parts();
    router
        .fallback(handlers::no_such_place)
        .method_not_allowed_fallback(handlers::no_such_place)
        .with_state(ctx)
}

/// What the OpenAPI document says of the port.
pub(crate) fn document() -> OpenApi {
    routes().split_for_parts().1
}
