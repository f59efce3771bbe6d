//! `suitability`: what a court is told before it makes a paragraph.

use serde_json::json;

use super::{ORDER, done, refused, run};

const DEVICE: &str = r#"
make = "Example"
model = "Book 14"
form = "computer"
system = "linux"
display = "wayland"
browsers = ["firefox"]
own_account = true
"#;

#[test]
fn a_court_is_told_what_can_be_watched_on_a_device_and_a_wrong_description_is_refused_at_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let device = folder.path().join("laptop.toml");
    std::fs::write(&device, DEVICE).expect("written");
    let path = device.display().to_string();
    let ask = ["suitability", "--order", ORDER, "--device", &path];
    let report = done(folder.path(), &ask, "");
    assert_eq!(report["watched"], json!(true), "{report}");
    let said = run(folder.path(), &ask, "");
    let page = String::from_utf8_lossy(&said.stdout).into_owned();
    for paragraph in report["paragraphs"].as_array().expect("paragraphs") {
        let number = paragraph["paragraph"].as_str().expect("a number");
        assert!(page.contains(&format!("Paragraph {number}: ")), "{page}");
    }
    std::fs::write(&device, DEVICE.replace("\"linux\"", "\"beos\"")).expect("written");
    let told = refused(folder.path(), &ask, "");
    assert!(told.contains("laptop.toml") && told.contains("line 5") && told.contains("windows"), "{told}");
    let told = refused(folder.path(), &["suitability", "--order", &path, "--device", &path], "");
    assert!(told.contains("laptop.toml:2:1"), "{told}");
}

/// What a program of poppler says of a file.
fn poppler(program: &str, args: &[&str]) -> String {
    let output =
        std::process::Command::new(program).args(args).output().expect("poppler-utils are installed");
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The words of a text, without what marks a list.
fn spoken(text: &str) -> Vec<&str> {
    text.split_whitespace()
        .filter(|word| !["-", "\u{2022}"].contains(word))
        .map(|word| word.trim_end_matches(':'))
        .collect()
}

#[test]
fn the_report_on_paper_says_what_the_text_says_and_is_tagged_for_readers_that_read_aloud() {
    let folder = tempfile::tempdir().expect("a folder");
    let (device, paper) = (folder.path().join("laptop.toml"), folder.path().join("report.pdf"));
    std::fs::write(&device, DEVICE).expect("written");
    let (device, paper) = (device.display().to_string(), paper.display().to_string());
    let order = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/orders/good/shpo-all-kinds.toml");
    let ask = ["suitability", "--order", order, "--device", &device, "--pdf", &paper];
    let said = run(folder.path(), &ask, "");
    let text = String::from_utf8(said.stdout).expect("UTF-8");
    // Every page has its foot, which is no part of what is said.
    let foot = "Order T2026-0014: suitability and enforceability";
    let read = poppler("pdftotext", &["-raw", &paper, "-"]);
    let mut pages = 0;
    let lines = read.lines().map(|line| line.trim_start_matches('\u{c}')).filter(|line| {
        let is_foot = line.starts_with(foot);
        pages += usize::from(is_foot);
        !is_foot
    });
    let read: Vec<&str> = lines.collect();
    assert_eq!(spoken(&read.join("\n")), spoken(&text));

    let facts = poppler("pdfinfo", &[&paper]);
    let says = |name: &str| {
        let line = facts
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .unwrap_or_else(|| panic!("{name}: {facts}"));
        line.trim_start_matches(':').trim().to_owned()
    };
    assert_eq!(says("Title"), "Suitability and enforceability: order T2026-0014");
    assert_eq!(
        (says("Tagged"), says("JavaScript"), says("Pages")),
        ("yes".to_owned(), "no".to_owned(), pages.to_string())
    );
    assert!(pages > 1, "{facts}");
    let tags = poppler("pdfinfo", &["-struct-text", &paper]);
    for tag in ["H1", "H2", "H3", "BlockQuote", "LBody"] {
        assert!(tags.lines().any(|line| line.trim_start().starts_with(tag)), "{tag} is missing");
    }
    let bytes = std::fs::read(&paper).expect("read");
    let plain = String::from_utf8_lossy(&bytes);
    assert!(plain.contains("/Lang(en-GB)/StructTreeRoot"), "it says no language");
    assert!(plain.contains("<pdfuaid:part>1<"), "it says no standard");
    let fonts = poppler("pdffonts", &[&paper]);
    assert!(
        fonts.lines().skip(2).count() == 2 && !fonts.contains(" no "),
        "fonts are not embedded:\n{fonts}"
    );

    let told = refused(folder.path(), &ask, "");
    assert!(told.contains("report.pdf") && told.contains("put over no other file"), "{told}");
    let again = folder.path().join("again.pdf").display().to_string();
    let ask = ["suitability", "--order", order, "--device", &device, "--pdf", &again];
    assert!(run(folder.path(), &ask, "").status.success());
    assert!(std::fs::read(&again).expect("read") == bytes, "the same report gives other bytes");
    let foreign = folder.path().join("order.toml");
    let named =
        std::fs::read_to_string(order).expect("read").replacen("any person", "\u{a38}\u{a70} person", 1);
    std::fs::write(&foreign, named).expect("written");
    let foreign = foreign.display().to_string();
    let other = folder.path().join("other.pdf").display().to_string();
    let told = refused(
        folder.path(),
        &["suitability", "--order", &foreign, "--device", &device, "--pdf", &other],
        "",
    );
    assert!(told.contains("U+0A38") && told.contains("text or JSON"), "{told}");
}
