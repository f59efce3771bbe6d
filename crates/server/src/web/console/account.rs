//! The officer's own page.

use askama::Template;
use axum::response::Response;

use super::fault::Fault;
use super::page::{Shell, Under, page};
use super::signed_in::SignedIn;
use super::words::{self, When};
use crate::app::officer::allowed::role_in_words;

#[derive(Template)]
#[template(path = "console/account.html")]
struct AccountPage {
    shell: Shell,
    name: String,
    username: String,
    role: &'static str,
    since: When,
    until: When,
}

/// `GET /account`.
pub async fn show(signed_in: SignedIn) -> Result<Response, Fault> {
    let who = &signed_in.session.who;
    let zone = words::force_zone();
    page(&AccountPage {
        shell: Shell::new("Your account", Under::Nothing, &signed_in),
        name: who.name.clone(),
        username: who.username.clone(),
        role: role_in_words(who.role),
        since: words::when(signed_in.session.row.created_at, &zone),
        until: words::when(signed_in.session.row.expires_at, &zone),
    })
}
