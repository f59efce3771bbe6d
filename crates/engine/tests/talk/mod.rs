//! Conversations over time: what speaks when, what is held, and what of it is sealed.

mod figures;

use std::sync::LazyLock;

use crate::common::{policy, seen};
use proptest::prelude::*;
use proviso_engine::Engine;
use proviso_engine::conversation::Contexts;
use proviso_model::limits::{CONTEXT_MESSAGES_MAX, CONTEXTS_MAX, NEIGHBOURS_MAX};
use proviso_model::{Act, Digest, Fact, Message, Observation, Timestamp};
use serde::Deserialize;

const CONDITIONS: &str = r#"[[condition]]
paragraph = "1"
text = "Must not take part in sexualised chat."
kind = "sexualised-chat"
[[condition]]
paragraph = "6"
text = "Must not use the words of schedule B."
kind = "specified-words"
words = ["paper kite"]
"#;

#[derive(Deserialize)]
struct File {
    case: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    step: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    lines: Vec<String>,
    /// Absent where either would be right.
    speaks: Option<Vec<String>>,
}

/// Made once: a policy with every pack takes a while.
fn engine() -> &'static Engine {
    static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
        Engine::new(&policy(CONDITIONS, &["clinic.example", "nurse@clinic.example"]), Digest([9; 32]))
            .expect("an engine")
    });
    &ENGINE
}

fn message(line: &str, index: usize) -> Message {
    let (author, text) = line.split_once(": ").expect("who says what");
    let own = match author {
        "?" => None,
        name => Some(name == "me"),
    };
    Message {
        author: (author != "?").then(|| author.to_owned()),
        own,
        typed: own == Some(true),
        text: text.to_owned(),
        index: u32::try_from(index).expect("few"),
        ..Message::default()
    }
}

/// What a page newly shows, from its message number `first` on.
fn talk(lines: &[&str], first: usize) -> Observation {
    seen(Fact::Messages {
        url: "https://chat.example/room/7?x=1".to_owned(),
        channel: "Room 7".to_owned(),
        window: "w1".to_owned(),
        messages: lines.iter().enumerate().map(|(at, line)| message(line, first + at)).collect(),
        earlier: Vec::new(),
    })
}

fn at(minutes: i64) -> Timestamp {
    Timestamp::parse("2026-07-01T12:00:00Z").expect("an instant").plus_millis(minutes * 60_000)
}

fn parts(observation: &Observation) -> (&[Message], &[Message]) {
    let Fact::Messages { messages, earlier, .. } = &observation.fact else { panic!("a conversation") };
    (messages, earlier)
}

#[test]
fn each_step_of_a_conversation_makes_exactly_the_rules_speak_that_its_case_names() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/talk/cases.toml");
    let file: File = toml::from_str(&std::fs::read_to_string(path).expect("the cases")).expect("cases");
    let engine = engine();
    let mut wrong = Vec::new();
    for case in &file.case {
        let (mut contexts, mut first) = (Contexts::default(), 0);
        for (number, step) in case.step.iter().enumerate() {
            let lines: Vec<&str> = step.lines.iter().map(String::as_str).collect();
            let mut observation = talk(&lines, first);
            observation.observed_at = at(i64::try_from(number).expect("few"));
            first += lines.len();
            let joined = contexts.join(observation);
            let findings = engine.evaluate(&joined);
            let spoke: Vec<&str> = findings.iter().map(|finding| finding.rule.as_str()).collect();
            if step.speaks.as_ref().is_some_and(|rules| *rules != spoke) {
                wrong.push(format!("{}, step {number}: {spoke:?}", case.name));
            }
            for finding in &findings {
                // A model reads the account's own messages and those of unknown authors only.
                let others = match finding.rule.as_str() {
                    rule if rule.starts_with("score/") => "What others wrote is not read for this",
                    _ => "what others wrote counts half",
                };
                assert!(finding.explanation.contains(others), "{}", finding.explanation);
                assert!(finding.explanation.contains("It would not have spoken"), "{}", finding.explanation);
                for span in &finding.spans {
                    let message = joined.fact.messages().find(|one| Some(one.index) == span.message);
                    let range = usize::try_from(span.start).expect("a start")
                        ..usize::try_from(span.end).expect("an end");
                    assert_eq!(message.expect("its message").text.get(range), Some(span.text.as_str()));
                }
            }
            let cut = engine.reduce(&joined, &findings);
            assert_eq!(engine.evaluate(&cut), findings, "{}: the cut says otherwise", case.name);
            contexts.keep(&joined);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn invariant_03_of_a_conversation_only_the_messages_that_a_finding_rests_on_and_their_neighbours_are_kept() {
    let engine = engine();
    let mut contexts = Contexts::default();
    let filler: Vec<String> = (0..40).map(|at| format!("lee: the {at} gulls over the pier")).collect();
    let mut lines: Vec<&str> = filler.iter().map(String::as_str).collect();
    lines[20] = "me: fancy some sex chat later?";
    contexts.keep(&contexts.join(talk(&lines[..20], 0)));
    let joined = contexts.join(talk(&lines[20..], 20));
    let findings = engine.evaluate(&joined);
    let cut = engine.reduce(&joined, &findings);
    let kept: Vec<u32> = cut.fact.messages().map(|message| message.index).collect();
    assert_eq!(kept, (20 - NEIGHBOURS_MAX..=20 + NEIGHBOURS_MAX).collect::<Vec<_>>());
    let (messages, earlier) = parts(&cut);
    assert_eq!((messages.len(), earlier.len()), (3, 2));
    assert!(earlier.iter().all(|message| message.seen_at.is_some()), "context says when it was seen");
}

#[test]
fn invariant_01_what_was_seen_before_a_condition_began_is_not_read_under_it() {
    let later =
        CONDITIONS.replace("kind = \"sexualised-chat\"", "kind = \"sexualised-chat\"\nfrom = 2026-07-02");
    let engine = Engine::new(&policy(&later, &[]), Digest([9; 32])).expect("an engine");
    let mut contexts = Contexts::default();
    contexts.keep(&contexts.join(talk(&["me: naked, lingerie, sex"], 0)));
    let weak = || {
        let mut observation = talk(&["me: in bed, and sex"], 1);
        observation.observed_at = at(24 * 60);
        observation
    };
    let joined = contexts.join(weak());
    assert_eq!(parts(&joined).1.len(), 1, "it is held for the other condition");
    assert_eq!(engine.evaluate(&joined), engine.evaluate(&Contexts::default().join(weak())));
}

#[test]
fn invariant_04_a_conversation_with_a_shielded_contact_raises_nothing_and_is_told_apart() {
    let engine = engine();
    let mut channel = talk(&["me: fancy some sex chat later?"], 0);
    let mut author = channel.clone();
    if let Fact::Messages { channel, .. } = &mut channel.fact {
        *channel = "Nurse@Clinic.example".to_owned();
    }
    if let Fact::Messages { messages, .. } = &mut author.fact {
        messages
            .push(Message { author: Some("nurse@clinic.example".to_owned()), ..message("lee: hello", 1) });
    }
    for observation in [channel, author] {
        assert!(engine.is_shielded(&observation));
        assert!(engine.evaluate(&observation).is_empty());
    }
}

#[test]
fn a_page_opened_again_brings_only_what_is_new_and_a_draft_gives_way_to_the_message_sent() {
    let mut contexts = Contexts::default();
    contexts.keep(&contexts.join(talk(&["kit: hello", "me: hello", "kit: hello"], 0)));
    let again = contexts.join(talk(&["kit: hello", "me: hello", "kit: hello", "me: fine day"], 0));
    let texts = |list: &[Message]| list.iter().map(|one| (one.index, one.text.clone())).collect::<Vec<_>>();
    assert_eq!(texts(parts(&again).0), [(3, "fine day".to_owned())]);
    assert_eq!(contexts.join(talk(&["me: fine day"], 0)), contexts.join(talk(&["me: fine day"], 0)));
    let mut draft = talk(&["me: shall we"], 3);
    if let Fact::Messages { messages, .. } = &mut draft.fact {
        messages[0].unsent = true;
    }
    contexts.keep(&contexts.join(draft));
    let sent = contexts.join(talk(&["me: shall we meet"], 3));
    assert_eq!(texts(parts(&sent).1).len(), 3, "the draft has given way");
    contexts.keep(&sent);
    let next = contexts.join(talk(&["kit: yes"], 4));
    assert_eq!(texts(parts(&next).1).last(), Some(&(3, "shall we meet".to_owned())));
}

#[test]
fn a_draft_that_gave_way_leaves_no_hole_between_messages_that_followed_each_other() {
    let draft = |text: &str, at: usize| {
        let mut observation = talk(&[text], at);
        if let Fact::Messages { messages, .. } = &mut observation.fact {
            messages[0].unsent = true;
        }
        observation
    };
    let heard = |steps: Vec<Observation>| {
        let mut contexts = Contexts::default();
        let mut last = None;
        for step in steps {
            let joined = contexts.join(step);
            assert_eq!(contexts.join(joined.clone()).fact, joined.fact, "read again the same");
            contexts.keep(&joined);
            last = Some(joined);
        }
        last.expect("a step")
    };
    let asked = "kit: how old are you";
    let whole = heard(vec![
        talk(&[asked], 0),
        talk(&["kit: tell me"], 1),
        talk(&["me: im 13"], 2),
        talk(&["me: dont tell your mom"], 3),
    ]);
    let typed = heard(vec![
        talk(&[asked], 0),
        draft("me: im", 1),
        talk(&["kit: tell me"], 1),
        draft("me: im 1", 2),
        talk(&["me: im 13"], 2),
        draft("me: dont", 3),
        talk(&["me: dont tell your mom"], 3),
    ]);
    assert_eq!(parts(&typed), parts(&whole));
    let numbers: Vec<u32> = typed.fact.messages().map(|message| message.index).collect();
    assert_eq!(numbers, [0, 1, 2, 3]);
}

#[test]
fn what_is_held_is_bounded_in_messages_time_and_conversations_and_background_is_not_held() {
    let mut contexts = Contexts::default();
    for number in 0..CONTEXT_MESSAGES_MAX + 30 {
        contexts.keep(&contexts.join(talk(&["kit: another line"], number + 1)));
    }
    let joined = contexts.join(talk(&["kit: the next"], 999));
    assert_eq!(parts(&joined).1.len(), CONTEXT_MESSAGES_MAX);
    assert_eq!(parts(&joined).0[0].index, 150);
    let mut later = talk(&["kit: days later"], 999);
    later.observed_at = at(73 * 60);
    assert!(parts(&contexts.join(later)).1.is_empty());
    let mut background = talk(&["kit: unseen"], 999);
    background.attribution.act = Act::Background;
    let before = contexts.clone();
    contexts.keep(&contexts.join(background));
    assert_eq!(contexts, before);
    for number in 0..=CONTEXTS_MAX {
        let mut other = talk(&["kit: hi"], 0);
        other.observed_at = at(1 + i64::try_from(number).expect("few"));
        let Fact::Messages { channel, .. } = &mut other.fact else { panic!("a conversation") };
        *channel = format!("room {number}");
        contexts.keep(&contexts.join(other));
    }
    assert!(parts(&contexts.join(talk(&["kit: the next"], 999))).1.is_empty(), "the one longest silent went");
    contexts.forget();
    assert!(contexts.is_empty());
}

/// Lines of words that rules look for, stages and neutral talk.
fn lines() -> impl Strategy<Value = Vec<(u8, String)>> {
    let piece = prop::sample::select(vec![
        "im 13",
        "my mom wont let me",
        "how old are you",
        "dont tell your mom",
        "send me a pic",
        "do you have kik",
        "sex chat",
        "naked",
        "lingerie",
        "paper kite",
        "gulls over the pier",
        "homework",
        "report about grooming",
        "im 41",
        "tell your",
        "how old",
        "are you",
        "you",
        "\n",
        "\u{200B}",
        "é",
    ]);
    let text = prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.join(" "));
    prop::collection::vec((0_u8..4, text), 0..24)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn invariant_06_a_cut_conversation_replays_to_the_byte(
        lines in lines(),
        new_from in 0_usize..24,
        gap in 0_u32..5,
    ) {
        let engine = engine();
        let mut observation = talk(&[], 0);
        let Fact::Messages { messages, earlier, .. } = &mut observation.fact else { panic!("a conversation") };
        for (at, (who, text)) in lines.into_iter().enumerate() {
            let mut one = message(["me: x", "kit: x", "?: x", "lee: x"][usize::from(who)], at);
            one.text = text;
            if at >= new_from {
                one.index += gap;
                messages.push(one);
            } else {
                one.seen_at = Some(Timestamp::parse("2026-07-01T11:00:00Z").expect("an instant"));
                earlier.push(one);
            }
        }
        let findings = engine.evaluate(&observation);
        let cut = engine.reduce(&observation, &findings);
        let again = engine.evaluate(&cut);
        prop_assert_eq!(serde_json::to_vec(&again).expect("bytes"), serde_json::to_vec(&findings).expect("bytes"));
        prop_assert_eq!(engine.reduce(&cut, &again), cut.clone());
        if !findings.is_empty() {
            // Not the last resort: messages far from any that counts are gone.
            let used: Vec<u32> = cut.fact.messages().map(|one| one.index).collect();
            let spans: Vec<u32> = findings.iter().flat_map(|one| &one.spans).filter_map(|span| span.message).collect();
            prop_assert!(spans.iter().all(|number| used.contains(number)));
        }
    }
}
