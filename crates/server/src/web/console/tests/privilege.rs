//! What may be privileged: no officer of the case sees a word of it, and an independent reviewer decides.

use axum::http::StatusCode;
use proviso_model::observation::{Act, Attribution, Fact, Observation, Passage, Source};
use proviso_model::{Digest, Timestamp};
use proviso_store::AlertFilter;

use super::client::{Client, Force, acts, between, force};
use super::seed::TestClock;
use super::seed::seed_within;
use crate::jobs;
use crate::web::console::router;

/// Words of the letter, of its title and of its address, that no page but the reviewer's may have.
const SEALED: [&str; 5] = [
    "slate quarry",
    "PRIVILEGED AND CONFIDENTIAL",
    "Hearing on Thursday",
    "mail.provider.example",
    "copper lamp",
];
const FIRST: &str = "PRIVILEGED AND CONFIDENTIAL. We advise that nothing is said of the slate quarry.";
const SECOND: &str = "The blue heron is on the list of the order, as you know; and so is the copper lamp.";

fn letter(at: Timestamp) -> Observation {
    Observation {
        listed: Vec::new(),
        picture: None,
        id: None,
        observed_at: at,
        source: Source::Browser,
        account: "account-a".to_owned(),
        attribution: Attribution {
            act: Act::Opened,
            foreground: true,
            visible_ms: 42_000,
            since_input_ms: Some(400),
            circumstances: None,
        },
        fact: Fact::Page {
            url: "https://mail.provider.example/inbox/7".to_owned(),
            title: "Hearing on Thursday".to_owned(),
            text: Passage::whole(format!("{FIRST}\n{SECOND}")),
            cut: false,
            search: None,
        },
    }
}

/// A force in which such a letter has come in from the first person's device; the path of its page.
async fn with_letter() -> (Force, [u8; 32], String) {
    let mut force = force().await;
    let seen = letter(force.seed.ctx.now().plus_millis(-60_000));
    let record = force.seed.sealed(&seen).await;
    (force, record, format!("/privilege/{}", Digest(record)))
}

fn shows_nothing(path: &str, body: &str) {
    for words in SEALED {
        assert!(!body.contains(words), "{path} shows {words}: {body}");
    }
}

/// A browser of an officer who may open the case, the supervisor having said why.
async fn of_the_case(force: &Force, username: &str) -> Client {
    match username {
        "sup" => Client::supervising(force).await,
        _ => Client::signed_in(force, username).await,
    }
}

/// Every page that an officer of the case can have, the alert's opened.
async fn sees_nothing(force: &Force, username: &str) {
    let seed = &force.seed;
    let (case, alert, device) = (seed.case, seed.alert, seed.device);
    let mut officer = of_the_case(force, username).await;
    let pages = ["/".to_owned(), "/inbox".to_owned(), "/people".to_owned(), format!("/people/{case}")];
    let more = [format!("/people/{case}/devices/{device}"), format!("/alerts/{alert}"), "/audit".to_owned()];
    for path in pages.iter().chain(&more) {
        shows_nothing(path, &officer.get(path).await.body);
    }
    officer.get(&format!("/alerts/{alert}")).await;
    for act in ["content", "names"] {
        let page = officer.post(&format!("/alerts/{alert}/{act}"), &[("reason", "decide")]).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        shows_nothing(act, &page.body);
    }
}

#[tokio::test]
async fn invariant_04_of_what_may_be_privileged_no_officer_of_the_case_sees_a_word_on_any_page() {
    let (force, _, path) = with_letter().await;
    let alerts = force.seed.ctx.store.alert_list(AlertFilter::default()).await.expect("read");
    assert_eq!(alerts.iter().map(|alert| alert.findings).max(), Some(1), "it joined no alert");
    for username in ["om1", "sup"] {
        sees_nothing(&force, username).await;
        let mut officer = of_the_case(&force, username).await;
        let inbox = officer.get("/").await.body;
        for words in
            ["Something arrived", "Paragraph 4", "Waits for less than a minute", "independent reviewer"]
        {
            assert!(inbox.contains(words), "missing: {words} in {inbox}");
        }
        let person = officer.get(&format!("/people/{}", force.seed.case)).await.body;
        assert!(person.contains("reads as between somebody and a lawyer") && person.contains("Paragraph 4"));
        let opened = format!("{path}/content");
        for (path, form) in
            [("/privilege", false), (path.as_str(), false), (opened.as_str(), true), (path.as_str(), true)]
        {
            let fields = [("decided", "released"), ("reason", "r")];
            let page = if form { officer.post(path, &fields).await } else { officer.get(path).await };
            assert_eq!(page.status, StatusCode::FORBIDDEN, "{username} {path}");
            shows_nothing(path, &page.body);
        }
    }
    let told = force.seed.ctx.store.notification_after(0, 1_000).await.expect("read");
    assert!(told.iter().any(|row| row.kind.as_str() == "privilege-held" && row.alert.is_none()));
    let mut other = Client::signed_in(&force, "om2").await;
    assert!(!other.get("/").await.body.contains("Something arrived"), "it is another officer's case");
}

#[tokio::test]
async fn a_reviewer_opens_an_item_which_is_in_the_log_first_and_keeps_it_sealed_for_good() {
    let (force, record, path) = with_letter().await;
    force.clock.advance_millis(26 * 3_600_000);
    let mut reviewer = Client::signed_in(&force, "priv").await;
    assert_eq!(reviewer.get("/").await.location, "/privilege");
    let queue = reviewer.get("/privilege").await.body;
    for words in ["Test Person 014", "Paragraph 4", "Waits for 1 day 2 h", path.as_str()] {
        assert!(queue.contains(words), "missing: {words} in {queue}");
    }
    shows_nothing("the queue", &queue);
    let item = reviewer.get(&path).await.body;
    assert!(item.contains("Show content"), "{item}");
    shows_nothing("the item before it is opened", &item);
    let early = reviewer.post(&path, &[("decided", "privileged"), ("reason", "Seen.")]).await;
    assert_eq!(early.status, StatusCode::CONFLICT, "not before it was opened");

    let before = acts(&force).await.len();
    let opened = reviewer.post(&format!("{path}/content"), &[]).await.body;
    for words in [
        "slate quarry",
        "copper lamp",
        "reads as between somebody and a lawyer",
        "as letters of lawyers are headed",
    ] {
        assert!(opened.contains(words), "missing: {words} in {opened}");
    }
    assert_eq!(acts(&force).await.split_off(before), ["privilege-open"]);
    let unreasoned = reviewer.post(&path, &[("decided", "privileged"), ("reason", " ")]).await;
    assert_eq!(unreasoned.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unreasoned.body.contains("Nothing was decided") && unreasoned.body.contains("Write a reason"));
    let before = acts(&force).await.len();
    let why = "A letter from counsel about the hearing.";
    let decided = reviewer.post(&path, &[("decided", "privileged"), ("reason", why)]).await;
    assert_eq!(decided.location, path, "{}", decided.body);
    assert_eq!(acts(&force).await.split_off(before), ["privilege-decide"]);
    let again = reviewer.post(&path, &[("decided", "released"), ("reason", why)]).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "once");
    let item = reviewer.get(&path).await.body;
    assert!(item.contains(why) && item.contains("sealed from the officers of the case"), "{item}");

    jobs::drain(&force.seed.ctx).await.expect("worked");
    for username in ["om1", "sup"] {
        sees_nothing(&force, username).await;
        let mut officer = of_the_case(&force, username).await;
        let person = officer.get(&format!("/people/{}", force.seed.case)).await.body;
        assert!(person.contains("1 record is privileged and stays sealed"), "{person}");
        assert!(!person.contains(why), "why is a matter of reviewers");
        assert!(!officer.get("/").await.body.contains("Something arrived"));
    }
    let row = force.seed.ctx.store.record_get(&record).await.expect("read").expect("a record");
    assert!(row.body.is_some() && row.destroyed_at.is_none(), "nothing is dropped");
}

/// The page of the alert that a record was released into, with its content.
async fn released(force: &Force) -> String {
    jobs::drain(&force.seed.ctx).await.expect("worked");
    let alerts = force.seed.ctx.store.alert_list(AlertFilter::default()).await.expect("read");
    let alert =
        alerts.iter().find(|one| one.case == force.seed.case && one.findings == 2).expect("it joined one");
    let mut officer = Client::signed_in(force, "om1").await;
    let path = format!("/alerts/{}", alert.id);
    shows_nothing("before it is opened", &officer.get(&path).await.body);
    officer.post(&format!("{path}/content"), &[]).await.body
}

#[tokio::test]
async fn what_is_not_privileged_goes_to_the_officers_of_the_case_as_if_it_had_just_come() {
    let (force, _, path) = with_letter().await;
    let mut reviewer = Client::signed_in(&force, "priv").await;
    reviewer.get(&path).await;
    reviewer.post(&format!("{path}/content"), &[]).await;
    let why = "A quotation; no lawyer wrote it.";
    let page = reviewer.post(&path, &[("decided", "released"), ("reason", why)]).await;
    assert_eq!(page.location, path, "{}", page.body);
    let content = released(&force).await;
    for words in ["slate quarry", "copper lamp", "decided that it is not, and released it"] {
        assert!(content.contains(words), "missing: {words} in {content}");
    }
    let mut officer = Client::signed_in(&force, "om1").await;
    let person = officer.get(&format!("/people/{}", force.seed.case)).await.body;
    assert!(person.contains("1 record is not privileged and was put before you"), "{person}");
}

#[tokio::test]
async fn of_what_is_privileged_in_part_the_officers_see_the_rest_alone() {
    let (force, _, path) = with_letter().await;
    let mut reviewer = Client::signed_in(&force, "priv").await;
    reviewer.get(&path).await;
    let opened = reviewer.post(&format!("{path}/content"), &[]).await.body;
    let piece = |words: &str| {
        let until = opened.find(words).expect("a piece");
        let id = opened[..until].rfind("id=\"words-").expect("its number");
        format!("piece-{}", between(&opened[id..], "id=\"words-", "\"").expect("a number"))
    };
    let (names, heading, rest) = (piece("Hearing on Thursday"), piece("slate quarry"), piece("copper lamp"));
    let form = |pieces: &[&str]| {
        let marked = pieces.iter().map(|name| ((*name).to_owned(), "privileged".to_owned()));
        let said = [("decided", "partly"), ("reason", "The heading and who wrote.")];
        said.map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into_iter()
            .chain(marked)
            .collect::<Vec<_>>()
    };
    for (pieces, wrong) in [
        (vec![], "Mark which parts are privileged"),
        (vec![rest.as_str()], "Every finding rests on a part that you marked"),
    ] {
        let fields = form(&pieces);
        let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let page = reviewer.post(&path, &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.body);
        assert!(page.body.contains(wrong), "{}", page.body);
    }
    let fields = form(&[&names, &heading]);
    let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let page = reviewer.post(&path, &fields).await;
    assert_eq!(page.location, path, "{}", page.body);
    let content = released(&force).await;
    assert!(
        content.contains("copper lamp") && content.contains("A part of this record is privileged"),
        "{content}"
    );
    for words in SEALED.iter().filter(|words| **words != "copper lamp") {
        assert!(!content.contains(words), "shows {words}: {content}");
    }
}

#[tokio::test]
async fn a_reviewer_in_charge_of_the_case_cannot_decide_and_an_administrator_is_told_that_nobody_can() {
    let (force, _, path) = with_letter().await;
    let mut admin = Client::signed_in(&force, "admin").await;
    assert_eq!(admin.get("/").await.location, "/audit");
    let store = &force.seed.ctx.store;
    let reviewer = store.officer_by_username("priv").await.expect("read").expect("there");
    store.case_assign(force.seed.case, reviewer.id).await.expect("assigned");

    let mut own = Client::signed_in(&force, "priv").await;
    assert!(!own.get("/privilege").await.body.contains(&path));
    assert_eq!(own.get(&path).await.status, StatusCode::NOT_FOUND);
    for (act, fields) in [("/content", vec![]), ("", vec![("decided", "released"), ("reason", "r")])] {
        let page = own.post(&format!("{path}{act}"), &fields).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{}", page.body);
        shows_nothing(act, &page.body);
    }
    for page in [
        "/people",
        "/audit",
        &format!("/people/{}", force.seed.case),
        &format!("/alerts/{}", force.seed.alert),
    ] {
        assert_eq!(own.get(page).await.status, StatusCode::FORBIDDEN, "a reviewer has no other page: {page}");
    }

    assert_eq!(admin.get("/").await.location, "/privilege", "told first");
    let page = admin.get("/privilege").await.body;
    for words in [
        "1 record waits that nobody may decide on",
        "officer-add --role privilege-reviewer",
        "1 record waits",
    ] {
        assert!(page.contains(words), "missing: {words} in {page}");
    }
    assert!(!page.contains("Test Person") && !page.contains(&path), "an administrator sees no case: {page}");
    shows_nothing("the administrator's page", &page);
    assert_eq!(admin.get(&path).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn invariant_11_nothing_that_may_be_privileged_is_opened_when_the_log_cannot_be_written() {
    let folder = tempfile::tempdir().expect("folder");
    let clock = TestClock::new(super::client::two_at_night());
    let mut seed = seed_within(folder.path(), clock.clone(), Some(400)).await;
    let record = seed.sealed(&letter(seed.ctx.now().plus_millis(-60_000))).await;
    let router = router(seed.ctx.clone());
    let force = Force { seed, clock, router, _folder: folder };
    let path = format!("/privilege/{}", Digest(record));
    let mut reviewer = Client::signed_in(&force, "priv").await;
    reviewer.get(&path).await;
    let filler = "x".repeat(64 * 1024);
    while force.seed.ctx.note("test", "fill", None, &filler).await.is_ok() {}
    while force.seed.ctx.note("test", "fill", None, "x").await.is_ok() {}
    let page = reviewer.post(&format!("{path}/content"), &[]).await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{}", page.body);
    shows_nothing("the refusal", &page.body);
}
