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
