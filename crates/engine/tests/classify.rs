//! Scores of texts and conversations, as `proviso-agent classify text` writes them.

use proviso_engine::Pack;
use proviso_engine::classify::{Classifier, jsonl_line, text_line};
use serde_json::{Value, json};

fn classifier() -> Classifier {
    Classifier::new(&Pack::built_in().expect("the packs")).expect("a classifier")
}

fn value(line: &str) -> Value {
    assert!(!line.contains('\n'));
    serde_json::from_str(line).expect("a line of JSON")
}

#[test]
fn a_plain_line_is_scored_with_byte_spans() {
    let text = "Möwen, then porn videos";
    let line = value(&text_line(&classifier(), text, None));
    assert!(line["scores"]["sexual"].as_f64() > Some(0.5), "{line}");
    assert_eq!(line["scores"]["grooming"], json!(0.0));
    let spans = line["spans"].as_array().expect("spans");
    let words = json!({"start": 13, "end": 24, "rule": "words/sexual", "category": "sexual"});
    assert!(spans.contains(&words), "{line}");
    assert_eq!(text.get(13..24), Some("porn videos"));
    assert!(line.get("id").is_none());
}

#[test]
fn an_innocent_or_empty_line_scores_next_to_nothing() {
    for text in ["", "Train times from Scunthorpe to Essex", "Breast screening saves lives"] {
        let line = value(&text_line(&classifier(), text, None));
        assert!(line["scores"]["sexual"].as_f64() < Some(0.1), "{line}");
        assert_eq!(line["spans"], json!([]), "{text}");
    }
}

#[test]
fn asking_in_words_that_no_list_holds_is_solicitation_and_ordinary_talk_in_like_words_is_not() {
    let classifier = classifier();
    for (asking, ordinary) in [
        (
            "I have a room tonight. Come and get into bed with me, naked.",
            "The room has a good bed and a view of the harbour.",
        ),
        ("could you send me one of you undressed?", "could you send me one of the kitchen?"),
        (
            "what are your rates for a full night, and do you do outcalls?",
            "what are your rates for a full day of tiling?",
        ),
    ] {
        let line = value(&text_line(&classifier, asking, None));
        assert!(line["scores"]["solicitation"].as_f64() >= Some(0.5), "{line}");
        let spans = line["spans"].as_array().expect("spans");
        let weighed = |span: &&Value| {
            span["rule"] == "model/solicitation-linear-1" && span["category"] == "solicitation"
        };
        assert!(spans.iter().any(|span| weighed(&span)), "{line}");
        let line = value(&text_line(&classifier, ordinary, None));
        assert!(line["scores"]["solicitation"].as_f64() < Some(0.5), "{line}");
    }
}

#[test]
fn a_listed_phrase_counts_once_and_in_any_language_whatever_the_model_says() {
    for (text, phrase) in
        [("send nudes", "send nudes"), ("Bonjour, montre-moi ton corps", "montre-moi ton corps")]
    {
        let line = value(&text_line(&classifier(), text, None));
        assert!(line["scores"]["solicitation"].as_f64() >= Some(0.5), "{line}");
        let spans = line["spans"].as_array().expect("spans");
        let listed: Vec<&Value> = spans.iter().filter(|span| span["rule"] == "words/solicitation").collect();
        let start = text.find(phrase).expect("the phrase");
        let whole =
            |span: &&&Value| span["start"] == json!(start) && span["end"] == json!(start + phrase.len());
        assert_eq!(listed.iter().filter(whole).count(), 1, "{line}");
    }
}

#[test]
fn a_reference_to_a_minor_is_not_sexual_by_itself() {
    let line = value(&text_line(&classifier(), "She is in year 9 and turned 14 last week", None));
    assert!(line["scores"]["sexual"].as_f64() < Some(0.1), "{line}");
    assert!(line["scores"]["minor_reference"].as_f64() > Some(0.5), "{line}");
    assert_eq!(line["spans"][0]["category"], json!("minor_reference"));
}

#[test]
fn a_conversation_is_scored_as_a_whole_and_its_spans_name_the_message() {
    let line = json!({"id": 7, "messages": [
        {"author": "a", "time": "2026-01-01T10:00:00Z", "text": "how old are you"},
        {"author": "b", "time": "2026-01-01T10:01:00Z", "text": "13 in year 8"},
        {"author": "a", "time": "2026-01-01T10:02:00Z", "text": "hello"},
        {"author": "a", "time": "2026-01-01T10:03:00Z", "text": "are your parents home? dont tell them, it is our secret"},
        {"author": "a", "time": "2026-01-01T10:04:00Z", "text": "add me on telegram and send me a pic of you"},
    ]});
    let out = value(&jsonl_line(&classifier(), 1, &line.to_string(), None).expect("a line"));
    assert_eq!(out["id"], json!(7));
    assert!(out["scores"]["grooming"].as_f64() > Some(0.5), "{out}");
    let stages: std::collections::BTreeSet<(u64, &str)> = out["spans"]
        .as_array()
        .expect("spans")
        .iter()
        .filter(|span| span["category"] == "grooming")
        .map(|span| (span["message"].as_u64().expect("a number"), span["rule"].as_str().expect("a rule")))
        .collect();
    for expected in [
        (0, "stages/asking-age"),
        (1, "stages/child-life"),
        (3, "stages/parents-away"),
        (3, "stages/secrecy"),
        (4, "stages/moving-platform"),
        (4, "stages/picture-request"),
    ] {
        assert!(stages.contains(&expected), "{expected:?} is not among {stages:?}");
    }
}

#[test]
fn a_line_that_is_neither_text_nor_conversation_is_named_by_its_number() {
    for (text, words) in [
        ("{\"id\":1}", "neither text nor messages"),
        ("{", "EOF"),
        ("{\"text\":\"a\",\"messages\":[]}", "both"),
    ] {
        let error = jsonl_line(&classifier(), 12, text, None).expect_err("a fault").to_string();
        assert!(error.starts_with("line 12: ") && error.contains(words), "{error}");
    }
}

#[test]
fn stated_ages_and_school_years_of_children_count_and_other_numbers_do_not() {
    let classifier = classifier();
    let score = |text: &str| classifier.scores(text).scores.minor_reference;
    for text in [
        "im 13",
        "I'm 13",
        "i am thirteen",
        "i'm only 12",
        "im nearly fourteen",
        "turning 14 in May",
        "just turned 11",
        "14f uk",
        "f13",
        "13 f ohio",
        "a 12-year-old boy",
        "she is twelve years old",
        "aged 9",
        "age 15",
        "15yo",
        "her 13th birthday",
        "in year 8 at school",
        "year 9 pupils",
        "7th grade",
        "sixth grader",
        "in 8th grade",
        "appears to be about 12",
        "looks underage",
        "a little girl",
        "the schoolboys",
        "IM 13!!",
        "i'm thirteeeen",
    ] {
        assert!(score(text) >= 0.5, "{text}: {}", score(text));
    }
    for text in [
        "I am 34 years old",
        "im 22 m",
        "27f london",
        "aged 61",
        "she turned 40",
        "a 19-year-old student",
        "it costs $13",
        "£12.50 each",
        "at 10:15",
        "on 12/11/2025",
        "13 High Street",
        "12 miles away",
        "im 15 minutes away",
        "room 14",
        "page 12",
        "version 13.2",
        "chapter 11",
        "about 14 percent",
        "im 10 levels above",
        "12 people came",
        "the bus 14 at 12",
        "13%",
        "flat 12",
        "only 15 left in stock",
        "windows 11",
        "11 am",
        "14 days",
        "12 years of service",
        "the car is 12 years old",
    ] {
        assert!(score(text) < 0.5, "{text}: {}", score(text));
    }
}
