//! E-mail through a real mail server: taken, refused, slow, full, not to be trusted.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use proviso_model::Timestamp;
use proviso_model::ids::DeliveryId;
use proviso_store::{DeliveryState, Priority};
use serde_json::Value;

use super::server::{Certificates, MailServer};
use super::{at, by_email, raise, rules, set, telling};
use crate::config::notify::{SmtpConfig, SmtpTls};
use crate::notify::carrier::{Carrier as _, Letter, Network};
use crate::notify::mail::Mailer;
use crate::notify::{TellingRules, turn};
use crate::web::console::tests::seed::CAPTURED;

const ACCOUNT: (&str, &str) = ("proviso", "an invented pass phrase");

fn smtp(port: u16, tls: SmtpTls, ca_file: PathBuf) -> SmtpConfig {
    SmtpConfig {
        host: "localhost".to_owned(),
        port: Some(port),
        tls,
        from: "Proviso <proviso@police.example>".to_owned(),
        ca_file: Some(ca_file),
        username: None,
        password_file: None,
    }
}

fn network(config: &SmtpConfig, password: Option<&str>) -> Network {
    // Only the first test of the process installs it.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let mailer = Mailer::new(config, password).expect("it can be used");
    Network { mail: Some(mailer.within(Duration::from_secs(2))), ..Network::default() }
}

fn letter(to: &str, number: u8) -> Letter {
    Letter {
        id: DeliveryId::new(at("2026-11-24T17:00:00Z"), [number; 10]),
        to: format!("{to}@police.example"),
        subject: "Proviso: a trial".to_owned(),
        text: "A trial.\n".to_owned(),
        at: at("2026-11-24T17:00:00Z"),
        is_urgent: false,
    }
}

/// One way in which an e-mail goes out or does not.
struct Way {
    name: &'static str,
    /// What the server offers, and what the settings ask.
    offers: &'static str,
    asks: SmtpTls,
    to: &'static str,
    /// Whether the settings name the right authority, and the right password.
    is_trusted: bool,
    password: &'static str,
    /// Part of the fault; whether trying again is of no use; whether the server surely has not taken it.
    fails: Option<(&'static str, bool, bool)>,
}

const TAKEN: Way = Way {
    name: "under TLS from the first byte",
    offers: "implicit",
    asks: SmtpTls::Implicit,
    to: "pat",
    is_trusted: true,
    password: ACCOUNT.1,
    fails: None,
};

const WAYS: [Way; 10] = [
    TAKEN,
    Way { name: "by STARTTLS", offers: "starttls", asks: SmtpTls::Starttls, ..TAKEN },
    Way {
        name: "without TLS nothing is sent",
        offers: "none",
        asks: SmtpTls::Starttls,
        fails: Some(("offers no STARTTLS", false, true)),
        ..TAKEN
    },
    Way {
        name: "an authority that nobody named",
        is_trusted: false,
        fails: Some(("could not be trusted", false, true)),
        ..TAKEN
    },
    Way {
        name: "the same by STARTTLS",
        offers: "starttls",
        asks: SmtpTls::Starttls,
        is_trusted: false,
        fails: Some(("could not be trusted", false, true)),
        ..TAKEN
    },
    Way {
        name: "a wrong password",
        password: "another",
        fails: Some(("refuses the sign-in", false, true)),
        ..TAKEN
    },
    Way {
        name: "no such mailbox",
        to: "gone",
        fails: Some(("refuses this recipient for good: permanent error (550)", true, true)),
        ..TAKEN
    },
    Way { name: "a full mailbox", to: "full", fails: Some(("(552)", true, true)), ..TAKEN },
    Way {
        name: "a mailbox that is full for now",
        to: "busy-9",
        fails: Some(("(452)", false, true)),
        ..TAKEN
    },
    Way {
        name: "a server that does not answer",
        to: "slow",
        fails: Some(("did not answer within 2 s", false, false)),
        ..TAKEN
    },
];

#[tokio::test]
async fn an_e_mail_goes_out_under_tls_to_a_server_that_is_trusted_or_it_is_said_why_not() {
    let (certificates, others) = (Certificates::new(), Certificates::new());
    for way in WAYS {
        let account = (way.offers != "none").then_some(ACCOUNT);
        let server = MailServer::start(way.offers, &certificates, account);
        let ca = if way.is_trusted { certificates.path("ca.pem") } else { others.path("ca.pem") };
        let mut config = smtp(server.port, way.asks, ca);
        config.username = Some(ACCOUNT.0.to_owned());
        let letter = letter(way.to, 1);
        let sent = network(&config, Some(way.password)).mail(&letter).await;
        let taken = server.stop();
        match way.fails {
            None => {
                sent.unwrap_or_else(|failed| panic!("{}: {failed:?}", way.name));
                let [taken] = taken.as_slice() else { panic!("{}: {taken:?}", way.name) };
                assert_eq!(taken["to"], serde_json::json!([letter.to]), "{}", way.name);
                assert_eq!((&taken["tls"], &taken["signed_in"]), (&Value::Bool(true), &Value::Bool(true)));
            }
            Some((fault, is_final, untaken)) => {
                let failed = sent.expect_err(way.name);
                assert!(failed.fault.contains(fault), "{}: {}", way.name, failed.fault);
                assert!(!failed.fault.contains(&letter.to), "{}: {}", way.name, failed.fault);
                assert_eq!((failed.is_final, failed.untaken), (is_final, untaken), "{}", way.name);
                assert!(taken.is_empty(), "{}: {taken:?}", way.name);
            }
        }
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_or_breaks_off_is_told_apart() {
    let certificates = Certificates::new();
    let server = MailServer::start("implicit", &certificates, None);
    let config = smtp(server.port, SmtpTls::Implicit, certificates.path("ca.pem"));
    let network = network(&config, None);
    let failed = network.mail(&letter("lost", 1)).await.expect_err("the answer never comes");
    assert_eq!((failed.is_final, failed.untaken), (false, false), "{}", failed.fault);
    assert_eq!(server.stop().len(), 1, "and yet it was taken");
    let failed = network.mail(&letter("pat", 2)).await.expect_err("nobody listens");
    assert!(failed.fault.contains("cannot be reached"), "{}", failed.fault);
    assert_eq!((failed.is_final, failed.untaken), (false, true));
}

#[tokio::test]
async fn an_alert_reaches_the_mailbox_as_a_link_and_nothing_else_however_often_it_has_to_be_tried() {
    let certificates = Certificates::new();
    let server = MailServer::start("starttls", &certificates, None);
    let config = smtp(server.port, SmtpTls::Starttls, certificates.path("ca.pem"));
    let rules = TellingRules { hold_minutes: 0, ..rules() };
    let mut force = telling(rules, Arc::new(network(&config, None))).await;
    set(&force, "om1", by_email("busy-2@police.example")).await;
    let alert = raise(&mut force, "a", Priority::Today).await;
    let ctx = force.seed.ctx.clone();
    turn(&ctx).await.expect("a turn");
    let [row] = ctx.store.delivery_list(false, 10).await.expect("read").try_into().expect("one");
    assert!(row.fault.as_deref().is_some_and(|fault| fault.contains("452")), "{row:?}");
    // The mailbox is full; what comes in meanwhile goes into the same e-mail.
    raise(&mut force, "b", Priority::Today).await;
    for _ in 0..4 {
        force.clock.advance_millis(2 * 60_000);
        turn(&ctx).await.expect("a turn");
    }
    let tally = ctx.store.delivery_tally().await.expect("read");
    assert_eq!((tally.sent, tally.waiting, tally.dead), (1, 0, 0), "{tally:?}");
    let taken = server.stop();
    let [taken] = taken.as_slice() else { panic!("{taken:?}") };
    let text = taken["text"].as_str().expect("text");
    assert!(!text.contains("quoted-printable"), "nothing hides in an encoding:\n{text}");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for said in [
        "Subject: Proviso: 2 alerts of high priority are waiting",
        "https://proviso.force.example/",
        "the service desk, extension 4321",
        "Auto-Submitted: auto-generated",
        "From: Proviso <proviso@police.example>",
        &format!("Message-ID: <{}@police.example>", row.id),
    ] {
        assert!(text.contains(said), "{said} is not in:\n{text}");
    }
    for never in [
        "Test Person",
        "TEST/2026",
        CAPTURED,
        "paragraph",
        "Paragraph",
        "chat.example",
        "breach",
        &alert.to_string(),
    ] {
        assert!(!text.contains(never), "{never} is in:\n{text}");
    }
}

#[tokio::test]
async fn what_a_mailbox_refuses_for_good_is_given_up_in_the_open_and_tried_again_when_told() {
    let certificates = Certificates::new();
    let server = MailServer::start("implicit", &certificates, None);
    let config = smtp(server.port, SmtpTls::Implicit, certificates.path("ca.pem"));
    let rules = TellingRules { hold_minutes: 0, ..rules() };
    let mut force = telling(rules, Arc::new(network(&config, None))).await;
    set(&force, "om1", by_email("full@police.example")).await;
    let alert = raise(&mut force, "a", Priority::Today).await;
    let ctx = force.seed.ctx.clone();
    turn(&ctx).await.expect("a turn");
    let [row] = ctx.store.delivery_list(false, 10).await.expect("read").try_into().expect("one");
    assert_eq!(row.state, DeliveryState::Dead, "{row:?}");
    assert!(
        row.fault.as_deref().is_some_and(|fault| fault.contains("552") && !fault.contains("full@")),
        "{row:?}"
    );
    // The officer sets another address, and the administrator tries it again: the same number, the same alert.
    set(&force, "om1", by_email("pat@police.example")).await;
    ctx.store.delivery_retry(row.id, ctx.now()).await.expect("tried again");
    turn(&ctx).await.expect("a turn");
    let taken = server.stop();
    let [taken] = taken.as_slice() else { panic!("{taken:?}") };
    let text = taken["text"].as_str().expect("text");
    assert!(text.contains(&format!("https://proviso.force.example/alerts/{alert}")), "{text}");
    assert!(text.contains(&row.id.to_string()), "{text}");
    let never: Timestamp = row.made_at;
    assert_eq!(ctx.store.delivery_claim(never, never).await.expect("read"), None, "nothing is left");
}
