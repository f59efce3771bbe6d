//! What the person writes on their page: a statement, and what they ask about their data.

use proviso_model::Timestamp;
use proviso_model::data_request::{AskedRequest, DataRequestKind, DataRequestState, DataRequests};
use proviso_model::record::RecordBody;
use proviso_model::statement::StatementKind;

use crate::{Machine, client, machine, token, visit};

#[tokio::test]
async fn what_the_person_writes_is_sealed_unchanged_and_nobody_need_write() {
    let machine = machine(true);
    let page = machine.page().await;
    let client = client();
    let write = format!("{page}/details/statement");
    let closed = client.get(&write).send().await.expect("a page").text().await.expect("text");
    assert!(closed.contains("PIN") && !closed.contains("In your own words"), "behind the PIN");
    let visit = visit(&client, &format!("{page}/details")).await;
    let open = client.get(&write).header("cookie", &visit).send().await.expect("a page");
    let open = open.text().await.expect("text");
    for words in ["Nobody need write here", "may be used as evidence", "legal advice first"] {
        assert!(open.contains(words), "{words} is missing: {open}");
    }
    let words = "It came up <by itself>,\nand I closed it. Zażółć.";
    let say = |of: &str, about: &str, text: &str| {
        let form =
            [("of", of), ("about", about), ("text", text)].map(|(name, value)| (name, value.to_owned()));
        let form = [form.as_slice(), &[("token", token(&open))]].concat();
        client.post(&write).header("cookie", &visit).form(&form).send()
    };
    let long = "x".repeat(4_097);
    for (of, about, text) in [
        ("accident", "", "  "),
        ("accident", "", long.as_str()),
        ("gossip", "", words),
        ("accident", "soon", words),
        ("accident", "2036-01-01T10:00", words),
    ] {
        assert_eq!(say(of, about, text).await.expect("an answer").status(), 422, "{of} {about}");
    }
    let kept = |machine: &Machine| {
        let body = |body| match body {
            RecordBody::Statement { statement } => Some(statement),
            _ => None,
        };
        machine.force.records(&machine.spool).into_iter().filter_map(body).collect::<Vec<_>>()
    };
    assert_eq!(kept(&machine), [], "nothing is on record yet");
    assert_eq!(say("accident", "2026-11-24T07:15", words).await.expect("an answer").status(), 303);
    let [statement] = &kept(&machine)[..] else { panic!("one statement: {:?}", kept(&machine)) };
    assert_eq!((statement.of, statement.text.as_str()), (StatementKind::Accident, words));
    assert_eq!(statement.about, Some(Timestamp::parse("2026-11-24T07:15:00Z").expect("an instant")));
    assert_eq!(statement.written_at, machine.force.now());
}

fn requests(machine: &Machine) -> Vec<(DataRequestKind, String, Timestamp)> {
    let body = |body| match body {
        RecordBody::DataRequest { request } => Some((request.of, request.text, request.asked_at)),
        _ => None,
    };
    machine.force.records(&machine.spool).into_iter().filter_map(body).collect()
}

#[tokio::test]
async fn what_the_person_asks_about_their_data_is_sealed_behind_the_pin_and_stops_nothing() {
    let machine = machine(true);
    let asked = |of, due_on: &str, state| AskedRequest {
        of,
        received_on: "2026-10-30".parse().expect("a day"),
        due_on: due_on.parse().expect("a day"),
        state,
    };
    let told = DataRequests {
        extension_months: 2,
        asked: vec![
            asked(DataRequestKind::Erasure, "2026-11-30", DataRequestState::Open),
            asked(DataRequestKind::Access, "2026-11-30", DataRequestState::Answered),
        ],
    };
    let page = machine.page_told(Some(told)).await;
    let client = client();
    let ask = format!("{page}/details/data");
    let closed = client.get(&ask).send().await.expect("a page").text().await.expect("text");
    assert!(closed.contains("PIN") && !closed.contains("What do you ask?"), "behind the PIN");
    let visit = visit(&client, &format!("{page}/details")).await;
    let read = async |address: &str, language: &str| {
        let asked = client.get(address).header("cookie", &visit).header("accept-language", language);
        asked.send().await.expect("a page").text().await.expect("text")
    };
    assert!(read(&format!("{page}/details"), "en").await.contains("href=\"/details/data\""));
    let open = read(&ask, "en").await;
    for words in [
        "Nobody need ask anything",
        "within a month of the day on which it received",
        "up to 2 months longer",
        "legal advice first",
        "It does not stop the monitoring by itself",
        "To have something erased, 30 October 2026",
        "due by 30 November 2026",
        "It was answered.",
    ] {
        assert!(open.contains(words), "{words} is missing: {open}");
    }
    let polish = read(&ask, "pl").await;
    assert!(
        polish.contains("Nie jestem osobą wymienioną w nakazie") && polish.contains("30.11.2026"),
        "{polish}"
    );

    let words = "It is my brother’s <laptop>.";
    let say = |of: &str, text: &str, token: String| {
        let form = [("of", of.to_owned()), ("text", text.to_owned()), ("token", token)];
        client.post(&ask).header("cookie", &visit).form(&form).send()
    };
    let long = "x".repeat(4_097);
    for (of, text) in [("access", "  "), ("access", long.as_str()), ("", words), ("everything", words)] {
        let answer = say(of, text, token(&open)).await.expect("an answer");
        assert_eq!(answer.status(), 422, "{of}");
        assert!(answer.text().await.expect("text").contains("role=\"alert\""), "{of}");
    }
    assert_eq!(say("access", words, "0".repeat(64)).await.expect("an answer").status(), 403);
    assert_eq!(requests(&machine), [], "nothing is on record yet");
    assert_eq!(say("wrong-person", words, token(&open)).await.expect("an answer").status(), 303);
    let expected = (DataRequestKind::WrongPerson, words.to_owned(), machine.force.now());
    assert_eq!(requests(&machine), [expected]);
    assert!(machine.core.view().borrow().standing.watching, "what somebody claims ends no order");
}

#[tokio::test]
async fn nothing_is_asked_of_a_server_that_would_put_it_before_nobody() {
    let machine = machine(true);
    let page = machine.page().await;
    let client = client();
    let visit = visit(&client, &format!("{page}/details")).await;
    let ask = format!("{page}/details/data");
    let shut = client.get(&ask).header("cookie", &visit).send().await.expect("a page");
    let shut = shut.text().await.expect("text");
    assert!(shut.contains("This form opens once") && !shut.contains("<textarea"), "{shut}");
    let details =
        client.get(format!("{page}/details")).header("cookie", &visit).send().await.expect("a page");
    let token = token(&details.text().await.expect("text"));
    let form = [("of", "access"), ("text", "What is held?"), ("token", token.as_str())];
    let answer = client.post(&ask).header("cookie", &visit).form(&form).send().await.expect("an answer");
    assert!(answer.text().await.expect("text").contains("This form opens once"));
    assert_eq!(requests(&machine), []);
}
