//! Every route, from the table that the router is built from.

use axum::http::{Method, StatusCode};

use super::client::{Client, Force, acts, between, force};
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
    let path = path.replace("{entry}", "0b5c5bb4-0d38-4d3c-9c0f-6a8a5a4b0e57");
    let path = path.replace("{hash}", &"ab".repeat(32));
    path.replace("{notice}", &notice.to_string()).replace("{device}", &device.to_string())
}

fn fields(route: Route) -> &'static [(&'static str, &'static str)] {
    match route {
        Route::AlertDecide => &[("outcome", "no-concern"), ("reason", "Read it; an ordinary message.")],
        Route::DeviceNoticeSeen => &[("reason", "The disk was replaced at a shop; receipt shown.")],
        Route::AlertNames => &[("reason", "decide")],
        Route::AlertBundle => &[("passage", "leave-out")],
        Route::DeviceAct => {
            &[("kind", "in-hospital"), ("from", "2026-11-23T08:00"), ("reason", "A ward told; number noted.")]
        }
        Route::OtherAdultApprove => &[
            ("name", "An adult of the household"),
            ("minutes", "60"),
            ("sessions", "1"),
            ("until", "2026-12-24"),
            ("reason", "One device in the household; a second account is being set up."),
        ],
        _ => &[],
    }
}

async fn walk(client: &mut Client, force: &Force, route: Route, others: bool) -> super::client::Page {
    let path = path(force, route, others);
    match route.entry().0 {
        Method::POST => client.post(&path, fields(route)).await,
        _ => client.get(&path).await,
    }
}

/// Routes that show or change something of a case, and the act that each must leave in the log.
const ON_A_CASE: [(Route, &str); 14] = [
    (Route::Alert, "alert-view"),
    (Route::AlertContent, "content-open"),
    (Route::AlertNames, "names-open"),
    (Route::AlertDecide, "alert-decide"),
    (Route::AlertDecided, "alert-view"),
    (Route::AlertBundle, "bundle-export"),
    (Route::AlertPicture, "picture-preview"),
    (Route::AlertUnveil, "picture-unveil"),
    (Route::Person, "case-view"),
    (Route::Coverage, "coverage-view"),
    (Route::DeviceAct, "device-act"),
    (Route::OtherAdultApprove, "other-adult-approve"),
    (Route::EnrolmentCode, "enrolment-code"),
    (Route::DeviceNoticeSeen, "device-notice-seen"),
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
}

#[tokio::test]
async fn a_supervisor_sees_every_case_and_an_auditor_none() {
    let force = force().await;
    let mut supervisor = Client::signed_in(&force, "sup").await;
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
