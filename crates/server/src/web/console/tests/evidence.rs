//! What an officer sees of captured content, and when; and what a decision leaves behind.

use std::sync::Arc;

use axum::http::StatusCode;
use proviso_model::AlertState;
use proviso_model::judgement::{InnocentContext, MinorReference, ModelScore, WordingDoubt};
use proviso_model::observation::Act;
use proviso_model::order::ConditionKind;
use proviso_store::{Priority, StoreError};

use super::client::{Client, acts, between, force, two_at_night};
use super::seed::{CAPTURED, Raise, TestClock, facts, seed_within};
use crate::web::console::router;

#[tokio::test]
async fn captured_content_shows_only_after_its_opening_was_logged() {
    let force = force().await;
    let mut officer = Client::signed_in(&force, "om1").await;
    let alert = format!("/alerts/{}", force.seed.alert);
    for path in ["/", "/people", &format!("/people/{}", force.seed.case), &alert, &format!("{alert}/decided")]
    {
        let page = officer.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        for word in [CAPTURED, "blue heron", "chat.example"] {
            assert!(!page.body.contains(word), "{path} shows {word}");
        }
    }
    assert!(!acts(&force).await.contains(&"content-open".to_owned()));
    let page = officer.post(&format!("{alert}/content"), &[]).await;
    assert!(page.body.contains("the <mark>blue heron</mark> meets at the old mill"), "{}", page.body);
    assert!(page.body.contains("chat.example"));
    assert!(acts(&force).await.contains(&"content-open".to_owned()));
    assert!(page.body.contains("DC Test Officer 01 opened the captured content"));
}

#[tokio::test]
async fn the_alert_page_says_why_and_who_and_judges_nobody() {
    let force = force().await;
    let mut officer = Client::signed_in(&force, "om1").await;
    let page = officer.get(&format!("/alerts/{}", force.seed.alert)).await;
    for words in [
        "Test Person 014",
        "Must not write or read messages that use the words in the schedule",
        "Typed in account account-a on Debian 12 laptop. Which person typed is not known.",
        "What was captured",
        "What the machine makes of it",
        "Evaluated again by the server: same result",
        "24 Nov 2026, 01:20 GMT",
        "2026-11-24 01:20:00.000 UTC",
    ] {
        assert!(page.body.contains(words), "missing: {words}");
    }
}

#[tokio::test]
async fn settings_a_question_of_wording_and_a_reference_to_a_child_stand_beside_the_rule() {
    let mut force = force().await;
    let raise = Raise {
        paragraph: "4",
        condition: ConditionKind::SpecifiedWords,
        priority: Priority::Today,
        act: Act::Shown,
        ago_millis: 0,
    };
    let at = force.seed.ctx.now();
    let observation = facts::observation(&raise, at);
    let mut finding = facts::finding(&raise, &observation, at);
    let pack = finding.pack.clone();
    let says = "refers to a child or a stated age of 12 within the same passage".to_owned();
    finding.explanation = format!("Words of the schedule were found; the text {says}.");
    finding.minor_reference = Some(MinorReference { says, spans: Vec::new(), packs: vec![pack.clone()] });
    finding.contexts = vec![InnocentContext {
        name: "news".to_owned(),
        reason: "it reads as a news report".to_owned(),
        lowered_permille: 300,
        spans: Vec::new(),
        pack: pack.clone(),
    }];
    finding.wording_doubt = vec![WordingDoubt {
        doubt: "The paragraph speaks of messages; this finding rests on a page.".to_owned(),
        question: "Who wrote what was shown?".to_owned(),
    }];
    finding.score = Some(ModelScore {
        rule: "score/test".to_owned(),
        model: pack.clone(),
        pack,
        threshold_permille: 700,
        passages: Vec::new(),
    });
    let alert = force.seed.put(&observation, &[finding], Priority::Today).await;
    let mut officer = Client::signed_in(&force, "om1").await;
    let page = officer.get(&format!("/alerts/{alert}")).await;
    for words in [
        "<strong>Refers to a child or states an age</strong>",
        "That says nothing of anyone’s true age.",
        "it reads as a news report (strength lowered by 30 %)",
        "this finding rests on a page. Who wrote what was shown?",
        "<dt>Model</dt>",
    ] {
        assert!(page.body.contains(words), "missing: {words}");
    }
    assert!(!page.body.contains("age of 12"), "a stated age is content, which nobody has opened yet");
}

#[tokio::test]
async fn a_state_has_no_content_to_open_and_says_so() {
    let mut force = force().await;
    let raise = Raise {
        paragraph: "5",
        condition: ConditionKind::NoPrivateBrowsing,
        priority: Priority::NextVisit,
        act: Act::Unknown,
        ago_millis: 0,
    };
    let alert = force.seed.raise(&raise).await;
    let mut officer = Client::signed_in(&force, "om1").await;
    let page = officer.get(&format!("/alerts/{alert}")).await;
    assert!(page.body.contains("A private window open in Chromium"));
    assert!(page.body.contains("That is all that was captured.") && !page.body.contains("Show content"));
}

#[tokio::test]
async fn invariant_12_outside_the_officers_own_form_no_page_speaks_of_breach_or_violation() {
    let force = force().await;
    let mut officer = Client::signed_in(&force, "om1").await;
    let alert = format!("/alerts/{}", force.seed.alert);
    for path in ["/", "/people", &alert, &format!("/people/{}", force.seed.case)] {
        let body = officer.get(path).await.body.to_lowercase();
        let form = between(&body, "/decision\">", "</form>").unwrap_or_default().to_owned();
        let machine = body.replace(&form, "");
        for word in ["breach", "violation", "offender"] {
            assert!(!machine.contains(word), "{path} says {word}");
        }
    }
}

#[tokio::test]
async fn a_decision_needs_a_reason_is_recorded_once_and_shows_who_and_when() {
    let force = force().await;
    let mut officer = Client::signed_in(&force, "om1").await;
    let alert = format!("/alerts/{}", force.seed.alert);
    let decide = format!("{alert}/decision");
    let never_opened = officer.post(&decide, &[("outcome", "no-concern"), ("reason", "Not read.")]).await;
    assert_eq!(never_opened.status, StatusCode::CONFLICT);
    officer.get(&alert).await;
    let page = officer.post(&decide, &[("outcome", "discuss-at-visit"), ("reason", "  ")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.body.contains("Write a reason"));
    let words = [("outcome", "suspected-breach"), ("reason", "Uses <b>the</b> scheduled words.")];
    let page = officer.post(&decide, &words).await;
    assert!(page.body.contains("Check before you record"), "{}", page.body);
    assert_eq!(state(&force).await, AlertState::Opened);
    let page = officer.post(&decide, &[words[0], words[1], ("confirmed", "yes")]).await;
    assert_eq!(page.location, format!("{alert}/decided"));
    let page = officer.get(&page.location).await;
    assert!(page.body.contains("Decision recorded"));
    assert!(page.body.contains("Uses &#60;b&#62;the&#60;/b&#62; scheduled words."), "{}", page.body);
    assert!(page.body.contains("DC Test Officer 01, <time datetime=\"2026-11-24T02:00:00.000000Z\">"));
    assert!(!page.body.contains("Record decision"), "a decided alert offers no form");
    assert_eq!(state(&force).await, AlertState::Decided);
    let again = officer.post(&decide, &[("outcome", "no-concern"), ("reason", "Changed my mind.")]).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    let sealed = force.seed.ctx.store.decision_list(force.seed.alert).await.expect("decisions");
    assert_eq!(sealed.len(), 1);
    assert!(
        sealed.iter().all(|row| !row.sealed.windows(9).any(|bytes| bytes == b"scheduled")),
        "kept sealed"
    );
}

#[tokio::test]
async fn ticked_boxes_say_what_a_bundle_leaves_out_and_the_log_keeps_it() {
    let force = force().await;
    let mut officer = Client::signed_in(&force, "om1").await;
    let alert = format!("/alerts/{}", force.seed.alert);
    let page = officer.get(&alert).await;
    for words in ["Leave out of the bundle", "The passage (words on the page, or typed)", "name=\"account\""]
    {
        assert!(page.body.contains(words), "missing: {words}");
    }
    let bundle = format!("{alert}/bundle");
    let before = acts(&force).await.len();
    let wrong = officer.post(&bundle, &[("adress", "leave-out")]).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert_eq!(acts(&force).await.len(), before, "a form that no page made does nothing");
    officer.post(&bundle, &[("passage", "leave-out"), ("account", "leave-out")]).await;
    let rows = force.seed.ctx.store.audit_list(None, 0, 10_000).await.expect("log");
    let objects = rows.last().map(|row| row.entry.objects.clone()).unwrap_or_default();
    assert!(objects.ends_with(" left-out:passage,account,findings"), "{objects}");
}

async fn state(force: &super::client::Force) -> AlertState {
    force.seed.ctx.store.alert_get(force.seed.alert).await.expect("store").expect("alert").state
}

#[tokio::test]
async fn invariant_11_when_the_log_cannot_be_written_nothing_is_shown_or_done() {
    let folder = tempfile::tempdir().expect("folder");
    let clock: Arc<TestClock> = TestClock::new(two_at_night());
    let seed = seed_within(folder.path(), clock.clone(), Some(400)).await;
    let router = router(seed.ctx.clone());
    let force = super::client::Force { seed, clock, router, _folder: folder };
    let mut officer = Client::signed_in(&force, "om1").await;
    let filler = "x".repeat(64 * 1024);
    while force.seed.ctx.note("test", "fill", None, &filler).await.is_ok() {}
    while force.seed.ctx.note("test", "fill", None, "x").await.is_ok() {}
    let refused = force.seed.ctx.note("test", "fill", None, "x").await;
    assert!(matches!(refused, Err(StoreError::Full)), "{refused:?}");
    let alert = format!("/alerts/{}", force.seed.alert);
    let shown = officer.get(&alert).await;
    let opened = officer.post(&format!("{alert}/content"), &[]).await;
    for page in [shown, opened] {
        assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{}", page.body);
        assert!(page.body.contains("disk is full"), "{}", page.body);
        assert!(!page.body.contains(CAPTURED) && !page.body.contains("Test Person"));
    }
    // Room may have been left for an entry and not for its completion: then the act is in the log and its page withheld.
    let logged = acts(&force).await.iter().any(|act| act == "alert-view" || act == "content-open");
    assert!(logged || state(&force).await == AlertState::New, "nothing is done that is not in the log");
}

#[tokio::test]
async fn an_enrolment_code_is_shown_once_and_kept_only_as_a_hash() {
    let force = force().await;
    let mut officer = Client::signed_in(&force, "om1").await;
    let person = format!("/people/{}", force.seed.case);
    officer.get(&person).await;
    let page = officer.post(&format!("{person}/enrolment-code"), &[]).await;
    let code = between(&page.body, "class=\"pv-code\"", "</p>")
        .and_then(|text| text.split_once('>'))
        .expect("a code")
        .1;
    assert_eq!(code.len(), 11, "{code}");
    assert!(page.body.contains("until <time"));
    assert!(!officer.get(&person).await.body.contains(code));
}
