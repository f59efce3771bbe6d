//! The helper in the person's session as a program beside the running agent: a browser's history in the person's home, up to the spool.

use std::process::{Command, Stdio};

use notify::event::{AccessKind, EventKind};
use notify::{RecursiveMode, Watcher as _};
use proviso_agent::{SpoolLimits, StateDir};
use proviso_model::policy::{PackRef, Policy, Rule};
use proviso_model::record::RecordBody;
use proviso_model::{ConditionKind, Digest, Fact, Source};
use rusqlite::Connection;

use super::session::{account, records, status_says};
use super::support::TestForce;
use super::{Running, agent, enrolled_as, open_notice, start};

const CHROMIUM_EPOCH_MICROS: i64 = 11_644_473_600_000_000;

/// Nothing but: history is not deleted.
fn policy(force: &TestForce) -> Policy {
    let mut policy = force.policy(1, 3_600);
    policy.conditions.truncate(1);
    let condition = policy.conditions.first_mut().expect("a condition");
    condition.kind = ConditionKind::NoHistoryDeletion;
    let pack = PackRef { name: "engine".to_owned(), version: "1".to_owned(), sha256: Digest([4; 32]) };
    let (id, category) = ("state/history-deleted".to_owned(), "history-deleted".to_owned());
    condition.rules = vec![Rule::State { id, category, pack }];
    policy
}

/// Chromium's profile with a page of every hour of a day, by the clock of this machine.
fn profile(home: &std::path::Path) -> std::path::PathBuf {
    let folder = home.join(".config/chromium/Default");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("Preferences"), "{}").expect("written");
    let history = folder.join("History");
    let database = Connection::open(&history).expect("opened");
    database
        .execute_batch(
            "CREATE TABLE urls(id INTEGER PRIMARY KEY AUTOINCREMENT, url LONGVARCHAR, title LONGVARCHAR);
             CREATE TABLE visits(id INTEGER PRIMARY KEY AUTOINCREMENT, url INTEGER, visit_time INTEGER, originator_cache_guid TEXT);
             INSERT INTO urls(url, title) VALUES ('https://harbour.example/quay', 'The quay');",
        )
        .expect("made");
    for hours in 0..24_i64 {
        let now = Command::new("date").arg("+%s").output().expect("a clock").stdout;
        let now: i64 = String::from_utf8_lossy(&now).trim().parse().expect("a number");
        let at = (now - hours * 3_600) * 1_000_000 + CHROMIUM_EPOCH_MICROS;
        database.execute("INSERT INTO visits(url, visit_time) VALUES (1, ?1)", [at]).expect("put");
    }
    history
}

fn helper(dir: &StateDir, home: &std::path::Path) -> Running {
    let mut command = agent(dir, &["session"]);
    command.env("HOME", home).env_remove("XDG_CONFIG_HOME").env_remove("XDG_CACHE_HOME");
    command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere").stdin(Stdio::null()).stderr(Stdio::null());
    Running(command.spawn().expect("the helper starts"))
}

#[tokio::test]
async fn a_history_that_lost_its_newest_entries_is_sealed_as_numbers_and_no_copy_is_left() {
    let force = enrolled_as(&account(), policy);
    let dir = force.dir();
    let home = tempfile::tempdir().expect("a folder");
    let history = profile(home.path());
    // A display that is not there stands for somebody who is logged on.
    let (mut running, said) = start(&dir, &["run", "--page-port", "0", "--display", ":987"]);
    std::thread::spawn(move || std::io::Read::read_to_end(&mut { said }, &mut Vec::new()));
    open_notice(&dir).await;
    status_says(&dir, "Browsers' histories (session): cannot see: the helper does not run");
    let first = helper(&dir, home.path());
    status_says(&dir, "their entries are counted");
    let before = records(&dir);
    drop(first);
    status_says(&dir, "the helper does not run");

    // As the browser does it: rows go, and the numbers stay.
    let database = Connection::open(&history).expect("opened");
    database.execute("DELETE FROM visits WHERE id <= 3", []).expect("gone");
    drop(database);
    let second = helper(&dir, home.path());
    status_says(&dir, "their entries are counted");
    while records(&dir) == before {
        tokio::task::yield_now().await;
    }
    drop(second);
    let asked = Command::new("kill").args(["-TERM", &running.0.id().to_string()]).status();
    assert!(asked.expect("asked to end").success());
    assert!(running.0.wait().expect("it ended").success());
    assert!(!home.path().join(".cache/proviso-session").exists(), "the copies are gone");

    let (spool, _) = force.spool(SpoolLimits::default());
    let records = force.records(&spool);
    let found = records.iter().find_map(|body| match body {
        RecordBody::Finding { captured, generated } => Some((captured, generated)),
        _ => None,
    });
    let (captured, generated) = found.expect("a finding");
    let Fact::History(seen) = &captured.fact else { panic!("a history") };
    assert_eq!((seen.browser.as_str(), seen.profile.as_str()), ("Chromium", ".config/chromium/Default"));
    assert_eq!(seen.before.as_ref().map(|before| before.entries), Some(24));
    assert_eq!((seen.after.entries, captured.source), (21, Source::Histories));
    assert_eq!(generated.findings.first().map(|one| one.rule.as_str()), Some("state/history-deleted"));
    let all = format!("{records:?}");
    assert!(!all.contains("harbour") && !all.contains("quay"), "no address and no title was read");
}

#[tokio::test]
async fn invariant_01_no_history_is_opened_that_no_paragraph_in_force_asks_about() {
    let home = tempfile::tempdir().expect("a folder");
    let history = profile(home.path());
    let opened = |policy: fn(&TestForce) -> Policy, sees: &str| {
        let (tell, told) = std::sync::mpsc::channel();
        let mut watcher = notify::recommended_watcher(tell).expect("a watcher");
        watcher.watch(history.parent().expect("a folder"), RecursiveMode::NonRecursive).expect("watched");
        let force = enrolled_as(&account(), policy);
        let sees = sees.to_owned();
        let home = home.path().to_owned();
        async move {
            let dir = force.dir();
            let (_running, said) = start(&dir, &["run", "--page-port", "0", "--display", ":987"]);
            std::thread::spawn(move || std::io::Read::read_to_end(&mut { said }, &mut Vec::new()));
            open_notice(&dir).await;
            let helper = helper(&dir, &home);
            // Its sources begin together, with the word that says what may be captured.
            status_says(&dir, &sees);
            drop(helper);
            drop(watcher);
            let is_opened = |kind: EventKind| matches!(kind, EventKind::Access(AccessKind::Open(_)));
            told.iter().flatten().any(|seen: notify::Event| is_opened(seen.kind))
        }
    };
    assert!(opened(policy, "their entries are counted").await, "where a paragraph asks, it is read");
    let others: fn(&TestForce) -> Policy = |force| force.policy_with_pictures(3_600);
    assert!(!opened(others, "cannot see: the session's bus").await, "others of its sources ran");
}
