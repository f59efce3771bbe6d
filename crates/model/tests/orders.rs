//! The order files under `testdata/orders`: good ones are read, bad ones are refused at the place and with the words
//! that their first lines name (`# expect LINE:COLUMN words of the error`).

use std::path::PathBuf;

use proviso_model::order::OrderError;
use proviso_model::{ConditionKind, Order, limits};

fn files(folder: &str) -> Vec<(String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../testdata/orders").join(folder);
    let mut files: Vec<(String, String)> = std::fs::read_dir(&folder)
        .expect("the folder of orders")
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).expect("a file"))
        })
        .collect();
    files.sort();
    files
}

struct Expected<'t> {
    line: usize,
    column: usize,
    words: &'t str,
}

fn expected(text: &str) -> Vec<Expected<'_>> {
    text.lines()
        .map_while(|line| line.strip_prefix("# expect "))
        .map(|line| {
            let (place, words) = line.split_once(' ').expect("a place and words");
            let (line, column) = place.split_once(':').expect("line:column");
            Expected { line: line.parse().expect("a line"), column: column.parse().expect("a column"), words }
        })
        .collect()
}

#[test]
fn every_bad_order_is_refused_at_its_place_with_advice() {
    let files = files("bad");
    assert!(files.len() >= 40, "the bad orders are missing");
    let mut wrong = Vec::new();
    for (name, text) in &files {
        let expected = expected(text);
        assert!(!expected.is_empty(), "{name} says nothing of what it expects");
        let found: Vec<OrderError> = Order::from_toml(text).expect_err(name);
        for want in &expected {
            if !found.iter().any(|error| {
                (error.line, error.column) == (want.line, want.column)
                    && error.to_string().contains(want.words)
            }) {
                wrong.push(format!(
                    "{name}: expected {}:{} {}\n  found {found:#?}",
                    want.line, want.column, want.words
                ));
            }
        }
        for error in &found {
            assert!(!error.advice.is_empty(), "{name}: {error} says not what to write instead");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_good_order_is_read() {
    for (name, text) in files("good") {
        if let Err(errors) = Order::from_toml(&text) {
            panic!("{name}: {errors:#?}");
        }
    }
}

#[test]
fn an_order_is_read_word_for_word() {
    let files = files("good");
    let (_, text) = files.iter().find(|(name, _)| name == "shpo-all-kinds.toml").expect("the order");
    let order = Order::from_toml(text).expect("an order");
    let kinds: Vec<ConditionKind> = order.conditions.iter().map(|condition| condition.kind).collect();
    for kind in ConditionKind::ALL {
        assert!(kinds.contains(kind), "{} is missing", kind.as_str());
    }
    let pornography = &order.conditions[1];
    assert_eq!(pornography.sites, ["adult-pictures.example", "late-show.example"]);
    assert_eq!(pornography.except.sites, ["clinic.example"]);
    assert_eq!(pornography.except.words, ["adult education"]);
    let searches = &order.conditions[2];
    assert_eq!(searches.from.map(|day| day.to_string()).as_deref(), Some("2026-04-15"));
    assert_eq!(searches.until.map(|day| day.to_string()).as_deref(), Some("2028-04-14"));
    assert_eq!(order.conditions[6].except.sites, ["library.example"]);
    assert_eq!(order.conditions[6].offence_words, ["model railway club"]);
    assert_eq!(order.languages, ["en", "pl"]);
    let of = |kind: ConditionKind| order.conditions.iter().find(|one| one.kind == kind).expect("the kind");
    assert_eq!(of(ConditionKind::DeclareDevices).within_days, Some(3));
    assert_eq!(of(ConditionKind::NoContactWithChildren).under_age, Some(16));
    assert_eq!(of(ConditionKind::DeclareNames).declared, ["tp014", "harbour-walker"]);
}

#[test]
fn invariant_01_an_order_without_authority_is_refused_and_told_why() {
    let files = files("bad");
    let (_, text) = files.iter().find(|(name, _)| name == "no-authority.toml").expect("the order");
    let errors = Order::from_toml(text).expect_err("no authority");
    assert_eq!(errors.len(), 1, "{errors:#?}");
    let page = errors[0].render(text, "no-authority.toml");
    assert!(page.contains("without authority nothing is captured"), "{page}");
    assert!(page.contains("[authority]\n    basis = \"paragraph\""), "{page}");
}

#[test]
fn a_rendered_fault_points_at_the_character() {
    let text = "reference = \"T1\"\n\tkind = \"sroo\"\n";
    let errors = Order::from_toml(text).expect_err("a wrong kind");
    let kind = errors.iter().find(|error| error.line == 2).expect("the kind's fault");
    let page = kind.render(text, "order.toml");
    let expected = "order.toml:2:9: \"sroo\" is not a kind of order\n  |\n2 | \tkind = \"sroo\"\n  | \t       ^\n  = did you mean \"sro\"?";
    assert!(page.starts_with(expected), "{page}");
}

#[test]
fn a_file_above_the_limit_is_refused_unread() {
    let text = "#".repeat(limits::ORDER_BYTES_MAX + 1);
    let errors = Order::from_toml(&text).expect_err("too long");
    assert_eq!(errors.len(), 1);
    assert!(errors[0].to_string().contains("at most 1048576"), "{}", errors[0]);
}

#[test]
fn a_file_full_of_faults_tells_the_first_hundred_in_time() {
    let text: String = (0..60_000).map(|n| format!("k{n} = 1\n")).collect();
    let errors = Order::from_toml(&text).expect_err("unknown keys");
    assert_eq!(errors.len(), 100);
}

#[test]
fn windows_line_ends_and_a_byte_order_mark_change_nothing() {
    for (name, text) in files("good") {
        let order = Order::from_toml(&text).expect(&name);
        let windows = format!("\u{FEFF}{}", text.replace('\n', "\r\n"));
        assert_eq!(Order::from_toml(&windows).expect(&name), order, "{name}");
    }
    let errors = Order::from_toml("\u{FEFF}kindd = \"sro\"\r\n").expect_err("an unknown key");
    assert!(
        errors.iter().any(|error| (error.line, error.column) == (1, 1) && error.problem.contains("kindd"))
    );
}
