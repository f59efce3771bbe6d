//! The plain way to find terms, which the fast way must agree with: one automaton over the whole text, every edge asked
//! character by character, every run read again without a look at single bits first.

use std::collections::BTreeSet;

use aho_corasick::{AhoCorasick, MatchKind};
use proptest::prelude::*;

use super::blocks::Blocks;
use super::disguise::{Again, Disguised};
use super::edges::joins;
use super::normalise::{normalise, normalise_plainly, normalise_term, over_accents};
use super::terms::{Occurrence, TermIndex};

fn at_edges(text: &str, start: usize, end: usize) -> bool {
    let inside = |outer: Option<char>, inner: Option<char>| match (outer, inner) {
        (Some(outer), Some(inner)) => joins(outer, inner),
        _ => false,
    };
    let (before, found, after) = (&text[..start], &text[start..end], &text[end..]);
    !inside(before.chars().next_back(), found.chars().next())
        && !inside(found.chars().next_back(), after.chars().next())
}

fn plain(terms: &[String], original: &str) -> Vec<Occurrence> {
    let normal: Vec<String> = terms.iter().map(|term| normalise_term(term)).collect();
    let automaton =
        AhoCorasick::builder().match_kind(MatchKind::Standard).build(&normal).expect("an automaton");
    let normalised = normalise(original);
    let text = normalised.text();
    let mut hits = BTreeSet::new();
    for found in automaton.find_overlapping_iter(text) {
        if at_edges(text, found.start(), found.end())
            && let Some(range) = normalised.original(found.range())
        {
            hits.insert((range.start, over_accents(original, range.end), found.pattern().as_usize()));
        }
    }
    let disguised = Disguised::of(normal.iter().map(String::as_str));
    for again in disguised.read_again_fully(text) {
        for found in automaton.find_overlapping_iter(&again.text) {
            if at_edges(&again.text, found.start(), found.end())
                && let Some(range) = again.normalised(&found.range())
                && let Some(range) = normalised.original(range)
            {
                hits.insert((range.start, over_accents(original, range.end), found.pattern().as_usize()));
            }
        }
    }
    let mut hits: Vec<Occurrence> =
        hits.into_iter().map(|(start, end, term)| Occurrence { start, end, term }).collect();
    hits.sort_by(|a, b| (a.start, b.end, a.term).cmp(&(b.start, a.end, b.term)));
    hits
}

/// Small enough an alphabet that words, their beginnings and their disguises meet often, with edges of every kind.
fn text(pieces: usize) -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "ab",
        "abc",
        "ba",
        "cab",
        "a",
        "b",
        "i",
        "aaab",
        "bbbb",
        "4b",
        "a6",
        "c4b",
        "@bc",
        "a!b",
        "|",
        "!",
        "$",
        "0",
        "1",
        "2 ",
        " ",
        " ",
        " ",
        "  ",
        "\n",
        "\n\n",
        ".",
        "-",
        ", ",
        "_",
        "\u{430}",
        "\u{3B2}",
        "\u{441}",
        "\u{43F}\u{43E}",
        "\u{1F1E6}",
        "\u{1F170}",
        "\u{1F346}",
        "\u{1F351}\u{1F3FD}",
        "\u{706F}",
        "\u{E01}",
        "\u{5D0}\u{5D1}",
        "\u{628}\u{640}\u{627}",
        "\u{661}",
        "\u{301}",
        "\u{200B}",
        "\u{FB01}",
        "\u{DF}",
        "\u{AC01}",
        "\u{94D}",
        "\u{201C}",
        "\u{2026}",
        "\u{A0}",
        "\u{2029}",
        "\t \r\n",
        "                                                                 ",
        "\u{2014}",
        "AB",
        "Abc ",
        "a b c",
        "c.a.b",
        "a, b, c",
        "c - a - b",
        "abcabcabcabc abcabcabcabc ",
        "harbour lantern and more of the plain text between that fills a block ",
    ]);
    prop::collection::vec(piece, 1..pieces).prop_map(|pieces| pieces.concat())
}

fn term() -> impl Strategy<Value = String> {
    text(5).prop_map(|term| normalise_term(&term))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn terms_are_found_exactly_where_the_plain_way_finds_them(
        list in prop::collection::btree_set(term(), 1..24),
        text in text(60),
    ) {
        let mut index = TermIndex::default();
        let terms: Vec<String> = list.into_iter().filter(|term| index.number(term).is_some()).collect();
        index.build().expect("an index");
        prop_assume!(!terms.is_empty());
        prop_assert_eq!(index.find(&text), plain(&terms, &text), "{:?} in {:?}", terms, text);
    }

    #[test]
    fn a_text_is_normalised_as_its_characters_are(text in text(60)) {
        let (fast, plain) = (normalise(&text), normalise_plainly(&text));
        prop_assert_eq!(fast.text(), plain.text(), "{:?}", text);
        for start in 0..=plain.text().len() {
            for end in [start, start + 1, start + 2, start + 70, plain.text().len()] {
                prop_assert_eq!(fast.original(start..end), plain.original(start..end), "{}..{}", start, end);
            }
        }
    }

    #[test]
    fn a_look_at_single_bits_leaves_out_no_reading(
        list in prop::collection::btree_set("[abceit]{3,6}", 1..24),
        text in text(60),
    ) {
        let disguised = Disguised::of(list.iter().map(String::as_str));
        let normalised = normalise(&text);
        let blocks = Blocks::of(normalised.text());
        let texts = |all: Vec<Again>| -> Vec<String> { all.into_iter().map(|again| again.text).collect() };
        let fast = texts(disguised.read_again(normalised.text(), &blocks));
        prop_assert_eq!(fast, texts(disguised.read_again_fully(normalised.text())), "{:?}", text);
    }
}
