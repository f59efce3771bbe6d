//! The page of another adult: from the one-time code to a PIN, to a session, to its end; and the helper that counts meanwhile.

use proviso_agent::daemon::core_thread::Ask;
use proviso_agent::daemon::other_adult::OtherAdultAsk;
use proviso_agent::other_adult::code_hash;
use proviso_agent::pin::TRIES_MAX;
use proviso_agent::sources::desktop::session::Sessions;
use proviso_model::gap::GapCause;
use proviso_model::ids::OtherAdultId;
use proviso_model::native::{SESSION_PROTOCOL, SESSION_PROTOCOL_MIN, ToExtension, ToHost};
use proviso_model::record::RecordBody;
use proviso_model::{InputCounts, OtherAdult, OtherAdultTold, Policy};

use super::session::{account, connect, hear, hello, say};
use super::support::TestForce;
use super::{Machine, client, machine_under, pictures, token, visit, with_gate};

const ID: OtherAdultId = OtherAdultId::from_bytes([41; 16]);
const CODE: &str = "7K3MQ2XP019AZHMR";
const PIN: &str = "a heron at dawn";

fn approved(force: &TestForce) -> Policy {
    let other_adult = OtherAdult {
        id: ID,
        minutes_max: 30,
        sessions_per_day_max: 2,
        until: force.now().plus_millis(3_600_000 * 4),
        code_hash: code_hash(ID, CODE),
        code_until: force.now().plus_millis(3_600_000),
    };
    Policy { other_adult: Some(other_adult), ..force.policy(1, 86_400) }
}

fn told(machine: &Machine) -> Vec<OtherAdultTold> {
    let of = |body: RecordBody| match body {
        RecordBody::OtherAdult { other_adult } => Some(other_adult),
        _ => None,
    };
    machine.force.records(&machine.spool).into_iter().filter_map(of).collect()
}

struct Adult {
    client: reqwest::Client,
    page: String,
}

impl Adult {
    async fn get(&self, path: &str) -> String {
        let answer = self.client.get(format!("{}{path}", self.page)).send().await.expect("a page");
        answer.text().await.expect("text")
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> (u16, String) {
        let token = token(&self.get("/other-adult").await);
        let mut form = vec![("token", token.as_str())];
        form.extend(fields);
        let answer = self.client.post(format!("{}{path}", self.page)).form(&form).send().await;
        let answer = answer.expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("text"))
    }
}

#[tokio::test]
async fn invariant_02_another_adult_chooses_a_pin_begins_a_session_and_ends_it_and_the_sign_says_so() {
    let force = TestForce::new();
    let policy = approved(&force);
    let machine = machine_under(force, &policy, true);
    let adult = Adult { client: client(), page: machine.page().await };
    assert!(adult.get("/").await.contains("href=\"/other-adult\""), "the way there");
    let page = adult.get("/other-adult").await;
    assert!(
        page.contains("An account of your own on this device is better") && page.contains("One-time code")
    );
    let set = |code, pin, again| [("code", code), ("pin", pin), ("again", again)];
    for (fields, says) in [
        (set("7K3M-Q2XP-019A-ZHMS", PIN, PIN), "not the code"),
        (set(CODE, PIN, "another"), "not the same"),
        (set(CODE, "123", "123"), "4 to 64 characters"),
    ] {
        let (status, page) = adult.post("/other-adult/pin", &fields).await;
        assert!(status == 422 && page.contains(says), "{says}: {page}");
    }
    // As a person reads it off the officer's page.
    let right = set("7k3m q2xp o19a zhmr", PIN, PIN);
    assert_eq!(adult.post("/other-adult/pin", &right).await.0, 303);
    let (status, page) = adult.post("/other-adult/pin", &set(CODE, "4712", "4712")).await;
    assert!(status == 422 && page.contains("used already"), "the code works once: {page}");

    let (status, page) = adult.post("/other-adult/begin", &[("pin", "4711")]).await;
    assert!(status == 422 && page.contains("not right") && page.contains("The force is told"), "{page}");
    assert!(machine.core.view().borrow().standing.watching, "the person's own PIN begins nothing");
    assert_eq!(adult.post("/other-adult/begin", &[("pin", PIN)]).await.0, 303);
    assert_eq!(machine.core.view().borrow().standing.why_not, Some(GapCause::OtherAdult));
    let sign = "Watching is paused: another adult is using this account until 08:30";
    assert!(adult.get("/").await.contains(sign));
    assert!(adult.get("/other-adult").await.contains("Watching is paused for you until 08:30"));
    let visit = visit(&adult.client, &format!("{}/details", adult.page)).await;
    let details = adult.client.get(format!("{}/details", adult.page)).header("cookie", &visit);
    let details = details.send().await.expect("a page").text().await.expect("text");
    assert!(
        details.contains("What is not watched") && details.contains("One lasts now, until 08:30"),
        "{details}"
    );

    assert_eq!(adult.post("/other-adult/end", &[]).await.0, 303);
    assert!(machine.core.view().borrow().standing.watching);
    assert!(adult.get("/").await.contains("This account is monitored"));
    let found = told(&machine);
    assert!(
        matches!(
            found.as_slice(),
            [
                OtherAdultTold::PinSet { .. },
                OtherAdultTold::WrongPins { count: 1, .. },
                OtherAdultTold::Session { input: None, .. }
            ]
        ),
        "{found:?}"
    );
    let kept = std::fs::read_to_string(machine.force.dir().file("other-adult-pin.json")).expect("kept");
    assert!(kept.contains("$argon2") && !kept.contains(PIN), "only a slow hash: {kept}");
}

#[tokio::test]
async fn wrong_pins_for_a_session_lead_to_a_pause_and_another_approval_needs_another_pin() {
    let force = TestForce::new();
    let mut policy = approved(&force);
    let machine = machine_under(force, &policy, true);
    let adult = Adult { client: client(), page: machine.page().await };
    let set = [("code", CODE), ("pin", PIN), ("again", PIN)];
    assert_eq!(adult.post("/other-adult/pin", &set).await.0, 303);
    for _ in 0..TRIES_MAX {
        assert_eq!(adult.post("/other-adult/begin", &[("pin", "0000")]).await.0, 422);
    }
    let (_, page) = adult.post("/other-adult/begin", &[("pin", PIN)]).await;
    assert!(page.contains("Too many wrong PINs"), "not even the right one: {page}");
    machine.force.clock.pass(120);
    assert_eq!(adult.post("/other-adult/begin", &[("pin", PIN)]).await.0, 303);
    let found = told(&machine);
    let wrong =
        |one: &OtherAdultTold| matches!(one, OtherAdultTold::WrongPins { count, .. } if *count >= TRIES_MAX);
    assert!(found.iter().any(wrong), "{found:?}");

    policy.serial = 2;
    policy.other_adult =
        policy.other_adult.map(|one| OtherAdult { id: OtherAdultId::from_bytes([42; 16]), ..one });
    assert!(machine.keep.offer(&machine.force.sign(&policy)).expect("taken"));
    machine.core.tell(Ask::Tick).await;
    machine.core.ask(Ask::Totals).await.expect("it has ticked");
    let page = adult.get("/other-adult").await;
    assert!(machine.core.view().borrow().standing.watching, "the session ended with its approval");
    assert!(page.contains("One-time code"), "the PIN belongs to the other: {page}");
    let (status, page) = adult.post("/other-adult/begin", &[("pin", PIN)]).await;
    assert!(status == 422 && page.contains("Choose a PIN first"), "{page}");
}

#[tokio::test]
async fn the_helper_is_asked_to_count_only_while_a_session_lasts_and_an_older_one_never() {
    let force = TestForce::new();
    let policy = approved(&force);
    let machine = machine_under(force, &policy, true);
    let worker = pictures::worker(&["picture-worker"]);
    with_gate(machine, worker, Sessions::of(&account(), None), |machine| {
        let mut helper = connect(machine);
        let mut older = connect(machine);
        say(&mut helper, &hello(SESSION_PROTOCOL));
        say(&mut older, &hello(SESSION_PROTOCOL_MIN));
        for stream in [&mut helper, &mut older] {
            assert!(matches!(hear(stream), ToExtension::State { watching: true, count_input: false, .. }));
        }
        let begin = |reply| Ask::OtherAdult(OtherAdultAsk::Begin(ID, reply));
        let end = |reply| Ask::OtherAdult(OtherAdultAsk::End(reply));
        let runtime = tokio::runtime::Handle::current();
        runtime.block_on(machine.core.ask(begin)).expect("an answer").expect("a session");
        let ToExtension::State { watching: false, count_input: true, sign, capture, .. } = hear(&mut helper) else {
            panic!("a state")
        };
        assert!(sign.contains("until 08:30") && capture.is_nothing(), "{sign}");
        assert!(matches!(hear(&mut older), ToExtension::State { watching: false, count_input: false, .. }));
        let counts = InputCounts { keys: 21, pointer: 4 };
        say(&mut helper, &ToHost::Input { counts, cannot: None });
        // A pulse is answered by nothing; what follows is heard in order.
        say(&mut helper, &ToHost::Missed {
            n: 1,
            source: proviso_model::Source::Files,
            count: 1,
            why: proviso_model::native::PictureWithout::Unreachable,
        });
        assert_eq!(hear(&mut helper), ToExtension::Ack { n: 1 });
        assert_eq!(runtime.block_on(machine.core.ask(end)), Some(true));
        assert!(matches!(hear(&mut helper), ToExtension::State { watching: true, count_input: false, .. }));
        let found = told(machine);
        let counted = |one: &OtherAdultTold| {
            matches!(one, OtherAdultTold::Session { input: Some(input), uncounted, .. } if *input == counts && uncounted.is_empty())
        };
        assert!(found.iter().any(counted), "{found:?}");
    })
    .await;
}
