//! The report as text for a terminal, a letter or a court's file.

use std::fmt::Write as _;

use super::{Device, ParagraphReport, SuitabilityReport, System, Watched};

/// Columns of a line.
const COLUMNS: usize = 100;

/// The report in words, without anything that a terminal would have to understand.
#[must_use]
pub fn text(report: &SuitabilityReport) -> String {
    let mut page = String::new();
    let _ = writeln!(page, "Suitability and enforceability: order {}", report.order);
    let _ = writeln!(page, "Device: {}", device_in_words(&report.device));
    let _ = writeln!(page, "Program: Proviso {}\n", report.version);
    wrapped(&mut page, whole_in_words(report), "", "");
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

/// Make, model and system of a device.
#[must_use]
pub fn device_in_words(device: &Device) -> String {
    let system = [system(device.system), device.version.as_str()].join(" ");
    format!("{} {}, {}", device.make, device.model, system.trim())
}

/// Whether anything can be watched.
#[must_use]
pub fn whole_in_words(report: &SuitabilityReport) -> &'static str {
    if report.watched {
        "Some or all of the paragraphs below can be watched on this device."
    } else {
        "None of the paragraphs below can be watched on this device."
    }
}

impl Watched {
    /// As a sentence.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Yes => "Can be watched.",
            Self::InPart => "Can be watched in part.",
            Self::No => "Cannot be watched on this device.",
        }
    }
}

impl ParagraphReport {
    /// What there is to say of it, each part under its title.
    #[must_use]
    pub fn said(&self) -> [(&'static str, &[String]); 3] {
        [("How", &self.how), ("Seen of others", &self.others), ("What is left", &self.left)]
    }
}

fn one(page: &mut String, paragraph: &ParagraphReport) {
    let ParagraphReport { paragraph: number, text, kind, from, until, watched, .. } = paragraph;
    let _ = writeln!(page, "\nParagraph {number}: {kind} ({from} to {until})");
    wrapped(page, &format!("\"{text}\""), "  ", "  ");
    let _ = writeln!(page, "  {}", watched.in_words());
    for (title, sentences) in paragraph.said() {
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
