//! A device's page: every minute of a month, and the answer to a question about some of them.

use proviso_model::GapCause;

use super::client::{Client, force};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// The seed's now is 24 November 2026, 02:00 UTC, and its devices were enrolled 75 hours before.
#[tokio::test]
async fn a_device_page_says_of_every_minute_who_watched_or_why_nobody_did() {
    let mut force = force().await;
    force.seed.watched(30 * HOUR, 5 * HOUR).await;
    force.seed.gap(25 * HOUR, Some(40 * MINUTE), GapCause::PowerOff).await;
    let mut officer = Client::signed_in(&force, "om1").await;
    let device = format!("/people/{}/devices/{}", force.seed.case, force.seed.device);
    let person = officer.get(&format!("/people/{}", force.seed.case)).await;
    assert!(person.body.contains(&format!("href=\"{device}\"")), "the person's page leads there");
    let page = officer.get(&device).await;
    for words in [
        "Every minute: Debian 12 laptop",
        // 75 hours: 4500 minutes.
        "Under the order: 3 days 3 h. Watched 5 h; not watched 2 days 22 h.",
        "40 min: the device was off, asleep or without power",
        "2 days 21 h: nothing was received from the device",
        "01:00 to 01:40 (40 min), not watched: the device was off, asleep or without power",
        "<rect class=\"gap\"",
        "Time that was not watched says nothing about what was done in it.",
    ] {
        assert!(page.body.contains(words), "missing: {words}: {}", page.body);
    }
    let asked = officer.get(&format!("{device}?day=2026-11-23&from=00:30&until=01:30")).await;
    for words in [
        "Monday 23 November 2026, 00:30 to 01:30 GMT",
        "It was watching for 30 min and not watching for 30 min.",
        "00:30 to 01:00 (30 min), watched, by the browser, the monitoring program itself",
        "other programs’ windows were not looked into",
        "It never sees passwords",
    ] {
        assert!(asked.body.contains(words), "missing: {words}: {}", asked.body);
    }
    let night = officer.get(&format!("{device}?day=2026-11-22&from=23:50&until=00:10")).await;
    assert!(night.body.contains("Sunday 22 November 2026, 23:50 to 00:10 GMT"), "over midnight");
    let wrong = officer.get(&format!("{device}?day=2026-11-23&from=noon&until=13:00")).await;
    assert!(wrong.body.contains("Give a day and two times of it"), "{}", wrong.body);
    let before = officer.get(&format!("{device}?month=2026-02")).await;
    assert!(before.body.contains("The order asked nothing of this device in this month."), "{}", before.body);
    assert!(!page.body.contains('%'), "no score");
}

#[tokio::test]
async fn a_device_page_of_a_case_that_is_not_the_officer_s_is_not_there() {
    let force = force().await;
    let mut officer = Client::signed_in(&force, "om1").await;
    let others = format!("/people/{}/devices/{}", force.seed.other_case, force.seed.other_device);
    assert_eq!(officer.get(&others).await.status, axum::http::StatusCode::NOT_FOUND);
    let mixed = format!("/people/{}/devices/{}", force.seed.case, force.seed.other_device);
    assert_eq!(officer.get(&mixed).await.status, axum::http::StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn faults_of_a_device_are_something_to_do_and_a_flat_battery_is_none() {
    let mut force = force().await;
    force.seed.gap(70 * HOUR, Some(3 * HOUR), GapCause::PowerOff).await;
    force.seed.gap(60 * HOUR, Some(2 * HOUR), GapCause::AgentStopped).await;
    force.seed.watched(58 * HOUR, 5 * HOUR).await;
    let mut officer = Client::signed_in(&force, "om1").await;
    let page = officer.get(&format!("/people/{}", force.seed.case)).await.body;
    for words in [
        "It has been silent since 21 Nov 2026, 21:00 GMT or longer: ask at the next visit.",
        "for 2 h, the monitoring program was not running: look at the next visit whether it starts by itself",
    ] {
        assert!(page.contains(words), "missing: {words}: {page}");
    }
    assert!(!page.contains("asleep or without power: "), "a device that is off is no fault");
    let tasks =
        page.split("aria-label=\"To do").nth(1).and_then(|rest| rest.split("</ul>").next()).expect("a list");
    for word in ["tamper", "suspicious", "manipulat"] {
        assert!(!tasks.to_lowercase().contains(word), "{word}: {tasks}");
    }
}
