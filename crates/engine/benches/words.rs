//! Throughput of the whole engine beside plain aho-corasick on the same text and terms, one core.
//!
//! `cargo bench -p proviso-engine --bench words [-- --json]`. The text is the documentation that comes with the Rust
//! toolchain, markup taken out, or a seeded mixture of words where that is not installed; the terms are words and
//! phrases of that same text, so hits are many.

use std::collections::{BTreeSet, HashMap};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use aho_corasick::{AhoCorasick, MatchKind};
use proviso_engine::{CompileInputs, Engine, compile};
use proviso_model::observation::{Attribution, Source};
use proviso_model::{Act, Digest, Fact, Observation, Order, Passage, Timestamp};

const TEXT_BYTES: usize = 24 * 1024 * 1024;
const PAGE_BYTES: usize = 32 * 1024;
const TERMS: usize = 10_000;
const ROUNDS: usize = 5;
/// A word is rare in the text up to so many times.
const RARE_MAX: u32 = 100;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (pages, origin) = pages();
    let terms = terms(&pages);
    let bytes: usize = pages.iter().map(String::len).sum();
    let engine = engine(&terms)?;
    let observations: Vec<Observation> = pages.iter().map(|page| observation(page)).collect();
    // As a program without the engine would do it: one automaton, ASCII case ignored, leftmost-longest.
    let plain = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::LeftmostLongest)
        .build(&terms)?;
    let mut plain_seconds = f64::INFINITY;
    let mut engine_seconds = f64::INFINITY;
    let (mut plain_hits, mut engine_findings) = (0, 0);
    // Turn about, so that a busy moment of the machine falls on both.
    for _ in 0..ROUNDS {
        let (seconds, hits) = timed(|| pages.iter().map(|page| plain.find_iter(page).count()).sum());
        (plain_seconds, plain_hits) = (plain_seconds.min(seconds), hits);
        let (seconds, findings) = timed(|| observations.iter().map(|o| engine.evaluate(o).len()).sum());
        (engine_seconds, engine_findings) = (engine_seconds.min(seconds), findings);
    }
    let rate = |seconds: f64| bytes as f64 / 1e6 / seconds;
    let ratio = plain_seconds / engine_seconds;
    let mut out = std::io::stdout().lock();
    if std::env::args().any(|argument| argument == "--json") {
        // The members that `cargo xtask bench` reads come first.
        let line = serde_json::json!({
            "bench": "engine, words", "ours": rate(engine_seconds), "unit": "MB/s",
            "beside": "plain aho-corasick", "theirs": rate(plain_seconds), "ratio_min": 0.35,
            "ratio": ratio, "text_bytes": bytes, "text": origin, "terms": terms.len(),
            "aho_corasick_hits": plain_hits, "engine_findings": engine_findings,
        });
        writeln!(out, "{line}")?;
    } else {
        writeln!(out, "text          {:.1} MB ({origin}), {} terms", bytes as f64 / 1e6, terms.len())?;
        writeln!(
            out,
            "aho-corasick  {:.1} MB/s, {plain_hits} hits, word edges not asked",
            rate(plain_seconds)
        )?;
        writeln!(
            out,
            "engine        {:.1} MB/s, {engine_findings} pages with a finding",
            rate(engine_seconds)
        )?;
        writeln!(out, "ratio         {ratio:.2} (target 0.35)")?;
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a bench measures time")]
fn timed(work: impl FnOnce() -> usize) -> (f64, usize) {
    let start = Instant::now();
    let count = std::hint::black_box(work());
    (start.elapsed().as_secs_f64(), count)
}

fn engine(terms: &[String]) -> Result<Engine, Box<dyn std::error::Error>> {
    let list: Vec<String> = terms.iter().map(|term| format!("{term:?}")).collect();
    let text = format!(
        "reference = \"BENCH\"\nkind = \"sro\"\nmade_on = 2026-01-01\nexpires_on = 2030-01-01\ntimezone = \"Europe/London\"\n\
         [person]\nname = \"Test Person 000\"\n[authority]\nbasis = \"paragraph\"\nparagraph = \"1\"\nlegal_basis = \"bench\"\n\
         recorded_by = \"bench\"\nrecorded_on = 2026-01-01\n[[condition]]\nparagraph = \"1\"\ntext = \"bench\"\n\
         kind = \"specified-words\"\nwords = [{}]\n",
        list.join(", ")
    );
    let order = Order::from_toml(&text).map_err(|errors| format!("{errors:?}"))?;
    let policy = compile(&order, &[], &CompileInputs::offline())?;
    Ok(Engine::new(&policy, Digest([0; 32]))?)
}

fn observation(page: &str) -> Observation {
    Observation {
        id: None,
        observed_at: Timestamp::from_micros(1_780_000_000_000_000),
        source: Source::Browser,
        account: "bench".to_owned(),
        attribution: Attribution {
            act: Act::Shown,
            foreground: true,
            visible_ms: 1000,
            since_input_ms: None,
        },
        fact: Fact::Page {
            url: "https://bench.example/".to_owned(),
            title: String::new(),
            text: Passage::whole(page),
            cut: false,
        },
    }
}

/// Pages of text, and where it came from.
fn pages() -> (Vec<String>, &'static str) {
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
fn terms(pages: &[String]) -> Vec<String> {
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
            let length = 1 + (terms.len() % 3);
            let phrase = window.iter().take(length).copied().collect::<Vec<_>>().join(" ");
            let plain = phrase.chars().all(|c| c.is_ascii_alphanumeric() || c == ' ');
            if plain && (5..60).contains(&phrase.len()) && seen.insert(phrase.to_lowercase()) {
                terms.push(phrase);
            }
            if terms.len() == TERMS {
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
