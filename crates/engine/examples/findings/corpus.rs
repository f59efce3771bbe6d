//! Observations from `testdata/engine` and `testdata/conversations`, and seeded mixtures of the packs' words with disguises,
//! and all that the engine says of them.

use std::path::PathBuf;

use proviso_engine::classify::Classifier;
use proviso_engine::conversation::Said;
use proviso_engine::{CompileInputs, Engine, EngineError, Pack, compile};
use proviso_model::{Digest, Fact, Observation, Order, Policy};

pub type Fault = Box<dyn std::error::Error>;

/// An order with every kind of condition.
const ORDER: &str = concat!(
    r#"
reference = "T2026-0300"
kind = "shpo-conviction"
made_on = 2026-03-31
expires_on = 2031-03-30
timezone = "Europe/London"
[person]
name = "Test Person 300"
[authority]
basis = "paragraph"
paragraph = "4"
legal_basis = "Order T2026-0300, paragraph 4."
recorded_by = "Officer 4412"
recorded_on = 2026-04-01
"#,
    include_str!("../../tests/common/conditions.toml"),
    r#"
[[condition]]
paragraph = "6"
text = "six"
kind = "specified-words"
words = ["harbour lantern", "tide table", "\U0001F3EE", "\u706F\u7C60", "\u0641\u0627\u0646\u0648\u0633"]
[[condition]]
paragraph = "7"
text = "seven"
kind = "monitoring-software"
"#
);

/// Texts of the seeded mixture.
const MIXTURES: usize = 100;

/// By an engine of a policy, a line for each observation: its findings and what is kept of it; and a line for each text: its scores.
pub fn lines(
    engine: impl FnOnce(&Policy, Digest) -> Result<Engine, EngineError>,
) -> Result<Vec<String>, Fault> {
    let packs = Pack::built_in()?;
    let order = Order::from_toml(ORDER).map_err(|errors| format!("{errors:?}"))?;
    let engine = engine(&compile(&order, &packs, &CompileInputs::offline())?, Digest([7; 32]))?;
    let classifier = Classifier::new(&packs)?;
    let mut facts = facts_of_cases()?;
    let mut texts = conversations()?;
    texts.extend(mixtures(&packs));
    for text in &texts {
        // From JSON, as they come: what a fact may say beside this is left out.
        let passages = serde_json::json!([{ "offset": 0, "text": text }]);
        facts.push(serde_json::from_value(serde_json::json!({
            "kind": "page", "url": "https://news.example/a", "title": "A page", "text": passages, "cut": false,
        }))?);
        facts.push(serde_json::from_value(serde_json::json!({
            "kind": "typed", "url": "https://chat.example/room", "field": "message", "text": passages,
        }))?);
    }
    let mut lines = Vec::new();
    for fact in facts {
        let observation = observation(fact)?;
        let findings = engine.evaluate(&observation);
        let cut = engine.reduce(&observation, &findings);
        lines.push(format!("{} {}", serde_json::to_string(&findings)?, serde_json::to_string(&cut)?));
    }
    for text in &texts {
        lines.push(serde_json::to_string(&classifier.scores(text))?);
        let said: Vec<Said<'_>> =
            text.lines().map(|line| Said { author: line.get(..1), text: line }).collect();
        lines.push(serde_json::to_string(&classifier.conversation(&said))?);
    }
    Ok(lines)
}

fn observation(fact: Fact) -> Result<Observation, Fault> {
    Ok(serde_json::from_value(serde_json::json!({
        "observed_at": "2026-07-01T12:00:00Z", "source": "browser", "account": "account-a",
        "attribution": { "act": "shown", "foreground": true, "visible_ms": 4000, "since_input_ms": 800 },
        "fact": fact,
    }))?)
}

fn files(folder: &str) -> Result<Vec<toml::Table>, Fault> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../testdata").join(folder);
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        paths.push(entry?.path());
    }
    paths.retain(|path| path.extension().is_some_and(|end| end == "toml"));
    paths.sort();
    paths.iter().map(|path| Ok(std::fs::read_to_string(path)?.parse()?)).collect()
}

fn cases(table: &toml::Table) -> impl Iterator<Item = &toml::Table> {
    table
        .get("case")
        .and_then(|cases| cases.as_array())
        .into_iter()
        .flatten()
        .filter_map(|case| case.as_table())
}

fn facts_of_cases() -> Result<Vec<Fact>, Fault> {
    let mut facts = Vec::new();
    for file in files("engine")? {
        for fact in cases(&file).filter_map(|case| case.get("fact")) {
            facts.push(fact.clone().try_into()?);
        }
    }
    Ok(facts)
}

fn conversations() -> Result<Vec<String>, Fault> {
    let files = files("conversations")?;
    let lines = files.iter().flat_map(cases).filter_map(|case| case.get("lines")?.as_str());
    Ok(lines.map(str::to_owned).collect())
}

/// Words of the packs and others, some of them disguised, in an order of chance that is always the same.
fn mixtures(packs: &[Pack]) -> Vec<String> {
    const OTHERS: &[&str] = &[
        "harbour",
        "lantern",
        "tide",
        "table",
        "the",
        "a",
        "and",
        "\u{1F3EE}",
        "\u{706F}\u{7C60}",
        "h a r b o u r",
        "l4nt3rn",
        "\u{202E}nretnal\u{202C}",
        "\u{641}\u{640}\u{627}\u{646}\u{648}\u{633}",
        "doctor",
        "school",
        "news",
        "\n\n",
        "\u{FB01}re",
    ];
    let terms: Vec<&str> = packs
        .iter()
        .flat_map(|pack| &pack.categories)
        .flat_map(|category| &category.terms)
        .map(|term| term.text.as_str())
        .collect();
    let mut seed = 0x5EED_u64;
    let mut next = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap_or_default() % below.max(1)
    };
    let mut texts = Vec::new();
    for _ in 0..MIXTURES {
        let mut text = String::new();
        for _ in 0..=next(120) {
            let from = if next(6) == 0 { terms.as_slice() } else { OTHERS };
            let word = from.get(next(from.len())).copied().unwrap_or_default();
            match next(8) {
                0 => text.push_str(&word.to_uppercase()),
                1 => text.push_str(&word.replace('o', "0").replace('e', "\u{435}")),
                _ => text.push_str(word),
            }
            text.push_str([" ", " ", ", ", "\n"].get(next(4)).copied().unwrap_or_default());
        }
        texts.push(text);
    }
    texts
}
