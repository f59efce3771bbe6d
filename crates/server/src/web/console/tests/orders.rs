//! An order from the court's paper to a case, and what changes it, always past two officers.

use axum::http::StatusCode;
use proviso_model::ids::CaseId;

use super::client::{Client, Force, Page, acts, between, force};

const HEAD: [(&str, &str); 11] = [
    ("reference", "T2026-0199"),
    ("kind", "shpo-conviction"),
    ("made_on", "2026-11-02"),
    ("expires_on", "2031-11-01"),
    ("timezone", "Europe/London"),
    ("person_name", "Test Person 199"),
    ("basis", "paragraph"),
    ("authority_paragraph", "2"),
    ("legal_basis", "Paragraph 2 of the order; the force’s policy on monitoring, section 3."),
    ("languages", "pl"),
    ("treatment_words", "better lives"),
];
const APPROVE: [(&str, &str); 5] =
    [("says", "approve"), ("same-order", "yes"), ("same-0", "yes"), ("same-1", "yes"), ("same-2", "yes")];
const CHAT: &str = "Not to take part in any sexualised chat,\r\nby whatever means.";
const SOFTWARE: &str = "To have monitoring software installed and operational on every device.";
const BATHS: &str = "Not to enter the public baths named in the schedule.";

/// The revision that the form of a page carries.
fn revision(page: &Page) -> String {
    between(&page.body, "name=\"revision\" value=\"", "\"").expect("a form of a draft").to_owned()
}

async fn send(client: &mut Client, path: &str, fields: &[(&str, &str)]) -> Page {
    let shown = client.get(path).await;
    let revision = revision(&shown);
    let fields: Vec<_> = fields.iter().copied().chain([("revision", revision.as_str())]).collect();
    client.post(path, &fields).await
}

async fn id(force: &Force, username: &str) -> String {
    let row = force.seed.ctx.store.officer_by_username(username).await.expect("read").expect("an officer");
    row.id.to_string()
}

/// An order that is whole, entered by the first officer through the forms as they lead.
async fn entered(officer: &mut Client) -> String {
    officer.get("/orders").await;
    let begun = officer.post("/orders", &[]).await;
    let head = begun.location;
    let draft = head.trim_end_matches("/order").to_owned();
    let saved = send(officer, &head, &HEAD).await;
    assert_eq!(
        (saved.status, saved.location.as_str()),
        (StatusCode::SEE_OTHER, draft.as_str()),
        "{}",
        saved.body
    );
    for (number, text, kind) in
        [("1", CHAT, "sexualised-chat"), ("2", SOFTWARE, "monitoring-software"), ("3", BATHS, "not-watched")]
    {
        let words =
            send(officer, &format!("{draft}/paragraphs/new/words"), &[("paragraph", number), ("text", text)])
                .await;
        assert!(words.location.ends_with("/kind"), "{} {}", words.location, words.body);
        let asked = send(officer, &words.location, &[("kind", kind)]).await;
        if asked.location.ends_with("/details") {
            let named = [("words", "blue heron\r\ngrey heron"), ("except_words", "heron reserve")];
            let last = send(officer, &asked.location, &named).await;
            assert_eq!(last.status, StatusCode::SEE_OTHER, "{}", last.body);
        }
    }
    draft
}

#[tokio::test]
async fn an_order_is_entered_by_one_officer_compared_by_another_and_live_only_then() {
    let force = force().await;
    let mut officer = Client::signed_in(&force, "om1").await;
    let draft = entered(&mut officer).await;

    // What is watched and what not, before anything is live.
    let ahead = officer.get(&format!("{draft}/preview")).await.body;
    for said in [
        "Phone or tablet",
        "1: Sexualised chat",
        "3: Not watched by any device",
        "Linux only",
        "typed into web pages",
    ] {
        assert!(ahead.contains(said), "{said}: {ahead}");
    }
    let page = officer.get(&draft).await.body;
    assert!(page.contains("blue heron\r\ngrey heron") && page.contains("Hand it in"), "{page}");
    let own = id(&force, "om1").await;
    assert!(!page.contains(&format!("value=\"{own}\"")), "nobody is offered themselves");

    // Handed in to a second offender manager; nobody else sees it, and its author cannot check it.
    for wrong in [own.as_str(), "", "0b5c5bb4-0d38-4d3c-9c0f-6a8a5a4b0e57"] {
        let refused = officer.post(&draft, &[("does", "hand-in"), ("checker", wrong)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        assert!(refused.body.contains("Choose who compares it"), "{}", refused.body);
    }
    let second = id(&force, "om2").await;
    let handed = officer.post(&draft, &[("does", "hand-in"), ("checker", &second)]).await;
    assert_eq!(handed.status, StatusCode::SEE_OTHER, "{}", handed.body);
    officer.get(&draft).await;
    let own_check = officer.post(&format!("{draft}/check"), &APPROVE).await;
    assert_eq!(own_check.status, StatusCode::CONFLICT, "whoever entered it never checks it");
    let mut stranger = Client::signed_in(&force, "sup").await;
    assert_eq!(stranger.get(&draft).await.status, StatusCode::NOT_FOUND, "nobody asked them");
    stranger.get("/people").await;
    assert_eq!(stranger.post(&format!("{draft}/check"), &APPROVE).await.status, StatusCode::NOT_FOUND);

    checked(&force, &mut officer, &draft, &second).await;
    told(&force, &mut officer, &draft).await;
}

/// Sent back with a reason, mended, handed in again, and approved whole.
async fn checked(force: &Force, officer: &mut Client, draft: &str, second: &str) {
    let cases = force.seed.ctx.store.case_list(None).await.expect("read").len();
    let mut checker = Client::signed_in(force, "om2").await;
    assert!(checker.get("/people").await.body.contains("1 order waits for your second look"));
    let empty = send_check(&mut checker, draft, &[("says", "send-back"), ("reason", " ")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let back = [
        ("says", "send-back"),
        ("reason", "The court’s paragraph 1 goes on: by whatever means and at any time."),
    ];
    assert_eq!(send_check(&mut checker, draft, &back).await.status, StatusCode::SEE_OTHER);
    assert_eq!(checker.get(draft).await.status, StatusCode::NOT_FOUND, "it is not with them any more");
    assert!(officer.get(draft).await.body.contains("and at any time."));
    let mended = format!("{CHAT} And at any time.");
    let words = format!("{draft}/paragraphs/0/words");
    assert_eq!(
        send(officer, &words, &[("paragraph", "1"), ("text", &mended)]).await.status,
        StatusCode::SEE_OTHER
    );
    officer.post(draft, &[("does", "hand-in"), ("checker", second)]).await;

    // A part that was not compared stops it; what was ticked stays ticked.
    let three: Vec<_> = APPROVE.into_iter().take(3).collect();
    let some = send_check(&mut checker, draft, &three).await;
    assert_eq!(some.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(some.body.contains("Compare paragraph 2 with the court’s order"), "{}", some.body);
    assert!(some.body.contains("name=\"same-0\" value=\"yes\" checked"), "{}", some.body);
    assert_eq!(force.seed.ctx.store.case_list(None).await.expect("read").len(), cases, "nothing is live");
    let before = acts(force).await.len();
    let live = send_check(&mut checker, draft, &APPROVE).await;
    assert_eq!(live.status, StatusCode::SEE_OTHER, "{}", live.body);
    let log = acts(force).await.split_off(before);
    assert!(log.ends_with(&["order-draft-approve".to_owned(), "case-create".to_owned()]), "{log:?}");
}

/// The case is the author's, says who did what, and holds the court's words.
async fn told(force: &Force, officer: &mut Client, draft: &str) {
    let people = officer.get("/people").await.body;
    assert!(people.contains("Test Person 199"), "{people}");
    let case = opened(force, draft).await;
    let person = officer.get(&format!("/people/{case}")).await.body;
    assert!(
        person.contains("Entered by DC Test Officer 01. Compared with the court’s order and approved by"),
        "{person}"
    );
    assert!(person.contains("And at any time."), "{person}");
    let kept = officer.get(draft).await.body;
    assert!(
        kept.contains("Live since") && !kept.contains("Hand it in") && !kept.contains("Give it up"),
        "{kept}"
    );
    let seeded = officer.get(&format!("/people/{}", force.seed.case)).await.body;
    assert!(seeded.contains("nobody compared it with the court’s order here"), "{seeded}");
}

async fn send_check(client: &mut Client, draft: &str, fields: &[(&str, &str)]) -> Page {
    let shown = client.get(draft).await;
    let revision = revision(&shown);
    let fields: Vec<_> = fields.iter().copied().chain([("revision", revision.as_str())]).collect();
    client.post(&format!("{draft}/check"), &fields).await
}

async fn opened(force: &Force, draft: &str) -> CaseId {
    let id = draft.trim_start_matches("/orders/").parse().expect("the id of a draft");
    force.seed.ctx.store.order_draft_get(id).await.expect("read").expect("the draft").case
}

#[tokio::test]
async fn what_is_half_typed_is_kept_each_fault_stands_beside_its_field_and_two_windows_do_not_write_over_each_other()
 {
    let force = force().await;
    let mut officer = Client::signed_in(&force, "om1").await;
    officer.get("/orders").await;
    let head = officer.post("/orders", &[]).await.location;
    let draft = head.trim_end_matches("/order").to_owned();
    let half = [("reference", "T2026-<0200>"), ("made_on", "2026-11-02"), ("expires_on", "2020-01-01")];
    let page = send(&mut officer, &head, &half).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    for said in [
        "What you typed is saved",
        "value=\"T2026-&#60;0200&#62;\"",
        "id=\"expires_on-error\"",
        "The last day lies before the day on which the order was made",
        "Choose what kind of order it is",
        "aria-describedby=\"person_name-hint person_name-error\"",
    ] {
        assert!(page.body.contains(said), "{said}: {}", page.body);
    }
    let zone: Vec<_> = HEAD
        .iter()
        .map(|(name, text)| (*name, if *name == "timezone" { "Europe/Nowhere" } else { *text }))
        .collect();
    let page = send(&mut officer, &head, &zone).await;
    assert!(
        page.body.contains("id=\"timezone-error\"") && page.body.contains("Europe/Nowhere"),
        "{}",
        page.body
    );
    send(&mut officer, &head, &half).await;
    // Signed in again on another day, it goes on where it was.
    force.clock.advance_millis(86_400_000);
    let mut again = Client::signed_in(&force, "om1").await;
    assert!(again.get("/orders").await.body.contains("T2026-&#60;0200&#62;"));
    let later = send(&mut again, &head, &[("reference", "T2026-0201"), ("then", "later")]).await;
    assert_eq!((later.status, later.location.as_str()), (StatusCode::SEE_OTHER, draft.as_str()));

    // Another window with the form of before.
    let stale = again.post(&head, &[("reference", "T2026-0202"), ("revision", "2")]).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(
        stale.body.contains("changed in another window") && stale.body.contains("T2026-0202"),
        "{}",
        stale.body
    );
    assert!(again.get(&head).await.body.contains("T2026-0201"), "and nothing was written over");

    // Why a kind is suggested; and what only the reader of order files finds, beside its field.
    let words = format!("{draft}/paragraphs/new/words");
    let kind =
        send(&mut again, &words, &[("paragraph", "7"), ("text", "Not to view pornography.")]).await.location;
    let suggested = again.get(&kind).await.body;
    assert!(suggested.contains("Pornography: because the paragraph says “pornography”"), "{suggested}");
    let details = send(&mut again, &kind, &[("kind", "pornography")]).await.location;
    let wrong = send(&mut again, &details, &[("sites", "https://pictures.example/a")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", wrong.location);
    assert!(
        wrong.body.contains("id=\"sites-error\"") && wrong.body.contains("https://pictures.example/a"),
        "{}",
        wrong.body
    );
    let twice = send(&mut again, &words, &[("paragraph", "7"), ("text", BATHS)]).await;
    assert!(twice.body.contains("There is a paragraph 7 already"), "{}", twice.body);

    // Given up: gone for its author too, with the keys of the case that never was.
    let rows = force.seed.ctx.store.order_draft_list(None).await.expect("read");
    let case = rows.first().expect("the draft").case;
    assert!(force.seed.ctx.case_keys_held(case));
    again.get(&draft).await;
    assert_eq!(again.post(&draft, &[("does", "discard")]).await.location, "/orders");
    assert_eq!(again.get(&draft).await.status, StatusCode::NOT_FOUND);
    assert!(!force.seed.ctx.case_keys_held(case));
}

#[tokio::test]
async fn an_order_is_varied_and_suspended_only_past_a_second_officer_and_the_page_says_what_changes() {
    let force = force().await;
    let person = format!("/people/{}", force.seed.case);
    let mut officer = Client::signed_in(&force, "om1").await;
    officer.get(&person).await;
    let change = officer.post(&format!("{person}/order-change"), &[]).await.location;
    let draft = change.trim_end_matches("/change").to_owned();
    assert_eq!(officer.post(&format!("{person}/order-change"), &[]).await.location, change, "one goes on");
    let why = [("from", "2026-11-20"), ("reason", "Crown Court, invented; letter of 19 November.")];
    assert_eq!(send(&mut officer, &change, &why).await.status, StatusCode::SEE_OTHER);
    let shown = officer.get(&draft).await;
    assert!(shown.body.contains("Nothing is changed of the order as it stands"), "{}", shown.body);
    let revision = revision(&shown);
    officer.post(&format!("{draft}/paragraphs/2"), &[("revision", &revision)]).await;
    let page = officer.get(&draft).await.body;
    assert!(page.contains("Paragraph 5 is gone: Private browsing"), "{page}");
    assert!(page.contains("gets another policy") || page.contains("get another policy"), "{page}");

    // A colleague without the case is not offered and sees nothing.
    let (colleague, supervisor) = (id(&force, "om2").await, id(&force, "sup").await);
    assert!(!page.contains(&colleague) && page.contains(&supervisor), "{page}");
    let mut stranger = Client::signed_in(&force, "om2").await;
    assert_eq!(stranger.get(&draft).await.status, StatusCode::NOT_FOUND);
    let handed = officer.post(&draft, &[("does", "hand-in"), ("checker", &supervisor)]).await;
    assert_eq!(handed.status, StatusCode::SEE_OTHER, "{}", handed.body);
    assert!(officer.get(&person).await.body.contains("Changed order on its way"));

    let mut second = Client::supervising(&force).await;
    let ticks: Vec<String> = (0..4).map(|index| format!("same-{index}")).collect();
    let mut fields: Vec<_> = ticks.iter().map(|name| (name.as_str(), "yes")).collect();
    fields.extend([("same-order", "yes"), ("says", "approve")]);
    let live = send_check(&mut second, &draft, &fields).await;
    assert_eq!(live.status, StatusCode::SEE_OTHER, "{}", live.body);
    let page = officer.get(&person).await.body;
    assert!(page.contains("Version 2, from 20 November 2026: Entered by DC Test Officer 01."), "{page}");
    assert!(!page.contains("Must not use private"), "{page}");

    // A suspension: its faults, what it stops, and the same second look.
    let end = officer.post(&format!("{person}/order-end"), &[]).await.location;
    let draft = end.trim_end_matches("/end").to_owned();
    let open = [
        ("kind", "paused"),
        ("from", "2026-11-23"),
        ("reason", "Until the appeal is heard; told by the court."),
    ];
    let wrong = send(&mut officer, &end, &open).await;
    assert!(
        wrong.body.contains("id=\"until-error\"") && wrong.body.contains("told by the court"),
        "{}",
        wrong.body
    );
    let whole: Vec<_> = open.into_iter().chain([("until", "2026-12-23")]).collect();
    assert_eq!(send(&mut officer, &end, &whole).await.status, StatusCode::SEE_OTHER);
    let page = officer.get(&draft).await.body;
    assert!(
        page.contains("Does not run from 23 November 2026 to 23 December 2026, then runs again"),
        "{page}"
    );
    officer.post(&draft, &[("does", "hand-in"), ("checker", &supervisor)]).await;
    assert!(force.seed.ctx.store.order_end_list(force.seed.case).await.expect("read").is_empty());
    let live = send_check(&mut second, &draft, &[("same-order", "yes"), ("says", "approve")]).await;
    assert_eq!(live.status, StatusCode::SEE_OTHER, "{}", live.body);
    assert_eq!(force.seed.ctx.store.order_end_list(force.seed.case).await.expect("read").len(), 1);
    let page = officer.get(&person).await.body;
    assert!(page.contains("was paused from 23 November 2026 to 23 December 2026"), "{page}");
    corrected(&force, &mut officer, &mut second, &supervisor).await;
    let check = crate::app::audit_check::check(&force.seed.ctx, &mut |_| {}).await.expect("read");
    assert!(check.holds(), "{:?}", check.told);
}

/// The court hears the appeal sooner: the last day is corrected, past the second officer too.
async fn corrected(force: &Force, officer: &mut Client, second: &mut Client, supervisor: &str) {
    let person = format!("/people/{}", force.seed.case);
    let entry = force.seed.ctx.store.order_end_list(force.seed.case).await.expect("read");
    let entry = entry.first().expect("the suspension").id.to_string();
    let open = officer.post(&format!("{person}/order-end"), &[("end", &entry)]).await.location;
    let draft = open.trim_end_matches("/end").to_owned();
    let sooner = [("until", "2026-12-01"), ("reason", "Heard on 1 December; told by the court.")];
    assert_eq!(send(officer, &open, &sooner).await.status, StatusCode::SEE_OTHER);
    officer.post(&draft, &[("does", "hand-in"), ("checker", supervisor)]).await;
    let live = send_check(second, &draft, &[("same-order", "yes"), ("says", "approve")]).await;
    assert_eq!(live.status, StatusCode::SEE_OTHER, "{}", live.body);
    let page = officer.get(&person).await.body;
    assert!(page.contains("was paused from 23 November 2026 to 1 December 2026"), "{page}");
    assert!(page.contains("Last day changed to 1 December 2026"), "{page}");
}
