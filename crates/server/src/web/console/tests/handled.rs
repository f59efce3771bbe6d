//! What officers do with rows of the inbox before they decide, and what the inbox then shows to whom.

use axum::http::{Method, StatusCode};
use proviso_model::ids::AlertId;
use proviso_model::observation::Act;
use proviso_model::order::ConditionKind;
use proviso_store::Priority;

use super::client::{Client, Force, acts, between, force};
use super::seed::Raise;
use super::seed::facts::{finding, observation};
use crate::app::name_index;

const HOUR: i64 = 3_600_000;

fn raised(paragraph: &'static str, priority: Priority) -> Raise {
    Raise { paragraph, condition: ConditionKind::SpecifiedWords, priority, act: Act::Typed, ago_millis: 0 }
}

/// Raises an alert by a rule of its own.
async fn raise(force: &mut Force, paragraph: &'static str, rule: &str, priority: Priority) -> AlertId {
    force.clock.advance_millis(1_000);
    let raise = raised(paragraph, priority);
    let seen = observation(&raise, force.seed.ctx.now());
    let mut found = finding(&raise, &seen, force.seed.ctx.now());
    rule.clone_into(&mut found.rule);
    force.seed.put(&seen, &[found], priority).await
}

/// The row of the inbox in which an alert stands.
fn row(page: &str, alert: AlertId) -> Option<&str> {
    let rows = page.split("<li class=\"pv-row").skip(1);
    let has_it =
        |row: &&str| between(row, "data-alerts=\"", "\"").is_some_and(|ids| ids.contains(&alert.to_string()));
    rows.map(|row| row.split_once("</li>").map_or(row, |(row, _)| row)).find(has_it)
}

fn count(page: &str, alert: AlertId) -> usize {
    row(page, alert)
        .and_then(|row| between(row, "data-alerts=\"", "\""))
        .map_or(0, |ids| ids.split(',').count())
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story")]
async fn alerts_of_a_person_and_paragraph_fold_and_go_together_and_apart_by_hand() {
    let mut force = force().await;
    let seed = force.seed.alert;
    let [second, third, other, urgent] = [
        raise(&mut force, "4", "words/2", Priority::ThisWeek).await,
        raise(&mut force, "4", "words/3", Priority::ThisWeek).await,
        raise(&mut force, "5", "words/4", Priority::ThisWeek).await,
        raise(&mut force, "4", "words/5", Priority::Now).await,
    ];
    let mut officer = Client::signed_in(&force, "om1").await;
    let inbox = officer.get("/").await.body;
    assert_eq!([seed, second, third, other, urgent].map(|alert| count(&inbox, alert)), [3, 3, 3, 1, 1]);
    let folded = row(&inbox, seed).expect("a row");
    for words in ["Test Person 014", "3 alerts", "Paragraph 4: ", "raised just now", "Seen 3 times"] {
        assert!(folded.to_lowercase().contains(&words.to_lowercase()), "{words}: {folded}");
    }
    let path = between(folded, "<h3><a href=\"", "\"").expect("an address").to_owned();
    assert_eq!(path, format!("/inbox/rows/{seed}"), "named by the first of them");
    assert_eq!(officer.get(&format!("/inbox/rows/{urgent}")).await.location, format!("/alerts/{urgent}"));

    // The page of the row: nothing of the content until it is opened, and each alert in the log by itself.
    let before = acts(&force).await.len();
    let page = officer.get(&path).await.body;
    assert!(
        page.contains("Must not write or read messages") && !page.contains(super::seed::CAPTURED),
        "{page}"
    );
    assert_eq!(acts(&force).await.split_off(before), ["alert-view", "alert-view", "alert-view"]);
    let before = acts(&force).await.len();
    let content = officer.post(&format!("{path}/content"), &[]).await.body;
    assert_eq!(content.matches("at the old mill").count(), 3, "{content}");
    assert_eq!(acts(&force).await.split_off(before), ["content-open", "content-open", "content-open"]);

    // A suspected breach is not recorded by the way.
    let (first, last) = (format!("alert-{seed}"), format!("alert-{third}"));
    let breach = [("outcome", "suspected-breach"), ("reason", "Read it."), (first.as_str(), "on")];
    assert_eq!(officer.post(&format!("{path}/decision"), &breach).await.status, StatusCode::CONFLICT);
    for (form, problem) in [
        (vec![("outcome", "no-concern"), ("reason", "Read it.")], "Tick at least one alert"),
        (vec![("reason", "Read it."), (first.as_str(), "on")], "Choose an outcome"),
        (vec![("outcome", "no-concern"), (first.as_str(), "on")], "Write a reason"),
    ] {
        let page = officer.post(&format!("{path}/decision"), &form).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.body.contains(problem), "{problem}");
    }
    let foreign = format!("alert-{}", force.seed.other_alert);
    let form = [("outcome", "no-concern"), ("reason", "Read it."), (foreign.as_str(), "on")];
    assert_eq!(officer.post(&format!("{path}/decision"), &form).await.status, StatusCode::CONFLICT);

    // By hand: another paragraph in, one apart, and all of it back.
    let handle = async |officer: &mut Client, what: &str, ids: &[AlertId]| {
        let names: Vec<String> = ids.iter().map(|id| format!("alert-{id}")).collect();
        let fields = names.iter().map(|name| (name.as_str(), "on")).chain([("do", what)]);
        officer.post("/inbox/handle", &fields.collect::<Vec<_>>()).await
    };
    let page = handle(&mut officer, "together", &[seed, second, third, other]).await;
    assert!(page.location.contains("did=together&n=4"), "{}", page.location);
    let inbox = officer.get(&page.location).await.body;
    assert!(inbox.contains("4 alerts put into one row."), "{inbox}");
    assert_eq!([seed, other, urgent].map(|alert| count(&inbox, alert)), [4, 4, 1]);
    handle(&mut officer, "apart", &[third]).await;
    let inbox = officer.get("/").await.body;
    assert_eq!([seed, third].map(|alert| count(&inbox, alert)), [3, 1]);
    let page = handle(&mut officer, "together", &[seed, urgent]).await;
    assert!(
        page.location.contains("n=1&left=1"),
        "what is to be looked at now stands alone: {}",
        page.location
    );
    let strange = handle(&mut officer, "together", &[seed, force.seed.other_alert]).await;
    assert_eq!(strange.status, StatusCode::NOT_FOUND, "another officer's");
    handle(&mut officer, "as-folded", &[seed, second, third, other]).await;
    let inbox = officer.get("/").await.body;
    assert_eq!([seed, second, third, other].map(|alert| count(&inbox, alert)), [3, 3, 3, 1]);
    let log = acts(&force).await;
    let logged = |act: &str| log.iter().filter(|one| *one == act).count();
    assert_eq!([logged("alert-together"), logged("alert-apart"), logged("alert-as-folded")], [5, 1, 4]);

    // One decision for two of three, each with an entry of its own; the third is left.
    let form =
        [("outcome", "no-concern"), ("reason", "Read them."), (first.as_str(), "on"), (last.as_str(), "on")];
    let page = officer.post(&format!("{path}/decision"), &form).await;
    assert_eq!(page.location, "/?did=decided&n=2&left=0");
    let inbox = officer.get("/").await.body;
    assert_eq!([seed, second, third].map(|alert| count(&inbox, alert)), [0, 1, 0]);
    assert_eq!(acts(&force).await.iter().filter(|act| *act == "alert-decide").count(), 2);

    // The same again: it comes back by itself, says so, and is counted.
    let back = raise(&mut force, "4", "words/3", Priority::ThisWeek).await;
    let inbox = officer.get("/").await.body;
    let row = row(&inbox, back).expect("a row");
    assert!(row.contains("Came back") && row.contains("the same was decided on"), "{row}");
    assert!(row.contains("time in 7 days"), "{row}");
}

#[tokio::test]
async fn an_alert_rests_until_its_time_or_until_it_grows_and_an_urgent_one_never() {
    let mut force = force().await;
    let alert = force.seed.alert;
    let urgent = raise(&mut force, "7", "words/7", Priority::Now).await;
    let mut officer = Client::signed_in(&force, "om1").await;
    let preview = format!("/inbox/handle?do=rest&row={alert}");
    let page = officer.get(&preview).await.body;
    assert!(page.contains("1 alert of 1 person") && page.contains("Test Person 014"), "{page}");
    let until = between(&page, "name=\"until\" id=\"until-1\" value=\"", "\"").expect("a time").to_owned();
    let name = format!("alert-{alert}");
    let rest = async |officer: &mut Client, name: &str, until: &str, reason: &str| {
        officer
            .post("/inbox/handle", &[("do", "rest"), (name, "on"), ("until", until), ("reason", reason)])
            .await
    };
    let never = (force.seed.ctx.now().as_micros() + 29 * 24 * HOUR * 1_000).to_string();
    for (until, reason) in [(until.as_str(), " "), ("", "In hospital."), (never.as_str(), "For ever.")] {
        let page = rest(&mut officer, &name, until, reason).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{until} {reason}");
    }
    let page = rest(&mut officer, &format!("alert-{urgent}"), &until, "Later.").await;
    assert!(page.location.contains("n=0&left=1"), "{}", page.location);
    let before = acts(&force).await.len();
    let page = rest(&mut officer, &name, &until, "In hospital; the ward was asked.").await;
    assert!(page.location.contains("did=rest&n=1"), "{} {}", page.location, page.body);
    assert_eq!(acts(&force).await.split_off(before), ["alert-rest"]);

    let inbox = officer.get("/").await.body;
    assert!(row(&inbox, alert).is_none() && inbox.contains("Resting (1)"), "{inbox}");
    let resting = officer.get("/?q=is%3Aresting").await.body;
    assert!(row(&resting, alert).expect("a row").contains("or until something new is found"), "{resting}");
    let why = officer.get(&format!("/inbox/handle?do=wake&row={alert}")).await.body;
    assert!(why.contains("In hospital; the ward was asked."), "{why}");
    let mut other = Client::signed_in(&force, "om2").await;
    assert_eq!(other.get(&preview).await.status, StatusCode::NOT_FOUND);

    // Its time comes.
    force.clock.advance_millis(7 * HOUR);
    let mut officer = Client::signed_in(&force, "om1").await;
    assert!(row(&officer.get("/").await.body, alert).is_some());
    // Or it grows first.
    let page = officer.get(&preview).await.body;
    let until = between(&page, "name=\"until\" id=\"until-1\" value=\"", "\"").expect("a time").to_owned();
    rest(&mut officer, &name, &until, "Still there.").await;
    assert!(row(&officer.get("/").await.body, alert).is_none());
    force.seed.raise(&raised("4", Priority::Today)).await;
    let inbox = officer.get("/").await.body;
    assert!(row(&inbox, alert).expect("it came back").contains("Rested, and grew"), "{inbox}");
}

#[tokio::test]
async fn an_alert_is_taken_and_given_only_to_who_may_have_the_case() {
    let force = force().await;
    let (alert, name) = (force.seed.alert, format!("alert-{}", force.seed.alert));
    let mut officer = Client::signed_in(&force, "om1").await;
    officer.get("/").await;
    let page = officer.post("/inbox/handle", &[("do", "take"), ("row", &alert.to_string())]).await;
    assert!(page.location.contains("did=take&n=1"), "{}", page.body);
    let mine = officer.get("/?q=assigned%3Ame").await.body;
    assert!(row(&mine, alert).expect("a row").contains("You took it"), "{mine}");
    let mut supervisor = Client::supervising(&force).await;
    let theirs = supervisor.get("/").await.body;
    assert!(row(&theirs, alert).expect("a row").contains("DC Test Officer 01 took it"), "{theirs}");
    assert!(row(&supervisor.get("/?q=assigned%3Aom1").await.body, alert).is_some());
    assert!(row(&supervisor.get("/?q=assigned%3Ame").await.body, alert).is_none());

    // Who may have it: the supervisor, and not the officer of other cases.
    let page = officer.get(&format!("/inbox/handle?do=assign&row={alert}")).await.body;
    assert!(page.contains("DS Test Officer 03") && !page.contains("DC Test Officer 02"), "{page}");
    let id = async |username: &str| {
        let found = force.seed.ctx.store.officer_by_username(username).await.expect("read");
        found.expect("an officer").id.to_string()
    };
    let (sup, om2, auditor) = (id("sup").await, id("om2").await, id("auditor").await);
    for to in [om2.as_str(), auditor.as_str(), ""] {
        let page = officer.post("/inbox/handle", &[("do", "assign"), (&name, "on"), ("to", to)]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{to}");
    }
    let page = officer.post("/inbox/handle", &[("do", "assign"), (&name, "on"), ("to", &sup)]).await;
    assert!(page.location.contains("did=assign&n=1"), "{}", page.body);
    assert!(row(&officer.get("/").await.body, alert).expect("a row").contains("DS Test Officer 03 took it"));
    // Whoever knows the person has nothing of it any more, and the row says so.
    let case = force.seed.case;
    supervisor.post(&format!("/people/{case}/conflict"), &[("reason", "A neighbour of mine.")]).await;
    let inbox = officer.get("/").await.body;
    assert!(row(&inbox, alert).expect("a row").contains("it is nobody’s"), "{inbox}");
    let page = officer.post("/inbox/handle", &[("do", "assign"), (&name, "on"), ("to", &sup)]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "a conflict bars it");
    let log = acts(&force).await;
    assert_eq!(log.iter().filter(|act| act.starts_with("alert-assign")).count(), 1);
    assert_eq!(log.iter().filter(|act| *act == "alert-take").count(), 1);
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story")]
async fn a_filter_stands_in_the_address_is_saved_without_names_and_goes_out_as_a_guarded_file() {
    let mut force = force().await;
    let alert = force.seed.alert;
    let other = raise(&mut force, "5", "words/9", Priority::ThisWeek).await;
    name_index::catch_up(&force.seed.ctx).await.expect("indexed");
    let mut officer = Client::signed_in(&force, "om1").await;
    for (query, expected) in [
        ("is%3Anew", [true, true]),
        ("paragraph%3A4", [true, false]),
        ("-paragraph%3A4", [false, true]),
        ("priority%3Athis-week+is%3Anew", [false, true]),
        ("is%3Aopened", [false, false]),
        ("assigned%3Anobody", [true, true]),
    ] {
        let page = officer.get(&format!("/?q={query}")).await.body;
        assert_eq!([alert, other].map(|id| row(&page, id).is_some()), expected, "{query}");
        let path = format!("/inbox?q={query}");
        let part = officer.ask(Method::GET, &path, String::new(), &[("hx-request", "true")]).await.body;
        assert_eq!([alert, other].map(|id| row(&part, id).is_some()), expected, "{query}");
    }
    let page = officer.get("/?q=is%3Alost").await.body;
    assert!(page.contains("does not know “is:lost”") && row(&page, alert).is_some(), "{page}");

    // A name is looked up at once, in the log, and stands in no address.
    let before = acts(&force).await.len();
    let found = officer.get("/?q=is%3Anew+person%3A014").await.location;
    assert_eq!(found, format!("/?q=is%3Anew+case%3A{}", force.seed.case));
    assert_eq!(acts(&force).await.split_off(before), ["person-find"]);
    assert!(row(&officer.get(&found).await.body, alert).is_some());
    let nobody = officer.get("/?q=person%3A027").await.body;
    assert!(nobody.contains("Nobody of that name was found in your cases"), "{nobody}");
    let others = format!("/?q=case%3A{}", force.seed.other_case);
    assert!(!officer.get(&others).await.body.contains("027"), "another officer's");

    // A link with a filter opens the same view after signing in.
    let mut visitor = Client::visitor(&force);
    let to = visitor.get("/?q=paragraph%3A4").await.location;
    let form = visitor.get(&to).await.body;
    let next = between(&form, "name=\"next\" value=\"", "\"").expect("where to").to_owned();
    assert_eq!(next, "/?q=paragraph%3A4");

    for refused in ["", "person:014", "is:lost", &format!("case:{}", force.seed.case)] {
        let page = officer.post("/inbox/filters", &[("q", refused)]).await;
        assert_eq!(page.status, StatusCode::CONFLICT, "{refused}");
    }
    officer.get("/").await;
    officer.post("/inbox/filters", &[("q", "is:new  paragraph:4"), ("shared", "on")]).await;
    let mut colleague = Client::signed_in(&force, "om2").await;
    let theirs = colleague.get("/").await.body;
    assert!(theirs.contains(">is:new paragraph:4</a>") && row(&theirs, alert).is_none(), "{theirs}");
    assert!(!Client::supervising(&force).await.get("/").await.body.contains(">is:new paragraph:4</a>"));
    assert_eq!(
        colleague.post("/inbox/filters/forget", &[("q", "is:new paragraph:4")]).await.status,
        StatusCode::NOT_FOUND
    );
    officer.get("/inbox/help").await;
    officer.post("/inbox/filters/forget", &[("q", "is:new paragraph:4")]).await;
    assert!(!colleague.get("/").await.body.contains("is:new paragraph:4</a>"));

    // Keys are off for this officer alone.
    officer.get("/inbox/help").await;
    officer.post("/inbox/help", &[("keys", "off")]).await;
    assert!(officer.get("/").await.body.contains("data-keys=\"off\""));
    assert!(colleague.get("/").await.body.contains("data-keys=\"on\""));

    let without = officer.post("/inbox/export", &[("q", "paragraph:4")]).await;
    assert_eq!(without.status, StatusCode::CONFLICT, "no reason");
    let before = acts(&force).await.len();
    let form = [("q", "paragraph:4"), ("reason", "For the morning meeting.")];
    let file = officer.post("/inbox/export", &form).await;
    assert_eq!(acts(&force).await.split_off(before), ["inbox-export"]);
    let lines: Vec<&str> = file.body.lines().collect();
    assert_eq!(lines.len(), 3, "{}", file.body);
    assert!(
        lines
            .iter()
            .any(|line| line.contains("\"Test Person 014\",\"4\"") && line.contains(&alert.to_string()))
    );
    assert!(
        lines.first().is_some_and(|line| line.contains("DC Test Officer 01") && line.contains("paragraph:4"))
    );
    assert!(!file.body.contains(super::seed::CAPTURED) && !file.body.contains("027"), "{}", file.body);
    let log = force.seed.ctx.store.audit_list(None, 0, 10_000).await.expect("log");
    let entry =
        log.into_iter().map(|row| row.entry).find(|entry| entry.act == "inbox-export").expect("in the log");
    assert!(
        entry.objects.starts_with("sha256:") && entry.objects.ends_with("paragraph:4"),
        "{}",
        entry.objects
    );
    assert!(entry.case == Some(force.seed.case) && !entry.sealed.is_empty());
}
