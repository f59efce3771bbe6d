//! Orders and observations for the engine's tests.

#![allow(dead_code, reason = "each test binary uses some of these builders")]

pub mod pictures;

use proviso_engine::{CompileInputs, Engine, Pack, compile};
use proviso_model::observation::{Attribution, Field, SearchOpening, SearchStart, Source};
use proviso_model::{Act, Digest, Fact, Observation, Order, Passage, Policy, Timestamp};

/// An order with the given conditions, in TOML.
pub fn order(conditions: &str) -> Order {
    let text = format!(
        "reference = \"T2026-0200\"\nkind = \"shpo-conviction\"\nmade_on = 2026-03-31\nexpires_on = 2031-03-30\n\
         timezone = \"Europe/London\"\n[person]\nname = \"Test Person 200\"\n[authority]\nbasis = \"paragraph\"\n\
         paragraph = \"4\"\nlegal_basis = \"Order T2026-0200, paragraph 4.\"\nrecorded_by = \"Officer 4412\"\n\
         recorded_on = 2026-04-01\n{conditions}"
    );
    Order::from_toml(&text).expect("an order")
}

/// A policy for those conditions, with a shield list.
pub fn policy(conditions: &str, shield: &[&str]) -> Policy {
    let packs = Pack::built_in().expect("the packs");
    let shield = shield.iter().map(|entry| (*entry).to_owned()).collect();
    let inputs = CompileInputs { shield, ..CompileInputs::offline() };
    compile(&order(conditions), &packs, &inputs).expect("a policy")
}

/// An engine for those conditions.
pub fn engine(conditions: &str) -> Engine {
    Engine::new(&policy(conditions, &[]), Digest([9; 32])).expect("an engine")
}

/// A condition of specified words.
pub fn words(list: &[&str]) -> String {
    let list: Vec<String> = list.iter().map(|word| format!("{word:?}")).collect();
    format!(
        "[[condition]]\nparagraph = \"6\"\ntext = \"Must not use the words in the schedule.\"\nkind = \"specified-words\"\nwords = [{}]\n",
        list.join(", ")
    )
}

/// A fact seen in front at noon on a day within the order.
pub fn seen(fact: Fact) -> Observation {
    Observation {
        listed: Vec::new(),
        picture: None,
        id: None,
        observed_at: Timestamp::parse("2026-07-01T12:00:00Z").expect("an instant"),
        source: Source::Browser,
        account: "account-a".to_owned(),
        attribution: Attribution {
            act: Act::Shown,
            foreground: true,
            visible_ms: 4000,
            since_input_ms: Some(800),
            circumstances: None,
        },
        fact,
    }
}

/// A page with the given visible text.
pub fn page(text: &str) -> Observation {
    seen(Fact::Page {
        url: "https://news.example/a".to_owned(),
        title: String::new(),
        text: Passage::whole(text),
        cut: false,
        search: None,
    })
}

/// A page of results for `query`, which was chosen after typing its beginning.
pub fn searched(text: &str, query: &str) -> Observation {
    let mut observation = page(text);
    if let Fact::Page { url, search, .. } = &mut observation.fact {
        *url = format!("https://www.google.com/search?q={query}");
        let typed = query.get(..3).map(str::to_owned);
        *search = Some(SearchStart { by: SearchOpening::Form, typed, suggestion: true });
    }
    observation
}

/// Text typed as a message.
pub fn typed(text: &str) -> Observation {
    seen(Fact::Typed {
        url: "https://chat.example/room".to_owned(),
        field: Field::Message,
        text: Passage::whole(text),
    })
}
