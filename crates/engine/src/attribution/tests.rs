//! The table over cases of facts, and its picture in docs/attribution.md.

use std::path::Path;

use proviso_model::observation::{
    Field, NameHow, NameUsed, Picture, PictureElement, PictureFrom, ProgramText,
};
use proviso_model::{Act, Attribution, Digest, Fact, Md5, Passage};
use serde::Deserialize;

use super::{ROWS, decide, weighs};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    fact: String,
    attribution: Attribution,
    row: String,
}

fn cases() -> Vec<Case> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/attribution.toml");
    let text = std::fs::read_to_string(path).expect("the cases");
    toml::from_str::<Cases>(&text).expect("cases of attribution").case
}

fn fact(kind: &str) -> Fact {
    let url = "https://news.example/".to_owned();
    let element = match kind {
        "page" => {
            let text = Passage::whole("Tides");
            return Fact::Page { url, title: String::new(), text, cut: false, search: None };
        }
        "typed" => return Fact::Typed { url, field: Field::Text, text: Passage::whole("tides") },
        "messages" => {
            let (channel, window) = (String::new(), String::new());
            return Fact::Messages { url, channel, window, messages: Vec::new(), earlier: Vec::new() };
        }
        "window-text" | "window-typed" => {
            let typed = kind == "window-typed";
            let text = Passage::whole("Tides");
            return Fact::Text(Box::new(ProgramText { typed, text, ..ProgramText::default() }));
        }
        "name" | "name-typed" => {
            let (name, typed) = ("lantern-7".to_owned(), kind == "name-typed");
            let used = NameUsed { url, name, how: NameHow::SignIn, typed, used_at: None };
            return Fact::Name(Box::new(used));
        }
        "private-window" => return Fact::PrivateWindow { browser: "chromium".to_owned() },
        "picture" => PictureElement::Img,
        "video-frame" => PictureElement::VideoFrame,
        "download" => PictureElement::Download,
        "window" => PictureElement::Window,
        other => panic!("no kind of fact: {other}"),
    };
    let (sha256, md5) = (Digest([1; 32]), Md5([1; 16]));
    let picture = serde_json::json!({
        "url": url, "element": element, "from": PictureFrom::Loaded, "sha256": sha256, "md5": md5,
        "width": 160, "height": 120, "shown_width": 160, "shown_height": 120, "bytes": 9, "type": "png",
    });
    Fact::Picture(Box::new(serde_json::from_value::<Picture>(picture).expect("a picture")))
}

#[test]
fn the_first_row_that_fits_decides_and_every_row_decides_some_case() {
    let mut undecided: Vec<&str> = ROWS.iter().map(|row| row.name).collect();
    for case in cases() {
        let row = decide(&case.attribution, &fact(&case.fact)).map_or("", |row| row.name);
        assert_eq!(row, case.row, "{}", case.name);
        undecided.retain(|name| *name != row);
    }
    assert_eq!(undecided, Vec::<&str>::new(), "rows without a case");
}

#[test]
fn invariant_07_nothing_that_was_never_on_the_screen_and_nobody_made_weighs_anything() {
    for case in cases() {
        let fact = fact(&case.fact);
        let never = Attribution { foreground: false, visible_ms: 0, ..case.attribution };
        let by_hand = matches!(decide(&never, &fact).map(|row| row.act), Some(Act::Typed | Act::Downloaded));
        assert!(
            by_hand || weighs(&never, &fact) == super::Weighs::Nothing || case.row.is_empty(),
            "{}",
            case.name
        );
        let behind = Attribution { act: Act::Background, ..case.attribution };
        assert_eq!(weighs(&behind, &fact), super::Weighs::Nothing, "{}", case.name);
    }
}

#[test]
fn the_page_for_experts_shows_the_rows_that_decide_in_their_order() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/attribution.md");
    let page = std::fs::read_to_string(path).expect("docs/attribution.md");
    let is_row = |line: &&str| {
        line.strip_prefix("| ").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    let shown: Vec<&str> = page.lines().filter(is_row).collect();
    let word = |act: Act| serde_json::to_value(act).expect("a word").as_str().expect("a word").to_owned();
    let rows: Vec<String> = (1..)
        .zip(ROWS)
        .map(|(n, row)| {
            format!("| {n} | {} | {} | `{}` | {} |", row.name, row.when, word(row.act), row.weighs.as_str())
        })
        .collect();
    assert_eq!(shown, rows);
}
