//! One conversation makes one alert that grows: what an officer sees of its growth, and when they are told.

use proviso_engine::conversation::Contexts;
use proviso_engine::{CompileInputs, Engine, compile};
use proviso_model::hash::Digest;
use proviso_model::ids::AlertId;
use proviso_model::observation::{Act, Attribution, Fact, Observation, Source};
use proviso_model::{AlertState, Message, Order, Timestamp};
use proviso_store::{NotificationKind, Priority};

use axum::http::StatusCode;

use super::client::{Client, Force, acts, force};

/// A device as far as conversations go.
struct Device {
    engine: Engine,
    contexts: Contexts,
    said: u32,
}

impl Device {
    fn new() -> Self {
        let order = include_str!("seed/order.toml").replace("PERSON", "P").replace("REFERENCE", "R");
        let order = Order::from_toml(&order).expect("an order");
        let packs = crate::open::packs(None).expect("packs");
        let policy = compile(&order, &packs, &CompileInputs::offline()).expect("a policy");
        let engine = Engine::new(&policy, Digest([1; 32])).expect("an engine");
        Self { engine, contexts: Contexts::default(), said: 1 }
    }

    /// Shows one more line; what reaches the server goes before the officer.
    async fn says(&mut self, force: &mut Force, channel: &str, line: &str) -> Option<AlertId> {
        let (author, text) = line.split_once(": ").expect("who says what");
        let own = author == "me";
        let message = Message {
            author: Some(author.to_owned()),
            own: Some(own),
            typed: own,
            text: text.to_owned(),
            index: self.said,
            ..Message::default()
        };
        self.said += 1;
        force.clock.advance_millis(60_000);
        let observation = self.contexts.join(Observation {
            id: None,
            observed_at: force.seed.ctx.now(),
            source: Source::Browser,
            account: "account-a".to_owned(),
            listed: Vec::new(),
            picture: None,
            attribution: Attribution {
                act: if own { Act::Typed } else { Act::Received },
                foreground: true,
                visible_ms: 60_000,
                since_input_ms: Some(400),
                circumstances: None,
            },
            fact: Fact::Messages {
                url: "https://chat.example/room/7".to_owned(),
                channel: channel.to_owned(),
                window: "1".to_owned(),
                messages: vec![message],
                earlier: Vec::new(),
            },
        });
        let findings = self.engine.evaluate(&observation);
        self.contexts.keep(&observation);
        if findings.is_empty() {
            return None;
        }
        let cut = self.engine.reduce(&observation, &findings);
        Some(force.seed.put(&cut, &findings, Priority::Today).await)
    }
}

const LINES: [&str; 5] = [
    "kit: im 13 and my mom wont let me go out tonight",
    "me: how old are you again? you sound older",
    "kit: 13, got school tomorrow",
    "me: dont tell your mom about us, delete our chats",
    "me: do you have kik? send me a pic of you",
];

async fn told(force: &Force, alert: AlertId) -> usize {
    let rows = force.seed.ctx.store.notification_after(0, 1000).await.expect("the outbox");
    let kinds = [NotificationKind::AlertRaised, NotificationKind::AlertJoined];
    rows.iter().filter(|row| row.alert == Some(alert) && kinds.contains(&row.kind)).count()
}

#[tokio::test]
async fn one_conversation_makes_one_alert_that_grows_and_is_told_of_once_until_somebody_looks() {
    let (mut force, mut device) = (force().await, Device::new());
    let mut raised = Vec::new();
    for line in LINES {
        raised.extend(device.says(&mut force, "Room 7", line).await);
    }
    let alert = *raised.first().expect("an alert");
    assert!(raised.len() > 1 && raised.iter().all(|one| *one == alert), "{raised:?}");
    assert_eq!(told(&force, alert).await, 1, "not told again for every line");

    let mut officer = Client::signed_in(&force, "om1").await;
    let page = officer.get(&format!("/alerts/{alert}")).await;
    for words in ["The conversation so far", "Typed in account account-a", "Shown, from another", "Secrecy"] {
        assert!(page.body.contains(words), "missing: {words}\n{}", page.body);
    }
    for hidden in ["delete our chats", "got school", "chat.example", "Room 7", "since you looked", ">kit"] {
        assert!(!page.body.contains(hidden), "shown: {hidden}");
    }

    let grown = device.says(&mut force, "Room 7", "me: can i pick you up on friday, just us").await;
    assert_eq!(grown, Some(alert));
    assert_eq!(told(&force, alert).await, 2, "told once that it grew");
    device.says(&mut force, "Room 7", "me: dont tell anyone, its our secret").await;
    assert_eq!(told(&force, alert).await, 2);
    let page = officer.get(&format!("/alerts/{alert}")).await;
    assert!(page.body.contains("2 more messages since you looked"), "{}", page.body);
    let page = officer.post(&format!("/alerts/{alert}/content"), &[]).await;
    assert!(page.body.contains("<mark>delete our chats</mark>"), "{}", page.body);
    assert!(page.body.contains("2 more messages since you looked"), "still new once content is opened");
}

#[tokio::test]
async fn names_and_contact_details_of_others_are_covered_until_an_officer_gives_a_reason_that_is_logged() {
    let (mut force, mut device) = (force().await, Device::new());
    let mut alert = None;
    for line in
        LINES.into_iter().chain(["me: dont tell your mom kit, write to me at 07700 900123 our secret"])
    {
        alert = device.says(&mut force, "Kit", line).await.or(alert);
    }
    let path = format!("/alerts/{}", alert.expect("an alert"));
    let mut officer = Client::signed_in(&force, "om1").await;
    let page = officer.get(&path).await;
    assert!(!page.body.contains("Other people in what was captured"), "no content is open");

    let page = officer.post(&format!("{path}/content"), &[]).await;
    for words in [
        "[other person 1] (another)",
        "[telephone number]",
        "our secret",
        "most alerts can be decided without them",
    ] {
        assert!(page.body.contains(words), "missing: {words}\n{}", page.body);
    }
    for covered in ["kit (another)", " kit, write", "900123", ">Kit<"] {
        assert!(!page.body.contains(covered), "shown: {covered}\n{}", page.body);
    }

    let before = acts(&force).await.len();
    let page = officer.post(&format!("{path}/names"), &[]).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST, "without a reason");
    assert_eq!(acts(&force).await.len(), before);
    let page = officer.post(&format!("{path}/names"), &[("reason", "protect")]).await;
    for words in ["kit (another)", " kit, write", "07700 900123", "Your reason is in the log"] {
        assert!(page.body.contains(words), "missing: {words}\n{}", page.body);
    }
    let rows = force.seed.ctx.store.audit_list(None, 0, 10_000).await.expect("log");
    let row = rows.iter().find(|row| row.entry.act == "names-open").expect("in the log");
    assert!(!row.entry.sealed.is_empty(), "with its reason");
    assert!(page.body.contains("opened names and contact details of other people"), "in the history");

    let page = officer.post(&format!("{path}/content"), &[]).await;
    assert!(!page.body.contains("900123"), "covered again");
}

#[tokio::test]
async fn a_decided_conversation_that_grows_is_a_new_alert_that_names_the_earlier_and_others_are_apart() {
    let (mut force, mut device) = (force().await, Device::new());
    let mut first = None;
    for line in LINES {
        first = device.says(&mut force, "Room 7", line).await.or(first);
    }
    let first = first.expect("an alert");
    let mut officer = Client::signed_in(&force, "om1").await;
    officer.get(&format!("/alerts/{first}")).await;
    let fields = [("outcome", "no-concern"), ("reason", "Invented people in a test.")];
    officer.post(&format!("/alerts/{first}/decision"), &fields).await;
    let store = &force.seed.ctx.store;
    let decided = store.alert_get(first).await.expect("read").expect("the alert");
    assert_eq!(decided.state, AlertState::Decided);

    let again =
        device.says(&mut force, "Room 7", "me: send me another pic, our secret").await.expect("it grew");
    assert_ne!(again, first);
    let page = officer.get(&format!("/alerts/{again}")).await;
    assert!(page.body.contains(&format!("href=\"/alerts/{first}\"")), "{}", page.body);

    let mut other = None;
    for line in LINES {
        other = device.says(&mut force, "Room 8", line).await.or(other);
    }
    let other = other.expect("an alert");
    assert!(other != first && other != again, "another channel is another conversation");
    let store = &force.seed.ctx.store;
    let row = store.alert_get(other).await.expect("read").expect("the alert");
    assert!(row.is_conversation && row.earlier.is_none());
    assert!(row.first_at > Timestamp::from_micros(0));
}
