//! Every route of the pages, and nothing else on their port.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware;
use axum::routing::{get, post};
use proviso_model::limits::STATEMENT_BYTES_MAX;

use super::language::{self, Reader};
use super::{Personal, page, rights, said, statement, visit, words};
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
        .route("/page/rights", get(rights::show).post(rights::ask))
        .fallback(async |Reader(say): Reader| said(say, StatusCode::NOT_FOUND, words::NEEDS_LINK, None))
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .layer(middleware::from_fn(language::keep))
        .layer(middleware::from_fn(headers::secure))
        .with_state(Personal { app })
}
