//! `classify text`: scores and spans, one JSON line for each line read.

use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use proviso_engine::classify::{Classifier, jsonl_line, text_line};
use proviso_engine::model::Sentences;

use super::sentences::Lazy;

pub fn text(jsonl: bool, packs: Option<&Path>, models: Option<&Path>) -> anyhow::Result<bool> {
    let classifier = Classifier::new(&super::packs::read(packs)?)?;
    let lazy = Lazy::new(models);
    let sentences: Option<&dyn Sentences> = Some(&lazy);
    let mut out = std::io::stdout().lock();
    let mut input = std::io::stdin().lock();
    let mut line = String::new();
    for number in 1_usize.. {
        let read = super::read_line(&mut input, &mut line);
        if read.with_context(|| format!("standard input, line {number}"))? == 0 {
            break;
        }
        let text = line.strip_suffix('\n').unwrap_or(&line);
        let text = text.strip_suffix('\r').unwrap_or(text);
        let answer = if !jsonl {
            text_line(&classifier, text, sentences)
        } else if text.trim().is_empty() {
            continue;
        } else {
            jsonl_line(&classifier, number, text, sentences)?
        };
        // Standard output is line-buffered: callers may wait for each answer before they write the next line.
        writeln!(out, "{answer}")?;
    }
    Ok(true)
}
