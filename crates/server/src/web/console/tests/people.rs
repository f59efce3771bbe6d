//! A person's page and what an inbox says of silent devices.

use proviso_model::GapCause;

use super::client::{Client, force};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

#[tokio::test]
async fn invariant_08_watched_time_and_gaps_are_said_with_their_cause_and_never_as_a_score() {
    let mut force = force().await;
    force.seed.notice(75 * HOUR).await;
    force.seed.watched(30 * HOUR, 5 * HOUR + 12 * MINUTE).await;
    force.seed.gap(20 * HOUR, Some(40 * MINUTE), GapCause::ExtensionStopped).await;
    let mut officer = Client::signed_in(&force, "om1").await;
    let page = officer.get(&format!("/people/{}", force.seed.case)).await;
    for words in [
        "Under the order: 3 days 3 h. Watched 5 h 12 min; not watched 2 days 21 h.",
        "40 min: the browser was open and its extension did not answer",
        "The notice was shown and acknowledged",
        "Not watched (the browser): the browser was open and its extension did not answer",
        "Lasted 40 min",
        "Must not use private or incognito browsing on any device.",
        "In force from 2 March 2026 to 1 March 2031",
        "Debian 12 laptop was enrolled",
        "Friday 20 November 2026",
    ] {
        assert!(page.body.contains(words), "missing: {words}");
    }
    assert!(!page.body.contains('%'), "no score");
}

#[tokio::test]
async fn an_empty_inbox_says_whether_devices_are_quiet_or_silent() {
    let force = force().await;
    let mut officer = Client::signed_in(&force, "om1").await;
    let alert = format!("/alerts/{}", force.seed.alert);
    officer.get(&alert).await;
    officer.post(&format!("{alert}/decision"), &[("outcome", "no-concern"), ("reason", "Read it.")]).await;
    let quiet = officer.get("/").await.body;
    assert!(quiet.contains("All quiet") && quiet.contains("Debian 12 laptop: watching"), "{quiet}");
    force.clock.advance_millis(20 * MINUTE);
    let silent = officer.get("/").await.body;
    assert!(!silent.contains("All quiet"));
    assert!(
        silent.contains("The only device is silent or not watching. Silence is not a sign that all is well")
    );
    assert!(silent.contains("silent; it was watching when last heard of"));
    assert!(silent.contains("Last heard of 20 min ago"));
}

#[tokio::test]
async fn what_is_overdue_says_by_how_much() {
    let force = force().await;
    force.clock.advance_millis(27 * HOUR);
    let mut officer = Client::signed_in(&force, "om1").await;
    let inbox = officer.get("/").await.body;
    assert!(inbox.contains("1 alert waits for a decision; 1 overdue."), "{inbox}");
    assert!(inbox.contains("Overdue by 3 h"));
}

#[tokio::test]
async fn a_notice_about_a_device_is_in_the_inbox_until_an_officer_says_what_was_found_out() {
    let force = force().await;
    let mut officer = Client::signed_in(&force, "om1").await;
    let words = "Debian 12 laptop sent two different records with number 41.";
    let inbox = officer.get("/").await.body;
    assert!(inbox.contains("About devices") && inbox.contains(words), "{inbox}");
    assert!(!inbox.contains("Windows 11 PC sent"), "not of another officer's case");
    let person = format!("/people/{}", force.seed.case);
    let page = officer.get(&person).await.body;
    assert!(page.contains(words) && page.contains("Both are kept. Nothing was overwritten."), "{page}");

    let mark = format!("{person}/device-notices/{}", force.seed.device_notice);
    let empty = officer.post(&mark, &[("reason", "  ")]).await;
    assert!(empty.body.contains("write why"), "{}", empty.body);
    officer.post(&mark, &[("reason", "The disk was replaced; receipt shown.")]).await;
    assert!(!officer.get("/").await.body.contains("About devices"), "it is out of the inbox");
    let page = officer.get(&person).await.body;
    assert!(page.contains("Marked as seen by DC Test Officer 01"), "{page}");
    assert!(page.contains("The disk was replaced; receipt shown."), "and stays on the person's page");
    let again = officer.post(&mark, &[("reason", "Twice.")]).await;
    assert!(again.body.contains("marked this as seen already"), "{}", again.body);
}
