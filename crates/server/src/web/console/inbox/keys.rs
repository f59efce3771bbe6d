//! Help with the inbox: its keys, whether they do anything, its words for filters, and the filters that were saved.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::address;
use crate::app::officer::inbox_filters;
use crate::app::officer::inbox_query::Is;
use crate::web::console::Console;
use crate::web::console::fault::Fault;
use crate::web::console::page::{Shell, Under, page};
use crate::web::console::signed_in::{Posted, SignedIn};
use crate::web::console::words;

/// Where the page is.
const PATH: &str = "/inbox/help";

#[derive(Template)]
#[template(path = "console/inbox_help.html")]
struct HelpPage {
    shell: Shell,
    single_keys: bool,
    conditions: Vec<(&'static str, String)>,
    filters: Vec<Filter>,
}

struct Filter {
    query: String,
    href: String,
    is_own: bool,
    shared: bool,
}

/// `GET /inbox/help`.
pub async fn show(State(console): State<Console>, signed_in: SignedIn) -> Result<Response, Fault> {
    let who = &signed_in.session.who;
    let likes = inbox_filters::likes(&console.app, who).await?;
    let filters = likes.filters.into_iter().map(|row| Filter {
        href: address("/", &row.query),
        is_own: row.officer == who.id,
        shared: row.shared,
        query: row.query,
    });
    page(&HelpPage {
        shell: Shell::new("Help with the inbox", Under::Inbox, &signed_in),
        single_keys: likes.single_keys,
        conditions: Is::ALL.iter().map(|(_, word, says)| (*word, words::sentence(says))).collect(),
        filters: filters.collect(),
    })
}

/// Whether keys do something, as posted.
#[derive(Deserialize)]
pub struct Keys {
    #[serde(default)]
    keys: String,
}

/// `POST /inbox/help`: says whether single keys do something.
pub async fn change(
    State(console): State<Console>,
    Posted { signed_in, form }: Posted<Keys>,
) -> Result<Response, Fault> {
    inbox_filters::set_single_keys(&console.app, &signed_in.session.who, form.keys == "on").await?;
    Ok(Redirect::to(PATH).into_response())
}

/// A filter as posted.
#[derive(Deserialize)]
pub struct Posting {
    #[serde(default)]
    q: String,
    #[serde(default)]
    shared: String,
}

/// `POST /inbox/filters`: saves one.
pub async fn save(
    State(console): State<Console>,
    Posted { signed_in, form }: Posted<Posting>,
) -> Result<Response, Fault> {
    let shared = form.shared == "on";
    let query = inbox_filters::save(&console.app, &signed_in.session.who, &form.q, shared).await?;
    Ok(Redirect::to(&address("/", &query)).into_response())
}

/// `POST /inbox/filters/forget`.
pub async fn forget(
    State(console): State<Console>,
    Posted { signed_in, form }: Posted<Posting>,
) -> Result<Response, Fault> {
    inbox_filters::forget(&console.app, &signed_in.session.who, &form.q).await?;
    Ok(Redirect::to(PATH).into_response())
}
