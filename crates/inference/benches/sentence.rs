//! How long the sentence model takes for the two passages of a doubtful page, one thread.
//!
//! `cargo bench -p proviso-inference --bench sentence [-- --json]`

use std::io::Write as _;
use std::path::PathBuf;
use std::time::Instant;

use proviso_inference::{MiniLm, SentenceModel as _};

/// Pages that are timed, each its best of some rounds over all: what other programs take in one round is left out.
const PAGES: usize = 100;
const ROUNDS: usize = 5;
const MS_MAX: f64 = 60.0;
/// A neutral passage with more tokens than the model reads.
const PASSAGE: &str = "In the window of the old chandlery hung a harbour lantern, its glass still green, and beside it a brass compass \
    wrapped in cloth, two coils of tarred rope, a chart of the northern islands and a bell that nobody had rung since the ferry stopped.";

#[expect(clippy::disallowed_methods, reason = "a bench measures time")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let target =
        target.unwrap_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target")));
    let start = Instant::now();
    let model = MiniLm::load(&[target.join("models")])?.ok_or("no sentence model: run cargo xtask setup")?;
    let load_ms = start.elapsed().as_secs_f64() * 1e3;
    let mut took = vec![f64::INFINITY; PAGES];
    for _ in 0..ROUNDS {
        for (page, best) in took.iter_mut().enumerate() {
            let start = Instant::now();
            for passage in 0..2 {
                std::hint::black_box(model.vector(&format!("{page} {passage} {PASSAGE}"))?);
            }
            *best = best.min(start.elapsed().as_secs_f64() * 1e3);
        }
    }
    took.sort_by(f64::total_cmp);
    let at = |share: usize| took.get(took.len() * share / 100).copied().unwrap_or_default();
    let mut out = std::io::stdout().lock();
    if std::env::args().any(|argument| argument == "--json") {
        let bench = format!("sentence model, two passages (p50 {:.1} ms, load {load_ms:.0} ms), p99", at(50));
        writeln!(
            out,
            "{{\"bench\":\"{bench}\",\"ours\":{:.2},\"unit\":\"ms\",\"ours_max\":{MS_MAX}}}",
            at(99)
        )?;
    } else {
        writeln!(
            out,
            "load {load_ms:.0} ms; two passages of 48 tokens: p50 {:.1} ms, p99 {:.1} ms (aim: at most {MS_MAX})",
            at(50),
            at(99)
        )?;
    }
    Ok(())
}
