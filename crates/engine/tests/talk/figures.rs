//! How well the rule parts staged contact from ordinary chat when it reads line by line, with context alone, as a device
//! does; on the check half of testdata/conversations, which was written before any rule.

use proviso_engine::Engine;
use proviso_engine::conversation::Contexts;
use proviso_model::{Fact, Message};
use serde::Deserialize;

use super::{engine, message, talk};

#[derive(Deserialize)]
struct File {
    kind: String,
    case: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    lines: String,
}

/// Whether the rule speaks at any line, the watched account being `own` (nobody known where that is empty).
fn speaks(engine: &Engine, lines: &str, own: &str) -> bool {
    let mut contexts = Contexts::default();
    lines.lines().enumerate().any(|(at, line)| {
        let (author, text) = line.split_once(": ").filter(|(name, _)| name.len() == 1).unwrap_or(("", line));
        let mut observation = talk(&[], 0);
        if let Fact::Messages { messages, .. } = &mut observation.fact {
            messages.push(Message {
                author: (!author.is_empty()).then(|| author.to_owned()),
                own: (!own.is_empty() && !author.is_empty()).then(|| author == own),
                text: text.to_owned(),
                ..message("?: x", at + 1)
            });
        }
        let joined = contexts.join(observation);
        let spoke = engine.evaluate(&joined).iter().any(|finding| finding.category == "grooming");
        contexts.keep(&joined);
        spoke
    })
}

#[test]
fn read_line_by_line_staged_contact_is_found_and_ordinary_chat_stays_silent() {
    let engine = engine();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/conversations");
    let (mut contacts, mut known, mut unknown, mut ordinary, mut wrong, mut blindly) = (0, 0, 0, 0, 0, 0);
    for entry in std::fs::read_dir(folder).expect("the folder") {
        let path = entry.expect("an entry").path();
        if !path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("check")) {
            continue;
        }
        let file: File = toml::from_str(&std::fs::read_to_string(path).expect("a file")).expect("cases");
        for case in &file.case {
            // In contact the account is the one who draws the other closer, whichever that is.
            let by_side = speaks(engine, &case.lines, "a") || speaks(engine, &case.lines, "b");
            let blind = speaks(engine, &case.lines, "");
            if file.kind == "contact" {
                contacts += 1;
                known += usize::from(by_side);
                unknown += usize::from(blind);
            } else {
                ordinary += 1;
                wrong += usize::from(by_side);
                blindly += usize::from(blind);
            }
        }
    }
    let told = format!(
        "{known} and, authors unknown, {unknown} of {contacts} contacts; {wrong} and {blindly} of {ordinary} ordinary"
    );
    assert!(contacts >= 30 && known * 4 >= contacts * 3 && unknown * 4 >= contacts * 3, "{told}");
    assert!(ordinary >= 60 && (wrong + blindly) * 20 <= ordinary, "{told}");
}
