//! Reviews of how long a case is kept, and two officers who destroy one.

use axum::http::StatusCode;
use proviso_ledger::sign::VerifyKey;

use super::client::{Client, Force, acts, between, force};
use super::seed::PASSWORD;
use crate::app::destruction::{Certificate, CertificateStatement, What, signed_certificate};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;
const REASON: (&str, &str) = ("reason", "Read the file; nothing of it is needed any more.");

fn statement(force: &Force, json: &str) -> CertificateStatement {
    use base64::Engine as _;
    let made: Certificate = serde_json::from_str(json).expect("a certificate");
    let signature = base64::engine::general_purpose::STANDARD.decode(made.signature).expect("base64");
    let key: VerifyKey = force.seed.ctx.keys.checkpoint.public();
    let signature: [u8; 64] = signature.try_into().expect("64 bytes");
    key.verify(&signed_certificate(&made.statement), &signature).expect("signed by the force");
    serde_json::from_str(&made.statement).expect("a statement")
}

async fn signed_in(force: &Force, names: [&str; 2]) -> [Client; 2] {
    [Client::signed_in(force, names[0]).await, Client::signed_in(force, names[1]).await]
}

#[tokio::test]
async fn what_is_due_is_listed_and_a_decision_to_keep_gives_the_next_day() {
    let force = force().await;
    let path = format!("/people/{}/retention", force.seed.case);
    let mut officer = Client::signed_in(&force, "om1").await;
    for own in ["/retention", &path] {
        assert_eq!(officer.get(own).await.status, StatusCode::FORBIDDEN, "{own}");
    }
    let mut dpo = Client::signed_in(&force, "dpo").await;
    let list = dpo.get("/retention").await.body;
    assert!(list.contains("Later") && list.contains("Next review on 24 November 2029"), "{list}");
    force.clock.advance_millis(3 * 366 * DAY);
    let mut dpo = Client::signed_in(&force, "dpo").await;
    let list = dpo.get("/retention").await.body;
    assert!(
        list.contains("Overdue") && list.contains("Review was due on 24 November 2029, 2 days ago"),
        "{list}"
    );
    dpo.get(&path).await;
    for (fields, wrong) in [
        (vec![("decided", "keep"), ("until", "2031-01-01")], "give a reason"),
        (vec![("decided", "keep"), ("until", "soon"), REASON], "Give the day of the next review"),
        (vec![("decided", "keep"), ("until", "2029-11-26"), REASON], "the next review lies after today"),
        (vec![("decided", "keep"), ("until", "2042-01-01"), REASON], "on 2032-11-26 at the latest"),
        (vec![("decided", "destroy"), REASON], "Choose why"),
        (vec![("decided", "destroy"), ("why", "retention-ended"), REASON], "its order still runs"),
        (vec![REASON], "Choose what you decide"),
    ] {
        let page = dpo.post(&path, &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        assert!(page.body.contains(wrong), "{wrong}: {}", page.body);
    }
    let page = dpo.post(&path, &[("decided", "keep"), ("until", "2031-01-01"), REASON]).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.body);
    let page = dpo.get(&path).await.body;
    assert!(page.contains("Kept until 1 January 2031") && page.contains(REASON.1), "{page}");
    assert!(page.contains("Next review on 1 January 2031"), "{page}");
    let said = acts(&force).await;
    assert!(said.contains(&"retention-keep".to_owned()) && said.contains(&"retention-view".to_owned()));
}

#[tokio::test]
async fn two_officers_destroy_a_case_that_no_hold_protects_and_get_a_certificate_without_content() {
    let force = force().await;
    let path = format!("/people/{}/retention", force.seed.case);
    let [mut dpo, mut supervisor] = signed_in(&force, ["dpo", "sup"]).await;
    dpo.get(&path).await;
    let hold = [("decided", "hold"), ("reference", "civil claim 7"), REASON];
    assert_eq!(dpo.post(&path, &hold).await.status, StatusCode::SEE_OTHER);
    let destroy = [("decided", "destroy"), ("why", "unlawful"), REASON];
    let page = dpo.post(&path, &destroy).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        page.body.contains("under legal hold since") && page.body.contains("civil claim 7"),
        "{}",
        page.body
    );
    assert_eq!(dpo.post(&path, &[("decided", "hold-end"), REASON]).await.status, StatusCode::SEE_OTHER);

    force.clock.advance_millis(11 * MINUTE);
    let page = dpo.post(&path, &destroy).await;
    assert_eq!(page.location, format!("/confirm?next={path}"), "shown who one is lately");
    assert_eq!(dpo.post("/confirm", &[("password", PASSWORD), ("next", &path)]).await.location, path);
    assert_eq!(dpo.post(&path, &destroy).await.status, StatusCode::SEE_OTHER);
    let page = dpo.get(&path).await.body;
    let id = between(&page, &format!("action=\"{path}/"), "\"").expect("a form that withdraws it").to_owned();
    let second = format!("{path}/{id}");
    let page = dpo.post(&second, &[("says", "destroy")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "not by who proposed it");
    assert!(page.body.contains("another officer has to confirm it"), "{}", page.body);

    // A hold that begins while the proposal waits stops the second officer too.
    supervisor.get(&path).await;
    assert_eq!(supervisor.post("/confirm", &[("password", PASSWORD), ("next", &path)]).await.location, path);
    assert_eq!(supervisor.post(&path, &hold).await.status, StatusCode::SEE_OTHER);
    let page = supervisor.post(&second, &[("says", "destroy")]).await;
    assert!(page.body.contains("civil claim 7"), "{}", page.body);
    assert_eq!(
        supervisor.post(&path, &[("decided", "hold-end"), REASON]).await.status,
        StatusCode::SEE_OTHER
    );
    let mut officer = Client::signed_in(&force, "om1").await;
    let person = format!("/people/{}", force.seed.case);
    assert_eq!(officer.get(&person).await.status, StatusCode::OK);
    assert_eq!(officer.post(&second, &[("says", "destroy")]).await.status, StatusCode::FORBIDDEN);
    let before = force.seed.ctx.store.log_size().await.expect("read");

    let page = supervisor.post(&second, &[("says", "destroy")]).await;
    assert_eq!((page.status, page.location.as_str()), (StatusCode::SEE_OTHER, "/retention"), "{}", page.body);
    assert!(!force.seed.ctx.case_keys_held(force.seed.case), "its keys are gone");
    assert_eq!(officer.get(&person).await.status, StatusCode::CONFLICT);
    assert_eq!(supervisor.get(&path).await.status, StatusCode::CONFLICT);
    let list = supervisor.get("/retention").await.body;
    assert!(list.contains("proposed by Test Officer 06") && !list.contains("Test Person 014"), "{list}");
    let link = between(&list, "href=\"/retention/certificates/", "\"").expect("a certificate");
    let made = supervisor.get(&format!("/retention/certificates/{link}")).await;
    let says = statement(&force, &made.body);
    assert_eq!(says.what, What::Case { case: force.seed.case });
    assert!(says.by != says.proposed_by.clone().expect("two officers"));
    assert_eq!(says.last_restorable_at.millis_since(says.at), 30 * DAY, "no backup of keys was made");
    for content in ["Test Person 014", "TEST/2026/014", REASON.1, super::seed::CAPTURED] {
        assert!(!made.body.contains(content), "{content}");
    }
    assert_eq!(officer.get(&format!("/retention/certificates/{link}")).await.status, StatusCode::FORBIDDEN);
    assert!(force.seed.ctx.store.log_size().await.expect("read") > before, "the act is in the log");
    let check = crate::app::audit_check::check(&force.seed.ctx, &mut |_| {}).await.expect("read");
    assert!(check.holds(), "{:?}", check.told);
}

#[tokio::test]
async fn a_proposal_that_nobody_confirms_lapses_and_may_be_withdrawn_before() {
    let force = force().await;
    let path = format!("/people/{}/retention", force.seed.case);
    let destroy = [("decided", "destroy"), ("why", "court-order"), REASON];
    let form = format!("action=\"{path}/");
    let mut dpo = Client::signed_in(&force, "dpo").await;
    dpo.get(&path).await;
    assert_eq!(dpo.post(&path, &destroy).await.status, StatusCode::SEE_OTHER);
    let first = between(&dpo.get(&path).await.body, &form, "\"").expect("it waits").to_owned();
    let page = dpo.post(&format!("{path}/{first}"), &[("says", "withdraw"), REASON]).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.body);
    assert!(dpo.get(&path).await.body.contains("Withdrawn by Test Officer 06"));
    assert_eq!(dpo.post(&path, &destroy).await.status, StatusCode::SEE_OTHER);
    let next = between(&dpo.get(&path).await.body, &form, "\"").expect("it waits").to_owned();

    force.clock.advance_millis(15 * DAY);
    let mut supervisor = Client::signed_in(&force, "sup").await;
    assert!(!supervisor.get(&path).await.body.contains(&form), "it does not wait any more");
    let page = supervisor.post(&format!("{path}/{next}"), &[("says", "destroy")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.body.contains("nobody confirmed it in time"), "{}", page.body);
    assert!(force.seed.ctx.case_keys_held(force.seed.case));
    supervisor.get(&path).await;
    assert_eq!(
        supervisor.post(&path, &destroy).await.status,
        StatusCode::SEE_OTHER,
        "it may be proposed anew"
    );
}
