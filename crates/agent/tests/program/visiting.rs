//! A visit, as officer and person see it: what it reads, what it leaves as it was, what it says, and what it does with files that are
//! made to harm.

mod home;

use std::collections::BTreeMap;
use std::path::Path;

use proviso_agent::StateDir;
use proviso_model::visit::VisitRecord;

use super::{enrolled, output, words};
use home::{Home, snapshot, unchanged};

const ALL_KINDS: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/orders/good/shpo-all-kinds.toml");

/// Visits a home; exit code and record.
fn visit(home: &Home, state: &StateDir, order: &str, more: &[&str]) -> (Option<i32>, VisitRecord) {
    let (at, out) = (home.path().display().to_string(), home.out().display().to_string());
    let mut args =
        vec!["visit", "--order", order, "--home", &at, "--account", "sam", "--out", &out, "--json"];
    args.extend(more);
    let output = output(state, &args, "");
    let record = serde_json::from_slice(&output.stdout);
    (output.status.code(), record.unwrap_or_else(|error| panic!("{error}: {}", words(&output))))
}

fn found<'r>(record: &'r VisitRecord, paragraph: &str) -> (String, bool, &'r [String]) {
    let told = record.told.iter().find(|told| told.paragraph == paragraph).expect("the paragraph");
    (told.found.join("\n"), told.stop, &told.ask)
}

/// A line of the log.
#[derive(serde::Deserialize)]
struct Touched {
    path: String,
    paragraphs: Vec<String>,
}

/// The lines of the log: path and paragraphs of each.
fn touched(home: &Home) -> Vec<(String, Vec<String>)> {
    let log = std::fs::read_to_string(home.out().join("touched.jsonl")).expect("a log");
    log.lines()
        .map(|line| serde_json::from_str::<Touched>(line).expect("a line"))
        .map(|line| (line.path, line.paragraphs))
        .collect()
}

#[test]
fn a_visit_reads_what_paragraphs_ask_for_changes_nothing_and_says_it_in_plain_words() {
    let force = enrolled();
    let home = Home::new();
    // Another program has the history open, as a browser does, and has not written its log back.
    let _open = home.firefox(&["2026-11-20T10:00:00Z", "2026-11-21T10:00:00Z"]);
    home.chromium(&[
        ("https://adult-pictures.example/a", "2026-11-20T09:00:00Z"),
        ("https://clinic.example/", "2026-11-21T09:00:00Z"),
    ]);
    home.file(".local/bin/veracrypt", "");
    let before = (snapshot(&home.path()), snapshot(force.dir().root()));
    let (code, record) = visit(&home, &force.dir(), ALL_KINDS, &["--since", "2026-11-15"]);
    assert_eq!(code, Some(0), "{:?}", record.not_reached);
    unchanged(&before.0, &snapshot(&home.path()));
    unchanged(&before.1, &snapshot(force.dir().root()));

    let (said, stop, _) = found(&record, "9");
    assert!(said.contains("Firefox (.mozilla/firefox/marina.default): 2 entries"), "{said}");
    assert!(said.contains("on 2 of 1"), "{said}");
    assert!(stop && said.contains("3 entries are missing since then"), "{said}");
    assert!(
        found(&record, "10").0.contains("removing browsing data was last used on 22 November 2026"),
        "{said}"
    );
    let (said, stop, ask) = found(&record, "2");
    assert!(said.contains("1 entry of adult-pictures.example"), "{said}");
    assert!(stop && ask.is_empty(), "nothing may be asked where something was found: {ask:?}");
    assert!(!said.contains("clinic"), "{said}");
    let (said, stop, _) = found(&record, "12");
    assert!(stop && said.contains("VeraCrypt or TrueCrypt: \"veracrypt\" is installed"), "{said}");
    let (said, stop, _) = found(&record, "16");
    assert!(said.contains("\"harbour-walker\", which is on the declared list"), "{said}");
    assert!(stop && said.contains("\"night-ferry\", which is not"), "{said}");
    let (said, stop, _) = found(&record, "4");
    assert!(stop && said.contains("installed and does not run now"), "{said}");
    assert!(
        said.contains("Chromium (.config/chromium/Default) has the monitoring program's extension"),
        "{said}"
    );
    assert_eq!(record.facts.agent.as_ref().and_then(|agent| agent.device), Some(force.device));
    for paragraph in ["1", "6(a)", "7", "15"] {
        let told = record.told.iter().find(|told| told.paragraph == paragraph).expect("told");
        assert!(told.read.is_empty() && told.found.is_empty() && !told.cannot.is_empty(), "{told:?}");
    }

    let page = std::fs::read_to_string(home.out().join("visit-page.html")).expect("a page");
    assert!(
        page.contains("nobody need answer") && page.contains("STOP") && !page.contains("<script"),
        "{page}"
    );
    let log = touched(&home);
    assert_eq!(log.len() as u64, record.touched.lines);
    assert!(log.iter().all(|(_, paragraphs)| !paragraphs.is_empty()), "each thing is read for a paragraph");
    let left: Vec<_> =
        std::fs::read_dir(home.out()).expect("listed").flatten().map(|of| of.file_name()).collect();
    assert_eq!(left.len(), 3, "copies are gone: {left:?}");
}

#[test]
fn invariant_01_at_a_visit_nothing_is_touched_that_no_paragraph_in_force_asks_for() {
    let home = Home::new();
    let _open = home.firefox(&["2026-11-20T10:00:00Z"]);
    home.chromium(&[("https://harbour.example/", "2026-11-20T09:00:00Z")]);
    let state = StateDir::new(home.path().join("none"));
    let all = std::fs::read_to_string(ALL_KINDS).expect("an order");
    let only = |kind: &str| {
        let (head, _) = all.split_once("[[condition]]").expect("conditions");
        home.order(&format!(
            "{head}\n[[condition]]\nparagraph = \"4\"\ntext = \"Must.\"\nkind = \"{kind}\"\n"
        ))
    };
    let (_, record) = visit(&home, &state, &only("no-peer-to-peer"), &[]);
    let log = touched(&home);
    assert!(log.iter().any(|(path, _)| path == "/usr/bin"), "{log:?}");
    let private = log.iter().filter(|(path, _)| {
        path.contains("mozilla") || path.contains("chromium/") || path.contains("passwd")
    });
    assert_eq!(private.count(), 0, "{log:?}");
    assert!(
        record.facts.profiles.is_none() && record.facts.device.is_none() && record.facts.accounts.is_none()
    );

    for (order, why) in [
        (only("sexualised-chat"), "no paragraph of order"),
        (
            concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/orders/good/notification-only.toml")
                .to_owned(),
            "notification only",
        ),
        (
            concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/orders/good/consent-withdrawn.toml")
                .to_owned(),
            "withdrawn",
        ),
    ] {
        let out = home.path().with_extension("refused").display().to_string();
        let at = home.path().display().to_string();
        let said = output(&state, &["visit", "--order", &order, "--home", &at, "--out", &out], "");
        assert_eq!(said.status.code(), Some(2), "{}", words(&said));
        assert!(words(&said).contains(why) && !Path::new(&out).exists(), "{}", words(&said));
    }
    let within = home.path().join("within").display().to_string();
    let at = home.path().display().to_string();
    let said = output(&state, &["visit", "--order", ALL_KINDS, "--home", &at, "--out", &within], "");
    assert!(
        words(&said).contains("changes nothing there") && !Path::new(&within).exists(),
        "{}",
        words(&said)
    );
}

#[test]
fn files_made_to_harm_are_said_to_be_not_reached_and_the_rest_is_read() {
    let home = Home::new();
    home.chromium(&[("https://harbour.example/", "2026-11-20T09:00:00Z")]);
    home.hostile();
    let before = snapshot(&home.path());
    let state = StateDir::new(home.path().join("none"));
    let (code, record) = visit(&home, &state, ALL_KINDS, &["--since", "2026-11-15"]);
    assert_eq!(code, Some(1), "not all was reached");
    unchanged(&before, &snapshot(&home.path()));
    let by: BTreeMap<&str, &str> = record
        .not_reached
        .iter()
        .filter_map(|line| line.strip_prefix(home.path().to_str()?)?.split_once(": "))
        .collect();
    for (path, why) in [
        ("/.config/google-chrome/Damaged/History", "it is no history, or it is damaged"),
        ("/.config/google-chrome/Damaged/Preferences", "it is damaged (line 1, column 2)"),
        ("/.config/google-chrome/Pipe/History", "it is no plain file"),
        ("/.config/google-chrome/View/History", "it has a form that this version does not know"),
        ("/.config/vivaldi", "it is a link that leads round in a circle"),
        ("/.librewolf", "it is a link out of the account's home"),
        ("/.waterfox/huge/places.sqlite", "at most 536870912 are read"),
    ] {
        assert!(by.get(path).is_some_and(|said| said.contains(why)), "{path}: {:?}", record.not_reached);
    }
    let profiles = record.facts.profiles.expect("profiles");
    let chromium = profiles.iter().find(|profile| profile.browser == "Chromium").expect("the sound one");
    assert_eq!(chromium.history.as_ref().map(|history| history.entries), Some(1));
}
