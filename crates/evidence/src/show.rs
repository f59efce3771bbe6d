//! A report as text for a person.

use crate::verify::{Check, CheckState, Report, Verdict};

/// Columns of a page.
const WIDTH: usize = 92;
const NAME_WIDTH: usize = 20;

/// The report in words; `colour` only where a terminal shows it.
#[must_use]
pub fn in_words(report: &Report, colour: bool) -> String {
    let paint = |code: &str, text: &str| {
        if colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    };
    let mut out = String::from("\n");
    let known = [
        ("Force", &report.force_name),
        ("Case", &report.case_reference),
        ("Order", &report.order_reference),
        ("Root key", &report.root_fingerprint),
    ];
    for (what, value) in known.into_iter().filter_map(|(what, value)| Some((what, value.as_ref()?))) {
        out.push_str(&format!("  {what:<9} {value}\n"));
    }
    out.push('\n');
    for check in &report.checks {
        let (sign, code) = sign(check);
        let mut lines = wrapped(&check.says).into_iter();
        let first = lines.next().unwrap_or_default();
        out.push_str(&format!("  {} {:<NAME_WIDTH$}{first}\n", paint(code, sign), check.name));
        for line in lines {
            out.push_str(&format!("{:indent$}{line}\n", "", indent = 7 + NAME_WIDTH));
        }
    }
    let (words, code) = verdict(report);
    out.push_str(&format!("\n  {}\n", paint(code, &words)));
    for line in meaning(report.verdict) {
        out.push_str(&format!("  {line}\n"));
    }
    if !report.cannot_be_repeated.is_empty() && report.verdict != Verdict::Failed {
        out.push_str("\n  What an expert cannot repeat from this bundle alone:\n");
        for sentence in &report.cannot_be_repeated {
            out.push_str(&format!("  - {sentence}\n"));
        }
    }
    out.push('\n');
    out
}

fn sign(check: &Check) -> (&'static str, &'static str) {
    match check.state {
        CheckState::Passed => ("pass", "32"),
        CheckState::Failed => ("FAIL", "1;31"),
        CheckState::NotDone => ("  - ", "33"),
    }
}

fn verdict(report: &Report) -> (String, &'static str) {
    match report.verdict {
        Verdict::Verified => ("Verified.".to_owned(), "1;32"),
        Verdict::SelfConsistentOnly => ("Self-consistent only.".to_owned(), "1;33"),
        Verdict::Undecided => ("Not decided: not all that was given could be compared.".to_owned(), "1;33"),
        Verdict::Failed => {
            let names: Vec<&str> = report.failed().map(|check| check.name).collect();
            (format!("Not verified: {} failed.", names.join(", ")), "1;31")
        }
    }
}

fn meaning(verdict: Verdict) -> &'static [&'static str] {
    match verdict {
        Verdict::Verified => &[
            "The records are unchanged since they were sealed, and they are the force's.",
            "Compare the fingerprint of the root key above with the one that the force publishes.",
            "Not shown: who used the device, that capture was complete, or that a conclusion is right.",
        ],
        Verdict::SelfConsistentOnly => &[
            "Its parts agree with each other, but no key obtained elsewhere says whose they are.",
            "Get the force's key file by another way and run again with --trust KEYFILE.",
        ],
        Verdict::Undecided => &[
            "No check failed, but the bundle could not be compared with everything that was given.",
            "The sentence beside the check says what is missing and whom to ask for it.",
        ],
        Verdict::Failed => {
            &["Do not rely on this bundle. Ask the force for it again; if it fails again, keep both copies."]
        }
    }
}

fn wrapped(text: &str) -> Vec<String> {
    let width = WIDTH - NAME_WIDTH - 7;
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line_len = lines.last().map_or(0, |line| line.chars().count());
        if line_len > 0 && line_len + 1 + word.chars().count() > width {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}
