//! Why an officer opens a case, and finding it again in the log.

use axum::http::StatusCode;

use super::client::{Client, acts, force};

#[tokio::test]
async fn who_opens_a_colleague_s_case_says_once_why_and_the_log_has_it_with_every_act() {
    let force = force().await;
    let (case, alert) = (force.seed.case, force.seed.alert);
    let mut supervisor = Client::signed_in(&force, "sup").await;
    let before = acts(&force).await.len();
    let page = supervisor.get(&format!("/alerts/{alert}")).await;
    assert_eq!(page.location, format!("/people/{case}/why?next=/alerts/{alert}"));
    let asked = supervisor.get(&page.location).await;
    assert!(asked.body.contains("Why do you open this case?") && asked.body.contains("Test Person 014"));
    // A form is not done after the fact: the officer sees first what they act on.
    let page = supervisor
        .post(&format!("/alerts/{alert}/decision"), &[("outcome", "no-concern"), ("reason", "r")])
        .await;
    assert_eq!(page.location, format!("/people/{case}/why?next=/people/{case}"));
    assert_eq!(acts(&force).await.len(), before, "nothing was shown or done");

    let why = format!("/people/{case}/why");
    assert_eq!(supervisor.post(&why, &[("reason", "curiosity")]).await.status, StatusCode::BAD_REQUEST);
    let back = format!("/alerts/{alert}");
    assert_eq!(supervisor.post(&why, &[("reason", "request"), ("next", &back)]).await.location, back);
    assert_eq!(
        supervisor.post(&why, &[("reason", "request"), ("next", "//elsewhere.example")]).await.location,
        format!("/people/{case}")
    );
    assert_eq!(supervisor.get(&back).await.status, StatusCode::OK);
    assert_eq!(
        supervisor.get(&format!("/people/{case}")).await.status,
        StatusCode::OK,
        "asked once for a case"
    );
    let other = supervisor.get(&format!("/people/{}", force.seed.other_case)).await;
    assert!(other.location.contains("/why"), "and for each case");

    let mut officer = Client::signed_in(&force, "om1").await;
    assert_eq!(officer.get(&back).await.status, StatusCode::OK, "whoever is in charge is never asked");
    assert_eq!(
        officer.get(&format!("/people/{}/why", force.seed.other_case)).await.status,
        StatusCode::NOT_FOUND
    );
    let again = Client::signed_in(&force, "sup").await.get(&back).await;
    assert!(again.location.contains("/why"), "a reason ends with its session");

    let mut auditor = Client::signed_in(&force, "auditor").await;
    let log = auditor.get(&format!("/audit?act=alert-view&about={case}")).await.body;
    assert_eq!(log.matches("The person asked or complained about something").count(), 1);
    assert_eq!(log.matches("In charge of the case").count(), 1);
}

#[tokio::test]
async fn the_log_is_searched_by_who_what_whom_and_when_and_the_search_is_in_it() {
    let force = force().await;
    let (case, alert, device) = (force.seed.case, force.seed.alert, force.seed.device);
    let mut officer = Client::signed_in(&force, "om1").await;
    for path in
        [format!("/alerts/{alert}"), format!("/people/{case}"), format!("/people/{case}/devices/{device}")]
    {
        assert_eq!(officer.get(&path).await.status, StatusCode::OK);
    }
    officer.post(&format!("/people/{case}/enrolment-code"), &[]).await;
    let om1 = force.seed.ctx.store.officer_by_username("om1").await.expect("read").expect("there");
    let mut auditor = Client::signed_in(&force, "auditor").await;
    // What is asked, what is found, and what is not.
    let (viewed, looked, coded) =
        (">viewed the alert</td>", ">viewed the person’s page</td>", ">made an enrolment code</td>");
    let searches = [
        (format!("who=officer:{}&kind=consultation", om1.id), [true, true, false]),
        ("kind=collection".to_owned(), [false, false, true]),
        (format!("about={case}"), [true, true, true]),
        (format!("about={alert}"), [true, false, false]),
        (format!("about={}", force.seed.other_case), [false; 3]),
        ("act=case-view".to_owned(), [false, true, false]),
        ("kind=administration".to_owned(), [false; 3]),
        ("from=2026-11-24&until=2026-11-24".to_owned(), [true; 3]),
        ("from=2026-11-25".to_owned(), [false; 3]),
        ("until=2026-11-23".to_owned(), [false; 3]),
        ("about=%27%20OR%201=1".to_owned(), [false; 3]),
        ("about=x%27OR%271%27=%271".to_owned(), [false; 3]),
    ];
    for (search, found) in searches {
        let page = auditor.get(&format!("/audit?{search}")).await.body;
        assert_eq!([viewed, looked, coded].map(|act| page.contains(act)), found, "{search}");
    }
    let read = auditor.get("/audit?act=audit-read").await.body;
    assert!(read.contains(&format!("about={case}")), "what was looked for is in the log");
    assert_eq!(auditor.get("/audit?from=yesterday").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(officer.get("/audit?kind=collection").await.status, StatusCode::FORBIDDEN);
}
