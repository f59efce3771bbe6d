//! Schemathesis asks a real server everything that its OpenAPI document allows, and more, as an enrolled device and as a stranger.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::process::Command;

use crate::device::Device;
use crate::rig::Rig;

/// How long one run may take: there are three, beside each other.
const RUN_MAX: Duration = Duration::from_secs(60);
/// What every answer is held against: no server error, and nothing that the document does not say.
const CHECKS: &str =
    "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance";

fn schemathesis() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"), PathBuf::from);
    let program = target.join("tools/schemathesis/bin/st");
    assert!(program.is_file(), "{} is not there: run `cargo xtask setup`", program.display());
    program
}

/// One run; what it printed, where it found something.
async fn run(name: &str, change: impl FnOnce(&mut Command)) -> Result<(), String> {
    let folder = tempfile::tempdir().expect("a folder");
    let mut st = Command::new(schemathesis());
    st.current_dir(folder.path()).kill_on_drop(true);
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    st.arg("run").arg(document).args(["--checks", CHECKS, "--seed", "14", "--max-examples", "12"]);
    st.args(["--phases", "examples,coverage,fuzzing", "--continue-on-failure", "--no-shrink", "--no-color"]);
    st.args(["--generation-database", "none", "--suppress-health-check", "all"]);
    change(&mut st);
    let output = tokio::time::timeout(RUN_MAX, st.output())
        .await
        .map_err(|_| format!("{name}: not done after {} s", RUN_MAX.as_secs()))?
        .expect("schemathesis starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    // One that asked nothing has found nothing either.
    if output.status.success() && said.contains("passed") {
        return Ok(());
    }
    Err(format!("{name}: {said}\n{}", String::from_utf8_lossy(&output.stderr)))
}

#[tokio::test]
async fn nothing_that_the_openapi_document_allows_makes_the_server_fail_or_answer_otherwise_than_it_says() {
    let mut rig = Rig::with_workers(0).await;
    let device = Device::enrol(&rig).await;
    let folder = tempfile::tempdir().expect("a folder");
    let (authority, identity) = (folder.path().join("ca.pem"), folder.path().join("device.pem"));
    std::fs::write(&authority, &rig.trust.ca_pem).expect("written");
    std::fs::write(&identity, device.identity_pem()).expect("written");
    let (url, hooks) = (rig.device_url(""), Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/api"));
    let operations =
        rig.running.as_ref().and_then(|running| running.operations_address).expect("the port is open");

    let as_device = |st: &mut Command| {
        st.args(["--include-tag", "devices", "--url", &url]).arg("--tls-verify").arg(&authority);
        st.arg("--request-cert").arg(&identity);
    };
    let signed = run("a device", |st: &mut Command| {
        as_device(st);
        st.env("PYTHONPATH", &hooks).env("SCHEMATHESIS_HOOKS", "signed");
        st.env("PROVISO_TEST_RECORD_KEY", device.record_seed());
        st.env("PROVISO_TEST_DEVICE", device.id.to_string()).env("PROVISO_TEST_NONCE", device.nonce());
    });
    let unsigned = run("whoever has its certificate", as_device);
    let monitoring = run("monitoring", |st: &mut Command| {
        st.args(["--include-tag", "operations", "--url", &format!("http://{operations}")]);
    });
    let (signed, unsigned, monitoring) = tokio::join!(signed, unsigned, monitoring);
    let faults: Vec<String> = [signed, unsigned, monitoring].into_iter().filter_map(Result::err).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
    rig.stop().await;
}
