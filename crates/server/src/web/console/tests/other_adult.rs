//! Another adult on a device's page: approved with a code that is shown once, told of with counts, withdrawn.

use proviso_model::other_adult::{OTHER_ADULT_MINUTES_MAX, OTHER_ADULT_SESSIONS_MAX};
use proviso_model::{GapCause, InputCounts, OtherAdultEnd, OtherAdultTold};

use super::client::{Client, Force, acts, between, force};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const WHY: (&str, &str) = ("reason", "One device in the household; consent on file.");

fn form(changed: (&'static str, &'static str)) -> Vec<(&'static str, &'static str)> {
    let fields = [
        ("name", "An adult of the household"),
        ("minutes", "45"),
        ("sessions", "2"),
        ("until", "2026-12-24"),
        WHY,
    ];
    fields.into_iter().map(|field| if field.0 == changed.0 { changed } else { field }).collect()
}

/// Tells of a session of so many minutes that began so long ago, as its device does.
async fn session(force: &mut Force, ago: i64, minutes: i64, input: Option<InputCounts>) {
    let from = force.seed.ctx.now().plus_millis(-ago);
    let rows = force.seed.ctx.store.other_adult_list(force.seed.case).await.expect("read");
    force.seed.gap(ago, Some(minutes * MINUTE), GapCause::OtherAdult).await;
    let uncounted = if input.is_some() { String::new() } else { "the session runs on Wayland".to_owned() };
    let told = OtherAdultTold::Session {
        approval: rows[0].terms.id,
        from,
        until: from.plus_millis(minutes * MINUTE),
        ended: OtherAdultEnd::Cap,
        input,
        uncounted,
    };
    force.seed.other_adult(told).await;
}

#[tokio::test]
async fn another_adult_is_approved_on_the_device_s_page_with_a_code_shown_once_and_withdrawn_there() {
    let force = force().await;
    let mut officer = Client::signed_in(&force, "om1").await;
    let device = format!("/people/{}/devices/{}", force.seed.case, force.seed.device);
    let other_adult = format!("{device}/other-adult");
    let page = officer.get(&device).await.body;
    assert!(
        page.contains("Nobody is approved.") && page.contains("An account of their own is the first advice")
    );
    let (minutes, sessions) = (OTHER_ADULT_MINUTES_MAX, OTHER_ADULT_SESSIONS_MAX);
    assert!(page.contains(&format!("max=\"{minutes}\"")) && page.contains(&format!("max=\"{sessions}\"")));
    let before = acts(&force).await.len();
    for (wrong, says) in [
        (("minutes", "121"), "120 minutes"),
        (("sessions", "many"), "1 to 6 sessions a day"),
        (("until", "2026-11-01"), "last day that has not passed"),
        (("until", "soon"), "Give the last day"),
        (("name", " "), "who the other adult is"),
        (("reason", " "), "Write why"),
    ] {
        let page = officer.post(&other_adult, &form(wrong)).await;
        assert!(page.status.is_client_error() && page.body.contains(says), "{says}: {}", page.body);
    }
    assert_eq!(acts(&force).await.len(), before, "a form that is wrong does nothing");

    let page = officer.post(&other_adult, &form(("", ""))).await;
    let code =
        between(&page.body, "class=\"pv-code pv-code--long\"", "</p>").and_then(|text| text.split_once('>'));
    let code = code.expect("a code").1.to_owned();
    assert_eq!(code.len(), 19, "{code}");
    assert!(page.body.contains("give it to that adult yourself, not to the person"));
    let page = officer.get(&device).await.body;
    for words in [
        "An adult of the household: at most 45 min at a time, 2 sessions a day, until 25 Dec 2026, 00:00",
        "(stands)",
        "Approved by DC Test Officer 01 on 24 Nov 2026, 02:00",
        "Withdraw it",
    ] {
        assert!(page.contains(words), "missing: {words}: {page}");
    }
    assert!(!page.contains(&code) && !page.contains("Approve, and show"), "one at a time, and no code twice");
    let again = officer.post(&other_adult, &form(("", ""))).await;
    assert!(again.status.is_client_error() && again.body.contains("withdraw that approval first"));

    let entry = between(&page, &format!("{other_adult}/"), "\"").expect("a form").to_owned();
    let done = officer.post(&format!("{other_adult}/{entry}"), &[("reason", "The PIN was passed on.")]).await;
    assert!(done.status.is_redirection(), "{}", done.body);
    let page = officer.get(&device).await.body;
    let withdrawn = "Withdrawn by DC Test Officer 01 on 24 Nov 2026, 02:00: The PIN was passed on.";
    assert!(page.contains(withdrawn) && page.contains("Approve, and show"), "{page}");
}

#[tokio::test]
async fn a_session_is_put_to_the_officer_with_its_counts_and_says_nothing_of_what_anybody_did() {
    let mut force = force().await;
    let mut officer = Client::signed_in(&force, "om1").await;
    let device = format!("/people/{}/devices/{}", force.seed.case, force.seed.device);
    let made = officer.post(&format!("{device}/other-adult"), &form(("", ""))).await;
    assert!(made.status.is_success(), "{}", made.body);
    force.seed.watched(30 * HOUR, 5 * HOUR).await;
    session(&mut force, 28 * HOUR, 45, Some(InputCounts { keys: 512, pointer: 1 })).await;
    session(&mut force, 26 * HOUR, 10, None).await;
    let wrong = OtherAdultTold::WrongPins {
        approval: force.seed.ctx.store.other_adult_list(force.seed.case).await.expect("read")[0].terms.id,
        at: force.seed.ctx.now().plus_millis(-25 * HOUR),
        count: 5,
    };
    force.seed.other_adult(wrong).await;
    let page = officer.get(&device).await.body;
    let gap = "not watched: another adult's session, begun with a PIN";
    let gap = gap.replace('\'', "&#39;");
    for words in [
        format!(
            "22:00 to 22:45 (45 min), {gap}; in the whole session 512 key presses and 1 pointer press were counted"
        ),
        format!(
            "00:00 to 00:10 (10 min), {gap}; in the whole session input could not be counted: the session runs on Wayland"
        ),
        "22 Nov 2026, 22:00 to 22:45 (45 min): 512 key presses".to_owned(),
        "its time was up".to_owned(),
        "From 23 Nov 2026, 01:00: 5 wrong PINs were tried".to_owned(),
        "No approval stood on this server then".to_owned(),
    ] {
        assert!(page.contains(&words), "missing: {words}: {page}");
    }
    let asked = officer.get(&format!("{device}?day=2026-11-22&from=22:10&until=22:20")).await.body;
    assert!(asked.contains("It was not watching: 10 min.") && asked.contains("512 key presses"), "{asked}");

    let says = "it was used by another adult, unwatched: 2 sessions, 55 min in all, 512 key presses and 1 pointer press were counted, but not all";
    for list in ["/".to_owned(), format!("/people/{}", force.seed.case)] {
        let page = officer.get(&list).await.body;
        assert!(page.contains(says), "{list}: {page}");
        assert!(page.contains("5 wrong PINs were tried"), "{list}");
    }
    let inbox = officer.get("/").await.body;
    let checks = between(&inbox, "id=\"group-checks\"", "</ul>").expect("a list").to_lowercase();
    for word in ["tamper", "suspicious", "manipulat", "breach", "violat", "deliberate"] {
        assert!(!checks.contains(word), "{word}: {checks}");
    }
}
