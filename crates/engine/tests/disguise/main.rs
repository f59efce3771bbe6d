//! Disguised spellings of harmless words are found with the characters that stood there, and plain text gains nothing.

mod kinds;

use kinds::{Chance, For, KINDS, Make};
use proviso_engine::text::{Occurrence, TermIndex, normalise_term};

const LATIN: &[&str] = &[
    "harbour",
    "lantern",
    "harbour lantern",
    "tide table",
    "gooseberry",
    "marmalade",
    "butterscotch",
    "wheelbarrow",
    "candlestick",
    "porcupine",
    "silhouette",
    "tambourine",
    "bicycle",
    "cinnamon",
    "thistle",
    "avalanche",
    "mosaic",
    "saxophone",
    "telescope",
    "orchestra",
    "pineapple",
    "scarecrow",
    "apple crumble",
    "broccoli",
];

/// Lantern, harbour, library, bicycle, chair, lighthouse, book of accounts and others, in Arabic, Persian, Urdu and Hebrew.
const RIGHT_TO_LEFT: &[&str] = &[
    "\u{641}\u{627}\u{646}\u{648}\u{633}",
    "\u{645}\u{643}\u{62A}\u{628}\u{629}",
    "\u{62F}\u{631}\u{627}\u{62C}\u{629}",
    "\u{643}\u{631}\u{633}\u{64A}",
    "\u{641}\u{627}\u{646}\u{648}\u{633} \u{627}\u{644}\u{645}\u{64A}\u{646}\u{627}\u{621}",
    "\u{6A9}\u{62A}\u{627}\u{628}\u{62E}\u{627}\u{646}\u{647}",
    "\u{686}\u{631}\u{627}\u{63A} \u{62F}\u{631}\u{6CC}\u{627}\u{6CC}\u{6CC}",
    "\u{62F}\u{648}\u{686}\u{631}\u{62E}\u{647}",
    "\u{644}\u{627}\u{644}\u{679}\u{6CC}\u{646}",
    "\u{628}\u{646}\u{62F}\u{631}\u{6AF}\u{627}\u{6C1}",
    "\u{5E4}\u{5E0}\u{5E1}\u{5D9}\u{5DD}",
    "\u{5E1}\u{5E4}\u{5E8}\u{5D9}\u{5D9}\u{5D4}",
    "\u{5DE}\u{5D2}\u{5D3}\u{5DC}\u{5D5}\u{5E8}",
];
/// A lantern, a bicycle, a sailing boat and a lighthouse's light, a raised hand.
const EMOJI: &[&str] = &["\u{1F3EE}", "\u{1F6B2}", "\u{26F5}\u{1F526}", "\u{270B}"];

/// Ordinary text with numbers, units, names, code, lists, initials, shouting and other scripts.
const BENIGN: &str = "At 10:15 the 2nd bus (no. 14b) left for St Albans; 3 adults paid £4.50, i.e. 13.50 in all. Sooo late!!! \
    J. R. R. Tolkien and A. B. C. Smith wrote to a@b.example, see https://x.example/a1?b=2&c=3. let x1 = v0[i32::MAX]; sha256, \
    utf8, i18n, l10n, k8s, h264, 5th, 7up, 1amp, 4x4, 3d, b2b, $5 or 5$, C3PO, R2-D2, mp3, 0x1f, a4 paper. Hmmm, aaah, zzz. \
    В порту горит старый фонарь, роса, сор, нос. Το λιμάνι είναι ήσυχο. Løvet, łódź, straße, naïve café. x y z w a b c d e \
    1 2 3 4 5 6 7 8 9 0 t-e-s-t o.k. s_n_a_k_e n.b. p.s. e.g. a.m. U.S.A. R.S.V.P. w w w . 'quoted', (round), [square]. \u{1F1EC}\u{1F1E7} v \u{1F1EB}\u{1F1F7} 2:1 \u{26BD}\u{1F525}! \u{A9} 2026, 20 \u{20AC}, \u{A5}300. \u{1F170}\u{1F171} \
    \u{645}\u{631}\u{62D}\u{628}\u{627} \u{628}\u{627}\u{644}\u{639}\u{627}\u{644}\u{645} \u{661}\u{662}\u{663}, \u{5E9}\u{5DC}\u{5D5}\u{5DD} \u{5E2}\u{5D5}\u{5DC}\u{5DD}, \u{6C1}\u{645} \u{627}\u{648}\u{631} \u{622}\u{67E}. Ab\u{202E}txet redro-thgir\u{202C}.";

fn terms() -> Vec<(&'static str, For)> {
    let of = |list: &'static [&'static str], kind| list.iter().map(move |term| (*term, kind));
    of(LATIN, For::Latin).chain(of(RIGHT_TO_LEFT, For::RightToLeft)).chain(of(EMOJI, For::Emoji)).collect()
}

fn index() -> TermIndex {
    let mut index = TermIndex::default();
    for (nth, (term, _)) in terms().iter().enumerate() {
        assert_eq!(index.number(term), Some(nth), "{term} is a term of its own");
    }
    index.build().expect("an index");
    index
}

/// The term with every word of it disguised that this kind can disguise.
fn disguised(term: &str, make: Make, chance: &mut Chance) -> Option<String> {
    let words: Vec<Option<String>> = term.split(' ').map(|word| make(word, chance)).collect();
    let spelled = |(word, disguise): (&str, Option<String>)| disguise.unwrap_or_else(|| word.to_owned());
    let any = words.iter().any(Option::is_some);
    any.then(|| term.split(' ').zip(words).map(spelled).collect::<Vec<_>>().join(" "))
}

#[test]
fn disguised_spellings_of_every_kind_are_found_nearly_always_and_the_span_is_what_stood_there() {
    let index = index();
    let terms = terms();
    let mut chance = Chance(7);
    let (mut all, mut missed) = (0, Vec::new());
    for (name, for_whom, make) in KINDS {
        let (mut of_kind, missed_before) = (0, missed.len());
        for round in 0..8 {
            for (number, (term, whose)) in terms.iter().enumerate() {
                let wanted = *for_whom == For::All || for_whom == whose;
                let Some(spelled) = wanted.then(|| disguised(term, *make, &mut chance)).flatten() else {
                    continue;
                };
                let beside = if *name == "right behind a word" { "" } else { " " };
                let before =
                    if round % 2 == 0 { format!("Look, there was the old{beside}") } else { String::new() };
                let text = format!("{before}{spelled} once more.");
                (all, of_kind) = (all + 1, of_kind + 1);
                // What takes no room on the screen may lie beside the span, nothing else.
                let exact = |hit: &Occurrence| {
                    let found = &text[hit.range()];
                    hit.term == number && spelled.contains(found) && seen(&spelled) == seen(found)
                };
                if !index.find(&text).iter().any(exact) {
                    missed.push(format!("{name}: {term} as {spelled}"));
                }
            }
        }
        assert!(of_kind >= 16, "{name}: only {of_kind}");
        let recall = 1.0 - (missed.len() - missed_before) as f64 / f64::from(of_kind);
        eprintln!("{name}: {of_kind}, recall {recall:.3}");
        assert!(
            recall >= 0.8,
            "{name}: {:#?}",
            missed.iter().skip(missed_before).take(20).collect::<Vec<_>>()
        );
    }
    assert!(all >= 2000, "only {all}");
    let recall = 1.0 - missed.len() as f64 / f64::from(all);
    eprintln!("{all} disguised spellings of {} kinds, recall {recall:.4}", KINDS.len());
    assert!(recall >= 0.95, "recall {recall:.3} of {all}: {:#?}", missed.iter().take(20).collect::<Vec<_>>());
}

/// A text without what takes no room, as far as disguises put it there.
fn seen(text: &str) -> String {
    text.chars().filter(|c| !normalise_term(&c.to_string()).is_empty() || c.is_whitespace()).collect()
}

#[test]
fn ordinary_text_gains_no_finding_by_the_second_reading() {
    let index = index();
    assert_eq!(index.find(BENIGN), []);
    // The words themselves, apart as lists have them, are no term either.
    for text in [
        "tide, table",
        "a b c d e",
        "harbor lanterns",
        "apples crumble",
        "bicyclecinnamon",
        "1amp",
        "scare crow",
        "harb\u{200D} our",
        "\u{1F1EC}\u{1F1E7}",
    ] {
        assert_eq!(index.find(text), [], "{text}");
    }
}
