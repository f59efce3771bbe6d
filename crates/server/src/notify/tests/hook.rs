//! Calls of another program, over real TLS: signed, retried, never redirected. The receiver checks them with the lines of
//! `docs/notifications.md`.

use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use proviso_store::{DeliveryState, Priority};
use serde_json::Value;

use super::server::Certificates;
use super::{raise, rules, telling};
use crate::config::notify::WebhookConfig;
use crate::notify::carrier::Network;
use crate::notify::webhook::Webhook;
use crate::notify::{TellingRules, turn};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NEXT_SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

#[derive(Debug, Clone)]
struct Received {
    id: String,
    timestamp: String,
    signature: String,
    body: String,
}

/// What the program got, and how it answers the next calls.
#[derive(Clone, Default)]
struct Program {
    received: Arc<Mutex<Vec<Received>>>,
    answers: Arc<Mutex<Vec<Answer>>>,
}

#[derive(Debug, Clone, Copy)]
enum Answer {
    Fails,
    Elsewhere,
    Hangs,
}

async fn called(State(program): State<Program>, headers: HeaderMap, body: Bytes) -> Response {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let received = Received {
        id: text("webhook-id"),
        timestamp: text("webhook-timestamp"),
        signature: text("webhook-signature"),
        body: String::from_utf8(body.to_vec()).expect("text"),
    };
    program.received.lock().expect("a lock").push(received);
    let answer = program.answers.lock().expect("a lock").pop();
    match answer {
        None => StatusCode::NO_CONTENT.into_response(),
        Some(Answer::Fails) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Some(Answer::Elsewhere) => {
            (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, "/elsewhere")]).into_response()
        }
        Some(Answer::Hangs) => std::future::pending().await,
    }
}

/// Serves it on this machine.
async fn serve(program: Program, certificates: &Certificates) -> (SocketAddr, Handle<SocketAddr>) {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let own = RustlsConfig::from_pem_file(certificates.path("own.pem"), certificates.path("own.key"));
    let own = own.await.expect("a certificate");
    let router =
        Router::new().route("/hook", post(called)).route("/elsewhere", post(called)).with_state(program);
    let handle = Handle::new();
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    tokio::spawn(
        axum_server::bind_rustls(listen, own).handle(handle.clone()).serve(router.into_make_service()),
    );
    (handle.listening().await.expect("it listens"), handle)
}

fn webhook(address: SocketAddr, ca: std::path::PathBuf, secrets: &str) -> Webhook {
    let url = format!("https://localhost:{}/hook", address.port());
    let config = WebhookConfig { url, secret_file: None, ca_file: Some(ca) };
    Webhook::new("notify.webhook", &config, secrets, Duration::from_secs(2)).expect("it can be used")
}

/// Whether the receiver's own lines, out of the page for administrators, take it.
fn accepted(received: &Received, secret: &str, now: i64) -> bool {
    let page = include_str!("../../../../../docs/notifications.md");
    let (_, rest) = page.split_once("```python\n").expect("lines for a receiver");
    let (lines, _) = rest.split_once("```").expect("their end");
    let ask = format!(
        "{lines}\nimport json, sys\nheaders, body, secret, now = json.load(sys.stdin)\nprint(is_ours(headers, body.encode(), secret, now))\n"
    );
    let mut python = Command::new("python3");
    let mut child = python
        .args(["-c", &ask])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python starts");
    let headers = serde_json::json!({
        "webhook-id": received.id, "webhook-timestamp": received.timestamp, "webhook-signature": received.signature,
    });
    let asked = serde_json::json!([headers, received.body, secret, now]).to_string();
    child.stdin.take().expect("a pipe").write_all(asked.as_bytes()).expect("written");
    let said = child.wait_with_output().expect("it ends");
    assert!(said.status.success());
    String::from_utf8_lossy(&said.stdout).trim() == "True"
}

#[tokio::test]
async fn a_program_is_called_until_it_answers_and_can_tell_our_calls_from_others() {
    let certificates = Certificates::new();
    let program = Program::default();
    // Taken from the end.
    *program.answers.lock().expect("a lock") = vec![Answer::Hangs, Answer::Elsewhere, Answer::Fails];
    let (address, handle) = serve(program.clone(), &certificates).await;
    let secrets = format!("{SECRET}\n{NEXT_SECRET}\n");
    let force_hook = webhook(address, certificates.path("ca.pem"), &secrets);
    let network = Network { force: Some(force_hook), ..Network::default() };
    let rules = TellingRules { has_webhook: true, ..rules() };
    let mut force = telling(rules, Arc::new(network)).await;
    let alert = raise(&mut force, "a", Priority::ThisWeek).await;
    let ctx = force.seed.ctx.clone();
    let mut faults = Vec::new();
    for _ in 0..4 {
        turn(&ctx).await.expect("a turn");
        let [row] = ctx.store.delivery_list(true, 10).await.expect("read").try_into().expect("one");
        faults.push(row.fault.unwrap_or_else(|| row.state.as_str().to_owned()));
        force.clock.advance_millis(10 * 60_000);
    }
    for (fault, said) in
        faults.iter().zip(["answered 503", "redirects are not followed", "did not answer", "sent"])
    {
        assert!(fault.contains(said), "{faults:?}");
    }
    let received = program.received.lock().expect("a lock").clone();
    assert_eq!(received.len(), 4, "none was redirected: {received:?}");
    let [first, .., last] = received.as_slice() else { panic!("{received:?}") };
    assert_eq!((&first.id, &first.body), (&last.id, &last.body), "the same call each time");
    assert_ne!(first.signature, last.signature, "signed anew for its time");
    let body: Value = serde_json::from_str(&last.body).expect("JSON");
    assert_eq!(body["kind"], "alert-raised");
    assert_eq!(body["alert"], alert.to_string());
    assert_eq!(body["priority"], "this-week");
    assert_eq!(body["link"], format!("https://proviso.force.example/alerts/{alert}"));
    let mut keys: Vec<_> = body.as_object().expect("an object").keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["alert", "kind", "link", "priority", "raised_at", "step", "time"], "and nothing else");

    let now: i64 = last.timestamp.parse().expect("seconds");
    let altered = Received { body: last.body.replace("this-week", "now"), ..last.clone() };
    let renumbered = Received { id: "msg_another".to_owned(), ..last.clone() };
    for (received, secret, now, is_ours) in [
        (last, SECRET, now, true),
        (last, NEXT_SECRET, now + 60, true),
        (last, "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", now, false),
        (last, SECRET, now + 3_600, false),
        (&altered, SECRET, now, false),
        (&renumbered, SECRET, now, false),
    ] {
        assert_eq!(accepted(received, secret, now), is_ours, "{received:?} {secret} {now}");
    }
    handle.shutdown();
}

#[tokio::test]
async fn a_program_with_another_certificate_is_not_called() {
    let (certificates, others) = (Certificates::new(), Certificates::new());
    let program = Program::default();
    let (address, handle) = serve(program.clone(), &certificates).await;
    let hook = webhook(address, others.path("ca.pem"), SECRET);
    let network = Network { force: Some(hook), ..Network::default() };
    let mut force = telling(TellingRules { has_webhook: true, ..rules() }, Arc::new(network)).await;
    raise(&mut force, "a", Priority::Today).await;
    turn(&force.seed.ctx).await.expect("a turn");
    let rows = force.seed.ctx.store.delivery_list(false, 10).await.expect("read");
    let [row] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!(row.state, DeliveryState::Waiting);
    assert!(
        row.fault.as_deref().is_some_and(|fault| fault.contains("cannot be reached or trusted")),
        "{row:?}"
    );
    assert!(program.received.lock().expect("a lock").is_empty());
    handle.shutdown();
}
