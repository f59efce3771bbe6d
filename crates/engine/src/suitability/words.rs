//! The report as text for a terminal, a letter or a court's file.

use std::fmt::Write as _;

use super::{ParagraphReport, SuitabilityReport, System, Watched};

/// Columns of a line.
const COLUMNS: usize = 100;

/// The report in words, without anything that a terminal would have to understand.
#[must_use]
pub fn text(report: &SuitabilityReport) -> String {
    let mut page = String::new();
    let device = &report.device;
    let _ = writeln!(page, "Suitability and enforceability: order {}", report.order);
    let system = [system(device.system), device.version.as_str()].join(" ");
    let _ = writeln!(page, "Device: {} {}, {}", device.make, device.model, system.trim());
    let _ = writeln!(page, "Program: Proviso {}\n", report.version);
    let whole = if report.watched {
        "Some or all of the paragraphs below can be watched on this device."
    } else {
        "None of the paragraphs below can be watched on this device."
    };
    wrapped(&mut page, whole, "", "");
    for remark in &report.remarks {
        wrapped(&mut page, remark, "", "");
    }
    for paragraph in &report.paragraphs {
        one(&mut page, paragraph);
    }
    if !report.always.is_empty() {
        page.push_str("\nFor every paragraph\n");
        listed(&mut page, &report.always);
    }
    page
}

fn one(page: &mut String, paragraph: &ParagraphReport) {
    let ParagraphReport { paragraph: number, text, kind, from, until, watched, how, others, left } =
        paragraph;
    let _ = writeln!(page, "\nParagraph {number}: {kind} ({from} to {until})");
    wrapped(page, &format!("\"{text}\""), "  ", "  ");
    let state = match watched {
        Watched::Yes => "Can be watched.",
        Watched::InPart => "Can be watched in part.",
        Watched::No => "Cannot be watched on this device.",
    };
    let _ = writeln!(page, "  {state}");
    for (title, sentences) in [("How", how), ("Seen of others", others), ("What is left", left)] {
        if !sentences.is_empty() {
            let _ = writeln!(page, "  {title}:");
            listed(page, sentences);
        }
    }
}

fn listed<T: AsRef<str>>(page: &mut String, sentences: &[T]) {
    for sentence in sentences {
        wrapped(page, sentence.as_ref(), "  - ", "    ");
    }
}

/// Writes words in lines of so many columns, the first after `first`, the others after `rest`.
fn wrapped(page: &mut String, text: &str, first: &str, rest: &str) {
    let mut line = first.to_owned();
    let mut is_empty = true;
    for word in text.split_whitespace() {
        if !is_empty && line.chars().count() + 1 + word.chars().count() > COLUMNS {
            let _ = writeln!(page, "{line}");
            rest.clone_into(&mut line);
            is_empty = true;
        }
        if !is_empty {
            line.push(' ');
        }
        line.push_str(word);
        is_empty = false;
    }
    let _ = writeln!(page, "{line}");
}

fn system(system: System) -> &'static str {
    match system {
        System::Linux => "Linux",
        System::Windows => "Windows",
        System::Macos => "macOS",
        System::Android => "Android",
        System::Ios => "iOS",
        System::Chromeos => "ChromeOS",
        System::Other => "another system",
    }
}
