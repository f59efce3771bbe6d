//! Reviews, a destruction with its certificate, and another master key, as an administrator meets them.

use super::notifications::in_days;
use super::{ORDER, done, force, program, refused};

#[test]
fn a_case_is_reviewed_held_destroyed_and_certified_from_the_command_line() {
    let folder = force();
    let data = folder.path().join("data");
    let opened = done(&data, &["admin", "case-create", "--order", ORDER], "");
    let case = opened["case"].as_str().expect("a case");
    let listed = done(&data, &["admin", "retention", "list"], "");
    assert_eq!(listed["cases"][0]["case"].as_str(), Some(case), "{listed}");
    let due = listed["cases"][0]["due_on"].as_str().expect("a day").to_owned();
    let keep = ["admin", "retention", "keep", "--case", case, "--reason", "Read the file.", "--until"];
    let said = refused(&data, &[&keep[..], &["2126-01-01"]].concat(), "");
    assert!(said.contains("nothing is kept without one"), "{said}");
    let soon = in_days("+2").chars().take("2026-11-26".len()).collect::<String>();
    done(&data, &[&keep[..], &[soon.as_str()]].concat(), "");
    let listed = done(&data, &["admin", "retention", "list", "--due"], "");
    assert_eq!(listed["cases"][0]["due_on"].as_str(), Some(soon.as_str()), "instead of {due}: {listed}");

    let hold = |way| ["admin", "legal-hold", "--case", case, way, "--reference", "civil claim 7"];
    done(&data, &hold("--on"), "");
    let out = folder.path().join("certificate.json").display().to_string();
    let destroy = ["admin", "case-destroy", "--case", case, "--confirm", case, "--why", "unlawful"];
    let destroy = [&destroy[..], &["--reference", "court 17", "--out", &out]].concat();
    let said = refused(&data, &destroy, "");
    assert!(said.contains("under legal hold since") && said.contains("civil claim 7"), "{said}");
    done(&data, &hold("--off"), "");
    let keys = folder.path().join("backup-keys").display().to_string();
    let backup = done(&data, &["admin", "backup-keys", "--out", &keys], "");
    let made = done(&data, &destroy, "");
    let statement = made["certificate"]["statement"].as_str().expect("a statement");
    let says: serde_json::Value = serde_json::from_str(statement).expect("JSON");
    assert!(says["last_key_backup_at"].is_string(), "{says} after {backup}");
    let again = folder.path().join("again.json").display().to_string();
    let id = says["certificate"].as_str().expect("an id");
    done(&data, &["admin", "retention", "certificate", "--id", id, "--out", &again], "");
    let read = |path: &str| std::fs::read_to_string(path).expect("written");
    let parsed = |path: &str| serde_json::from_str::<serde_json::Value>(&read(path)).expect("JSON");
    assert_eq!(parsed(&again)["statement"], parsed(&out)["statement"], "the same once more");
    let said = refused(&data, &["admin", "retention", "certificate", "--id", case, "--out", &keys], "");
    assert!(said.contains("goes to a new file"), "{said}");
}

#[test]
fn the_master_key_is_changed_while_no_server_runs_and_the_old_one_is_refused() {
    let folder = force();
    let data = folder.path().join("data");
    done(&data, &["admin", "case-create", "--order", ORDER], "");
    let path = data.join("keys/master.key");
    let old = std::fs::read_to_string(&path).expect("the old key");
    let changed = done(&data, &["admin", "keys-rotate"], "");
    assert_eq!(changed["cases"].as_u64(), Some(1), "{changed}");
    assert_ne!(std::fs::read_to_string(&path).expect("the new key"), old);
    assert_eq!(done(&data, &["admin", "retention", "list"], "")["cases"].as_array().map(Vec::len), Some(1));
    let output =
        program(&data, &["admin", "retention", "list"]).env("PROVISO_MASTER_KEY", old.trim()).output();
    let output = output.expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && said.contains("it was replaced on"), "{said}");

    let next = folder.path().join("next.key").display().to_string();
    let rotate = ["admin", "keys-rotate", "--new-file", &next];
    let mut from_environment = program(&data, &["admin", "keys-rotate"]);
    let output = from_environment.env("PROVISO_MASTER_KEY", "ab".repeat(32)).output().expect("it runs");
    assert!(String::from_utf8_lossy(&output.stderr).contains("say where the new one is"));
    done(&data, &rotate, "");
    let said = refused(&data, &["admin", "retention", "list"], "");
    assert!(said.contains("it was replaced on"), "{said}");
    let with_new = ["--master-key-file", &next, "admin", "retention", "list"];
    assert_eq!(done(&data, &with_new, "")["cases"].as_array().map(Vec::len), Some(1));
    let command = ["admin", "keys-rotate", "--new-command", "printf", &"cd".repeat(32)];
    done(&data, &[&["--master-key-file", &next][..], &command].concat(), "");
    let mut last = program(&data, &["admin", "retention", "list"]);
    let status = last.env("PROVISO_MASTER_KEY", "cd".repeat(32)).status().expect("it runs");
    assert!(status.success());
}
