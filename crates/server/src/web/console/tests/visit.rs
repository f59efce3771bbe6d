//! A filed visit: on the person's page, and on one of its own.

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proviso_ledger::hash::sha256;
use proviso_model::Digest;
use proviso_model::visit::{
    AgentFacts, SignedVisitRecord, VISIT_FORMAT, VisitFacts, VisitRecord, VisitTold, VisitTouched,
    signed_visit_record,
};

use super::client::{Client, Force, acts, force, two_at_night};
use crate::app::visit::{Beside, NewFiled, NewVisit, file, prepare};

/// What was found, with marks that a page must not take for its own.
const FOUND: &str = "The monitoring program is <b>not</b> installed on this device.";

/// Files a visit to the device of the case, and gives its hash.
async fn filed(force: &Force) -> Digest {
    let ctx = &force.seed.ctx;
    let new = NewVisit { case: force.seed.case, officer: "om1", days: 7, since: None, device: None };
    let prepared = prepare(ctx, &new).await.expect("prepared");
    let (pass, page) = (&prepared.pass, b"<!DOCTYPE html><title>A page</title>".to_vec());
    let condition = pass.order.conditions.first().expect("a paragraph");
    let told = VisitTold {
        paragraph: condition.paragraph.clone(),
        text: condition.text.clone(),
        kind: "an invented kind".to_owned(),
        read: vec!["the monitoring program".to_owned()],
        found: vec![FOUND.to_owned()],
        care: Vec::new(),
        cannot: Vec::new(),
        ask: Vec::new(),
        stop: true,
    };
    let record = VisitRecord {
        format: VISIT_FORMAT,
        visit: Some(pass.visit),
        pass_sha256: Some(Digest(sha256(prepared.signed.pass.as_bytes()))),
        force: Some(pass.force),
        case: Some(pass.case),
        order_reference: pass.order.reference.clone(),
        started_at: two_at_night(),
        ended_at: two_at_night().plus_millis(42_000),
        since: two_at_night().plus_days(-30),
        program: "proviso-agent 0".to_owned(),
        facts: VisitFacts {
            agent: Some(AgentFacts { device: Some(force.seed.device), ..AgentFacts::default() }),
            ..VisitFacts::default()
        },
        told: vec![told],
        not_reached: vec!["an invented place: no time was left".to_owned()],
        touched: VisitTouched { lines: 0, head: Digest::default() },
        page_sha256: Digest(sha256(&page)),
    };
    let text = serde_json::to_string(&record).expect("JSON");
    let signature = STANDARD.encode(prepared.key.sign(&signed_visit_record(&text)));
    let signed = SignedVisitRecord { record: text, signature, pass: Some(prepared.signed.clone()) };
    let beside = Beside { page: Some(page), touched: Some(Vec::new()) };
    let new = NewFiled { signed: &signed, beside: &beside, device: None };
    file(ctx, &new).await.expect("it can be filed").expect("every check holds").row.hash
}

#[tokio::test]
async fn a_filed_visit_is_on_the_person_s_page_and_its_own_is_logged_and_is_nobody_else_s() {
    let force = force().await;
    let mut officer = Client::signed_in(&force, "om1").await;
    let person = format!("/people/{}", force.seed.case);
    assert!(officer.get(&person).await.body.contains("No visit is filed."));
    let hash = filed(&force).await;
    let path = format!("{person}/visits/{hash}");
    let page = officer.get(&person).await.body;
    for words in [
        format!("href=\"{path}\"").as_str(),
        "24 Nov 2026, 02:00",
        "Debian 12 laptop, account",
        "Something was found that paragraph",
        "1 place was not reached",
    ] {
        assert!(page.contains(words), "missing: {words}: {page}");
    }
    let before = acts(&force).await.len();
    let page = officer.get(&path).await;
    assert_eq!(acts(&force).await.get(before..), Some(["visit-view".to_owned()].as_slice()));
    for words in [
        "Visit on Tuesday 24 November 2026, 02:00",
        "for 42 seconds",
        "no question about it before a caution",
        "is &#60;b&#62;not&#60;/b&#62; installed",
        "an invented place: no time was left",
        &hash.to_string(),
    ] {
        assert!(page.body.contains(words), "missing: {words}: {}", page.body);
    }
    let mut other = Client::signed_in(&force, "om2").await;
    for path in [path, format!("/people/{}/visits/{hash}", force.seed.other_case)] {
        assert_eq!(other.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(
        officer.get(&format!("{person}/visits/{}", "ab".repeat(32))).await.status,
        StatusCode::NOT_FOUND
    );
}
