//! Writes `testdata/bundles/sample.zip` and `sample.key`, and the witness file of its log among the seeds of `fuzz/`: `cargo run -p proviso-evidence --example make-sample`.

#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../tests/bundle/common/mod.rs"]
mod common;

use proviso_evidence::{Verdict, verify};

const WITNESS: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus-committed/witness/sample.jsonl");

fn main() -> std::io::Result<()> {
    let sample = common::sample("sample bundle 1", |_| ());
    let report = verify(&sample.bundle, Some(&sample.trust)).map_err(std::io::Error::other)?;
    if report.verdict != Verdict::Verified {
        return Err(std::io::Error::other(format!("the sample does not verify: {report:?}")));
    }
    let mut key = serde_json::to_vec_pretty(&sample.trust)?;
    key.push(b'\n');
    std::fs::write(common::SAMPLE, &sample.bundle)?;
    std::fs::write(common::SAMPLE_KEY, key)?;
    // Its first line is the force's keys, which stay; the second is the log as the sample has it.
    let witness = std::fs::read_to_string(WITNESS)?;
    let keys = witness.lines().next().unwrap_or_default();
    let state = serde_json::json!({ "checkpoint": sample.input.checkpoint, "hashes": [] });
    std::fs::write(WITNESS, format!("{keys}\n{state}\n"))
}
