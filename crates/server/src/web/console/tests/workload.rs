//! The page of a supervisor's team, and what decisions say of rules.

use super::client::{Client, acts, force};
use crate::app::officer::rules;

#[tokio::test]
async fn a_supervisor_sees_who_has_how_much_and_how_often_a_rule_is_upheld() {
    let force = force().await;
    let mut supervisor = Client::signed_in(&force, "sup").await;
    let page = supervisor.get("/workload").await.body;
    let row = page.split("<tr>").find(|row| row.contains("DC Test Officer 01")).expect("the officer's row");
    assert!(
        page.contains("Waiting longest") && page.contains(&format!("/alerts/{}", force.seed.alert)),
        "{page}"
    );
    assert!(!row.contains("<td>0</td><td>0</td>"), "open alerts are counted: {row}");
    assert!(page.contains(r#"aria-current="page">Team"#) && !page.contains(">Protected contacts</a></li>"));

    let nothing = supervisor.get("/rules").await.body;
    assert!(nothing.contains("Nothing was decided") && nothing.contains("has set no floor"), "{nothing}");
    let mut officer = Client::signed_in(&force, "om1").await;
    let alert = format!("/alerts/{}", force.seed.alert);
    officer.get(&alert).await;
    let decided = [("outcome", "mistaken-finding"), ("reason", "A recipe, read as something else.")];
    let page = officer.post(&format!("{alert}/decision"), &decided).await;
    assert!(page.status.is_redirection(), "{}", page.body);

    rules::set_floor(&force.seed.ctx, "command-line", Some(30)).await.expect("set");
    let page = supervisor.get("/rules").await.body;
    let row = page.split("<tr>").find(|row| row.contains("0 of 1")).expect("the rule's row");
    assert!(row.contains("0 to 80 %") && !row.contains("Proposed"), "one decision proposes nothing: {row}");
    assert!(page.contains("The force’s floor is 30 %"));
    let page = supervisor.get("/workload").await.body;
    let row = page.split("<tr>").find(|row| row.contains("DC Test Officer 01")).expect("the officer's row");
    assert!(row.contains("<td>1</td><td>nobody</td>"), "decided today: {row}");
    let log = acts(&force).await;
    let seen = |act: &str| log.iter().filter(|one| *one == act).count();
    assert_eq!((seen("rules-view"), seen("rule-floor-set")), (2, 1));
}
