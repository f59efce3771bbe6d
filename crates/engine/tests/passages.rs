//! Findings that rest on whole passages: scores of a model, innocent settings, references to children. What is sealed is
//! cut to the passages used, and says the same to the byte.

mod common;

use std::path::Path;
use std::sync::LazyLock;

use common::{order, page, searched, seen, typed};
use proptest::prelude::*;
use proviso_engine::{CompileInputs, Engine, EngineError, Pack, compile};
use proviso_model::limits::SCORED_PASSAGES_MAX;
use proviso_model::policy::Rule;
use proviso_model::{Digest, Fact, Finding, Observation, Passage, Policy};

const CHAT_AND_PORNOGRAPHY: &str = "
[[condition]]
paragraph = \"1\"
text = \"Must not take part in sexualised chat.\"
kind = \"sexualised-chat\"
[[condition]]
paragraph = \"2\"
text = \"Must not view pornography.\"
kind = \"pornography\"
except = { words = [\"evening class\"] }
";

/// Adults, mild, and with listed words.
const ADULT: &str = "She lay naked on the bed in her lingerie while he kissed her thighs, and they talked of sex and of how sexy and aroused they both were that night. ";
/// Adults, mild, without a listed word.
const ADULT_UNLISTED: &str = include_str!("../testdata/model/unlisted.txt");
const HEALTH: &str = "The nurse at the clinic explained contraception to patients and what symptoms of an infection a doctor should see. ";
const FILLER: &str =
    "The harbour was quiet, the lamps were lit along the sea wall and the boats came in one after another. ";

fn policy() -> Policy {
    let packs = Pack::built_in().expect("the packs");
    compile(&order(CHAT_AND_PORNOGRAPHY), &packs, &CompileInputs::offline()).expect("a policy")
}

fn made(policy: &Policy) -> Engine {
    Engine::new(policy, Digest([9; 32])).expect("an engine")
}

static BUILT_IN: LazyLock<Engine> = LazyLock::new(|| made(&policy()));

/// With invented neutral words in the place of sexual ones: nothing sexual is written beside words for children.
static NEUTRAL: LazyLock<Engine> = LazyLock::new(|| {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/engine/packs/neutral.toml");
    let mut packs = Pack::built_in().expect("the packs");
    packs.retain(|pack| pack.category("sexual").is_none());
    packs.push(Pack::from_toml(&std::fs::read_to_string(path).expect("a pack")).expect("a pack"));
    made(&compile(&order(CHAT_AND_PORNOGRAPHY), &packs, &CompileInputs::offline()).expect("a policy"))
});

/// The same, and words that the order names.
static WITH_WORDS: LazyLock<Engine> = LazyLock::new(|| {
    let conditions = format!(
        "{CHAT_AND_PORNOGRAPHY}\n[[condition]]\nparagraph = \"3\"\ntext = \"Must not use the words of schedule B.\"\n\
        kind = \"specified-words\"\nwords = [\"paper kite\"]\n"
    );
    let packs = Pack::built_in().expect("the packs");
    made(&compile(&order(&conditions), &packs, &CompileInputs::offline()).expect("a policy"))
});

fn kept_bytes(observation: &Observation) -> usize {
    observation.fact.passages().iter().map(|passage| passage.text.len()).sum()
}

fn replays(engine: &Engine, observation: &Observation) -> (Vec<Finding>, Observation) {
    let findings = engine.evaluate(observation);
    let cut = engine.reduce(observation, &findings);
    let again = engine.evaluate(&cut);
    assert_eq!(serde_json::to_string(&again).expect("json"), serde_json::to_string(&findings).expect("json"));
    assert_eq!(engine.reduce(&cut, &again), cut, "a cut of a cut is the same cut");
    (findings, cut)
}

#[test]
fn one_sexual_word_among_much_innocent_text_raises_nothing() {
    let text =
        format!("{}The form asks for name, sex and date of birth. {}", FILLER.repeat(40), FILLER.repeat(40));
    assert_eq!(BUILT_IN.evaluate(&page(&text)), []);
}

#[test]
fn a_passage_that_reads_as_sexual_speaks_also_without_a_listed_word_and_only_it_is_sealed() {
    let policy = policy();
    for condition in &policy.conditions {
        let Some(Rule::Words { terms, .. }) = condition.rules.iter().find(|rule| rule.category() == "sexual")
        else {
            panic!("a rule of words");
        };
        let lower = ADULT_UNLISTED.to_lowercase();
        let has_word = |term: &str| {
            lower.split(|c: char| !c.is_alphanumeric() && c != '-').any(|word| word == term.to_lowercase())
        };
        let weight: u32 = terms
            .iter()
            .filter(|term| has_word(&term.text))
            .map(|term| u32::from(term.weight_permille))
            .sum();
        assert_eq!(weight, 0, "the text is to hold no listed word");
    }
    let text = format!("{}\n{}\n{}", FILLER.repeat(60), ADULT_UNLISTED.trim(), FILLER.repeat(60));
    let (findings, cut) = replays(&BUILT_IN, &page(&text));
    let told: Vec<(&str, &str)> =
        findings.iter().map(|finding| (finding.paragraph.as_str(), finding.rule.as_str())).collect();
    // The first paragraph is about chat, so solicitation is read for it too.
    assert_eq!(told, [("1", "score/sexual"), ("1", "score/solicitation"), ("2", "score/sexual")]);
    let score = findings[0].score.as_ref().expect("a score");
    let built_in = proviso_engine::model::LinearModel::named("sexual-linear").expect("the model");
    assert_eq!(score.model, built_in.reference());
    assert_eq!(score.model.sha256.to_string(), built_in.sha256());
    assert!(!findings[0].spans.is_empty());
    for passage in &score.passages {
        assert!(passage.chance_millionths >= u32::from(score.threshold_permille) * 1000);
        let inside = |start: u64, end: u64| passage.start <= start && end <= passage.end;
        assert!(findings[0].spans.iter().any(|span| inside(span.start, span.end)));
    }
    assert!(kept_bytes(&cut) < 5_000, "{} of {} bytes kept", kept_bytes(&cut), text.len());
    let explanation = &findings[0].explanation;
    for words in
        ["The model sexual-linear", "in 100", "docs/cards/sexual-linear.md", "It would not have spoken"]
    {
        assert!(explanation.contains(words), "{words}: {explanation}");
    }
}

#[test]
fn more_passages_than_a_finding_rests_on_still_replay_to_the_byte() {
    let observation = page(&format!("{ADULT}\n{}\n", FILLER.repeat(4)).repeat(40));
    let (findings, cut) = replays(&BUILT_IN, &observation);
    let score = findings[0].score.as_ref().expect("a score");
    assert_eq!(score.passages.len(), SCORED_PASSAGES_MAX);
    assert!(findings[0].explanation.contains("8 passages or more"), "{}", findings[0].explanation);
    assert!(kept_bytes(&cut) <= 192 * 1024);
}

#[test]
fn what_an_order_carves_out_is_not_read_by_the_model_either() {
    let text = format!("evening class {}", ADULT_UNLISTED.trim());
    let carved = |text: &str| {
        let mut policy = policy();
        policy.conditions.retain(|condition| condition.paragraph == "2");
        policy.conditions[0].except.words = vec![text.to_owned()];
        made(&policy)
    };
    assert_eq!(carved("evening class").evaluate(&page(&text)).len(), 1);
    // The whole text as the carve-out: nothing is left to read.
    assert_eq!(carved(&text).evaluate(&page(&text)), []);
}

#[test]
fn words_of_a_page_that_the_model_reads_as_other_text_are_lowered_with_the_reason_and_nothing_else_is() {
    const POLISH: &str = "W porcie panowała cisza, lampy paliły się wzdłuż nabrzeża, a łodzie wracały jedna po drugiej do brzegu. ";
    let silent = format!("{FILLER}The paper calls it erotica. {FILLER}");
    assert_eq!(BUILT_IN.evaluate(&page(&silent)), []);
    // Too weak to speak on a page of prose; each of these is not what the model may lower.
    for text in [
        format!("{FILLER}The paper calls it er\u{f6}tica. {FILLER}"),
        format!("{FILLER}The paper calls it opowiadania erotyczne. {FILLER}"),
        format!("{POLISH}To erotica. {POLISH}"),
        "Erotica by post".to_owned(),
    ] {
        let (findings, _) = replays(&BUILT_IN, &page(&text));
        assert!(!findings.is_empty(), "{text}");
        assert!(findings.iter().all(|finding| finding.against.is_none()), "{text}");
    }
    for written in [typed(&silent), searched(&silent, "erotica")] {
        let (findings, _) = replays(&BUILT_IN, &written);
        assert!(!findings.is_empty() && findings.iter().all(|finding| finding.against.is_none()));
    }

    let strong = format!("{FILLER}The paper calls it erotica, hentai, nsfw. {}", FILLER.repeat(3));
    let (findings, _) = replays(&BUILT_IN, &page(&strong));
    let against = findings[0].against.as_ref().expect("the model reads it otherwise");
    assert_eq!((findings[0].strength_permille, against.lowered_permille), (487, 350));
    let highest = against.passages.iter().map(|passage| passage.chance_millionths).max();
    assert!(highest.is_some_and(|highest| highest < u32::from(against.below_permille) * 1000));
    assert!(findings[0].explanation.contains(
        "sexual-linear version 2, reads a passage with these words as other text"
    ) && findings[0].explanation.contains("from 30 in 100 on it would have taken nothing off. That lowers the strength from 750 to 487 of 1000."), "{}", findings[0].explanation);
}

#[test]
fn a_policy_that_names_another_model_is_refused() {
    let mut policy = policy();
    for rule in policy.conditions.iter_mut().flat_map(|condition| &mut condition.rules) {
        if let Rule::Score { model, .. } = rule {
            model.sha256 = Digest([1; 32]);
        }
    }
    let error = Engine::new(&policy, Digest([9; 32])).expect_err("another model");
    assert!(matches!(error, EngineError::UnknownModel { .. }), "{error}");
}

#[test]
fn nobody_s_age_is_asserted_and_both_are_shown() {
    let findings = NEUTRAL.evaluate(&typed("im 14 and i like your lantern"));
    let minor = findings[0].minor_reference.as_ref().expect("a reference");
    assert_eq!(minor.spans.iter().map(|span| span.text.as_str()).collect::<Vec<_>>(), ["im 14"]);
    assert_eq!(findings[0].spans.iter().map(|span| span.text.as_str()).collect::<Vec<_>>(), ["lantern"]);
    assert_eq!(
        minor.packs.iter().map(|pack| pack.name.as_str()).collect::<Vec<_>>(),
        ["neutral-stand-ins", "stages-core"]
    );
    let explanation = &findings[0].explanation;
    assert!(
        explanation.contains("refers to a child or a stated age of 14 within the same passage: \"im 14\". That says nothing of anyone's true age."),
        "{explanation}"
    );
}

#[test]
fn a_rule_that_a_setting_silenced_brings_only_its_own_passages_into_the_cut() {
    // Sexual words among words of health are silent; one of them stands beside the order's own words, where no setting shows.
    let health = format!("{HEALTH}{HEALTH}Patients ask about sex and porn. ");
    let beside = "A paper kite over the quay, and porn. ";
    let text = [health.as_str(), &FILLER.repeat(60), beside, &FILLER.repeat(60), &health].join("\n");
    let (findings, cut) = replays(&WITH_WORDS, &page(&text));
    let spoke: Vec<&str> = findings.iter().map(|finding| finding.rule.as_str()).collect();
    assert_eq!(spoke, ["words/order"]);
    assert!(kept_bytes(&cut) < 6_000, "{} of {} bytes kept", kept_bytes(&cut), text.len());
    let alone = WITH_WORDS.evaluate(&page(beside));
    assert!(alone.len() > 1, "else nothing had been silenced: {alone:?}");
}

/// A page of passages, some of them of interest.
fn pages(pieces: &'static [&'static str]) -> impl Strategy<Value = String> {
    let piece = prop::sample::select(pieces);
    let between = prop::sample::select(vec!["", "", "\n", "\n\n", " - ", "\u{200B}"]);
    prop::collection::vec((piece, between, 1_usize..4), 0..24).prop_map(|pieces| {
        pieces.into_iter().map(|(piece, between, times)| piece.repeat(times) + between).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn invariant_06_scores_and_settings_replay_to_the_byte(
        text in pages(&[ADULT, HEALTH, FILLER, FILLER, FILLER, "porn ", "erotica, ", "hentai and nsfw ", "opowiadania erotyczne ", "sex, ", "Blue tits. ", "send me pics ", "Get undressed for me on camera tonight. ", "\u{6e2f}\u{706f}"]),
        title in prop::sample::select(vec!["", "Sexual health clinic", "A page"]),
    ) {
        let fact = Fact::Page { url: "https://a.example/".to_owned(), title: title.to_owned(), text: Passage::whole(text.clone()), cut: false, search: None };
        replays(&BUILT_IN, &seen(fact));
        replays(&BUILT_IN, &typed(&text));
    }

    #[test]
    fn invariant_03_of_a_page_with_silenced_rules_no_text_far_from_every_word_is_sealed(
        before in pages(&[HEALTH, HEALTH, "Patients ask about sex and porn. ", "porn ", FILLER]),
        beside in prop::sample::select(vec!["porn", "sex", "nothing", "porn and sexy tapes"]),
        after in pages(&[HEALTH, HEALTH, "Patients ask about sex and porn. ", "porn ", FILLER]),
    ) {
        let far = FILLER.repeat(80);
        let text = format!("{before}\n{far}\nA paper kite over the quay, and {beside}.\n{far}\n{after}");
        let (findings, cut) = replays(&WITH_WORDS, &page(&text));
        prop_assert!(findings.iter().any(|finding| finding.rule == "words/order"));
        let most = FILLER.repeat(50);
        prop_assert!(cut.fact.passages().iter().all(|passage| !passage.text.contains(&most)));
    }

    #[test]
    fn invariant_06_references_to_children_replay_to_the_byte(
        text in pages(&["the lantern ", "a foghorn, ", "pass the oars ", "im 14 ", "the children ", "a pupil ", "year 9 ", FILLER, FILLER, HEALTH]),
    ) {
        replays(&NEUTRAL, &page(&text));
        replays(&NEUTRAL, &typed(&text));
    }
}
