//! `GET /events`: a stream that says "the inbox changed", with the outbox number as event id. It carries no content.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use proviso_store::NotificationRow;
use serde::Deserialize;
use tokio::sync::{broadcast, mpsc};
use tokio_stream::wrappers::ReceiverStream;

use super::Console;
use super::fault::Fault;
use super::signed_in::SignedIn;
use crate::app::officer::allowed::Action;
use crate::app::officer::error::ActError;
use crate::app::officer::session;
use crate::app::officer::who::Who;

/// A comment is sent at least this often, so that nothing between closes a quiet stream.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How often a stream looks whether its session still lives.
const SESSION_CHECK: Duration = Duration::from_secs(60);
/// Missed notifications read when a stream begins; more are one "the inbox changed" all the same.
const MISSED_MAX: u32 = 500;

/// Where the page stands, for the first connection; reconnections send `Last-Event-ID`.
#[derive(Deserialize)]
pub struct From {
    after: Option<i64>,
}

/// `GET /events`.
pub async fn stream(
    State(console): State<Console>,
    signed_in: SignedIn,
    headers: HeaderMap,
    Query(From { after }): Query<From>,
) -> Result<Response, Fault> {
    signed_in.session.who.require(Action::ViewEvidence)?;
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok()?.parse().ok()).or(after);
    let (send, receive) = mpsc::channel(8);
    let heard = console.app.hub.listen();
    let last = match last {
        Some(last) => last,
        None => console.app.store.notification_last().await?,
    };
    tokio::spawn(async move {
        let closing = console.app.hub.clone();
        tokio::select! {
            // The browser went away, or the server shuts down: the stream ends either way.
            () = send.closed() => {}
            () = closing.until_closed() => {}
            told = tell(&console, &signed_in, heard, last, &send) => {
                if let Err(error) = told {
                    tracing::warn!(%error, "a live stream ended; the page opens another");
                }
            }
        }
    });
    let stream = tokio_stream::StreamExt::map(ReceiverStream::new(receive), Ok::<Event, Infallible>);
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response())
}

async fn tell(
    console: &Console,
    signed_in: &SignedIn,
    mut heard: broadcast::Receiver<NotificationRow>,
    mut last: i64,
    send: &mpsc::Sender<Event>,
) -> Result<(), ActError> {
    // As it was found last: cover, cases and conflicts change while a page is open.
    let mut who = signed_in.session.who.clone();
    last = catch_up(console, &who, last, send).await?;
    let mut check = tokio::time::interval(SESSION_CHECK);
    loop {
        tokio::select! {
            row = heard.recv() => match row {
                Ok(row) if row.id > last => {
                    last = row.id;
                    if concerns(console, &who, &row).await? && send.send(changed(last)).await.is_err() {
                        return Ok(());
                    }
                }
                Ok(_) => {}
                Err(broadcast::error::RecvError::Lagged(_)) => last = catch_up(console, &who, last, send).await?,
                Err(broadcast::error::RecvError::Closed) => return Ok(()),
            },
            _ = check.tick() => {
                match session::current(&console.app, signed_in.token(), false).await? {
                    Some(session) => who = session.who,
                    None => {
                        // Should the page be gone already, there is nobody to tell.
                        let _ = send.send(Event::default().event("signed-out").data("")).await;
                        return Ok(());
                    }
                }
            }
        }
    }
}

/// Tells once if anything of the officer's own was missed after `last`; returns where the stream now stands.
async fn catch_up(
    console: &Console,
    who: &Who,
    mut last: i64,
    send: &mpsc::Sender<Event>,
) -> Result<i64, ActError> {
    let mut any = false;
    for row in console.app.store.notification_after(last, MISSED_MAX).await? {
        last = row.id;
        any = any || concerns(console, who, &row).await?;
    }
    if any {
        // A closed channel is noticed by the caller's next send.
        let _ = send.send(changed(last)).await;
    }
    Ok(last)
}

async fn concerns(console: &Console, who: &Who, row: &NotificationRow) -> Result<bool, ActError> {
    who.sees(&console.app, Action::ViewEvidence, row.case).await
}

fn changed(id: i64) -> Event {
    Event::default().event("inbox").id(id.to_string()).data("changed")
}
