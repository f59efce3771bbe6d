//! Cover as supervisors enter it.

use axum::http::StatusCode;

use super::client::{Client, acts, force};

#[tokio::test]
async fn a_supervisor_enters_a_cover_which_opens_the_cases_until_it_is_ended() {
    let force = force().await;
    let id = async |name| {
        force.seed.ctx.store.officer_by_username(name).await.expect("read").expect("there").id.to_string()
    };
    let (om1, om2) = (id("om1").await, id("om2").await);
    let (mut supervisor, mut cover) =
        (Client::signed_in(&force, "sup").await, Client::signed_in(&force, "om2").await);
    let case = format!("/people/{}", force.seed.case);
    assert_eq!(cover.get(&case).await.status, StatusCode::NOT_FOUND);
    assert_eq!(cover.get("/cover").await.status, StatusCode::FORBIDDEN);
    assert_eq!(
        cover.post("/cover", &[("officer", &om1), ("covered_by", &om2)]).await.status,
        StatusCode::FORBIDDEN
    );

    supervisor.get("/cover").await;
    let form = |from, until| {
        [
            ("officer", om1.as_str()),
            ("covered_by", om2.as_str()),
            ("from", from),
            ("until", until),
            ("away", "yes"),
        ]
    };
    for (from, until) in [
        ("2026-11-23T08:00", "2026-11-22T08:00"),
        ("2026-11-23T08:00", "never"),
        ("2026-11-23T08:00", "2028-11-23T08:00"),
    ] {
        let page = supervisor.post("/cover", &form(from, until)).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{until}");
        assert!(
            page.body.contains("Nothing was entered") && page.body.contains(&format!("value=\"{from}\"")),
            "{until}"
        );
    }
    assert!(!acts(&force).await.contains(&"cover-add".to_owned()));
    let page = supervisor.post("/cover", &form("2026-11-23T08:00", "2026-12-08T08:00")).await;
    assert_eq!(page.location, "/cover", "{}", page.body);
    let page = supervisor.get("/cover").await.body;
    assert!(page.contains("<strong>Now</strong>, until") && page.contains("Entered by DS Test Officer 03"));
    assert_eq!(cover.get(&case).await.status, StatusCode::OK);

    let covers = force.seed.ctx.store.cover_list(force.seed.ctx.now()).await.expect("read");
    let standing = covers.first().expect("one");
    let end = format!("/cover/{}", standing.id);
    assert_eq!(supervisor.post(&end, &[]).await.location, "/cover");
    assert_eq!(supervisor.post(&end, &[]).await.status, StatusCode::CONFLICT);
    assert_eq!(cover.get(&case).await.status, StatusCode::NOT_FOUND);
    let made: Vec<_> = acts(&force).await.into_iter().filter(|act| act.starts_with("cover-")).collect();
    assert_eq!(made, ["cover-add", "cover-end", "cover-end"], "the second ending is in the log as failed");
}
