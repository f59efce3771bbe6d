//! The design's invariants as far as the engine holds them.

mod common;
mod talk;

use std::sync::LazyLock;

use common::{engine, order, page, policy, searched, seen, typed, words};
use proptest::prelude::*;
use proviso_engine::{CompileError, CompileInputs, Engine, EngineError, Pack, compile};
use proviso_model::limits::{SPANS_MAX, SURROUNDINGS_BYTES};
use proviso_model::observation::{Cause, Circumstances, Detour, Field, NameHow, NameUsed};
use proviso_model::{Act, ConditionKind, Digest, Fact, Order, Passage, Timestamp};

/// Every kind of condition but specified words, and then those.
const EVERYTHING: &str = concat!(
    include_str!("common/conditions.toml"),
    "[[condition]]\nparagraph = \"6\"\ntext = \"six\"\nkind = \"specified-words\"\nwords = [\"harbour lantern\", \"tide table\"]\n"
);

fn good_order(name: &str) -> Order {
    let path = format!("{}/../../testdata/orders/good/{name}", env!("CARGO_MANIFEST_DIR"));
    Order::from_toml(&std::fs::read_to_string(path).expect("an order file")).expect("an order")
}

fn compiled(order: &Order) -> Result<proviso_model::Policy, CompileError> {
    compile(order, &Pack::built_in().expect("the packs"), &CompileInputs::offline())
}

#[test]
fn invariant_01_no_policy_comes_from_an_order_that_allows_no_monitoring() {
    let notification = compiled(&good_order("notification-only.toml")).expect_err("captures nothing");
    assert!(notification.to_string().contains("captures nothing"), "{notification}");
    let withdrawn = compiled(&good_order("consent-withdrawn.toml")).expect_err("withdrawn");
    assert!(withdrawn.to_string().contains("withdrawn on 2026-06-01"), "{withdrawn}");
    let mut unsigned = good_order("sro-consent.toml");
    unsigned.authority.consent_signed_on = None;
    assert!(matches!(compiled(&unsigned), Err(CompileError::AuthorityIncomplete(_))));
    let mut empty = good_order("sro-consent.toml");
    empty.conditions.clear();
    assert!(matches!(compiled(&empty), Err(CompileError::NoConditions(_))));
    let ended = CompileInputs {
        issued_at: Timestamp::parse("2031-03-30T23:00:00Z").expect("an instant"),
        ..CompileInputs::offline()
    };
    let packs = Pack::built_in().expect("the packs");
    assert!(matches!(compile(&order(EVERYTHING), &packs, &ended), Err(CompileError::Ended(_))));
}

#[test]
fn invariant_01_a_condition_runs_from_its_first_civil_day_to_the_end_of_its_last() {
    let policy = compiled(&good_order("shpo-all-kinds.toml")).expect("a policy");
    let searches = &policy.conditions[2];
    assert_eq!(searches.valid_from.to_string(), "2026-04-14T23:00:00.000000Z");
    assert_eq!(searches.valid_until.to_string(), "2028-04-14T23:00:00.000000Z");
    assert_eq!(policy.expires_at.to_string(), "2031-03-30T23:00:00.000000Z");
    let consent = compiled(&good_order("sro-consent.toml")).expect("a policy");
    assert_eq!(consent.conditions[0].valid_from.to_string(), "2026-01-09T00:00:00.000000Z");
}

#[test]
fn invariant_01_a_condition_reads_only_what_a_device_may_capture_for_it() {
    let observations = [page("harbour lantern porn video"), typed("harbour lantern porn video")];
    for kind in ConditionKind::ALL {
        let mut policy = policy(EVERYTHING, &[]);
        policy.conditions.retain(|condition| condition.kind == *kind);
        let engine = Engine::new(&policy, Digest([9; 32])).expect("an engine");
        for observation in &observations {
            let capture = policy.capture_at(observation.observed_at);
            let may = match &observation.fact {
                Fact::Page { .. } => capture.pages || capture.addresses,
                _ => capture.typed,
            };
            assert!(may || engine.evaluate(observation).is_empty(), "{}", kind.as_str());
        }
    }
}

#[test]
fn invariant_04_a_contact_on_the_shield_list_raises_nothing_and_is_told_apart() {
    let policy = policy(EVERYTHING, &["Lawyer.example", "help@clinic.example"]);
    let engine = Engine::new(&policy, Digest([9; 32])).expect("an engine");
    for (url, shielded) in [
        ("https://mail.lawyer.example/thread/7", true),
        ("https://mail.example/?to=help%40clinic.example", true),
        ("https://notlawyer.example/", false),
        ("https://clinic.example/", false),
    ] {
        let observation = seen(Fact::Page {
            url: url.to_owned(),
            title: String::new(),
            text: Passage::whole("harbour lantern"),
            cut: false,
            search: None,
        });
        assert_eq!(engine.is_shielded(&observation), shielded, "{url}");
        assert_eq!(engine.evaluate(&observation).is_empty(), shielded, "{url}");
    }
    for (name, shielded) in [("Help <help@Clinic.example>", true), ("kit@post.example", false)] {
        let (url, how) = ("https://mail.example/".to_owned(), NameHow::Recipient);
        let used = NameUsed { url, name: name.to_owned(), how, typed: true, used_at: None };
        assert_eq!(engine.is_shielded(&seen(Fact::Name(Box::new(used)))), shielded, "{name}");
    }
}

#[test]
fn invariant_06_a_policy_of_other_semantics_is_not_replayed() {
    let mut policy = policy(EVERYTHING, &[]);
    policy.engine_semantics += 1;
    assert!(matches!(Engine::new(&policy, Digest([9; 32])), Err(EngineError::Semantics { .. })));
}

#[test]
fn invariant_06_more_spans_than_a_finding_keeps_still_replay_to_the_byte() {
    let engine = engine(&words(&["tide table", "harbour", "harbour lantern"]));
    for times in [SPANS_MAX + 1, 900, 4000] {
        let text = "filler words between, a tide table and harbour lantern; ".repeat(times);
        let observation = page(&text);
        let findings = engine.evaluate(&observation);
        assert_eq!(findings[0].spans.len(), SPANS_MAX);
        assert!(findings[0].spans_left_out > 0);
        let cut = engine.reduce(&observation, &findings);
        assert_eq!(engine.evaluate(&cut), findings, "{times}");
        let kept: usize = cut.fact.passages().iter().map(|passage| passage.text.len()).sum();
        assert!(kept <= text.len().min(192 * 1024), "{times}: {kept} bytes kept");
    }
}

#[test]
fn invariant_03_only_the_passages_around_the_words_are_kept() {
    let engine = engine(&words(&["harbour lantern"]));
    let filler = "private matters of the household ".repeat(200);
    let text = format!("{filler}the harbour lantern shines {filler}");
    let observation = page(&text);
    let findings = engine.evaluate(&observation);
    let cut = engine.reduce(&observation, &findings);
    let [passage] = cut.fact.passages() else { panic!("one passage") };
    assert!(passage.text.len() <= 2 * SURROUNDINGS_BYTES + "harbour lantern".len());
    assert!(passage.text.len() > SURROUNDINGS_BYTES);
    let start = usize::try_from(passage.offset).expect("an offset");
    assert_eq!(text.get(start..start + passage.text.len()), Some(passage.text.as_str()));
    for (at, edge) in [(start, -1), (start + passage.text.len(), 0)] {
        let index = at.checked_add_signed(edge).expect("inside");
        assert_eq!(text.as_bytes()[index], b' ', "a word was cut at byte {at}");
    }
}

#[test]
fn invariant_12_no_explanation_says_that_a_term_was_broken() {
    let engine = engine(EVERYTHING);
    let observations = [
        page("porn video, sex tape and the harbour lantern"),
        typed("send nudes"),
        seen(Fact::PrivateWindow { browser: "firefox".to_owned() }),
    ];
    let mut explained = 0;
    for observation in &observations {
        for finding in engine.evaluate(observation) {
            let text = finding.explanation.to_lowercase();
            for word in ["breach", "violation", "offender", "suspect", "match", "guilty", "target"] {
                assert!(!text.contains(word), "{text}");
            }
            explained += 1;
        }
    }
    assert!(explained >= 5);
}

/// Text made of words that rules look for, words that hold them, disguises and other scripts.
fn texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec![
            "harbour", "lantern", "harbour lantern", "tide table", "HARBOUR\u{200B} lan\u{301}tern", "harbourlantern",
            "table", "tide", "a b", "b c", "a", "b", "c", "stra\u{DF}e", "STRASSE", "\u{FB01}re", "\u{1F3EE}", "\u{706F}\u{7C60}",
            "\u{5E4}\u{5E0}\u{5E1}", "\u{1112}\u{1161}\u{11AB}", "\u{202E}nretnal\u{202C}",
            "\u{202E}", "l4nt3rn", "l a n t e r n", "\u{1F3EE}\u{1F3FD}", "\u{1F1F1}\u{1F1E6}\u{1F1F3}\u{1F1F9}\u{1F1EA}\u{1F1F7}\u{1F1F3}", "\u{D55C}\u{AE00}", "x\u{301}\u{327}", "\u{3000}",
        ]).prop_map(str::to_owned),
        2 => prop::sample::select(vec![" ", "\n", "\n\n", "\r\n", "\t", "  ", ".", "-", "\u{A0}", "\u{FE0F}"]).prop_map(str::to_owned),
        1 => "\\PC{0,8}",
        1 => "[a-z ]{0,700}",
    ];
    prop::collection::vec((piece, prop::bool::ANY), 0..60).prop_map(|pieces| {
        pieces.into_iter().map(|(piece, space)| if space { piece + " " } else { piece }).collect()
    })
}

const TERMS: &[&str] = &[
    "harbour lantern",
    "lantern",
    "tide table",
    "table",
    "a b",
    "b c",
    "strasse",
    "fire",
    "\u{706F}\u{7C60}",
    "\u{5E4}\u{5E0}\u{5E1}",
    "\u{D55C}",
    "\u{1F3EE}",
    "x",
];

static SEARCHED: LazyLock<Engine> = LazyLock::new(|| {
    let first = EVERYTHING.split("[[condition]]\nparagraph = \"5\"").next().unwrap_or_default();
    engine(&(words(TERMS) + first))
});
static ALL_KINDS: LazyLock<Engine> = LazyLock::new(|| engine(EVERYTHING));

#[test]
fn invariant_07_a_page_that_came_by_itself_raises_nothing_until_it_is_used() {
    let mut seen = page("the harbour lantern");
    for detour in [Detour::Redirect, Detour::PopUp] {
        for (used_ms, raises) in [(None, false), (Some(0), true)] {
            let (cause, detour) = (Some(Cause::Link), Some(detour));
            seen.attribution.circumstances =
                Some(Circumstances { cause, detour, used_ms, ..Circumstances::default() });
            assert_eq!(ALL_KINDS.evaluate(&seen).is_empty(), !raises, "{detour:?}, used {used_ms:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn invariant_06_a_cut_observation_replays_to_the_byte(text in texts()) {
        let engine = &*SEARCHED;
        for observation in [page(&text), typed(&text), searched(&text, "harbour+lantern"), searched(&text, "tide")] {
            let findings = engine.evaluate(&observation);
            let cut = engine.reduce(&observation, &findings);
            let again = engine.evaluate(&cut);
            prop_assert_eq!(serde_json::to_vec(&again).expect("bytes"), serde_json::to_vec(&findings).expect("bytes"));
            prop_assert_eq!(engine.reduce(&cut, &again), cut);
        }
    }

    #[test]
    fn invariant_07_background_alone_raises_nothing(
        text in texts(),
        act in prop::sample::select(vec![Act::Background, Act::Opened, Act::Shown, Act::Played, Act::Received, Act::Unknown]),
        foreground: bool,
        visible_ms in 0_u64..3,
    ) {
        let engine = &*ALL_KINDS;
        let long = text + " harbour lantern ";
        let facts = [
            page(&long).fact,
            typed(&long).fact,
            Fact::Typed { url: "https://a.example/".to_owned(), field: Field::Search, text: Passage::whole("harbour lantern") },
            Fact::PrivateWindow { browser: "firefox".to_owned() },
        ];
        for fact in facts {
            let mut observation = seen(fact);
            observation.attribution.act = act;
            observation.attribution.foreground = foreground;
            observation.attribution.visible_ms = visible_ms;
            prop_assert_eq!(engine.evaluate(&observation).is_empty(), observation.attribution.is_background());
        }
    }
}
