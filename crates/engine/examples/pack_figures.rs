//! Figures of packs: how long a pack of 100,000 terms takes to load, how large a policy is with and without languages, and,
//! for paragraphs of ordinary text on standard input (as `tools/train/ordinary.py` writes them), how many findings words
//! raise.
//!
//! `python3 tools/train/ordinary.py | cargo run --release -p proviso-engine --example pack_figures`

#![expect(clippy::print_stdout, reason = "an example prints what it found")]

// The builders of the tests.
#[path = "../tests/common/mod.rs"]
mod common;

use std::collections::BTreeMap;
use std::io::BufRead as _;
use std::time::Instant;

use common::{order, page};
use proviso_engine::{CompileInputs, Engine, Pack, compile};
use proviso_model::Digest;

const CHAT: &str =
    "[[condition]]\nparagraph = \"1\"\ntext = \"No sexualised chat.\"\nkind = \"sexualised-chat\"\n";

/// Terms of the pack that is timed.
const TERMS: usize = 100_000;

#[derive(serde::Deserialize)]
struct Paragraph {
    id: String,
    text: String,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    load()?;
    let order = order(CHAT);
    let packs = Pack::built_in()?;
    let mut engines = Vec::new();
    for languages in [vec!["en".to_owned()], Vec::new()] {
        let name = if languages.is_empty() { "every language" } else { "English" };
        let policy = compile(&order, &packs, &CompileInputs { languages, ..CompileInputs::offline() })?;
        let text = serde_json::to_string(&policy)?;
        println!("policy of one condition (sexualised-chat), {name}: {} bytes", text.len());
        engines.push((name, Engine::new(&policy, Digest([0; 32]))?));
    }
    let mut counts: BTreeMap<(String, &str), usize> = BTreeMap::new();
    let mut paragraphs: BTreeMap<String, usize> = BTreeMap::new();
    for line in std::io::stdin().lock().lines() {
        let Ok(Paragraph { id, text }) = serde_json::from_str(&line?) else { continue };
        let page = page(&text);
        for (name, engine) in &engines {
            *counts.entry((id.clone(), name)).or_default() += engine.evaluate(&page).len();
        }
        *paragraphs.entry(id).or_default() += 1;
    }
    for (kind, count) in &paragraphs {
        let found = |name| counts.get(&(kind.clone(), name)).copied().unwrap_or_default();
        let (english, every) = (found("English"), found("every language"));
        println!("{kind}: {count} paragraphs; findings: English {english}, every language {every}");
    }
    Ok(())
}

fn load() -> Result<(), Box<dyn std::error::Error>> {
    let mut text = "name = \"figures\"\nversion = \"1\"\nabout = \"Invented.\"\n[[category]]\nname = \"sexual\"\nabout = \"\"\n\
        threshold_permille = 1000\n[[category.group]]\nweight_permille = 1000\nterms = [\n"
        .to_owned();
    for number in 0..TERMS {
        text.push_str(&format!("\"harbour lantern {number:x} of the quay\",\n"));
    }
    text.push_str("]\n");
    #[expect(clippy::disallowed_methods, reason = "an example is a program and times what it shows")]
    let start = Instant::now();
    let pack = Pack::from_toml(&text)?;
    let loaded = start.elapsed();
    let terms = pack.category("sexual").map_or(0, |category| category.terms.len());
    println!("a pack of {terms} terms ({} bytes) loads in {} ms", text.len(), loaded.as_millis());
    Ok(())
}
