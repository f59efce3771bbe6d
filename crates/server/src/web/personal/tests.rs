//! A person opens their own page with a link and a code, reads it, writes on it, and it closes.

use axum::http::{Method, StatusCode};

use super::router;
use crate::web::console::tests::client::{Client, Force, Page, acts, between, force};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// An officer makes a link; its path and the code.
async fn made(force: &Force) -> (String, String) {
    let mut officer = Client::signed_in(force, "om1").await;
    let person = format!("/people/{}", force.seed.case);
    officer.get(&person).await;
    let page = officer.post(&format!("{person}/personal-link"), &[("days", "30")]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let address = between(&page.body, "https://pages.force.example", "<").expect("a link").to_owned();
    let code = between(&page.body, "<p class=\"pv-code\"", "</p>").and_then(|code| code.split_once('>'));
    (address, code.expect("a code").1.to_owned())
}

/// Gives every device of the case a policy as it is made in life.
async fn policies(force: &Force) {
    let mut supervisor = Client::supervising(force).await;
    let path = format!("/people/{}/shield", force.seed.case);
    supervisor.get(&path).await;
    let page = supervisor.post(&path, &[("contact", "solicitor.example"), ("reason", "Checked.")]).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.body);
}

async fn opened(person: &mut Client, link: &str, code: &str) -> Page {
    person.get(link).await;
    person.post(link, &[("code", code)]).await
}

#[tokio::test]
async fn a_link_and_its_code_open_the_page_that_says_what_the_device_says() {
    let mut force = force().await;
    policies(&force).await;
    force.seed.watched(30 * 60 * MINUTE, 5 * 60 * MINUTE).await;
    let (link, code) = made(&force).await;
    let mut person = Client::of(router(force.seed.ctx.clone()));
    assert_eq!(person.get("/page").await.status, StatusCode::FORBIDDEN, "not without the code");
    let page = opened(&mut person, &link, &code.to_lowercase().replace('-', " ")).await;
    assert_eq!((page.status, page.location.as_str()), (StatusCode::SEE_OTHER, "/page"), "{}", page.body);
    let page = person.get("/page").await.body;
    for words in [
        "Must not use private or incognito browsing on any device.",
        "Debian 12 laptop, account account-a",
        "It is watching this account now.",
        "whether a private (incognito) window is open",
        "Under the order: 3 days 3 h. Watched 5 h; not watched 2 days 22 h.",
        "nobody looked",
        "Nobody need write anything",
    ] {
        assert!(page.contains(words), "missing {words}: {page}");
    }
    assert!(!page.contains("<script"), "{page}");
    assert!(!page.contains("solicitor.example"), "who is protected is not shown to whoever holds the link");
    let said = acts(&force).await;
    assert!(
        said.contains(&"personal-link-make".to_owned()) && said.contains(&"personal-page-open".to_owned())
    );
    // The officer sees that it was opened, and no more.
    let mut officer = Client::signed_in(&force, "om1").await;
    let seen = officer.get(&format!("/people/{}", force.seed.case)).await.body;
    assert!(seen.contains("Opened 1 time, last"), "{seen}");

    person.get("/page").await;
    let page = person.post("/page/close", &[]).await;
    assert!(page.body.contains("Your page is closed"), "{}", page.body);
    assert_eq!(person.get("/page").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn what_is_written_there_stands_beside_the_case_and_cannot_be_sent_by_another_page() {
    let force = force().await;
    policies(&force).await;
    let (link, code) = made(&force).await;
    let mut person = Client::of(router(force.seed.ctx.clone()));
    opened(&mut person, &link, &code).await;
    let form = person.get("/page/statement").await.body;
    assert!(form.contains("Nobody need write here."), "{form}");
    let words = "An advertisement opened it, <b>invented</b>.";
    for (of, about, text, wrong) in [
        ("accident", "", " ", "Write something"),
        ("accident", "soon", words, "That is no time"),
        ("accident", "2026-12-24T21:00", words, "has not come yet"),
        ("other", "", words, "Choose what it is"),
    ] {
        let page = person.post("/page/statement", &[("of", of), ("about", about), ("text", text)]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        assert!(page.body.contains(wrong), "{}", page.body);
    }
    let fields = [("of", "accident"), ("about", "2026-11-23T21:00"), ("text", words)];
    let foreign = person.post_bare("/page/statement", &fields).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN, "without the token of the visit");
    let page = person.post("/page/statement", &fields).await;
    assert!(page.body.contains("It is on record"), "{}", page.body);

    let mut officer = Client::signed_in(&force, "om1").await;
    let seen = officer.get(&format!("/people/{}", force.seed.case)).await.body;
    assert!(seen.contains("An advertisement opened it, &#60;b&#62;invented"), "{seen}");
    assert!(acts(&force).await.contains(&"personal-statement".to_owned()));

    // A contact to protect is no matter of the officer in charge.
    person.get("/page/statement").await;
    person.post("/page/statement", &[("of", "protect"), ("text", "clinic.example, my doctor")]).await;
    let seen = officer.get(&format!("/people/{}", force.seed.case)).await.body;
    assert!(!seen.contains("clinic.example"), "{seen}");
    let mut supervisor = Client::supervising(&force).await;
    let list = supervisor.get(&format!("/people/{}/shield", force.seed.case)).await.body;
    assert!(list.contains("clinic.example"), "{list}");
}

#[tokio::test]
async fn wrong_codes_end_a_link_and_so_do_time_the_officer_and_the_next_link() {
    let force = force().await;
    policies(&force).await;
    let visitor = || Client::of(router(force.seed.ctx.clone()));
    let (link, code) = made(&force).await;
    for _ in 0..5 {
        let page = opened(&mut visitor(), &link, "00000-00000").await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
    }
    let after = opened(&mut visitor(), &link, &code).await;
    assert_eq!(after.status, StatusCode::FORBIDDEN, "the right code comes too late");
    let none = opened(&mut visitor(), "/link/none", &code).await;
    let answer = |page: &Page| between(&page.body, "<p><a href=\"#code\">", "</a>").map(str::to_owned);
    assert_eq!(answer(&after), answer(&none), "nobody learns which links there are");
    assert!(answer(&none).is_some(), "{}", none.body);
    assert_eq!(acts(&force).await.iter().filter(|act| *act == "personal-page-refused").count(), 5);

    let (link, code) = made(&force).await;
    let mut person = visitor();
    opened(&mut person, &link, &code).await;
    assert_eq!(person.get("/page").await.status, StatusCode::OK);
    force.clock.advance_millis(31 * MINUTE);
    assert_eq!(person.get("/page").await.status, StatusCode::FORBIDDEN, "a visit ends by itself");
    opened(&mut person, &link, &code).await;
    let (next, next_code) = made(&force).await;
    assert_eq!(person.get("/page").await.status, StatusCode::FORBIDDEN, "ended by the next link");
    assert_eq!(opened(&mut person, &link, &code).await.status, StatusCode::FORBIDDEN);

    opened(&mut person, &next, &next_code).await;
    let mut officer = Client::signed_in(&force, "om1").await;
    let seen = officer.get(&format!("/people/{}", force.seed.case)).await.body;
    let end = between(&seen, "action=\"/people/", "/personal-link/").map(|_| ());
    assert!(end.is_some(), "{seen}");
    let (_, rest) = seen.split_once("/personal-link/").expect("a form that ends it");
    let id = rest.split('"').next().expect("an id");
    let path = format!("/people/{}/personal-link/{id}", force.seed.case);
    assert_eq!(officer.post(&path, &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(person.get("/page").await.status, StatusCode::FORBIDDEN, "ended by the officer");

    let (last, last_code) = made(&force).await;
    force.clock.advance_millis(31 * DAY);
    assert_eq!(opened(&mut person, &last, &last_code).await.status, StatusCode::FORBIDDEN, "run out");
    let mut other = Client::signed_in(&force, "om2").await;
    let page = other.post(&format!("/people/{}/personal-link", force.seed.case), &[("days", "30")]).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND, "another officer's case");
}

#[tokio::test]
async fn the_reader_chooses_a_language_and_keeps_it_from_the_code_to_the_last_form() {
    let mut force = force().await;
    policies(&force).await;
    force.seed.watched(30 * 60 * MINUTE, 5 * 60 * MINUTE).await;
    let (link, code) = made(&force).await;
    let mut person = Client::of(router(force.seed.ctx.clone()));
    let page = person.get(&link).await.body;
    assert!(
        page.contains("<html lang=\"en\">") && page.contains("Enter your code"),
        "English by default: {page}"
    );
    assert!(page.contains("<a href=\"?lang=pl\" lang=\"pl\" hreflang=\"pl\">Polski</a>"), "{page}");
    assert!(!page.contains("This translation is a draft"), "{page}");
    let page = person.get(&format!("{link}?lang=pl")).await.body;
    assert!(page.contains("<html lang=\"pl\">") && page.contains("Wpisz swój kod"), "{page}");
    assert!(page.contains("(This translation is a draft"), "in both languages: {page}");
    let wrong = person.post(&link, &[("code", "AAAAA-AAAAA")]).await.body;
    assert!(wrong.contains("Kod jest nieprawidłowy") && wrong.contains("<html lang=\"pl\">"), "{wrong}");
    assert_eq!(opened(&mut person, &link, &code).await.status, StatusCode::SEE_OTHER);
    let page = person.get("/page").await.body;
    for words in [
        "<html lang=\"pl\">",
        "Must not use private or incognito browsing on any device.",
        "Debian 12 laptop, konto account-a",
        "Teraz obserwuje to konto.",
        "czy otwarte jest okno prywatne (incognito)",
        "Pod nakazem: 3 dni 3 h. Obserwowano 5 h; nie obserwowano 2 dni 22 h.",
        "nic nie otrzymano od urządzenia",
        "nikt nie zaglądał",
        "wydany 02.03.2026, obowiązuje do 01.03.2031",
        "<blockquote class=\"pv-court\" lang=\"en\">",
    ] {
        assert!(page.contains(words), "missing {words}: {page}");
    }
    let form = person.get("/page/statement?lang=ro").await.body;
    assert!(form.contains("<html lang=\"ro\">"), "{form}");
    let empty = person.post("/page/statement", &[("of", "accident"), ("text", " ")]).await;
    assert!(empty.body.contains("Scrieți ceva sau mergeți înapoi."), "the form keeps it: {}", empty.body);
    let page = person.post("/page/statement", &[("of", "accident"), ("text", "O reclamă.")]).await.body;
    assert!(page.contains("S-a consemnat") && page.contains("<html lang=\"ro\">"), "{page}");
    let nonsense = person.get("/page?lang=xx").await.body;
    assert!(nonsense.contains("<html lang=\"ro\">"), "what there is not changes nothing");

    // Nothing chosen: as the browser asks.
    let asks = [("accept-language", "de,pl;q=0.8")];
    let mut other = Client::of(router(force.seed.ctx.clone()));
    let page = other.ask(Method::GET, "/page", String::new(), &asks).await.body;
    assert!(page.contains("Ta strona jest zamknięta"), "{page}");
}

#[tokio::test]
async fn what_the_person_asks_about_their_data_gets_a_day_and_a_reply_on_the_page_in_their_language() {
    let force = force().await;
    policies(&force).await;
    let (link, code) = made(&force).await;
    let mut person = Client::of(router(force.seed.ctx.clone()));
    opened(&mut person, &link, &code).await;
    assert!(
        person
            .get("/page")
            .await
            .body
            .contains("<a href=\"/page/rights\">What you may ask about your data</a>")
    );
    let form = person.get("/page/rights").await.body;
    assert!(
        form.contains("that may be up to 2 months longer") && form.contains("Nobody need ask anything"),
        "{form}"
    );
    for (kind, text, wrong) in
        [("", "Please.", "Choose what you ask."), ("access", " ", "Write something, or go back.")]
    {
        let page = person.post("/page/rights", &[("kind", kind), ("text", text)]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        assert!(page.body.contains(wrong), "{}", page.body);
    }
    let asks = [("kind", "access"), ("text", "Everything, <b>please</b>.")];
    assert_eq!(
        person.post_bare("/page/rights", &asks).await.status,
        StatusCode::FORBIDDEN,
        "not from elsewhere"
    );
    let page = person.post("/page/rights", &asks).await.body;
    assert!(page.contains("It is asked"), "{page}");
    let mut officer = Client::signed_in(&force, "om1").await;
    let entered = format!("/people/{}/rights", force.seed.case);
    officer.get(&entered).await;
    let letter = [("kind", "complaint"), ("received", "2026-11-20"), ("text", "A letter of a neighbour.")];
    assert_eq!(officer.post(&entered, &letter).await.status, StatusCode::SEE_OTHER);
    let claim = [("kind", "wrong-person"), ("text", "It is not my order.")];
    person.get("/page/rights").await;
    person.post("/page/rights", &claim).await;
    let ctx = &force.seed.ctx;
    let entries = ctx.store.device_act_list(force.seed.case).await.expect("read");
    assert!(entries.is_empty(), "a claim on the page stops nothing by itself");
    let page = person.get("/page/rights?lang=pl").await.body;
    assert!(page.contains("Czeka na odpowiedź, która ma nadejść do 24.12.2026."), "{page}");
    assert!(page.contains("Everything, &#60;b&#62;please"), "{page}");
    assert!(
        !page.contains("neighbour") && page.matches("Czeka na").count() == 2,
        "nobody else's request: {page}"
    );

    let mut dpo = Client::signed_in(&force, "dpo").await;
    let list = dpo.get("/rights").await.body;
    assert!(list.contains("Whoever has the person’s link"), "{list}");
    let asked = crate::app::rights::of_own(ctx, force.seed.case).await.expect("read");
    let access = asked.iter().find(|one| one.row.kind == proviso_store::RightsKind::Access).expect("one");
    let path = format!("/people/{}/rights/{}", force.seed.case, access.row.id);
    dpo.get(&path).await;
    let answer = [("done", "answer"), ("text", "It goes to you by post today.")];
    assert_eq!(dpo.post(&path, &answer).await.status, StatusCode::SEE_OTHER);
    let page = person.get("/page/rights?lang=ro").await.body;
    assert!(page.contains("S-a răspuns.") && page.contains("It goes to you by post today."), "{page}");
}
