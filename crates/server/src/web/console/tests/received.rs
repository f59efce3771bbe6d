//! What another force handed over, as officers of this one meet it.

use axum::http::StatusCode;
use proviso_model::ids::CaseId;
use proviso_store::RightsKind;

use super::client::{Client, Force, acts, force};
use crate::app::force::{self, case};
use crate::app::rights::act::{self, NewRequest};
use crate::app::transfer::{self, OtherForce, other_force};

const ORDER: &str = include_str!("../../../../../../testdata/demo/order.toml");
const MINUTE: i64 = 60_000;

async fn known(force: &Force) -> OtherForce {
    let ctx = &force.seed.ctx;
    let made = transfer::certificate(ctx, force._folder.path(), false).await.expect("a certificate");
    let bytes = serde_json::to_vec(&made).expect("JSON");
    other_force(&bytes, &made.fingerprint(), ctx.now()).expect("as it was read out")
}

/// A case without records of another force, received into the hands of an officer; its hash with it.
async fn received(from: &Force, here: &Force) -> (CaseId, String) {
    let (old, new) = (&from.seed.ctx, &here.seed.ctx);
    let moving = case::create(old, ORDER, "order.toml", None).await.expect("a case");
    let received_on = "2026-11-20".parse().expect("a day");
    let asked = NewRequest { kind: RightsKind::Access, received_on, text: "What is <b>held</b>?" };
    let moved = force::permit(old, moving).await.expect("a case");
    act::enter(old, "command-line", &moved, &asked).await.expect("entered");
    let sent = transfer::export(old, moving, &known(here).await).await.expect("a file");
    let key = transfer::own_key(new, here._folder.path()).expect("a key");
    let looked = transfer::look(new, sent.file, key, &known(from).await).await.expect("every check holds");
    let officer = new.store.officer_by_username("om1").await.expect("read").expect("one").id;
    let done = transfer::receive(new, &looked, Some(officer), None).await.expect("received");
    (done.row.case, done.row.statement.to_string())
}

#[tokio::test]
async fn what_another_force_handed_over_is_on_the_person_s_page_and_its_own_is_logged_and_is_nobody_else_s() {
    let (from, here) = (force().await, force().await);
    let (case, hash) = received(&from, &here).await;
    let mut officer = Client::signed_in(&here, "om1").await;
    let person = format!("/people/{case}");
    let path = format!("{person}/received/{hash}");
    let page = officer.get(&person).await.body;
    for words in ["From another force", "Received from Test Force", &format!("href=\"{path}\"")] {
        assert!(page.contains(words), "missing: {words}: {page}");
    }
    let before = acts(&here).await.len();
    let page = officer.get(&path).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    assert_eq!(acts(&here).await.get(before..), Some(["received-view".to_owned()].as_slice()));
    for words in [
        "This force captured none of it.",
        "No evidence came with it",
        "What is &#60;b&#62;held&#60;/b&#62;?",
        "None was enrolled.",
        "0 contacts are protected",
        &hash,
    ] {
        assert!(page.body.contains(words), "missing: {words}: {}", page.body);
    }

    let bundle = format!("{path}/bundle");
    assert_eq!(officer.post(&bundle, &[]).await.status, StatusCode::NOT_FOUND, "there is none");
    here.clock.advance_millis(11 * MINUTE);
    let late = officer.post(&bundle, &[]).await;
    assert!(late.location.starts_with("/confirm"), "shown again who they are: {}", late.location);
    let mut other = Client::signed_in(&here, "om2").await;
    let elsewhere = format!("/people/{}/received/{hash}", here.seed.other_case);
    for path in [&path, &elsewhere] {
        assert_eq!(other.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let mut disclosure = Client::signed_in(&here, "disclosure").await;
    assert_eq!(disclosure.get(&path).await.status, StatusCode::NOT_FOUND, "not let into the case");
}
