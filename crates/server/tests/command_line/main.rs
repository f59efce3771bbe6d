//! The program as an administrator meets it: what it prints, what it refuses, and with which exit code.

mod drill;
mod hash_sets;
mod notifications;
mod pictures;
mod retention;
mod store;
mod suitability;
mod transfers;
mod visits;

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

const ORDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/demo/order.toml");

fn program(data_dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_proviso-server"));
    command.args(args).env_clear().env("PROVISO_DATA_DIR", data_dir).env("PROVISO_LOG", "warn");
    command
}

fn run(data_dir: &Path, args: &[&str], typed: &str) -> Output {
    let mut child = program(data_dir, args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // A command that reads nothing may have ended before this is written.
    let _ = child.stdin.take().expect("a pipe").write_all(typed.as_bytes());
    child.wait_with_output().expect("it ends")
}

fn done(data_dir: &Path, args: &[&str], typed: &str) -> Value {
    let with_json: Vec<&str> = std::iter::once("--json").chain(args.iter().copied()).collect();
    let output = run(data_dir, &with_json, typed);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{args:?}: {said}");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{args:?}: {error}: {said}"))
}

fn refused(data_dir: &Path, args: &[&str], typed: &str) -> String {
    let output = run(data_dir, args, typed);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
    assert!(output.stdout.is_empty(), "a refusal prints nothing that a program could take for an answer");
    said
}

const PASSPHRASE: &str = "an invented passphrase";

fn force() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let medium = folder.path().join("medium").display().to_string();
    let init = ["admin", "init", "--force-name", "Test Force", "--root-medium", &medium];
    done(&folder.path().join("data"), &init, &format!("{PASSPHRASE}\n"));
    folder
}

#[test]
fn an_administrator_sets_up_a_force_and_a_case_and_the_server_ends_when_told() {
    let folder = force();
    let data = folder.path().join("data");
    let add =
        ["admin", "officer-add", "--username", "Pat", "--name", "Test Officer 014", "--role", "supervisor"];
    done(&data, &add, "a long test password\n");
    let opened = done(&data, &["admin", "case-create", "--order", ORDER, "--officer", "pat"], "");
    let case = opened["case"].as_str().expect("a case");
    let code = done(&data, &["admin", "enrolment-code", "--case", case], "");
    let text = code["code"].as_str().expect("a code");
    assert_eq!((text.len(), text.find('-')), (11, Some(5)), "{text}");

    let mut serving = program(
        &data,
        &["--json", "serve", "--device-listen", "127.0.0.1:0", "--console-listen", "127.0.0.1:0"],
    )
    .stdout(Stdio::piped())
    .spawn()
    .expect("the program starts");
    let mut line = String::new();
    BufReader::new(serving.stdout.take().expect("a pipe")).read_line(&mut line).expect("it says where");
    let open: Value = serde_json::from_str(&line).expect("JSON");
    assert!(open["device_address"].as_str().is_some_and(|address| !address.ends_with(":0")), "{line}");
    let told = Command::new("kill").args(["-TERM", &serving.id().to_string()]).status().expect("kill runs");
    assert!(told.success());
    assert_eq!(serving.wait().expect("it ends").code(), Some(0), "SIGTERM is an orderly end");
}

#[test]
fn a_list_of_words_is_tried_imported_shown_and_retired() {
    let folder = force();
    let data = folder.path().join("data");
    let file = folder.path().join("words.csv");
    std::fs::write(&file, "term,weight\nblue anchor,\nthe,\nx,\nBLUE anchor,600\n").expect("written");
    let path = file.display().to_string();
    let import = ["admin", "pack-import", &path, "--category", "sexual", "--name", "harbour-list"];
    let tried = done(&data, &[&import[..], &["--dry-run"]].concat(), "");
    assert_eq!((tried["terms"].as_u64(), tried["twice"][0]["line"].as_u64()), (Some(2), Some(5)));
    assert_eq!(tried["refused"][0]["line"].as_u64(), Some(4));
    assert!(tried["ordinary"]["spoken"].as_u64() > Some(20), "the word \"the\" is everywhere: {tried}");
    assert_eq!(
        done(&data, &["admin", "pack-list"], "")["packs"],
        Value::Array(Vec::new()),
        "nothing was kept"
    );

    let said = refused(&data, &import, "");
    assert!(said.contains("words.csv") && said.contains("line 4: \"x\" is one letter"), "{said}");
    std::fs::write(&file, "term,weight\nblue anchor,\n").expect("written");
    assert_eq!(done(&data, &import, "")["version"].as_u64(), Some(1));
    let signed = folder.path().join("signed.json").display().to_string();
    let shown = done(&data, &["admin", "pack-show", "harbour-list", "--signed", &signed], "");
    assert!(shown["pack"].as_str().is_some_and(|text| text.contains("\"blue anchor\"")), "{shown}");
    assert!(std::fs::read_to_string(&signed).expect("written").contains("signature"));
    done(&data, &["admin", "pack-remove", "harbour-list"], "");
    let rows = done(&data, &["admin", "pack-list"], "");
    assert!(rows["packs"][0]["retired_at"].is_string(), "{rows}");
    let said = refused(&data, &["admin", "pack-remove", "harbour-list"], "");
    assert!(said.contains("does not exist"), "{said}");
    std::fs::write(&file, vec![b'a'; 17 * 1024 * 1024]).expect("written");
    assert!(refused(&data, &import, "").contains("split it into several packs"));
}

#[test]
fn a_list_of_sites_is_tried_imported_shown_and_retired() {
    let folder = force();
    let data = folder.path().join("data");
    let file = folder.path().join("sites.txt");
    std::fs::write(&file, "||night.example^\n@@||day.night.example^\nsite.example##.banner\nco.uk\n")
        .expect("written");
    let path = file.display().to_string();
    let import =
        ["admin", "site-list-import", "--file", &path, "--category", "pornography", "--name", "our-sites"];
    let tried = done(&data, &[&import[..], &["--dry-run"]].concat(), "");
    assert_eq!((tried["entries"].as_u64(), tried["exceptions"].as_u64()), (Some(2), Some(1)), "{tried}");
    assert_eq!(tried["refused"]["first"][1]["line"].as_u64(), Some(4), "{tried}");
    assert_eq!(done(&data, &["admin", "site-list-list"], "")["site_lists"], Value::Array(Vec::new()));
    let said = refused(&data, &[&import[..], &["--format", "hosts"]].concat(), "");
    assert!(said.contains("sites.txt") && said.contains("has no entry that can be used"), "{said}");

    let about = ["--coarse", "--source", "an invented source", "--licence", "CC0", "--dated", "2026-11-01"];
    let taken = done(&data, &[&import[..], &about].concat(), "");
    assert_eq!((taken["version"].as_u64(), taken["devices"].as_u64()), (Some(1), Some(0)));
    let rows = done(&data, &["admin", "site-list-list"], "");
    let says = &rows["site_lists"][0]["says"];
    assert_eq!(
        (says["coarse"].as_bool(), says["dated"].as_str()),
        (Some(true), Some("2026-11-01")),
        "{rows}"
    );
    done(&data, &["admin", "site-list-remove", "our-sites"], "");
    let rows = done(&data, &["admin", "site-list-list"], "");
    assert!(rows["site_lists"][0]["retired_at"].is_string(), "{rows}");
    let said = refused(&data, &["admin", "site-list-remove", "our-sites"], "");
    assert!(said.contains("does not exist"), "{said}");
}

#[test]
fn what_cannot_be_done_is_said_in_words_with_exit_code_2() {
    let folder = force();
    let data = folder.path().join("data");
    let bad_order = folder.path().join("order.toml");
    let text = std::fs::read_to_string(ORDER).expect("read").replace("timezone =", "time_zone =");
    std::fs::write(&bad_order, text).expect("written");
    let bad_order = bad_order.display().to_string();
    let officer = ["admin", "officer-add", "--username", "pat", "--name", "Pat", "--role", "supervisor"];
    let no_case = ["admin", "enrolment-code", "--case", "0b5c5bb4-0d38-4d3c-9c0f-6a8a5a4b0e57"];
    let redact = [
        "admin",
        "bundle-export",
        "--case",
        "0b5c5bb4-0d38-4d3c-9c0f-6a8a5a4b0e57",
        "--out",
        "b.zip",
        "--redact",
        "adress",
    ];
    let medium = folder.path().join("another medium").display().to_string();
    let again = ["admin", "init", "--force-name", "Again", "--root-medium", &medium];
    let within = data.join("keys").join("root").display().to_string();
    let inside = ["admin", "init", "--force-name", "Again", "--root-medium", &within];
    let cases: [(&[&str], &str, &[&str]); 9] = [
        (&again, PASSPHRASE, &["master.key", "never overwritten"]),
        (&inside, PASSPHRASE, &["not apart from the data folder", "taken away"]),
        (&["admin", "init", "--force-name", "Again"], "", &["--root-medium"]),
        (&["admin", "case-create", "--order", &bad_order], "", &["order.toml:", "time_zone"]),
        (&["admin", "case-create", "--order", "nowhere.toml"], "", &["nowhere.toml", "path of an order"]),
        (&officer, "short\n", &["5 characters", "12"]),
        (&no_case, "", &["this case does not exist"]),
        (&redact, "", &["no part \"adress\"", "passage, address, title"]),
        (&["serve", "--config", "nowhere.toml"], "", &["nowhere.toml", "settings file"]),
    ];
    for (args, typed, words) in cases {
        let said = refused(&data, args, typed);
        for word in words {
            assert!(said.contains(word), "{args:?} should speak of {word:?}: {said}");
        }
    }
    let elsewhere = folder.path().join("elsewhere");
    let said = refused(&elsewhere, &["migrate"], "");
    assert!(said.contains("admin init"), "{said}");
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_left_alone() {
    let folder = force();
    let data = folder.path().join("data");
    done(&data, &["migrate"], "");
    let url = format!("sqlite://{}", data.join("proviso.db").display());
    let pool = sqlx::SqlitePool::connect(&url).await.expect("opened");
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'from the future', 1, x'00', 0)",
    )
    .execute(&pool)
    .await
    .expect("a migration of a later program");
    pool.close().await;
    let said = refused(&data, &["serve"], "");
    assert!(said.contains("9999") && said.contains("newer proviso-server"), "{said}");
}

#[test]
fn a_backup_is_made_checked_and_put_back_from_the_command_line() {
    let folder = force();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (data, backup, keys, restored) =
        (folder.path().join("data"), path("backup"), path("keys"), path("new"));
    done(&data, &["admin", "case-create", "--order", ORDER], "");
    done(&data, &["admin", "backup", "--out", &backup], "");
    done(&data, &["admin", "backup-keys", "--out", &keys], "");
    let checked = done(&data, &["admin", "backup", "--check", &backup, "--keys", &keys], "");
    assert_eq!(checked["counted"].as_u64(), Some(0), "no device is enrolled");
    // On a machine without a server.
    done(&folder.path().join("nowhere"), &["admin", "backup", "--check", &backup], "");

    let restore = ["admin", "restore", "--from", &backup, "--keys", &keys];
    let said = refused(Path::new(&restored), &restore, "");
    assert!(said.contains("--journal"), "{said}");
    let with_reason: Vec<&str> = restore.iter().copied().chain(["--no-journal", "a drill"]).collect();
    let said = refused(&data, &with_reason, "");
    assert!(said.contains("not empty"), "{said}");
    done(Path::new(&restored), &with_reason, "");
    let said = refused(Path::new(&restored), &["migrate"], "");
    assert!(said.contains("master.key"), "the master key is in no backup: {said}");
    let master = folder.path().join("data/keys/master.key").display().to_string();
    done(Path::new(&restored), &["--master-key-file", &master, "migrate"], "");
    assert!(!Path::new(&restored).join("restored.json").exists(), "the restore is logged");
}

/// The strict way: the root is made and used where there is no server, and each side checks the other.
#[test]
fn an_offline_root_certifies_a_server_changes_its_keys_and_hands_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (data, nowhere) = (folder.path().join("data"), folder.path().join("no server here"));
    let (medium, second, typed) = (path("medium"), path("second medium"), format!("{PASSPHRASE}\n"));
    let (public, request, signed) =
        (path("medium/root-public.json"), path("request.json"), path("signed.json"));

    let short = ["admin", "root", "init", "--medium", &medium, "--force-name", "Test Force"];
    assert!(refused(&nowhere, &short, "too short\n").contains("12 characters"));
    done(&nowhere, &short, &typed);
    done(&data, &["admin", "init", "--root-public", &public, "--request", &request], "");
    let waiting = refused(&data, &["admin", "keys-status"], "");
    assert!(waiting.contains("wait for its root"), "{waiting}");
    let sign = ["admin", "root", "sign", "--medium", &medium, "--request", &request, "--out", &signed];
    let wrong = refused(&nowhere, &sign, "another passphrase\n");
    assert!(wrong.contains("passphrase is wrong"), "{wrong}");
    done(&nowhere, &sign, &typed);
    let twice = refused(
        &nowhere,
        &["admin", "root", "sign", "--medium", &medium, "--request", &request, "--out", &path("x")],
        &typed,
    );
    assert!(twice.contains("was signed already"), "versions only rise: {twice}");
    done(&data, &["admin", "keys-install", "--signed", &signed], "");
    assert!(
        !std::fs::read_dir(data.join("keys"))
            .expect("keys")
            .any(|file| { file.expect("a file").file_name().to_string_lossy().contains("root") }),
        "the root is nowhere in the data folder"
    );
    let first = done(&data, &["admin", "keys-status"], "");
    assert_eq!((first["version"].as_u64(), first["days_left"].as_u64()), (Some(1), Some(729)));

    let (request, signed) = (path("request-2.json"), path("signed-2.json"));
    done(&data, &["admin", "keys-renew", "--policy", "--checkpoint", "--request", &request], "");
    done(
        &nowhere,
        &["admin", "root", "rotate", "--medium", &medium, "--new-medium", &second],
        &format!("{typed}another passphrase\n"),
    );
    let sign = ["admin", "root", "sign", "--medium", &second, "--request", &request, "--out", &signed];
    done(&nowhere, &sign, "another passphrase\n");
    let before = std::fs::read(data.join("trust.json")).expect("the hand-out");
    let changed =
        std::fs::read_to_string(&signed).expect("read").replacen("\\\"version\\\":2", "\\\"version\\\":3", 1);
    std::fs::write(path("changed.json"), changed).expect("written");
    let forged = refused(&data, &["admin", "keys-install", "--signed", &path("changed.json")], "");
    assert!(forged.contains("not signed by this force's root"), "{forged}");
    done(&data, &["admin", "keys-install", "--signed", &signed], "");
    assert_ne!(
        std::fs::read(data.join("trust.json")).expect("the hand-out"),
        before,
        "it names the new root"
    );
    assert_eq!(done(&data, &["admin", "keys-status"], "")["version"].as_u64(), Some(2));
    let mut kept: Vec<_> = std::fs::read_dir(data.join("keys"))
        .expect("keys")
        .map(|file| file.expect("a file").file_name().to_string_lossy().into_owned())
        .filter(|name| name.contains("policy") || name.contains("checkpoint"))
        .collect();
    kept.sort();
    assert_eq!(kept, ["checkpoint-2.key", "policy-2.key"], "what was retired is destroyed");
}

#[test]
fn a_master_key_may_come_from_a_command() {
    let folder = force();
    let data = folder.path().join("data");
    let moved = folder.path().join("safe");
    std::fs::rename(data.join("keys").join("master.key"), &moved).expect("moved");
    let settings = folder.path().join("settings.toml");
    let with = |command: &str| {
        std::fs::write(&settings, format!("master_key_command = {command}\n")).expect("written");
    };
    let status = ["admin", "keys-status", "--config", &settings.display().to_string()].map(str::to_owned);
    let status: Vec<&str> = status.iter().map(String::as_str).collect();
    with(&format!("[\"/bin/cat\", \"{}\"]", moved.display()));
    done(&data, &status, "");
    for (command, words) in [
        ("[\"/bin/false\"]", "it ended with"),
        ("[\"/bin/echo\", \"no key\"]", "64 hexadecimal digits"),
        ("[\"/nowhere/safe\"]", "run it by hand"),
        ("[]", "name a program"),
    ] {
        with(command);
        let said = refused(&data, &status, "");
        assert!(said.contains(words) && !said.contains("no key"), "{command}: {said}");
    }
}
