//! Every route of the pages, and nothing else on their port.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware;
use axum::routing::{get, post};
use proviso_model::limits::STATEMENT_BYTES_MAX;

use super::{Personal, page, said, statement, visit};
use crate::app::AppContext;
use crate::web::console::{assets, headers};

/// A statement of the longest, each byte of it written as three, and the other fields.
const FORM_BYTES_MAX: usize = 3 * STATEMENT_BYTES_MAX + 1024;

/// The pages as a service. Serve it over TLS with `into_make_service_with_connect_info::<SocketAddr>()`.
pub fn router(app: AppContext) -> Router {
    Router::new()
        .route("/assets/{name}", get(assets::serve))
        .route("/link/{token}", get(visit::ask).post(visit::open))
        .route("/page", get(page::show))
        .route("/page/close", post(visit::close))
        .route("/page/statement", get(statement::show).post(statement::write))
        .fallback(async || {
            let text = "This page is opened with the whole link that your officer gave you, and the code that came with it.";
            said(StatusCode::NOT_FOUND, "You need your link", text, ("", ""))
        })
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .layer(middleware::from_fn(headers::secure))
        .with_state(Personal { app })
}
