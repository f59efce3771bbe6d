//! What people ask about their data: entered, answered in time or not, and the wrong person.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::http::StatusCode;

use super::client::{Client, Force, acts, between, force, force_with};
use super::seed::PASSWORD;
use crate::notify;
use crate::notify::carrier::{Call, Callee, Carrier, Failed, Letter};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// Keeps the letters that would be sent.
#[derive(Default)]
struct Letters(Mutex<Vec<Letter>>);

#[async_trait]
impl Carrier for Letters {
    async fn mail(&self, letter: &Letter) -> Result<(), Failed> {
        self.0.lock().expect("not poisoned").push(letter.clone());
        Ok(())
    }

    async fn call(&self, _callee: Callee, _call: &Call) -> Result<(), Failed> {
        Ok(())
    }
}

/// Enters a request as the officer in charge; its page.
async fn entered(force: &Force, officer: &mut Client, fields: &[(&str, &str)]) -> String {
    let path = format!("/people/{}/rights", force.seed.case);
    officer.get(&path).await;
    let page = officer.post(&path, fields).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.body);
    page.location
}

#[tokio::test]
async fn a_request_has_a_clock_an_owner_and_an_answer_that_the_officer_in_charge_does_not_give() {
    let force = force().await;
    let path = format!("/people/{}/rights", force.seed.case);
    let mut officer = Client::signed_in(&force, "om1").await;
    assert_eq!(officer.get("/rights").await.status, StatusCode::FORBIDDEN);
    assert!(officer.get(&format!("/people/{}", force.seed.case)).await.body.contains(&path));
    officer.get(&path).await;
    for (fields, wrong) in [
        (vec![("received", "2026-11-20"), ("text", "A letter.")], "Choose what is asked"),
        (vec![("kind", "access"), ("text", "A letter.")], "Give the day"),
        (vec![("kind", "access"), ("received", "2026-12-01"), ("text", "A letter.")], "has not come yet"),
        (vec![("kind", "access"), ("received", "2026-11-20")], "give a reason"),
    ] {
        let page = officer.post(&path, &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        assert!(page.body.contains(wrong), "{wrong}: {}", page.body);
    }
    let fields = [("kind", "access"), ("received", "2026-11-20"), ("text", "A letter of the 19th.")];
    let request = entered(&force, &mut officer, &fields).await;
    let page = officer.get(&request).await.body;
    assert!(
        page.contains("The answer is due on 20 December 2026") && page.contains("A letter of the 19th."),
        "{page}"
    );
    let answer = [("done", "answer"), ("text", "Here it is.")];
    assert_eq!(officer.post(&request, &answer).await.status, StatusCode::FORBIDDEN);

    let mut dpo = Client::signed_in(&force, "dpo").await;
    let list = dpo.get("/rights").await.body;
    assert!(list.contains("Open") && list.contains("Nobody has taken it over"), "{list}");
    let page = dpo.get(&request).await.body;
    let own = between(&page, "<option value=\"", "\"").expect("officers").to_owned();
    assert_eq!(
        dpo.post(&request, &[("done", "owner"), ("officer", &own)]).await.status,
        StatusCode::SEE_OTHER
    );
    force.clock.advance_millis(20 * DAY);
    let mut dpo = Client::signed_in(&force, "dpo").await;
    let list = dpo.get("/rights").await.body;
    assert!(list.contains("Due soon") && list.contains("in 6 days"), "{list}");
    dpo.get(&request).await;
    let extend = [("done", "extend"), ("text", "Three requests at once; told to the person.")];
    assert_eq!(dpo.post(&request, &extend).await.status, StatusCode::SEE_OTHER);
    let page = dpo.get(&request).await.body;
    assert!(
        page.contains("due on 20 February 2027 (extended)") && !page.contains("value=\"extend\""),
        "{page}"
    );
    let again = dpo.post(&request, &extend).await;
    assert!(again.body.contains("was extended once already"), "{}", again.body);
    force.clock.advance_millis(75 * DAY);
    let mut supervisor = Client::signed_in(&force, "sup").await;
    let list = supervisor.get("/rights").await.body;
    assert!(list.contains("Overdue") && list.contains("7 days ago"), "{list}");
    supervisor.get(&request).await;
    assert_eq!(supervisor.post(&request, &answer).await.status, StatusCode::SEE_OTHER);
    let closed = supervisor.post(&request, &[("done", "refuse"), ("text", "No.")]).await;
    assert!(closed.body.contains("this request is closed"), "{}", closed.body);
    assert!(supervisor.get("/rights").await.body.contains("Closed"));
    let said = acts(&force).await;
    for act in ["rights-enter", "rights-view", "rights-owner", "rights-extend", "rights-answer"] {
        assert!(said.contains(&act.to_owned()), "{act}");
    }
    let mut other = Client::signed_in(&force, "om2").await;
    assert_eq!(other.get(&request).await.status, StatusCode::NOT_FOUND, "a colleague without the case");
}

#[tokio::test]
async fn the_document_for_access_has_the_person_s_own_facts_and_nobody_else_s() {
    let force = force().await;
    let mut officer = Client::signed_in(&force, "om1").await;
    let alert = format!("/alerts/{}", force.seed.alert);
    officer.get(&alert).await;
    let decision = [("outcome", "no-concern"), ("reason", "An ordinary message to Kim.")];
    officer.post(&format!("{alert}/decision"), &decision).await;
    let fields = [("kind", "access"), ("received", "2026-11-20"), ("text", "A letter of the 19th.")];
    let request = entered(&force, &mut officer, &fields).await;
    let mut dpo = Client::signed_in(&force, "dpo").await;
    dpo.get(&request).await;
    force.clock.advance_millis(11 * MINUTE);
    let page = dpo.post(&request, &[("done", "export")]).await;
    assert_eq!(page.location, format!("/confirm?next={request}"), "it leaves the service");
    let next = dpo.post("/confirm", &[("password", PASSWORD), ("next", &request)]).await.location;
    assert_eq!(next, request);
    let document = dpo.post(&request, &[("done", "export")]).await;
    assert_eq!(document.status, StatusCode::OK, "{}", document.body);
    for own in [
        "Test Person 014",
        "TEST/2026/014",
        "Must not use private or incognito browsing on any device.",
        "Debian 12 laptop, account account-a: enrolled",
        "Paragraph 4: 1 finding",
        "No concern",
        "What is not in this document",
    ] {
        assert!(document.body.contains(own), "missing {own}: {}", document.body);
    }
    for others in ["Test Officer", "A letter of the 19th.", "Kim", super::seed::CAPTURED, "Test Person 027"] {
        assert!(!document.body.contains(others), "{others}");
    }
    assert!(acts(&force).await.contains(&"rights-export".to_owned()));
    let complaint = [("kind", "complaint"), ("received", "2026-11-20"), ("text", "About an alert.")];
    let other = entered(&force, &mut officer, &complaint).await;
    dpo.get(&other).await;
    assert_eq!(dpo.post(&other, &[("done", "export")]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn for_the_wrong_person_capture_stops_at_once_what_was_captured_is_held_and_the_dpo_is_told() {
    let letters = Arc::new(Letters::default());
    let force = force_with(|ctx| {
        ctx.carrier = letters.clone();
        let rules = crate::notify::TellingRules { has_mail: true, ..(*ctx.telling).clone() };
        ctx.telling = Arc::new(rules);
    })
    .await;
    let mut dpo = Client::signed_in(&force, "dpo").await;
    dpo.get("/account/notifications").await;
    let email = [("by_email", "yes"), ("email", "dpo@police.example")];
    let set = dpo.post("/account/notifications", &email).await;
    assert!(set.status.is_redirection() || set.status.is_success(), "{}", set.body);
    let mut officer = Client::signed_in(&force, "om1").await;
    let text = ("text", "The laptop belongs to a namesake; his own order has another number.");
    let fields = [("kind", "wrong-person"), ("received", "2026-11-24"), ("stops", "yes"), text];
    let request = entered(&force, &mut officer, &fields).await;
    assert!(officer.get(&request).await.body.contains("The wrong person"));

    let ctx = &force.seed.ctx;
    let acts_of_case = ctx.store.device_act_list(force.seed.case).await.expect("read");
    let act = acts_of_case.first().expect("an entry").act;
    let row = ctx.store.device_get(force.seed.device).await.expect("read").expect("the device");
    assert_eq!((act.kind.as_str(), act.from, act.until), ("wrong-person", row.enrolled_at, None));
    let policy = ctx.store.policy_current(force.seed.device).await.expect("read").expect("a policy");
    let policy: proviso_model::policy::Policy = ctx
        .unseal_json(force.seed.case, crate::keys::case::Purpose::Policy, &policy.sealed)
        .expect("a policy");
    assert!(policy.paused_at(ctx.now()).is_some(), "nothing may be captured from now on");
    let held = dpo.get(&format!("/people/{}/quarantine", force.seed.case)).await.body;
    assert!(
        held.contains("Seen before it was known") && !held.contains("No finding that an officer could see"),
        "{held}"
    );
    officer.get(&format!("/people/{}", force.seed.case)).await;
    let code = officer.post(&format!("/people/{}/enrolment-code", force.seed.case), &[]).await;
    assert_eq!(code.status, StatusCode::CONFLICT, "no further device is enrolled: {}", code.body);

    notify::turn(ctx).await.expect("told");
    let sent = letters.0.lock().expect("not poisoned").clone();
    let about: Vec<_> = sent.iter().filter(|letter| letter.subject.contains("request about")).collect();
    assert_eq!(about.len(), 1, "{sent:?}");
    let letter = about.first().expect("one");
    assert!(letter.to == "dpo@police.example" && letter.text.contains("/rights"), "{letter:?}");
    assert!(!letter.text.contains("014") && !letter.text.contains("namesake"), "{letter:?}");
}
