//! The whole engine beside plain aho-corasick, Hyperscan and a Python pipeline on the same text and terms, one core.
//!
//! `cargo bench -p proviso-engine --bench words [-- --json]`. The text is the documentation that comes with the Rust
//! toolchain, markup taken out, or a seeded mixture of words where that is not installed; the terms are words and
//! phrases of that same text, so hits are many. A peer that is not installed is said to be so.

mod load;
mod peers;
mod text;

use std::io::Write as _;
use std::time::Instant;

use aho_corasick::{AhoCorasick, MatchKind};
use peers::Peer;
use proviso_engine::model::LinearModel;
use proviso_engine::{CompileInputs, Engine, compile};
use proviso_model::observation::{Attribution, Source};
use proviso_model::{Act, Digest, Fact, Observation, Order, Passage, Policy, Timestamp};

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
    let mut out = Figures { json: arguments.iter().any(|argument| argument == "--json") };
    out.say(&format!("{:.1} MB of text ({origin}) in {} pages", bytes as f64 / 1e6, pages.len()))?;
    let observations: Vec<Observation> = pages.iter().map(|page| observation(page)).collect();
    for (most, beside_plain, beside_hyperscan) in SIZES {
        // Evenly from all, so that the fewer are as rare in the text as the many.
        let step = (terms.len() / most).max(1);
        let some: Vec<String> = terms.iter().step_by(step).take(most).cloned().collect();
        throughput(&mut out, &pages, &observations, &some, [beside_plain, beside_hyperscan])?;
    }
    let engine = engine(&terms)?;
    python(&mut out, &pages, &observations, &terms, &engine)?;
    let (p50, p99) = page_ms(&observations, &engine);
    out.say(&format!("a page read and cut: p50 {p50:.2} ms"))?;
    out.alone("words: a page of 20 KB read and cut, p99", p99, "ms", PAGE_MS_MAX)?;
    let name = format!("words: {} terms read, compiled, made ready", terms.len());
    out.alone(&name, load::seconds(&terms)?, "s", LOAD_SECONDS_MAX)?;
    let page = pages.first().map(String::as_str).unwrap_or_default();
    let name = format!("words: memory with {} terms and the packs", terms.len());
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
    let engine = engine(terms)?;
    // As a program without the engine would do it: one automaton, ASCII case ignored, leftmost-longest.
    let plain = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::LeftmostLongest)
        .build(terms)?;
    let files = (peers::write_pages("pages.bin", pages)?, peers::write_terms("terms.txt", terms)?);
    let mut hyperscan = Peer::hyperscan(&files.0, &files.1);
    let mut best = [f64::INFINITY; 3];
    let (mut findings, mut plain_hits, mut hyperscan_hits) = (0, 0, 0);
    for _ in 0..ROUNDS {
        let (seconds, count) = timed(|| observations.iter().map(|o| engine.evaluate(o).len()).sum::<usize>());
        (best[0], findings) = (best[0].min(seconds), count);
        let (seconds, count) =
            timed(|| pages.iter().map(|page| plain.find_iter(page).count()).sum::<usize>());
        (best[1], plain_hits) = (best[1].min(seconds), count);
        if let Ok(peer) = &mut hyperscan {
            let (seconds, count) = peer.read()?;
            (best[2], hyperscan_hits) = (best[2].min(seconds), count);
        }
    }
    let rate = |seconds: f64| pages.iter().map(String::len).sum::<usize>() as f64 / 1e6 / seconds;
    let count = terms.len();
    out.say(&format!(
        "{count} terms: {findings} findings; plain hits {plain_hits}, Hyperscan's {hyperscan_hits}, word edges not asked"
    ))?;
    let name = format!("words: whole engine, {count} terms");
    out.beside(&name, rate(best[0]), ("plain aho-corasick", Some(rate(best[1]))), ratios[0])?;
    let theirs = match &hyperscan {
        Ok(peer) => (peer.name.clone(), Some(rate(best[2]))),
        Err(fault) => (format!("Hyperscan: {fault}"), None),
    };
    out.beside(&name, rate(best[0]), (&theirs.0, theirs.1), ratios[1])
}

/// The engine with its linear model beside key words and a linear model in Python.
fn python(
    out: &mut Figures,
    pages: &[String],
    observations: &[Observation],
    terms: &[String],
    engine: &Engine,
) -> Result<(), Fault> {
    let (Some(pages), Some(observations)) = (pages.get(..PYTHON_PAGES), observations.get(..PYTHON_PAGES))
    else {
        return Err("there is too little text".into());
    };
    let files = (peers::write_pages("some-pages.bin", pages)?, peers::write_terms("terms.txt", terms)?);
    let mut peer = Peer::python(&files.0, &files.1);
    let model = LinearModel::sexual()?;
    let mut best = [f64::INFINITY; 2];
    for _ in 0..2 {
        let (seconds, _) = timed(|| {
            let found = observations.iter().map(|observation| engine.evaluate(observation).len());
            let scored = pages.iter().map(|page| model.reading(&[page], 0).chance_millionths as usize);
            found.sum::<usize>() + scored.sum::<usize>()
        });
        best[0] = best[0].min(seconds);
        if let Ok(peer) = &mut peer {
            best[1] = best[1].min(peer.read()?.0);
        }
    }
    let rate = |seconds: f64| pages.iter().map(String::len).sum::<usize>() as f64 / 1e6 / seconds;
    let theirs = match &peer {
        Ok(peer) => (format!("key words and scikit-learn, {}", peer.name), Some(rate(best[1]))),
        Err(fault) => (format!("Python with scikit-learn: not installed ({fault})"), None),
    };
    let name = format!("words: whole engine and linear model, {} terms", terms.len());
    out.beside(&name, rate(best[0]), (&theirs.0, theirs.1), PYTHON_RATIO)
}

/// Milliseconds for a page to be read, and cut where it has a finding: the middle and the 99th of a hundred. Each page's is
/// the best of three, so that what other programs take is left out.
fn page_ms(observations: &[Observation], engine: &Engine) -> (f64, f64) {
    let mut taken: Vec<f64> = observations
        .iter()
        .map(|observation| {
            let read = || {
                let findings = engine.evaluate(observation);
                (!findings.is_empty()).then(|| engine.reduce(observation, &findings))
            };
            (0..3).map(|_| elapsed(read).0 * 1e3).fold(f64::INFINITY, f64::min)
        })
        .collect();
    taken.sort_by(f64::total_cmp);
    let at = |hundredths: usize| taken.get(taken.len() * hundredths / 100).copied().unwrap_or_default();
    (at(50), at(99))
}

/// Prints figures: one JSON object a line for `cargo xtask bench`, or a line to read.
struct Figures {
    json: bool,
}

impl Figures {
    fn say(&mut self, line: &str) -> Result<(), Fault> {
        Ok(writeln!(std::io::stdout(), "{line}")?)
    }

    fn beside(
        &mut self,
        bench: &str,
        ours: f64,
        theirs: (&str, Option<f64>),
        ratio_min: f64,
    ) -> Result<(), Fault> {
        if self.json {
            let figure = serde_json::json!({
                "bench": bench, "ours": ours, "unit": "MB/s", "beside": theirs.0, "theirs": theirs.1,
                "ratio_min": ratio_min,
            });
            return self.say(&figure.to_string());
        }
        let Some(rate) = theirs.1 else { return self.say(&format!("{bench}: {ours:.1} MB/s; {}", theirs.0)) };
        let ratio = ours / rate;
        self.say(&format!(
            "{bench}: {ours:.1} MB/s; {}: {rate:.1} MB/s; ratio {ratio:.2} (aim {ratio_min})",
            theirs.0
        ))
    }

    fn alone(&mut self, bench: &str, ours: f64, unit: &str, ours_max: f64) -> Result<(), Fault> {
        if self.json {
            let figure =
                serde_json::json!({ "bench": bench, "ours": ours, "unit": unit, "ours_max": ours_max });
            return self.say(&figure.to_string());
        }
        self.say(&format!("{bench}: {ours:.2} {unit} (aim <= {ours_max})"))
    }
}

/// Seconds of processor time, so that what other programs take of the machine is left out; of time itself where the system
/// does not say.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let before = processor_seconds();
    let (elapsed, done) = elapsed(work);
    let used = before.zip(processor_seconds()).map(|(before, after)| after - before);
    (used.filter(|used| *used > 0.0).unwrap_or(elapsed), done)
}

/// Processor time of this thread, exact to a tick of the system's clock.
fn processor_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    stat.split_whitespace().next()?.parse::<f64>().ok().map(|nanoseconds| nanoseconds / 1e9)
}

#[expect(clippy::disallowed_methods, reason = "a bench measures time")]
fn elapsed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let start = Instant::now();
    let done = std::hint::black_box(work());
    (start.elapsed().as_secs_f64(), done)
}

fn engine(terms: &[String]) -> Result<Engine, Fault> {
    Ok(Engine::new(&policy(terms)?, Digest([0; 32]))?)
}

/// A policy of one condition with these words, each of which is enough for a finding.
pub(crate) fn policy(terms: &[String]) -> Result<Policy, Fault> {
    let text = "reference = \"BENCH\"\nkind = \"sro\"\nmade_on = 2026-01-01\nexpires_on = 2030-01-01\n\
                timezone = \"Europe/London\"\n[person]\nname = \"Test Person 000\"\n[authority]\nbasis = \"paragraph\"\n\
                paragraph = \"1\"\nlegal_basis = \"bench\"\nrecorded_by = \"bench\"\nrecorded_on = 2026-01-01\n\
                [[condition]]\nparagraph = \"1\"\ntext = \"bench\"\nkind = \"specified-words\"\nwords = [\"bench\"]\n";
    let mut order = Order::from_toml(text).map_err(|errors| format!("{errors:?}"))?;
    // More words than an order's file may hold, as a force's packs may.
    for condition in &mut order.conditions {
        condition.words = terms.to_vec();
    }
    Ok(compile(&order, &[], &CompileInputs::offline())?)
}

pub(crate) fn observation(page: &str) -> Observation {
    Observation {
        listed: Vec::new(),
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
            search: None,
        },
    }
}
