//! Notifications as an administrator sets them and looks after them.

use serde_json::Value;

use super::{done, force, program, refused};

#[test]
fn an_administrator_sets_how_officers_are_told_who_stands_in_for_whom_and_sees_what_did_not_go_out() {
    let folder = force();
    let data = folder.path().join("data");
    for (username, role) in
        [("pat", "offender-manager"), ("sam", "offender-manager"), ("chris", "supervisor")]
    {
        let add = ["admin", "officer-add", "--username", username, "--name", username, "--role", role];
        done(&data, &add, "a long test password\n");
    }
    let pat = ["admin", "officer-notifications", "--username", "pat"];
    let said = done(&data, &pat, "");
    assert_eq!((&said["by_email"], &said["quiet"]), (&Value::Bool(false), &Value::Null));
    let set = [
        "--email",
        "pat@police.example",
        "--quiet",
        "20:00-07:00",
        "--daily",
        "true",
        "--supervisor",
        "chris",
    ];
    done(&data, &[&pat[..], &set].concat(), "");
    // What is not named stays as it is; the address itself is said to nobody.
    let said = done(&data, &[&pat[..], &["--daily", "false"]].concat(), "");
    assert_eq!((&said["by_email"], &said["daily"]), (&Value::Bool(true), &Value::Bool(false)));
    assert_eq!((&said["quiet"], &said["supervisor"]), (&Value::from("20:00-07:00"), &Value::from("chris")));
    assert!(!said.to_string().contains("pat@"), "{said}");
    for (wrong, why) in [
        (["--quiet", "20:00"], "write quiet hours as 20:00-07:00"),
        (["--quiet", "20:00-20:00"], "begin and end at the same time"),
        (["--email", "pat"], "no e-mail address"),
        (["--supervisor", "sam"], "is no supervisor"),
    ] {
        let said = refused(&data, &[&pat[..], &wrong].concat(), "");
        assert!(said.contains(why), "{said}");
    }
    let said = refused(&data, &[&pat[..], &["--trial"]].concat(), "");
    assert!(said.contains("no mail server is set"), "{said}");

    let cover = [
        "admin",
        "cover-add",
        "--officer",
        "pat",
        "--from",
        "2026-01-01T00:00",
        "--until",
        "2126-01-01T00:00",
    ];
    let said = refused(&data, &[&cover[..], &["--covered-by", "sam"]].concat(), "");
    assert!(said.contains("a year at most"), "{said}");
    let (from, until) = (in_days("-1"), in_days("+30"));
    let cover = ["admin", "cover-add", "--officer", "pat", "--from", &from, "--until", &until, "--away"];
    let said = refused(&data, &[&cover[..], &["--covered-by", "pat"]].concat(), "");
    assert!(said.contains("themself"), "{said}");
    let entered = done(&data, &[&cover[..], &["--covered-by", "sam"]].concat(), "");
    let id = entered["cover"].as_str().expect("a number").to_owned();
    let listed = done(&data, &["admin", "cover-list"], "");
    assert_eq!(
        (&listed["covers"][0]["covered_by"], &listed["covers"][0]["away"]),
        (&Value::from("sam"), &Value::Bool(true))
    );
    done(&data, &["admin", "cover-end", "--cover", &id], "");
    assert_eq!(done(&data, &["admin", "cover-list"], "")["covers"], Value::Array(Vec::new()));

    let said = done(&data, &["admin", "notifications"], "");
    assert_eq!((&said["counts"]["dead"], &said["deliveries"]), (&Value::from(0), &Value::Array(Vec::new())));
    let said = refused(&data, &["admin", "notifications", "--retry", &id], "");
    assert!(said.contains("was given up"), "{said}");
}

/// So many days from now, as the program reads times.
pub fn in_days(days: &str) -> String {
    let asked = format!("{days} days");
    let output =
        std::process::Command::new("date").args(["-u", "-d", &asked, "+%Y-%m-%dT%H:%M:00Z"]).output();
    String::from_utf8(output.expect("date runs").stdout).expect("text").trim().to_owned()
}

#[test]
fn a_mail_server_that_cannot_be_used_as_set_stops_serve_with_one_clear_line_and_no_secret() {
    let folder = force();
    let data = folder.path().join("data");
    let config = folder.path().join("server.toml");
    let text = "console_address = \"https://proviso.force.example\"\n[notify.smtp]\nhost = \"mail.force.example\"\nfrom = \"proviso@police.example\"\nusername = \"proviso\"\n";
    std::fs::write(&config, text).expect("written");
    let path = config.display().to_string();
    let said = refused(&data, &["--config", &path, "serve"], "");
    assert!(said.contains("PROVISO_SMTP_PASSWORD"), "{said}");
    let missing = format!("{text}ca_file = \"/nowhere/ca.pem\"\n");
    std::fs::write(&config, missing).expect("written");
    let output = program(&data, &["--config", &path, "serve"])
        .env("PROVISO_SMTP_PASSWORD", "an invented secret")
        .output()
        .expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("/nowhere/ca.pem") && !said.contains("an invented secret"), "{said}");
}
