//! Writes `testdata/golden/record-v1.bin` anew: `cargo run -p proviso-ledger --example make-golden`.
//! Only for a new version of the format under a new name; a golden file that changes is a broken promise.

#[path = "../tests/common/mod.rs"]
mod common;

fn main() -> std::io::Result<()> {
    let (device, envelope) = common::golden();
    envelope.open(&device.secret).map_err(std::io::Error::other)?;
    std::fs::write(common::GOLDEN_PATH, envelope.encode())
}
