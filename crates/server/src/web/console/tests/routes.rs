//! Every route, from the table that the router is built from.

use axum::http::{Method, StatusCode};

use super::client::{Client, Force, acts, between, force};
use crate::app::name_index;
use crate::web::console::routes::{Access, Route};

fn path(force: &Force, route: Route, others: bool) -> String {
    let seed = &force.seed;
    let (alert, case, notice, device) = match others {
        true => (seed.other_alert, seed.other_case, seed.other_device_notice, seed.other_device),
        false => (seed.alert, seed.case, seed.device_notice, seed.device),
    };
    let path = route.entry().1.replace("{id}", &alert.to_string()).replace("{case}", &case.to_string());
    let path =
        path.replace("{record}", &"ab".repeat(32)).replace("{act}", "0b5c5bb4-0d38-4d3c-9c0f-6a8a5a4b0e57");
    let path = path.replace("{certificate}", "0b5c5bb4-0d38-4d3c-9c0f-6a8a5a4b0e57");
    let path = path.replace("{entry}", "0b5c5bb4-0d38-4d3c-9c0f-6a8a5a4b0e57");
    let path = path.replace("{hash}", &"ab".repeat(32));
    let path = path.replace("{cover}", "0b5c5bb4-0d38-4d3c-9c0f-6a8a5a4b0e57");
    let path = path
        .replace("{draft}", "0b5c5bb4-0d38-4d3c-9c0f-6a8a5a4b0e57")
        .replace("{number}", "0")
        .replace("{step}", "words");
    path.replace("{link}", "0b5c5bb4-0d38-4d3c-9c0f-6a8a5a4b0e57")
        .replace("{notice}", &notice.to_string())
        .replace("{device}", &device.to_string())
}

fn fields(route: Route) -> &'static [(&'static str, &'static str)] {
    match route {
        Route::AlertDecide | Route::AlertReview => {
            &[("outcome", "no-concern"), ("reason", "Read it; an ordinary message.")]
        }
        Route::DeviceNoticeSeen => &[("reason", "The disk was replaced at a shop; receipt shown.")],
        Route::ConflictDeclareOwn => &[("reason", "A neighbour of mine.")],
        Route::DutyEnter | Route::DutyChange => &[("kind", "device"), ("what", "A new telephone")],
        Route::VisitRecord => {
            &[("at", "2026-11-24T01:00"), ("met", "seen"), ("seen", "Both devices were shown.")]
        }
        Route::AlertNames => &[("reason", "decide")],
        Route::AlertBundle => &[("passage", "leave-out")],
        Route::PersonalLink => &[("days", "7")],
        Route::OtherAdultWithdraw | Route::ShieldChange => {
            &[("reason", "A second look."), ("contact", "solicitor.example")]
        }
        Route::DeviceAct | Route::DeviceActChange => {
            &[("kind", "in-hospital"), ("from", "2026-11-23T08:00"), ("reason", "A ward told; number noted.")]
        }
        Route::OtherAdultApprove => &[
            ("name", "An adult of the household"),
            ("minutes", "60"),
            ("sessions", "1"),
            ("until", "2026-12-24"),
            ("reason", "One device in the household; a second account is being set up."),
        ],
        Route::RightsEnter => {
            &[("kind", "complaint"), ("received", "2026-11-20"), ("text", "A letter came.")]
        }
        Route::OrderAct => &[("does", "take-back")],
        Route::OrderCheck => &[("says", "approve")],
        Route::QuarantineReview => {
            &[("about", "not-covered"), ("decided", "erase"), ("reason", "Outside the order.")]
        }
        Route::RightsDone => &[("done", "answer"), ("text", "Here it is.")],
        Route::RetentionDecide => {
            &[("decided", "keep"), ("until", "2027-03-03"), ("reason", "Read the file; it is needed still.")]
        }
        Route::RetentionSecond => &[("says", "withdraw"), ("reason", "It is needed still.")],
        _ => &[],
    }
}

pub async fn walk(client: &mut Client, force: &Force, route: Route, others: bool) -> super::client::Page {
    let path = path(force, route, others);
    match route.entry().0 {
        Method::POST => client.post(&path, fields(route)).await,
        _ => client.get(&path).await,
    }
}

/// The routes whose path names a case or an alert.
pub fn of_a_case() -> impl Iterator<Item = Route> {
    let names_one = |path: &str| path.contains("{case}") || path.contains("{id}");
    Route::ALL.into_iter().filter(move |route| names_one(route.entry().1))
}

/// Routes that show or change something of a case, and the act that each must leave in the log.
const ON_A_CASE: [(Route, &str); 27] = [
    (Route::Alert, "alert-view"),
    (Route::AlertContent, "content-open"),
    (Route::AlertNames, "names-open"),
    (Route::AlertDecide, "alert-decide"),
    (Route::AlertDecided, "alert-view"),
    (Route::AlertBundle, "bundle-export"),
    (Route::AlertPicture, "picture-preview"),
    (Route::AlertUnveil, "picture-unveil"),
    (Route::Person, "case-view"),
    (Route::VisitPack, "visit-pack-view"),
    (Route::VisitPackPaper, "visit-pack-print"),
    (Route::VisitForm, "visit-form-view"),
    (Route::VisitRecord, "visit-record"),
    (Route::CaseText, "case-text"),
    (Route::Duties, "duty-view"),
    (Route::DutyEnter, "duty-enter"),
    (Route::Coverage, "coverage-view"),
    (Route::DeviceAct, "device-act"),
    (Route::OtherAdultApprove, "other-adult-approve"),
    (Route::EnrolmentCode, "enrolment-code"),
    (Route::PaperNotice, "notice-print"),
    (Route::OrderChangeBegin, "order-draft-begin"),
    (Route::OrderEndBegin, "order-draft-begin"),
    (Route::DeviceNoticeSeen, "device-notice-seen"),
    (Route::PersonRights, "rights-view"),
    (Route::RightsEnter, "rights-enter"),
    // The last: it closes the case to whoever walks.
    (Route::ConflictDeclareOwn, "conflict-declare"),
];

#[tokio::test]
async fn every_route_but_the_open_ones_refuses_a_visitor() {
    let force = force().await;
    let before = acts(&force).await.len();
    for route in Route::ALL {
        if route.entry().2 == Access::Open {
            continue;
        }
        let mut visitor = Client::visitor(&force);
        let page = walk(&mut visitor, &force, route, false).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{route:?}");
        assert!(page.location.starts_with("/sign-in"), "{route:?}: {}", page.location);
        assert!(page.body.is_empty(), "{route:?}");
    }
    assert_eq!(acts(&force).await.len(), before, "a refused visitor does nothing");
}

#[tokio::test]
async fn invariant_11_every_act_on_a_case_is_in_the_log() {
    let force = force().await;
    let mut officer = Client::signed_in(&force, "om1").await;
    for (route, act) in ON_A_CASE {
        let before = acts(&force).await.len();
        let page = walk(&mut officer, &force, route, false).await;
        // The seed's records are not real envelopes, so no bundle comes of them, and there is no picture; the log has the try all
        // the same.
        let fails = matches!(route, Route::AlertBundle | Route::AlertPicture | Route::AlertUnveil);
        let expected = fails || page.status.is_success() || page.status.is_redirection();
        assert!(expected, "{route:?}: {}", page.body);
        let after = acts(&force).await;
        assert_eq!(after.get(before..), Some([act.to_owned()].as_slice()), "{route:?}");
    }
    let rows = force.seed.ctx.store.audit_list(None, 0, 10_000).await.expect("log");
    assert!(rows.iter().all(|row| row.completed.is_some()));
}

#[tokio::test]
async fn the_case_of_another_officer_is_not_found_and_nothing_of_it_is_done() {
    let force = force().await;
    let mut officer = Client::signed_in(&force, "om1").await;
    let before = acts(&force).await.len();
    for (route, _) in ON_A_CASE {
        let page = walk(&mut officer, &force, route, true).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{route:?}");
        // The number of the operation is chance, and may hold any digits.
        let operation = between(&page.body, "Operation <code>", "</code>").expect("a number").to_owned();
        let said = page.body.replace(&operation, "");
        assert!(!said.contains("027"), "{route:?} names the other person");
    }
    for list in [Route::Inbox, Route::InboxFragment, Route::People] {
        let page = walk(&mut officer, &force, list, false).await;
        assert!(page.body.contains("Test Person 014") && !page.body.contains("Test Person 027"), "{list:?}");
    }
    assert_eq!(acts(&force).await.len(), before);
    name_index::catch_up(&force.seed.ctx).await.expect("indexed");
    let before = acts(&force).await.len();
    let found = officer.get("/people?name=person").await.body;
    assert!(found.contains("Test Person 014") && !found.contains("Test Person 027"), "{found}");
    assert_eq!(acts(&force).await.get(before..), Some(["person-find".to_owned()].as_slice()));
}

#[tokio::test]
async fn a_supervisor_sees_every_case_and_an_auditor_none() {
    let force = force().await;
    let mut supervisor = Client::supervising(&force).await;
    let mut auditor = Client::signed_in(&force, "auditor").await;
    let mut administrator = Client::signed_in(&force, "admin").await;
    let mut officer = Client::signed_in(&force, "om1").await;
    for (route, _) in ON_A_CASE {
        for others in [false, true] {
            let page = walk(&mut supervisor, &force, route, others).await;
            assert_ne!(page.status, StatusCode::NOT_FOUND, "{route:?}");
            for client in [&mut auditor, &mut administrator] {
                assert_eq!(
                    walk(client, &force, route, others).await.status,
                    StatusCode::FORBIDDEN,
                    "{route:?}"
                );
            }
        }
    }
    for (client, status) in [
        (&mut supervisor, StatusCode::OK),
        (&mut auditor, StatusCode::OK),
        (&mut administrator, StatusCode::OK),
        (&mut officer, StatusCode::FORBIDDEN),
    ] {
        assert_eq!(client.get("/audit").await.status, status);
    }
    assert_eq!(auditor.get("/").await.location, "/audit");
    for (client, status) in [
        (&mut supervisor, StatusCode::FORBIDDEN),
        (&mut auditor, StatusCode::FORBIDDEN),
        (&mut administrator, StatusCode::OK),
        (&mut officer, StatusCode::FORBIDDEN),
    ] {
        let page = client.get("/updates").await;
        assert_eq!(page.status, status);
        assert!(!page.body.contains("Test Person"), "versions of devices, and nobody's name");
    }
    assert!(acts(&force).await.contains(&"updates-view".to_owned()));
}

#[tokio::test]
async fn every_route_of_a_case_refuses_a_colleague_without_it_and_does_nothing() {
    let force = force().await;
    let mut colleague = Client::signed_in(&force, "om2").await;
    let before = acts(&force).await.len();
    let mut walked = 0;
    for route in of_a_case() {
        let page = walk(&mut colleague, &force, route, false).await;
        let is_refused = matches!(page.status, StatusCode::NOT_FOUND | StatusCode::FORBIDDEN);
        assert!(is_refused, "{route:?}: {} {}", page.status, page.body);
        let operation = between(&page.body, "Operation <code>", "</code>").unwrap_or_default().to_owned();
        assert!(!page.body.replace(&operation, "").contains("014"), "{route:?} names the other person");
        walked += 1;
    }
    assert!(walked > 25, "{walked}");
    assert_eq!(acts(&force).await.len(), before);
}

#[tokio::test]
async fn how_long_a_case_is_kept_and_answers_about_data_are_for_reviewers_who_are_not_in_charge_of_it() {
    let force = force().await;
    let store = &force.seed.ctx.store;
    let supervisor = store.officer_by_username("sup").await.expect("read").expect("one").id;
    store.case_assign(force.seed.other_case, supervisor).await.expect("assigned");
    let of_a_case =
        [Route::PersonRetention, Route::RetentionDecide, Route::RetentionSecond, Route::RightsDone];
    for name in ["om1", "auditor", "admin", "priv"] {
        let mut client = Client::signed_in(&force, name).await;
        for route in of_a_case.into_iter().chain([Route::Retention, Route::Certificate, Route::Rights]) {
            let page = walk(&mut client, &force, route, false).await;
            assert_eq!(page.status, StatusCode::FORBIDDEN, "{name} {route:?}");
        }
    }
    let before = acts(&force).await.len();
    let mut supervisor = Client::signed_in(&force, "sup").await;
    for route in of_a_case {
        let page = walk(&mut supervisor, &force, route, true).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "in charge of it: {route:?}");
    }
    for list in [Route::Retention, Route::Rights] {
        let page = walk(&mut supervisor, &force, list, false).await;
        assert!(page.status == StatusCode::OK && !page.body.contains("Test Person 027"), "{list:?}");
    }
    assert_eq!(acts(&force).await.get(before..), Some(["sign-in".to_owned()].as_slice()), "nothing was done");
    for (route, act) in
        [(Route::PersonRetention, "retention-view"), (Route::RetentionDecide, "retention-keep")]
    {
        let page = walk(&mut supervisor, &force, route, false).await;
        assert!(page.status.is_success() || page.status.is_redirection(), "{route:?}: {}", page.body);
        assert_eq!(acts(&force).await.last().map(String::as_str), Some(act), "{route:?}");
    }
}

#[tokio::test]
async fn a_form_without_its_token_or_from_another_site_does_nothing() {
    let force = force().await;
    let mut officer = Client::signed_in(&force, "om1").await;
    let before = acts(&force).await.len();
    for route in Route::ALL.into_iter().filter(|route| route.entry().0 == Method::POST) {
        let path = path(&force, route, false);
        let fields = [("username", "om1"), ("password", "x"), ("outcome", "no-concern"), ("reason", "r")];
        let page = officer.post_bare(&path, &fields).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{route:?}");
        let headers =
            [("sec-fetch-site", "cross-site"), ("content-type", "application/x-www-form-urlencoded")];
        let page = officer.ask(Method::POST, &path, String::new(), &headers).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{route:?}");
    }
    assert_eq!(acts(&force).await.len(), before);
}

#[tokio::test]
async fn every_answer_carries_the_strict_headers_and_no_page_has_anything_inline() {
    let force = force().await;
    let mut officer = Client::signed_in(&force, "om1").await;
    let paths =
        Route::ALL.into_iter().filter(|route| route.entry().0 == Method::GET && *route != Route::Events);
    for route in paths {
        let path = path(&force, route, false);
        let response = officer.raw(Method::GET, &path, String::new(), &[]).await;
        let policy = response.headers().get("content-security-policy").expect("a policy");
        assert!(
            policy.to_str().expect("ascii").starts_with("default-src 'none'; style-src 'self'"),
            "{route:?}"
        );
        assert!(response.headers().contains_key("x-content-type-options"), "{route:?}");
        let body = officer.get(&path).await.body;
        for inline in ["style=\"", "onclick=", "<style", "<script>", "javascript:"] {
            assert!(!body.contains(inline), "{route:?} has {inline}");
        }
    }
}
