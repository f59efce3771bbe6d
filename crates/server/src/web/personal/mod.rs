//! A supervised person's own page, away from their devices: opened with a link and a code that an officer gave, on a port of its
//! own, so that a force need not show the officers' console to anybody outside. Without scripts.

mod language;
mod page;
mod rights;
mod routes;
mod statement;
#[cfg(test)]
mod tests;
mod visit;
mod words;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use proviso_engine::notice::language::Say;
pub use routes::router;

use self::language::{Choice, choices};
use self::words::Said;
use crate::app::AppContext;
use crate::app::officer::error::ActError;
use crate::web::console::assets::{self, Addresses};

/// What every handler of these pages is given.
#[derive(Clone)]
pub struct Personal {
    app: AppContext,
}

/// What every page has.
pub(super) struct Frame {
    assets: &'static Addresses,
    say: Say,
    /// Languages to choose; none on an answer to a form, whose address cannot be asked for.
    languages: Vec<Choice>,
}

impl Frame {
    /// Of a page with an address.
    fn new(say: Say) -> Self {
        Self { languages: choices(say), ..Self::answer(say) }
    }

    /// Of an answer to a form.
    fn answer(say: Say) -> Self {
        Self { assets: assets::addresses(), say, languages: Vec::new() }
    }
}

/// Anything that went wrong, or is only to be said.
#[derive(Template)]
#[template(path = "personal/said.html")]
struct SaidPage<'a> {
    frame: Frame,
    title: &'a str,
    text: &'a str,
    /// Where to go on.
    link: Option<(&'static str, &'static str)>,
}

/// A page that says one thing.
fn said(
    say: Say,
    status: StatusCode,
    (title, text): Said,
    link: Option<(&'static str, &'static str)>,
) -> Response {
    html(status, &SaidPage { frame: Frame::answer(say), title: say.of(title), text: say.of(text), link })
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
fn fault(say: Say, error: &ActError) -> Response {
    tracing::error!(%error, "a personal page");
    said(say, StatusCode::INTERNAL_SERVER_ERROR, words::FAULT, Some(words::back(say)))
}
