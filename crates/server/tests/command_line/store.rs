//! A force moves from the database file to PostgreSQL, as an administrator does it.

use std::process::Output;

use proviso_testkit::postgres;
use serde_json::Value;

use super::{ORDER, done, force, program, refused};

fn on_postgres(data: &std::path::Path, made: &postgres::Databases, args: &[&str]) -> Output {
    let mut command = program(data, args);
    command.env("PROVISO_STORE", &made.database).env("PROVISO_RECORD_KEYS", &made.record_keys);
    command.output().expect("the program runs")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[tokio::test]
async fn a_force_tries_migrations_and_moves_to_postgresql_with_every_row_compared() {
    let folder = force();
    let data = folder.path().join("data");
    let tried = done(&data, &["migrate", "--dry-run"], "");
    assert!(tried["pending"].as_array().is_some_and(|pending| pending.len() > 10), "{tried}");
    assert!(!data.join("proviso.db").exists(), "a try makes no database");
    let schema = done(&data, &["migrate"], "")["schema"].clone();
    assert_eq!(done(&data, &["migrate", "--dry-run"], "")["pending"], Value::Array(Vec::new()));
    let add =
        ["admin", "officer-add", "--username", "Pat", "--name", "Test Officer 014", "--role", "supervisor"];
    done(&data, &add, "a long test password\n");
    done(&data, &["admin", "case-create", "--order", ORDER, "--officer", "pat"], "");
    let jobs = done(&data, &["admin", "jobs"], "");
    assert_eq!((jobs["waiting"].as_u64(), jobs["given_up"].as_u64()), (Some(0), Some(0)));
    let retry = ["admin", "jobs", "--retry", "0b5c5bb4-0d38-4d3c-9c0f-6a8a5a4b0e57"];
    assert!(refused(&data, &retry, "").contains("does not exist"));
    assert!(refused(&data, &["admin", "copy-store"], "").contains("PROVISO_STORE"));

    let made = postgres::databases().await;
    let run = |args: &[&str]| on_postgres(&data, &made, args);
    let early = run(&["admin", "keys-status"]);
    assert!(!early.status.success() && said(&early).contains("proviso-server migrate"), "{}", said(&early));
    let tried: Value =
        serde_json::from_slice(&run(&["--json", "migrate", "--dry-run"]).stdout).expect("JSON");
    assert!(tried["pending"].as_array().is_some_and(|pending| !pending.is_empty()), "{tried}");

    let moved = run(&["--json", "admin", "copy-store"]);
    assert!(moved.status.success(), "{}", said(&moved));
    let moved: Value = serde_json::from_slice(&moved.stdout).expect("JSON");
    let tables = moved["tables"].as_array().expect("tables");
    let rows = |name: &str| {
        tables.iter().find(|table| table["table"] == name).and_then(|table| table["rows"].as_u64())
    };
    assert_eq!(
        (rows("officer"), rows("case_file"), rows("record_key")),
        (Some(1), Some(1), Some(0)),
        "{moved}"
    );
    assert!(moved["to"].as_str().is_some_and(|to| to.starts_with("postgres://proviso:***@")), "{moved}");
    let now: Value = serde_json::from_slice(&run(&["--json", "migrate"]).stdout).expect("JSON");
    assert_eq!(now["schema"], schema, "one number for one schema");
    let taken = run(&["admin", "copy-store"]);
    assert!(said(&taken).contains("copy into a database that is empty"), "{}", said(&taken));

    // A backup of it is made and checked, and is not put back over what is there, nor without its keys.
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (backup, keys) = (at("backup"), at("backup-keys"));
    for args in [
        vec!["admin", "backup", "--out", &backup],
        vec!["admin", "backup-keys", "--out", &keys],
        vec!["admin", "backup", "--check", &backup, "--keys", &keys],
    ] {
        let done = run(&args);
        assert!(done.status.success(), "{args:?}: {}", said(&done));
    }
    let elsewhere = at("elsewhere");
    let restore =
        ["--data-dir", &elsewhere, "admin", "restore", "--from", &backup, "--no-journal", "none yet"];
    assert!(said(&run(&restore)).contains("give --keys too"), "{}", said(&run(&restore)));
    let over = run(&[restore.as_slice(), &["--keys", &keys]].concat());
    assert!(said(&over).contains("copy into a database that is empty"), "{}", said(&over));
}
