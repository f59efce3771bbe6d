//! The engine cases under `testdata/engine`: everything that the engine says of each, and nothing else.

use std::path::PathBuf;

use proviso_engine::conversation::Contexts;
use proviso_engine::evaluate::evaluate_line;
use proviso_engine::{CompileInputs, Engine, Pack, compile};
use proviso_model::finding::TextField;
use proviso_model::observation::{Attribution, Source};
use proviso_model::{Act, Digest, Fact, Finding, Observation, Order, Timestamp};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseFile {
    #[serde(rename = "about")]
    _about: String,
    /// A pack of invented neutral words that takes the place of `words-core`; a file of this folder's `packs`.
    pack: Option<String>,
    order: Option<String>,
    order_file: Option<String>,
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    #[serde(default = "noon")]
    at: Timestamp,
    #[serde(default = "shown")]
    act: Act,
    #[serde(default = "yes")]
    foreground: bool,
    #[serde(default = "five_seconds")]
    visible_ms: u64,
    fact: Fact,
    /// What the explanation of each finding says among other things.
    #[serde(default)]
    explained: String,
    #[serde(default)]
    finding: Vec<Expected>,
}

#[derive(Deserialize, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
struct Expected {
    paragraph: String,
    rule: String,
    /// What the rule's words rest on; n-grams of a model are its own affair.
    spans: Vec<String>,
    /// Whether a model's score is part of it.
    #[serde(default)]
    scored: bool,
    /// What is said of a child or an age.
    #[serde(default)]
    minor: Option<String>,
    /// Innocent settings, by name.
    #[serde(default)]
    contexts: Vec<String>,
    /// The questions on the paragraph's wording.
    #[serde(default)]
    questions: Vec<String>,
    /// Why it may be privileged.
    #[serde(default)]
    privilege: Option<String>,
}

/// The file whose cases are about suspected privilege.
const PRIVILEGE: &str = "privilege";

fn noon() -> Timestamp {
    Timestamp::parse("2026-07-01T12:00:00Z").expect("an instant")
}

fn shown() -> Act {
    Act::Shown
}

fn yes() -> bool {
    true
}

fn five_seconds() -> u64 {
    5000
}

fn testdata() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../testdata")
}

fn files() -> Vec<(String, CaseFile)> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(testdata().join("engine"))
        .expect("the folder of cases")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|end| end == "toml"))
        .collect();
    paths.sort();
    paths
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("a file of cases");
            let file = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            (path.file_stem().expect("a name").to_string_lossy().into_owned(), file)
        })
        .collect()
}

fn engine(file: &CaseFile) -> Engine {
    let text = match (&file.order, &file.order_file) {
        (Some(order), None) => order.clone(),
        (None, Some(name)) => {
            std::fs::read_to_string(testdata().join("orders/good").join(name)).expect("an order file")
        }
        _ => panic!("a file of cases names one order"),
    };
    let order = Order::from_toml(&text).expect("an order");
    let mut packs = Pack::built_in().expect("the packs");
    if let Some(name) = &file.pack {
        let path = testdata().join("engine/packs").join(name);
        let text = std::fs::read_to_string(path).expect("a pack");
        packs.retain(|pack| pack.category("sexual").is_none());
        packs.push(Pack::from_toml(&text).expect("a pack"));
    }
    let policy = compile(&order, &packs, &CompileInputs::offline()).expect("a policy");
    Engine::new(&policy, Digest([7; 32])).expect("an engine")
}

fn observation(case: &Case) -> Observation {
    Observation {
        listed: Vec::new(),
        picture: None,
        id: Some(case.name.clone()),
        observed_at: case.at,
        source: Source::Browser,
        account: "account-a".to_owned(),
        attribution: Attribution {
            act: case.act,
            foreground: case.foreground,
            visible_ms: case.visible_ms,
            since_input_ms: Some(1200),
            circumstances: None,
        },
        fact: case.fact.clone(),
    }
}

fn told(findings: &[Finding]) -> Vec<Expected> {
    findings
        .iter()
        .map(|finding| Expected {
            paragraph: finding.paragraph.clone(),
            rule: finding.rule.clone(),
            spans: finding
                .spans
                .iter()
                .filter(|span| !span.rule.starts_with("score/"))
                .map(|span| span.text.clone())
                .collect(),
            scored: finding.score.is_some(),
            minor: finding.minor_reference.as_ref().map(|minor| minor.says.clone()),
            contexts: finding.contexts.iter().map(|context| context.name.clone()).collect(),
            questions: finding.wording_doubt.iter().map(|doubt| doubt.question.clone()).collect(),
            privilege: finding.privilege.as_ref().map(|privilege| privilege.reason.clone()),
        })
        .collect()
}

fn check_spans(case: &Case, finding: &Finding) {
    let whole = |field: TextField, number: Option<u32>| match (&case.fact, field) {
        (Fact::Page { url, .. }, TextField::Url) => url.clone(),
        (Fact::Page { url, .. }, TextField::Query) => proviso_engine::search::query_of(url).expect("a query"),
        (Fact::Page { title, .. }, TextField::Title) => title.clone(),
        (Fact::Text(of_program), TextField::Title) => of_program.title.clone(),
        (fact, TextField::Message) => {
            let message = fact.messages().find(|message| Some(message.index) == number);
            message.expect("a message").text.clone()
        }
        (fact, _) => fact.passages().iter().map(|passage| passage.text.as_str()).collect(),
    };
    for span in finding.all_spans() {
        let range = usize::try_from(span.start).expect("a start")..usize::try_from(span.end).expect("an end");
        assert_eq!(
            whole(span.field, span.message).get(range),
            Some(span.text.as_str()),
            "{}: {span:?}",
            case.name
        );
    }
}

#[test]
fn the_engine_says_exactly_what_each_case_expects() {
    let files = files();
    let mut wrong = Vec::new();
    let (mut positive, mut negative) = (0, 0);
    for (name, file) in &files {
        let engine = engine(file);
        for case in &file.case {
            // In the file on privilege a rule speaks nearly everywhere: what counts there is the mark.
            let speaks = match name.as_str() {
                PRIVILEGE => case.finding.iter().any(|finding| finding.privilege.is_some()),
                _ => !case.finding.is_empty(),
            };
            *if speaks { &mut positive } else { &mut negative } += 1;
            let observation = observation(case);
            let findings = engine.evaluate(&observation);
            if told(&findings) != case.finding {
                wrong.push(format!("{name}: {}\n  {:?}", case.name, told(&findings)));
            }
            for finding in &findings {
                check_spans(case, finding);
                assert!(finding.explanation.contains(&case.explained), "{}", finding.explanation);
                assert!(finding.explanation.contains(&format!("paragraph {}", finding.paragraph)));
                assert!(finding.explanation.contains("It would not have spoken"), "{}", finding.explanation);
            }
            let cut = engine.reduce(&observation, &findings);
            assert_eq!(engine.evaluate(&cut), findings, "{name}: {}: the cut says otherwise", case.name);
            let line = serde_json::to_string(&observation).expect("a line");
            let lines: Vec<String> =
                findings.iter().map(|finding| serde_json::to_string(finding).expect("a line")).collect();
            // Context is made of earlier lines: a case that brings its own is not read from a line.
            if !matches!(&case.fact, Fact::Messages { earlier, .. } if !earlier.is_empty()) {
                let mut contexts = Contexts::default();
                assert_eq!(evaluate_line(&engine, &mut contexts, 1, &line).expect("lines"), lines);
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(positive >= 25 && negative >= positive, "{positive} cases speak, {negative} stay silent");
}
