//! Writes `testdata/bundles/sample.zip` and `sample.key`: `cargo run -p proviso-evidence --example make-sample`.

#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../tests/bundle/common/mod.rs"]
mod common;

use proviso_evidence::{Verdict, verify};

fn main() -> std::io::Result<()> {
    let sample = common::sample("sample bundle 1", |_| ());
    let report = verify(&sample.bundle, Some(&sample.trust)).map_err(std::io::Error::other)?;
    if report.verdict != Verdict::Verified {
        return Err(std::io::Error::other(format!("the sample does not verify: {report:?}")));
    }
    let mut key = serde_json::to_vec_pretty(&sample.trust)?;
    key.push(b'\n');
    std::fs::write(common::SAMPLE, &sample.bundle)?;
    std::fs::write(common::SAMPLE_KEY, key)
}
