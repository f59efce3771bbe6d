//! A device's page: every minute of a month, and the answer to a question about some of them.

use proviso_model::GapCause;

use super::client::{Client, between, force};

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
    assert!(
        before.body.contains("The order asked nothing of this device in February 2026."),
        "{}",
        before.body
    );
    assert!(!page.body.contains('%'), "no score");
}

#[tokio::test]
async fn what_happened_to_a_device_is_entered_corrected_and_withdrawn_on_its_page() {
    let mut force = force().await;
    force.seed.watched(30 * HOUR, 5 * HOUR).await;
    let mut officer = Client::signed_in(&force, "om1").await;
    let device = format!("/people/{}/devices/{}", force.seed.case, force.seed.device);
    let (acts, why) = (format!("{device}/acts"), ("reason", "A shop in the high street; ticket 14."));
    let repair = [("kind", "in-repair"), ("from", "2026-11-23T02:00"), why];
    for (wrong, says) in [
        (vec![("kind", "in-a-museum"), repair[1], why], "Choose what happened"),
        (vec![repair[0], ("from", "noon"), why], "Give a day and a time"),
        (vec![repair[0], repair[1], ("until", "2026-11-22T02:00"), why], "The end lies before the beginning"),
        (vec![("kind", "sold"), repair[1], ("until", "2026-11-24T02:00"), why], "leave the end empty"),
        (vec![repair[0], repair[1], ("reason", " ")], "Write why, and who told you"),
    ] {
        let page = officer.post(&acts, &wrong).await;
        assert!(page.status.is_client_error() && page.body.contains(says), "{says}: {}", page.body);
    }
    assert!(officer.post(&acts, &repair).await.status.is_redirection());
    let page = officer.get(&device).await.body;
    for words in [
        "From 23 Nov 2026, 02:00 on, without an end yet: the device was in repair",
        "A shop in the high street; ticket 14.",
        "Entered by DC Test Officer 01 on 24 Nov 2026, 02:00",
        "1 day: the device was in repair",
        "<rect class=\"act\"",
    ] {
        assert!(page.contains(words), "missing: {words}: {page}");
    }
    for list in ["/", "/people"] {
        let page = officer.get(list).await.body;
        assert!(page.contains("entered: the device was in repair"), "{list}: {page}");
    }
    let entry = between(&page, &format!("{acts}/"), "\"").expect("a form").to_owned();
    let entry = format!("{acts}/{entry}");
    let ended = [("from", "2026-11-23T02:00"), ("until", "2026-11-23T14:00"), ("reason", "It is back.")];
    assert!(officer.post(&entry, &ended).await.status.is_redirection());
    let page = officer.get(&device).await.body;
    for words in [
        "until 23 Nov 2026, 14:00: the device was in repair",
        "Corrected by",
        "What was entered before",
        "ticket 14",
    ] {
        assert!(page.contains(words), "missing: {words}: {page}");
    }
    assert!(!officer.get("/people").await.body.contains("in repair"), "it is over");
    let back = [("withdraw", "yes"), ("reason", "The wrong device.")];
    assert!(officer.post(&entry, &back).await.status.is_redirection());
    let page = officer.get(&device).await.body;
    assert!(
        page.contains("Withdrawn by") && page.contains("It is back.") && !page.contains("class=\"act\" x"),
        "{page}"
    );

    // One that is sold is released: it is off the lists of what to look after, and still on its person's page.
    let sold = [("kind", "sold"), ("from", "2026-11-23T20:00"), ("reason", "Receipt seen.")];
    assert!(officer.post(&acts, &sold).await.status.is_redirection());
    assert!(!officer.get("/").await.body.contains("Debian 12 laptop: "));
    let person = officer.get(&format!("/people/{}", force.seed.case)).await.body;
    assert!(person.contains("released; entered: the device was sold or given away"), "{person}");
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
async fn a_fault_of_a_device_is_something_to_do_until_it_is_mended_and_a_flat_battery_is_none() {
    let mut force = force().await;
    force.seed.gap(70 * HOUR, Some(3 * HOUR), GapCause::PowerOff).await;
    force.seed.watched(12 * HOUR, 5 * HOUR).await;
    force.seed.gap(2 * HOUR, None, GapCause::ExtensionStopped).await;
    let mut officer = Client::signed_in(&force, "om1").await;
    let person = format!("/people/{}", force.seed.case);
    let says = "Since 24 Nov 2026, 00:00 GMT, for 2 h, the browser was open and its extension did not answer";
    let next = "look at the next visit whether the extension is switched on";
    for page in ["/", "/inbox", person.as_str()] {
        let page = officer.get(page).await.body;
        assert!(page.contains(says) && page.contains(next), "{page}");
        assert!(!page.contains("asleep or without power: "), "a device that is off is no fault");
    }
    let inbox = officer.get("/").await.body;
    let checks = between(&inbox, "id=\"group-checks\"", "</ul>").expect("a list").to_lowercase();
    for word in ["tamper", "suspicious", "manipulat", "breach", "violat"] {
        assert!(!checks.contains(word), "{word}: {checks}");
    }
    let mut other = Client::signed_in(&force, "om2").await;
    assert!(!other.get("/").await.body.contains("group-checks"), "nothing of another officer's");
    // It answers again, and has for an hour.
    force.seed.gap(2 * HOUR, Some(HOUR), GapCause::ExtensionStopped).await;
    force.seed.watched(HOUR, HOUR).await;
    assert!(!officer.get("/").await.body.contains("group-checks"), "what is mended is gone by itself");
}

#[tokio::test]
async fn a_silent_device_is_asked_about_until_an_entry_says_why() {
    let mut force = force().await;
    force.seed.watched(58 * HOUR, 5 * HOUR).await;
    let mut officer = Client::signed_in(&force, "om1").await;
    let person = format!("/people/{}", force.seed.case);
    let page = officer.get(&person).await.body;
    assert!(
        page.contains("It has been silent since 21 Nov 2026, 21:00 GMT or longer: ask at the next visit"),
        "{page}"
    );
    let act =
        [("kind", "in-hospital"), ("from", "2026-11-21T20:30"), ("reason", "A ward told; number noted.")];
    let entered = officer.post(&format!("{person}/devices/{}/acts", force.seed.device), &act).await;
    assert!(entered.status.is_redirection(), "{}", entered.body);
    let page = officer.get(&person).await.body;
    assert!(!page.contains("It has been silent"), "{page}");
}
