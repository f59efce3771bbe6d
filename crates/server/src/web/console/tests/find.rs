//! Finding a person by name or number.

use axum::http::StatusCode;

use super::client::{Client, Force, acts, force};
use crate::app::name_index;

/// Who is listed, of the seed's two people.
fn listed(page: &str) -> Vec<&'static str> {
    let in_list = page.split("id=\"found\"").nth(1).unwrap_or_default();
    ["Test Person 014", "Test Person 027"].into_iter().filter(|name| in_list.contains(*name)).collect()
}

async fn indexed() -> Force {
    let force = force().await;
    // The seed writes rows as an older program did, which knew of no index.
    assert_eq!(name_index::catch_up(&force.seed.ctx).await.expect("indexed"), 2);
    assert_eq!(name_index::catch_up(&force.seed.ctx).await.expect("nothing to do"), 0);
    force
}

#[tokio::test]
async fn invariant_11_a_person_is_found_by_the_beginning_of_a_name_and_the_look_is_logged_before_it_is_shown()
{
    let force = indexed().await;
    let mut officer = Client::signed_in(&force, "om1").await;
    let mut supervisor = Client::signed_in(&force, "sup").await;
    for (typed, own, all) in [
        ("pers", &["Test Person 014"][..], &["Test Person 014", "Test Person 027"][..]),
        ("PERSON%20t%C3%A9st", &["Test Person 014"], &["Test Person 014", "Test Person 027"]),
        ("person+027", &[], &["Test Person 027"]),
        ("TEST/2026/027", &[], &["Test Person 027"]),
        ("pe", &[], &[]),
        ("somebody", &[], &[]),
    ] {
        let page = officer.get(&format!("/people?name={typed}")).await;
        assert_eq!((page.status, listed(&page.body).as_slice()), (StatusCode::OK, own), "{typed}");
        assert_eq!(listed(&supervisor.get(&format!("/people?name={typed}")).await.body), all, "{typed}");
    }
    let page = officer.get("/people?name=person").await.body;
    assert!(page.contains(&format!("href=\"/people/{}\"", force.seed.case)), "{page}");
    assert!(page.contains("1 person found") && page.contains("In charge: DC Test Officer 01"), "{page}");
    let nobody = officer.get("/people?name=pe").await.body;
    assert!(
        nobody.contains("Nobody was found") && nobody.contains("only when it is entered in full"),
        "{nobody}"
    );

    let rows = force.seed.ctx.store.audit_list(None, 0, 1_000).await.expect("log");
    let finds: Vec<_> = rows.iter().filter(|row| row.entry.act == "person-find").collect();
    assert_eq!(finds.len(), 14);
    assert!(finds.iter().all(|row| row.completed.is_some()));
    let whom: Vec<&str> = finds.iter().map(|row| row.entry.objects.as_str()).collect();
    assert_eq!(whom.first().copied(), Some(force.seed.case.to_string().as_str()), "whom it showed");
    assert_eq!(whom.last().copied(), Some("none"));
    let clear: String = rows.iter().map(|row| row.entry.objects.to_lowercase()).collect();
    assert!(!clear.contains("pers") && !clear.contains("somebody"), "what was typed is kept nowhere");
}

#[tokio::test]
async fn what_cannot_be_looked_for_is_said_in_words_and_nothing_is_logged() {
    let force = indexed().await;
    let mut officer = Client::signed_in(&force, "om1").await;
    let before = acts(&force).await.len();
    let long = "a".repeat(201);
    for (typed, says) in [
        ("", "Enter a name or a number"),
        ("%20-.%20", "Enter a name or a number"),
        ("p", "Enter at least 2 letters"),
        ("p+q", "Enter at least 2 letters"),
        (long.as_str(), "Enter a shorter name"),
    ] {
        let page = officer.get(&format!("/people?name={typed}")).await;
        assert!(page.status == StatusCode::OK && page.body.contains(says), "{typed}: {}", page.body);
        assert!(listed(&page.body).is_empty());
    }
    for list in ["/", "/people"] {
        let page = officer.get(list).await.body;
        assert!(page.contains("Find a person by name or number"), "{list}");
    }
    assert_eq!(acts(&force).await.len(), before);
    for (username, status) in [
        ("auditor", StatusCode::FORBIDDEN),
        ("admin", StatusCode::FORBIDDEN),
        ("dpo", StatusCode::FORBIDDEN),
        ("priv", StatusCode::FORBIDDEN),
    ] {
        let page = Client::signed_in(&force, username).await.get("/people?name=person").await;
        assert_eq!((page.status, listed(&page.body).len()), (status, 0), "{username}");
    }
    let mut digital = Client::signed_in(&force, "digital").await;
    let page = digital.get("/people?name=person").await;
    assert!(
        page.status == StatusCode::OK && listed(&page.body).is_empty(),
        "let into no case: {}",
        page.body
    );
    let page = Client::visitor(&force).get("/people?name=person").await;
    assert!(page.location.starts_with("/sign-in") && page.body.is_empty());
}
