//! Words that count only beside others, or not beside others; words within longer words; words in several languages; words
//! that an order ties to the index offence.

mod common;

use common::{engine, order, page, typed, words};
use proptest::prelude::*;
use proviso_engine::{CompileInputs, Engine, Pack, compile};
use proviso_model::{Digest, Finding, Observation};

const CHAT: &str =
    "[[condition]]\nparagraph = \"1\"\ntext = \"No sexualised chat.\"\nkind = \"sexualised-chat\"\n";

/// A pack of harmless words that stand in for others.
const PACK: &str = r#"
name = "harbour-list"
version = "7"
about = "Invented."

[[category]]
name = "sexual"
about = "Stand-ins."
threshold_permille = 1000

[[category.group]]
weight_permille = 1000
within_words = 4
needs = ["lantern", "night boat"]
terms = ["compass", "brass rail"]

[[category.group]]
weight_permille = 1000
within_words = 3
unless = ["museum", "model railway"]
terms = ["anchor"]

[[category.group]]
weight_permille = 600
language = "de"
inside_words = true
terms = ["hafen"]

[[category.group]]
weight_permille = 600
language = "pl"
terms = ["latarnia"]

[[category]]
name = "solicitation"
about = "Stand-ins."
threshold_permille = 1000

[[category.group]]
weight_permille = 1000
terms = ["come aboard"]
"#;

fn made(conditions: &str, languages: &[&str]) -> Engine {
    let packs = [Pack::from_toml(PACK).expect("a pack")];
    let languages = languages.iter().map(|tag| (*tag).to_owned()).collect();
    let inputs = CompileInputs { languages, ..CompileInputs::offline() };
    let policy = compile(&order(conditions), &packs, &inputs).expect("a policy");
    // A device reads the policy from its text.
    let text = serde_json::to_string(&policy).expect("text");
    Engine::new(&serde_json::from_str(&text).expect("a policy"), Digest([9; 32])).expect("an engine")
}

/// The findings of an observation; its cut says the same, and so does the cut of the cut.
fn findings(engine: &Engine, observation: &Observation) -> (Vec<Finding>, Observation) {
    let findings = engine.evaluate(observation);
    let cut = engine.reduce(observation, &findings);
    assert_eq!(engine.evaluate(&cut), findings);
    assert_eq!(engine.reduce(&cut, &findings), cut);
    (findings, cut)
}

#[test]
fn a_word_that_needs_another_counts_only_near_it() {
    let engine = made(CHAT, &[]);
    let cases = [
        ("a compass under the lantern", true),
        ("the lantern of the compass", true),
        ("compass one two three lantern", true),
        ("compass one two three four lantern", false),
        ("a compass", false),
        ("the brass rail of the night boat", true),
        ("the night boat, its old, long, brass rail", true),
        ("an anchor", true),
        ("an anchor in the old museum", true),
        ("an anchor near museum walls", false),
        ("the museum anchor", false),
        ("a model railway: anchor", false),
        ("the museum anchor and, in another hall, far from it, an anchor", true),
    ];
    for (text, spoke) in cases {
        assert_eq!(findings(&engine, &page(text)).0.len(), usize::from(spoke), "{text}");
    }
}

#[test]
fn an_explanation_names_the_word_near_and_the_cut_holds_it() {
    let engine = made(CHAT, &[]);
    let filler = "nothing to see on this quiet page ".repeat(60);
    let text = format!("{filler} the museum anchor {filler} a compass left of the lantern {filler}");
    let (found, cut) = findings(&engine, &page(&text));
    let [finding] = found.as_slice() else { panic!("one finding: {found:?}") };
    for said in [
        "\"compass\" counts because \"lantern\" stands near it.",
        "\"anchor\" was not counted because \"museum\" stands near it.",
        "from pack harbour-list version 7",
    ] {
        assert!(finding.explanation.contains(said), "{said}: {}", finding.explanation);
    }
    let kept: Vec<&str> = cut.fact.passages().iter().map(|passage| passage.text.as_str()).collect();
    assert!(kept.contains(&"museum anchor"), "{kept:?}");
    assert!(kept.iter().map(|text| text.len()).sum::<usize>() < 900, "{kept:?}");
}

#[test]
fn what_a_score_adds_leaves_said_why_a_word_counts() {
    const ADULT: &str = include_str!("../testdata/model/unlisted.txt");
    let mut packs = Pack::built_in().expect("the packs");
    packs.push(Pack::from_toml(PACK).expect("a pack"));
    let policy = compile(&order(CHAT), &packs, &CompileInputs::offline()).expect("a policy");
    let engine = Engine::new(&policy, Digest([9; 32])).expect("an engine");
    let (found, _) = findings(&engine, &page(&format!("{}\na compass left of the lantern", ADULT.trim())));
    let joined = found.iter().find(|finding| finding.score.is_some()).expect("a score");
    assert_eq!(joined.rule, "words/sexual");
    for said in ["would each have been enough", "\"compass\" counts because \"lantern\" stands near it."] {
        assert!(joined.explanation.contains(said), "{said}: {}", joined.explanation);
    }
}

#[test]
fn a_term_counts_within_longer_words_only_where_the_pack_says_so() {
    let engine = made(CHAT, &[]);
    let spoke = |text: &str| findings(&engine, &page(text)).0.len();
    assert_eq!(spoke("latarnia und Binnenhafen"), 1);
    assert_eq!(spoke("latarniarz und Binnenhafen"), 0);
    let (found, _) = findings(&engine, &page("latarnia und Binnenhafen"));
    assert_eq!(
        found[0].spans.iter().map(|span| span.text.as_str()).collect::<Vec<_>>(),
        ["latarnia", "hafen"]
    );
}

#[test]
fn a_policy_holds_the_languages_asked_for_and_the_order_stands_over_the_server() {
    let text = "latarnia, Hafen";
    let spoke = |engine: &Engine| engine.evaluate(&page(text)).len();
    assert_eq!(spoke(&made(CHAT, &[])), 1, "all of them where nobody asks");
    assert_eq!(spoke(&made(CHAT, &["pl"])), 0);
    assert_eq!(spoke(&made(CHAT, &["pl", "de"])), 1);
    let packs = [Pack::from_toml(PACK).expect("a pack")];
    let inputs = CompileInputs { languages: vec!["pl".to_owned()], ..CompileInputs::offline() };
    let mut asks = order(CHAT);
    asks.languages = vec!["de".to_owned(), "pl".to_owned()];
    let policy = compile(&asks, &packs, &inputs).expect("a policy");
    assert_eq!(spoke(&Engine::new(&policy, Digest([9; 32])).expect("an engine")), 1);
}

#[test]
fn packs_are_put_together_in_one_rule_and_a_finding_names_those_whose_words_were_found() {
    let mut packs = Pack::built_in().expect("the packs");
    packs.insert(0, Pack::from_toml(PACK).expect("a pack"));
    let policy = compile(&order(CHAT), &packs, &CompileInputs::offline()).expect("a policy");
    packs.reverse();
    assert_eq!(compile(&order(CHAT), &packs, &CompileInputs::offline()).expect("a policy"), policy);
    let engine = Engine::new(&policy, Digest([9; 32])).expect("an engine");
    // 400 of one pack and 600 of the other make the threshold together.
    let (found, _) = findings(&engine, &page("sexy latarnia"));
    let [finding] = found.as_slice() else { panic!("one finding: {found:?}") };
    let names: Vec<&str> =
        std::iter::once(&finding.pack).chain(&finding.more_packs).map(|pack| pack.name.as_str()).collect();
    assert_eq!(names, ["words-core", "harbour-list"]);
    assert!(finding.explanation.contains("from packs words-core version"), "{}", finding.explanation);
    let (found, _) = findings(&engine, &page("an anchor"));
    assert_eq!((found[0].pack.name.as_str(), found[0].more_packs.len()), ("harbour-list", 0));
}

#[test]
fn words_tied_to_the_index_offence_are_found_as_such_and_apart_from_the_order_s_other_words() {
    let engine = engine(&(words(&["tide table"]) + "offence_words = [\"model railway club\"]\n"));
    let (found, _) = findings(&engine, &typed("the tide table of the model railway club"));
    let told: Vec<(&str, &str)> =
        found.iter().map(|finding| (finding.rule.as_str(), finding.spans[0].text.as_str())).collect();
    assert_eq!(told, [("words/order", "tide table"), ("words/offence", "model railway club")]);
    assert_eq!(found[1].category, "offence-words");
    assert!(found[1].explanation.contains("words that this order ties to the index offence"));
    assert!(!found[0].explanation.contains("index offence"));
}

#[test]
fn stages_whose_weights_could_outgrow_the_arithmetic_are_refused() {
    let pack = |most: u32, weight: u32, score: u32| {
        format!(
            "name = \"x\"\nversion = \"1\"\nabout = \"Invented.\"\n[conversation]\ntable = [[0, 0], [400, {score}]]\n[[conversation.stage]]\n\
            name = \"quay\"\nroles = [\"approach\"]\nmost_permille = {most}\n\
            family = [{{ weight_permille = {weight}, patterns = [\"to the quay\"] }}]\n"
        )
    };
    assert!(Pack::from_toml(&pack(10_000, 1000, 1000)).is_ok());
    for (text, expected) in [
        (pack(10_000, u32::MAX, 1000), "stage \"quay\": weight_permille 4294967295 is above 1000"),
        (pack(10_001, 1000, 1000), "most_permille 10001 is above 10000"),
        (pack(10_000, 1000, 1001), "ends at 1000, not at 1001"),
    ] {
        let error = Pack::from_toml(&text).expect_err(expected).to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn a_pack_with_a_context_that_cannot_be_is_refused_with_what_to_write() {
    let group = |line: &str| PACK.replace("within_words = 4", line);
    let cases = [
        (group("within_words = 0"), "within_words 0 is not within 1 to 50"),
        (group("within_words = 51"), "not within 1 to 50"),
        (PACK.replace("needs = [\"lantern\", \"night boat\"]", ""), "within_words goes with needs or unless"),
        (PACK.replace("\"night boat\"", "\"...\""), "\"...\" is not a term"),
        (PACK.replace("language = \"pl\"", "language = \"polish\""), "\"polish\" is not a language tag"),
        (PACK.replace("\"hafen\"", "\"ha\""), "too short to be looked for within words"),
    ];
    for (text, expected) in cases {
        let error = Pack::from_toml(&text).expect_err(expected).to_string();
        assert!(error.contains(expected), "{error}");
    }
}

/// Text of words that decide over one another, near and far.
fn texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => prop::sample::select(vec![
            "compass", "lantern", "night boat", "brass rail", "anchor", "museum", "model railway", "Binnenhafen", "latarnia",
            "come aboard", "an\u{301}chor", "A N C H O R", "c0mpass", "lantern.", "anchor-museum", "\u{706F}", "come", "night",
        ]).prop_map(str::to_owned),
        2 => prop::sample::select(vec![" ", "\n\n", ", ", "one two three"]).prop_map(str::to_owned),
        1 => "[a-z ]{0,60}",
        1 => "[a-z ]{400,900}",
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn invariant_06_words_that_others_decide_over_replay_to_the_byte(text in texts()) {
        let engine = made(CHAT, &[]);
        for observation in [page(&text), typed(&text)] {
            let findings = engine.evaluate(&observation);
            let cut = engine.reduce(&observation, &findings);
            let again = engine.evaluate(&cut);
            prop_assert_eq!(serde_json::to_vec(&again).expect("bytes"), serde_json::to_vec(&findings).expect("bytes"));
            prop_assert_eq!(engine.reduce(&cut, &again), cut);
        }
    }
}
