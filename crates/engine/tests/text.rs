//! Normalisation, its way back to the original, and word edges.

use proptest::prelude::*;
use proviso_engine::text::{TermIndex, normalise, normalise_term};

fn found(terms: &[&str], text: &str) -> Vec<String> {
    let mut index = TermIndex::default();
    for term in terms {
        index.number(term).expect("a term");
    }
    index.build().expect("an index");
    index.find(text).iter().map(|hit| text[hit.range()].to_owned()).collect()
}

#[test]
fn a_longer_term_that_ends_inside_a_word_does_not_hide_a_shorter_one() {
    assert_eq!(found(&["lamp", "lamp sh"], "a lamp shade"), ["lamp"]);
    assert_eq!(found(&["tan lamp", "lamp"], "the titan lamp"), ["lamp"]);
}

#[test]
fn part_of_what_one_character_became_is_never_found() {
    assert!(found(&["f"], "\u{FB01}").is_empty(), "half a ligature");
    assert!(found(&["\u{AC00}"], "\u{AC01}").is_empty(), "a syllable without its last letter");
    assert_eq!(found(&["fi"], "\u{FB01}"), ["\u{FB01}"]);
}

#[test]
fn no_phrase_reaches_over_an_empty_line_or_wide_white_space() {
    assert_eq!(found(&["a b"], "a \n b"), ["a \n b"]);
    assert!(found(&["a b"], "a\n\nb").is_empty());
    assert!(found(&["a b"], &format!("a{}b", " ".repeat(100))).is_empty());
}

fn naive(original: &str) -> String {
    // One character at a time, without the fast way for plain text.
    let mut text = String::new();
    let mut run = (0_usize, 0_usize);
    for (at, c) in original.char_indices() {
        if c.is_whitespace() {
            let feed = usize::from(matches!(c, '\n' | '\u{2028}' | '\u{2029}'));
            if text.ends_with([' ', '\n']) {
                run.1 += feed;
                if run.1 > 1 || at - run.0 >= 64 {
                    text.pop();
                    text.push('\n');
                }
            } else {
                run = (at, feed);
                text.push(' ');
            }
        } else {
            text.push_str(normalise(&c.to_string()).text());
        }
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn every_way_back_is_on_character_edges_and_normalises_to_the_same(
        text in "(\\PC|[a-zA-Z ]{0,6}|[ \\n\\t\u{200B}\u{301}\u{FB03}\u{1E9E}\u{AC01}\u{3000}])*",
    ) {
        let normalised = normalise(&text);
        prop_assert_eq!(normalised.text(), naive(&text));
        let edges: Vec<usize> = (0..=normalised.text().len()).filter(|at| normalised.text().is_char_boundary(*at)).collect();
        for window in edges.windows(3) {
            let range = window[0]..window[2];
            let Some(original) = normalised.original(range.clone()) else { continue };
            let stretch = text.get(original);
            prop_assert!(stretch.is_some(), "{:?} is not on character edges", range);
            let again = normalise_term(stretch.unwrap_or_default());
            prop_assert_eq!(again, normalise_term(&normalised.text()[range]));
        }
    }

    #[test]
    fn a_term_is_found_however_it_is_disguised(
        before in "\\PC{0,20}",
        after in "\\PC{0,20}",
        disguise in prop::collection::vec(prop::sample::select(vec!["", "\u{200B}", "\u{AD}", "\u{301}", "\u{336}\u{2060}"]), 14),
        upper: bool,
    ) {
        let mut word = String::new();
        for (letter, hidden) in "harbourlantern".chars().zip(disguise) {
            word.push(if upper { letter.to_ascii_uppercase() } else { letter });
            word.push_str(hidden);
        }
        let text = format!("{before} {word} {after}");
        let hits = found(&["harbourlantern"], &text);
        prop_assert!(hits.iter().any(|hit| normalise_term(hit) == "harbourlantern"), "{:?}", text);
    }
}
