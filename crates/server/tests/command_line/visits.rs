//! A visit from the force's side: the pass that an officer takes along, and the check of what comes back.

use std::path::{Path, PathBuf};

use proviso_agent::Clock;
use proviso_agent::visit::pass::{Given, PassError};
use proviso_agent::visit::{PAGE_FILE, Place, RECORD_FILE, Since, TOUCHED_FILE, VisitParts, visit};
use proviso_engine::Pack;
use proviso_model::Timestamp;
use serde_json::{Value, json};

use super::{done, force, refused, run};

const ALL_KINDS: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/orders/good/shpo-all-kinds.toml");

/// A clock that stands.
struct At(Timestamp);

impl Clock for At {
    fn wall(&self) -> Timestamp {
        self.0
    }
    fn since_boot_ms(&self) -> u64 {
        0
    }
    fn awake_ms(&self) -> u64 {
        0
    }
    fn boot_id(&self) -> String {
        String::new()
    }
}

/// Makes the visit with what was prepared in `pass`.
fn made(pass: &Path, folder: &Path, at: Timestamp) -> PathBuf {
    let given = Given::from_folder(pass, at).expect("the pass is good");
    let home = folder.join("sam");
    std::fs::create_dir_all(&home).expect("a home");
    let home = home.canonicalize().expect("a home");
    let state = folder.join("none");
    let place = Place { root: "/".into(), account: "sam".to_owned(), uid: 4_294, home, state };
    let out = pass.join("visit-1");
    let packs = Pack::built_in().expect("packs");
    let parts = VisitParts {
        given: &given,
        place: &place,
        out: &out,
        since: Since { at: at.plus_days(-7), of: None },
        seconds: 60,
        packs: &packs,
        clock: &At(at),
        say: &mut |_| {},
    };
    visit(parts).expect("a visit");
    out
}

fn check(data: &Path, record: &Path) -> (Option<i32>, Value) {
    let output = run(data, &["--json", "visit", "check", &record.display().to_string()], "");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {said}"));
    (output.status.code(), value)
}

/// Names of the checks that do not hold.
fn failed(value: &Value) -> Vec<&str> {
    let checks = value["checks"].as_array().expect("checks").iter();
    checks.filter(|check| check["holds"] != true).filter_map(|check| check["name"].as_str()).collect()
}

#[test]
fn a_visit_is_prepared_made_with_its_pass_and_what_comes_back_is_checked_to_the_byte() {
    let folder = force();
    let data = folder.path().join("data");
    let add = [
        "admin",
        "officer-add",
        "--username",
        "pat",
        "--name",
        "Test Officer 014",
        "--role",
        "offender-manager",
    ];
    done(&data, &add, "a long test password\n");
    let case = done(&data, &["admin", "case-create", "--order", ALL_KINDS, "--officer", "pat"], "");
    let case = case["case"].as_str().expect("a case");
    let pass = folder.path().join("stick");
    let out = pass.display().to_string();
    let prepare = [
        "visit",
        "prepare",
        "--case",
        case,
        "--officer",
        "pat",
        "--since",
        "2026-10-01T00:00:00Z",
        "--out",
        &out,
    ];
    let prepared = done(&data, &prepare, "");
    let text = std::fs::read_to_string(pass.join("visit-pass.json")).expect("a pass");
    for secret in ["Test Person", "VISOR", "paper kite", "model railway", "harbour lantern", "heron", "7700"]
    {
        assert!(!text.contains(secret), "the stick holds {secret}");
    }
    let until = Timestamp::parse(prepared["expires_at"].as_str().expect("a time")).expect("an instant");
    let made_at = until.plus_days(-6);
    let late = Given::from_folder(&pass, until).map(|_| ()).expect_err("it has run out");
    assert!(matches!(late, PassError::Time(..)), "{late}");

    let visited = made(&pass, folder.path(), made_at);
    let record = visited.join(RECORD_FILE);
    let (code, told) = check(&data, &record);
    assert_eq!((code, failed(&told)), (Some(0), vec![]), "{told}");
    assert_eq!(told["record"]["case"], json!(case));
    assert_eq!(told["checks"].as_array().map(Vec::len), Some(7));

    // The signed text stands in JSON, where its quotes are escaped.
    for (file, old, new, words) in [
        (RECORD_FILE, "\\\"started_at\\\":\\\"2", "\\\"started_at\\\":\\\"1", "no byte was changed"),
        (PAGE_FILE, "nobody need answer", "you must answer", "the page beside it"),
        (TOUCHED_FILE, "\"n\":2,", "\"n\":3,", "the log beside it"),
    ] {
        let path = visited.join(file);
        let sound = std::fs::read_to_string(&path).expect(file);
        let changed = sound.replacen(old, new, 1);
        assert_ne!(changed, sound, "{file}");
        std::fs::write(&path, changed).expect("written");
        let (code, told) = check(&data, &record);
        assert_eq!(code, Some(1), "{file}: {told}");
        assert!(failed(&told).iter().any(|name| name.contains(words)), "{file}: {:?}", failed(&told));
        std::fs::write(&path, sound).expect("written");
    }
    filed_listed_and_written_out(&data, case, &record);
    let other = force();
    let (code, told) = check(&other.path().join("data"), &record);
    assert_eq!((code, failed(&told)), (Some(1), vec!["the pass was signed by this force"]), "another force");

    let changed = text.replacen("2026-10-01", "2026-10-02", 1);
    std::fs::write(pass.join("visit-pass.json"), changed).expect("written");
    let forged = Given::from_folder(&pass, made_at).map(|_| ()).expect_err("it was changed");
    assert!(matches!(forged, PassError::Signature), "{forged}");
    assert!(refused(&data, &prepare, "").contains("give a new folder"));
}

/// Files a sound record, refuses a changed one, and writes out what is filed again.
#[expect(clippy::indexing_slicing, reason = "a test may fail by panicking")]
fn filed_listed_and_written_out(data: &Path, case: &str, record: &Path) {
    let shown = record.display().to_string();
    assert!(
        refused(data, &["visit", "file", &shown], "").contains("--not-enrolled"),
        "it does not say which"
    );
    let page = record.with_file_name(PAGE_FILE);
    let sound = std::fs::read_to_string(&page).expect("a page");
    std::fs::write(&page, sound.replacen("nobody need answer", "you must answer", 1)).expect("written");
    let file = ["--json", "visit", "file", &shown, "--not-enrolled"];
    let output = run(data, &file, "");
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    std::fs::write(&page, sound).expect("written");
    assert_eq!(done(data, &["visit", "list", "--case", case], ""), json!([]), "nothing was kept");

    let filed = done(data, &file[1..], "");
    assert_eq!((&filed["new"], &filed["case"], &filed["device"]), (&json!(true), &json!(case), &Value::Null));
    assert_eq!(done(data, &file[1..], "")["new"], json!(false), "filed once");
    let listed = done(data, &["visit", "list", "--case", case], "");
    assert_eq!(listed.as_array().map(Vec::len), Some(1), "{listed}");
    let (hash, out) = (filed["hash"].as_str().expect("a hash"), record.with_file_name("again"));
    done(data, &["visit", "export", hash, "--out", &out.display().to_string()], "");
    let (code, told) = check(data, &out.join(RECORD_FILE));
    assert_eq!((code, failed(&told)), (Some(0), vec![]), "what comes out is what went in");
    assert_eq!(told["checks"].as_array().map(Vec::len), Some(7), "page and log too");
}
