//! The text and the terms of the bench: real pages, and words and phrases of those pages.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

/// So much text, and a little more.
const TEXT_BYTES: usize = 52 * 1000 * 1000;
/// A typical page.
const PAGE_BYTES: usize = 20 * 1024;
/// A word is rare in the text up to so many times.
const RARE_MAX: u32 = 170;

/// Pages of text, and where it came from.
pub(crate) fn pages() -> (Vec<String>, &'static str) {
    let mut text = String::with_capacity(TEXT_BYTES + PAGE_BYTES);
    let origin = match documentation(&mut text) {
        true => "rust documentation",
        false => "seeded words",
    };
    let mut seed = 0x9E37_79B9_7F4A_7C15_u64;
    while text.len() < TEXT_BYTES {
        seeded_sentence(&mut seed, &mut text);
    }
    let mut pages = Vec::new();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let mut end = PAGE_BYTES.min(rest.len());
        while !rest.is_char_boundary(end) {
            end -= 1;
        }
        let (page, more) = rest.split_at(end);
        pages.push(page.to_owned());
        rest = more;
    }
    (pages, origin)
}

/// Fills `text` from the toolchain's HTML documentation; false when less than the whole was there.
fn documentation(text: &mut String) -> bool {
    let output = std::process::Command::new("rustc").args(["--print", "sysroot"]).output();
    let Ok(output) = output else { return false };
    let root = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()).join("share/doc");
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
            .into_iter()
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.path()))
            .collect();
        paths.sort();
        for path in paths {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "html") {
                strip_markup(&path, text);
            }
            if text.len() >= TEXT_BYTES {
                return true;
            }
        }
    }
    false
}

fn strip_markup(path: &Path, text: &mut String) {
    let Ok(html) = std::fs::read_to_string(path) else { return };
    for piece in html.split('<') {
        if let Some((_, shown)) = piece.split_once('>') {
            text.push_str(shown);
        }
    }
}

fn seeded_sentence(seed: &mut u64, text: &mut String) {
    const SYLLABLES: &[&str] = &[
        "ba", "ker", "lin", "to", "mar", "sel", "win", "der", "po", "ran", "chi", "tel", "un", "fo", "gra",
        "mi", "nes", "ol", "pri", "sta", "the", "ing", "ed", "er",
    ];
    let mut next = |below: usize| {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(*seed >> 33).unwrap_or_default() % below
    };
    for word in 0..12 {
        if word > 0 {
            text.push(' ');
        }
        // Few syllables often, many seldom, as words of a language are.
        for _ in 0..=next(3) {
            text.push_str(SYLLABLES.get(next(SYLLABLES.len())).copied().unwrap_or_default());
        }
    }
    text.push_str(".\n");
}

/// Words and phrases of one to three words of the text itself, spread over it; each once whatever its case. Words that
/// are common in the text are left out, as they would be in an order.
pub(crate) fn terms(pages: &[String], most: usize) -> Vec<String> {
    let mut counts: HashMap<String, u32> = HashMap::new();
    for word in pages.iter().flat_map(|page| page.split(|c: char| !c.is_ascii_alphanumeric())) {
        *counts.entry(word.to_ascii_lowercase()).or_default() += 1;
    }
    let rare = |word: &str| counts.get(&word.to_ascii_lowercase()).is_some_and(|count| *count <= RARE_MAX);
    let candidates: Vec<Vec<Vec<&str>>> = pages
        .iter()
        .map(|page| {
            let words: Vec<&str> = page.split_whitespace().collect();
            words.windows(3).filter(|window| telling(window, rare)).map(<[&str]>::to_vec).collect()
        })
        .collect();
    let mut seen = BTreeSet::new();
    let mut terms = Vec::new();
    // One of each page in turn, so that the terms are spread over the whole text.
    for step in 0..candidates.iter().map(Vec::len).max().unwrap_or_default() {
        for window in candidates.iter().filter_map(|page| page.get(step)) {
            // One, two or three words in turn, or another number of them where that phrase is there already.
            for more in 0..3 {
                let length = 1 + (terms.len() + more) % 3;
                let phrase = window.iter().take(length).copied().collect::<Vec<_>>().join(" ");
                let plain = phrase.chars().all(|c| c.is_ascii_alphanumeric() || c == ' ');
                if plain && (5..60).contains(&phrase.len()) && seen.insert(phrase.to_lowercase()) {
                    terms.push(phrase);
                    break;
                }
            }
            if terms.len() == most {
                return terms;
            }
        }
    }
    terms
}

/// Whether a phrase begins with a rare word of some length.
fn telling(window: &[&str], rare: impl Fn(&str) -> bool) -> bool {
    window.first().is_some_and(|word| word.len() >= 5 && rare(word))
}

/// A term as long and as common in its letters that hardly stands in the text: a typical page raises no finding.
pub(crate) fn elsewhere(term: &str) -> String {
    let turned = |c: char| match c {
        'a'..='z' => char::from(b'a' + (c as u8 - b'a' + 13) % 26),
        'A'..='Z' => char::from(b'A' + (c as u8 - b'A' + 13) % 26),
        // Numbers of lines and of versions would stand in it whatever they are turned to.
        '0'..='9' => char::from(b'q' + (c as u8 - b'0')),
        other => other,
    };
    term.chars().map(turned).collect()
}
