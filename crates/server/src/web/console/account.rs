//! The officer's own page.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::fault::Fault;
use super::page::{Shell, Under, page};
use super::signed_in::SignedIn;
use super::words::{self, When};
use super::{Console, alert};
use crate::app::officer::allowed::{Action, role_in_words};
use crate::app::officer::{passkeys, second_factor, unveilings};

#[derive(Template)]
#[template(path = "console/account.html")]
struct AccountPage {
    shell: Shell,
    name: String,
    username: String,
    role: &'static str,
    since: When,
    until: When,
    /// How many passkeys the officer has.
    passkeys: String,
    /// Whether sign-in asks for codes.
    codes: &'static str,
    /// How many pictures were unveiled; nothing for who sees none.
    unveiled: Option<String>,
}

/// `GET /account`.
pub async fn show(State(console): State<Console>, signed_in: SignedIn) -> Result<Response, Fault> {
    let who = &signed_in.session.who;
    let unveiled = match who.may(Action::ViewEvidence) {
        true => Some(alert::own(unveilings::of_officer(&console.app, &who.actor()).await?)),
        false => None,
    };
    let codes = second_factor::used_since(&console.app, who.id).await?;
    let passkeys = passkeys::list(&console.app, who.id).await?.len();
    let zone = words::force_zone();
    page(&AccountPage {
        shell: Shell::new("Your account", Under::Nothing, &signed_in),
        name: who.name.clone(),
        username: who.username.clone(),
        role: role_in_words(who.role),
        since: words::when(signed_in.session.row.created_at, &zone),
        until: words::when(signed_in.session.row.expires_at, &zone),
        passkeys: words::counted(passkeys, "passkey", "passkeys"),
        codes: if codes.is_some() { "On." } else { "Off." },
        unveiled,
    })
}
