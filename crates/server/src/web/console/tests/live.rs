//! The live stream of an open inbox.

use std::time::Duration;

use axum::body::BodyDataStream;
use axum::http::{Method, StatusCode};
use proviso_model::observation::Act;
use proviso_model::order::ConditionKind;
use proviso_store::Priority;
use tokio_stream::StreamExt;

use super::client::{Client, Force, force};
use super::seed::Raise;
use crate::notify;

/// No wait of these tests takes longer; it ends as soon as what it waits for is there.
const PATIENCE: Duration = Duration::from_secs(60);

const RAISE: Raise = Raise {
    paragraph: "3",
    condition: ConditionKind::ProhibitedSearches,
    priority: Priority::ThisWeek,
    act: Act::Opened,
    ago_millis: 0,
};

async fn events(client: &Client, headers: &[(&str, &str)]) -> BodyDataStream {
    let mut all = vec![("accept", "text/event-stream")];
    all.extend_from_slice(headers);
    let response = client.raw(Method::GET, "/events", String::new(), &all).await;
    assert_eq!(response.status(), StatusCode::OK);
    response.into_body().into_data_stream()
}

/// The next event with a name; keep-alive comments are passed over.
async fn next_event(stream: &mut BodyDataStream) -> Option<String> {
    tokio::time::timeout(PATIENCE, async {
        while let Some(chunk) = stream.next().await {
            let text = String::from_utf8(chunk.expect("a chunk").to_vec()).expect("text");
            if text.contains("event:") {
                return Some(text);
            }
        }
        None
    })
    .await
    .expect("within a minute")
}

fn reader(force: &Force) {
    tokio::spawn(notify::run(force.seed.ctx.hub.clone(), force.seed.ctx.store.clone()));
}

#[tokio::test]
async fn a_new_alert_reaches_the_open_inbox_of_its_officer_and_no_other() {
    let mut force = force().await;
    reader(&force);
    let mut officer = Client::signed_in(&force, "om1").await;
    let other = Client::signed_in(&force, "om2").await;
    let mut stream = events(&officer, &[]).await;
    let mut other_stream = events(&other, &[]).await;
    let id = force.seed.raise(&RAISE).await;
    let event = next_event(&mut stream).await.expect("an event");
    assert!(event.contains("event: inbox") && event.contains("id: "), "{event}");
    let fragment = officer.ask(Method::GET, "/inbox", String::new(), &[("hx-request", "true")]).await.body;
    assert!(fragment.contains(&format!("data-alert=\"{id}\"")));
    assert!(!fragment.contains("<html"), "rows only");
    force.seed.ctx.hub.close();
    assert_eq!(next_event(&mut other_stream).await, None, "the other officer was told nothing");
}

#[tokio::test]
async fn a_stream_that_was_cut_goes_on_from_its_last_event() {
    let mut force = force().await;
    reader(&force);
    let officer = Client::signed_in(&force, "om1").await;
    let last = force.seed.ctx.store.notification_last().await.expect("outbox").to_string();
    force.seed.raise(&RAISE).await;
    let mut stream = events(&officer, &[("last-event-id", &last)]).await;
    let event = next_event(&mut stream).await.expect("what was missed");
    assert!(event.contains("event: inbox"), "{event}");
}

#[tokio::test]
async fn an_open_stream_does_not_hold_up_shutdown() {
    let force = force().await;
    let officer = Client::signed_in(&force, "om1").await;
    let mut stream = events(&officer, &[]).await;
    force.seed.ctx.hub.close();
    assert_eq!(next_event(&mut stream).await, None);
}
