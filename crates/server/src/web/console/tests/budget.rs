//! What a day's work is, and what stands below it.

use proviso_model::observation::Act;
use proviso_model::order::ConditionKind;
use proviso_store::Priority;

use super::client::{Client, between, force};
use super::seed::Raise;
use crate::app::officer::budget;

const DAY_MILLIS: i64 = 24 * 3_600_000;

/// How many alerts stand under each heading of the inbox that has any.
fn groups(page: &str) -> Vec<(String, usize)> {
    let parts = page.split("<h2 class=\"pv-group\" id=\"group-").skip(1);
    let counted = parts.map(|part| {
        (part.split('"').next().unwrap_or_default().to_owned(), part.matches("data-alert=").count())
    });
    counted.filter(|(_, rows)| *rows > 0).collect()
}

#[tokio::test]
async fn what_is_more_than_a_day_s_work_stands_lower_until_it_is_due_and_is_never_hidden() {
    let mut force = force().await;
    for (paragraph, priority) in [
        ("3", Priority::ThisWeek),
        ("5", Priority::ThisWeek),
        ("6", Priority::NextVisit),
        ("7", Priority::Now),
    ] {
        let condition = ConditionKind::ProhibitedSearches;
        force.seed.raise(&Raise { paragraph, condition, priority, act: Act::Opened, ago_millis: 0 }).await;
    }
    let mut officer = Client::signed_in(&force, "om1").await;
    let inbox = async |officer: &mut Client| {
        let page = officer.get("/").await.body;
        groups(&page).into_iter().map(|(key, rows)| format!("{key} {rows}")).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(inbox(&mut officer).await, "now 1, first 1, soon 2, later 1", "no budget is set");

    let set = async |per_day| budget::set(&force.seed.ctx, "command-line", per_day).await.expect("set");
    for (per_day, expected) in [
        (5, "now 1, first 1, soon 2, later 1"),
        (4, "now 1, first 1, soon 2, over 1"),
        (3, "now 1, first 1, soon 1, over 2"),
        // What cannot wait stands where it stands, however small the budget.
        (1, "now 1, first 1, over 3"),
    ] {
        set(Some(per_day)).await;
        assert_eq!(inbox(&mut officer).await, expected, "{per_day} a day");
    }
    let page = officer.get("/").await.body;
    let heading = between(&page, "id=\"group-over\">", "</h2>").expect("a heading");
    assert!(heading.contains("the force asks for 1 a day, and 0 were decided today"), "{heading}");

    // A decision is part of the day's work; the next day begins anew.
    set(Some(4)).await;
    let alert = format!("/alerts/{}", force.seed.alert);
    officer.get(&alert).await;
    officer.post(&format!("{alert}/decision"), &[("outcome", "no-concern"), ("reason", "Read it.")]).await;
    assert_eq!(inbox(&mut officer).await, "now 1, soon 2, over 1");
    force.clock.advance_millis(DAY_MILLIS);
    let mut officer = Client::signed_in(&force, "om1").await;
    assert_eq!(inbox(&mut officer).await, "now 1, soon 2, later 1");
    // What is overdue is asked for whatever the budget says.
    set(Some(1)).await;
    assert_eq!(inbox(&mut officer).await, "now 1, over 3");
    force.clock.advance_millis(7 * DAY_MILLIS);
    let mut officer = Client::signed_in(&force, "om1").await;
    assert_eq!(inbox(&mut officer).await, "now 1, soon 2, over 1");

    let mut supervisor = Client::signed_in(&force, "sup").await;
    let all = inbox(&mut supervisor).await;
    assert!(!all.contains("over"), "who looks over everybody’s cases has no budget of their own: {all}");
    assert!(budget::set(&force.seed.ctx, "command-line", Some(0)).await.is_err());
    set(None).await;
    assert_eq!(inbox(&mut officer).await, "now 1, soon 2, later 1");
}
