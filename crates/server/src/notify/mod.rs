//! Telling people: open consoles at once ([`hub`]), others by e-mail and webhook, at the hour that suits them, until somebody looks.
//!
//! [`clock`] decides who is told of an alert and when; [`deliver`] sends what is due; both run in the worker and keep nothing
//! but what the store keeps. [`carrier`] is how anything leaves the server.

pub mod carrier;
pub mod clock;
pub mod deliver;
pub mod hub;
pub mod letter;
pub mod mail;
pub mod people;
pub mod quiet;
pub mod rules;
pub mod shown;
pub mod webhook;

use std::time::Duration;

use tokio::sync::watch;

pub use hub::{Hub, POLL, run};
pub use rules::TellingRules;

use crate::app::AppContext;
use crate::app::caseload;
use crate::app::officer::error::ActError;

/// How often clocks and deliveries are looked at.
const TURN: Duration = Duration::from_secs(1);

/// Tells until `stop` turns true: clocks and deliveries apart, so that a slow mail server holds up no clock.
pub async fn work(ctx: AppContext, stop: watch::Receiver<bool>) {
    tokio::join!(clocks(&ctx, stop.clone()), deliveries(&ctx, stop));
}

async fn clocks(ctx: &AppContext, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(error) = caseload::turn(ctx).await {
            tracing::error!(%error, "cases that go to another officer today could not be moved; trying again");
        }
        if let Err(error) = clock::turn(ctx).await {
            tracing::error!(%error, "who is to be told of alerts could not be settled; trying again");
        }
        pause(&mut stop).await;
    }
}

async fn deliveries(ctx: &AppContext, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(error) = deliver::turn(ctx).await {
            tracing::error!(%error, "deliveries could not be claimed or noted; trying again");
        }
        pause(&mut stop).await;
    }
}

async fn pause(stop: &mut watch::Receiver<bool>) {
    tokio::select! {
        () = tokio::time::sleep(TURN) => {}
        _ = stop.changed() => {}
    }
}

/// One turn of clocks and deliveries: for tests and the command line.
///
/// # Errors
/// [`ActError`].
pub async fn turn(ctx: &AppContext) -> Result<(), ActError> {
    caseload::turn(ctx).await?;
    clock::turn(ctx).await?;
    deliver::turn(ctx).await?;
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests;
