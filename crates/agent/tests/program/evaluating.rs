//! `proviso-agent evaluate`: an order or a policy, observations in, findings out.

use proviso_agent::StateDir;
use proviso_engine::{CompileInputs, Pack, compile};
use proviso_model::policy::{PackRef, SiteListRef};
use proviso_model::{Digest, Order};

use super::{output, words};

const ORDER: &str = r#"
reference = "TEST/2026/014"
kind = "shpo-conviction"
made_on = 2026-01-05
expires_on = 2031-01-04
timezone = "Europe/London"

[person]
name = "Test Person 014"

[authority]
basis = "paragraph"
paragraph = "3"
legal_basis = "as recorded by the test force"
recorded_by = "officer 4412"
recorded_on = 2026-01-06

[[condition]]
paragraph = "5"
text = "Not to use the word that this test names."
kind = "specified-words"
words = ["lemonade"]
"#;

#[test]
fn evaluate_gives_the_same_bytes_every_time_and_names_the_line_that_it_cannot_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = StateDir::new(folder.path());
    let order = folder.path().join("order.toml");
    std::fs::write(&order, ORDER).expect("an order");
    let order = order.to_str().expect("a path");
    let line = |id: &str, act: &str, text: &str| {
        format!(
            r#"{{"id":"{id}","observed_at":"2026-03-01T10:00:00Z","source":"browser","attribution":{{"act":"{act}","foreground":true,"visible_ms":900}},"fact":{{"kind":"page","url":"https://site.example/","text":"{text}"}}}}"#
        )
    };
    let lines = [
        line("a", "opened", "a glass of lemonade"),
        line("b", "opened", "a glass of water"),
        line("c", "background", "a glass of lemonade"),
    ]
    .join("\n");
    let first = output(&dir, &["evaluate", "--order", order], &lines);
    assert_eq!(first.status.code(), Some(0), "{}", words(&first));
    let findings = String::from_utf8(first.stdout.clone()).expect("text");
    assert_eq!(findings.lines().count(), 1);
    let finding: serde_json::Value = serde_json::from_str(&findings).expect("json");
    assert_eq!((&finding["id"], &finding["paragraph"]), (&"a".into(), &"5".into()));
    assert_eq!(output(&dir, &["evaluate", "--order", order], &lines).stdout, first.stdout);

    let broken = output(&dir, &["evaluate", "--order", order], &format!("{lines}\nno json\n"));
    assert_eq!(broken.status.code(), Some(2));
    assert!(words(&broken).contains("line 4"), "{}", words(&broken));
    std::fs::write(order, ORDER.replace("[authority]", "[autority]")).expect("an order");
    let wrong = output(&dir, &["evaluate", "--order", order], "");
    assert_eq!(wrong.status.code(), Some(2));
    assert!(words(&wrong).contains("autority") && wrong.stdout.is_empty(), "{}", words(&wrong));
}

#[test]
fn evaluate_of_a_policy_says_what_its_order_says_and_what_the_lists_that_it_names_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = StateDir::new(folder.path());
    let path = |name: &str| folder.path().join(name).to_str().expect("a path").to_owned();
    let text =
        format!("{ORDER}\n[[condition]]\nparagraph = \"6\"\ntext = \"None.\"\nkind = \"pornography\"\n");
    std::fs::write(path("order.toml"), &text).expect("an order");
    let order = Order::from_toml(&text).expect("an order");
    let list = PackRef { name: "harbour".to_owned(), version: "1".to_owned(), sha256: Digest([7; 32]) };
    let site_lists = vec![SiteListRef { list, category: "pornography".to_owned(), coarse: false }];
    for (name, site_lists) in [("without.json", Vec::new()), ("with.json", site_lists)] {
        let inputs = CompileInputs { site_lists, ..CompileInputs::offline() };
        let policy = compile(&order, &Pack::built_in().expect("packs"), &inputs).expect("a policy");
        std::fs::write(path(name), serde_json::to_vec(&policy).expect("json")).expect("a file");
    }
    let line = |text: &str| {
        let listed =
            format!(r#"{{"list":"{}","host":"site.example","entry":"site.example"}}"#, Digest([7; 32]));
        format!(
            r#"{{"observed_at":"2026-03-01T10:00:00Z","source":"browser","attribution":{{"act":"opened","foreground":true,"visible_ms":900}},"fact":{{"kind":"page","url":"https://site.example/","text":"{text}"}},"listed":[{listed}]}}"#
        )
    };
    let lines = line("a glass of lemonade");
    let said = |args: &[&str]| {
        let output = output(&dir, &[&["evaluate"], args].concat(), &lines);
        assert_eq!(output.status.code(), Some(0), "{}", words(&output));
        String::from_utf8(output.stdout).expect("text")
    };
    let by_order = said(&["--order", &path("order.toml")]);
    assert_eq!(by_order.lines().count(), 1);
    assert_eq!(said(&["--policy", &path("without.json")]), by_order);
    let with_list = said(&["--policy", &path("with.json")]);
    assert!(with_list.contains("sites/lists") && with_list.lines().count() == 2, "{with_list}");

    let wrong = output(&dir, &["evaluate", "--policy", &path("order.toml")], "");
    assert_eq!(wrong.status.code(), Some(2));
    assert!(words(&wrong).contains("is not a policy"), "{}", words(&wrong));
    assert_eq!(output(&dir, &["evaluate"], "").status.code(), Some(2));
}
