//! How often rules speak on ordinary text: `tools/train/ordinary.py | cargo run -p proviso-engine --example ordinary`.
//!
//! Each line `{"id": kind, "text": ...}` is evaluated as a page that was shown, under an order against sexualised chat and
//! pornography with the packs that come with the engine, or without one that is named as argument. Counts, and the words
//! that findings rest on; no text is printed.

use std::collections::BTreeMap;
use std::io::{BufRead as _, Write as _};

use proviso_engine::{CompileInputs, Engine, Pack, compile};
use proviso_model::observation::{Attribution, Source};
use proviso_model::{Act, Digest, Fact, Observation, Order, Passage, Timestamp};

const ORDER: &str = "reference = \"T2026-0300\"\nkind = \"sro\"\nmade_on = 2026-01-01\nexpires_on = 2030-01-01\n\
    timezone = \"Europe/London\"\n[person]\nname = \"Test Person 300\"\n[authority]\nbasis = \"paragraph\"\nparagraph = \"4\"\n\
    legal_basis = \"Order T2026-0300, paragraph 4.\"\nrecorded_by = \"Officer 4412\"\nrecorded_on = 2026-01-01\n\
    [[condition]]\nparagraph = \"1\"\ntext = \"one\"\nkind = \"sexualised-chat\"\n\
    [[condition]]\nparagraph = \"2\"\ntext = \"two\"\nkind = \"pornography\"\n";

#[derive(serde::Deserialize)]
struct Line {
    id: String,
    text: String,
}

#[derive(Default)]
struct Counts {
    paragraphs: u64,
    with_finding: u64,
    by_rule: BTreeMap<String, u64>,
    words: BTreeMap<String, u64>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let order = Order::from_toml(ORDER).map_err(|errors| format!("{errors:?}"))?;
    let mut packs = Pack::built_in()?;
    packs.retain(|pack| std::env::args().nth(1).is_none_or(|without| pack.name != without));
    let policy = compile(&order, &packs, &CompileInputs::offline())?;
    let engine = Engine::new(&policy, Digest([0; 32]))?;
    let mut kinds: BTreeMap<String, Counts> = BTreeMap::new();
    for line in std::io::stdin().lock().lines() {
        let line: Line = serde_json::from_str(&line?)?;
        let findings = engine.evaluate(&page(line.text));
        let counts = kinds.entry(line.id).or_default();
        counts.paragraphs += 1;
        counts.with_finding += u64::from(!findings.is_empty());
        for finding in findings {
            let scored = if finding.score.is_some() { " with score" } else { "" };
            let rule = format!("{} {}{scored}", finding.paragraph, finding.rule);
            *counts.by_rule.entry(rule).or_default() += 1;
            for span in &finding.spans {
                *counts.words.entry(span.text.to_lowercase()).or_default() += 1;
            }
        }
    }
    let mut out = std::io::stdout().lock();
    let (mut paragraphs, mut spoken) = (0, 0);
    for (kind, counts) in &kinds {
        paragraphs += counts.paragraphs;
        spoken += counts.with_finding;
        let Counts { paragraphs, with_finding, by_rule, words } = counts;
        writeln!(
            out,
            "{kind:<20} {paragraphs:>6} paragraphs, {with_finding:>4} with a finding {by_rule:?} {words:?}"
        )?;
    }
    let one_in = paragraphs.checked_div(spoken).map_or_else(|| "none".to_owned(), |n| format!("1 in {n}"));
    writeln!(out, "{:<20} {paragraphs:>6} paragraphs, {spoken:>4} with a finding: {one_in}", "all")?;
    Ok(())
}

fn page(text: String) -> Observation {
    Observation {
        id: None,
        observed_at: Timestamp::from_micros(1_780_000_000_000_000),
        source: Source::Browser,
        account: "account-a".to_owned(),
        listed: Vec::new(),
        attribution: Attribution {
            act: Act::Shown,
            foreground: true,
            visible_ms: 5000,
            since_input_ms: None,
        },
        fact: Fact::Page {
            url: "https://page.example/".to_owned(),
            title: String::new(),
            text: Passage::whole(text),
            cut: false,
            search: None,
        },
    }
}
