//! A visit from beginning to end: the plan, the pack, the record, the next pack, and the text for other registers.

use axum::body::to_bytes;
use axum::http::{Method, StatusCode};
use proviso_model::GapCause;
use proviso_store::VisitDrawRow;

use super::client::{Client, Force, acts, between, force};
use crate::app::officer::planner;

const HOUR: i64 = 3_600_000;

async fn paper(client: &Client, path: &str) -> Vec<u8> {
    let answer = client.raw(Method::GET, path, String::new(), &[]).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers().get("content-type").expect("a kind"), "application/pdf");
    to_bytes(answer.into_body(), 4 << 20).await.expect("bytes").to_vec()
}

fn says(page: &str, words: &[&str]) {
    for words in words {
        assert!(page.contains(words), "missing: {words}: {page}");
    }
    for never in ["heron", "old mill", "%"] {
        assert!(!page.contains(never), "{never}: {page}");
    }
}

/// A force in whose first case much was unwatched.
async fn with_gaps() -> Force {
    let mut force = force().await;
    force.seed.watched(70 * HOUR, 40 * HOUR).await;
    force.seed.gap(30 * HOUR, Some(5 * HOUR), GapCause::ExtensionStopped).await;
    force.seed.gap(25 * HOUR, Some(10 * HOUR), GapCause::PowerOff).await;
    force.seed.watched(15 * HOUR, 15 * HOUR).await;
    force
}

#[tokio::test]
async fn a_pack_says_what_to_ask_and_check_without_a_word_of_what_was_captured() {
    let force = with_gaps().await;
    let mut officer = Client::signed_in(&force, "om1").await;
    let person = format!("/people/{}", force.seed.case);
    let pack = format!("{person}/visit-pack");
    says(
        &officer.get(&pack).await.body,
        &[
            "Visit pack: Test Person 014",
            "No visit is on record.",
            "Stop where an answer",
            "Caution the person",
            "Paragraph 4 (Specified words): Words were typed. Seen once, 24 Nov, 01:20",
            "Waits for a decision for less than a minute.",
            "22 Nov 2026, 20:00 GMT, for 5 h, Debian 12 laptop, account account-a: the browser was open and its extension did not answer.",
            "other gap", // The night is not asked about.
            "Watching. Heard of just now",
            "Debian 12 laptop sent two different records with number 41.",
            "Nothing that was agreed is open.",
            "In force; ends on 1 March 2031, in 4 years.",
            "Must not use private or incognito browsing on any device.",
        ],
    );
    let pdf = format!("{pack}.pdf");
    let first = paper(&officer, &pdf).await;
    assert!(first.starts_with(b"%PDF-"), "a PDF");
    assert_eq!(paper(&officer, &pdf).await, first, "the same facts, the same bytes");
    officer.get(&format!("/alerts/{}", force.seed.alert)).await;
    let decided = [("outcome", "discuss-at-visit"), ("reason", "To be spoken of.")];
    officer.post(&format!("/alerts/{}/decision", force.seed.alert), &decided).await;
    let page = officer.get(&pack).await.body;
    says(
        &page,
        &["Decided: to discuss at this visit", "decided on 24 November 2026 to discuss it", "None. Of "],
    );
    assert_ne!(paper(&officer, &pdf).await, first, "other facts");
}

/// What an officer writes of a visit.
fn written<'f>(how: &'f str, gap: &'f str, seen: &'f str) -> [(&'f str, &'f str); 10] {
    [
        ("at", "2026-11-24T01:30"),
        ("met", "seen"),
        ("present", "DC Test Officer 01; a support worker"),
        ("seen", seen),
        (how, "working"),
        ("gap-0", gap),
        ("why-0", "the browser was open and its extension did not answer"),
        ("answer-0", "An update asked for a restart; shown."),
        ("agreed-0", "Bring the charger"),
        ("due-0", "2026-11-20"),
    ]
}

#[tokio::test]
async fn what_the_pack_asks_the_record_answers_and_the_next_pack_carries_on() {
    let force = with_gaps().await;
    let mut officer = Client::signed_in(&force, "om1").await;
    let person = format!("/people/{}", force.seed.case);
    let pack = format!("{person}/visit-pack");
    let form = format!("{person}/visit-record");
    let page = officer.get(&form).await.body;
    let gap = between(&page, "name=\"gap-0\" value=\"", "\"").expect("a gap").to_owned();
    let how = format!("how-{}", force.seed.device);
    let wrong = officer.post(&form, &written(&how, &gap, "")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    says(
        &wrong.body,
        &["Write what was seen and said", "An update asked for a restart; shown.", "Bring the charger"],
    );
    let before = acts(&force).await.len();
    let kept = officer.post(&form, &written(&how, &gap, "Both rooms were shown.")).await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.body);
    assert_eq!(acts(&force).await.get(before..), Some(["visit-record".to_owned()].as_slice()));
    let recorded = [
        "Visit on Tuesday 24 November 2026, 01:30",
        "DC Test Officer 01; a support worker",
        "Both rooms were shown.",
        "account account-a. Looked at; its sign says that it is monitored.",
        "for 5 h, Debian 12 laptop",
        "An update asked for a restart; shown.",
        "Bring the charger (agreed on 24 November 2026; was due on 20 November 2026, 4 days ago)",
    ];
    says(&officer.get(&kept.location).await.body, &recorded);
    let todo = "Bring the charger (agreed on 24 November 2026; was due on 20 November 2026, 4 days ago)";
    says(&officer.get(&pack).await.body, &["Last met on 24 November 2026", todo]);
    let page = officer.get(&person).await.body;
    says(&page, &[todo, "Visit: The person was met", kept.location.as_str(), "alerts: 1"]);

    let page = officer.get(&form).await.body;
    let settled = between(&page, "name=\"settled-", "\"").expect("what is open").to_owned();
    let settled = format!("settled-{settled}");
    let fields = [
        ("at", "2026-11-24T01:50"),
        ("met", "not-in"),
        ("seen", "The charger lay at the door."),
        (&settled, "yes"),
    ];
    let second = officer.post(&form, &fields).await;
    says(&officer.get(&second.location).await.body, &["The person was not in", "Settled at this visit"]);
    let page = officer.get(&pack).await.body;
    says(&page, &["Nothing that was agreed is open.", "Last met on 24 November 2026"]);

    let mut other = Client::signed_in(&force, "om2").await;
    for path in
        [kept.location.clone(), kept.location.replace(&person, &format!("/people/{}", force.seed.other_case))]
    {
        assert_eq!(other.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn what_a_form_should_not_say_is_refused_with_why() {
    let force = force().await;
    let mut officer = Client::signed_in(&force, "om1").await;
    let form = format!("/people/{}/visit-record", force.seed.case);
    officer.get(&form).await;
    let stranger = format!("how-{}", force.seed.other_device);
    let good = [("at", "2026-11-24T01:00"), ("met", "seen"), ("seen", "All was well.")];
    for (changed, why) in [
        (("at", "soon"), "Give the day and the time of the visit"),
        (("at", "2026-11-25T01:00"), "lies in the future"),
        (("met", "perhaps"), "Choose whether the person was met"),
        (("due-0", "2026-12-01"), "Write what was agreed beside the day"),
        ((stranger.as_str(), "working"), "none of this person’s"),
        (("settled-nothing", "yes"), "not as the page made it"),
    ] {
        let fields = good.iter().filter(|(name, _)| *name != changed.0).copied().chain([changed]);
        let page = officer.post(&form, &fields.collect::<Vec<_>>()).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{changed:?}");
        assert!(page.body.contains(why), "{changed:?}: {}", page.body);
    }
    assert!(!acts(&force).await.contains(&"visit-record".to_owned()));
}

#[tokio::test]
async fn text_for_other_registers_has_times_in_utc_and_here_and_only_facts() {
    let force = with_gaps().await;
    let mut officer = Client::signed_in(&force, "om1").await;
    let page = officer.get(&format!("/people/{}/text", force.seed.case)).await.body;
    let text = between(&page, "readonly spellcheck=\"false\">", "</textarea>").expect("the text");
    says(
        text,
        &[
            "Person: Test Person 014. Order: TEST/2026/014.",
            "Written 2026-11-24 02:00 UTC (24 Nov 2026, 02:00 GMT) by DC Test Officer 01.",
            "- Paragraph 4 (Specified words): seen once, 2026-11-24 01:20 UTC (24 Nov 2026, 01:20 GMT).",
            "Not decided.",
            "Not watched 5 h: the browser was open and its extension did not answer.",
            "- None on record.",
        ],
    );
    assert!(!text.contains('’') && !text.contains("score"), "{text}");
    assert!(page.contains("data-copy=\"text\" hidden"), "the button is there only where it works");
}

#[tokio::test]
async fn what_must_be_notified_is_entered_notified_checked_and_never_overwritten() {
    let force = force().await;
    let mut officer = Client::signed_in(&force, "om1").await;
    let path = format!("/people/{}/duties", force.seed.case);
    says(&officer.get(&path).await.body, &["Nothing is entered.", "No paragraph of the order asks"]);
    let entered =
        [("kind", "device"), ("what", "A new telephone"), ("due", "2026-11-20"), ("asked_by", "Paragraph 9")];
    officer.post(&path, &entered).await;
    let page = officer.get(&path).await.body;
    says(&page, &["A new telephone", "Not notified; was due on 20 November 2026, 4 days ago", "Paragraph 9"]);
    let id = between(&page, "/duties/", "\"").expect("an entry").to_owned();
    let entry = format!("{path}/{id}");
    let unnotified = [("what", "A new telephone"), ("checked", "2026-11-23")];
    let wrong = officer.post(&entry, &unnotified).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    says(&wrong.body, &["only then can it be checked"]);
    let changed = [
        ("what", "A new telephone, number noted"),
        ("notified", "2026-11-22"),
        ("checked", "2026-11-23"),
        ("note", "The box was shown."),
    ];
    officer.post(&entry, &changed).await;
    let page = officer.get(&path).await.body;
    says(
        &page,
        &[
            "A new telephone, number noted",
            "Notified on 22 November 2026; checked on 23 November 2026",
            "The box was shown.",
            "What was entered before",
            "A new telephone (entered by DC Test Officer 01 on 24 Nov 2026, 02:00)",
        ],
    );
    officer
        .post(&path, &[("kind", "travel"), ("what", "A week at the sea"), ("notified", "2026-11-21")])
        .await;
    let pack = officer.get(&format!("/people/{}/visit-pack", force.seed.case)).await.body;
    says(&pack, &["A journey: A week at the sea. Notified on 21 November 2026; not checked yet."]);
    assert!(!pack.contains("A new telephone"), "what is checked is nothing to ask");
    let mut other = Client::signed_in(&force, "om2").await;
    other.get("/account").await;
    let theirs = format!("/people/{}/duties/{id}", force.seed.other_case);
    assert_eq!(other.post(&theirs, &changed).await.status, StatusCode::NOT_FOUND, "an entry of another case");
}

#[tokio::test]
async fn the_plan_says_why_and_draws_some_by_chance_once_a_week() {
    let force = force().await;
    let mut officer = Client::signed_in(&force, "om1").await;
    let page = officer.get("/planner").await.body;
    says(
        &page,
        &[
            "1 alert waits for a decision, the oldest for less than a minute (paragraph 4).",
            "there is no score",
        ],
    );
    assert!(!page.contains("Test Person 027"), "not a colleague's");
    officer.get("/planner").await;
    let drawn = acts(&force).await.iter().filter(|act| *act == "visit-draw").count();
    assert_eq!(drawn, 1, "the draw of a week is made once");

    force.clock.advance_millis(91 * 24 * HOUR);
    let now = force.seed.ctx.now();
    let draw = VisitDrawRow {
        week: planner::week_of(now),
        seed: [7; 32],
        one_in: 1,
        drawn_at: now.plus_millis(-2 * HOUR),
    };
    force.seed.ctx.store.visit_draw_keep(&draw).await.expect("kept");
    let mut officer = Client::signed_in(&force, "om1").await;
    let page = officer.get("/planner").await.body;
    says(
        &page,
        &[
            "Nobody has met the person for more than 90 days",
            "Debian 12 laptop is silent since",
            "Drawn by chance in week 2027-W08.",
            &"07".repeat(32),
        ],
    );
    let form = format!("/people/{}/visit-record", force.seed.case);
    officer.get(&form).await;
    let fields = [
        ("at", "2027-02-23T01:30"),
        ("met", "seen"),
        ("seen", "All was well."),
        ("agreed-0", "A receipt"),
        ("due-0", "2027-02-22"),
    ];
    let kept = officer.post(&form, &fields).await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.body);
    let page = officer.get("/planner").await.body;
    says(
        &page,
        &[
            "1 thing that was agreed is overdue, the first since 22 February 2027.",
            "Last met on 23 February 2027",
        ],
    );
    for gone in ["for more than 90 days", "Drawn by chance in week"] {
        assert!(!page.contains(gone), "{gone}: {page}");
    }
}
