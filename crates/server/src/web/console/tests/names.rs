//! A name that was used, on an alert's page: covered until an officer gives a reason.

use proviso_engine::{CompileInputs, Engine, compile};
use proviso_model::hash::Digest;
use proviso_model::observation::{Act, Attribution, Fact, NameHow, NameUsed, Observation, Source};
use proviso_model::{Order, Timestamp};
use proviso_store::Priority;

use super::client::{Client, force};

fn used(at: Timestamp) -> Observation {
    let (url, name) = ("https://forum.example/login".to_owned(), "Old Heron".to_owned());
    Observation {
        id: None,
        observed_at: at,
        source: Source::Browser,
        account: "account-a".to_owned(),
        listed: Vec::new(),
        picture: None,
        attribution: Attribution {
            act: Act::Typed,
            foreground: true,
            visible_ms: 9_000,
            since_input_ms: Some(300),
            circumstances: None,
        },
        fact: Fact::Name(Box::new(NameUsed { url, name, how: NameHow::SignIn, typed: true, used_at: None })),
    }
}

#[tokio::test]
async fn a_name_that_was_used_is_covered_until_an_officer_gives_a_reason() {
    let mut force = force().await;
    let order = include_str!("seed/order.toml").replace("PERSON", "P").replace("REFERENCE", "R");
    let names = "\n[[condition]]\nparagraph = \"8\"\ntext = \"Must declare every user name.\"\nkind = \"declare-names\"\n";
    let order = Order::from_toml(&format!("{order}{names}")).expect("an order");
    let packs = crate::open::packs(None).expect("packs");
    let policy = compile(&order, &packs, &CompileInputs::offline()).expect("a policy");
    let engine = Engine::new(&policy, Digest([1; 32])).expect("an engine");
    let observation = used(force.seed.ctx.now());
    let findings = engine.evaluate(&observation);
    assert_eq!(findings.len(), 1, "{findings:?}");
    let alert = force.seed.put(&observation, &findings, Priority::ThisWeek).await;

    let mut officer = Client::signed_in(&force, "om1").await;
    let path = format!("/alerts/{alert}");
    let page = officer.get(&path).await;
    for words in ["A name in a form for signing in or registering that was sent", "The name [hidden] stood"] {
        assert!(page.body.contains(words), "missing: {words}\n{}", page.body);
    }
    let opened = officer.post(&format!("{path}/content"), &[]).await;
    for words in ["[name used 1]", "https://forum.example/login", "Whose name it is"] {
        assert!(opened.body.contains(words), "missing: {words}\n{}", opened.body);
    }
    for page in [&page, &opened, &officer.get("/").await] {
        assert!(!page.body.contains("Old Heron"), "covered\n{}", page.body);
    }
    let page = officer.post(&format!("{path}/names"), &[("reason", "decide")]).await;
    assert!(page.body.contains("Old Heron"), "{}", page.body);
}
