//! Who keeps a shield list, and what the officer in charge learns of it.

use axum::http::StatusCode;

use super::client::{Client, acts, between, force};

const CONTACT: &str = "solicitor.example";

#[tokio::test]
async fn a_contact_is_protected_by_who_is_not_in_charge_of_the_case_and_the_officer_in_charge_sees_a_number()
{
    let force = force().await;
    let path = format!("/people/{}/shield", force.seed.case);
    let person = format!("/people/{}", force.seed.case);
    let mut officer = Client::signed_in(&force, "om1").await;
    for own in ["/shield", &path] {
        assert_eq!(officer.get(own).await.status, StatusCode::FORBIDDEN, "{own}");
    }
    let fields = [("contact", CONTACT), ("reason", "Checked against an invented register.")];
    assert_eq!(officer.post(&path, &fields).await.status, StatusCode::FORBIDDEN);

    let mut supervisor = Client::signed_in(&force, "sup").await;
    let list = supervisor.get("/shield").await.body;
    assert!(list.contains(&path) && list.contains("0 contacts on the list"), "{list}");
    let before = acts(&force).await.len();
    for (contact, reason, wrong) in
        [("https://solicitor.example/", "Checked.", "without https://"), (CONTACT, " ", "give a reason")]
    {
        let page = supervisor.post(&path, &[("contact", contact), ("reason", reason)]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.body.contains(wrong) && page.body.contains(contact), "{}", page.body);
    }
    let page = supervisor.post(&path, &fields).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    let page = supervisor.get(&path).await.body;
    assert!(page.contains(CONTACT) && page.contains("Checked against an invented register."), "{page}");
    let said = acts(&force).await.split_off(before);
    assert!(said.contains(&"shield-add".to_owned()) && said.contains(&"shield-view".to_owned()), "{said:?}");

    let seen = officer.get(&person).await.body;
    assert!(seen.contains("1 contact is protected") && !seen.contains(CONTACT), "{seen}");

    let id = between(&page, "name=\"ends\" value=\"", "\"").expect("a form to take it off").to_owned();
    let page = supervisor.post(&path, &[("ends", &id), ("reason", "The mandate has ended.")]).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.body);
    let page = supervisor.get(&path).await.body;
    assert!(page.contains("No contact is protected") && page.contains("The mandate has ended."), "{page}");
}
