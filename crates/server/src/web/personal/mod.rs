//! A supervised person's own page, away from their devices: opened with a link and a code that an officer gave, on a port of its
//! own, so that a force need not show the officers' console to anybody outside. Without scripts.

mod page;
mod routes;
mod statement;
#[cfg(test)]
mod tests;
mod visit;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

pub use routes::router;

use crate::app::AppContext;
use crate::app::officer::error::ActError;
use crate::web::console::assets::{self, Addresses};

/// What every handler of these pages is given.
#[derive(Clone)]
pub struct Personal {
    app: AppContext,
}

/// Anything that went wrong, or is only to be said.
#[derive(Template)]
#[template(path = "personal/said.html")]
struct SaidPage<'a> {
    assets: &'static Addresses,
    title: &'a str,
    text: &'a str,
    /// Where to go on; empty for nowhere.
    link: &'static str,
    link_text: &'static str,
}

/// A page that says one thing.
fn said(
    status: StatusCode,
    title: &str,
    text: &str,
    (link, link_text): (&'static str, &'static str),
) -> Response {
    html(status, &SaidPage { assets: assets::addresses(), title, text, link, link_text })
}

fn html(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => (status, Html(text)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a personal page could not be made");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// What stopped an act. Nothing in it is for the person to mend.
fn fault(error: &ActError) -> Response {
    tracing::error!(%error, "a personal page");
    let text = "Nothing was changed. Try again in a minute; if it happens again, tell your officer.";
    said(
        StatusCode::INTERNAL_SERVER_ERROR,
        "Something is wrong on our side",
        text,
        ("/page", "Back to your page"),
    )
}
