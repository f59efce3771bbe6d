//! The whole engine beside plain aho-corasick, Hyperscan and a Python pipeline on the same text and terms, one core.
//!
//! `cargo bench -p proviso-engine --bench words [-- --json]`. The text is the documentation that comes with the Rust
//! toolchain, markup taken out, or a seeded mixture of words where that is not installed; the terms are words and
//! phrases of that same text, so hits are many. A peer that is not installed is said to be so.

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/figures.rs"]
mod figures;
mod load;
#[path = "../common/peer.rs"]
mod peer;
mod peers;
mod policies;
mod text;

use std::io::Write as _;

use aho_corasick::{AhoCorasick, MatchKind};
use common::{elapsed, timed};
use figures::Figures;
use policies::{engine, every_rule, words_alone};
use proviso_engine::Engine;
use proviso_engine::model::{Features, LinearModel};
use proviso_model::observation::{Attribution, Source};
use proviso_model::{Act, Fact, Observation, Passage, Timestamp};

pub(crate) type Fault = Box<dyn std::error::Error>;

const ROUNDS: usize = 5;
/// Terms, and the least ratio to plain aho-corasick and to Hyperscan.
const SIZES: [(usize, f64, f64); 2] = [(10_000, 1.0, 0.5), (100_000, 1.0, 0.9)];
/// The least ratio to the Python pipeline, which reads the first pages only.
const PYTHON_RATIO: f64 = 3.0;
const PYTHON_PAGES: usize = 200;
const PAGE_MS_MAX: f64 = 3.0;
const LOAD_SECONDS_MAX: f64 = 1.0;
const MEMORY_MIB_MAX: f64 = 80.0;
const MB_PER_SECOND: &str = "MB/s";

fn main() -> Result<(), Fault> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, policy, page, ..] = arguments.as_slice()
        && flag == load::MEMORY
    {
        writeln!(std::io::stdout(), "{}", load::own_memory_mib(policy, page)?)?;
        return Ok(());
    }
    let (pages, origin) = text::pages();
    let bytes: usize = pages.iter().map(String::len).sum();
    let many = SIZES.iter().map(|(terms, ..)| *terms).max().unwrap_or_default();
    let terms = text::terms(&pages, many);
    let mut out = Figures::asked();
    out.say(&format!("{:.1} MB of text ({origin}) in {} pages", bytes as f64 / 1e6, pages.len()))?;
    let observations: Vec<Observation> = pages.iter().map(|page| observation(page)).collect();
    for (most, beside_plain, beside_hyperscan) in SIZES {
        // Evenly from all, so that the fewer are as rare in the text as the many.
        let step = (terms.len() / most).max(1);
        let some: Vec<String> = terms.iter().step_by(step).take(most).cloned().collect();
        throughput(&mut out, &pages, &observations, &some, [beside_plain, beside_hyperscan])?;
    }
    let elsewhere: Vec<String> = terms.iter().map(|term| text::elsewhere(term)).collect();
    let engines =
        [engine(&words_alone(&terms)?)?, engine(&every_rule(&terms)?)?, engine(&every_rule(&elsewhere)?)?];
    python(&mut out, &pages, &observations, &terms, &engines)?;
    for (engine, rules) in
        engines.iter().zip(["words alone", "every rule, nearly all with findings", "every rule"])
    {
        let (p50, p99) = page_ms(&observations, engine);
        out.say(&format!("a page read and cut, {rules}: p50 {p50:.2} ms"))?;
        let name = format!("words: a page of 20 KB read and cut, {rules}, p99");
        out.alone(&name, p99, "ms", PAGE_MS_MAX)?;
    }
    let name = format!("words: {} terms read, compiled, made ready", terms.len());
    out.alone(&name, load::seconds(&terms)?, "s", LOAD_SECONDS_MAX)?;
    let page = pages.first().map(String::as_str).unwrap_or_default();
    let name = format!("words: memory with {} terms, every rule and the packs", terms.len());
    out.alone(&name, load::memory_mib(&terms, page)?, "MiB", MEMORY_MIB_MAX)
}

/// The engine, a plain automaton and Hyperscan in turn, so that a busy moment of the machine falls on all.
fn throughput(
    out: &mut Figures,
    pages: &[String],
    observations: &[Observation],
    terms: &[String],
    ratios: [f64; 2],
) -> Result<(), Fault> {
    let engine = engine(&words_alone(terms)?)?;
    // As a program without the engine would do it: one automaton, ASCII case ignored, leftmost-longest.
    let plain = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::LeftmostLongest)
        .build(terms)?;
    let files = (peers::write_pages("pages.bin", pages)?, peers::write_terms("terms.txt", terms)?);
    let mut hyperscan = peers::hyperscan(&files.0, &files.1);
    let mut best = [f64::INFINITY; 3];
    let (mut findings, mut plain_hits, mut hyperscan_hits) = (0, 0, 0);
    for _ in 0..ROUNDS {
        let (seconds, count) = timed(|| observations.iter().map(|o| engine.evaluate(o).len()).sum::<usize>());
        (best[0], findings) = (best[0].min(seconds), count);
        let (seconds, count) =
            timed(|| pages.iter().map(|page| plain.find_iter(page).count()).sum::<usize>());
        (best[1], plain_hits) = (best[1].min(seconds), count);
        if let Ok(peer) = &mut hyperscan {
            let (seconds, count) = peer.ask("go")?;
            (best[2], hyperscan_hits) = (best[2].min(seconds), count);
        }
    }
    let rate = |seconds: f64| pages.iter().map(String::len).sum::<usize>() as f64 / 1e6 / seconds;
    let count = terms.len();
    out.say(&format!(
        "{count} terms: {findings} findings; plain hits {plain_hits}, Hyperscan's {hyperscan_hits}, word edges not asked"
    ))?;
    let name = format!("words: whole engine, {count} terms");
    out.beside(
        &name,
        (rate(best[0]), MB_PER_SECOND),
        ("plain aho-corasick", Some(rate(best[1]))),
        ratios[0],
    )?;
    let theirs = match &hyperscan {
        Ok(peer) => (peer.name.clone(), Some(rate(best[2]))),
        Err(fault) => (format!("Hyperscan: {fault}"), None),
    };
    out.beside(&name, (rate(best[0]), MB_PER_SECOND), (&theirs.0, theirs.1), ratios[1])
}

/// The engine beside key words and a linear model in Python: with words alone and one model over the whole page, as Python
/// has it, and with every rule that an order may have.
fn python(
    out: &mut Figures,
    pages: &[String],
    observations: &[Observation],
    terms: &[String],
    [words_alone, every_rule, _]: &[Engine; 3],
) -> Result<(), Fault> {
    let (Some(pages), Some(observations)) = (pages.get(..PYTHON_PAGES), observations.get(..PYTHON_PAGES))
    else {
        return Err("there is too little text".into());
    };
    let files = (peers::write_pages("some-pages.bin", pages)?, peers::write_terms("terms.txt", terms)?);
    let mut peer = peers::python(&files.0, &files.1);
    let model = LinearModel::sexual()?;
    let mut best = [f64::INFINITY; 3];
    let findings = |engine: &Engine| observations.iter().map(|one| engine.evaluate(one).len()).sum::<usize>();
    for _ in 0..2 {
        let (seconds, _) = timed(|| {
            let scored =
                pages.iter().map(|page| model.reading(&Features::of(&[page]), 0).chance_millionths as usize);
            findings(words_alone) + scored.sum::<usize>()
        });
        best[0] = best[0].min(seconds);
        best[1] = best[1].min(timed(|| findings(every_rule)).0);
        if let Ok(peer) = &mut peer {
            best[2] = best[2].min(peer.ask("go")?.0);
        }
    }
    let rate = |seconds: f64| pages.iter().map(String::len).sum::<usize>() as f64 / 1e6 / seconds;
    let theirs = match &peer {
        Ok(peer) => (format!("key words and scikit-learn, {}", peer.name), Some(rate(best[2]))),
        Err(fault) => (format!("Python with scikit-learn: not installed ({fault})"), None),
    };
    for (ours, what) in best.iter().zip(["whole engine and linear model", "every rule, scores and settings"])
    {
        let name = format!("words: {what}, {} terms", terms.len());
        out.beside(&name, (rate(*ours), MB_PER_SECOND), (&theirs.0, theirs.1), PYTHON_RATIO)?;
    }
    Ok(())
}

/// Milliseconds for a page to be read, and cut where it has a finding: the middle and the 99th of a hundred pages. Each
/// page's is its best of some rounds over all pages: what other programs take in one round is left out, what a page costs
/// is not.
fn page_ms(observations: &[Observation], engine: &Engine) -> (f64, f64) {
    let mut taken = vec![f64::INFINITY; observations.len()];
    for _ in 0..ROUNDS {
        for (best, observation) in taken.iter_mut().zip(observations) {
            *best = best.min(elapsed(|| engine.evaluate_and_reduce(observation)).0 * 1e3);
        }
    }
    taken.sort_by(f64::total_cmp);
    let at = |hundredths: usize| taken.get(taken.len() * hundredths / 100).copied().unwrap_or_default();
    (at(50), at(99))
}

pub(crate) fn observation(page: &str) -> Observation {
    Observation {
        listed: Vec::new(),
        picture: None,
        id: None,
        observed_at: Timestamp::from_micros(1_780_000_000_000_000),
        source: Source::Browser,
        account: "bench".to_owned(),
        attribution: Attribution {
            act: Act::Shown,
            foreground: true,
            visible_ms: 1000,
            since_input_ms: None,
            circumstances: None,
        },
        fact: Fact::Page {
            url: "https://bench.example/".to_owned(),
            title: String::new(),
            text: Passage::whole(page),
            cut: false,
            search: None,
        },
    }
}
